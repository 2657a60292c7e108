//! What the database counts of itself, for metrics.

use prometheus_client::metrics::{counter::Counter, gauge::Gauge, histogram::Histogram};

/// Counted since the process began. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct Meters {
    /// Writes that wait for the writer.
    pub queue: Gauge,
    /// Writes in a commit.
    pub group: Histogram,
    /// Seconds that a commit took, with its wait for other processes and all that it wrote.
    pub commit: Histogram,
    /// Writes that were refused because the queue was full.
    pub full: Counter,
    /// Writes whose caller has waited too long.
    pub slow: Counter,
    /// Rows that could not be read and were set aside.
    pub set_aside: Counter,
    /// Seconds of reads that had to wait for a connection; the others are not in it.
    pub reader_wait: Histogram,
    /// Reads that got none in time.
    pub reader_timeouts: Counter,
}

impl Meters {
    pub(super) fn new() -> Self {
        Self {
            queue: Gauge::default(),
            group: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]),
            commit: Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]),
            full: Counter::default(),
            slow: Counter::default(),
            set_aside: Counter::default(),
            reader_wait: Histogram::new([0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0]),
            reader_timeouts: Counter::default(),
        }
    }
}

/// Sizes on the disk, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The database.
    pub database: u64,
    /// Its log (WAL).
    pub log: u64,
    /// What is free for us on the file system that they lie on.
    pub free: u64,
    /// How large that file system is.
    pub disk: u64,
}

/// Connections that read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readers {
    /// Those in use.
    pub busy: u32,
    /// Those that wait for work.
    pub idle: u32,
}
