//! One backup or restore at a time, among all processes on the data; and the folder that it works in.

use super::Error;
use crate::{
    clock::monotonic,
    config::Storage,
    db::{private_dir, private_file},
};
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

/// Between two looks at whether another process has ended.
const LOOK: Duration = Duration::from_millis(100);

/// The turn of this process; it ends when dropped, and by the kernel when the process dies.
#[derive(Debug)]
pub struct Turn {
    work: PathBuf,
    _lock: File,
}

impl Turn {
    /// Waits for it, `patience` at most. Blocks.
    ///
    /// # Errors
    /// [`Error::Busy`] where another process has it.
    pub fn take(storage: &Storage, patience: Duration) -> Result<Self, Error> {
        let folder = folder(storage);
        private_dir(&storage.data_dir)?;
        private_dir(&folder)?;
        let path = folder.join(".lock");
        let lock = private_file(&path)?;
        let end = monotonic() + patience;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if monotonic() < end => sleep(LOOK),
                Err(TryLockError::WouldBlock) => return Err(Error::Busy),
                Err(TryLockError::Error(error)) => return Err(Error::file(&path, error)),
            }
        }
        let turn = Self { work: folder.join(".work"), _lock: lock };
        // What a kill has left.
        turn.tidy();
        private_dir(&turn.work)?;
        Ok(turn)
    }

    /// An empty folder for this turn alone, beside the backups. It goes with the turn.
    pub fn work(&self) -> &Path {
        &self.work
    }

    fn tidy(&self) {
        // Mostly there is nothing. What cannot be removed is in the way of the next turn, which then says so.
        let _ = fs::remove_dir_all(&self.work);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.tidy();
    }
}

/// Where backups are kept unless another place is configured, and where the database is put that a restore replaces.
pub(super) fn folder(storage: &Storage) -> PathBuf {
    storage.data_dir.join("backups")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_at_a_time_and_it_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage { data_dir: dir.path().to_owned(), database: dir.path().join("daymark.db") };
        let turn = Turn::take(&storage, Duration::ZERO).unwrap();
        fs::write(turn.work().join("half"), "a backup").unwrap();
        assert!(matches!(Turn::take(&storage, Duration::from_millis(150)), Err(Error::Busy)));
        let work = turn.work().to_owned();
        drop(turn);
        assert!(!work.exists());
        // A kill leaves its folder.
        fs::create_dir(&work).unwrap();
        fs::write(work.join("half"), "a backup").unwrap();
        let turn = Turn::take(&storage, Duration::ZERO).unwrap();
        assert_eq!(fs::read_dir(turn.work()).unwrap().count(), 0);
    }
}
