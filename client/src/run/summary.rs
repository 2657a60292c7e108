//! Afterwards: what was planned and what it took, kindly.

use super::{moment::minutes, words::Words};
use crate::{
    planning::routine_icon,
    route::{Route, RouteLink},
    ui::{glyphs, icon, ring},
};
use daymark_shared::run::{Outcome, Progress, Run, StepTime};
use yew::prelude::*;

/// What it took, and the way back to the day.
pub fn summary(words: &Words, run: &Run, progress: &Progress, to: &Route) -> Html {
    let finished = progress.is_finished();
    let planned: i64 = progress.steps.iter().map(|step| step.planned_ms).sum();
    let spent = progress.spent_ms();
    let row = |key: usize, title: &str, planned: String, took: String| {
        html! {
            <tr {key}>
                <th scope="row">{ title }</th>
                <td class="num">{ planned }</td>
                <td class="num">{ took }</td>
            </tr>
        }
    };
    html! {
        <>
            <header class="run-head">
                { RouteLink {
                    class: "icon-button",
                    label: Some(words.back_to_day().into()),
                    ..RouteLink::to(to.clone(), html! { icon(glyphs::X) })
                } }
                <p><span class="run-title">{ run.title.as_str() }</span></p>
            </header>
            <div class="run-summary">
                { ring(if finished { 1.0 } else { 0.0 }, NodeRef::default(), html! {
                    <>
                        if finished {
                            { icon(glyphs::CHECK) }
                        } else {
                            { routine_icon(&run.icon) }
                        }
                    </>
                }) }
                <h1>{ if finished { words.finished_title() } else { words.abandoned_title() } }</h1>
                <p class="muted">{ sentence(words, progress, planned, spent) }</p>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ words.step() }</th>
                            <th scope="col">{ words.planned() }</th>
                            <th scope="col">{ words.took() }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { for run.steps.iter().zip(&progress.steps).enumerate().map(|(index, (step, time))| {
                            row(index, step.title.as_str(), length(words, time.planned_ms), outcome(words, time))
                        }) }
                    </tbody>
                    <tfoot>
                        { row(0, words.total(), length(words, planned), length(words, spent)) }
                    </tfoot>
                </table>
                { RouteLink {
                    class: "button primary",
                    ..RouteLink::to(to.clone(), html! { words.back_to_day() })
                } }
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
