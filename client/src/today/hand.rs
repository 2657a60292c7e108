//! What is being moved or resized, and how far it is. Pure.

use super::geometry::{DAY, STEP, Slot, snapped};
use daymark_shared::{ids::RoutineId, occurrence::OccurrenceKey, routine::MINUTES_MAX};

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grip {
    /// Its start changes.
    Move,
    /// Its end changes.
    Resize,
}

/// What does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Mouse, pen or finger.
    Pointer,
    /// Keys, or the buttons that do the same.
    Keys,
}

/// An occurrence in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Whose occurrence.
    pub routine: RoutineId,
    /// Which.
    pub key: OccurrenceKey,
    /// What is done with it.
    pub grip: Grip,
    /// What does it.
    pub by: By,
    /// Where it was.
    pub was: Slot,
    /// Where it is now.
    pub is: Slot,
    /// The fewest minutes that it can take: one for each step.
    pub shortest: i32,
}

impl Hand {
    /// Taken up where it is.
    pub fn take(
        (routine, key): (RoutineId, OccurrenceKey),
        grip: Grip,
        by: By,
        was: Slot,
        steps: usize,
    ) -> Self {
        let shortest = i32::try_from(steps).unwrap_or(DAY).max(STEP);
        Self { routine, key, grip, by, was, is: was, shortest }
    }

    /// Whether it is this one.
    pub fn holds(&self, routine: RoutineId, key: OccurrenceKey) -> bool {
        self.routine == routine && self.key == key
    }

    /// Dragged so many minutes from where it was; it stops at full five minutes.
    #[must_use]
    pub fn dragged(self, minutes: f64) -> Self {
        match self.grip {
            Grip::Move => self.to(snapped(f64::from(self.was.from) + minutes)),
            Grip::Resize => self.to(snapped(f64::from(self.was.until) + minutes)),
        }
    }

    /// So many minutes on from where it is; the first step of five goes to the next full five minutes.
    #[must_use]
    pub fn stepped(self, minutes: i32) -> Self {
        let edge = match self.grip {
            Grip::Move => self.is.from,
            Grip::Resize => self.is.until,
        };
        let off = edge.rem_euclid(STEP);
        let aligned = match (off, minutes > 0) {
            (0, _) => edge + minutes,
            (off, true) => edge - off + minutes,
            (off, false) => edge + STEP - off + minutes,
        };
        self.to(aligned)
    }

    fn to(self, edge: i32) -> Self {
        let is = match self.grip {
            Grip::Move => {
                let length = self.was.minutes();
                // Some of it stays on this day; what began on it begins on it.
                let first = if self.was.from < 0 { STEP - length } else { 0 };
                Slot::new(edge.clamp(first, DAY - STEP), length)
            }
            Grip::Resize => {
                let longest = self.was.from + i32::from(MINUTES_MAX);
                // The end of what ran in stays on this day.
                let shortest = (self.was.from + self.shortest).max(STEP);
                Slot { from: self.was.from, until: edge.clamp(shortest.min(longest), longest) }
            }
        };
        Self { is, ..self }
    }

    /// Whether it is elsewhere than it was.
    pub fn has_changed(&self) -> bool {
        self.is != self.was
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::schedule::Start;
    use rstest::rstest;

    fn hand(grip: Grip, was: Slot) -> Hand {
        let original = Start::AllDay(jiff::civil::date(2026, 11, 18));
        let key = OccurrenceKey { version: 1, original };
        Hand::take((RoutineId::from_bytes([1; 16]), key), grip, By::Keys, was, 3)
    }

    #[rstest]
    #[case::down(12.0, Slot::new(1_060, 60))]
    #[case::up(-7.6, Slot::new(1_040, 60))]
    #[case::over_midnight(400.0, Slot::new(1_435, 60))]
    #[case::to_the_morning(-2_000.0, Slot::new(0, 60))]
    fn a_drag_moves_in_steps_and_stays_on_the_day(#[case] minutes: f64, #[case] expected: Slot) {
        assert_eq!(hand(Grip::Move, Slot::new(1_050, 60)).dragged(minutes).is, expected);
    }

    #[test]
    fn what_ran_in_from_the_night_before_may_stay_there() {
        let night = hand(Grip::Move, Slot::new(-60, 120));
        assert_eq!(night.dragged(-30.0).is, Slot::new(-90, 120));
        assert_eq!(night.dragged(-300.0).is, Slot::new(-115, 120));
        assert_eq!(night.dragged(90.0).is, Slot::new(30, 120));
    }

    #[rstest]
    #[case::longer(20.0, 80)]
    #[case::no_shorter_than_its_steps(-200.0, 5)]
    #[case::no_longer_than_a_day(5_000.0, 1_440)]
    fn the_edge_moves_alone(#[case] minutes: f64, #[case] expected: i32) {
        assert_eq!(hand(Grip::Resize, Slot::new(600, 60)).dragged(minutes).is, Slot::new(600, expected));
    }

    #[test]
    fn keys_go_to_full_five_minutes_first() {
        let odd = hand(Grip::Move, Slot::new(602, 30));
        assert_eq!(odd.stepped(5).is.from, 605);
        assert_eq!(odd.stepped(5).stepped(5).is.from, 610);
        assert_eq!(odd.stepped(-5).is.from, 600);
        assert_eq!(odd.stepped(60).is.from, 660);
    }

    #[test]
    fn what_comes_back_has_not_changed() {
        let gym = hand(Grip::Move, Slot::new(600, 30));
        assert!(gym.stepped(5).has_changed());
        assert!(!gym.stepped(5).stepped(-5).has_changed());
    }
}
