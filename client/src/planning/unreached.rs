//! Nothing can arrive any more: said where the person is.

use super::words::Words;
use crate::{
    i18n::I18n,
    route::{Route, RouteLink},
    store::Missed,
    ui::{glyphs, icon},
};
use yew::prelude::*;

/// A quiet bar while all channels that there were have ended, with the way to turn reminders on again.
pub fn unreached(i18n: &I18n, missed: Missed) -> Html {
    if !missed.unreached {
        return Html::default();
    }
    let words = Words(i18n.clone());
    html! {
        <p class="unreached" role="status">
            { icon(glyphs::BELL) }
            <span>
                { words.unreached() }{ " " }
                { RouteLink { class: "link", ..RouteLink::to(Route::Settings, html! { words.turn_on_again() }) } }
            </span>
        </p>
    }
}
