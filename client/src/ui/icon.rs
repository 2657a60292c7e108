//! Icons and the mark. They are decoration: whatever they stand beside has its name in words.

use super::Glyph;
use yew::prelude::*;

/// Properties of [`Icon`].
#[derive(Properties, PartialEq)]
pub struct IconProps {
    /// Which.
    pub glyph: Glyph,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
}

/// An icon of 20 px, in the colour of the text.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class={classes!("icon", props.class.clone())} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={props.glyph.0} />
        </svg>
    }
}

/// An icon of 20 px, in the colour of the text.
pub fn icon(glyph: Glyph) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={glyph.0} /></svg>
    }
}

/// The mark: a day with its first quarter begun.
pub fn mark() -> Html {
    html! {
        <svg class="mark" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
            <rect width="36" height="36" rx="11" />
            <circle cx="18" cy="18" r="9.5" />
            <path d="M18 8.5a9.5 9.5 0 0 1 9.5 9.5" />
            <circle class="mark-dot" cx="18" cy="18" r="2.6" />
        </svg>
    }
}
