//! What a person does about a reminder, on a screen or in a notification: it is acknowledged everywhere.

use super::store::{self, Kind, Owed};
use crate::{accounts, caller::Caller, channels, days, db::WriteTx, error::Error};
use daymark_shared::{
    event::Event,
    ids::{ChannelId, ReminderId, RoutineId, SnoozeId},
    occurrence::OccurrenceKey,
    problem::Code,
    reminder::PressedSnooze,
};
use jiff::{SignedDuration, Timestamp};

/// How long back a device may still show a reminder.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How long a device is tried to be told that another one was used.
const CLOSING: SignedDuration = SignedDuration::from_mins(10);
/// Where the ids of snoozes come from.
const SNOOZE: &str = "reminder.snooze.1";
/// The longest that a reminder is put off, in minutes.
const SNOOZE_MAX: u16 = 1_440;

/// What the person did about an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Started, done or left out: nothing more is owed.
    Settled,
    /// Seen: what is due by then, and reminding again of it, is over; a later reminder still comes.
    SeenUntil(Timestamp),
}

/// The person has acted on an occurrence. `by` is the channel whose message they answered, if it was one.
///
/// # Errors
/// Where storage fails.
pub fn acknowledge(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    (routine, key): (RoutineId, OccurrenceKey),
    act: Act,
    by: Option<ChannelId>,
) -> Result<(), Error> {
    let (account, now) = (caller.account, caller.now);
    if store::planned_until(tx, account)?.is_none() {
        // Nobody is told anything any more; what was missed before that is still listed.
        return store::dismiss(tx, account, Some((routine, key.original))).map(drop);
    }
    let mut starts_at = None;
    for (seq, owed) in store::open(tx, account, Some(routine), now)? {
        if owed.key.original != key.original || !owed.kind.counts() {
            continue;
        }
        starts_at = Some(owed.starts_at);
        tx.emit(account, Event::Reminder { id: owed.id });
        match act {
            // Not due yet: it would not have been owed. Should the person change their mind, it is planned again.
            Act::Settled if owed.due_at > now => store::delete(tx, seq)?,
            Act::SeenUntil(then)
                if owed.due_at > then && owed.kind == Kind::Planned && owed.first_at() > then => {}
            Act::Settled | Act::SeenUntil(_) => store::acknowledge(tx, seq, now)?,
        }
    }
    let starts_at = match starts_at {
        Some(at) => at,
        None => days::start(tx, caller, routine, key)?.map_or(now, |(_, at)| at),
    };
    let known_until = match act {
        Act::Settled => now,
        Act::SeenUntil(then) => then,
    };
    store::note_acknowledged(tx, account, (routine, key.original), starts_at, known_until)?;
    tx.emit(account, Event::Occurrence { routine, key });
    store::dismiss(tx, account, Some((routine, key.original)))?;
    close_elsewhere(tx, caller, (routine, key), starts_at, by)
}

/// Tells the browsers that show a reminder of this occurrence that it is done with.
fn close_elsewhere(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    (routine, key): (RoutineId, OccurrenceKey),
    starts_at: Timestamp,
    by: Option<ChannelId>,
) -> Result<(), Error> {
    let (account, now) = (caller.account, caller.now);
    let since = now.checked_sub(SHOWN_FOR).unwrap_or(Timestamp::MIN);
    let told = store::told(tx, account, (routine, key.original), since)?;
    if told.is_empty() || !store::settings(tx, account)?.settings.close_elsewhere {
        return Ok(());
    }
    let browsers = channels::push_channels(tx, account)?;
    for channel in told.into_iter().filter(|channel| browsers.contains(channel) && Some(*channel) != by) {
        close(tx, caller, (routine, key), starts_at, channel)?;
    }
    Ok(())
}

fn close(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    (routine, key): (RoutineId, OccurrenceKey),
    starts_at: Timestamp,
    channel: ChannelId,
) -> Result<(), Error> {
    let now = caller.now;
    let close = Owed {
        id: caller.mint(ReminderId::mint),
        account: caller.account,
        routine,
        key,
        channel,
        kind: Kind::Close,
        offset: 0,
        round: 0,
        due_at: now,
        starts_at,
        until: now.checked_add(CLOSING).unwrap_or(Timestamp::MAX),
    };
    store::insert(tx, &close, now, now)
}

/// A reminder has arrived after the person had acted: the device that shows it is told.
///
/// # Errors
/// Where storage fails.
pub fn close_what_arrived(tx: &WriteTx<'_>, caller: &Caller<'_>, owed: &Owed) -> Result<(), Error> {
    let account = caller.account;
    let is_over = owed.kind.counts()
        && store::is_acknowledged(tx, account, owed.id)?
        && store::settings(tx, account)?.settings.close_elsewhere
        && channels::push_channels(tx, account)?.contains(&owed.channel);
    if is_over { close(tx, caller, (owed.routine, owed.key), owed.starts_at, owed.channel) } else { Ok(()) }
}

/// A reminder, with its occurrence as it is called now.
fn found(tx: &WriteTx<'_>, caller: &Caller<'_>, id: ReminderId) -> Result<Owed, Error> {
    let owed = store::find(tx, caller.account, id)?.ok_or(Code::NotFound)?;
    let key = days::current_key(tx, caller, owed.routine, owed.key)?;
    Ok(Owed { key, ..owed })
}

/// Puts a reminder off: it rings again on every channel, so many minutes after it was pressed. The plan stays as it is. One
/// that is asked for again by the same id is done once.
///
/// # Errors
/// [`Code::NotFound`], also where there is no channel left to ring on; [`Code::BadValue`] for other than 1–1,440 minutes, and where they are over by
/// now; [`Code::OccurrenceBegun`] where the occurrence is not to be done any more.
pub fn snooze(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    id: ReminderId,
    PressedSnooze { minutes, id: press, seconds_ago }: PressedSnooze,
    is_from_message: bool,
) -> Result<(), Error> {
    if !(1..=SNOOZE_MAX).contains(&minutes) {
        return Err(Error::field(Code::BadValue, "/minutes", "1 to 1440 minutes"));
    }
    let owed = found(tx, caller, id)?;
    let first = first_id(caller, &owed, press);
    if store::find(tx, caller.account, first)?.is_some() {
        return Ok(());
    }
    let wait =
        SignedDuration::from_mins(i64::from(minutes)) - SignedDuration::from_secs(i64::from(seconds_ago));
    if wait <= SignedDuration::ZERO {
        return Err(Error::field(Code::BadValue, "/seconds_ago", "it was to ring again before now"));
    }
    if !days::is_open(tx, caller, owed.routine, owed.key)? {
        return Err(Code::OccurrenceBegun.into());
    }
    let routing = channels::routing(tx, caller.account)?;
    if routing.targets().is_empty() {
        return Err(Code::NotFound.into());
    }
    let by = is_from_message.then_some(owed.channel);
    // Put off before it was due, it does not ring when it would have.
    let until = owed.due_at.max(caller.now);
    acknowledge(tx, caller, (owed.routine, owed.key), Act::SeenUntil(until), by)?;
    let due_at = caller.now.checked_add(wait).unwrap_or(Timestamp::MAX);
    // Worth sending for as long as the one that is put off was.
    let until = due_at.checked_add(owed.until.duration_since(owed.due_at)).unwrap_or(Timestamp::MAX);
    for (n, channel) in routing.targets().iter().enumerate() {
        let id = if n == 0 { first } else { caller.mint(ReminderId::mint) };
        let again =
            Owed { id, channel: *channel, kind: Kind::Snoozed, round: 0, due_at, until, ..owed.clone() };
        store::insert(tx, &again, due_at, caller.now)?;
    }
    Ok(())
}

/// What the first row of a snooze is called: always the same, where whoever pressed has given it an id.
fn first_id(caller: &Caller<'_>, owed: &Owed, press: Option<SnoozeId>) -> ReminderId {
    let Some(press) = press else { return caller.mint(ReminderId::mint) };
    let place = [*owed.account.as_bytes(), *owed.id.as_bytes(), *press.as_bytes()].concat();
    let mut random = [0; 10];
    random.iter_mut().zip(caller.vault.blind(SNOOZE, &place)).for_each(|(to, from)| *to = from);
    ReminderId::mint(owed.due_at.as_millisecond().unsigned_abs(), random)
}

/// The person has seen a reminder, or knows that they missed it.
///
/// # Errors
/// [`Code::NotFound`].
pub fn dismiss(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    id: ReminderId,
    is_from_message: bool,
) -> Result<(), Error> {
    let owed = found(tx, caller, id)?;
    let by = is_from_message.then_some(owed.channel);
    tx.emit(caller.account, Event::Reminder { id });
    acknowledge(tx, caller, (owed.routine, owed.key), Act::SeenUntil(caller.now), by)
}

/// The person has seen all that they missed.
///
/// # Errors
/// Where storage fails.
pub fn dismiss_all(tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<(), Error> {
    // Every list of them is another now.
    tx.emit(caller.account, Event::Resync);
    store::dismiss(tx, caller.account, None).map(drop)
}

/// Marks the occurrence of a reminder as done, from within a message.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OccurrenceBegun`] while it is being run.
pub fn done(tx: &WriteTx<'_>, caller: &Caller<'_>, id: ReminderId) -> Result<(), Error> {
    let owed = found(tx, caller, id)?;
    days::put_done_by(tx, caller, owed.routine, owed.key, true, Some(owed.channel)).map(drop)
}

/// Whether the account is still there: a capability may outlive it.
///
/// # Errors
/// [`Code::NotFound`].
pub fn must_exist(tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<(), Error> {
    accounts::locale(tx, caller.account).map(drop).map_err(|_| Code::NotFound.into())
}
