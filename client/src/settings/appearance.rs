//! Light or dark, and the language.

use super::{account::Mine, section};
use crate::{
    i18n::own_name,
    platform::theme,
    store::{Action, state::Theme},
    ui::{Segment, glyphs, segmented},
};
use daymark_shared::account::{AccountChange, Locale};
use yew::prelude::*;

/// How Daymark looks and speaks.
pub fn appearance(mine: &Mine) -> Html {
    let Mine { words, account, save, settings, dispatch } = *mine;
    let (save, dispatch) = (save.clone(), dispatch.clone());
    let choose_theme = Callback::from(move |index| {
        let (chosen, name) = match index {
            1 => (Theme::Light, Some("light")),
            2 => (Theme::Dark, Some("dark")),
            _ => (Theme::System, None),
        };
        theme::apply(name);
        dispatch.dispatch(Action::Theme(chosen));
    });
    let choose_language = Callback::from(move |index: usize| {
        save.emit(AccountChange { locale: Locale::ALL.get(index).copied(), ..AccountChange::default() });
    });
    let themes = [
        Segment::with_icon(words.theme_system(), glyphs::MONITOR),
        Segment::with_icon(words.theme_light(), glyphs::SUN),
        Segment::with_icon(words.theme_dark(), glyphs::MOON),
    ];
    let theme = match settings.theme {
        Theme::System => 0,
        Theme::Light => 1,
        Theme::Dark => 2,
    };
    let languages: Vec<_> = Locale::ALL.iter().map(|locale| Segment::new(own_name(*locale))).collect();
    let language = Locale::ALL.iter().position(|locale| *locale == account.locale).unwrap_or(0);
    let inside = html! {
        <>
            { segmented("theme", words.theme(), &themes, theme, &choose_theme) }
            { segmented("language", words.language(), &languages, language, &choose_language) }
        </>
    };
    section("appearance", words.appearance(), inside)
}
