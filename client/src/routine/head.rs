//! The head of the sheet: icon, title, colour, notes.

use super::{
    form::{Act, Faults, Form, Place, When},
    grow::Grow,
    icon_picker::IconPicker,
    icon_words,
    words::use_words,
};
use crate::{
    kept::use_kept,
    planning::hue,
    problems,
    ui::{Button, Kind, classes, field::value_of, glyphs, icon},
};
use daymark_shared::routine::Colour;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of the parts of the sheet.
#[derive(Properties, Clone, PartialEq)]
pub struct PartProps {
    /// What is typed so far.
    pub form: Rc<Form>,
    /// What is wrong with it.
    pub faults: Rc<Faults>,
    /// Hears what is done.
    pub act: Callback<Act>,
    /// Whether it is new.
    pub fresh: bool,
}

impl PartProps {
    /// What is wrong there, in words.
    pub fn fault(&self, place: Place, words: &problems::Words) -> Option<&'static str> {
        self.faults.at(place).map(|code| words.code(code))
    }

    /// Hears a text that may make another plan; nothing where it makes none.
    pub fn typed(&self, make: fn(When, &str) -> Option<When>) -> Callback<String> {
        let (act, form) = (self.act.clone(), self.form.clone());
        Callback::from(move |text: String| {
            if let Some(when) = make(form.when.clone(), &text) {
                act.emit(Act::When(when));
            }
        })
    }

    /// Hears a number that makes another plan: what was chosen, counted from 0.
    pub fn chosen(&self, make: fn(When, usize) -> When) -> Callback<usize> {
        let (act, form) = (self.act.clone(), self.form.clone());
        Callback::from(move |index| act.emit(Act::When(make(form.when.clone(), index))))
    }

    /// As [`Self::chosen`], for a list whose values are numbers; nothing for what is none.
    pub fn listed(&self, make: fn(When, usize) -> When) -> Callback<String> {
        let chosen = self.chosen(make);
        Callback::from(move |value: String| {
            if let Ok(index) = value.parse() {
                chosen.emit(index);
            }
        })
    }
}

/// Icon, title, colour and notes.
#[component]
pub fn Head(props: &PartProps) -> Html {
    let (words, names, problems) = (use_words(), icon_words::use_words(), problems::use_words());
    let (form, act) = (&props.form, &props.act);
    let noting = use_kept(|| !form.notes.is_empty());
    let error = props.fault(Place::Title, &problems);
    let notes_error = props.fault(Place::Notes, &problems);
    let note = noting.becomes(true);
    html! {
        <>
            <div class={classes(&["routine-title", hue(form.colour)])}>
                <IconPicker icon={form.icon.clone()} onpick={act.reform(Act::Icon)} />
                <input
                    id="routine-title"
                    aria-label={words.title()}
                    placeholder={words.title_hint()}
                    autocomplete="off"
                    autofocus={props.fresh}
                    enterkeyhint="next"
                    maxlength="200"
                    value={form.title.clone()}
                    aria-invalid={error.is_some().then_some("true")}
                    aria-describedby={error.is_some().then_some("routine-title-error")}
                    oninput={act.reform(|event: InputEvent| Act::Title(value_of(&event)))}
                />
            </div>
            if let Some(error) = error {
                { fault("routine-title-error".into(), &error.into()) }
            }
            <fieldset class="colours">
                <legend class="visually-hidden">{ words.colour() }</legend>
                { for Colour::ALL.into_iter().map(|colour| html! {
                    <label key={colour.as_str()} class={hue(colour)} title={names.colour_name(colour)}>
                        <input
                            type="radio"
                            name="routine-colour"
                            aria-label={names.colour_name(colour)}
                            checked={colour == form.colour}
                            onchange={act.reform(move |_| Act::Colour(colour))}
                        />
                        <span></span>
                    </label>
                }) }
            </fieldset>
            if noting.get() {
                <div class="field routine-notes">
                    <label for="routine-notes">{ words.notes() }</label>
                    <Grow
                        id="routine-notes"
                        value={form.notes.clone()}
                        error={notes_error.map(|_| "routine-notes-error")}
                        focus={form.notes.is_empty()}
                        oninput={act.reform(Act::Notes)}
                    />
                    if let Some(error) = notes_error {
                        { fault("routine-notes-error".into(), &error.into()) }
                    }
                </div>
            } else {
                { Button {
                    kind: Kind::Quiet,
                    icon: Some(glyphs::PEN_LINE),
                    onclick: Some(note),
                    class: "add-notes",
                    ..Button::says(words.add_notes())
                } }
            }
        </>
    }
}

/// What is wrong with a field, below it. The id is for `aria-describedby`.
pub fn fault(id: AttrValue, text: &AttrValue) -> Html {
    html! {
        <p class="error" {id}>
            { icon(glyphs::CIRCLE_ALERT) }
            <span>{ text }</span>
        </p>
    }
}
