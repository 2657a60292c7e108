//! The one way to show what is not there: on its way, failed, or empty.

use super::{Button, Glyph, Icon, glyphs};
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
    html! {
        <Notice glyph={glyphs::CIRCLE_ALERT} title={props.failure.title.clone()} alert=true whole={props.whole}>
            <p>{ &props.failure.advice }</p>
            if let Some(label) = &props.failure.retry {
                <Button icon={glyphs::REFRESH_CW} onclick={props.onretry.reform(|_| ())}>{ label }</Button>
            }
        </Notice>
    }
}

/// Properties of [`Notice`].
#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    /// A picture for it.
    pub glyph: Glyph,
    /// What it says in a few words.
    pub title: AttrValue,
    /// Whether it must be read aloud at once.
    #[prop_or_default]
    pub alert: bool,
    /// Whether it is the whole page, so that its title is the page's.
    #[prop_or_default]
    pub whole: bool,
    /// What more there is to say, and to do.
    #[prop_or_default]
    pub children: Html,
}

/// A few words in the middle of an empty place: nothing here yet, and what to do next.
#[component]
pub fn Notice(props: &NoticeProps) -> Html {
    html! {
        <div class="notice" role={props.alert.then_some("alert")}>
            <Icon glyph={props.glyph} />
            if props.whole {
                <h1>{ &props.title }</h1>
            } else {
                <h2>{ &props.title }</h2>
            }
            { props.children.clone() }
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
