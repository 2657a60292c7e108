//! Counters in this process: all there is without Valkey, and what goes on counting while Valkey is lost.

use crate::error::Error;
use jiff::{SignedDuration, Timestamp};
use std::{collections::HashMap, sync::Mutex};

/// Counters kept at most; memory stays bounded whoever knocks.
const COUNTERS: usize = 20_000;

/// Counters with an end.
#[derive(Default)]
pub(super) struct Counters(Mutex<HashMap<String, Counter>>);

struct Counter {
    hits: u32,
    ends: Timestamp,
}

impl Counters {
    /// Counts one try under `key`: at most `limit` in a `window`, which begins with the first.
    ///
    /// # Errors
    /// [`Error::RateLimited`] once there were more.
    pub(super) fn allow(
        &self,
        key: &str,
        limit: u32,
        window: SignedDuration,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut counters = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if counters.len() >= COUNTERS && !counters.contains_key(key) {
            make_room(&mut counters, now);
        }
        let counter = counters.entry(key.to_owned()).or_insert(Counter { hits: 0, ends: now + window });
        if counter.ends <= now {
            *counter = Counter { hits: 0, ends: now + window };
        }
        if counter.hits >= limit {
            let wait = counter.ends.duration_since(now);
            return Err(Error::RateLimited { retry_after: wait.as_secs().unsigned_abs() + 1 });
        }
        counter.hits += 1;
        Ok(())
    }
}

/// Drops what has ended, and where that is not enough, the half that ends first.
fn make_room(counters: &mut HashMap<String, Counter>, now: Timestamp) {
    counters.retain(|_, counter| counter.ends > now);
    if counters.len() >= COUNTERS {
        let mut ends: Vec<_> = counters.values().map(|counter| counter.ends).collect();
        let (_, median, _) = ends.select_nth_unstable(COUNTERS / 2);
        let median = *median;
        counters.retain(|_, counter| counter.ends > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn one_too_many_is_refused_until_the_window_ends() {
        let counters = Counters::default();
        for _ in 0..3 {
            counters.allow("a", 3, MINUTE, at(0)).unwrap();
        }
        let refused = counters.allow("a", 3, MINUTE, at(20)).unwrap_err();
        assert!(matches!(refused, Error::RateLimited { retry_after: 41 }));
        counters.allow("b", 3, MINUTE, at(20)).unwrap();
        counters.allow("a", 3, MINUTE, at(60)).unwrap();
    }

    #[test]
    fn memory_is_bounded() {
        let counters = Counters::default();
        for n in 0..2 * COUNTERS {
            counters.allow(&n.to_string(), 3, MINUTE, at(n as i64 / 1000)).unwrap();
        }
        assert!(counters.0.lock().unwrap().len() <= COUNTERS);
    }
}
