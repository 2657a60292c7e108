//! Where things are on the timeline, in minutes from the day's midnight. Pure.

use crate::civil::{minutes_after, minutes_between};
use daymark_shared::{
    day::{Span, lay_out},
    occurrence::Occurrence,
    schedule::Start,
};
use jiff::civil::{Date, DateTime, Time};

/// The minutes of the timeline.
pub const DAY: i32 = 1_440;
/// What is moved moves in steps of this.
pub const STEP: i32 = 5;
/// What is shorter is drawn as long as this, so that it can be read and hit.
const DRAWN_MIN: i32 = 20;
/// Free time that is worth a word.
const FREE_MIN: i32 = 60;
/// Free time that begins earlier is the night's.
const NIGHT: i32 = 5 * 60;

/// From when until when, in minutes from the day's midnight; below 0 and beyond 1,440 lie the days around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The start.
    pub from: i32,
    /// The end.
    pub until: i32,
}

impl Slot {
    /// So many minutes from `from`.
    pub const fn new(from: i32, minutes: i32) -> Self {
        Self { from, until: from + minutes }
    }

    /// Where an occurrence is on this date; `None` for a whole day.
    pub fn of(occurrence: &Occurrence, date: Date) -> Option<Self> {
        match occurrence.start {
            Start::AllDay(_) => None,
            Start::At(start) => Some(Self { from: minute(start, date), until: minute(occurrence.end, date) }),
        }
    }

    /// How long it is.
    pub const fn minutes(self) -> i32 {
        self.until - self.from
    }

    /// Whether both are at once somewhere.
    pub const fn overlaps(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}

/// Minutes from the date's midnight.
pub fn minute(at: DateTime, date: Date) -> i32 {
    minutes_between(date.to_datetime(Time::midnight()), at)
}

/// The civil time so many minutes from the date's midnight.
pub fn at(date: Date, minute: i32) -> DateTime {
    minutes_after(date.to_datetime(Time::midnight()), minute)
}

/// The nearest time that things can be moved to.
pub fn snapped(minute: f64) -> i32 {
    (minute / f64::from(STEP)).round() as i32 * STEP
}

/// Where a block is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The minute of its upper edge, within the day.
    pub top: i32,
    /// The minutes of its height.
    pub height: i32,
    /// Its column.
    pub lane: u16,
    /// Of how many.
    pub lanes: u16,
    /// It began the day before.
    pub ran_in: bool,
    /// It goes on after midnight.
    pub runs_on: bool,
    /// Something else is at the same time.
    pub overlaps: bool,
}

struct Drawn {
    index: usize,
    slot: Slot,
    place: Place,
}

impl Span for Drawn {
    fn span(&self) -> Option<(DateTime, DateTime)> {
        // Any date does: only the distances count.
        let day = jiff::civil::date(2000, 1, 1);
        Some((at(day, self.place.top), at(day, self.place.top + self.place.height)))
    }

    fn place(&mut self, lane: u16, lanes: u16) {
        (self.place.lane, self.place.lanes) = (lane, lanes);
    }
}

/// Where each of them is drawn, in the order in which they were given: what overlaps is side by side, and so is what
/// would overlap as drawn.
pub fn places(slots: &[Slot]) -> Vec<Place> {
    let mut drawn: Vec<Drawn> = slots
        .iter()
        .enumerate()
        .map(|(index, &slot)| {
            let (from, until) = (slot.from.max(0), slot.until.min(DAY));
            // What is short and late ends with the day rather than below it.
            let top = if until - from < DRAWN_MIN { from.min(DAY - DRAWN_MIN) } else { from };
            let overlaps = slots.iter().enumerate().any(|(other, s)| other != index && s.overlaps(slot));
            let place = Place {
                top,
                height: (until - top).max(DRAWN_MIN),
                lane: 0,
                lanes: 1,
                ran_in: slot.from < 0,
                runs_on: slot.until > DAY,
                overlaps,
            };
            Drawn { index, slot, place }
        })
        .collect();
    drawn.sort_by_key(|drawn| (drawn.place.top, std::cmp::Reverse(drawn.slot.until), drawn.index));
    lay_out(&mut drawn);
    let mut places: Vec<Place> = drawn.iter().map(|drawn| drawn.place).collect();
    for drawn in drawn {
        places[drawn.index] = drawn.place;
    }
    places
}

/// The same in the order of their starts.
pub fn by_start(slots: &[Slot]) -> Vec<Slot> {
    let mut sorted = slots.to_vec();
    sorted.sort_by_key(|slot| slot.from);
    sorted
}

/// The free time between them that is worth a word.
pub fn free(slots: &[Slot]) -> Vec<Slot> {
    let mut free = Vec::new();
    let mut end: Option<i32> = None;
    for slot in by_start(slots) {
        if let Some(end) = end
            && slot.from - end >= FREE_MIN
            && end >= NIGHT
        {
            free.push(Slot { from: end, until: slot.from });
        }
        end = Some(end.map_or(slot.until, |end| end.max(slot.until)));
    }
    free
}

/// How much a block of this height says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Title and time in one line.
    Line,
    /// Title, and time below.
    Lines,
    /// Its steps too.
    Steps,
}

/// What fits into a block that is so many minutes high: steps only where all of them do.
pub const fn detail(minutes: i32, steps: usize) -> Detail {
    // At 76 px an hour: 40 minutes are two lines with their padding, each step takes 18 more.
    if minutes < 40 {
        Detail::Line
    } else if steps > 1 && minutes >= 50 + 18 * steps as i32 {
        Detail::Steps
    } else {
        Detail::Lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const DATE: Date = jiff::civil::date(2026, 11, 18);

    #[test]
    fn minutes_count_from_the_days_midnight() {
        assert_eq!(minute(DATE.at(7, 30, 0, 0), DATE), 450);
        assert_eq!(minute(jiff::civil::date(2026, 11, 17).at(23, 0, 0, 0), DATE), -60);
        assert_eq!(at(DATE, 1_470), jiff::civil::date(2026, 11, 19).at(0, 30, 0, 0));
    }

    #[rstest]
    #[case(0.0, 0)]
    #[case(452.4, 450)]
    #[case(452.6, 455)]
    #[case(-3.0, -5)]
    fn things_move_in_steps(#[case] minute: f64, #[case] expected: i32) {
        assert_eq!(snapped(minute), expected);
    }

    #[test]
    fn what_overlaps_is_side_by_side() {
        let places = places(&[Slot::new(675, 30), Slot::new(675, 45), Slot::new(750, 45)]);
        let lanes: Vec<_> = places.iter().map(|p| (p.lane, p.lanes, p.overlaps)).collect();
        assert_eq!(lanes, [(1, 2, true), (0, 2, true), (0, 1, false)]);
    }

    #[test]
    fn short_ones_in_a_row_are_side_by_side_though_they_do_not_overlap() {
        let places = places(&[Slot::new(600, 10), Slot::new(610, 10)]);
        let lanes: Vec<_> = places.iter().map(|p| (p.lane, p.lanes, p.overlaps)).collect();
        assert_eq!(lanes, [(0, 2, false), (1, 2, false)]);
    }

    #[test]
    fn what_passes_midnight_is_cut_there() {
        let places = places(&[Slot::new(-60, 90), Slot::new(1_410, 60)]);
        assert_eq!((places[0].top, places[0].height, places[0].ran_in), (0, 30, true));
        assert_eq!((places[1].top, places[1].height, places[1].runs_on), (1_410, 30, true));
    }

    #[rstest]
    #[case::last_minutes(Slot::new(1_435, 5), 1_420)]
    #[case::rest_of_a_night(Slot::new(-60, 65), 0)]
    #[case::begins_late(Slot::new(1_435, 60), 1_420)]
    #[case::ordinary(Slot::new(600, 5), 600)]
    fn what_is_short_stays_within_the_day(#[case] slot: Slot, #[case] top: i32) {
        let place = places(&[slot])[0];
        assert_eq!((place.top, place.height), (top, DRAWN_MIN));
    }

    #[test]
    fn free_time_is_between_things_and_long_enough() {
        let slots = [Slot::new(540, 120), Slot::new(600, 30), Slot::new(700, 20), Slot::new(800, 10)];
        assert_eq!(free(&slots), [Slot { from: 720, until: 800 }]);
        assert_eq!(free(&slots[..1]), []);
        assert_eq!(free(&[Slot::new(-60, 180), Slot::new(420, 30)]), []);
    }

    #[rstest]
    #[case::short(30, 3, Detail::Line)]
    #[case::one_step_is_the_title(240, 1, Detail::Lines)]
    #[case::not_all_fit(60, 5, Detail::Lines)]
    #[case::all_fit(120, 3, Detail::Steps)]
    #[case::just(86, 2, Detail::Steps)]
    fn steps_are_shown_only_where_all_fit(
        #[case] minutes: i32,
        #[case] steps: usize,
        #[case] expected: Detail,
    ) {
        assert_eq!(detail(minutes, steps), expected);
    }
}
