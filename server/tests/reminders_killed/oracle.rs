//! What was due, told by the acknowledged answers alone: it knows nothing of the server's tables, nor of its code.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A routine's reminder at an instant. On how many channels, the account says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ring {
    pub routine: String,
    pub due_at: Timestamp,
}

/// Whether a ring had to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    Never,
    /// It was there or not when it fell due, as far as answers tell.
    Perhaps,
    /// It was there when it fell due, and was taken away after that: before it was sent, or too late.
    Withdrawn,
    Must,
}

/// Between these instants a ring came to be, or ceased to be: when it was first asked for, and when that was
/// acknowledged.
struct Change {
    asked: Timestamp,
    acknowledged: Timestamp,
    comes: bool,
}

/// The plan of one account over time.
#[derive(Default)]
pub struct Oracle(BTreeMap<Ring, Vec<Change>>);

impl Oracle {
    /// The plan was `before` until it was asked for something else, and `after` when that was acknowledged.
    pub fn changed(
        &mut self,
        (before, after): (&BTreeSet<Ring>, &BTreeSet<Ring>),
        (asked, acknowledged): (Timestamp, Timestamp),
    ) {
        let mut note = |ring: &Ring, comes| {
            self.0.entry(ring.clone()).or_default().push(Change { asked, acknowledged, comes });
        };
        before.difference(after).for_each(|ring| note(ring, false));
        after.difference(before).for_each(|ring| note(ring, true));
    }

    /// Whether it was owed. A worker may send what is due at once, or after what is wrong has passed; what is taken away
    /// meanwhile may arrive or not. What had passed when it was asked for does not ring.
    pub fn owed(&self, ring: &Ring) -> Owed {
        let mut owed = Owed::Never;
        for change in self.0.get(ring).map_or(&[][..], Vec::as_slice) {
            owed = match (change.comes, owed) {
                (comes, _) if change.acknowledged < ring.due_at => {
                    if comes {
                        Owed::Must
                    } else {
                        Owed::Never
                    }
                }
                (true, Owed::Never) | (false, Owed::Must) if change.asked <= ring.due_at => Owed::Perhaps,
                (false, Owed::Must) => Owed::Withdrawn,
                (_, same) => same,
            };
        }
        owed
    }

    /// All that had to arrive, due up to `until`.
    pub fn must(&self, until: Timestamp) -> impl Iterator<Item = &Ring> {
        self.due(until).filter(|(_, owed)| *owed == Owed::Must).map(|(ring, _)| ring)
    }

    /// All that was or may have been there when it fell due, up to `until`.
    pub fn due(&self, until: Timestamp) -> impl Iterator<Item = (&Ring, Owed)> {
        let due = self.0.keys().filter(move |ring| ring.due_at <= until);
        due.map(|ring| (ring, self.owed(ring))).filter(|(_, owed)| *owed != Owed::Never)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// What a ring due at 100 is after these changes: asked, acknowledged, comes.
    fn owed(changes: &[(i64, i64, bool)]) -> Owed {
        let ring = Ring { routine: "water".to_owned(), due_at: at(100) };
        let (none, some) = (BTreeSet::new(), BTreeSet::from([ring.clone()]));
        let mut oracle = Oracle::default();
        for (asked, acknowledged, comes) in changes {
            let plans = if *comes { (&none, &some) } else { (&some, &none) };
            oracle.changed(plans, (at(*asked), at(*acknowledged)));
        }
        oracle.owed(&ring)
    }

    #[test]
    fn what_was_acknowledged_before_it_was_due_counts() {
        assert_eq!(owed(&[]), Owed::Never);
        assert_eq!(owed(&[(90, 91, true)]), Owed::Must);
        assert_eq!(owed(&[(90, 91, true), (92, 93, false)]), Owed::Never);
        assert_eq!(owed(&[(90, 91, true), (92, 93, false), (94, 95, true)]), Owed::Must);
    }

    #[test]
    fn what_was_not_answered_when_it_was_due_is_open() {
        assert_eq!(owed(&[(99, 101, true)]), Owed::Perhaps);
        assert_eq!(owed(&[(90, 91, true), (99, 101, false)]), Owed::Perhaps);
        assert_eq!(owed(&[(99, 101, true), (102, 103, false)]), Owed::Perhaps);
    }

    #[test]
    fn what_came_after_it_was_due_can_take_it_away_but_not_bring_it() {
        assert_eq!(owed(&[(101, 102, true)]), Owed::Never);
        assert_eq!(owed(&[(90, 91, true), (101, 102, false)]), Owed::Withdrawn);
        assert_eq!(owed(&[(90, 91, true), (101, 102, false), (103, 104, true)]), Owed::Withdrawn);
    }
}
