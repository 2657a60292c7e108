//! Nothing is here.

use crate::{
    platform::browser::use_title,
    route::{Route, RouteLink},
    ui::{Notice, glyphs, notice},
    words::use_words,
};
use yew::prelude::*;

/// The page at an address that leads nowhere.
#[component]
pub fn NotFound() -> Html {
    let words = use_words();
    use_title(words.not_found_title());
    notice(Notice {
        glyph: glyphs::COMPASS,
        title: words.not_found_title(),
        alert: false,
        whole: true,
        inside: html! {
            <>
                <p>{ words.not_found_text() }</p>
                { RouteLink { class: "button", ..RouteLink::to(Route::Today, html! { words.go_to_today() }) } }
            </>
        },
    })
}
