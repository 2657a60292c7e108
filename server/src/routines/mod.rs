//! Routines: made, edited, ended. An edit opens versions, so that the past keeps its own.

mod content;
pub mod http;
mod store;

pub use content::Content;
pub use store::{Among, Window};

use crate::{
    caller::Caller,
    days,
    db::{ReadTx, WriteTx},
    error::Error,
    reminders,
    revision::IfMatch,
    vault::DataKey,
};
use content::Sealable;
use daymark_shared::{
    event::Event,
    ids::{AccountId, RoutineId},
    occurrence::OccurrenceKey,
    page::Page,
    problem::{Code, Problem, Violation},
    reminder::ReminderPlan,
    routine::{NewRoutine, Routine, RoutineEdit, Scope},
    schedule::{Schedule, ScheduleZone},
    version::{self, Version},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{NewVersion, RoutineRow};

/// The most versions that a routine keeps.
const VERSIONS_MAX: usize = 1_000;

/// A version of a routine as the planner sees it; nothing in it is sealed.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its row, for [`content`].
    row: i64,
    /// Whose version it is.
    pub routine: RoutineId,
    /// When it happens.
    pub version: Version,
    /// How long its steps take.
    pub minutes: u16,
    /// When it reminds.
    pub reminders: ReminderPlan,
    /// When it was written, in microseconds since 1970, UTC: it owes no reminder that was due before.
    pub planned_at: i64,
}

/// The zone with this name, if the zone database has it.
pub(crate) fn known_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Reads an UNTIL in UTC on the schedule's own clock, and checks that its zone exists.
fn settled(schedule: Schedule, pointer: &str) -> Result<Schedule, Error> {
    let ScheduleZone::Fixed(name) = &schedule.zone else { return Ok(schedule) };
    let zone = known_zone(name.as_str())
        .ok_or_else(|| Error::field(Code::BadZone, format!("{pointer}/zone"), "no such IANA time zone"))?;
    schedule.localised(&zone).map_err(|violation| Error::field(violation.code, pointer, violation.detail))
}

/// Makes a routine. The flag tells whether it is new; asked again with the same body, it answers what is there.
///
/// # Errors
/// [`Code::IdConflict`] when the id is taken by something else, [`Code::BadZone`], or what the schedule breaks.
pub fn create(tx: &WriteTx<'_>, caller: &Caller<'_>, new: NewRoutine) -> Result<(Routine, bool), Error> {
    let body = serde_json::to_vec(&new).map_err(|error| Error::Internal(error.to_string()))?;
    let request = caller.vault.blind("routine.request.1", &body);
    let schedule = new.schedule.map(|schedule| settled(schedule, "/schedule")).transpose()?;
    let created_at = caller.now.as_microsecond();
    if !store::insert(tx, caller.account, new.id, created_at, schedule.is_some(), &request)? {
        let row = found(store::find(tx, caller.account, new.id)?)?;
        if row.request != request {
            return Err(Problem::field(Code::IdConflict, "/id", "another routine has this id").into());
        }
        return Ok((show(tx, &caller.key(tx)?, caller.account, &row, row.current)?, false));
    }
    let version = Version::first(schedule);
    let sealable =
        Sealable { title: new.title, notes: new.notes, colour: new.colour, icon: new.icon, steps: new.steps };
    let ready = reminders::ready(tx, caller)?;
    insert_version(tx, caller, new.id, &version, &sealable, &new.reminders)?;
    tx.emit(caller.account, Event::Routine { id: new.id });
    ready.follow(tx, caller, Some(new.id))?;
    Ok((sealable.into_routine(new.id, &version, new.reminders, caller.now, 1), true))
}

fn insert_version(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    id: RoutineId,
    version: &Version,
    sealable: &Sealable,
    reminders: &ReminderPlan,
) -> Result<(), Error> {
    let (content, notes) = sealable.seal(&caller.key(tx)?, id, version.number)?;
    let minutes = sealable.steps.minutes().get();
    let planned_at = caller.now.as_microsecond();
    let new = NewVersion { version, minutes, reminders, planned_at, content, notes };
    store::insert_version(tx, caller.account, id, &new)
}

fn found<T>(row: Option<T>) -> Result<T, Error> {
    row.ok_or_else(|| Code::NotFound.into())
}

/// A routine's current version.
///
/// # Errors
/// [`Code::NotFound`].
pub fn get(tx: &ReadTx<'_>, caller: &Caller<'_>, id: RoutineId) -> Result<Routine, Error> {
    let row = found(store::find(tx, caller.account, id)?)?;
    show(tx, &caller.key(tx)?, caller.account, &row, row.current)
}

/// One version of a routine: the one that an occurrence's key names.
///
/// # Errors
/// [`Code::NotFound`].
pub fn get_version(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    id: RoutineId,
    number: u32,
) -> Result<Routine, Error> {
    let row = found(store::find(tx, caller.account, id)?)?;
    show(tx, &caller.key(tx)?, caller.account, &row, number)
}

fn show(
    tx: &ReadTx<'_>,
    key: &DataKey,
    account: AccountId,
    row: &RoutineRow,
    number: u32,
) -> Result<Routine, Error> {
    let planned = found(store::version(tx, account, row.id, number)?)?;
    let sealable = unseal(tx, key, account, &planned)?;
    let created_at = Timestamp::from_microsecond(row.created_at).unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(sealable.into_routine(row.id, &planned.version, planned.reminders, created_at, row.revision))
}

fn unseal(tx: &ReadTx<'_>, key: &DataKey, account: AccountId, planned: &Planned) -> Result<Sealable, Error> {
    let (content, notes) = store::sealed(tx, account, planned.row)?;
    Sealable::open(key, planned.routine, planned.version.number, &content, notes.as_deref())
}

/// Routines, newest first, in pages.
///
/// # Errors
/// [`Code::BadCursor`].
pub fn list(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    among: Among,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Routine>, Error> {
    let before = match cursor {
        None => RoutineId::from_bytes([0xff; 16]),
        Some(text) => {
            text.parse().map_err(|_| Error::field(Code::BadCursor, "?cursor", "take it from `next`"))?
        }
    };
    let key = caller.key(tx)?;
    let mut rows = store::list(tx, caller.account, among, before, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let items = rows.iter().map(|row| show(tx, &key, caller.account, row, row.current));
    let items = items.collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

/// Edits one occurrence, it and those after it, or all that have not yet begun.
///
/// # Errors
/// [`Code::NotFound`], [`Code::PreconditionFailed`], [`Code::OccurrenceBegun`], or what the new schedule breaks.
pub fn edit(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    id: RoutineId,
    seen: &IfMatch,
    edit: RoutineEdit,
) -> Result<Routine, Error> {
    let account = caller.account;
    let row = found(store::find(tx, account, id)?)?;
    seen.check(row.revision)?;
    let mut patch = edit;
    let schedule = match patch.schedule.take() {
        Some(Some(schedule)) => Some(Some(settled(schedule, "/schedule")?)),
        other => other,
    };
    let planned = store::versions(tx, account, id)?;
    if planned.len() >= VERSIONS_MAX {
        return Err(Code::LimitReached.into());
    }
    let versions: Vec<Version> = planned.iter().map(|planned| planned.version.clone()).collect();
    let today = caller.today(tx)?;
    let begun = days::begun(tx, account, id, today)?;
    let request = version::Request { scope: patch.scope, occurrence: patch.occurrence, schedule };
    let changes = version::edit(&versions, &begun, today, request).map_err(refused)?;

    let ready = reminders::ready(tx, caller)?;
    let key = caller.key(tx)?;
    for opened in &changes.opened {
        let base = found(planned.iter().find(|planned| planned.version.number == opened.base))?;
        let mut sealable = unseal(tx, &key, account, base)?;
        sealable.apply(&patch);
        let reminders = patch.reminders.as_ref().unwrap_or(&base.reminders);
        insert_version(tx, caller, id, &opened.version, &sealable, reminders)?;
    }
    days::follow(tx, account, id, &changes)?;
    let mut after = retire(tx, account, id, versions, &changes.closed, &changes.removed, changes.except)?;
    after.extend(changes.opened.into_iter().map(|opened| opened.version));
    finish(tx, account, &row, &after)?;
    ready.follow(tx, caller, Some(id))?;
    get(tx, caller, id)
}

/// Closes and removes versions; answers those that are left.
fn retire(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: RoutineId,
    mut versions: Vec<Version>,
    closed: &[(u32, Date)],
    removed: &[u32],
    except: Option<(u32, Date)>,
) -> Result<Vec<Version>, Error> {
    for number in removed {
        store::delete_version(tx, account, id, *number)?;
    }
    versions.retain(|version| !removed.contains(&version.number));
    for version in &mut versions {
        let until = closed.iter().find(|(number, _)| *number == version.number).map(|(_, date)| *date);
        let except = except.filter(|(number, _)| *number == version.number).map(|(_, date)| date);
        if until.is_some() || except.is_some() {
            version.until = until.or(version.until);
            version.except.extend(except);
            store::update_version(tx, account, id, version)?;
        }
    }
    Ok(versions)
}

/// Stores what the routine's row says about its versions.
fn finish(tx: &WriteTx<'_>, account: AccountId, row: &RoutineRow, versions: &[Version]) -> Result<(), Error> {
    let newest = versions.iter().map(|version| version.number).max().unwrap_or(0).max(row.newest);
    let current = found(version::current(versions))?;
    tx.emit(account, Event::Routine { id: row.id });
    store::touch(tx, account, row.id, newest, current.number, current.schedule.is_some())
}

fn refused(violation: Violation) -> Error {
    match violation.code {
        Code::BadValue => Error::field(violation.code, "/schedule", violation.detail),
        Code::MissingField => Error::field(violation.code, "/occurrence", violation.detail),
        _ => violation.into(),
    }
}

/// Lets nothing happen any more from an occurrence on (`later`), or at all (`all`). What has begun stays.
///
/// # Errors
/// As [`edit`]; [`Code::BadValue`] for `this`, which is skipping.
pub fn end(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    id: RoutineId,
    seen: &IfMatch,
    scope: Scope,
    occurrence: Option<OccurrenceKey>,
) -> Result<Routine, Error> {
    let account = caller.account;
    let row = found(store::find(tx, account, id)?)?;
    seen.check(row.revision)?;
    let versions: Vec<Version> =
        store::versions(tx, account, id)?.into_iter().map(|planned| planned.version).collect();
    let today = caller.today(tx)?;
    let date = match (scope, occurrence) {
        (Scope::This, _) => return Err(Error::field(Code::BadValue, "/scope", "skip a single occurrence")),
        (Scope::All, _) => today,
        (Scope::Later, None) => {
            return Err(Error::field(Code::MissingField, "/occurrence", "say which occurrence is meant"));
        }
        (Scope::Later, Some(key)) => {
            let hit = versions.iter().any(|v| v.number == key.version && v.hits(key.original));
            if !hit {
                return Err(Code::NotFound.into());
            }
            key.original.date().max(today)
        }
    };
    let begun = days::begun(tx, account, id, Date::MIN)?;
    let (mut closed, mut removed) = version::end(&versions, &begun, date);
    // One version always stands for the routine, even when nothing is left of it.
    let stands = versions.iter().any(|version| !version.single && !removed.contains(&version.number));
    if let Some(current) = version::current(&versions).filter(|_| !stands) {
        removed.retain(|number| *number != current.number);
        closed.push((current.number, date));
    }
    let ready = reminders::ready(tx, caller)?;
    days::forget_versions(tx, account, id, &removed)?;
    let after = retire(tx, account, id, versions, &closed, &removed, None)?;
    finish(tx, account, &row, &after)?;
    ready.follow(tx, caller, Some(id))?;
    get(tx, caller, id)
}

/// Deletes a routine with its history: versions, changed occurrences, runs. Deleting what is gone is no error here;
/// whether it was there is answered.
///
/// # Errors
/// [`Code::NotFound`].
pub fn delete(tx: &WriteTx<'_>, caller: &Caller<'_>, id: RoutineId) -> Result<(), Error> {
    found(store::find(tx, caller.account, id)?)?;
    days::forget_routine(tx, caller.account, id)?;
    crate::runs::forget_routine(tx, caller.account, id)?;
    tx.emit(caller.account, Event::Routine { id });
    reminders::forget_routine(tx, caller.account, id)?;
    store::delete(tx, caller.account, id)
}

/// The versions that may show something within `narrow`; those that can show on another date than their rule's, within
/// `wide`.
///
/// # Errors
/// Where storage fails.
pub fn in_window(
    tx: &ReadTx<'_>,
    account: AccountId,
    narrow: &Window,
    wide: &Window,
) -> Result<Vec<Planned>, Error> {
    store::in_window(tx, account, narrow, wide)
}

/// All versions of a routine, in order; empty when the account has no such routine.
///
/// # Errors
/// Where storage fails.
pub fn versions(tx: &ReadTx<'_>, account: AccountId, id: RoutineId) -> Result<Vec<Planned>, Error> {
    store::versions(tx, account, id)
}

/// One version of a routine.
///
/// # Errors
/// Where storage fails.
pub fn planned(
    tx: &ReadTx<'_>,
    account: AccountId,
    id: RoutineId,
    number: u32,
) -> Result<Option<Planned>, Error> {
    store::version(tx, account, id, number)
}

/// What a day shows of a version.
///
/// # Errors
/// Where storage fails, or the content does not open.
pub fn content(
    tx: &ReadTx<'_>,
    key: &DataKey,
    account: AccountId,
    planned: &Planned,
) -> Result<Content, Error> {
    store::with_content(tx, account, planned.row, |sealed| {
        Content::open(key, planned.routine, planned.version.number, sealed)
    })
}

/// The steps of a version with their notes.
///
/// # Errors
/// As [`content`].
pub fn steps(
    tx: &ReadTx<'_>,
    key: &DataKey,
    account: AccountId,
    planned: &Planned,
) -> Result<daymark_shared::routine::Steps, Error> {
    Ok(unseal(tx, key, account, planned)?.steps)
}

/// All routines of an account go: at most `most` rows of a kind at a time, so that nobody waits for long. Answers
/// how many went.
///
/// # Errors
/// Where storage fails.
pub fn forget_account(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    store::forget(tx, account, most)
}
