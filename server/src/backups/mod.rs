//! Backups of the database: made while it is in use, checked, encrypted where asked, restored so that nothing is half done.

pub mod age;
mod archive;
pub mod job;
mod keep;
mod make;
mod place;
mod restore;
mod retention;
mod s3;
mod status;
mod turn;

pub use keep::{by_hand, scheduled};
pub use make::{Made, Out, Sealing, make, named};
pub use place::{Bucket, Place};
pub use restore::{KeyringFate, Restored, restore};
pub use retention::{BadKeep, Keep};
pub use status::{Failure, Status, Success};
pub use turn::Turn;

use crate::db::backup::CopyError;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Room that is left on a disk whatever a backup takes: the database goes on growing meanwhile.
const MARGIN: u64 = 16 * 1024 * 1024;

/// Why there is no backup, or nothing was restored; in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder.
    #[error("{path}: {error}")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A disk is full, or would be.
    #[error("{path}: {wanted} MB are needed, {free} MB are free")]
    Full {
        /// Where.
        path: PathBuf,
        /// What is needed, in millions of octets.
        wanted: u64,
        /// What there is.
        free: u64,
    },
    /// Another process makes or restores one.
    #[error("another backup or restore is under way")]
    Busy,
    /// The database.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The same, when it is opened.
    #[error(transparent)]
    Open(#[from] crate::db::OpenError),
    /// The same, when it is read.
    #[error(transparent)]
    Read(#[from] crate::error::Error),
    /// Its encryption.
    #[error(transparent)]
    Key(#[from] age::OpenError),
    /// Neither an archive of ours nor a database.
    #[error("it is no backup of Daymark's")]
    NoBackup,
    /// An archive of a later program.
    #[error("it has form {0}, which this version of Daymark does not know: take the newer version")]
    NewerForm(u32),
    /// It is not as it was written.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// The keyring at hand opens nothing in the database.
    #[error(
        "the keyring {path} does not open it (it is sealed with master key {version}): put the keyring there that was \
         in use when the backup was made"
    )]
    WrongKeyring {
        /// Where it is.
        path: PathBuf,
        /// The master key that is missing, or another.
        version: u32,
    },
    /// There is no keyring, or none that can be read.
    #[error("the keyring {path}: {why}")]
    Keyring {
        /// Where it should be.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Processes have the database open.
    #[error("the database is in use: stop `server api`, `server jobs` and `server all` first")]
    InUse,
    /// The store that it was sent to.
    #[error("{0}")]
    Store(String),
    /// Making it panicked.
    #[error("making the backup broke: the log says where")]
    Broke,
    /// What was made does not read as it was written.
    #[error("the backup was written, but reads otherwise: {0}")]
    NotReadBack(Box<Error>),
}

impl Error {
    fn file(path: &Path, error: io::Error) -> Self {
        Self::File { path: path.to_owned(), error }
    }

    /// A part of an archive could not be read, or written to where it goes.
    fn unreadable(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Refuses what would not fit.
fn room_for(bytes: u64, folder: &Path) -> Result<(), Error> {
    let found = rustix::fs::statvfs(folder).map_err(|error| Error::file(folder, error.into()))?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let wanted = bytes.saturating_add(MARGIN);
    if free >= wanted {
        return Ok(());
    }
    Err(Error::Full { path: folder.to_owned(), wanted: wanted.div_ceil(1_000_000), free: free / 1_000_000 })
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
