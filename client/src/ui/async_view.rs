//! The one way to show what is not there: on its way, failed, or empty.

use super::{Button, Glyph, glyphs, icon, pressed};
use yew::prelude::*;

/// What to say about something that did not come.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What went wrong, in a few words.
    pub title: AttrValue,
    /// What to do about it.
    pub advice: AttrValue,
    /// The name of the button that tries again; `None` where that is no use.
    pub retry: Option<AttrValue>,
}

/// Something did not come: what, what to do, and a button. `whole` where it is the whole page.
pub fn trouble(failure: &Failure, onretry: &Callback<()>, whole: bool) -> Html {
    notice(Notice {
        glyph: glyphs::CIRCLE_ALERT,
        title: &failure.title,
        alert: true,
        whole,
        inside: html! {
            <>
                <p>{ &failure.advice }</p>
                if let Some(label) = &failure.retry {
                    { Button {
                        icon: Some(glyphs::REFRESH_CW),
                        onclick: Some(pressed(onretry)),
                        ..Button::says(label.clone())
                    } }
                }
            </>
        },
    })
}

/// What [`notice`] shows.
pub struct Notice<'a> {
    /// A picture for it.
    pub glyph: Glyph,
    /// What it says in a few words.
    pub title: &'a str,
    /// Whether it must be read aloud at once.
    pub alert: bool,
    /// Whether it is the whole page, so that its title is the page's.
    pub whole: bool,
    /// What more there is to say, and to do.
    pub inside: Html,
}

/// A few words in the middle of an empty place: nothing here yet, and what to do next.
pub fn notice(notice: Notice) -> Html {
    let Notice { glyph, title, alert, whole, inside } = notice;
    html! {
        // The keys make them elements of their own: an alert that comes is read aloud, one that something else turns into
        // need not be.
        <div key="notice" class="notice" role={alert.then_some("alert")}>
            { icon(glyph) }
            if whole {
                <h1>{ title }</h1>
            } else {
                <h2>{ title }</h2>
            }
            { inside }
        </div>
    }
}

/// Grey lines where something will be, so many, with what is being waited for, to be read aloud. They appear only after a
/// moment, so that a quick answer does not flicker.
pub fn skeleton(lines: usize, label: &'static str) -> Html {
    html! {
        <div key="skeleton" class="skeleton" role="status">
            <span class="visually-hidden">{ label }</span>
            { for (0..lines).map(|line| html! { <span key={line} class="bone"></span> }) }
        </div>
    }
}
