//! A look at a database that changes nothing: it makes no file, migrates nothing, and goes on beside servers that run.

use super::{ReadTx, migrate};
use crate::error::Error;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags};
use std::path::{Path, PathBuf};

/// Problems that are told at most.
const MOST: usize = 5;
/// What means something in the path of a `file:` URI.
const IN_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// A database, opened for reading.
pub struct Inspection {
    connection: Connection,
    log: PathBuf,
    /// There was no log, so nobody had it open.
    still: bool,
}

/// How the file's schema stands to that of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is nothing in the file yet.
    Empty,
    /// It is some other program's.
    Foreign,
    /// It is the one that this program brings a database to.
    Current(u32),
    /// It is an older one: the next start migrates it.
    Older(u32),
    /// It is a newer program's.
    Newer(u32),
}

/// Ends what an [`Inspection`] is doing on another thread.
pub struct Interrupter(InterruptHandle);

impl Interrupter {
    /// Ends it: it fails.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Inspection {
    /// Opens the file, which has to exist.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open(database: &Path) -> Result<Self, Error> {
        let log = with_suffix(database, "-wal");
        let still = !log.exists();
        let path = std::path::absolute(database).map_err(|error| Error::Internal(error.to_string()))?;
        let path = utf8_percent_encode(&path.to_string_lossy(), IN_PATH).to_string();
        // Where nobody has it open, SQLite would make its log and the memory that processes share, only to read.
        let uri = format!("file:{path}?mode=ro{}", if still { "&immutable=1" } else { "" });
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(uri, flags)?;
        connection.execute_batch("PRAGMA mmap_size=0; PRAGMA query_only=ON;")?;
        Ok(Self { connection, log, still })
    }

    /// Whether somebody has opened it since, so that what was seen may have been half of a change: look again.
    pub fn is_outdated(&self) -> bool {
        self.still && self.log.exists()
    }

    /// To end what it does from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(self.connection.get_interrupt_handle())
    }

    /// How its schema stands to that of this program.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn schema(&self) -> Result<Schema, Error> {
        let found = migrate::version(&self.connection)?;
        let tables: u32 =
            self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(match found {
            0 if tables == 0 => Schema::Empty,
            0 => Schema::Foreign,
            _ if found < migrate::LATEST => Schema::Older(found),
            _ if found > migrate::LATEST => Schema::Newer(found),
            _ => Schema::Current(found),
        })
    }

    /// What is wrong with the file, a few problems at most. `thorough` compares indexes with their tables and looks for rows
    /// that belong to nothing, which takes long.
    ///
    /// # Errors
    /// Where the file cannot be read, or somebody interrupts.
    pub fn problems(&self, thorough: bool) -> Result<Vec<String>, Error> {
        match self.check(thorough) {
            // So much that not even looking goes to its end.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                Ok(vec![error.to_string()])
            }
            checked => Ok(checked?),
        }
    }

    fn check(&self, thorough: bool) -> Result<Vec<String>, rusqlite::Error> {
        let check = if thorough { "PRAGMA integrity_check(5)" } else { "PRAGMA quick_check(5)" };
        let mut query = self.connection.prepare(check)?;
        let mut problems: Vec<String> =
            query.query_map([], |row| row.get(0))?.collect::<Result<_, rusqlite::Error>>()?;
        problems.retain(|problem| problem != "ok");
        if thorough {
            let mut query = self.connection.prepare("PRAGMA foreign_key_check")?;
            for table in query.query_map([], |row| row.get::<_, String>(0))?.take(MOST) {
                problems.push(format!("a row of {} belongs to nothing", table?));
            }
        }
        problems.truncate(MOST);
        Ok(problems)
    }

    /// Reads as a use case does.
    ///
    /// # Errors
    /// What `work` answers.
    pub fn read<T>(&self, work: impl FnOnce(&ReadTx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        work(&ReadTx::new(&self.connection))
    }
}

/// The files that lie beside a database while it is open: its log, the memory that processes share, and the lock.
pub fn beside(database: &Path) -> [PathBuf; 3] {
    ["-wal", "-shm", ".lock"].map(|suffix| with_suffix(database, suffix))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn looking_makes_no_file_whatever_the_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a?b#c%20d.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE a (x); PRAGMA user_version=999;")
            .unwrap();
        let names =
            || fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        let before = names();
        let inspection = Inspection::open(&path).unwrap();
        assert_eq!(inspection.schema().unwrap(), Schema::Newer(999));
        assert_eq!(inspection.problems(true).unwrap(), [""; 0]);
        assert!(!inspection.is_outdated());
        assert_eq!(names(), before);
        assert!(Inspection::open(&dir.path().join("none.db")).is_err());
        assert_eq!(names(), before);
    }
}
