//! One writer at a time among processes: an advisory lock on a file of its own beside the database.

use super::{OpenError, beside, private_file};
use std::{fs::File, io, path::Path};

/// The lock file. It stays where it is; the kernel frees the lock when a process dies.
pub(super) struct FileLock(File);

/// The lock, held until dropped.
pub(super) struct Held<'a>(&'a File);

impl FileLock {
    /// The lock of this database: its path with `.lock` at the end.
    pub(super) fn beside(database: &Path) -> Result<Self, OpenError> {
        private_file(&beside(database, ".lock")).map(Self)
    }

    /// Waits until no other process writes.
    pub(super) fn hold(&self) -> io::Result<Held<'_>> {
        self.0.lock()?;
        Ok(Held(&self.0))
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // It fails only on a closed file, and ours is open as long as `self` lives.
        let _ = self.0.unlock();
    }
}
