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

/// A version that an edit opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The version whose content it starts from, and whose changed occurrences it takes over.
    pub base: u32,
    /// When it happens.
    pub version: Version,
}

/// What an edit does to the versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The versions that it opens: one, or where the schedule carries on, one for each that was still to come.
    pub opened: Vec<Opened>,
    /// Versions that hold no longer from a date on.
    pub closed: Vec<(u32, Date)>,
    /// Versions of which nothing is left.
    pub removed: Vec<u32>,
    /// A date that leaves its version for the new one.
    pub except: Option<(u32, Date)>,
    /// Changes of occurrences from this date on go to the new version; those before, and those begun, stay.
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
    let newest = current(versions).ok_or_else(|| Violation::new(Code::NotFound, "no version"))?;
    if request.scope == Scope::All {
        return Ok(from_date(versions, begun, today, newest, today, request.schedule));
    }
    let key = request
        .occurrence
        .ok_or_else(|| Violation::new(Code::MissingField, "say which occurrence is meant"))?;
    let version = versions
        .iter()
        .find(|version| version.number == key.version && version.hits(key.original))
        .ok_or_else(|| Violation::new(Code::NotFound, "no such occurrence"))?;
    let date = key.original.date();
    if date < today || begun.contains(&(key.version, date)) {
        return Err(Violation::new(Code::OccurrenceBegun, "the past keeps its version"));
    }
    match request.scope {
        Scope::This => only_this(version, key.original, next_number(versions), request.schedule),
        Scope::Later | Scope::All => Ok(from_date(versions, begun, today, version, date, request.schedule)),
    }
}

fn next_number(versions: &[Version]) -> u32 {
    versions.iter().map(|version| version.number).max().unwrap_or(0) + 1
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

fn only_this(
    version: &Version,
    original: Start,
    number: u32,
    schedule: Option<Option<Schedule>>,
) -> Result<Edit, Violation> {
    let keeps_times = schedule.is_none();
    let schedule = match schedule {
        Some(Some(schedule)) if schedule.repeat.is_none() => schedule,
        Some(_) => {
            return Err(Violation::new(Code::BadValue, "a single occurrence has a start and no repeat"));
        }
        None => {
            let zone = version.schedule.as_ref().map(|schedule| schedule.zone.clone()).unwrap_or_default();
            Schedule { start: original, zone, repeat: None }
        }
    };
    if version.except.len() >= EXCEPT_MAX {
        return Err(Violation::new(
            Code::LimitReached,
            "too many single edits: edit this and later ones instead",
        ));
    }
    let new = Version { number, single: true, ..Version::first(Some(schedule)) };
    Ok(Edit {
        opened: vec![Opened { base: version.number, version: new }],
        closed: Vec::new(),
        removed: Vec::new(),
        except: Some((version.number, original.date())),
        moves_from: original.date(),
        keeps_times,
    })
}

/// An edit of everything from `date` on that has not begun. `seen` is the version whose content a new schedule takes.
fn from_date(
    versions: &[Version],
    begun: &BTreeSet<(u32, Date)>,
    today: Date,
    seen: &Version,
    date: Date,
    schedule: Option<Option<Schedule>>,
) -> Edit {
    let keeps_times = schedule.is_none();
    let number = next_number(versions);
    let opened = match schedule {
        None => carried_on(versions, begun, seen, date, number),
        Some(schedule) => {
            let mut new = Version { number, ..Version::first(schedule) };
            new.from = if new.schedule.is_some() { new.from.max(today) } else { date };
            // What has begun stays where it is, so a rule leaves its dates out. A single new start is meant as it is.
            if new.schedule.as_ref().is_some_and(|schedule| schedule.repeat.is_some()) {
                new.except =
                    begun.iter().map(|(_, begun)| *begun).filter(|begun| *begun >= new.from).collect();
            }
            vec![Opened { base: seen.number, version: new }]
        }
    };
    let (closed, removed) = end(versions, begun, date);
    Edit { opened, closed, removed, except: None, moves_from: date, keeps_times }
}

/// For each version that is still to come, the one that carries it on from `date`.
fn carried_on(
    versions: &[Version],
    begun: &BTreeSet<(u32, Date)>,
    seen: &Version,
    date: Date,
    number: u32,
) -> Vec<Opened> {
    let mut opened: Vec<Opened> = Vec::new();
    let mut open = |old: &Version, from: Date, schedule: Option<Schedule>| {
        let number = number + opened.len() as u32;
        let mut version = Version { number, schedule, from, ..old.clone() };
        version.except.retain(|except| *except >= from);
        let own = begun.iter().filter(|(number, begun)| *number == old.number && *begun >= from);
        version.except.extend(own.map(|(_, begun)| *begun));
        opened.push(Opened { base: old.number, version });
    };
    for old in versions.iter().filter(|old| old.last().is_none_or(|last| last >= date)) {
        let from = old.from.max(date);
        if let Some(schedule) = old.schedule.as_ref().and_then(|schedule| schedule.carried_on(from))
            && old.starts(from, Date::MAX).any(|start| !begun.contains(&(old.number, start.date())))
        {
            open(old, from, Some(schedule));
        }
    }
    // In the inbox, or over: the new version then stands for the routine, and brings nothing about.
    if !opened.iter().any(|opened| !opened.version.single) {
        let newest = current(versions).unwrap_or(seen);
        let until = newest.schedule.is_some().then_some(date);
        let number = number + opened.len() as u32;
        let version = Version { number, from: date, until, ..newest.clone() };
        opened.push(Opened { base: newest.number, version });
    }
    opened
}
