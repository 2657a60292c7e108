//! Short messages at the edge of the screen, and a region that reads them aloud.

use super::{IconButton, glyphs, icon, pressed};
use crate::kept::{use_kept, use_watch};
use crate::platform::timer::Timeout;
use yew::prelude::*;

/// Properties of [`ToastCard`].
#[derive(Properties, PartialEq)]
pub struct ToastCardProps {
    /// What it says.
    pub text: AttrValue,
    /// Whether something did not work.
    #[prop_or_default]
    pub bad: bool,
    /// A button on it, and what it does.
    #[prop_or_default]
    pub offer: Option<(AttrValue, Callback<()>)>,
    /// It goes: by itself after a while, or by its button.
    pub ongone: Callback<()>,
    /// The name of the button that dismisses it.
    pub dismiss_label: AttrValue,
}

/// How long a message stays, in milliseconds: longer when something is to be read or done.
const STAY_MS: u32 = 5_000;
const STAY_LONGER_MS: u32 = 12_000;

/// One message. It stays as long as the pointer or the focus is on it.
#[component]
pub fn ToastCard(props: &ToastCardProps) -> Html {
    let held = use_kept(|| false);
    {
        let gone = props.ongone.clone();
        let stay = if props.bad || props.offer.is_some() { STAY_LONGER_MS } else { STAY_MS };
        use_watch(held.get(), move |held| {
            let timeout = (!held).then(|| Timeout::new(stay, move || gone.emit(())));
            move || drop(timeout)
        });
    }
    html! {
        <div
            class={if props.bad { "toast bad" } else { "toast" }}
            onmouseenter={held.becomes(true)}
            onmouseleave={held.becomes(false)}
            onfocusin={held.becomes(true)}
            onfocusout={held.becomes(false)}
        >
            { icon(if props.bad { glyphs::TRIANGLE_ALERT } else { glyphs::CHECK }) }
            <p>{ &props.text }</p>
            if let Some((label, act)) = &props.offer {
                <button
                    type="button"
                    class="button quiet accent"
                    onclick={{
                        let (act, gone) = (act.clone(), props.ongone.clone());
                        move |_| {
                            act.emit(());
                            gone.emit(());
                        }
                    }}
                >
                    { label }
                </button>
            }
            { IconButton::new(glyphs::X, props.dismiss_label.clone(), pressed(&props.ongone)) }
        </div>
    }
}

/// Reads aloud what changes in it, when the screen reader has finished what it is saying. `turn` is a number that makes
/// the same words news.
pub fn live_region(turn: u32, text: &str) -> Html {
    // Two places in turn: a text that is set to what it was is not read again.
    let (even, odd) = if turn.is_multiple_of(2) { (text, "") } else { ("", text) };
    html! {
        <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="false">
            <p>{ even }</p>
            <p>{ odd }</p>
        </div>
    }
}
