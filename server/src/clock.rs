//! The only *now*: everything that asks for the time, or makes an id, has a [`Clock`].

use crate::vault::random;
use jiff::{SignedDuration, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// The longest sleep without a look at the clock: it may be set, and a machine may have slept.
const NAP: Duration = Duration::from_secs(60);

/// Tells the time: the system's, or one that a test sets.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<Manual>>);

#[derive(Debug)]
struct Manual {
    micros: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `start` until [`advance`](Self::advance)d; its clones move with it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Some(Arc::new(Manual { micros: AtomicI64::new(start.as_microsecond()), moved: Notify::new() })))
    }

    /// The present instant, in whole microseconds.
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.0 {
            None => Timestamp::now().as_microsecond(),
            Some(manual) => manual.micros.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }

    /// Moves a manual clock forward (or back); the system's clock does not listen.
    pub fn advance(&self, by: SignedDuration) {
        if let Some(manual) = &self.0 {
            manual.micros.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
            manual.moved.notify_waiters();
        }
    }

    /// Returns once this clock shows `at` or later; or was set back, so that `at` may be far away by mistake.
    pub async fn sleep_until(&self, at: Timestamp) {
        let begun = self.now();
        loop {
            // Before the look at the clock, so that no move is missed.
            let moved = self.0.as_ref().map(|manual| manual.moved.notified());
            let now = self.now();
            let left = at.duration_since(now);
            if !left.is_positive() || now < begun {
                return;
            }
            match moved {
                Some(moved) => moved.await,
                None => tokio::time::sleep(left.unsigned_abs().min(NAP)).await,
            }
        }
    }

    /// A new id of the kind whose `mint` is given: `clock.mint(RunId::mint)`.
    pub fn mint<Id>(&self, mint: fn(u64, [u8; 10]) -> Id) -> Id {
        mint(self.now().as_millisecond().unsigned_abs(), random())
    }
}

/// A point on the clock that only runs forward, for durations: how long a request took, when a wait ends.
#[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
pub fn monotonic() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::ids::RunId;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_with_its_clones() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(clone.now(), Timestamp::from_second(90).unwrap());
    }

    #[test]
    fn minted_ids_differ_within_one_instant() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        assert_ne!(clock.mint(RunId::mint), clock.mint(RunId::mint));
    }
}
