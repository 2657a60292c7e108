//! Changed occurrences in SQLite. One that nobody touched has no row.

use crate::{
    civil::day_number,
    db::{ReadTx, WriteTx},
    error::Error,
};
use daymark_shared::{
    ids::{AccountId, RoutineId, RunId},
    occurrence::{OccurrenceKey, OccurrenceState},
    schedule::Start,
};
use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row, params};

/// What was changed about one occurrence.
#[derive(Debug, Clone)]
pub struct Change {
    pub routine: RoutineId,
    pub key: OccurrenceKey,
    pub moved_to: Option<Start>,
    pub minutes: Option<u16>,
    pub state: OccurrenceState,
    /// Microseconds since 1970, UTC.
    pub done_at: Option<i64>,
    pub run: Option<RunId>,
    pub revision: u64,
}

impl Change {
    /// An occurrence that nobody has touched.
    pub fn none(routine: RoutineId, key: OccurrenceKey) -> Self {
        let state = OccurrenceState::Planned;
        Self { routine, key, moved_to: None, minutes: None, state, done_at: None, run: None, revision: 0 }
    }

    /// Started or done: it belongs to the past.
    pub fn has_begun(&self) -> bool {
        self.state == OccurrenceState::Done || self.run.is_some()
    }

    /// When it starts, on its schedule's clock.
    pub fn start(&self) -> Start {
        self.moved_to.unwrap_or(self.key.original)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT routine, version, original, moved_to, minutes, state, done_at, run, revision FROM changes ",
            $rest
        )
    };
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let start = |index: usize| -> rusqlite::Result<Option<Start>> {
        let Some(text) = row.get_ref(index)?.as_str_or_null()? else { return Ok(None) };
        let start = Start::from_compact(text).ok_or_else(|| damaged(index, "a start"))?;
        Ok(Some(start))
    };
    let original = start(2)?.ok_or_else(|| damaged(2, "a start"))?;
    Ok(Change {
        routine: RoutineId::from_bytes(row.get(0)?),
        key: OccurrenceKey { version: row.get(1)?, original },
        moved_to: start(3)?,
        minutes: row.get(4)?,
        state: match row.get(5)? {
            0 => OccurrenceState::Planned,
            1 => OccurrenceState::Skipped,
            2 => OccurrenceState::Done,
            _ => return Err(damaged(5, "a state")),
        },
        done_at: row.get(6)?,
        run: row.get::<_, Option<[u8; 16]>>(7)?.map(RunId::from_bytes),
        revision: row.get(8)?,
    })
}

fn damaged(column: usize, what: &str) -> rusqlite::Error {
    let error = format!("what is stored is not {what}");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
}

fn number(state: OccurrenceState) -> u8 {
    match state {
        OccurrenceState::Planned => 0,
        OccurrenceState::Skipped => 1,
        OccurrenceState::Done => 2,
    }
}

/// Changes of occurrences that were planned for, or moved to, a day from `first` to `last`.
pub fn in_window(tx: &ReadTx<'_>, account: AccountId, first: Date, last: Date) -> Result<Vec<Change>, Error> {
    let mut query = tx.prepare_cached(select!(
        "INDEXED BY changes_by_original_day WHERE account = ?1 AND original_day BETWEEN ?2 AND ?3
         UNION ALL
         SELECT routine, version, original, moved_to, minutes, state, done_at, run, revision
         FROM changes INDEXED BY changes_by_shown_day
         WHERE account = ?1 AND shown_day BETWEEN ?2 AND ?3 AND original_day NOT BETWEEN ?2 AND ?3"
    ))?;
    let rows = query.query_map(params![account.as_bytes(), day_number(first), day_number(last)], change)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Changes of a routine's occurrences that were planned for `first` or later.
pub fn of_routine(
    tx: &ReadTx<'_>,
    account: AccountId,
    routine: RoutineId,
    first: Date,
) -> Result<Vec<Change>, Error> {
    let mut query =
        tx.prepare_cached(select!("WHERE account = ?1 AND routine = ?2 AND original_day >= ?3"))?;
    let rows = query.query_map(params![account.as_bytes(), routine.as_bytes(), day_number(first)], change)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What was changed about one occurrence.
pub fn find(
    tx: &ReadTx<'_>,
    account: AccountId,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<Option<Change>, Error> {
    let mut query =
        tx.prepare_cached(select!("WHERE account = ?1 AND routine = ?2 AND version = ?3 AND original = ?4"))?;
    let found = query.query_row(
        params![account.as_bytes(), routine.as_bytes(), key.version, key.original.compact()],
        change,
    );
    Ok(found.optional()?)
}

/// Stores what was changed about an occurrence, and counts it.
pub fn put(tx: &WriteTx<'_>, account: AccountId, change: &mut Change) -> Result<(), Error> {
    change.revision += 1;
    tx.prepare_cached(
        "INSERT INTO changes (account, routine, version, original, original_day, moved_to, shown_day, minutes, state,
                              done_at, run, revision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT DO UPDATE SET moved_to = excluded.moved_to, shown_day = excluded.shown_day,
             minutes = excluded.minutes, state = excluded.state, done_at = excluded.done_at, run = excluded.run,
             revision = excluded.revision",
    )?
    .execute(params![
        account.as_bytes(),
        change.routine.as_bytes(),
        change.key.version,
        change.key.original.compact(),
        day_number(change.key.original.date()),
        change.moved_to.map(Start::compact),
        day_number(change.start().date()),
        change.minutes,
        number(change.state),
        change.done_at,
        change.run.as_ref().map(RunId::as_bytes),
        change.revision,
    ])?;
    Ok(())
}

/// Forgets what was changed about one occurrence.
pub fn delete(
    tx: &WriteTx<'_>,
    account: AccountId,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<(), Error> {
    tx.prepare_cached(
        "DELETE FROM changes WHERE account = ?1 AND routine = ?2 AND version = ?3 AND original = ?4",
    )?
    .execute(params![account.as_bytes(), routine.as_bytes(), key.version, key.original.compact()])?;
    Ok(())
}

/// Forgets the changes of one version.
pub fn delete_version(
    tx: &WriteTx<'_>,
    account: AccountId,
    routine: RoutineId,
    version: u32,
) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM changes WHERE account = ?1 AND routine = ?2 AND version = ?3")?
        .execute(params![account.as_bytes(), routine.as_bytes(), version])?;
    Ok(())
}

/// Forgets all changes of a routine's occurrences.
pub fn delete_routine(tx: &WriteTx<'_>, account: AccountId, routine: RoutineId) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM changes WHERE account = ?1 AND routine = ?2")?
        .execute(params![account.as_bytes(), routine.as_bytes()])?;
    Ok(())
}

/// Deletes what an account has here, at most `most` rows; answers how many went.
pub fn forget(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    let mut delete = tx.prepare_cached(
        "DELETE FROM changes WHERE (account, routine, version, original) IN
             (SELECT account, routine, version, original FROM changes WHERE account = ?1 LIMIT ?2)",
    )?;
    Ok(delete.execute(params![account.as_bytes(), most as i64])?)
}
