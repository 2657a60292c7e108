//! The readers: a pool of read-only connections.

use super::{Meters, OpenError, ReadTx, Readers, writer::panicked};
use crate::{clock::monotonic, error::Error};
use r2d2::PooledConnection;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread::available_parallelism,
    time::Duration,
};

/// How long a read waits for a free connection.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Pool {
    connections: r2d2::Pool<SqliteConnectionManager>,
    meters: Meters,
}

impl Pool {
    pub(super) fn open(database: &Path, meters: Meters) -> Result<Self, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let manager = SqliteConnectionManager::file(database).with_flags(flags).with_init(|connection| {
            connection.set_prepared_statement_cache_capacity(64);
            // No mmap: mapped pages would count as resident. 1 MiB of cache each is plenty beside the system's.
            connection.execute_batch("PRAGMA cache_size=-1024; PRAGMA mmap_size=0; PRAGMA query_only=ON;")
        });
        // One a worker, and one for whoever watches the process; opened when it is first needed.
        let readers = available_parallelism().map_or(2, |cores| cores.get().clamp(2, 16) as u32) + 1;
        let connections = r2d2::Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .build(manager)?;
        Ok(Self { connections, meters })
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&ReadTx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let connection = self.connection()?;
        let _snapshot = Snapshot::of(&connection)?;
        catch_unwind(AssertUnwindSafe(|| work(&ReadTx::new(&connection))))
            .unwrap_or_else(|panic| Err(panicked(panic)))
    }

    /// Mostly there is a free one; only a wait is measured, so that it costs the others nothing.
    fn connection(&self) -> Result<PooledConnection<SqliteConnectionManager>, Error> {
        if let Some(free) = self.connections.try_get() {
            return Ok(free);
        }
        let begun = monotonic();
        let waited_for = self.connections.get();
        self.meters.reader_wait.observe(begun.elapsed().as_secs_f64());
        waited_for.map_err(|_| {
            self.meters.reader_timeouts.inc();
            Error::Unavailable("all readers are busy")
        })
    }

    pub(super) fn readers(&self) -> Readers {
        let state = self.connections.state();
        Readers {
            busy: state.connections.saturating_sub(state.idle_connections),
            idle: state.idle_connections,
        }
    }
}

/// One state of the database, let go when dropped, by a panic too.
struct Snapshot<'c>(&'c Connection);

impl<'c> Snapshot<'c> {
    fn of(connection: &'c Connection) -> Result<Self, rusqlite::Error> {
        connection.prepare_cached("BEGIN DEFERRED")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // A read cannot fail to end; where SQLite ended it by itself, there is nothing to do.
        let _ = self.0.prepare_cached("COMMIT").and_then(|mut end| end.execute([]));
    }
}
