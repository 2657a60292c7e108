//! How it stands with Valkey: for the log, for readiness and for metrics.

use crate::clock::monotonic;
use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// How it stands with Valkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// None is configured: this process keeps to itself.
    None,
    /// It answers.
    Connected,
    /// It does not answer: this process keeps to itself until it does.
    Degraded,
}

/// What has happened since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Times that Valkey was lost.
    pub losses: u64,
    /// Times that it came back.
    pub returns: u64,
    /// Commands and connections that failed or took too long.
    pub failures: u64,
    /// Messages to other processes that could not be sent; each gap is told to them afterwards.
    pub unsent: u64,
}

/// Keeps both, and tells the log of each loss and each return.
pub(super) struct Health {
    standing: Mutex<Standing>,
    losses: AtomicU64,
    returns: AtomicU64,
    failures: AtomicU64,
    unsent: AtomicU64,
}

struct Standing {
    phase: Phase,
    since: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not connected yet, and nothing was said of it.
    First,
    Connected,
    Lost,
}

impl Health {
    pub(super) fn new() -> Self {
        let none = AtomicU64::default;
        Self {
            standing: Mutex::new(Standing { phase: Phase::First, since: monotonic() }),
            losses: none(),
            returns: none(),
            failures: none(),
            unsent: none(),
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.lock().phase == Phase::Connected
    }

    pub(super) fn counts(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            losses: of(&self.losses),
            returns: of(&self.returns),
            failures: of(&self.failures),
            unsent: of(&self.unsent),
        }
    }

    /// It answers.
    pub(super) fn connected(&self) {
        let mut standing = self.lock();
        let away_s = standing.since.elapsed().as_secs_f64();
        match standing.phase {
            Phase::Connected => return,
            Phase::First => tracing::info!("Valkey is connected"),
            Phase::Lost => {
                self.returns.fetch_add(1, Ordering::Relaxed);
                let Counts { losses, returns, failures, unsent } = self.counts();
                tracing::warn!(away_s, losses, returns, failures, unsent, "Valkey is back");
            }
        }
        *standing = Standing { phase: Phase::Connected, since: monotonic() };
    }

    /// Something failed or took too long.
    pub(super) fn failed(&self, reason: &str) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        let mut standing = self.lock();
        match standing.phase {
            Phase::Lost => return tracing::debug!(reason, failures, "Valkey is still lost"),
            Phase::First => {
                tracing::error!(
                    reason,
                    failures,
                    "Valkey cannot be reached: this process goes on without it"
                );
            }
            Phase::Connected => {
                let losses = self.losses.fetch_add(1, Ordering::Relaxed) + 1;
                tracing::error!(reason, losses, failures, "Valkey is lost: this process goes on without it");
            }
        }
        *standing = Standing { phase: Phase::Lost, since: monotonic() };
    }

    /// So many messages could not be sent.
    pub(super) fn unsent(&self, messages: usize) {
        self.unsent.fetch_add(messages as u64, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_and_returns_are_counted_once() {
        let health = Health::new();
        assert!(!health.is_connected());
        health.connected();
        health.failed("a command took too long");
        health.failed("a command took too long");
        assert!(!health.is_connected());
        health.connected();
        health.connected();
        health.unsent(3);
        assert_eq!(health.counts(), Counts { losses: 1, returns: 1, failures: 2, unsent: 3 });
    }
}
