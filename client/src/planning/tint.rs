//! How a routine looks: its hue and its icon.

use crate::ui::{glyphs, icon};
use daymark_shared::routine::{self, Colour};
use yew::prelude::*;

/// The class that gives an element, and what is in it, the hue of a routine.
pub const fn hue(colour: Colour) -> &'static str {
    match colour {
        Colour::Sun => "hue-sun",
        Colour::Leaf => "hue-leaf",
        Colour::Sea => "hue-sea",
        Colour::Slate => "hue-slate",
        Colour::Plum => "hue-plum",
        Colour::Brick => "hue-brick",
    }
}

/// The icon that a person chose for a routine.
pub fn routine_icon(name: &routine::Icon) -> Html {
    icon(glyphs::chosen(name.as_str()))
}
