//! The step itself: the bar of all steps, the ring, the time left, and what to do.

use super::{
    moment::{Moment, Pace, clock, fraction, minutes},
    watch::left,
    words::{Words, use_words},
};
use crate::{
    platform::{
        clock as time, motion::is_reduced, style::use_properties, timer::use_frames, visibility::use_visible,
    },
    ui::{Icon, Ring, glyphs, ring::draw},
};
use daymark_shared::run::{Outcome, Run};
use jiff::Timestamp;
use std::rc::Rc;
use yew::prelude::*;

/// Up to such a length of a step its ring moves more than a pixel a second, so that each frame counts.
const SMOOTH_MS: i64 = 20 * 60_000;
/// A note up to such a length stands beside “Ends 10:35”.
const SHORT_NOTE: usize = 90;

/// Properties of [`Stage`].
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// What is run.
    pub run: Rc<Run>,
    /// Where it stands.
    pub moment: Moment,
    /// When that is.
    pub now: Timestamp,
    /// On whose clock its end is told.
    pub zone: AttrValue,
    /// Whether the server cannot be reached.
    pub lost: bool,
}

/// The step itself.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let words = use_words();
    let Moment { progress, pace, left_ms } = &props.moment;
    let (pace, left_ms) = (*pace, *left_ms);
    let allowed = props.moment.allowed_ms();
    let arc = use_node_ref();
    let smooth = use_visible() && pace == Pace::Running && allowed <= SMOOTH_MS && !is_reduced();
    let frame = use_callback((arc.clone(), props.moment.progress.clone()), |(), (arc, progress)| {
        let left_ms = progress.left_ms(time::now());
        let allowed = progress.steps.get(progress.current).map_or(0, |step| step.allowed_ms);
        draw(arc, fraction(left_ms, allowed));
    });
    use_frames(smooth, frame);

    let Some(step) = props.run.steps.get(progress.current) else { return html! {} };
    // As the clock counts: in minutes up to 99.
    let of = match minutes(allowed) {
        few @ ..100 => words.minutes(few),
        many => words.duration(many),
    };
    let below = match pace {
        Pace::Paused => words.paused().to_owned(),
        Pace::Over => words.over_the(&of),
        _ => words.of_minutes(&of),
    };
    let ends = match pace {
        Pace::Running => progress.step_ends_at().map(|at| words.ends(&words.time_in(at, &props.zone))),
        Pace::Over => Some(words.take_your_time().to_owned()),
        _ => None,
    };
    let note = step.note.as_str().trim();
    let beside = note.chars().count() <= SHORT_NOTE && !note.contains('\n');
    let hint = match (&ends, beside && !note.is_empty()) {
        (Some(ends), true) => [ends, ". ", note].concat(),
        (Some(ends), false) => ends.clone(),
        (None, true) => note.to_owned(),
        (None, false) => String::new(),
    };
    let label = [step.title.as_str(), ": ", &left(&words, left_ms)].concat();
    html! {
        <>
            <Bar run={props.run.clone()} moment={props.moment.clone()} />
            <div class="stage">
                // It stands in the place that is free anyway: nothing moves when it comes.
                <div class="run-lost" role="status">
                    if props.lost {
                        <p><Icon glyph={glyphs::WIFI_OFF} />{ words.no_connection() }</p>
                    }
                </div>
                <Ring left={props.moment.fraction()} {arc}>
                    // Its name changes once a minute; the seconds are for the eye.
                    <div role="timer" aria-label={label} class="run-left">
                        <span class={classes!("num", (left_ms.abs() >= 100 * 60_000).then_some("long"))} aria-hidden="true">
                            { clock(left_ms) }
                        </span>
                        <small aria-hidden="true">{ below }</small>
                    </div>
                </Ring>
                <div class="run-step">
                    <h1>{ step.title.as_str() }</h1>
                    <p class="run-hint num">{ hint }</p>
                    if !beside {
                        <div class="run-note" tabindex="0" role="note" aria-label={step.title.as_str().to_owned()}>
                            { note }
                        </div>
                    }
                </div>
            </div>
        </>
    }
}

/// Properties of [`Bar`].
#[derive(Properties, PartialEq)]
struct BarProps {
    run: Rc<Run>,
    moment: Moment,
}

/// All steps in a row: what is behind, how far this one is, and what is to come.
#[component]
fn Bar(props: &BarProps) -> Html {
    let words = use_words();
    let bar = use_node_ref();
    let percent = ((1.0 - props.moment.fraction()) * 100.0).round();
    use_properties(bar.clone(), [("--past", AttrValue::from(format!("{percent}%")))]);
    let current = props.moment.progress.current;
    html! {
        <ol
            class={classes!("run-bar", (props.run.steps.len() > 24).then_some("many"))}
            aria-label={words.steps()}
            ref={bar}
        >
            { for props.run.steps.iter().zip(&props.moment.progress.steps).enumerate().map(|(index, (step, time))| {
                let (class, state) = state_of(&words, index == current, time.outcome);
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
