//! The run: walking through a routine, step by step, as a state machine over instants.
//!
//! Nothing ticks. What is stored are instants and what each step has used up; the time left follows from those and
//! from the time at which somebody asks. So a reload, a second browser and a server that slept all see the same.

use crate::{
    ids::{RoutineId, RunId, StepId},
    occurrence::OccurrenceKey,
    problem::{Code, Violation},
    routine::{Colour, Icon, MINUTES_MAX, Minutes},
    text::{Notes, Title},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

const MS_PER_MINUTE: i64 = 60_000;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Still to come, or going on.
    Pending,
    /// Done.
    Done,
    /// Left out.
    Skipped,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepTime {
    /// What it was meant to take, in milliseconds.
    pub planned_ms: i64,
    /// What it may take now: `planned_ms` and what was added or taken away since.
    pub allowed_ms: i64,
    /// What it has taken, not counting the stretch that is going on.
    pub spent_ms: i64,
    /// What became of it.
    pub outcome: Outcome,
}

/// Whether the clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "state", try_from = "FlatPhase")]
pub enum Phase {
    /// The current step's clock has been running since this instant.
    Running {
        /// Since when.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
        since: Timestamp,
    },
    /// The clock stands.
    Paused,
    /// All steps are behind it.
    Finished {
        /// When the last one was.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
        at: Timestamp,
    },
    /// Given up; the occurrence is not done.
    Abandoned {
        /// When.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
        at: Timestamp,
    },
}

/// A [`Phase`] as it is read: what serde makes of a tagged enum itself is four times the code in every browser.
#[derive(Deserialize)]
struct FlatPhase {
    state: State,
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    since: Option<Timestamp>,
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Running,
    Paused,
    Finished,
    Abandoned,
}

impl TryFrom<FlatPhase> for Phase {
    type Error = Violation;

    fn try_from(flat: FlatPhase) -> Result<Self, Violation> {
        let given = |instant: Option<Timestamp>| {
            instant.ok_or_else(|| Violation::new(Code::MissingField, "this state has an instant"))
        };
        Ok(match flat.state {
            State::Running => Self::Running { since: given(flat.since)? },
            State::Paused => Self::Paused,
            State::Finished => Self::Finished { at: given(flat.at)? },
            State::Abandoned => Self::Abandoned { at: given(flat.at)? },
        })
    }
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// How each step stands, in order.
    pub steps: Vec<StepTime>,
    /// Which step it is at; the last one when the run has ended there.
    pub current: usize,
    /// Whether the clock runs.
    pub phase: Phase,
    /// Whether the next step begins by itself when the time of one is up.
    pub auto_advance: bool,
}

/// What a person can do with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Stop the clock.
    Pause,
    /// Let it run again.
    Resume,
    /// The current step is done; on to the next.
    Done,
    /// Leave the current step out; on to the next.
    Skip,
    /// Back to the step before.
    Back,
    /// So many minutes more (or fewer) for the current step.
    Adjust(i16),
    /// The whole routine is done, whatever steps are left.
    Finish,
    /// Give up.
    Abandon,
    /// Whether steps follow each other by themselves.
    AutoAdvance(bool),
}

/// Why a run cannot do that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IllegalMove {
    /// The run has ended.
    Ended,
    /// There is no step before the first.
    NoStepBefore,
    /// A step would get more than a day.
    TooLong,
}

impl From<IllegalMove> for Violation {
    fn from(illegal: IllegalMove) -> Self {
        match illegal {
            IllegalMove::Ended => Self::new(Code::RunEnded, "the run has ended"),
            IllegalMove::NoStepBefore => Self::new(Code::IllegalMove, "there is no step before the first"),
            IllegalMove::TooLong => Self::new(Code::IllegalMove, "a step lasts at most 1440 minutes"),
        }
    }
}

fn elapsed_ms(since: Timestamp, now: Timestamp) -> i64 {
    // A clock that was set back must not give time back.
    (now.as_millisecond() - since.as_millisecond()).max(0)
}

fn later(instant: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_duration(instant.as_duration() + SignedDuration::from_millis(ms)).unwrap_or(instant)
}

impl Progress {
    /// A run that begins now with its first step. `planned` are the steps' minutes; there is at least one.
    pub fn start(planned: impl IntoIterator<Item = Minutes>, auto_advance: bool, now: Timestamp) -> Self {
        let steps = planned.into_iter().map(|minutes| {
            let planned_ms = i64::from(minutes.get()) * MS_PER_MINUTE;
            StepTime { planned_ms, allowed_ms: planned_ms, spent_ms: 0, outcome: Outcome::Pending }
        });
        Self { steps: steps.collect(), current: 0, phase: Phase::Running { since: now }, auto_advance }
    }

    /// Where the run stands at `now`: steps whose time has run out have given way to the next, each at its instant.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        let mut progress = self.clone();
        progress.settle(now);
        progress
    }

    fn settle(&mut self, now: Timestamp) {
        while let (true, Phase::Running { since }) = (self.auto_advance, self.phase) {
            let step = &self.steps[self.current];
            let left = (step.allowed_ms - step.spent_ms).max(0);
            if elapsed_ms(since, now) < left {
                return;
            }
            self.advance(Outcome::Done, later(since, left));
        }
    }

    /// Milliseconds left of the current step at `now`; negative when it is over its time.
    pub fn left_ms(&self, now: Timestamp) -> i64 {
        let step = &self.steps[self.current];
        step.allowed_ms - step.spent_ms - self.stretch_ms(now)
    }

    /// Milliseconds since the clock was last set going.
    fn stretch_ms(&self, now: Timestamp) -> i64 {
        match self.phase {
            Phase::Running { since } => elapsed_ms(since, now),
            _ => 0,
        }
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Finished { at } | Phase::Abandoned { at } => Some(at),
            Phase::Running { .. } | Phase::Paused => None,
        }
    }

    /// Whether it ended well.
    pub fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Finished { .. })
    }

    /// When it ends, or ended: known once it has, and foreseen where steps follow each other by themselves and nobody
    /// steps in. Unknown while it is paused, or waits at each step.
    pub fn ends_at(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Running { since } if self.auto_advance => {
                let mut ahead = self.clone();
                ahead.settle(Timestamp::MAX);
                debug_assert!(ahead.is_finished(), "time runs out sooner or later after {since}");
                ahead.ended_at()
            }
            _ => self.ended_at(),
        }
    }

    /// What its steps have taken together, in milliseconds, not counting the stretch that is going on.
    pub fn spent_ms(&self) -> i64 {
        self.steps.iter().map(|step| step.spent_ms).sum()
    }

    /// When the current step's time is up, if the clock runs.
    pub fn step_ends_at(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Running { since } => {
                let step = &self.steps[self.current];
                Some(later(since, step.allowed_ms - step.spent_ms))
            }
            _ => None,
        }
    }

    /// Does what a person asks, at `now`.
    ///
    /// `step` is the index of the step that the person saw. Where another one is current by then, the action is stale
    /// and has no effect; it has none either when it is done already: finishing twice is finishing once.
    ///
    /// # Errors
    /// An [`IllegalMove`]: nothing can be done with a run that has ended, and so on.
    pub fn act(&self, action: Action, step: Option<usize>, now: Timestamp) -> Result<Self, IllegalMove> {
        let mut next = self.at(now);
        let ended = next.ended_at().is_some();
        match action {
            Action::Finish if next.is_finished() => return Ok(next),
            Action::Abandon if matches!(next.phase, Phase::Abandoned { .. }) => return Ok(next),
            _ => {}
        }
        if let Some(index) = step {
            // A step that has its outcome, or another than the current: somebody was faster.
            let settled = next.steps.get(index).is_none_or(|step| step.outcome != Outcome::Pending);
            if index != next.current || settled {
                return Ok(next);
            }
        }
        if ended {
            return Err(IllegalMove::Ended);
        }
        match action {
            Action::Pause => {
                next.bank(now);
                next.phase = Phase::Paused;
            }
            Action::Resume => {
                if next.phase == Phase::Paused {
                    next.phase = Phase::Running { since: now };
                }
            }
            Action::Done => next.leave(Outcome::Done, now),
            Action::Skip => next.leave(Outcome::Skipped, now),
            Action::Back => {
                let before = next.current.checked_sub(1).ok_or(IllegalMove::NoStepBefore)?;
                next.bank(now);
                next.current = before;
                let step = &mut next.steps[before];
                step.outcome = Outcome::Pending;
                // What was left of it is left again; if nothing was, it gets its planned time once more.
                if step.allowed_ms <= step.spent_ms {
                    step.allowed_ms = step.spent_ms + step.planned_ms;
                }
            }
            Action::Adjust(minutes) => {
                let left = next.left_ms(now);
                let step = &mut next.steps[next.current];
                let wanted = left.max(0) + i64::from(minutes) * MS_PER_MINUTE;
                if wanted > i64::from(MINUTES_MAX) * MS_PER_MINUTE {
                    return Err(IllegalMove::TooLong);
                }
                // Over its time, an adjustment counts from now.
                step.allowed_ms += wanted.max(0) - left;
                next.settle(now);
            }
            Action::Finish => {
                next.bank(now);
                for step in next.steps.iter_mut().filter(|step| step.outcome == Outcome::Pending) {
                    step.outcome = if step.spent_ms > 0 { Outcome::Done } else { Outcome::Skipped };
                }
                next.phase = Phase::Finished { at: now };
            }
            Action::Abandon => {
                next.bank(now);
                next.phase = Phase::Abandoned { at: now };
            }
            Action::AutoAdvance(on) => {
                next.auto_advance = on;
                if on && next.left_ms(now) < 0 {
                    // The time over was taken with the switch off; it belongs to this step, which ends now.
                    next.leave(Outcome::Done, now);
                }
            }
        }
        Ok(next)
    }

    /// Counts the stretch that is going on, and begins another.
    fn bank(&mut self, now: Timestamp) {
        let stretch = self.stretch_ms(now);
        self.steps[self.current].spent_ms += stretch;
        if let Phase::Running { since } = &mut self.phase {
            *since = now.max(*since);
        }
    }

    /// Leaves the current step for the next one that is pending; the clock goes on running, or standing.
    fn leave(&mut self, outcome: Outcome, now: Timestamp) {
        let now = match self.phase {
            Phase::Running { since } => now.max(since),
            _ => now,
        };
        self.advance(outcome, now);
    }

    fn advance(&mut self, outcome: Outcome, at: Timestamp) {
        self.bank(at);
        self.steps[self.current].outcome = outcome;
        let after = (self.current + 1..self.steps.len()).find(|&i| self.steps[i].outcome == Outcome::Pending);
        match after {
            Some(index) => self.current = index,
            None => self.phase = Phase::Finished { at },
        }
    }
}

/// A run to be started. A second start of the same occurrence answers the run that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    /// Minted by the client.
    pub id: RunId,
    /// What to run.
    pub routine: RoutineId,
    /// Which occurrence. A routine in the inbox has none: give it a schedule first.
    pub occurrence: OccurrenceKey,
    /// Whether steps follow each other by themselves.
    #[serde(default = "yes")]
    pub auto_advance: bool,
}

fn yes() -> bool {
    true
}

/// A run, with the server's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What is run.
    pub routine: RoutineId,
    /// Which occurrence.
    pub occurrence: OccurrenceKey,
    /// The routine's title when the run began.
    pub title: Title,
    /// Its colour.
    pub colour: Colour,
    /// Its icon.
    pub icon: Icon,
    /// Its steps as they were when the run began.
    pub steps: Vec<RunStep>,
    /// Where it stands at `now`.
    pub progress: Progress,
    /// When it began.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub started_at: Timestamp,
    /// The server's clock when it answered.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub now: Timestamp,
    /// Counts the changes: its `ETag`.
    pub revision: u64,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStep {
    /// The step's id.
    pub id: StepId,
    /// What to do.
    pub title: Title,
    /// A hint.
    #[serde(default)]
    pub note: Notes,
}

/// Which step an action is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StepAction {
    /// The step that the person saw.
    pub step: StepId,
}

/// Minutes more or fewer for the current step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// The step that the person saw.
    pub step: StepId,
    /// Minutes to add; negative to take away; not 0, at most 1,440 either way.
    pub minutes: i16,
}

/// Whether steps follow each other by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AutoAdvance {
    /// Whether they do.
    pub on: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn t(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn run(minutes: &[i64]) -> Progress {
        Progress::start(minutes.iter().map(|m| Minutes::new(*m).unwrap()), true, t(0))
    }

    #[test]
    fn a_phase_is_read_as_it_is_written() {
        let phases = [
            Phase::Running { since: t(1) },
            Phase::Paused,
            Phase::Finished { at: t(2) },
            Phase::Abandoned { at: t(3) },
        ];
        for phase in phases {
            let json = serde_json::to_string(&phase).unwrap();
            assert_eq!(serde_json::from_str::<Phase>(&json).unwrap(), phase, "{json}");
        }
        for odd in [r#"{"state":"running"}"#, r#"{"state":"asleep"}"#, r#"{"since":"2026-11-18T07:00:00Z"}"#]
        {
            assert!(serde_json::from_str::<Phase>(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn steps_advance_with_nobody_looking() {
        let run = run(&[2, 8, 20]);
        let later = run.at(t(2 * 60 + 30));
        assert_eq!(later.current, 1);
        assert_eq!(later.steps[0], StepTime { spent_ms: 120_000, outcome: Outcome::Done, ..run.steps[0] });
        assert_eq!(later.left_ms(t(2 * 60 + 30)), 450_000);
        let end = run.at(t(3_600));
        assert_eq!(end.phase, Phase::Finished { at: t(30 * 60) });
        assert_eq!(run.ends_at(), end.ended_at());
    }

    #[test]
    fn without_auto_advance_a_step_runs_over() {
        let run = Progress { auto_advance: false, ..run(&[2, 8]) };
        let now = t(300);
        assert_eq!(run.at(now).current, 0);
        assert_eq!(run.left_ms(now), -180_000);
        let next = run.act(Action::Done, Some(0), now).unwrap();
        assert_eq!((next.current, next.steps[0].spent_ms), (1, 300_000));
        // Switched on while over its time: the step ends now, not in the past.
        let on = run.act(Action::AutoAdvance(true), None, now).unwrap();
        assert_eq!((on.current, on.phase), (1, Phase::Running { since: now }));
    }

    #[test]
    fn a_pause_takes_no_time() {
        let run = run(&[10]).act(Action::Pause, Some(0), t(60)).unwrap();
        assert_eq!(run.left_ms(t(5_000)), 540_000);
        let run = run.act(Action::Resume, Some(0), t(5_000)).unwrap();
        assert_eq!(run.left_ms(t(5_060)), 480_000);
    }

    #[test]
    fn what_is_done_twice_is_done_once() {
        let run = run(&[10, 10]);
        let once = run.act(Action::Done, Some(0), t(5)).unwrap();
        assert_eq!(once.act(Action::Done, Some(0), t(6)).unwrap(), once);
        let end = once.act(Action::Finish, None, t(7)).unwrap();
        assert_eq!(end.act(Action::Finish, None, t(8)).unwrap(), end);
        let paused = run.act(Action::Pause, Some(0), t(5)).unwrap();
        assert_eq!(paused.act(Action::Pause, Some(0), t(9)).unwrap(), paused);
    }

    #[test]
    fn a_stale_action_has_no_effect() {
        let run = run(&[1, 10]);
        let at = t(90);
        for action in [Action::Done, Action::Skip, Action::Pause, Action::Back, Action::Adjust(5)] {
            assert_eq!(run.act(action, Some(0), at).unwrap(), run.at(at), "{action:?}");
        }
    }

    #[test]
    fn illegal_moves_are_told_apart() {
        let run = run(&[10, 10]);
        assert_eq!(run.act(Action::Back, Some(0), t(1)), Err(IllegalMove::NoStepBefore));
        assert_eq!(run.act(Action::Adjust(1440), Some(0), t(1)), Err(IllegalMove::TooLong));
        let ended = run.act(Action::Abandon, None, t(1)).unwrap();
        for action in [Action::Pause, Action::Resume, Action::Done, Action::Back, Action::Finish] {
            assert_eq!(ended.act(action, None, t(2)), Err(IllegalMove::Ended), "{action:?}");
        }
        let finished = run.act(Action::Finish, None, t(1)).unwrap();
        assert_eq!(finished.act(Action::Abandon, None, t(2)), Err(IllegalMove::Ended));
    }

    #[test]
    fn back_gives_what_was_left_or_the_planned_time_again() {
        let run = run(&[10, 10]);
        let early = run.act(Action::Done, Some(0), t(60)).unwrap().act(Action::Back, Some(1), t(90)).unwrap();
        assert_eq!((early.current, early.left_ms(t(90))), (0, 540_000));
        let late = run.act(Action::Back, Some(1), t(630)).unwrap();
        assert_eq!((late.current, late.left_ms(t(630))), (0, 600_000));
        assert_eq!(late.steps[1].spent_ms, 30_000);
    }

    #[test]
    fn taking_more_than_is_left_ends_the_step() {
        let run = run(&[10, 10]);
        let less = run.act(Action::Adjust(-5), Some(0), t(8 * 60)).unwrap();
        assert_eq!((less.current, less.steps[0].outcome), (1, Outcome::Done));
        let more = run.act(Action::Adjust(5), Some(0), t(60)).unwrap();
        assert_eq!(more.left_ms(t(60)), 14 * 60_000);
    }

    fn action() -> impl Strategy<Value = Action> {
        prop_oneof![
            Just(Action::Pause),
            Just(Action::Resume),
            Just(Action::Done),
            Just(Action::Skip),
            Just(Action::Back),
            (-20i16..20).prop_map(Action::Adjust),
            Just(Action::Finish),
            Just(Action::Abandon),
            any::<bool>().prop_map(Action::AutoAdvance),
        ]
    }

    proptest! {
        /// Whatever is done, and however often somebody looks in between: time is neither lost nor made.
        #[test]
        fn time_is_conserved(
            minutes in prop::collection::vec(1i64..30, 1..8),
            moves in prop::collection::vec((action(), 0i64..900, any::<bool>()), 0..40),
        ) {
            let mut looked_at = run(&minutes);
            let mut left_alone = looked_at.clone();
            let (mut now, mut running_ms) = (0, 0);
            for (action, wait, named) in moves {
                let before = left_alone.at(t(now + wait));
                if let Phase::Running { .. } = left_alone.phase {
                    running_ms += match before.ended_at() {
                        Some(end) => end.as_millisecond() - t(now).as_millisecond(),
                        None => wait * 1000,
                    };
                }
                looked_at = looked_at.at(t(now + wait / 2)).at(t(now + wait));
                now += wait;
                prop_assert_eq!(&looked_at, &before);
                let step = named.then_some(before.current);
                left_alone = match before.act(action, step, t(now)) {
                    Ok(next) => next,
                    Err(IllegalMove::Ended) => { prop_assert!(before.ended_at().is_some()); before }
                    Err(_) => before,
                };
                looked_at = left_alone.clone();
                let shown = left_alone.spent_ms() + left_alone.stretch_ms(t(now));
                prop_assert_eq!(shown, running_ms);
                prop_assert!(left_alone.current < left_alone.steps.len());
                prop_assert!(left_alone.steps.iter().all(|s| s.spent_ms >= 0 && s.allowed_ms >= 0));
                if left_alone.is_finished() {
                    prop_assert!(left_alone.steps.iter().all(|s| s.outcome != Outcome::Pending));
                }
            }
        }
    }
}
