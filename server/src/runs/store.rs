//! Runs in SQLite.

use crate::{
    db::{ReadTx, WriteTx},
    error::Error,
};
use daymark_shared::{
    ids::{AccountId, RoutineId, RunId},
    occurrence::OccurrenceKey,
    run::Progress,
    schedule::Start,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

/// A run's row.
pub struct RunRow {
    pub id: RunId,
    pub routine: RoutineId,
    pub occurrence: OccurrenceKey,
    /// Microseconds since 1970, UTC.
    pub started_at: i64,
    pub progress: Progress,
    pub snapshot: Vec<u8>,
    pub revision: u64,
}

/// Which runs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// All of them.
    All,
    /// Those that go on, or are paused.
    Active,
    /// Those that were finished or given up.
    Ended,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, routine, version, original, started_at, progress, snapshot, revision FROM runs ",
            $rest
        )
    };
}

fn damaged(column: usize) -> rusqlite::Error {
    let error = "what is stored is not a run";
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
}

fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let original = Start::from_compact(row.get_ref(3)?.as_str()?).ok_or_else(|| damaged(3))?;
    Ok(RunRow {
        id: RunId::from_bytes(row.get(0)?),
        routine: RoutineId::from_bytes(row.get(1)?),
        occurrence: OccurrenceKey { version: row.get(2)?, original },
        started_at: row.get(4)?,
        progress: progress(row, 5)?,
        snapshot: row.get(6)?,
        revision: row.get(7)?,
    })
}

fn progress(row: &Row<'_>, column: usize) -> rusqlite::Result<Progress> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|_| damaged(column))
}

/// A run.
pub fn find(tx: &ReadTx<'_>, account: AccountId, id: RunId) -> Result<Option<RunRow>, Error> {
    let mut query = tx.prepare_cached(select!("WHERE account = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![account.as_bytes(), id.as_bytes()], run).optional()?)
}

/// Where a run stood when it was last changed.
pub fn find_progress(tx: &ReadTx<'_>, account: AccountId, id: RunId) -> Result<Option<Progress>, Error> {
    let mut query = tx.prepare_cached("SELECT progress FROM runs WHERE account = ?1 AND id = ?2")?;
    let found = query.query_row(params![account.as_bytes(), id.as_bytes()], |row| progress(row, 0));
    Ok(found.optional()?)
}

/// The run of this occurrence that goes on at `now`.
pub fn active(
    tx: &ReadTx<'_>,
    account: AccountId,
    routine: RoutineId,
    key: OccurrenceKey,
    now: Timestamp,
) -> Result<Option<RunRow>, Error> {
    let mut query = tx.prepare_cached(select!(
        "WHERE account = ?1 AND routine = ?2 AND version = ?3 AND original = ?4
           AND (ends_at IS NULL OR ends_at > ?5) ORDER BY id DESC LIMIT 1"
    ))?;
    let found = query.query_row(
        params![
            account.as_bytes(),
            routine.as_bytes(),
            key.version,
            key.original.compact(),
            now.as_microsecond()
        ],
        run,
    );
    Ok(found.optional()?)
}

/// Runs with an id below `before`, greatest first, by how they stand at `now`.
pub fn list(
    tx: &ReadTx<'_>,
    account: AccountId,
    among: Among,
    now: Timestamp,
    before: RunId,
    limit: usize,
) -> Result<Vec<RunRow>, Error> {
    let (account, before) = (account.as_bytes(), before.as_bytes());
    let (now, limit) = (now.as_microsecond(), limit as i64);
    let sql = match among {
        Among::All => select!("WHERE account = ?1 AND id < ?2 AND ?3 = ?3 ORDER BY id DESC LIMIT ?4"),
        // Few go on at once: found by their end, then put in order.
        Among::Active => select!(
            "INDEXED BY runs_by_end WHERE account = ?1 AND id < ?2 AND (ends_at IS NULL OR ends_at > ?3)
             ORDER BY id DESC LIMIT ?4"
        ),
        Among::Ended => select!("WHERE account = ?1 AND id < ?2 AND ends_at <= ?3 ORDER BY id DESC LIMIT ?4"),
    };
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map(params![account, before, now, limit], run)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn encoded(progress: &Progress) -> Result<String, Error> {
    serde_json::to_string(progress).map_err(|error| Error::Internal(error.to_string()))
}

/// Inserts a run.
pub fn insert(tx: &WriteTx<'_>, account: AccountId, row: &RunRow) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO runs (account, id, routine, version, original, started_at, ends_at, progress, snapshot, revision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        account.as_bytes(),
        row.id.as_bytes(),
        row.routine.as_bytes(),
        row.occurrence.version,
        row.occurrence.original.compact(),
        row.started_at,
        row.progress.ends_at().map(Timestamp::as_microsecond),
        encoded(&row.progress)?,
        row.snapshot,
        row.revision,
    ])?;
    Ok(())
}

/// Stores where a run stands, and counts the change.
pub fn update(tx: &WriteTx<'_>, account: AccountId, row: &mut RunRow) -> Result<(), Error> {
    row.revision += 1;
    tx.prepare_cached(
        "UPDATE runs SET progress = ?3, ends_at = ?4, revision = ?5 WHERE account = ?1 AND id = ?2",
    )?
    .execute(params![
        account.as_bytes(),
        row.id.as_bytes(),
        encoded(&row.progress)?,
        row.progress.ends_at().map(Timestamp::as_microsecond),
        row.revision,
    ])?;
    Ok(())
}

/// Deletes the runs of a routine.
pub fn delete_routine(tx: &WriteTx<'_>, account: AccountId, routine: RoutineId) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM runs WHERE account = ?1 AND routine = ?2")?
        .execute(params![account.as_bytes(), routine.as_bytes()])?;
    Ok(())
}

/// Deletes what an account has here, at most `most` rows; answers how many went.
pub fn forget(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    let mut delete = tx.prepare_cached(
        "DELETE FROM runs WHERE (account, id) IN (SELECT account, id FROM runs WHERE account = ?1 LIMIT ?2)",
    )?;
    Ok(delete.execute(params![account.as_bytes(), most as i64])?)
}
