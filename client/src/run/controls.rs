//! The five controls.

use super::{keys::Wish, moment::Pace, words::use_words};
use crate::ui::{Glyph, glyphs, icon};
use yew::prelude::*;

/// Properties of [`Controls`].
#[derive(Properties, PartialEq)]
pub struct ControlsProps {
    /// How the clock stands.
    pub pace: Pace,
    /// Whether there is no step before.
    pub first: bool,
    /// Whether there is none after.
    pub last: bool,
    /// Hears what is wished for.
    pub onwish: Callback<Wish>,
}

/// Minutes, back, pause, done.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let words = use_words();
    let paused = props.pace == Pace::Paused;
    let press = |wish: Wish| props.onwish.reform(move |_: MouseEvent| wish);
    let minutes = |label: &'static str, text: &'static str, wish: Wish| {
        html! {
            <button type="button" class="run-minutes num" aria-label={label} title={label} onclick={press(wish)}>
                { text }
            </button>
        }
    };
    let big = |class: &'static str, label: &'static str, glyph: Glyph, wish: Wish, off: bool| {
        html! {
            <button
                type="button"
                {class}
                aria-label={label}
                title={label}
                aria-disabled={off.then_some("true")}
                onclick={press(wish)}
            >
                { icon(glyph) }
            </button>
        }
    };
    // A press with the mouse leaves the focus where it is, so that Space goes on to mean Pause.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    html! {
        <div class="run-controls" {onmousedown}>
            { minutes(words.five_less(), "−5", Wish::Adjust(-5)) }
            { big("run-button", words.back(), glyphs::SKIP_BACK, Wish::Back, props.first) }
            { big(
                "run-button run-pause",
                if paused { words.resume() } else { words.pause() },
                if paused { glyphs::PLAY } else { glyphs::PAUSE },
                Wish::Toggle,
                false,
            ) }
            { big(
                "run-button run-done",
                if props.last { words.done_finish() } else { words.done_next() },
                glyphs::CHECK,
                Wish::Done,
                false,
            ) }
            { minutes(words.five_more(), "+5", Wish::Adjust(5)) }
        </div>
    }
}
