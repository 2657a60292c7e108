//! A day: what happens on one date, in order, with overlaps side by side.

use crate::{ids::RoutineId, occurrence::Occurrence, schedule::Start, zone::Zone};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use serde::{Deserialize, Serialize};

/// The most occurrences that a day shows.
pub const OCCURRENCES_MAX: usize = 500;
/// The most days in one range.
pub const DAYS_MAX: usize = 42;

/// The occurrences of one date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Day {
    /// The date.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date"))]
    pub date: Date,
    /// The zone on whose clock its times are.
    pub zone: Zone,
    /// All-day ones first, then by start; skipped ones included. What began the day before and lasts into this one
    /// is here too.
    pub occurrences: Vec<Occurrence>,
    /// Whether there were more than 500, and the rest was left out.
    pub truncated: bool,
    /// The server's clock when it answered.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub now: Timestamp,
}

/// Several days in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Days {
    /// One for each date of the range.
    pub days: Vec<Day>,
}

/// What a lane is assigned to: anything with a civil beginning and end.
pub trait Span {
    /// Start and end; `None` for what takes no room on the timeline.
    fn span(&self) -> Option<(DateTime, DateTime)>;
    /// Puts it into column `lane` of `lanes`.
    fn place(&mut self, lane: u16, lanes: u16);
}

impl<T: Span> Span for &mut T {
    fn span(&self) -> Option<(DateTime, DateTime)> {
        (**self).span()
    }

    fn place(&mut self, lane: u16, lanes: u16) {
        (**self).place(lane, lanes);
    }
}

impl Span for Occurrence {
    fn span(&self) -> Option<(DateTime, DateTime)> {
        match self.start {
            Start::AllDay(_) => None,
            Start::At(start) => Some((start, self.end)),
        }
    }

    fn place(&mut self, lane: u16, lanes: u16) {
        self.lane = lane;
        self.lanes = lanes;
    }
}

/// Puts what overlaps side by side.
///
/// Items must be sorted by start. Each takes the first column that is free; all that hang together by overlaps share
/// the same number of columns. Touching is not overlapping.
pub fn lay_out<T: Span>(items: &mut [T]) {
    let mut cluster: Vec<(usize, u16)> = Vec::new();
    let mut ends: Vec<DateTime> = Vec::new();
    let mut cluster_end: Option<DateTime> = None;
    let close = |items: &mut [T], cluster: &mut Vec<(usize, u16)>, ends: &mut Vec<DateTime>| {
        let lanes = ends.len().max(1) as u16;
        for (index, lane) in cluster.drain(..) {
            items[index].place(lane, lanes);
        }
        ends.clear();
    };
    for index in 0..items.len() {
        let Some((start, end)) = items[index].span() else {
            items[index].place(0, 1);
            continue;
        };
        if cluster_end.is_some_and(|last| start >= last) {
            close(items, &mut cluster, &mut ends);
            cluster_end = None;
        }
        let lane = ends.iter().position(|free| *free <= start).unwrap_or_else(|| {
            ends.push(end);
            ends.len() - 1
        });
        ends[lane] = end;
        cluster.push((index, lane as u16));
        cluster_end = Some(cluster_end.map_or(end, |last| last.max(end)));
    }
    close(items, &mut cluster, &mut ends);
}

/// The order of a day: whole days first, then by start, the longer first, then by routine.
pub fn order(a: &Occurrence, b: &Occurrence) -> std::cmp::Ordering {
    let key = |o: &Occurrence| -> (bool, DateTime, std::cmp::Reverse<DateTime>, RoutineId) {
        (!o.start.is_all_day(), o.start.datetime(), std::cmp::Reverse(o.end), o.routine)
    };
    key(a).cmp(&key(b)).then_with(|| a.key.cmp(&b.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[derive(Debug)]
    struct Item {
        from: i64,
        to: i64,
        lane: u16,
        lanes: u16,
    }

    impl Span for Item {
        fn span(&self) -> Option<(DateTime, DateTime)> {
            let at =
                |minutes: i64| date(2026, 11, 18).at(0, 0, 0, 0) + jiff::SignedDuration::from_mins(minutes);
            Some((at(self.from), at(self.to)))
        }

        fn place(&mut self, lane: u16, lanes: u16) {
            (self.lane, self.lanes) = (lane, lanes);
        }
    }

    fn laid_out(spans: &[(i64, i64)]) -> Vec<Item> {
        let mut items: Vec<Item> =
            spans.iter().map(|&(from, to)| Item { from, to, lane: 99, lanes: 99 }).collect();
        items.sort_by_key(|item| item.from);
        lay_out(&mut items);
        items
    }

    #[test]
    fn what_only_touches_stays_in_one_column() {
        assert!(laid_out(&[(0, 30), (30, 60), (60, 90)]).iter().all(|i| (i.lane, i.lanes) == (0, 1)));
    }

    #[test]
    fn a_chain_of_overlaps_shares_its_columns() {
        let items = laid_out(&[(0, 60), (30, 90), (60, 120), (200, 210)]);
        let places: Vec<_> = items.iter().map(|i| (i.lane, i.lanes)).collect();
        assert_eq!(places, [(0, 2), (1, 2), (0, 2), (0, 1)]);
    }

    proptest! {
        #[test]
        fn nothing_is_covered(spans in prop::collection::vec((0i64..1440, 1i64..300), 0..40)) {
            let spans: Vec<_> = spans.into_iter().map(|(from, length)| (from, from + length)).collect();
            let items = laid_out(&spans);
            for (i, a) in items.iter().enumerate() {
                prop_assert!(a.lane < a.lanes);
                for b in &items[i + 1..] {
                    if a.from < b.to && b.from < a.to {
                        prop_assert!(a.lane != b.lane && a.lanes == b.lanes, "{a:?} {b:?}");
                    }
                }
                // No more columns than are busy at once somewhere in the cluster.
                let busy = items.iter().map(|b| items.iter().filter(|c| c.from <= b.from && b.from < c.to).count());
                prop_assert!(usize::from(a.lanes) <= busy.max().unwrap_or(1));
            }
        }
    }
}
