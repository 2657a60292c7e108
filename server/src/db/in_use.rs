//! Who has the database open: every process holds a shared lock on a file beside it for as long as it runs, and whoever
//! puts another database in its place holds it alone.

use super::{OpenError, private_file};
use crate::clock::monotonic;
use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
    thread::sleep,
    time::Duration,
};

/// How long a start waits while another process exchanges the database: that takes a moment, its check before it more.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// A share in the database, or all of it; let go when dropped, and by the kernel when the process dies.
#[derive(Debug)]
pub struct InUse {
    _file: File,
}

impl InUse {
    /// One of many who use it.
    ///
    /// # Errors
    /// [`OpenError::Exchanged`] where another process still has it for itself after some seconds.
    pub fn shared(database: &Path) -> Result<Self, OpenError> {
        let file = lock_file(database)?;
        let end = monotonic() + PATIENCE;
        loop {
            match file.try_lock_shared() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if monotonic() < end => sleep(LOOK),
                Err(TryLockError::WouldBlock) => return Err(OpenError::Exchanged),
                Err(TryLockError::Error(error)) => return Err(failed(database, error)),
            }
        }
    }

    /// The only one; `None` where another process has the database open.
    ///
    /// # Errors
    /// Where the lock's file cannot be used.
    pub fn alone(database: &Path) -> Result<Option<Self>, OpenError> {
        let file = lock_file(database)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(database, error)),
        }
    }
}

fn lock_file(database: &Path) -> Result<File, OpenError> {
    private_file(&super::beside(database, ".use"))
}

fn failed(database: &Path, error: io::Error) -> OpenError {
    OpenError::File { path: super::beside(database, ".use").display().to_string(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_it_and_one_alone_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("test.db");
        let shares = [InUse::shared(&database).unwrap(), InUse::shared(&database).unwrap()];
        assert!(InUse::alone(&database).unwrap().is_none());
        drop(shares);
        let alone = InUse::alone(&database).unwrap().unwrap();
        assert!(InUse::alone(&database).unwrap().is_none());
        assert!(matches!(InUse::shared(&database), Err(OpenError::Exchanged)));
        drop(alone);
        InUse::shared(&database).unwrap();
    }
}
