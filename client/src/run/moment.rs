//! What a run shows at an instant. Pure.

use daymark_shared::run::{Outcome, Phase, Progress};
use jiff::Timestamp;

/// How the clock of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// It runs.
    Running,
    /// It runs, and the step's time is up.
    Over,
    /// It stands.
    Paused,
    /// All steps are behind it.
    Finished,
    /// It was given up.
    Abandoned,
}

/// A run at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Where it stands.
    pub progress: Progress,
    /// How its clock stands.
    pub pace: Pace,
    /// Milliseconds left of the current step; negative once they are used up.
    pub left_ms: i64,
}

impl Moment {
    /// The run at `now`.
    pub fn of(progress: &Progress, now: Timestamp) -> Self {
        let progress = progress.at(now);
        let left_ms = progress.left_ms(now);
        let pace = match progress.phase {
            Phase::Running { .. } if left_ms <= 0 => Pace::Over,
            Phase::Running { .. } => Pace::Running,
            Phase::Paused => Pace::Paused,
            Phase::Finished { .. } => Pace::Finished,
            Phase::Abandoned { .. } => Pace::Abandoned,
        };
        Self { progress, pace, left_ms }
    }

    /// Whether it has ended.
    pub const fn is_ended(&self) -> bool {
        matches!(self.pace, Pace::Finished | Pace::Abandoned)
    }

    /// What the current step may take, in milliseconds.
    pub fn allowed_ms(&self) -> i64 {
        self.progress.steps.get(self.progress.current).map_or(0, |step| step.allowed_ms)
    }

    /// How much of the current step is left, from 1 to 0.
    pub fn fraction(&self) -> f64 {
        fraction(self.left_ms, self.allowed_ms())
    }

    /// The step that comes after this one.
    pub fn next(&self) -> Option<usize> {
        let after = self.progress.current + 1;
        (after..self.progress.steps.len())
            .find(|&index| self.progress.steps[index].outcome == Outcome::Pending)
    }

    /// In how many milliseconds it shows something else: the next full second (or minute) that is left, and always the
    /// end of the step; `None` while nothing moves.
    pub fn changes_in(&self, period_ms: i64) -> Option<i64> {
        match self.pace {
            Pace::Running => Some(to_next(self.left_ms, period_ms).min(self.left_ms)),
            Pace::Over => Some(to_next(self.left_ms, period_ms)),
            Pace::Paused | Pace::Finished | Pace::Abandoned => None,
        }
    }
}

/// From here to the next full period, going down.
fn to_next(left_ms: i64, period_ms: i64) -> i64 {
    match left_ms.rem_euclid(period_ms) {
        0 => period_ms,
        rest => rest,
    }
}

/// How much of what was allowed is left, from 1 to 0.
pub fn fraction(left_ms: i64, allowed_ms: i64) -> f64 {
    if allowed_ms <= 0 { 0.0 } else { (left_ms as f64 / allowed_ms as f64).clamp(0.0, 1.0) }
}

/// What is left as a clock shows it: 49:37, 1:49:37, and +02:10 once it is over.
pub fn clock(left_ms: i64) -> String {
    // A second that has begun counts as left; one that has begun beyond the end does not count yet.
    let seconds = if left_ms >= 0 { (left_ms + 999) / 1_000 } else { -left_ms / 1_000 };
    let (minutes, rest) = (seconds / 60, seconds % 60);
    let text = if minutes < 100 {
        format!("{minutes:02}:{rest:02}")
    } else {
        format!("{}:{:02}:{rest:02}", minutes / 60, minutes % 60)
    };
    if left_ms < 0 { ["+", &text].concat() } else { text }
}

/// Milliseconds in whole minutes, rounded: what a step took. What took any time at all took a minute.
pub fn minutes(ms: i64) -> u32 {
    match ms {
        ..=0 => 0,
        1..90_000 => 1,
        _ => u32::try_from((ms + 30_000) / 60_000).unwrap_or(u32::MAX),
    }
}

/// The whole minutes that are left, begun ones counted; beyond the end, those that are full.
pub fn minutes_left(left_ms: i64) -> u32 {
    let minutes = if left_ms >= 0 { (left_ms + 59_999) / 60_000 } else { -left_ms / 60_000 };
    u32::try_from(minutes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{routine::Minutes, run::Action};
    use rstest::rstest;

    fn t(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    fn run(auto_advance: bool) -> Progress {
        let minutes = [2, 8].map(|minutes| Minutes::new(minutes).unwrap());
        Progress::start(minutes, auto_advance, t(0))
    }

    #[rstest]
    #[case::full(1_500_000, "25:00")]
    #[case::begun(1_499_999, "25:00")]
    #[case::a_second_later(1_499_000, "24:59")]
    #[case::almost_over(1, "00:01")]
    #[case::over(0, "00:00")]
    #[case::just_beyond(-999, "+00:00")]
    #[case::beyond(-130_000, "+02:10")]
    #[case::long(99 * 60_000, "99:00")]
    #[case::hours(6_589_000, "1:49:49")]
    fn the_clock_shows_what_is_left(#[case] left_ms: i64, #[case] text: &str) {
        assert_eq!(clock(left_ms), text);
    }

    #[rstest]
    #[case(0, 0)]
    #[case(500, 1)]
    #[case(89_999, 1)]
    #[case(90_000, 2)]
    #[case(600_000, 10)]
    fn what_it_took_is_rounded_to_minutes(#[case] ms: i64, #[case] expected: u32) {
        assert_eq!(minutes(ms), expected);
    }

    #[test]
    fn it_changes_on_full_seconds_and_at_the_end() {
        let moment = |ms| Moment::of(&run(true), t(ms));
        assert_eq!(moment(0).changes_in(1_000), Some(1_000));
        assert_eq!(moment(250).changes_in(1_000), Some(750));
        // Hidden, it looks up once a minute, and when the step ends.
        assert_eq!(moment(1_000).changes_in(60_000), Some(59_000));
        assert_eq!(moment(110_000).changes_in(60_000), Some(10_000));
        assert_eq!(moment(119_600).changes_in(1_000), Some(400));
    }

    #[test]
    fn every_change_that_is_waited_for_comes_and_none_comes_twice() {
        let (mut now, mut shown) = (0, Vec::new());
        while now < 125_000 {
            let moment = Moment::of(&run(true), t(now));
            shown.push((moment.progress.current, clock(moment.left_ms)));
            let wait = moment.changes_in(1_000).unwrap();
            assert!(wait > 0);
            now += wait;
        }
        shown.dedup();
        // Two minutes of seconds, the first one full, and five seconds of the next step.
        assert_eq!(shown.len(), 125);
        assert_eq!(shown[120], (1, "08:00".to_owned()));
    }

    #[test]
    fn nothing_moves_while_it_is_paused() {
        let paused = run(true).act(Action::Pause, Some(0), t(30_000)).unwrap();
        let moment = Moment::of(&paused, t(90_000));
        assert_eq!((moment.pace, moment.left_ms, moment.changes_in(1_000)), (Pace::Paused, 90_000, None));
        assert!((moment.fraction() - 0.75).abs() < 1e-9);
    }

    #[test]
    fn beyond_its_time_the_ring_is_empty() {
        let moment = Moment::of(&run(false), t(130_000));
        assert_eq!((moment.pace, moment.fraction(), moment.next()), (Pace::Over, 0.0, Some(1)));
        assert_eq!(moment.changes_in(1_000), Some(1_000));
        assert_eq!(Moment::of(&run(false), t(120_000)).pace, Pace::Over);
    }
}
