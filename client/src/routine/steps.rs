//! The steps: added, named, timed, put in order, removed.

use super::{
    form::{Act, Place},
    head::{PartProps, fault},
    minutes::{Minutes, minutes_field},
    step_row::StepRow,
    words::{Words, use_words},
};
use crate::{
    platform::random,
    problems,
    store::{Action, use_dispatch},
    ui::{glyphs, icon, use_sortable},
    words,
};
use daymark_shared::ids::StepId;
use yew::prelude::*;

/// An id for a step that is added now.
pub fn new_step() -> StepId {
    let (ms, random) = random::id_parts();
    StepId::mint(ms, random)
}

/// A routine of one step: only how long it takes.
fn single(props: &PartProps, words: &Words, problems: &problems::Words) -> Html {
    let Some(step) = props.form.steps.first() else { return html! {} };
    let error = props.fault(Place::StepMinutes(step.id), problems);
    html! {
        <section class="part" aria-label={words.how_long()}>
            <div class="steps">
                <div class="step-line single">
                    { icon(glyphs::TIMER) }
                    <span>{ words.how_long() }</span>
                    { minutes_field(words, Minutes {
                        id: "routine-minutes".into(),
                        of: words.how_long(),
                        step,
                        error: error.map(|_| "routine-minutes-error".into()),
                        act: &props.act,
                    }) }
                </div>
                if let Some(error) = error {
                    { fault("routine-minutes-error".into(), &error.into()) }
                }
                { adding(words.split(), &props.act, || Act::Split(new_step())) }
            </div>
        </section>
    }
}

/// A button that adds a step.
fn adding(label: &'static str, act: &Callback<Act>, add: fn() -> Act) -> Html {
    html! {
        <button type="button" class="step-add" onclick={act.reform(move |_| add())}>
            { icon(glyphs::PLUS) }
            { label }
        </button>
    }
}

/// One length, or the steps in order.
#[component]
pub fn StepsPart(props: &PartProps) -> Html {
    let (words, common, problems) = (use_words(), words::use_words(), problems::use_words());
    let dispatch = use_dispatch();
    let form = &props.form;
    let onmove = {
        let (act, form, words) = (props.act.clone(), form.clone(), words.clone());
        Callback::from(move |(from, to): (usize, usize)| {
            act.emit(Act::Move(from, to));
            if let Some(step) = form.steps.get(from) {
                let name = words.name_of(&step.title, from);
                let said = words.now_at(&name, to + 1, form.steps.len());
                dispatch.dispatch(Action::Announce(said.into()));
            }
        })
    };
    let sortable = use_sortable(onmove.clone());
    if form.single {
        return single(props, &words, &problems);
    }
    let error = props.fault(Place::Steps, &problems);
    let count = form.steps.len();
    html! {
        <section class="part" aria-labelledby="routine-steps">
            <h3 id="routine-steps">
                { words.steps() }
                <span class="num">{ words.duration(form.minutes()) }</span>
            </h3>
            <div class="steps">
                <ol ref={sortable.list.clone()}>
                    { for form.steps.iter().enumerate().map(|(index, step)| html! {
                        <StepRow
                            key={step.id.to_string()}
                            step={step.clone()}
                            {index}
                            {count}
                            sortable={sortable.clone()}
                            focus={if form.focus.1 == Some(step.id) { form.focus.0 } else { 0 }}
                            title_error={props.fault(Place::StepTitle(step.id), &problems)}
                            minutes_error={props.fault(Place::StepMinutes(step.id), &problems)}
                            note_error={props.fault(Place::StepNote(step.id), &problems)}
                            act={props.act.clone()}
                            onmove={onmove.clone()}
                        />
                    }) }
                </ol>
                if let Some((_, step)) = &form.removed {
                    <p class="step-removed" role="status">
                        <span>{ words.removed(&step.title) }</span>
                        <button type="button" class="link" onclick={props.act.reform(|_| Act::Restore)}>
                            { common.undo() }
                        </button>
                    </p>
                }
                if let Some(error) = error {
                    { fault("routine-steps-error".into(), &error.into()) }
                }
                if count < daymark_shared::routine::STEPS_MAX {
                    { adding(words.add_step(), &props.act, || Act::Add(new_step(), None)) }
                }
            </div>
        </section>
    }
}
