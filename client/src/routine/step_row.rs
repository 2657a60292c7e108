//! One step of the list.

use super::{
    form::{Act, StepForm},
    grow::Grow,
    head::fault,
    minutes::{Minutes, minutes_field},
    steps::new_step,
    words::{Words, use_words},
};
use crate::{
    kept::{use_node, use_watch},
    platform::focus::focus,
    ui::{Menu, MenuItem, Sortable, field::value_of, glyphs},
};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

impl Words {
    /// What a step is called: its title, or its place.
    pub fn name_of(&self, title: &str, index: usize) -> String {
        match title.trim() {
            "" => self.step_n(index + 1),
            title => title.to_owned(),
        }
    }
}

/// Properties of [`StepRow`].
#[derive(Properties, PartialEq)]
pub struct StepRowProps {
    /// The step.
    pub step: StepForm,
    /// Its place, from 0.
    pub index: usize,
    /// How many there are.
    pub count: usize,
    /// The list.
    pub sortable: Sortable,
    /// Each time this is another number but 0, its title takes the focus.
    pub focus: u32,
    /// What is wrong with the title.
    pub title_error: Option<AttrValue>,
    /// What is wrong with the minutes.
    pub minutes_error: Option<AttrValue>,
    /// What is wrong with the note.
    pub note_error: Option<AttrValue>,
    /// Hears what is done.
    pub act: Callback<Act>,
    /// Hears from which place to which it is moved.
    pub onmove: Callback<(usize, usize)>,
}

/// A step: a handle that is a menu too, the title, the minutes, and its note below.
#[component]
pub fn StepRow(props: &StepRowProps) -> Html {
    let words = use_words();
    let title = use_node();
    {
        let title = title.clone();
        use_watch(props.focus, move |turn| {
            if turn > 0 {
                focus(&title);
            }
        });
    }
    let StepRowProps { step, index, act, .. } = props;
    let (id, index) = (step.id, *index);
    let name = words.name_of(&step.title, index);
    let own = |what: &str| AttrValue::from(["step-", &id.to_string(), what].concat());

    let onkeydown = {
        let (act, empty) = (act.clone(), step.title.is_empty() && step.note.is_empty() && props.count > 1);
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                act.emit(Act::Add(new_step(), Some(id)));
            }
            "Backspace" if empty => {
                event.prevent_default();
                act.emit(Act::Remove(id));
            }
            _ => {}
        })
    };
    let grip = {
        let grip = props.sortable.grip(index);
        Callback::from(move |event: PointerEvent| {
            // The handle only, not the menu that it opens.
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|target| target.closest(".menu-button").ok().flatten().is_some()) {
                grip.emit(event);
            }
        })
    };
    let move_to = |to: usize| props.onmove.reform(move |()| (index, to));
    let mut items = Vec::new();
    if index > 0 {
        items.push(MenuItem::new(words.move_up(), glyphs::CHEVRON_UP, move_to(index - 1)));
    }
    if index + 1 < props.count {
        items.push(MenuItem::new(words.move_down(), glyphs::CHEVRON_DOWN, move_to(index + 1)));
    }
    let noted = step.noting || !step.note.is_empty();
    if !noted {
        items.push(MenuItem::new(words.add_note(), glyphs::PEN_LINE, act.reform(move |()| Act::Noting(id))));
    }
    if props.count > 1 {
        let remove = act.reform(move |()| Act::Remove(id));
        items.push(MenuItem { danger: true, ..MenuItem::new(words.remove(), glyphs::TRASH_2, remove) });
    }
    let (title_fault, minutes_fault, note_fault) =
        (own("-title-error"), own("-minutes-error"), own("-note-error"));
    html! {
        <li class="step sortable" onkeydown={props.sortable.keys(index)}>
            <div class="step-line">
                <span class="grip" onpointerdown={grip}>
                    <Menu id={own("-menu")} label={words.step_menu(&name)} glyph={glyphs::GRIP_VERTICAL} {items} />
                </span>
                <input
                    ref={title}
                    id={own("-title")}
                    aria-label={words.step_n(index + 1)}
                    placeholder={words.step_hint()}
                    autocomplete="off"
                    enterkeyhint="enter"
                    maxlength="200"
                    value={step.title.clone()}
                    aria-invalid={props.title_error.is_some().then_some("true")}
                    aria-describedby={props.title_error.is_some().then(|| title_fault.clone())}
                    oninput={act.reform(move |event: InputEvent| Act::StepTitle(id, value_of(&event)))}
                    {onkeydown}
                />
                { minutes_field(&words, Minutes {
                    id: own("-minutes"),
                    of: &name,
                    step,
                    error: props.minutes_error.is_some().then(|| minutes_fault.clone()),
                    act,
                }) }
            </div>
            if let Some(text) = &props.title_error {
                { fault(title_fault, text) }
            }
            if let Some(text) = &props.minutes_error {
                { fault(minutes_fault, text) }
            }
            if noted {
                <Grow
                    id={own("-note")}
                    label={words.note_of(&name)}
                    placeholder={words.note_hint()}
                    value={step.note.clone()}
                    error={props.note_error.is_some().then(|| note_fault.clone())}
                    focus={step.noting && step.note.is_empty()}
                    oninput={act.reform(move |text| Act::StepNote(id, text))}
                />
                if let Some(text) = &props.note_error {
                    { fault(note_fault, text) }
                }
            }
        </li>
    }
}
