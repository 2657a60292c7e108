//! What is in hand, with buttons that do what the keys do.

use super::{hand::Grip, words::use_words};
use crate::{
    ui::{Button, IconButton, Kind, glyphs},
    words,
};
use yew::prelude::*;

/// Properties of [`HandBar`].
#[derive(Properties, PartialEq)]
pub struct HandBarProps {
    /// What it is and where.
    pub text: AttrValue,
    /// What is done with it.
    pub grip: Grip,
    /// So many minutes on.
    pub onstep: Callback<i32>,
    /// It stays there.
    pub onconfirm: Callback<()>,
    /// Back to where it was.
    pub oncancel: Callback<()>,
}

/// A bar at the lower edge: earlier, later, confirm, cancel. For those who can neither drag nor type.
#[component]
pub fn HandBar(props: &HandBarProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let (less, more) = match props.grip {
        Grip::Move => (words.earlier(), words.later()),
        Grip::Resize => (words.shorter(), words.longer()),
    };
    html! {
        <div class="hand-bar" role="group" aria-label={props.text.clone()}>
            <p class="num">{ &props.text }</p>
            <IconButton glyph={glyphs::MINUS} label={less} onclick={props.onstep.reform(|_| -5)} />
            <IconButton glyph={glyphs::PLUS} label={more} onclick={props.onstep.reform(|_| 5)} />
            <Button kind={Kind::Quiet} onclick={props.oncancel.reform(|_| ())}>{ common.cancel() }</Button>
            <Button kind={Kind::Primary} onclick={props.onconfirm.reform(|_| ())}>{ words.confirm() }</Button>
        </div>
    }
}
