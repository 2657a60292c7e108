//! The step itself: the bar of all steps, the ring, the time left, and what to do.

use super::{
    moment::{Moment, Pace, clock, fraction, minutes},
    watch::left,
    words::Words,
};
use crate::{
    kept::use_node,
    platform::{
        clock as time, motion::is_reduced, style::properties, timer::use_frames, visibility::use_visible,
    },
    ui::{glyphs, icon, ring, ring::draw},
};
use daymark_shared::run::{Outcome, Run};
use yew::prelude::*;

/// Up to such a length of a step its ring moves more than a pixel a second, so that each frame counts.
const SMOOTH_MS: i64 = 20 * 60_000;
/// A note up to such a length stands beside “Ends 10:35”.
const SHORT_NOTE: usize = 90;

/// The arc of the ring, which moves smoothly while the page is looked at and the step is short.
#[hook]
pub fn use_arc(moment: Option<&Moment>) -> NodeRef {
    let arc = use_node();
    let smooth = use_visible()
        && moment.is_some_and(|moment| moment.pace == Pace::Running && moment.allowed_ms() <= SMOOTH_MS)
        && !is_reduced();
    let progress = moment.filter(|_| smooth).map(|moment| moment.progress.clone());
    let frame = use_callback((arc.clone(), progress), |(), (arc, progress)| {
        if let Some(progress) = progress {
            let allowed = progress.steps.get(progress.current).map_or(0, |step| step.allowed_ms);
            draw(arc, fraction(progress.left_ms(time::now()), allowed));
        }
    });
    use_frames(smooth, frame);
    arc
}

/// The step itself, with the ring's `arc`. Its end is told on the clock of the `zone`; `lost` while the server cannot be
/// reached.
pub fn stage(words: &Words, run: &Run, moment: &Moment, zone: &str, arc: NodeRef, lost: bool) -> Html {
    let Moment { progress, pace, left_ms } = moment;
    let Some(step) = run.steps.get(progress.current) else { return html! {} };
    // As the clock counts: in minutes up to 99.
    let of = match minutes(moment.allowed_ms()) {
        few @ ..100 => words.minutes(few),
        many => words.duration(many),
    };
    let below = match pace {
        Pace::Paused => words.paused().to_owned(),
        Pace::Over => words.over_the(&of),
        _ => words.of_minutes(&of),
    };
    let ends = match pace {
        Pace::Running => progress.step_ends_at().map(|at| words.ends(&words.time_in(at, zone))),
        Pace::Over => Some(words.take_your_time().to_owned()),
        _ => None,
    };
    let (title, note) = (step.title.as_str(), step.note.as_str().trim());
    let beside = note.chars().count() <= SHORT_NOTE && !note.contains('\n');
    let hint = match (&ends, beside && !note.is_empty()) {
        (Some(ends), true) => [ends, ". ", note].concat(),
        (Some(ends), false) => ends.clone(),
        (None, true) => note.to_owned(),
        (None, false) => String::new(),
    };
    let label = [title, ": ", &left(words, *left_ms)].concat();
    html! {
        <>
            { bar(words, run, moment) }
            <div class="stage">
                // It stands in the place that is free anyway: nothing moves when it comes.
                <div class="run-lost" role="status">
                    if lost {
                        <p>{ icon(glyphs::WIFI_OFF) }{ words.no_connection() }</p>
                    }
                </div>
                { ring(moment.fraction(), arc, html! {
                    <>
                        // Its name changes once a minute; the seconds are for the eye.
                        <div role="timer" aria-label={label} class="run-left">
                            <span class={if left_ms.abs() < 100 * 60_000 { "num" } else { "num long" }} aria-hidden="true">
                                { clock(*left_ms) }
                            </span>
                            <small aria-hidden="true">{ below }</small>
                        </div>
                    </>
                }) }
                <div class="run-step">
                    <h1>{ title }</h1>
                    <p class="run-hint num">{ hint }</p>
                    if !beside {
                        <div class="run-note" tabindex="0" role="note" aria-label={title.to_owned()}>{ note }</div>
                    }
                </div>
            </div>
        </>
    }
}

/// All steps in a row: what is behind, how far this one is, and what is to come.
fn bar(words: &Words, run: &Run, moment: &Moment) -> Html {
    let percent = ((1.0 - moment.fraction()) * 100.0).round() as i32;
    let current = moment.progress.current;
    html! {
        <ol
            class={if run.steps.len() > 24 { "run-bar many" } else { "run-bar" }}
            ~style={properties(&[("--past", percent, "%")])}
            aria-label={words.steps()}
        >
            { for run.steps.iter().zip(&moment.progress.steps).enumerate().map(|(index, (step, time))| {
                let (class, state) = state_of(words, index == current, time.outcome);
                html! {
                    <li key={index} {class} aria-current={(index == current).then_some("step")}>
                        <span class="visually-hidden">{ step.title.as_str() }{ ": " }{ state }</span>
                    </li>
                }
            }) }
        </ol>
    }
}

fn state_of(words: &Words, current: bool, outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Done => ("past", words.step_was_done()),
        Outcome::Skipped => ("left-out", words.step_was_skipped()),
        Outcome::Pending if current => ("here", words.step_is_current()),
        Outcome::Pending => ("", words.step_is_to_come()),
    }
}
