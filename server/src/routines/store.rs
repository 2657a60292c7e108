//! Routines and their versions in SQLite.

use super::Planned;
use crate::{
    civil::{ENDLESS, date_of, day_number},
    db::{ReadTx, WriteTx},
    error::Error,
};
use daymark_shared::{
    ids::{AccountId, RoutineId},
    reminder::ReminderPlan,
    repeat::Footprint,
    schedule::{Schedule, ScheduleZone, Start},
    version::Version,
    zone::Zone,
};
use jiff::{ToSpan, civil::Date};
use rusqlite::{OptionalExtension, Row, params};

/// A routine's row.
pub struct RoutineRow {
    pub id: RoutineId,
    pub created_at: i64,
    pub revision: u64,
    pub newest: u32,
    pub current: u32,
    pub request: Vec<u8>,
}

/// Which routines are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// All of them.
    All,
    /// Those without a schedule.
    Inbox,
    /// Those with one.
    Planned,
}

/// Inserts a routine; false when the id is taken.
pub fn insert(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: RoutineId,
    created_at: i64,
    planned: bool,
    request: &[u8],
) -> Result<bool, Error> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO routines (account, id, created_at, revision, newest, current, planned, request)
         VALUES (?1, ?2, ?3, 1, 1, 1, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    Ok(insert.execute(params![account.as_bytes(), id.as_bytes(), created_at, planned, request])? == 1)
}

macro_rules! select_routine {
    ($rest:literal) => {
        concat!("SELECT id, created_at, revision, newest, current, request FROM routines ", $rest)
    };
}

fn routine(row: &Row<'_>) -> rusqlite::Result<RoutineRow> {
    Ok(RoutineRow {
        id: RoutineId::from_bytes(row.get(0)?),
        created_at: row.get(1)?,
        revision: row.get(2)?,
        newest: row.get(3)?,
        current: row.get(4)?,
        request: row.get(5)?,
    })
}

/// A routine's row, if the account has it.
pub fn find(tx: &ReadTx<'_>, account: AccountId, id: RoutineId) -> Result<Option<RoutineRow>, Error> {
    let mut query = tx.prepare_cached(select_routine!("WHERE account = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![account.as_bytes(), id.as_bytes()], routine).optional()?)
}

/// Routines with an id below `before`, greatest first.
pub fn list(
    tx: &ReadTx<'_>,
    account: AccountId,
    among: Among,
    before: RoutineId,
    limit: usize,
) -> Result<Vec<RoutineRow>, Error> {
    let planned: Option<bool> = match among {
        Among::All => None,
        Among::Inbox => Some(false),
        Among::Planned => Some(true),
    };
    let mut query = tx.prepare_cached(select_routine!(
        "WHERE account = ?1 AND id < ?2 AND (?3 IS NULL OR planned = ?3) ORDER BY id DESC LIMIT ?4"
    ))?;
    let rows =
        query.query_map(params![account.as_bytes(), before.as_bytes(), planned, limit as i64], routine)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts a change, and says which version stands for the routine now.
pub fn touch(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: RoutineId,
    newest: u32,
    current: u32,
    planned: bool,
) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE routines SET revision = revision + 1, newest = ?3, current = ?4, planned = ?5
         WHERE account = ?1 AND id = ?2",
    )?
    .execute(params![account.as_bytes(), id.as_bytes(), newest, current, planned])?;
    Ok(())
}

/// Deletes a routine with all its versions.
pub fn delete(tx: &WriteTx<'_>, account: AccountId, id: RoutineId) -> Result<(), Error> {
    let key = params![account.as_bytes(), id.as_bytes()];
    tx.prepare_cached("DELETE FROM routines WHERE account = ?1 AND id = ?2")?.execute(key)?;
    tx.prepare_cached("DELETE FROM versions WHERE account = ?1 AND routine = ?2")?.execute(key)?;
    Ok(())
}

/// Deletes what an account has here, at most `most` rows of each kind; answers how many went.
pub fn forget(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    let key = params![account.as_bytes(), most as i64];
    let routines = tx
        .prepare_cached(
            "DELETE FROM routines WHERE (account, id) IN
                 (SELECT account, id FROM routines WHERE account = ?1 LIMIT ?2)",
        )?
        .execute(key)?;
    let versions = tx
        .prepare_cached(
            "DELETE FROM versions WHERE id IN (SELECT id FROM versions WHERE account = ?1 LIMIT ?2)",
        )?
        .execute(key)?;
    Ok(routines + versions)
}

fn last_day(version: &Version) -> i64 {
    version.last().map_or(ENDLESS, day_number)
}

fn except_days(version: &Version) -> Option<String> {
    let days: Vec<i64> = version.except.iter().map(|date| day_number(*date)).collect();
    (!days.is_empty()).then(|| serde_json::json!(days).to_string())
}

/// Whether an occurrence may show on another date than that of its rule: it runs past midnight, or follows the clock
/// of another zone.
fn is_wide(schedule: &Schedule, minutes: u16) -> bool {
    let past_midnight = match schedule.start {
        Start::AllDay(_) => false,
        Start::At(at) => i32::from(at.hour()) * 60 + i32::from(at.minute()) + i32::from(minutes) > 24 * 60,
    };
    past_midnight || schedule.zone.fixed().is_some()
}

/// The plan as it is stored; the usual one, a reminder at the start, takes no room.
fn plan_text(plan: &ReminderPlan) -> Result<Option<String>, Error> {
    if *plan == ReminderPlan::default() {
        return Ok(None);
    }
    serde_json::to_string(plan).map(Some).map_err(|error| Error::Internal(error.to_string()))
}

/// A version to be inserted, with what is sealed.
pub struct NewVersion<'a> {
    pub version: &'a Version,
    pub minutes: u16,
    pub reminders: &'a ReminderPlan,
    /// Microseconds since 1970, UTC: no reminder is owed for what was due before.
    pub planned_at: i64,
    pub content: Vec<u8>,
    pub notes: Option<Vec<u8>>,
}

/// Inserts a version.
pub fn insert_version(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: RoutineId,
    new: &NewVersion<'_>,
) -> Result<(), Error> {
    let version = new.version;
    let schedule = version.schedule.as_ref();
    let footprint = schedule.map_or(Footprint::EMPTY, Schedule::footprint);
    tx.prepare_cached(
        "INSERT INTO versions (account, routine, number, single, from_day, until_day, last_day, wide, weekdays,
                               month_days, months, start, zone, repeat, except_days, minutes, content, notes,
                               reminders, planned_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    )?
    .execute(params![
        account.as_bytes(),
        id.as_bytes(),
        version.number,
        version.single,
        day_number(version.from),
        version.until.map(day_number),
        last_day(version),
        schedule.is_some_and(|schedule| is_wide(schedule, new.minutes)),
        footprint.weekdays,
        footprint.month_days,
        footprint.months,
        schedule.map(|schedule| schedule.start.compact()),
        schedule.and_then(|schedule| schedule.zone.fixed()).map(Zone::as_str),
        schedule.and_then(|schedule| schedule.repeat.as_ref()).map(ToString::to_string),
        except_days(version),
        new.minutes,
        new.content,
        new.notes,
        plan_text(new.reminders)?,
        new.planned_at,
    ])?;
    Ok(())
}

/// Stores until when a version holds and which dates are not its own.
pub fn update_version(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: RoutineId,
    version: &Version,
) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE versions SET until_day = ?4, last_day = ?5, except_days = ?6
         WHERE account = ?1 AND routine = ?2 AND number = ?3",
    )?
    .execute(params![
        account.as_bytes(),
        id.as_bytes(),
        version.number,
        version.until.map(day_number),
        last_day(version),
        except_days(version),
    ])?;
    Ok(())
}

/// Deletes a version.
pub fn delete_version(tx: &WriteTx<'_>, account: AccountId, id: RoutineId, number: u32) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM versions WHERE account = ?1 AND routine = ?2 AND number = ?3")?
        .execute(params![account.as_bytes(), id.as_bytes(), number])?;
    Ok(())
}

macro_rules! select_planned {
    ($rest:literal) => {
        concat!(
            "SELECT id, routine, number, single, from_day, until_day, start, zone, repeat, except_days, minutes, \
                    reminders, planned_at FROM versions ",
            $rest
        )
    };
}

fn planned(row: &Row<'_>) -> rusqlite::Result<Planned> {
    let day = |index: usize| -> rusqlite::Result<Date> {
        date_of(row.get(index)?).ok_or_else(|| damaged(index, "a day"))
    };
    let except: Option<&str> = row.get_ref(9)?.as_str_or_null()?;
    let except: Vec<i64> =
        except.map_or(Ok(vec![]), serde_json::from_str).map_err(|_| damaged(9, "a list"))?;
    Ok(Planned {
        row: row.get(0)?,
        routine: RoutineId::from_bytes(row.get(1)?),
        version: Version {
            number: row.get(2)?,
            single: row.get(3)?,
            from: day(4)?,
            until: row.get::<_, Option<i64>>(5)?.and_then(date_of),
            schedule: schedule(row)?,
            except: except.into_iter().filter_map(date_of).collect(),
        },
        minutes: row.get(10)?,
        reminders: match row.get_ref(11)?.as_str_or_null()? {
            None => ReminderPlan::default(),
            Some(plan) => serde_json::from_str(plan).map_err(|_| damaged(11, "a plan of reminders"))?,
        },
        planned_at: row.get(12)?,
    })
}

fn schedule(row: &Row<'_>) -> rusqlite::Result<Option<Schedule>> {
    let Some(start) = row.get_ref(6)?.as_str_or_null()? else { return Ok(None) };
    let start = Start::from_compact(start).ok_or_else(|| damaged(6, "a start"))?;
    let zone = match row.get_ref(7)?.as_str_or_null()? {
        None => ScheduleZone::Mine,
        Some(name) => ScheduleZone::Fixed(Zone::new(name).map_err(|_| damaged(7, "a zone"))?),
    };
    let repeat = match row.get_ref(8)?.as_str_or_null()? {
        None => None,
        Some(rule) => Some(rule.parse().map_err(|_| damaged(8, "a repeat rule"))?),
    };
    // Checked when it was stored.
    Ok(Some(Schedule { start, zone, repeat }))
}

fn damaged(column: usize, what: &str) -> rusqlite::Error {
    let error = format!("what is stored is not {what}");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
}

/// All versions of a routine, in order.
pub fn versions(tx: &ReadTx<'_>, account: AccountId, id: RoutineId) -> Result<Vec<Planned>, Error> {
    let mut query =
        tx.prepare_cached(select_planned!("WHERE account = ?1 AND routine = ?2 ORDER BY number"))?;
    let rows = query.query_map(params![account.as_bytes(), id.as_bytes()], planned)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One version of a routine.
pub fn version(
    tx: &ReadTx<'_>,
    account: AccountId,
    id: RoutineId,
    number: u32,
) -> Result<Option<Planned>, Error> {
    let mut query =
        tx.prepare_cached(select_planned!("WHERE account = ?1 AND routine = ?2 AND number = ?3"))?;
    Ok(query.query_row(params![account.as_bytes(), id.as_bytes(), number], planned).optional()?)
}

/// The days that are looked for: first and last, and which bits a date among them can have.
pub struct Window {
    first: i64,
    last: i64,
    bits: Footprint,
}

impl Window {
    /// From `first` to `last`, both included.
    pub fn new(first: Date, last: Date) -> Self {
        let mut bits = Footprint::EMPTY;
        for date in first.series(1.day()).take_while(|date| *date <= last) {
            bits.add(date);
        }
        Self { first: day_number(first), last: day_number(last), bits }
    }
}

/// One scan of the index from `wide.first` on: what has ended lies before that.
const IN_WINDOW: &str = select_planned!(
    "INDEXED BY versions_by_day
      WHERE account = ?1 AND start IS NOT NULL AND last_day >= ?2 AND from_day <= ?3
        AND ((wide = 0 AND last_day >= ?4 AND from_day <= ?5
              AND weekdays & ?6 != 0 AND month_days & ?7 != 0 AND months & ?8 != 0)
          OR (wide = 1 AND weekdays & ?9 != 0 AND month_days & ?10 != 0 AND months & ?11 != 0))"
);

/// The versions that may happen within `narrow`; those that can show on another date than their rule's, within `wide`.
pub fn in_window(
    tx: &ReadTx<'_>,
    account: AccountId,
    narrow: &Window,
    wide: &Window,
) -> Result<Vec<Planned>, Error> {
    let mut query = tx.prepare_cached(IN_WINDOW)?;
    let rows = query.query_map(
        params![
            account.as_bytes(),
            wide.first,
            wide.last,
            narrow.first,
            narrow.last,
            narrow.bits.weekdays,
            narrow.bits.month_days,
            narrow.bits.months,
            wide.bits.weekdays,
            wide.bits.month_days,
            wide.bits.months,
        ],
        planned,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is sealed in a version: content, and notes where there are any.
pub fn sealed(tx: &ReadTx<'_>, account: AccountId, row: i64) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
    let mut query =
        tx.prepare_cached("SELECT content, notes FROM versions WHERE account = ?1 AND id = ?2")?;
    Ok(query.query_row(params![account.as_bytes(), row], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The sealed content of a version alone, handed to `open` where it lies.
pub fn with_content<T>(
    tx: &ReadTx<'_>,
    account: AccountId,
    row: i64,
    open: impl FnOnce(&[u8]) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut query = tx.prepare_cached("SELECT content FROM versions WHERE account = ?1 AND id = ?2")?;
    let mut rows = query.query(params![account.as_bytes(), row])?;
    let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    open(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, StatementStatus};

    /// Somebody with 500 routines without an end, and `ended` that were over yesterday.
    fn planner(ended: u32) -> Connection {
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch(include_str!("../../migrations/0003_planning.sql")).unwrap();
        database.execute_batch(include_str!("../../migrations/0004_reminders.sql")).unwrap();
        let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500 + ?1)
             INSERT INTO versions (account, routine, number, single, from_day, last_day, wide, weekdays, month_days,
                                   months, start, minutes, content)
             SELECT x'01', CAST(n AS BLOB), 1, 0, 0, iif(n > 500, 99, ?2), 0, -1, -1, -1, '20260101', 30, x''
             FROM n";
        database.execute(fill, params![ended, ENDLESS]).unwrap();
        database
    }

    #[test]
    fn what_has_ended_is_left_out_by_the_index() {
        let database = planner(0);
        let mut explain = database.prepare(&format!("EXPLAIN QUERY PLAN {IN_WINDOW}")).unwrap();
        let plan: Vec<String> =
            explain.raw_query().mapped(|row| row.get("detail")).map(Result::unwrap).collect();
        assert_eq!(plan, ["SEARCH versions USING INDEX versions_by_day (account=? AND last_day>?)"]);
    }

    #[test]
    fn what_has_ended_costs_nothing() {
        let cost = |ended| {
            let database = planner(ended);
            let mut query = database.prepare(IN_WINDOW).unwrap();
            let bits = [-1; 3];
            let day =
                params![[1_u8], 100, 100, 100, 100, bits[0], bits[1], bits[2], bits[0], bits[1], bits[2]];
            assert_eq!(query.query_map(day, |_| Ok(())).unwrap().count(), 500);
            query.get_status(StatementStatus::VmStep)
        };
        assert_eq!(cost(9_500), cost(0));
    }
}
