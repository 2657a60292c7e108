//! How many minutes: fewer, a number to type, more.

use super::{
    form::{Act, StepForm},
    words::Words,
};
use crate::ui::{field::value_of, glyphs, icon};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What [`minutes_field`] shows.
pub struct Minutes<'a> {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// What takes so long.
    pub of: &'a str,
    /// The step.
    pub step: &'a StepForm,
    /// The id of what is wrong with it.
    pub error: Option<AttrValue>,
    /// Hears what is done.
    pub act: &'a Callback<Act>,
}

/// Minutes, to be typed, or changed by buttons and arrow keys.
pub fn minutes_field(words: &Words, minutes: Minutes) -> Html {
    let Minutes { id, of, step, error, act } = minutes;
    let which = step.id;
    let onstretch = act.reform(move |by| Act::StepStretch(which, by));
    let oninput = act.reform(move |event: InputEvent| Act::StepMinutes(which, value_of(&event)));
    let press = |by: i16| onstretch.reform(move |_: MouseEvent| by);
    let onkeydown = {
        let onstretch = onstretch.clone();
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowUp" if !event.alt_key() => 1,
                "ArrowDown" if !event.alt_key() => -1,
                _ => return,
            };
            event.prevent_default();
            onstretch.emit(by);
        })
    };
    // What is typed replaces what was there.
    let onfocus = Callback::from(|event: FocusEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            input.select();
        }
    });
    let now = step.length().map(u32::from);
    html! {
        <span class="minutes">
            // The keys of the field do the same: no further stop for Tab.
            <button
                type="button"
                tabindex="-1"
                aria-label={words.less_of(of)}
                onclick={press(-1)}
            >
                { icon(glyphs::MINUS) }
            </button>
            <label class="num">
                <input
                    {id}
                    class="num"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="4"
                    role="spinbutton"
                    aria-label={words.minutes_of(of)}
                    aria-valuemin="1"
                    aria-valuemax="1440"
                    aria-valuenow={now.map(|now| now.to_string())}
                    aria-valuetext={now.map(|now| words.minutes(now))}
                    aria-invalid={error.is_some().then_some("true")}
                    aria-describedby={error}
                    value={step.minutes.clone()}
                    {oninput}
                    {onkeydown}
                    {onfocus}
                />
                <span aria-hidden="true">{ words.min() }</span>
            </label>
            <button
                type="button"
                tabindex="-1"
                aria-label={words.more_of(of)}
                onclick={press(1)}
            >
                { icon(glyphs::PLUS) }
            </button>
        </span>
    }
}
