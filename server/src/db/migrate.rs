//! The schema: numbered steps, forward only, each in a transaction, with a backup before the first.

use super::{OpenError, private_dir};
use rusqlite::Connection;
use std::{
    fs::{self, File},
    path::Path,
};

/// The steps in order; the schema's version is the number of those taken (`PRAGMA user_version`).
const STEPS: &[&str] = &[include_str!("../../migrations/0001_keys.sql")];

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
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
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

/// Writes a whole, consistent copy to `backups/schema-<version>-<stamp>.db`, on disk before this returns.
fn back_up(connection: &Connection, backups: &Path, version: u32) -> Result<(), OpenError> {
    private_dir(backups)?;
    let stamp = crate::clock::Clock::system().now().strftime("%Y%m%dT%H%M%S%3fZ").to_string();
    let target = backups.join(format!("schema-{version}-{stamp}.db"));
    let partial = target.with_extension("partial");
    let failed = |error| OpenError::File { path: target.display().to_string(), error };
    connection.execute("VACUUM INTO ?1", [partial.to_string_lossy()])?;
    File::open(&partial).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&partial, &target).map_err(failed)?;
    File::open(backups).and_then(|dir| dir.sync_all()).map_err(failed)?;
    tracing::info!(backup = %target.display(), "backed up before migrating");
    Ok(())
}
