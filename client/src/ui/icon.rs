//! Icons and the mark. They are decoration: whatever they stand beside has its name in words.

use super::Glyph;
use yew::prelude::*;

/// An icon of 20 px, in the colour of the text.
pub fn icon(glyph: Glyph) -> Html {
    icon_of_class("icon", glyph)
}

/// An icon of these classes, of which `icon` should be one.
pub fn icon_of_class(class: &'static str, glyph: Glyph) -> Html {
    html! {
        <svg {class} viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={glyph.0} /></svg>
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
