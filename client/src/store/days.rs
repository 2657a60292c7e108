//! The days that are known, and how they change: at once when a person does something, and again when the server
//! answers.

use daymark_shared::{
    day::{Day, order},
    ids::RoutineId,
    occurrence::{Occurrence, OccurrenceKey},
    schedule::Start,
    zone::Zone,
};
use jiff::civil::{Date, Time};
use std::{collections::BTreeMap, rc::Rc};

/// More days than this are not kept; those farthest from what came last go first.
const KEPT_MAX: usize = 120;

/// The days that are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Days {
    known: BTreeMap<Date, Rc<KnownDay>>,
}

/// A day that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDay {
    /// The zone on whose clock its times are.
    pub zone: Zone,
    /// As [`Day::occurrences`]; lanes are for whoever draws them.
    pub occurrences: Vec<Rc<Occurrence>>,
    /// Whether there were too many.
    pub truncated: bool,
}

/// What can happen to the days.
#[derive(Debug, Clone, PartialEq)]
pub enum DaysChange {
    /// They came from the server.
    Came(Vec<Day>),
    /// An occurrence is like this now, wherever it was before.
    Is(Rc<Occurrence>),
    /// An occurrence is not there any more.
    Gone(RoutineId, OccurrenceKey),
    /// A routine is not there any more.
    RoutineGone(RoutineId),
}

impl Days {
    /// A day, if it is known.
    pub fn get(&self, date: Date) -> Option<&Rc<KnownDay>> {
        self.known.get(&date)
    }

    /// The days after a change; the same ones, where it changes nothing about them.
    #[must_use]
    pub fn changed(&self, change: DaysChange) -> Self {
        let mut days = self.clone();
        match change {
            DaysChange::Came(came) => days.take_over(came),
            DaysChange::Is(occurrence) => {
                for (date, day) in &mut days.known {
                    let here = touches(&occurrence, *date);
                    let was = day.occurrences.iter().position(|other| same(other, &occurrence));
                    if !here && was.is_none() {
                        continue;
                    }
                    let day = Rc::make_mut(day);
                    day.occurrences.retain(|other| !same(other, &occurrence));
                    if here {
                        day.occurrences.push(occurrence.clone());
                        day.occurrences.sort_by(|a, b| order(a, b));
                    }
                }
            }
            DaysChange::Gone(routine, key) => {
                days.drop_where(|occurrence| occurrence.routine == routine && occurrence.key == key);
            }
            DaysChange::RoutineGone(routine) => {
                days.drop_where(|occurrence| occurrence.routine == routine);
            }
        }
        days
    }

    fn take_over(&mut self, came: Vec<Day>) {
        let Some(middle) = came.get(came.len() / 2).map(|day| day.date) else { return };
        for day in came {
            let occurrences = day.occurrences.into_iter().map(Rc::new).collect();
            let new = KnownDay { zone: day.zone, occurrences, truncated: day.truncated };
            // What is as it was stays the very same, so that nobody draws it again.
            if self.known.get(&day.date).is_none_or(|old| **old != new) {
                self.known.insert(day.date, Rc::new(new));
            }
        }
        while self.known.len() > KEPT_MAX {
            let distance = |date: Date| middle.duration_until(date).abs();
            let first = self.known.keys().next().copied();
            let last = self.known.keys().next_back().copied();
            match (first, last) {
                (Some(first), Some(last)) if distance(first) > distance(last) => self.known.remove(&first),
                (_, Some(last)) => self.known.remove(&last),
                _ => return,
            };
        }
    }

    fn drop_where(&mut self, gone: impl Fn(&Occurrence) -> bool) {
        for day in self.known.values_mut() {
            if day.occurrences.iter().any(|occurrence| gone(occurrence)) {
                Rc::make_mut(day).occurrences.retain(|occurrence| !gone(occurrence));
            }
        }
    }
}

fn same(a: &Occurrence, b: &Occurrence) -> bool {
    a.routine == b.routine && a.key == b.key
}

/// Whether any of it lies on this date.
pub fn touches(occurrence: &Occurrence, date: Date) -> bool {
    match occurrence.start {
        Start::AllDay(day) => day == date,
        Start::At(start) => start.date() <= date && occurrence.end > date.to_datetime(Time::midnight()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{
        occurrence::OccurrenceState,
        routine::{Colour, Icon, Minutes},
        text::Title,
    };
    use jiff::{SignedDuration, Timestamp, civil::DateTime};

    const DATE: Date = jiff::civil::date(2026, 11, 18);

    fn occurrence(n: u8, start: DateTime, minutes: i64) -> Occurrence {
        Occurrence {
            routine: RoutineId::from_bytes([n; 16]),
            key: OccurrenceKey { version: 1, original: Start::At(DATE.at(7, 0, 0, 0)) },
            title: Title::new("Gym").unwrap(),
            colour: Colour::Leaf,
            icon: Icon::default(),
            steps: vec![],
            start: Start::At(start),
            end: start + SignedDuration::from_mins(minutes),
            starts_at: Timestamp::UNIX_EPOCH,
            minutes: Minutes::new(minutes).unwrap(),
            state: OccurrenceState::Planned,
            done_at: None,
            changed: false,
            repeats: false,
            run: None,
            reminded: None,
            lane: 0,
            lanes: 1,
            revision: 0,
        }
    }

    fn day(date: Date, occurrences: Vec<Occurrence>) -> Day {
        Day { date, zone: Zone::utc(), occurrences, truncated: false, now: Timestamp::UNIX_EPOCH }
    }

    fn known() -> Days {
        let tomorrow = DATE.tomorrow().unwrap();
        let gym = occurrence(1, DATE.at(17, 0, 0, 0), 60);
        let walk = occurrence(2, DATE.at(8, 0, 0, 0), 20);
        Days::default().changed(DaysChange::Came(vec![day(DATE, vec![walk, gym]), day(tomorrow, vec![])]))
    }

    fn ids(days: &Days, date: Date) -> Vec<u8> {
        let found = &days.get(date).unwrap().occurrences;
        found.iter().map(|occurrence| occurrence.routine.as_bytes()[0]).collect()
    }

    #[test]
    fn what_moves_takes_its_new_place_in_the_order() {
        let moved = occurrence(1, DATE.at(7, 30, 0, 0), 60);
        let after = known().changed(DaysChange::Is(Rc::new(moved)));
        assert_eq!(ids(&after, DATE), [1, 2]);
    }

    #[test]
    fn what_passes_midnight_is_on_both_days() {
        let moved = occurrence(1, DATE.at(23, 30, 0, 0), 60);
        let after = known().changed(DaysChange::Is(Rc::new(moved)));
        let tomorrow = DATE.tomorrow().unwrap();
        assert_eq!((ids(&after, DATE), ids(&after, tomorrow)), (vec![2, 1], vec![1]));
        let back = after.changed(DaysChange::Is(Rc::new(occurrence(1, DATE.at(17, 0, 0, 0), 60))));
        assert_eq!(back, known());
    }

    #[test]
    fn what_ends_at_midnight_is_not_on_the_next_day() {
        let late = occurrence(1, DATE.at(23, 0, 0, 0), 60);
        assert!(touches(&late, DATE));
        assert!(!touches(&late, DATE.tomorrow().unwrap()));
    }

    #[test]
    fn days_that_came_again_as_they_were_stay_the_very_same() {
        let before = known();
        let again = before.changed(DaysChange::Came(vec![day(
            DATE,
            vec![occurrence(2, DATE.at(8, 0, 0, 0), 20), occurrence(1, DATE.at(17, 0, 0, 0), 60)],
        )]));
        assert!(Rc::ptr_eq(before.get(DATE).unwrap(), again.get(DATE).unwrap()));
    }

    #[test]
    fn a_change_leaves_other_days_alone() {
        let before = known();
        let tomorrow = DATE.tomorrow().unwrap();
        let after = before.changed(DaysChange::RoutineGone(RoutineId::from_bytes([1; 16])));
        assert_eq!(ids(&after, DATE), [2]);
        assert!(Rc::ptr_eq(before.get(tomorrow).unwrap(), after.get(tomorrow).unwrap()));
    }

    #[test]
    fn the_farthest_days_are_forgotten() {
        let all = DATE.series(jiff::ToSpan::days(1)).take(200).map(|date| day(date, vec![])).collect();
        let days = Days::default().changed(DaysChange::Came(all));
        assert_eq!(days.known.len(), KEPT_MAX);
        assert!(days.get(DATE + jiff::ToSpan::days(100)).is_some());
    }
}
