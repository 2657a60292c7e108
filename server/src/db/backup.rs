//! Copies of the database: made while others write, and looked at before they are believed.
//!
//! `VACUUM INTO` reads one state of the database in a single read transaction: in WAL mode it keeps no writer waiting. The
//! other way, SQLite's backup API, begins anew whenever another process writes between two of its steps; and it would copy
//! free pages too, which hold what was deleted. The copy is one file without a log, packed.

use super::{InUse, OpenError, ReadTx, migrate, private_file};
use crate::error::Error;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags};
use std::{
    fs::File,
    io::Read,
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Steps of SQLite's machine between two looks at whether to stop: far below a second.
const STEPS: i32 = 100_000;
/// How long a copy waits for a lock, which another process holds for a moment while it opens the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks what is under way to stop. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a file is not used as the database, or no copy was made of it.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// No database at all, or another program's.
    #[error("it is not a database of Daymark's")]
    Foreign,
    /// Its pages contradict each other.
    #[error("the database in it is damaged: {0}")]
    Damaged(String),
    /// Written by a newer version of this program.
    #[error("it has schema {found}, this version of Daymark knows {known} at most: take the newer version")]
    Newer {
        /// The file's schema.
        found: u32,
        /// The greatest that this program knows.
        known: u32,
    },
    /// Somebody asked to stop.
    #[error("it was stopped")]
    Stopped,
    /// SQLite failed otherwise.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
    /// Opening it failed otherwise.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, OperationInterrupted};
        match error.sqlite_error_code() {
            Some(NotADatabase) => Self::Foreign,
            Some(DatabaseCorrupt) => Self::Damaged(error.to_string()),
            Some(OperationInterrupted) => Self::Stopped,
            _ => Self::Sqlite(error),
        }
    }
}

/// Writes a whole, consistent copy of the database to `into`, while others write. It is private, and not yet synced. Blocks.
///
/// # Errors
/// [`CopyError`]; what is at `into` then is of no use.
pub fn copy(database: &Path, into: &Path, cancel: &Cancel) -> Result<(), CopyError> {
    if !database.exists() {
        let error = std::io::ErrorKind::NotFound.into();
        return Err(OpenError::File { path: database.display().to_string(), error }.into());
    }
    let _share = InUse::shared(database)?;
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA cache_size=-2048; PRAGMA mmap_size=0")?;
    heed(&connection, cancel)?;
    vacuum_into(&connection, into)
}

/// The same from a connection. An empty file that is there already is filled, and so keeps its mode.
pub(super) fn vacuum_into(connection: &Connection, into: &Path) -> Result<(), CopyError> {
    private_file(into)?.set_len(0).map_err(OpenError::from)?;
    connection.execute("VACUUM INTO ?1", [into.to_string_lossy()])?;
    Ok(())
}

/// Opens a file that nobody writes, and makes none beside it.
fn unchanging(file: &Path) -> Result<Connection, rusqlite::Error> {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');
    let path = std::path::absolute(file).map_err(|_| rusqlite::Error::InvalidPath(file.to_owned()))?;
    let url = format!("file://{}?immutable=1", percent_encode(path.as_os_str().as_bytes(), KEPT));
    Connection::open_with_flags(url, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
}

/// Copies the log into the database, so that it is one file. The caller has it alone.
///
/// # Errors
/// Where it cannot be opened.
pub fn fold_log(database: &Path) -> Result<(), CopyError> {
    let mut head = Vec::new();
    File::open(database).and_then(|file| file.take(16).read_to_end(&mut head)).map_err(OpenError::from)?;
    if head != b"SQLite format 3\0" {
        // SQLite would take it for a new one, and remove the log of what it was.
        return Err(CopyError::Foreign);
    }
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let _: u32 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    // The last one who closes it removes the log.
    connection.close().map_err(|(_, error)| error.into())
}

/// Reads all of it, and holds its parts against each other.
pub(super) fn whole(connection: &Connection) -> Result<(), CopyError> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(CopyError::Damaged(found)) }
}

fn heed(connection: &Connection, cancel: &Cancel) -> Result<(), rusqlite::Error> {
    let cancel = cancel.clone();
    connection.progress_handler(STEPS, Some(move || cancel.is_asked()))
}

/// A file that may become the database, opened to be looked at; nobody else writes it.
pub struct Candidate {
    connection: Connection,
    schema: u32,
}

impl Candidate {
    /// Opens it, and checks all of it: that it is ours, that this program knows its schema, that it is whole.
    ///
    /// # Errors
    /// [`CopyError`].
    pub fn check(file: &Path, cancel: &Cancel) -> Result<Self, CopyError> {
        let connection = unchanging(file)?;
        heed(&connection, cancel)?;
        connection.execute_batch(
            "PRAGMA cache_size=-2048; PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON",
        )?;
        let schema = migrate::version(&connection)?;
        if schema > migrate::LATEST {
            return Err(if migrate::is_ours(&connection, 1)? {
                CopyError::Newer { found: schema, known: migrate::LATEST }
            } else {
                CopyError::Foreign
            });
        }
        if schema == 0 || !migrate::is_ours(&connection, schema)? {
            return Err(CopyError::Foreign);
        }
        whole(&connection)?;
        Ok(Self { connection, schema })
    }

    /// Its schema.
    pub const fn schema(&self) -> u32 {
        self.schema
    }

    /// Reads from it.
    ///
    /// # Errors
    /// What `work` answers.
    pub fn read<T>(&self, work: impl FnOnce(&ReadTx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        work(&ReadTx::new(&self.connection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Storage, db::Db};
    use std::{fs, os::unix::fs::PermissionsExt};

    /// In a folder whose name means something in an address.
    fn database(dir: &Path) -> std::path::PathBuf {
        let dir = dir.join("50 % of? #1");
        let storage = Storage { data_dir: dir.clone(), database: dir.join("test.db") };
        Db::open(&storage).unwrap().close();
        storage.database
    }

    #[test]
    fn a_copy_is_private_whole_and_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let original = database(dir.path());
        let copied = original.with_file_name("copy.db");
        copy(&original, &copied, &Cancel::default()).unwrap();
        assert_eq!(fs::metadata(&copied).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Candidate::check(&copied, &Cancel::default()).unwrap().schema(), migrate::LATEST);
        assert!(!original.with_file_name("copy.db-wal").exists());
    }

    #[test]
    fn what_is_not_ours_newer_or_damaged_is_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("copy.db");
        let original = database(dir.path());
        let refused = |change: &dyn Fn()| {
            copy(&original, &file, &Cancel::default()).unwrap();
            change();
            Candidate::check(&file, &Cancel::default()).err().unwrap().to_string()
        };
        let sql = |sql: &str| Connection::open(&file).unwrap().execute_batch(sql).unwrap();

        assert!(refused(&|| fs::write(&file, "a letter to somebody").unwrap()).contains("not a database"));
        assert!(refused(&|| fs::write(&file, "").unwrap()).contains("not a database"));
        assert!(refused(&|| sql("DROP TABLE server_keys")).contains("not a database"));
        assert!(
            refused(&|| sql("PRAGMA user_version=900; DROP TABLE server_keys")).contains("not a database")
        );
        assert!(refused(&|| sql("PRAGMA user_version=900")).contains("schema 900"));
        let cut = || {
            let half = fs::metadata(&file).unwrap().len() / 2;
            fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(half).unwrap();
        };
        assert!(refused(&cut).contains("damaged"));
        let scratched = || {
            let mut bytes = fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle..middle + 4096].fill(0x5a);
            fs::write(&file, bytes).unwrap();
        };
        assert!(refused(&scratched).contains("damaged"));
    }

    #[test]
    fn one_that_is_asked_to_stop_does() {
        let dir = tempfile::tempdir().unwrap();
        let original = database(dir.path());
        let fill = "CREATE TABLE filler (x); WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
                    INSERT INTO filler SELECT randomblob(40) FROM n";
        Connection::open(&original).unwrap().execute_batch(fill).unwrap();
        let cancel = Cancel::default();
        cancel.cancel();
        let stopped = copy(&original, &dir.path().join("copy.db"), &cancel);
        assert!(matches!(stopped, Err(CopyError::Stopped)), "{stopped:?}");
    }
}
