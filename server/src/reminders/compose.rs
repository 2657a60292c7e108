//! From a row to a message: what it says, and to whom. Read in one go for all that a worker has leased.

use super::{
    store::{self, Kind, Leased, Owed, Settled},
    token, words,
};
use crate::{
    accounts,
    caller::Caller,
    channels::{self, Message, MessageKind, Opened},
    days,
    db::ReadTx,
    error::Error,
    origin::Origin,
    routines::{self, Planned},
    vault::Vault,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{
    account::Locale,
    ids::{AccountId, RoutineId},
    occurrence::OccurrenceKey,
    reminder::{Reason, ReminderSettings},
    schedule::ZoneHistory,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, hash_map::Entry};

/// From how long after it was due a message counts as late.
pub const LATE: SignedDuration = SignedDuration::from_mins(1);
/// How long a snooze from a notification lasts, in minutes.
const SNOOZE_MINUTES: u16 = 10;
/// How long after a reminder has become useless its buttons still work.
const AFTERGLOW: SignedDuration = SignedDuration::from_hours(24);

/// A leased row, ready to be sent, or what becomes of it without.
pub enum Ready {
    /// To be sent.
    Send(Opened, Message),
    /// Settled as it is.
    Not(Settled),
}

/// What the messages of one account have in common.
struct Person {
    locale: Locale,
    zones: ZoneHistory,
    settings: ReminderSettings,
}

/// Opens all that was leased. Where one cannot be read, that one alone is settled.
pub fn all(tx: &ReadTx<'_>, vault: &Vault, now: Timestamp, leased: Vec<Leased>) -> Vec<(Leased, Ready)> {
    let mut people: HashMap<AccountId, Person> = HashMap::new();
    let mut opened = Vec::with_capacity(leased.len());
    for leased in leased {
        let ready = one(tx, vault, now, &leased, &mut people).unwrap_or_else(|error| {
            tracing::error!(reminder.id = %leased.owed.id, %error, "a reminder cannot be read: it is parked");
            Ready::Not(Settled::Failed(Reason::Unreadable))
        });
        opened.push((leased, ready));
    }
    opened
}

fn person<'p>(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    people: &'p mut HashMap<AccountId, Person>,
) -> Result<&'p Person, Error> {
    match people.entry(caller.account) {
        Entry::Occupied(known) => Ok(known.into_mut()),
        Entry::Vacant(place) => Ok(place.insert(Person {
            locale: accounts::locale(tx, caller.account)?,
            zones: accounts::zones(tx, caller.account)?,
            settings: store::settings(tx, caller.account)?.settings,
        })),
    }
}

fn one(
    tx: &ReadTx<'_>,
    vault: &Vault,
    now: Timestamp,
    leased: &Leased,
    people: &mut HashMap<AccountId, Person>,
) -> Result<Ready, Error> {
    let owed = &leased.owed;
    let caller = Caller { account: owed.account, vault, now };
    let person = person(tx, &caller, people)?;
    let key = caller.key(tx)?;
    let Some(channel) = channels::open(tx, &key, owed.account, owed.channel)? else {
        // It has ended; or its person has taken it away.
        let is_there = channels::is_there(tx, owed.account, owed.channel)?;
        return Ok(Ready::Not(if is_there { Settled::Failed(Reason::Gone) } else { Settled::Dropped }));
    };
    let is_late = now.duration_since(owed.due_at) > LATE;
    let here = person.zones.at(now).to_datetime(now);
    if is_late && owed.kind.counts() && person.settings.is_quiet(here) {
        return Ok(Ready::Not(Settled::Expired(Reason::Quiet)));
    }
    let locale = person.locale;
    let mut occurrence = owed.key;
    let mut title = || -> Result<String, Error> {
        let (now_called, planned) = planned(tx, &caller, owed)?;
        occurrence = now_called;
        if person.settings.hide_titles {
            return Ok(words::hidden(locale).to_owned());
        }
        Ok(routines::content(tx, &key, owed.account, &planned)?.title.as_str().to_owned())
    };
    let (kind, title, body) = match owed.kind {
        Kind::Planned | Kind::Snoozed | Kind::Fallback => {
            let due = || person.zones.at(owed.due_at).to_datetime(owed.due_at).time();
            let moment = words::Moment {
                to_start: owed.starts_at.duration_since(now),
                late_since: is_late.then(due),
                is_again: owed.round > 0,
            };
            (MessageKind::Reminder, title()?, words::body(locale, moment))
        }
        Kind::Close => (MessageKind::Close, title()?, words::acted_elsewhere(locale).to_owned()),
        Kind::Ended => {
            let (title, body) = words::channel_ended(locale);
            (MessageKind::Ended, title.to_owned(), body.to_owned())
        }
    };
    let is_reminder = kind == MessageKind::Reminder;
    let message = Message {
        kind,
        id: owed.id,
        origin: Origin::default(),
        // News of a channel must not take the place of the reminder that came upon it.
        tag: if kind == MessageKind::Ended {
            BASE64.encode(owed.id.as_bytes())
        } else {
            tag(vault, owed.account, owed.routine, occurrence)
        },
        title,
        body,
        locale,
        path: if kind == MessageKind::Ended {
            "settings".to_owned()
        } else {
            format!("start/{}/{occurrence}", owed.routine)
        },
        token: is_reminder.then(|| {
            let until = owed.until.checked_add(AFTERGLOW).unwrap_or(Timestamp::MAX);
            token::issue(vault, owed.account, owed.id, until)
        }),
        snooze_minutes: SNOOZE_MINUTES,
        due_at: owed.due_at,
        starts_at: owed.starts_at,
        useful_until: owed.until,
        late: is_late,
    };
    Ok(Ready::Send(channel, message))
}

/// What is planned, and how the occurrence is called by now: an edit may have come after the row was leased.
fn planned(tx: &ReadTx<'_>, caller: &Caller<'_>, owed: &Owed) -> Result<(OccurrenceKey, Planned), Error> {
    let of = |key: OccurrenceKey| routines::planned(tx, owed.account, owed.routine, key.version);
    if let Some(planned) = of(owed.key)? {
        return Ok((owed.key, planned));
    }
    let key = days::current_key(tx, caller, owed.routine, owed.key)?;
    Ok((key, of(key)?.ok_or(Error::Sealed("routine of a reminder"))?))
}

/// The same for all messages about one occurrence, and tells nobody which: 128 bits of a keyed hash.
pub fn tag(vault: &Vault, account: AccountId, routine: RoutineId, key: OccurrenceKey) -> String {
    let mut place = Vec::with_capacity(64);
    place.extend_from_slice(account.as_bytes());
    place.extend_from_slice(routine.as_bytes());
    // Not its version: an edit opens another, and the occurrence is the same.
    place.extend_from_slice(key.original.compact().as_bytes());
    BASE64.encode(&vault.blind("reminder.tag.1", &place)[..16])
}
