//! The schema: numbered steps, forward only, each in a transaction, with a backup before the first.

use super::{InUse, OpenError, backup, private_dir};
use rusqlite::{Connection, OpenFlags};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
};

/// The steps in order; the schema's version is the number of those taken (`PRAGMA user_version`).
const STEPS: &[&str] = &[
    include_str!("../../migrations/0001_keys.sql"),
    include_str!("../../migrations/0002_accounts.sql"),
    include_str!("../../migrations/0003_planning.sql"),
    include_str!("../../migrations/0004_reminders.sql"),
    include_str!("../../migrations/0005_signed_out.sql"),
];

/// The version that this program brings a database to.
pub const LATEST: u32 = STEPS.len() as u32;

/// The schema version of the file behind this connection; 0 for an empty one.
pub(super) fn version(connection: &Connection) -> Result<u32, rusqlite::Error> {
    connection.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))
}

/// Brings the file to [`LATEST`]. The caller holds the file lock, so that one process does it.
pub(super) fn run(connection: &Connection, backups: &Path) -> Result<(), OpenError> {
    apply(connection, STEPS, backups)
}

fn apply(connection: &Connection, steps: &[&str], backups: &Path) -> Result<(), OpenError> {
    let known = steps.len() as u32;
    let found = version(connection)?;
    judge(connection, found, known)?;
    if found > 0 && found < known {
        back_up(connection, backups, found)?;
    }
    for (step, number) in steps.iter().zip(1..).skip(found as usize) {
        connection
            .execute_batch(&format!("BEGIN IMMEDIATE; {step}; PRAGMA user_version={number}; COMMIT;"))
            .inspect_err(|_| {
                // Where it failed before COMMIT, the transaction is still open: let go of it.
                let _ = connection.execute_batch("ROLLBACK");
            })?;
        tracing::info!(schema = number, "the database was migrated");
    }
    Ok(())
}

/// Writes a whole, consistent copy to `backups/schema-<version>-<stamp>.db`, checked and on disk before this returns.
fn back_up(connection: &Connection, backups: &Path, version: u32) -> Result<(), OpenError> {
    private_dir(backups)?;
    let stamp = crate::clock::Clock::system().now().strftime("%Y%m%dT%H%M%S%3fZ").to_string();
    let target = backups.join(format!("schema-{version}-{stamp}.db"));
    let partial = target.with_extension("partial");
    let failed = |error| OpenError::File { path: target.display().to_string(), error };
    let made = backup::vacuum_into(connection, &partial).and_then(|()| {
        backup::whole(&Connection::open_with_flags(&partial, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
    });
    made.map_err(|error| {
        // A part of a copy is of no use to anybody.
        let _ = fs::remove_file(&partial);
        OpenError::NotBackedUp(Box::new(error))
    })?;
    File::open(&partial).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&partial, &target).map_err(failed)?;
    File::open(backups).and_then(|dir| dir.sync_all()).map_err(failed)?;
    tracing::info!(backup = %target.display(), "backed up before migrating");
    Ok(())
}

/// Whether all tables are there that a database of this schema has.
pub(super) fn is_ours(connection: &Connection, schema: u32) -> Result<bool, rusqlite::Error> {
    let expected = Connection::open_in_memory()?;
    for step in STEPS.iter().take(schema as usize) {
        expected.execute_batch(step)?;
    }
    Ok(tables(&expected)?.is_subset(&tables(connection)?))
}

fn tables(connection: &Connection) -> Result<BTreeSet<String>, rusqlite::Error> {
    let mut query = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let names = query.query_map([], |row| row.get(0))?;
    names.collect()
}

/// What a migration would find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// The file's version; 0 where there is no database yet.
    pub found: u32,
    /// The version that this program brings it to: [`LATEST`].
    pub latest: u32,
}

/// Looks at the database, and changes nothing.
///
/// # Errors
/// A database that is newer, or another program's; or that cannot be read.
pub fn look(database: &Path) -> Result<Schema, OpenError> {
    if !database.exists() {
        return Ok(Schema { found: 0, latest: LATEST });
    }
    let _share = InUse::shared(database)?;
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found = version(&connection)?;
    judge(&connection, found, LATEST)?;
    Ok(Schema { found, latest: LATEST })
}

/// Refuses a database that this program cannot work with.
fn judge(connection: &Connection, found: u32, known: u32) -> Result<(), OpenError> {
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    if found == 0
        && connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, u32>(0))? > 0
    {
        return Err(OpenError::Foreign);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const FIRST: &str = "CREATE TABLE a (x); INSERT INTO a VALUES ('kept')";
    const SECOND: &str = "DROP TABLE a; CREATE TABLE b (y)";

    fn open(dir: &Path) -> Connection {
        Connection::open(dir.join("test.db")).unwrap()
    }

    fn backups(dir: &Path) -> Vec<std::path::PathBuf> {
        let Ok(entries) = fs::read_dir(dir.join("backups")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    #[test]
    fn each_step_is_taken_once() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            apply(&open(dir.path()), &[FIRST], &dir.path().join("backups")).unwrap();
        }
        assert_eq!(version(&open(dir.path())).unwrap(), 1);
        assert!(backups(dir.path()).is_empty(), "nothing was there to back up");
    }

    #[test]
    fn what_was_there_is_backed_up_first() {
        let dir = tempfile::tempdir().unwrap();
        apply(&open(dir.path()), &[FIRST], &dir.path().join("backups")).unwrap();
        apply(&open(dir.path()), &[FIRST, SECOND], &dir.path().join("backups")).unwrap();

        let [backup] = backups(dir.path()).try_into().unwrap();
        assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
        let backup = Connection::open(backup).unwrap();
        assert_eq!(version(&backup).unwrap(), 1);
        let kept: String = backup.query_row("SELECT x FROM a", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "kept");
    }

    #[test]
    fn a_step_that_fails_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let broken = "DROP TABLE a; SELECT nonsense";
        apply(&open(dir.path()), &[FIRST], &dir.path().join("backups")).unwrap();
        let connection = open(dir.path());
        apply(&connection, &[FIRST, broken], &dir.path().join("backups")).unwrap_err();
        assert_eq!(version(&connection).unwrap(), 1);
        connection.query_row("SELECT x FROM a", [], |_| Ok(())).unwrap();
        apply(&connection, &[FIRST, SECOND], &dir.path().join("backups")).unwrap();
    }

    #[test]
    fn a_newer_database_is_refused_in_plain_words() {
        let dir = tempfile::tempdir().unwrap();
        apply(&open(dir.path()), &[FIRST, SECOND], &dir.path().join("backups")).unwrap();
        let refused = apply(&open(dir.path()), &[FIRST], &dir.path().join("backups")).unwrap_err();
        assert!(
            refused.to_string().starts_with("the database has schema 2, this version of Daymark knows 1")
        );
    }

    #[test]
    fn another_programs_database_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).execute_batch("CREATE TABLE theirs (x)").unwrap();
        let refused = apply(&open(dir.path()), &[FIRST], &dir.path().join("backups"));
        assert!(matches!(refused, Err(OpenError::Foreign)));
    }

    #[test]
    fn the_steps_of_this_program_run() {
        apply(&Connection::open_in_memory().unwrap(), STEPS, Path::new("/nowhere")).unwrap();
    }
}
