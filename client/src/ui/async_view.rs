//! The one way to show what is not there: on its way, failed, or empty.

use super::{Button, Glyph, glyphs, icon};
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

/// Properties of [`Trouble`].
#[derive(Properties, PartialEq)]
pub struct TroubleProps {
    /// What to say.
    pub failure: Failure,
    /// Tries again.
    pub onretry: Callback<()>,
    /// Whether it is the whole page.
    #[prop_or_default]
    pub whole: bool,
}

/// Something did not come: what, what to do, and a button.
#[component]
pub fn Trouble(props: &TroubleProps) -> Html {
    notice(Notice {
        glyph: glyphs::CIRCLE_ALERT,
        title: &props.failure.title,
        alert: true,
        whole: props.whole,
        inside: html! {
            <>
                <p>{ &props.failure.advice }</p>
                if let Some(label) = &props.failure.retry {
                    <Button icon={glyphs::REFRESH_CW} onclick={props.onretry.reform(|_| ())}>{ label }</Button>
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
        <div class="notice" role={alert.then_some("alert")}>
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

/// Properties of [`Skeleton`].
#[derive(Properties, PartialEq)]
pub struct SkeletonProps {
    /// How many lines.
    #[prop_or(3)]
    pub lines: usize,
    /// What is being waited for, to be read aloud.
    pub label: AttrValue,
}

/// Grey lines where something will be. They appear only after a moment, so that a quick answer does not flicker.
#[component]
pub fn Skeleton(props: &SkeletonProps) -> Html {
    html! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{ &props.label }</span>
            { for (0..props.lines).map(|line| html! { <span key={line} class="bone"></span> }) }
        </div>
    }
}
