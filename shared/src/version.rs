//! A routine is a list of versions. What has begun keeps the version it began with; an edit opens another.

use crate::{
    occurrence::OccurrenceKey,
    problem::{Code, Violation},
    routine::Scope,
    schedule::{Schedule, Start},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The most dates that single edits take out of one version.
pub const EXCEPT_MAX: usize = 1_000;

/// When one version of a routine happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1; a later edit has a greater one.
    pub number: u32,
    /// Its schedule; without one the routine lies in the inbox.
    pub schedule: Option<Schedule>,
    /// The first date on which it holds.
    pub from: Date,
    /// The first date on which it holds no longer.
    pub until: Option<Date>,
    /// Dates of its rule that belong to another version.
    pub except: BTreeSet<Date>,
    /// Made by an edit of only one occurrence; the routine's current version is another.
    pub single: bool,
}

impl Version {
    /// The first version of a routine.
    pub fn first(schedule: Option<Schedule>) -> Self {
        let from = schedule.as_ref().map_or(Date::MIN, |schedule| schedule.start.date());
        Self { number: 1, schedule, from, until: None, except: BTreeSet::new(), single: false }
    }

    /// The original starts of its occurrences from `from` to `to`, both included.
    pub fn starts(&self, from: Date, to: Date) -> impl Iterator<Item = Start> + '_ {
        let to = match self.until {
            Some(until) => to.min(until.yesterday().unwrap_or(Date::MIN)),
            None => to,
        };
        let from = from.max(self.from);
        self.schedule
            .iter()
            .flat_map(move |schedule| schedule.dates(from, to).map(|date| schedule.start.on(date)))
            .filter(|start| !self.except.contains(&start.date()))
    }

    /// Whether this is the original start of one of its occurrences.
    pub fn hits(&self, original: Start) -> bool {
        self.starts(original.date(), original.date()).next() == Some(original)
    }

    /// The last date on which it can happen: `None` without an end; before `from` when it never does.
    pub fn last(&self) -> Option<Date> {
        let by_rule = match &self.schedule {
            None => return Some(Date::MIN),
            Some(schedule) => schedule.last(),
        };
        let by_end = self.until.map(|until| until.yesterday().unwrap_or(Date::MIN));
        match (by_rule, by_end) {
            (Some(rule), Some(end)) => Some(rule.min(end)),
            (rule, end) => rule.or(end),
        }
    }

    fn happens_before(&self, date: Date) -> bool {
        date.yesterday().is_ok_and(|to| self.starts(self.from, to).next().is_some())
    }
}

/// A routine's version that is shown as *the* routine: the newest that was not made for one occurrence only.
pub fn current(versions: &[Version]) -> Option<&Version> {
    versions.iter().filter(|version| !version.single).max_by_key(|version| version.number)
}

/// What an edit asks for, as far as versions are concerned.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which occurrences.
    pub scope: Scope,
    /// The occurrence looked at.
    pub occurrence: Option<OccurrenceKey>,
    /// `None`: the schedule carries on; `Some(None)`: into the inbox.
    pub schedule: Option<Option<Schedule>>,
}

/// What an edit does to the versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The version whose content the edit starts from.
    pub base: u32,
    /// The version that it opens.
    pub new: Version,
    /// Versions that hold no longer from a date on.
    pub closed: Vec<(u32, Date)>,
    /// Versions of which nothing is left.
    pub removed: Vec<u32>,
    /// A date that leaves its version for the new one.
    pub except: Option<(u32, Date)>,
    /// Changes of occurrences from this date on move to the new version; those before, and those begun, stay.
    pub moves_from: Date,
    /// Whether moved and resized ones keep their place; otherwise only skipped ones stay skipped.
    pub keeps_times: bool,
}

/// Works out an edit.
///
/// `begun` holds version and original date of what was started or done; `today` is the date in the account's zone. All
/// before today counts as begun.
///
/// # Errors
/// [`Code::MissingField`] without an occurrence where one is needed, [`Code::NotFound`] when there is no such
/// occurrence, [`Code::OccurrenceBegun`] when it belongs to the past, [`Code::LimitReached`], or
/// [`Code::BadValue`] when one occurrence is to repeat or to go to the inbox.
pub fn edit(
    versions: &[Version],
    begun: &BTreeSet<(u32, Date)>,
    today: Date,
    request: Request,
) -> Result<Edit, Violation> {
    let number = versions.iter().map(|version| version.number).max().unwrap_or(0) + 1;
    let newest = current(versions).ok_or_else(|| Violation::new(Code::NotFound, "no version"))?;
    let looked_at = match request.scope {
        Scope::All => None,
        Scope::This | Scope::Later => {
            let key = request
                .occurrence
                .ok_or_else(|| Violation::new(Code::MissingField, "say which occurrence is meant"))?;
            let found = versions.iter().find(|version| version.number == key.version && version.hits(key.original));
            let version = found.ok_or_else(|| Violation::new(Code::NotFound, "no such occurrence"))?;
            let date = key.original.date();
            if date < today || begun.contains(&(key.version, date)) {
                return Err(Violation::new(Code::OccurrenceBegun, "the past keeps its version"));
            }
            Some((version, key.original))
        }
    };
    match (request.scope, looked_at) {
        (Scope::This, Some((version, original))) => only_this(version, original, number, request.schedule),
        (Scope::Later, Some((version, original))) => {
            let date = original.date();
            let series = covering(versions, date).unwrap_or(version);
            let series = (version.number, series, newest.until);
            Ok(from_date(versions, begun, today, series, date, number, request.schedule))
        }
        _ => {
            // The version that is still to come decides; when all is over, the newest.
            let open = versions.iter().filter(|v| !v.single && v.last().is_none_or(|last| last >= today));
            let series = open.max_by_key(|version| version.number).unwrap_or(newest);
            let series = (newest.number, series, newest.until);
            Ok(from_date(versions, begun, today, series, today, number, request.schedule))
        }
    }
}

/// Ends a routine: nothing that has not begun happens from `date` on. Answers what is closed and what is removed.
pub fn end(versions: &[Version], begun: &BTreeSet<(u32, Date)>, date: Date) -> (Vec<(u32, Date)>, Vec<u32>) {
    let mut closed = Vec::new();
    let mut removed = Vec::new();
    for version in versions.iter().filter(|version| version.until.is_none_or(|until| until > date)) {
        let held = begun.iter().any(|(number, _)| *number == version.number);
        if held || version.happens_before(date) {
            closed.push((version.number, date));
        } else {
            removed.push(version.number);
        }
    }
    (closed, removed)
}

/// The version whose rule covers a date, even if a single edit has taken the date out.
fn covering(versions: &[Version], date: Date) -> Option<&Version> {
    let holds = |version: &&Version| {
        !version.single
            && version.from <= date
            && version.until.is_none_or(|until| until > date)
            && version.schedule.as_ref().is_some_and(|schedule| schedule.hits(date))
    };
    versions.iter().filter(holds).max_by_key(|version| version.number)
}

fn only_this(
    version: &Version,
    original: Start,
    number: u32,
    schedule: Option<Option<Schedule>>,
) -> Result<Edit, Violation> {
    let keeps_times = schedule.is_none();
    let schedule = match schedule {
        Some(Some(schedule)) if schedule.repeat.is_none() => schedule,
        Some(_) => return Err(Violation::new(Code::BadValue, "a single occurrence has a start and no repeat")),
        None => {
            let zone = version.schedule.as_ref().map(|schedule| schedule.zone.clone()).unwrap_or_default();
            Schedule { start: original, zone, repeat: None }
        }
    };
    if version.except.len() >= EXCEPT_MAX {
        return Err(Violation::new(Code::LimitReached, "too many single edits: edit this and later ones instead"));
    }
    Ok(Edit {
        base: version.number,
        new: Version { number, single: true, ..Version::first(Some(schedule)) },
        closed: Vec::new(),
        removed: Vec::new(),
        except: Some((version.number, original.date())),
        moves_from: original.date(),
        keeps_times,
    })
}

fn from_date(
    versions: &[Version],
    begun: &BTreeSet<(u32, Date)>,
    today: Date,
    (base, series, until): (u32, &Version, Option<Date>),
    date: Date,
    number: u32,
    schedule: Option<Option<Schedule>>,
) -> Edit {
    let keeps_times = schedule.is_none();
    let (schedule, from) = match schedule {
        Some(Some(schedule)) => {
            let from = schedule.start.date().max(today);
            (Some(schedule), from)
        }
        Some(None) => (None, date),
        // When all is over there is nothing to carry on: the version then stands for the routine, and never happens.
        None => match &series.schedule {
            Some(old) => (Some(old.carried_on(date).unwrap_or_else(|| old.clone())), date),
            None => (None, date),
        },
    };
    let mut new = Version { number, from, until: None, except: BTreeSet::new(), single: false, schedule };
    // A routine that ends still ends then.
    new.until = until.filter(|until| keeps_times && *until > date);
    // What has begun stays where it is, so the new version leaves its dates out. A single new start is meant.
    if new.schedule.as_ref().is_some_and(|schedule| schedule.repeat.is_some()) {
        new.except = begun.iter().map(|(_, begun)| *begun).filter(|begun| *begun >= from).collect();
    }
    let (closed, removed) = end(versions, begun, date);
    Edit { base, new, closed, removed, except: None, moves_from: date, keeps_times }
}
