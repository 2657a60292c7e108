//! Short-lived values. In this process only, and gone with it.

use crate::error::Error;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// Counters kept at most; memory stays bounded whoever knocks.
const COUNTERS: usize = 20_000;

/// Counters with an end. Clones are the same ones.
#[derive(Clone, Default)]
pub struct Kv(Arc<Mutex<HashMap<String, Counter>>>);

struct Counter {
    hits: u32,
    ends: Timestamp,
}

impl Kv {
    /// Counts one try under `key`: at most `limit` in a `window`, which begins with the first.
    ///
    /// # Errors
    /// [`Error::RateLimited`] once there were more.
    pub async fn allow(
        &self,
        key: String,
        limit: u32,
        window: SignedDuration,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut counters = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if counters.len() >= COUNTERS && !counters.contains_key(&key) {
            make_room(&mut counters, now);
        }
        let counter = counters.entry(key).or_insert(Counter { hits: 0, ends: now + window });
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

    #[actix_web::test]
    async fn one_too_many_is_refused_until_the_window_ends() {
        let kv = Kv::default();
        for _ in 0..3 {
            kv.allow("a".into(), 3, MINUTE, at(0)).await.unwrap();
        }
        let refused = kv.allow("a".into(), 3, MINUTE, at(20)).await.unwrap_err();
        assert!(matches!(refused, Error::RateLimited { retry_after: 41 }));
        kv.allow("b".into(), 3, MINUTE, at(20)).await.unwrap();
        kv.allow("a".into(), 3, MINUTE, at(60)).await.unwrap();
    }

    #[actix_web::test]
    async fn memory_is_bounded() {
        let kv = Kv::default();
        for n in 0..2 * COUNTERS {
            kv.allow(n.to_string(), 3, MINUTE, at(n as i64 / 1000)).await.unwrap();
        }
        assert!(kv.0.lock().unwrap().len() <= COUNTERS);
    }
}
