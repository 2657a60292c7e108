//! What happens as time passes: the page shows it, says it, and sounds when a step ends.

use super::{
    moment::{Moment, minutes_left},
    said::{Said, said},
    words::Words,
};
use crate::{
    api::remote::use_round,
    kept::use_watch,
    platform::{clock, sound, storage, timer::Timeout, visibility::use_visible},
    store::{Action, Following, Slice, use_dispatch},
};
use daymark_shared::run::Run;
use jiff::Timestamp;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The page shows each second; hidden, where only its title is seen, each minute.
const SHOWN_MS: i64 = 1_000;
const HIDDEN_MS: i64 = 60_000;
/// A sound that comes much too late, after the device slept, would only puzzle.
const LATE_MS: i64 = 90_000;

/// The run now; renders again whenever it shows something else, exactly when a step ends.
#[hook]
pub fn use_moment(following: &Following) -> Option<(Moment, Timestamp)> {
    let visible = use_visible();
    let (turn, again) = use_round();
    let now = clock::now();
    let moment = following.progress.as_ref().map(|progress| Moment::of(progress, now));
    let wait = moment.as_ref().and_then(|m| m.changes_in(if visible { SHOWN_MS } else { HIDDEN_MS }));
    let until = wait.map(|wait| now.as_millisecond() + wait);
    use_watch((until, turn), move |(until, _)| {
        let timeout = until.map(|until| {
            let wait = (until as f64 - clock::now_ms()).clamp(0.0, f64::from(i32::MAX - 1));
            // Rounded up, or it comes too early and once more.
            Timeout::new(wait as u32 + 1, move || again.emit(()))
        });
        // It may be running: freed when the stack is empty.
        move || spawn_local(async move { drop(timeout) })
    });
    moment.map(|moment| (moment, now))
}

/// Whether a step's end is to be heard; this browser remembers.
pub fn is_muted() -> bool {
    storage::get("muted").is_some()
}

/// Remembers whether a step's end is to be heard.
pub fn mute(muted: bool) {
    storage::set("muted", muted.then_some("1"));
}

/// What was there before, to be compared with.
struct Before {
    moment: Moment,
    now: Timestamp,
    run: daymark_shared::ids::RunId,
    revision: u64,
    next_deed: u32,
}

/// Says aloud what has changed, and sounds when time has ended a step.
#[hook]
pub fn use_voice(following: &Slice<Following>, moment: Option<&(Moment, Timestamp)>, words: &Words) {
    let dispatch = use_dispatch();
    let before = use_mut_ref(|| None::<Before>);
    let latest = following.run.clone().zip(moment.cloned());
    let (words, next_deed) = (words.clone(), following.next);
    use_effect(move || {
        let Some((run, (moment, now))) = latest else { return };
        let after = Before { moment, now, run: run.id, revision: run.revision, next_deed };
        let old = before.borrow_mut().replace(after);
        let Some(old) = old.filter(|old| old.run == run.id) else { return };
        let held = before.borrow();
        let Some(new) = held.as_ref() else { return };
        if rang(&old, new) && !is_muted() {
            sound::chime();
        }
        if let Some(said) = said(&old.moment, &new.moment) {
            dispatch.dispatch(Action::Announce(speak(&words, said, &run, &new.moment).into()));
        }
    });
}

/// Whether time, not somebody, has ended a step since then.
fn rang(old: &Before, new: &Before) -> bool {
    let nobody_acted = (old.revision, old.next_deed) == (new.revision, new.next_deed);
    nobody_acted
        && old.moment.progress.step_ends_at().is_some_and(|end| {
            let late = new.now.as_millisecond() - end.as_millisecond();
            old.now < end && (0..LATE_MS).contains(&late)
        })
}

/// How much is left of the step, in words.
pub fn left(words: &Words, left_ms: i64) -> String {
    let minutes = minutes_left(left_ms);
    if left_ms > 0 { words.left(minutes) } else { words.over_by(minutes) }
}

/// Which step it is, in words: Step 2 of 3.
pub fn step_of(words: &Words, index: usize, all: usize) -> String {
    let number = |n: usize| words.number(n as i64);
    words.step_of(&number(index + 1), &number(all))
}

fn speak(words: &Words, said: Said, run: &Run, moment: &Moment) -> String {
    let left = left(words, moment.left_ms);
    let title = |index: usize| run.steps.get(index).map_or("", |step| step.title.as_str());
    match said {
        Said::Paused => words.said_paused(&left),
        Said::Resumed => words.said_resumed(&left),
        Said::Step { index, skipped, .. } => {
            let step = words.said_step(&step_of(words, index, run.steps.len()), title(index), &left);
            if skipped { [words.said_skipped(), " ", &step].concat() } else { step }
        }
        Said::Adjusted(minutes) if minutes < 0 => words.said_less(minutes.unsigned_abs(), &left),
        Said::Adjusted(minutes) => words.said_more(minutes.unsigned_abs(), &left),
        Said::Over => words.said_over(title(moment.progress.current)),
        Said::AutoAdvance(true) => words.said_auto_on().to_owned(),
        Said::AutoAdvance(false) => words.said_auto_off().to_owned(),
        Said::Finished => words.finished_title().to_owned(),
        Said::Abandoned => words.abandoned_title().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{ids::RunId, routine::Minutes, run::Progress};

    fn at(seconds: i64, revision: u64) -> Before {
        let t = |seconds| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let progress = Progress::start([1, 2].map(|minutes| Minutes::new(minutes).unwrap()), true, t(0));
        let moment = Moment::of(&progress, t(seconds));
        Before { moment, now: t(seconds), run: RunId::mint(1, [1; 10]), revision, next_deed: 0 }
    }

    #[test]
    fn it_rings_when_time_ends_a_step_and_only_then() {
        assert!(rang(&at(59, 1), &at(60, 1)));
        assert!(!rang(&at(58, 1), &at(59, 1)));
        assert!(!rang(&at(60, 1), &at(61, 1)));
        // Somebody did something: that is no surprise.
        assert!(!rang(&at(59, 1), &at(60, 2)));
    }

    #[test]
    fn it_does_not_ring_long_afterwards() {
        assert!(rang(&at(59, 1), &at(70, 1)));
        assert!(!rang(&at(59, 1), &at(60 + 90, 1)));
    }
}
