//! What is worth saying aloud between two moments of a run, whoever brought it about: the person, another browser, or
//! time. Pure.

use super::moment::{Moment, Pace};
use daymark_shared::run::Outcome;

/// Something worth saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The clock stands now.
    Paused,
    /// It runs again.
    Resumed,
    /// Another step is the current one; the one before was left out or not.
    Step {
        /// Which.
        index: usize,
        /// Whether the one before was left out.
        skipped: bool,
        /// Whether it lies before the other.
        back: bool,
    },
    /// So many minutes more, or fewer, for the step.
    Adjusted(i32),
    /// The step's time is up, and it waits.
    Over,
    /// Whether steps follow each other by themselves now.
    AutoAdvance(bool),
    /// All is done.
    Finished,
    /// It was given up.
    Abandoned,
}

/// The one thing that is worth saying, if any.
pub fn said(before: &Moment, after: &Moment) -> Option<Said> {
    let (old, new) = (&before.progress, &after.progress);
    if before.pace != after.pace {
        match after.pace {
            Pace::Finished => return Some(Said::Finished),
            Pace::Abandoned => return Some(Said::Abandoned),
            _ => {}
        }
    }
    if old.current != new.current {
        let skipped = new.steps.get(old.current).is_some_and(|step| step.outcome == Outcome::Skipped);
        return Some(Said::Step { index: new.current, skipped, back: new.current < old.current });
    }
    match (before.pace, after.pace) {
        (Pace::Running | Pace::Over, Pace::Paused) => return Some(Said::Paused),
        (Pace::Paused, Pace::Running | Pace::Over) => return Some(Said::Resumed),
        _ => {}
    }
    if old.auto_advance != new.auto_advance {
        return Some(Said::AutoAdvance(new.auto_advance));
    }
    let (was, is) = (before.allowed_ms(), after.allowed_ms());
    if was != is {
        // Beyond its time, a step gets what it is over and the minutes besides.
        let over = before.left_ms.min(0);
        let minutes = ((is - was + over) as f64 / 60_000.0).round();
        return Some(Said::Adjusted(minutes as i32));
    }
    (before.pace == Pace::Running && after.pace == Pace::Over).then_some(Said::Over)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{
        routine::Minutes,
        run::{Action, Progress},
    };
    use jiff::Timestamp;
    use rstest::rstest;

    fn t(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn run(auto_advance: bool) -> Progress {
        Progress::start([10, 20].map(|minutes| Minutes::new(minutes).unwrap()), auto_advance, t(0))
    }

    #[rstest]
    #[case(Action::Pause, Said::Paused)]
    #[case(Action::Done, Said::Step { index: 1, skipped: false, back: false })]
    #[case(Action::Skip, Said::Step { index: 1, skipped: true, back: false })]
    #[case(Action::Adjust(5), Said::Adjusted(5))]
    #[case(Action::Adjust(-1), Said::Adjusted(-1))]
    #[case(Action::AutoAdvance(false), Said::AutoAdvance(false))]
    #[case(Action::Finish, Said::Finished)]
    #[case(Action::Abandon, Said::Abandoned)]
    fn each_action_is_said(#[case] action: Action, #[case] expected: Said) {
        let before = run(true);
        let after = before.act(action, None, t(60)).unwrap();
        assert_eq!(said(&Moment::of(&before, t(60)), &Moment::of(&after, t(60))), Some(expected));
    }

    #[test]
    fn so_are_resume_and_back() {
        let paused = run(true).act(Action::Pause, None, t(60)).unwrap();
        let resumed = paused.act(Action::Resume, None, t(90)).unwrap();
        assert_eq!(said(&Moment::of(&paused, t(90)), &Moment::of(&resumed, t(90))), Some(Said::Resumed));
        let second = run(true).act(Action::Done, None, t(60)).unwrap();
        let back = second.act(Action::Back, None, t(70)).unwrap();
        assert_eq!(
            said(&Moment::of(&second, t(70)), &Moment::of(&back, t(70))),
            Some(Said::Step { index: 0, skipped: false, back: true })
        );
    }

    #[test]
    fn time_that_passes_is_said_only_when_a_step_ends() {
        let (auto, waits) = (run(true), run(false));
        assert_eq!(said(&Moment::of(&auto, t(10)), &Moment::of(&auto, t(11))), None);
        assert_eq!(
            said(&Moment::of(&auto, t(599)), &Moment::of(&auto, t(600))),
            Some(Said::Step { index: 1, skipped: false, back: false })
        );
        assert_eq!(said(&Moment::of(&waits, t(599)), &Moment::of(&waits, t(601))), Some(Said::Over));
        assert_eq!(said(&Moment::of(&waits, t(601)), &Moment::of(&waits, t(602))), None);
    }

    #[test]
    fn minutes_for_a_step_that_is_over_count_from_now() {
        let waits = run(false);
        let more = waits.act(Action::Adjust(5), None, t(660)).unwrap();
        assert_eq!(said(&Moment::of(&waits, t(660)), &Moment::of(&more, t(660))), Some(Said::Adjusted(5)));
    }
}
