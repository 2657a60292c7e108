//! The planner: keeps the rows of the coming 48 hours true.
//!
//! An account that has a channel, or had one until its push service ended it, is planned up to an instant. What is due until then has its rows: whoever changes what
//! they follow from (a routine, an occurrence, the zone, a channel, quiet hours) brings them up to date in the same
//! transaction. From there on a worker plans ahead, from where it stopped and whatever the clock says by then: after an
//! outage nothing is left out.

use super::store::{self, Kind, Owed};
use crate::{
    accounts,
    caller::Caller,
    channels::{self, Routing},
    days::{self, Happening},
    db::WriteTx,
    error::Error,
};
use daymark_shared::{
    ids::{ChannelId, ReminderId, RoutineId},
    reminder::{OFFSET_MAX, ReminderSettings, useful_until},
    schedule::{Start, ZoneHistory},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use std::collections::{HashMap, HashSet};

/// How far ahead rows are there at least.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(48);
/// How much further a worker plans each time, so that it comes by once a day.
const STRIDE: SignedDuration = SignedDuration::from_hours(24);
/// How long after an occurrence's start the last of its reminders can be due: twelve times again, an hour apart.
const LATEST_HOURS: i64 = 12;

/// What tells one ring from another, whatever version its occurrence belongs to by now, and whoever is to be told.
type Ringing = (RoutineId, Start, u16, Timestamp);

fn ringing(owed: &Owed) -> Ringing {
    (owed.routine, owed.key.original, owed.offset, owed.due_at)
}

struct Plan<'a> {
    tx: &'a WriteTx<'a>,
    caller: &'a Caller<'a>,
    zones: ZoneHistory,
    settings: ReminderSettings,
    routing: Routing,
}

impl<'a> Plan<'a> {
    fn load(tx: &'a WriteTx<'a>, caller: &'a Caller<'a>) -> Result<Self, Error> {
        Ok(Self {
            tx,
            caller,
            zones: accounts::zones(tx, caller.account)?,
            settings: store::settings(tx, caller.account)?.settings,
            routing: channels::routing(tx, caller.account)?,
        })
    }

    /// The instant that the offsets of an occurrence count from: that of its start, and a time of a whole day.
    fn starts_at(&self, start: Start, starts_at: Timestamp) -> Timestamp {
        match start {
            Start::At(_) => starts_at,
            Start::AllDay(date) => self.zones.instant(date.to_datetime(self.settings.all_day_at)).0,
        }
    }

    /// What rings between the two instants (the first left out), as things stand now: of all that happens, or of what was
    /// written before it was due. Each once, for a channel yet to be named.
    fn rings_between(
        &self,
        only: Option<RoutineId>,
        (after, until): (Timestamp, Timestamp),
        whatever: bool,
    ) -> Result<Vec<Owed>, Error> {
        let first = self.date(after).saturating_sub((LATEST_HOURS / 24 + 1).days());
        let last = self.date(until).saturating_add(i64::from(OFFSET_MAX / (24 * 60) + 1).days());
        let happenings = days::happenings(self.tx, self.caller.account, only, &self.zones, (first, last))?;
        // The person knows of these: what had rung by then, or was put off until it had, does not ring again.
        let week = SignedDuration::from_mins(i64::from(OFFSET_MAX)) + SignedDuration::from_hours(24);
        let span = (
            after.checked_sub(week).unwrap_or(Timestamp::MIN),
            until.checked_add(week).unwrap_or(Timestamp::MAX),
        );
        let known = store::acknowledged(self.tx, self.caller.account, span)?;
        let open = happenings.iter().filter(|happening| happening.is_open);
        let rings = open.flat_map(|happening| {
            let written = Timestamp::from_microsecond(happening.planned_at).unwrap_or(Timestamp::MIN);
            let mut rings = self.rings(happening, (after, until));
            let seen = known.get(&(happening.routine, happening.key.original));
            rings.retain(|owed| {
                // What is due by now is on its way, or over.
                let may_be_over = owed.round > 0 || owed.due_at > self.caller.now;
                let is_over = may_be_over && seen.is_some_and(|seen| owed.first_at() <= *seen);
                !is_over && (whatever || owed.due_at >= written)
            });
            rings
        });
        Ok(rings.collect())
    }

    fn date(&self, at: Timestamp) -> Date {
        self.zones.at(at).to_datetime(at).date()
    }

    fn rings(&self, happening: &Happening, (after, until): (Timestamp, Timestamp)) -> Vec<Owed> {
        let starts_at = self.starts_at(happening.start, happening.starts_at);
        let mut owed = Vec::new();
        for ring in happening.plan.rings(starts_at) {
            let at = ring.due_at;
            if at <= after || at > until || self.settings.is_quiet(self.zones.at(at).to_datetime(at)) {
                continue;
            }
            owed.push(Owed {
                id: self.caller.mint(ReminderId::mint),
                account: self.caller.account,
                routine: happening.routine,
                key: happening.key,
                channel: ChannelId::from_bytes([0; 16]),
                kind: Kind::Planned,
                offset: ring.offset,
                round: ring.round,
                due_at: at,
                starts_at,
                until: useful_until(at, happening.minutes),
            });
        }
        owed
    }

    /// Owes a ring to everybody who is to be told.
    fn owe(&self, ring: &Owed) -> Result<(), Error> {
        for channel in self.routing.owed_to() {
            self.owe_to(ring, *channel)?;
        }
        Ok(())
    }

    fn owe_to(&self, ring: &Owed, channel: ChannelId) -> Result<(), Error> {
        let owed = Owed { id: self.caller.mint(ReminderId::mint), channel, ..ring.clone() };
        store::insert(self.tx, &owed, owed.due_at, self.caller.now)
    }

    /// Plans on from where the account's plan ends, to `until`.
    fn extend(&self, from: Timestamp, until: Timestamp) -> Result<(), Error> {
        for ring in self.rings_between(None, (from, until), false)? {
            self.owe(&ring)?;
        }
        store::set_planned_until(self.tx, self.caller.account, until)
    }

    /// Brings the rows that are there up to date.
    fn renew(&self, only: Option<RoutineId>, until: Timestamp) -> Result<(), Error> {
        let now = self.caller.now;
        let open = store::open(self.tx, self.caller.account, only, now)?;
        // What was due and is not settled yet is on its way, or waits for a worker: it stays owed if it still would be.
        let oldest = open.iter().map(|(_, owed)| owed.due_at).min().unwrap_or(now).min(now);
        let after = oldest.checked_sub(SignedDuration::from_micros(1)).unwrap_or(Timestamp::MIN);
        let wanted: HashMap<Ringing, Owed> = self
            .rings_between(only, (after, until), true)?
            .into_iter()
            .map(|ring| (ringing(&ring), ring))
            .collect();
        let mut there: HashSet<(Ringing, ChannelId)> = HashSet::new();
        for (seq, row) in open {
            // What waits there need not wait to be given up, or handed on.
            if row.due_at <= now && !self.is_meant(row.channel) {
                store::look_now(self.tx, seq, now)?;
            }
            match row.kind {
                Kind::Planned => match wanted.get(&ringing(&row)) {
                    // On its way, it stays even where its channel is not meant any more: what becomes of it is told.
                    Some(ring) if self.routing.owed_to().contains(&row.channel) || row.due_at <= now => {
                        there.insert((ringing(&row), row.channel));
                        if (ring.key, ring.starts_at, ring.until) != (row.key, row.starts_at, row.until) {
                            store::follow(self.tx, seq, ring)?;
                        }
                    }
                    _ => store::delete(self.tx, seq)?,
                },
                // The person asked for this one: it stays while the occurrence is there to be done, and the channel.
                Kind::Snoozed | Kind::Fallback => match self.as_it_is_now(&row)? {
                    Some(now_is) if row.due_at > now && !self.is_meant(row.channel) => {
                        // It was put off for whoever is told by then.
                        self.owe(&now_is)?;
                        store::delete(self.tx, seq)?;
                    }
                    Some(now_is) if (now_is.key, now_is.starts_at) != (row.key, row.starts_at) => {
                        store::follow(self.tx, seq, &now_is)?;
                    }
                    Some(_) => {}
                    None => store::delete(self.tx, seq)?,
                },
                Kind::Close | Kind::Ended => {}
            }
        }
        // The past does not ring.
        for (place, ring) in wanted.iter().filter(|(_, ring)| ring.due_at > now) {
            for channel in
                self.routing.owed_to().iter().filter(|channel| !there.contains(&(*place, **channel)))
            {
                self.owe_to(ring, *channel)?;
            }
        }
        Ok(())
    }

    /// Whether something may be owed to this channel.
    fn is_meant(&self, channel: ChannelId) -> bool {
        self.routing.has(channel) || self.routing.owed_to().contains(&channel)
    }

    /// This row with its occurrence as it is called now and when it starts by now, while it is still to be done.
    fn as_it_is_now(&self, row: &Owed) -> Result<Option<Owed>, Error> {
        let key = days::current_key(self.tx, self.caller, row.routine, row.key)?;
        let start = days::start_of_open(self.tx, self.caller, row.routine, key)?;
        Ok(start.map(|(start, at)| Owed { key, starts_at: self.starts_at(start, at), ..row.clone() }))
    }
}

/// An account whose plan reaches to the present: changes may be made, and followed.
#[must_use = "reminders have to follow the change"]
pub struct Ready(Option<Timestamp>);

/// To be called before a change of what reminders follow from: plans what should have been planned by now, so that the
/// change finds everything in its place. One look-up where nobody is to be reminded.
///
/// # Errors
/// Where storage fails.
pub fn ready(tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<Ready, Error> {
    let mut until = store::planned_until(tx, caller.account)?;
    if until.is_some_and(|until| until < caller.now) {
        ahead(tx, caller)?;
        until = store::planned_until(tx, caller.account)?;
    }
    Ok(Ready(until))
}

impl Ready {
    /// Brings the reminders of one routine, or of all of the account's, up to date after the change.
    ///
    /// # Errors
    /// Where storage fails.
    pub fn follow(self, tx: &WriteTx<'_>, caller: &Caller<'_>, only: Option<RoutineId>) -> Result<(), Error> {
        match self.0 {
            // Nobody is told anything, so nothing is owed.
            None => Ok(()),
            Some(until) => Plan::load(tx, caller)?.renew(only, until),
        }
    }
}

/// Plans an account ahead, where it is not far enough.
///
/// # Errors
/// Where storage fails.
pub fn ahead(tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<(), Error> {
    let Some(from) = store::planned_until(tx, caller.account)? else { return Ok(()) };
    let least = caller.now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
    if from >= least {
        return Ok(());
    }
    let until = least.checked_add(STRIDE).unwrap_or(Timestamp::MAX);
    Plan::load(tx, caller)?.extend(from, until)
}

/// The account's channels are others than before: all that is still to come goes to those. Where its push service has ended the
/// last one, it is still owed.
///
/// # Errors
/// Where storage fails.
pub fn channels_changed(tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<(), Error> {
    let routing = channels::routing(tx, caller.account)?;
    match store::planned_until(tx, caller.account)? {
        None if routing.targets().is_empty() => Ok(()),
        // The first channel: from now on.
        None => {
            store::set_planned_until(tx, caller.account, caller.now)?;
            ahead(tx, caller)
        }
        Some(until) if routing.owed_to().is_empty() => stop(tx, caller, until),
        Some(_) => ready(tx, caller)?.follow(tx, caller, None),
    }
}

/// Their person has taken channels away that worked. Where none is left they want no more of it, whatever was lost before.
///
/// # Errors
/// Where storage fails.
pub fn channels_taken_away(tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<(), Error> {
    match store::planned_until(tx, caller.account)? {
        Some(until) if channels::routing(tx, caller.account)?.targets().is_empty() => stop(tx, caller, until),
        _ => channels_changed(tx, caller),
    }
}

/// Nothing more is owed.
fn stop(tx: &WriteTx<'_>, caller: &Caller<'_>, until: Timestamp) -> Result<(), Error> {
    let mut plan = Plan::load(tx, caller)?;
    plan.routing.lost = None;
    plan.renew(None, until)?;
    store::stop_planning(tx, caller.account)
}
