//! What became of scheduled backups: a small file beside the local ones, for the schedule itself and for whoever watches.

use super::{Error, turn::folder};
use crate::{config::Storage, db::private_file};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};

/// How long after the first start the first backup is made, where they are not made more often: there is something in the
/// database by then, and it is not long without a backup.
const FIRST: Duration = Duration::from_secs(60 * 60);
/// How long after a failure it is tried again; twice as long after each further one.
const AGAIN: Duration = Duration::from_secs(60);
/// The longest of these.
const SELDOM: Duration = Duration::from_secs(60 * 60);

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Since when backups are scheduled here.
    pub since: Timestamp,
    /// The last one that was made.
    pub success: Option<Success>,
    /// The last time that none was made, whatever came after.
    pub failure: Option<Failure>,
    /// How often in a row none was made; 0 after a success.
    pub failures: u32,
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    /// When its copy was made.
    pub at: Timestamp,
    /// Where it is.
    pub file: String,
    /// Its octets.
    pub bytes: u64,
}

/// None.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// Why, in words for the operator. There is no secret in it.
    pub why: String,
}

impl Status {
    /// `None` where nothing was ever scheduled here.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn read(storage: &Storage) -> Result<Option<Self>, Error> {
        let path = path(storage);
        match fs::read(&path) {
            Ok(text) => {
                let parsed = serde_json::from_slice(&text);
                parsed.map(Some).map_err(|error| Error::file(&path, error.into()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file(&path, error)),
        }
    }

    /// Nothing has become of any yet.
    pub(super) const fn new(since: Timestamp) -> Self {
        Self { since, success: None, failure: None, failures: 0 }
    }

    /// Whoever has the turn writes it, whole or not at all.
    pub(super) fn write(&self, storage: &Storage) -> Result<(), Error> {
        let path = path(storage);
        let partial = path.with_extension("partial");
        let mut file = private_file(&partial)?;
        let mut write = || {
            file.set_len(0)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            fs::rename(&partial, &path)?;
            File::open(folder(storage))?.sync_all()
        };
        write().map_err(|error| Error::file(&path, error))
    }

    pub(super) fn succeeded(&mut self, success: Success) {
        (self.success, self.failures) = (Some(success), 0);
    }

    pub(super) fn failed(&mut self, at: Timestamp, why: String) {
        self.failure = Some(Failure { at, why });
        self.failures = self.failures.saturating_add(1);
    }

    /// When the next one is due, by now. One that was missed is due at once.
    pub(super) fn due(&self, every: Duration, now: Timestamp) -> Timestamp {
        let next = match &self.success {
            Some(success) => after(success.at, every),
            None => after(self.since, every.min(FIRST)),
        };
        let next = match &self.failure {
            Some(failure) if self.failures > 0 => next.max(after(failure.at, self.pause().min(every))),
            _ => next,
        };
        // The clock may have been wrong when it was written.
        next.min(after(now, every))
    }

    fn pause(&self) -> Duration {
        AGAIN.saturating_mul(1 << (self.failures.clamp(1, 8) - 1)).min(SELDOM)
    }
}

fn after(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

fn path(storage: &Storage) -> PathBuf {
    folder(storage).join("status.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn success(seconds: i64) -> Success {
        Success { at: at(seconds), file: "file".to_owned(), bytes: 1 }
    }

    #[test]
    fn the_first_comes_within_an_hour_and_the_next_by_the_schedule() {
        let mut status = Status::new(at(0));
        assert_eq!(status.due(DAY, at(0)), at(3_600));
        assert_eq!(status.due(Duration::from_secs(60), at(0)), at(60));
        status.succeeded(success(3_601));
        assert_eq!(status.due(DAY, at(4_000)), at(3_601 + 86_400));
        // Nobody was there for a week.
        assert!(status.due(DAY, at(700_000)) < at(700_000));
    }

    #[test]
    fn after_a_failure_it_is_tried_again_ever_later_and_once_an_hour_at_least() {
        let mut status = Status::new(at(0));
        status.succeeded(success(0));
        let mut waits = Vec::new();
        for _ in 0..9 {
            status.failed(at(90_000), "why".to_owned());
            waits.push(status.due(DAY, at(90_000)).duration_since(at(90_000)).as_secs());
        }
        assert_eq!(waits, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
        status.succeeded(success(91_000));
        assert_eq!((status.failures, status.due(DAY, at(91_000))), (0, at(91_000 + 86_400)));
    }

    #[test]
    fn a_clock_that_was_wrong_delays_it_by_one_turn_at_most() {
        let mut status = Status::new(at(0));
        status.succeeded(success(10_000_000));
        assert_eq!(status.due(DAY, at(0)), at(86_400));
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage { data_dir: dir.path().to_owned(), database: dir.path().join("daymark.db") };
        assert_eq!(Status::read(&storage).unwrap(), None);
        crate::db::private_dir(&folder(&storage)).unwrap();
        let mut status = Status::new(at(0));
        status.succeeded(success(1));
        status.failed(at(2), "the disk is full".to_owned());
        status.write(&storage).unwrap();
        assert_eq!(Status::read(&storage).unwrap(), Some(status));
        fs::write(path(&storage), "nonsense").unwrap();
        assert!(Status::read(&storage).unwrap_err().to_string().contains("status.json"));
    }
}
