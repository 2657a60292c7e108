//! Reminders: what is owed to whom and when, kept true by whoever changes a plan, sent by the worker, acted on by the
//! person. `docs/reminders.md` explains the contract.

mod act;
mod compose;
pub mod http;
pub mod job;
mod judge;
mod planner;
mod shares;
mod store;
pub mod token;
mod words;

pub use act::{Act, acknowledge};
pub use planner::{Ready, channels_changed, channels_taken_away, ready};

use crate::{
    accounts,
    caller::Caller,
    channels,
    db::{ReadTx, WriteTx},
    error::Error,
    metrics::Outbox,
    revision::IfMatch,
    routines,
};
use daymark_shared::{
    event::Event,
    ids::{AccountId, ReminderId, RoutineId},
    occurrence::OccurrenceKey,
    page::Page,
    problem::Code,
    reminder::{Reminded, Reminder, ReminderList, ReminderSettings, StoredSettings},
    routine::{Colour, Icon},
    schedule::Start,
    text::Title,
};
use jiff::Timestamp;
use std::collections::HashMap;
use store::{Cursor, Listed};

/// How much is owed, whoever's it is.
///
/// # Errors
/// Where storage fails.
pub fn outbox(tx: &ReadTx<'_>, now: Timestamp) -> Result<Outbox, Error> {
    store::outbox(tx, now, job::LEASE)
}

/// How an account is reminded.
///
/// # Errors
/// Where storage fails.
pub fn settings(tx: &ReadTx<'_>, caller: &Caller<'_>) -> Result<StoredSettings, Error> {
    store::settings(tx, caller.account)
}

/// Sets how an account is reminded; what is still to come follows.
///
/// # Errors
/// [`Code::PreconditionFailed`].
pub fn put_settings(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    seen: &IfMatch,
    settings: ReminderSettings,
) -> Result<StoredSettings, Error> {
    let before = store::settings(tx, caller.account)?;
    seen.check(before.revision)?;
    if before.settings == settings {
        return Ok(before);
    }
    let after = StoredSettings { settings, revision: before.revision + 1 };
    let ready = ready(tx, caller)?;
    store::put_settings(tx, caller.account, &after)?;
    tx.emit(caller.account, Event::Account);
    ready.follow(tx, caller, None)?;
    Ok(after)
}

/// Reminders of an account, in pages.
///
/// # Errors
/// [`Code::BadCursor`].
pub fn list(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    which: ReminderList,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Reminder>, Error> {
    let after = cursor.map(parse_cursor).transpose()?;
    let mut rows = match which {
        ReminderList::Missed => store::missed(tx, caller.account, after, limit + 1)?,
        // What is owed where nothing arrives any more is not to come: it will be missed.
        ReminderList::Upcoming if channels::routing(tx, caller.account)?.targets().is_empty() => Vec::new(),
        ReminderList::Upcoming => store::upcoming(tx, caller.account, after, limit + 1)?,
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more);
    let next = next.map(|row| format!("{}_{}", row.owed.due_at.as_microsecond(), row.owed.id));
    let items = rows.into_iter().map(|row| show(tx, caller, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

fn parse_cursor(text: &str) -> Result<Cursor, Error> {
    let parsed = text.split_once('_').and_then(|(due, id)| {
        let due = Timestamp::from_microsecond(due.parse().ok()?).ok()?;
        Some((due, id.parse::<ReminderId>().ok()?))
    });
    parsed.ok_or_else(|| Error::field(Code::BadCursor, "?cursor", "take it from `next`"))
}

fn show(tx: &ReadTx<'_>, caller: &Caller<'_>, row: Listed) -> Result<Reminder, Error> {
    let owed = row.owed;
    let key = caller.key(tx)?;
    let planned = routines::planned(tx, caller.account, owed.routine, owed.key.version)?;
    let content = planned.map(|planned| routines::content(tx, &key, caller.account, &planned)).transpose();
    // One whose text does not open was missed all the same.
    let (title, colour, icon) = match content {
        Ok(Some(content)) => (content.title, content.colour, content.icon),
        Err(error) if !matches!(error, Error::Sealed(_)) => return Err(error),
        Ok(None) | Err(_) => {
            let title = Title::new(words::hidden(accounts::locale(tx, caller.account)?))?;
            (title, Colour::default(), Icon::default())
        }
    };
    Ok(Reminder {
        id: owed.id,
        routine: owed.routine,
        occurrence: owed.key,
        title,
        colour,
        icon,
        channel: channels::brief(tx, &key, caller.account, owed.channel)?,
        due_at: owed.due_at,
        starts_at: owed.starts_at,
        state: row.state,
        late: row.late,
        reason: row.reason,
        told_elsewhere: row.told_elsewhere,
        settled_at: row.settled_at,
    })
}

/// How the occurrences that start between the two stand with their reminders; those that nobody acted on are left out.
///
/// # Errors
/// Where storage fails.
pub fn reminded(
    tx: &ReadTx<'_>,
    account: AccountId,
    span: (Timestamp, Timestamp),
) -> Result<HashMap<(RoutineId, Start), Reminded>, Error> {
    if store::planned_until(tx, account)?.is_none() {
        return Ok(HashMap::new());
    }
    let known = store::acknowledged(tx, account, span)?;
    let nothing = Reminded { acknowledged: true, snoozed_until: None };
    let mut reminded: HashMap<_, _> = known.into_keys().map(|place| (place, nothing)).collect();
    for (place, at) in store::snoozed(tx, account)? {
        reminded.entry(place).or_insert(nothing).snoozed_until = Some(at);
    }
    Ok(reminded)
}

/// The person has changed their mind about an occurrence: it is to be done again.
///
/// # Errors
/// Where storage fails.
pub fn unacknowledge(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    (routine, key): (RoutineId, OccurrenceKey),
) -> Result<(), Error> {
    store::forget_acknowledged(tx, caller.account, (routine, key.original))?;
    ready(tx, caller)?.follow(tx, caller, Some(routine))
}

/// Forgets all reminders of a routine.
///
/// # Errors
/// Where storage fails.
pub fn forget_routine(tx: &WriteTx<'_>, account: AccountId, routine: RoutineId) -> Result<(), Error> {
    store::delete_routine(tx, account, routine)
}

/// All that an account is owed, and how it is reminded, go: at most `most` rows of a kind at a time, so that nobody waits for long. Answers
/// how many went.
///
/// # Errors
/// Where storage fails.
pub fn forget_account(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    store::forget(tx, account, most)
}
