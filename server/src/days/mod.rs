//! Days: what happens on a date, and what may be changed about one occurrence alone.

mod expand;
pub mod http;
mod store;

use crate::{
    accounts,
    caller::Caller,
    db::{ReadTx, WriteTx},
    error::Error,
    reminders::{self, Act},
    revision::IfMatch,
    routines::{self, Planned, Window, known_zone},
};
use daymark_shared::{
    day::{Day, OCCURRENCES_MAX, lay_out, order},
    event::Event,
    ids::{AccountId, ChannelId, RoutineId, RunId},
    occurrence::{Occurrence, OccurrenceKey, OccurrenceState, OccurrenceTime},
    page::Page,
    problem::{Code, Problem},
    reminder::ReminderPlan,
    routine::Steps,
    schedule::{Start, ZoneHistory, to_instant},
    version::Edit,
    zone::Zone,
};
use expand::{Shown, exists, occurrence, shown};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};
use store::Change;

/// How far from its planned date an occurrence can be seen: the rest of a night, another zone's clock, a day that a
/// zone left out.
const REACH_BEFORE: i8 = 2;
const REACH_AFTER: i8 = 1;

fn earlier(date: Date, days: i8) -> Date {
    date.saturating_sub(days.days())
}

fn later(date: Date, days: i8) -> Date {
    date.saturating_add(days.days())
}

/// Whether the clocks change in this zone between two dates.
fn clocks_change(zone: &TimeZone, first: Date, last: Date) -> bool {
    let offset = |date: Date| zone.to_offset(to_instant(date.to_datetime(Time::midnight()), zone));
    let mut date = first;
    while date <= last {
        let next = later(date, 7).min(later(last, 1));
        if offset(date) != offset(next) {
            return true;
        }
        date = next;
    }
    false
}

/// The days from `first` to `last`, both included; at most 42 are asked for.
///
/// # Errors
/// Where storage fails, or a text does not open.
pub fn range(tx: &ReadTx<'_>, caller: &Caller<'_>, first: Date, last: Date) -> Result<Vec<Day>, Error> {
    let account = caller.account;
    let zones = accounts::zones(tx, account)?;
    let (from, to) = (earlier(first, REACH_BEFORE), later(last, REACH_AFTER));
    let wide = Window::new(from, to);
    // Next to a change of the clocks, or of the account's zone, any occurrence may land on another date.
    let plain = zones.on(from) == zones.on(to) && !clocks_change(zones.on(from), from, to);
    let narrow = if plain { Window::new(first, last) } else { Window::new(from, to) };

    let versions = routines::in_window(tx, account, &narrow, &wide)?;
    let changes = store::in_window(tx, account, from, to)?;
    let found = all_between(tx, account, &versions, changes, (from, to))?;
    let midnight = |date: Date| to_instant(date.to_datetime(Time::midnight()), zones.on(date));
    let reminded = reminders::reminded(tx, account, (midnight(from), midnight(later(to, 1))))?;
    let key = caller.key(tx)?;
    let mut days = Vec::new();
    for date in first.series(1.day()).take_while(|date| *date <= last) {
        let view = zones.on(date);
        let mut on_day: Vec<(&Planned, &Change, Shown)> = found
            .iter()
            .map(|(planned, change)| (&**planned, change, shown(planned, change, &zones, view)))
            .filter(|(_, _, shown)| shown.touches(date))
            .collect();
        let truncated = on_day.len() > OCCURRENCES_MAX;
        if truncated {
            on_day.sort_by_key(|(_, _, shown)| shown.starts_at);
            on_day.truncate(OCCURRENCES_MAX);
        }
        let mut occurrences = on_day
            .into_iter()
            .map(|(planned, change, shown)| occurrence(tx, caller, &key, planned, change, shown))
            .collect::<Result<Vec<_>, _>>()?;
        for occurrence in &mut occurrences {
            occurrence.reminded = reminded.get(&(occurrence.routine, occurrence.key.original)).copied();
        }
        occurrences.sort_by(order);
        place(&mut occurrences);
        days.push(Day { date, zone: name(view), occurrences, truncated, now: caller.now });
    }
    Ok(days)
}

/// Lays out what takes room: skipped ones do not push others aside.
fn place(occurrences: &mut [Occurrence]) {
    let mut shown: Vec<&mut Occurrence> =
        occurrences.iter_mut().filter(|occurrence| occurrence.state != OccurrenceState::Skipped).collect();
    lay_out(&mut shown);
}

fn name(zone: &TimeZone) -> Zone {
    zone.iana_name().and_then(|name| Zone::new(name).ok()).unwrap_or_else(Zone::utc)
}

/// The occurrences of one routine from `first` to `last`, both included, by start, in pages.
///
/// # Errors
/// [`Code::NotFound`], [`Code::BadCursor`].
pub fn of_routine(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    (first, last): (Date, Date),
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Occurrence>, Error> {
    let after: Option<(Start, OccurrenceKey)> = cursor.map(parse_cursor).transpose()?;
    let versions = routines::versions(tx, caller.account, routine)?;
    if versions.is_empty() {
        return Err(Code::NotFound.into());
    }
    let zones = accounts::zones(tx, caller.account)?;
    let view = zones.at(caller.now);
    let (from, to) = (earlier(first, REACH_BEFORE), later(last, REACH_AFTER));
    let changes = store::of_routine(tx, caller.account, routine, Date::MIN)?;
    let found = all_between(tx, caller.account, &versions, changes, (from, to))?;
    let mut found: Vec<_> = found
        .into_iter()
        .map(|(planned, change)| {
            let shown = shown(&planned, &change, &zones, view);
            (planned, change, shown)
        })
        .filter(|(_, _, shown)| (first..=last).contains(&shown.start.date()))
        .collect();
    found.sort_by_key(|(_, change, shown)| (shown.start.datetime(), change.key));
    found.retain(|(_, change, shown)| {
        after.is_none_or(|(start, key)| (shown.start.datetime(), change.key) > (start.datetime(), key))
    });
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found
        .last()
        .filter(|_| more)
        .map(|(_, change, shown)| format!("{}_{}", shown.start.compact(), change.key));
    let key = caller.key(tx)?;
    let items = found
        .into_iter()
        .map(|(planned, change, shown)| occurrence(tx, caller, &key, &planned, &change, shown))
        .collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

fn parse_cursor(text: &str) -> Result<(Start, OccurrenceKey), Error> {
    let parsed = text
        .split_once('_')
        .and_then(|(start, key)| Some((Start::from_compact(start)?, key.parse::<OccurrenceKey>().ok()?)));
    parsed.ok_or_else(|| Error::field(Code::BadCursor, "?cursor", "take it from `next`"))
}

/// An occurrence, as far as it takes to show or change it.
struct Found {
    planned: Planned,
    change: Change,
    zones: ZoneHistory,
}

impl Found {
    fn load(
        tx: &ReadTx<'_>,
        caller: &Caller<'_>,
        routine: RoutineId,
        key: OccurrenceKey,
    ) -> Result<Self, Error> {
        let planned = routines::planned(tx, caller.account, routine, key.version)?.ok_or(Code::NotFound)?;
        let change = store::find(tx, caller.account, routine, key)?;
        let change = change.unwrap_or_else(|| Change::none(routine, key));
        if !exists(&planned, key, &change) {
            return Err(Code::NotFound.into());
        }
        Ok(Self { planned, change, zones: accounts::zones(tx, caller.account)? })
    }

    fn show(&self, tx: &ReadTx<'_>, caller: &Caller<'_>) -> Result<Occurrence, Error> {
        // On the clock of the date on which it is looked at: today's for what is to come, its own for the past.
        let date = self.change.start().date();
        let shown = shown(&self.planned, &self.change, &self.zones, self.zones.on(date));
        occurrence(tx, caller, &caller.key(tx)?, &self.planned, &self.change, shown)
    }

    fn store(&mut self, tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<Occurrence, Error> {
        put(tx, caller.account, &mut self.change)?;
        self.show(tx, caller)
    }

    fn refuse_begun(&self) -> Result<(), Error> {
        if self.change.has_begun() { Err(Code::OccurrenceBegun.into()) } else { Ok(()) }
    }
}

/// One occurrence.
///
/// # Errors
/// [`Code::NotFound`].
pub fn get(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<Occurrence, Error> {
    Found::load(tx, caller, routine, key)?.show(tx, caller)
}

/// Moves an occurrence, resizes it, or both; `None` puts it back where its routine has it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::PreconditionFailed`], [`Code::OccurrenceBegun`], [`Code::TooShortForSteps`].
pub fn put_time(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
    seen: &IfMatch,
    time: Option<OccurrenceTime>,
) -> Result<Occurrence, Error> {
    let mut found = Found::load(tx, caller, routine, key)?;
    seen.check(found.change.revision)?;
    found.refuse_begun()?;
    let (moved_to, minutes) = match time {
        None => (None, None),
        Some(time) => {
            let start = found.on_its_own_clock(time.start);
            (Some(start).filter(|start| *start != key.original), time.minutes.map(|minutes| minutes.get()))
        }
    };
    let minutes = minutes.filter(|minutes| *minutes != found.planned.minutes);
    if let Some(minutes) = minutes {
        let content = routines::content(tx, &caller.key(tx)?, caller.account, &found.planned)?;
        if usize::from(minutes) < content.steps.len() {
            let detail = format!("{} steps need a minute each", content.steps.len());
            return Err(Problem::field(Code::TooShortForSteps, "/minutes", detail).into());
        }
    }
    let ready = reminders::ready(tx, caller)?;
    (found.change.moved_to, found.change.minutes) = (moved_to, minutes);
    let occurrence = found.store(tx, caller)?;
    ready.follow(tx, caller, Some(routine))?;
    Ok(occurrence)
}

impl Found {
    /// A time on the account's clock, on that of the schedule.
    fn on_its_own_clock(&self, start: Start) -> Start {
        let fixed = self.planned.version.schedule.as_ref().and_then(|schedule| schedule.zone.fixed());
        match (start, fixed.and_then(|zone| known_zone(zone.as_str()))) {
            (Start::At(civil), Some(zone)) => {
                let instant = self.zones.instant(civil).0;
                Start::At(zone.to_datetime(instant))
            }
            _ => start,
        }
    }
}

/// Leaves an occurrence out this once, or takes that back.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OccurrenceBegun`] for one that was started or done.
pub fn put_skip(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
    skip: bool,
) -> Result<Occurrence, Error> {
    let mut found = Found::load(tx, caller, routine, key)?;
    let wanted = if skip { OccurrenceState::Skipped } else { OccurrenceState::Planned };
    if found.change.state == wanted && !found.change.has_begun() {
        return found.show(tx, caller);
    }
    found.refuse_begun()?;
    found.change.state = wanted;
    let occurrence = found.store(tx, caller)?;
    settle(tx, caller, (routine, key), skip, None)?;
    Ok(occurrence)
}

/// Nothing more is owed for an occurrence; or it is to be done after all.
fn settle(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    place: (RoutineId, OccurrenceKey),
    is_over: bool,
    by: Option<ChannelId>,
) -> Result<(), Error> {
    if is_over {
        reminders::acknowledge(tx, caller, place, Act::Settled, by)
    } else {
        reminders::unacknowledge(tx, caller, place)
    }
}

/// Marks an occurrence as done without a run, or as not done after all, also after a run that was finished.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OccurrenceBegun`] while it is being run.
pub fn put_done(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
    done: bool,
) -> Result<Occurrence, Error> {
    put_done_by(tx, caller, routine, key, done, None)
}

/// The same, said by the message of a channel.
///
/// # Errors
/// As [`put_done`].
pub fn put_done_by(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
    done: bool,
    by: Option<ChannelId>,
) -> Result<Occurrence, Error> {
    let mut found = Found::load(tx, caller, routine, key)?;
    let progress = match found.change.run {
        Some(run) => crate::runs::progress(tx, caller.account, run, caller.now)?,
        None => None,
    };
    if progress.as_ref().is_some_and(|progress| progress.ended_at().is_none()) {
        return Err(Code::OccurrenceBegun.into());
    }
    let finished = progress.is_some_and(|progress| progress.is_finished());
    let is_done = found.change.state == OccurrenceState::Done || finished;
    if is_done == done {
        return found.show(tx, caller);
    }
    found.change.state = if done { OccurrenceState::Done } else { OccurrenceState::Planned };
    found.change.done_at = done.then(|| caller.now.as_microsecond());
    if !done {
        // The run stays in its list; the occurrence is as if it had not been.
        found.change.run = None;
    }
    let occurrence = found.store(tx, caller)?;
    settle(tx, caller, (routine, key), done, by)?;
    Ok(occurrence)
}

/// An occurrence about to be run: its latest run, and its steps with their notes, fitted to its length.
pub struct Runnable {
    /// What the day shows.
    pub occurrence: Occurrence,
    /// The steps.
    pub steps: Steps,
}

/// Looks up an occurrence to run it.
///
/// # Errors
/// [`Code::NotFound`].
pub fn runnable(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<Runnable, Error> {
    let found = Found::load(tx, caller, routine, key)?;
    let occurrence = found.show(tx, caller)?;
    let steps = routines::steps(tx, &caller.key(tx)?, caller.account, &found.planned)?;
    let steps = match found.change.minutes {
        Some(_) => steps.fitted(occurrence.minutes).unwrap_or(steps),
        None => steps,
    };
    Ok(Runnable { occurrence, steps })
}

/// Notes that a run of this occurrence has started.
///
/// # Errors
/// [`Code::NotFound`].
pub fn started(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
    run: RunId,
) -> Result<(), Error> {
    let mut found = Found::load(tx, caller, routine, key)?;
    found.change.run = Some(run);
    found.change.state = OccurrenceState::Planned;
    put(tx, caller.account, &mut found.change)?;
    settle(tx, caller, (routine, key), true, None)
}

/// Notes that a run was given up: the occurrence is as it was before. The run stays in its list.
///
/// # Errors
/// Where storage fails.
pub fn given_up(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
    run: RunId,
) -> Result<(), Error> {
    if let Some(mut change) = store::find(tx, caller.account, routine, key)?
        && change.run == Some(run)
    {
        change.run = None;
        put(tx, caller.account, &mut change)?;
        settle(tx, caller, (routine, key), false, None)?;
    }
    Ok(())
}

/// Stores what was changed about an occurrence, and tells of it.
fn put(tx: &WriteTx<'_>, account: AccountId, change: &mut Change) -> Result<(), Error> {
    tx.emit(account, Event::Occurrence { routine: change.routine, key: change.key });
    store::put(tx, account, change)
}

/// Whether an occurrence is there and still to be done: neither skipped nor done nor being run.
///
/// # Errors
/// [`Code::NotFound`].
pub fn is_open(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<bool, Error> {
    let change = Found::load(tx, caller, routine, key)?.change;
    Ok(change.state == OccurrenceState::Planned && change.run.is_none())
}

/// When an occurrence starts that is there and still to be done: on the clock, and at what instant. `None` for any other.
///
/// # Errors
/// Where storage fails.
pub fn start_of_open(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<Option<(Start, Timestamp)>, Error> {
    let found = match Found::load(tx, caller, routine, key) {
        Ok(found) => found,
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_open = found.change.state == OccurrenceState::Planned && found.change.run.is_none();
    Ok(is_open.then(|| {
        let view = found.zones.on(found.change.start().date());
        let shown = shown(&found.planned, &found.change, &found.zones, view);
        (shown.start, shown.starts_at)
    }))
}

/// The occurrence as it is called now: an edit of its routine may have opened another version since `key` was told.
///
/// # Errors
/// Where storage fails.
pub fn current_key(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<OccurrenceKey, Error> {
    if let Some(planned) = routines::planned(tx, caller.account, routine, key.version)? {
        let change = store::find(tx, caller.account, routine, key)?;
        if exists(&planned, key, &change.unwrap_or_else(|| Change::none(routine, key))) {
            return Ok(key);
        }
    }
    let versions = routines::versions(tx, caller.account, routine)?;
    let later = versions.iter().rev().find(|planned| planned.version.hits(key.original));
    Ok(later.map_or(key, |planned| OccurrenceKey { version: planned.version.number, ..key }))
}

/// When an occurrence starts: on the clock, and at what instant (of a whole day, its midnight). `None` where it is not there
/// any more.
///
/// # Errors
/// Where storage fails.
pub fn start(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    routine: RoutineId,
    key: OccurrenceKey,
) -> Result<Option<(Start, Timestamp)>, Error> {
    let Some(planned) = routines::planned(tx, caller.account, routine, key.version)? else { return Ok(None) };
    let change = store::find(tx, caller.account, routine, key)?;
    let change = change.unwrap_or_else(|| Change::none(routine, key));
    let zones = accounts::zones(tx, caller.account)?;
    let shown = shown(&planned, &change, &zones, zones.on(change.start().date()));
    Ok(Some((shown.start, shown.starts_at)))
}

/// An occurrence as the planner of reminders sees it; nothing in it is sealed.
#[derive(Debug, Clone)]
pub struct Happening {
    /// Whose it is.
    pub routine: RoutineId,
    /// Which one.
    pub key: OccurrenceKey,
    /// When it starts, on the account's clock.
    pub start: Start,
    /// The instant of the start; of a whole day, its midnight.
    pub starts_at: Timestamp,
    /// How long it takes.
    pub minutes: u16,
    /// Whether it is still to be done: neither skipped nor done nor being run.
    pub is_open: bool,
    /// When it reminds.
    pub plan: ReminderPlan,
    /// When its version was written, in microseconds since 1970, UTC.
    pub planned_at: i64,
}

/// What happens from `first` to `last`, both included: of one routine, or of all of an account.
///
/// # Errors
/// Where storage fails.
pub fn happenings(
    tx: &ReadTx<'_>,
    account: AccountId,
    only: Option<RoutineId>,
    zones: &ZoneHistory,
    (first, last): (Date, Date),
) -> Result<Vec<Happening>, Error> {
    let (from, to) = (earlier(first, REACH_BEFORE), later(last, REACH_AFTER));
    let (versions, changes) = match only {
        Some(routine) => {
            (routines::versions(tx, account, routine)?, store::of_routine(tx, account, routine, Date::MIN)?)
        }
        None => {
            let wide = Window::new(from, to);
            (routines::in_window(tx, account, &wide, &wide)?, store::in_window(tx, account, from, to)?)
        }
    };
    let found = all_between(tx, account, &versions, changes, (from, to))?;
    let happening = |(planned, change): (Cow<'_, Planned>, Change)| {
        let view = zones.on(change.start().date());
        let shown = shown(&planned, &change, zones, view);
        Happening {
            routine: planned.routine,
            key: change.key,
            start: shown.start,
            starts_at: shown.starts_at,
            minutes: shown.minutes,
            is_open: change.state == OccurrenceState::Planned && change.run.is_none(),
            plan: planned.reminders.clone(),
            planned_at: planned.planned_at,
        }
    };
    let within = |happening: &Happening| (first..=last).contains(&happening.start.date());
    Ok(found.into_iter().map(happening).filter(within).collect())
}

/// The occurrences that `versions` bring about from `from` to `to`, each with what was changed about it, and those that
/// were moved here from another date or begun under a version that has been closed since.
fn all_between<'a>(
    tx: &ReadTx<'_>,
    account: AccountId,
    versions: &'a [Planned],
    changes: Vec<Change>,
    (from, to): (Date, Date),
) -> Result<Vec<(Cow<'a, Planned>, Change)>, Error> {
    let mut found: Vec<(Cow<'_, Planned>, Change)> = Vec::new();
    let mut touched: HashMap<(RoutineId, OccurrenceKey), Change> =
        changes.into_iter().map(|change| ((change.routine, change.key), change)).collect();
    for planned in versions {
        for original in planned.version.starts(from, to) {
            let key = OccurrenceKey { version: planned.version.number, original };
            let change = touched.remove(&(planned.routine, key));
            let change = change.unwrap_or_else(|| Change::none(planned.routine, key));
            found.push((Cow::Borrowed(planned), change));
        }
    }
    for ((routine, key), change) in touched {
        let is_its = |planned: &&Planned| planned.routine == routine && planned.version.number == key.version;
        let planned = match versions.iter().find(is_its) {
            Some(planned) => Some(Cow::Borrowed(planned)),
            None => routines::planned(tx, account, routine, key.version)?.map(Cow::Owned),
        };
        if let Some(planned) = planned.filter(|planned| exists(planned, key, &change)) {
            found.push((planned, change));
        }
    }
    Ok(found)
}

/// Version and original date of each occurrence from `first` on that was started or done.
///
/// # Errors
/// Where storage fails.
pub fn begun(
    tx: &ReadTx<'_>,
    account: AccountId,
    routine: RoutineId,
    first: Date,
) -> Result<BTreeSet<(u32, Date)>, Error> {
    let changes = store::of_routine(tx, account, routine, first)?;
    let begun = changes.iter().filter(|change| change.has_begun());
    Ok(begun.map(|change| (change.key.version, change.key.original.date())).collect())
}

/// Lets changed occurrences follow an edit of their routine to its new versions.
///
/// # Errors
/// Where storage fails.
pub fn follow(tx: &WriteTx<'_>, account: AccountId, routine: RoutineId, edit: &Edit) -> Result<(), Error> {
    for change in store::of_routine(tx, account, routine, edit.moves_from)? {
        let date = change.key.original.date();
        let other = edit.except.is_some_and(|only| only != (change.key.version, date));
        if change.has_begun() || other {
            continue;
        }
        store::delete(tx, account, routine, change.key)?;
        let keeps = edit.keeps_times || change.state == OccurrenceState::Skipped;
        let target =
            edit.opened.iter().filter(|opened| !edit.keeps_times || opened.base == change.key.version);
        for opened in target.filter(|_| keeps) {
            let Some(schedule) = &opened.version.schedule else { continue };
            let key = OccurrenceKey { version: opened.version.number, original: schedule.start.on(date) };
            if opened.version.hits(key.original) {
                let mut moved = Change { key, ..change.clone() };
                if !edit.keeps_times {
                    (moved.moved_to, moved.minutes) = (None, None);
                }
                store::put(tx, account, &mut moved)?;
            }
        }
    }
    Ok(())
}

/// Forgets what was changed about the occurrences of versions that are gone.
///
/// # Errors
/// Where storage fails.
pub fn forget_versions(
    tx: &WriteTx<'_>,
    account: AccountId,
    routine: RoutineId,
    versions: &[u32],
) -> Result<(), Error> {
    versions.iter().try_for_each(|version| store::delete_version(tx, account, routine, *version))
}

/// Forgets all that was changed about a routine's occurrences.
///
/// # Errors
/// Where storage fails.
pub fn forget_routine(tx: &WriteTx<'_>, account: AccountId, routine: RoutineId) -> Result<(), Error> {
    store::delete_routine(tx, account, routine)
}

/// All changes of single occurrences of an account go: at most `most` rows of a kind at a time, so that nobody waits for long. Answers
/// how many went.
///
/// # Errors
/// Where storage fails.
pub fn forget_account(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    store::forget(tx, account, most)
}
