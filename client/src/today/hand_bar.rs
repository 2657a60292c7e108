//! What is in hand, with buttons that do what the keys do.

use super::{
    block::spoken,
    hand::{Grip, Hand},
    hands::Hands,
    words::Words,
};
use crate::{
    ui::{Button, IconButton, Kind, glyphs},
    words,
};
use daymark_shared::occurrence::Occurrence;
use std::rc::Rc;
use yew::prelude::*;

/// A bar at the lower edge: earlier, later, confirm, cancel. For those who can neither drag nor type.
pub fn hand_bar(words: &Words, hands: &Hands, occurrence: &Rc<Occurrence>, hand: Hand) -> Html {
    let (less, more) = match hand.grip {
        Grip::Move => (words.earlier(), words.later()),
        Grip::Resize => (words.shorter(), words.longer()),
    };
    let text = AttrValue::from(spoken(words, occurrence, hands.date, hand.is));
    let press = |act: fn(&Hands, &Rc<Occurrence>)| {
        let (hands, occurrence) = (hands.clone(), occurrence.clone());
        Callback::from(move |_: MouseEvent| act(&hands, &occurrence))
    };
    html! {
        <div class="hand-bar" role="group" aria-label={text.clone()}>
            <p class="num">{ text }</p>
            { IconButton::new(glyphs::MINUS, less, press(|hands, it| hands.step(it, -5))) }
            { IconButton::new(glyphs::PLUS, more, press(|hands, it| hands.step(it, 5))) }
            { Button {
                kind: Kind::Quiet,
                onclick: Some(press(|hands, it| hands.let_go(it))),
                ..Button::says(words::Words(words.0.clone()).cancel())
            } }
            { Button {
                kind: Kind::Primary,
                onclick: Some(press(Hands::put_down)),
                ..Button::says(words.confirm())
            } }
        </div>
    }
}
