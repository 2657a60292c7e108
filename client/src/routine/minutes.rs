//! How many minutes: fewer, a number to type, more.

use super::words::use_words;
use crate::ui::{Icon, field::value_of, glyphs};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`MinutesField`].
#[derive(Properties, PartialEq)]
pub struct MinutesProps {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// What takes so long.
    pub of: AttrValue,
    /// The minutes as typed.
    pub value: AttrValue,
    /// The same, where it is a number that can be.
    pub length: Option<u16>,
    /// The id of what is wrong with it.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    /// Hears what is typed.
    pub oninput: Callback<String>,
    /// Hears one step more (1) or fewer (−1).
    pub onstretch: Callback<i16>,
}

/// Minutes, to be typed, or changed by buttons and arrow keys.
#[component]
pub fn MinutesField(props: &MinutesProps) -> Html {
    let words = use_words();
    let onkeydown = {
        let onstretch = props.onstretch.clone();
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
    let now = props.length.map(u32::from);
    html! {
        <span class="minutes">
            // The keys of the field do the same: no further stop for Tab.
            <button
                type="button"
                tabindex="-1"
                aria-label={words.less_of(&props.of)}
                onclick={props.onstretch.reform(|_| -1)}
            >
                <Icon glyph={glyphs::MINUS} />
            </button>
            <label class="num">
                <input
                    id={props.id.clone()}
                    class="num"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="4"
                    role="spinbutton"
                    aria-label={words.minutes_of(&props.of)}
                    aria-valuemin="1"
                    aria-valuemax="1440"
                    aria-valuenow={now.map(|now| now.to_string())}
                    aria-valuetext={now.map(|now| words.minutes(now))}
                    aria-invalid={props.error.is_some().then_some("true")}
                    aria-describedby={props.error.clone()}
                    value={props.value.clone()}
                    oninput={props.oninput.reform(|event: InputEvent| value_of(&event))}
                    {onkeydown}
                    {onfocus}
                />
                <span aria-hidden="true">{ words.min() }</span>
            </label>
            <button
                type="button"
                tabindex="-1"
                aria-label={words.more_of(&props.of)}
                onclick={props.onstretch.reform(|_| 1)}
            >
                <Icon glyph={glyphs::PLUS} />
            </button>
        </span>
    }
}
