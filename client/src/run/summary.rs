//! Afterwards: what was planned and what it took, kindly.

use super::{
    moment::minutes,
    words::{Words, use_words},
};
use crate::{
    planning::RoutineIcon,
    route::{Route, RouteLink},
    ui::{Icon, Ring, glyphs},
};
use daymark_shared::run::{Outcome, Progress, Run, StepTime};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Summary`].
#[derive(Properties, PartialEq)]
pub struct SummaryProps {
    /// What was run.
    pub run: Rc<Run>,
    /// How it ended.
    pub progress: Progress,
    /// Where the day is.
    pub to: Route,
}

/// What it took.
#[component]
pub fn Summary(props: &SummaryProps) -> Html {
    let words = use_words();
    let (run, progress) = (&props.run, &props.progress);
    let finished = progress.is_finished();
    let planned: i64 = progress.steps.iter().map(|step| step.planned_ms).sum();
    let spent = progress.spent_ms();
    html! {
        <>
            <header class="run-head">
                <RouteLink to={props.to.clone()} class="icon-button" label={words.back_to_day()}>
                    <Icon glyph={glyphs::X} />
                </RouteLink>
                <p><span class="run-title">{ run.title.as_str() }</span></p>
            </header>
            <div class="run-summary">
                <Ring left={if finished { 1.0 } else { 0.0 }}>
                    if finished {
                        <Icon glyph={glyphs::CHECK} />
                    } else {
                        <RoutineIcon icon={run.icon.clone()} />
                    }
                </Ring>
                <h1>{ if finished { words.finished_title() } else { words.abandoned_title() } }</h1>
                <p class="muted">{ sentence(&words, progress, planned, spent) }</p>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ words.step() }</th>
                            <th scope="col">{ words.planned() }</th>
                            <th scope="col">{ words.took() }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { for run.steps.iter().zip(&progress.steps).enumerate().map(|(index, (step, time))| html! {
                            <tr key={index}>
                                <th scope="row">{ step.title.as_str() }</th>
                                <td class="num">{ length(&words, time.planned_ms) }</td>
                                <td class="num">{ outcome(&words, time) }</td>
                            </tr>
                        }) }
                    </tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{ words.total() }</th>
                            <td class="num">{ length(&words, planned) }</td>
                            <td class="num">{ length(&words, spent) }</td>
                        </tr>
                    </tfoot>
                </table>
                <RouteLink to={props.to.clone()} class="button primary">{ words.back_to_day() }</RouteLink>
            </div>
        </>
    }
}

/// How long something took: in seconds below a minute, in minutes above.
fn length(words: &Words, ms: i64) -> String {
    if ms < 60_000 {
        return words.seconds(&words.number(ms / 1_000));
    }
    words.duration(minutes(ms))
}

fn outcome(words: &Words, time: &StepTime) -> String {
    match (time.outcome, time.spent_ms) {
        (Outcome::Skipped, spent) if spent < 60_000 => words.skipped().to_owned(),
        (Outcome::Skipped, spent) => [words.skipped(), ", ", &length(words, spent)].concat(),
        (Outcome::Pending, 0) => "–".to_owned(),
        (_, spent) => length(words, spent),
    }
}

/// It in a sentence, without blame.
fn sentence(words: &Words, progress: &Progress, planned: i64, spent: i64) -> String {
    let took = length(words, spent);
    if !progress.is_finished() {
        return if spent < 60_000 { words.not_begun().to_owned() } else { words.partly(&took) };
    }
    // What was left out cannot be compared.
    if progress.steps.iter().any(|step| step.outcome == Outcome::Skipped) {
        return words.it_took(&took);
    }
    let (took_minutes, planned_minutes) = (minutes(spent), minutes(planned));
    let difference = words.duration(minutes((spent - planned).abs()));
    match took_minutes.cmp(&planned_minutes) {
        std::cmp::Ordering::Equal => words.as_planned(&took),
        std::cmp::Ordering::Less => words.quicker(&took, &difference),
        std::cmp::Ordering::Greater => words.slower(&took, &difference),
    }
}
