//! What is at the top: the way out, what is run, and everything that is seldom wanted.

use super::{keys::Wish, words::use_words};
use crate::ui::{IconButton, Menu, MenuItem, glyphs};
use yew::prelude::*;

/// Properties of [`Head`].
#[derive(Properties, PartialEq)]
pub struct HeadProps {
    /// The routine's title.
    pub title: AttrValue,
    /// Step 2 of 3.
    pub step: AttrValue,
    /// Whether steps follow each other by themselves.
    pub auto_advance: bool,
    /// Whether the end of a step is not to be heard.
    pub muted: bool,
    /// Hears what is wished for.
    pub onwish: Callback<Wish>,
}

/// The head of the page.
#[component]
pub fn Head(props: &HeadProps) -> Html {
    let words = use_words();
    let wish = |wish: Wish| props.onwish.reform(move |()| wish);
    let items = vec![
        MenuItem::new(words.skip_step(), glyphs::SKIP_FORWARD, wish(Wish::Skip)),
        MenuItem::new(words.one_less(), glyphs::MINUS, wish(Wish::Adjust(-1))),
        MenuItem::new(words.one_more(), glyphs::PLUS, wish(Wish::Adjust(1))),
        MenuItem::switch(
            words.auto_advance(),
            glyphs::REPEAT,
            props.auto_advance,
            wish(Wish::AutoAdvance(!props.auto_advance)),
        ),
        MenuItem::switch(
            words.sound(),
            if props.muted { glyphs::VOLUME_X } else { glyphs::VOLUME_2 },
            !props.muted,
            wish(Wish::Mute(!props.muted)),
        ),
        MenuItem::new(words.keys(), glyphs::INFO, wish(Wish::Keys)),
        MenuItem::new(words.finish_now(), glyphs::CHECK, wish(Wish::Finish)),
        MenuItem::new(words.give_up(), glyphs::LOG_OUT, wish(Wish::GiveUp)),
    ];
    html! {
        <header class="run-head">
            { IconButton::new(glyphs::X, words.leave(), props.onwish.reform(|_| Wish::Leave)) }
            <p>
                <span class="run-title">{ &props.title }</span>
                <small>{ &props.step }</small>
            </p>
            <Menu id="run-menu" label={words.more()} glyph={glyphs::ELLIPSIS} {items} />
        </header>
    }
}
