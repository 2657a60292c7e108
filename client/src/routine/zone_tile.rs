//! Whose clock a schedule follows.

use super::{head::fault, words::use_words};
use crate::{
    platform::intl,
    ui::{glyphs, icon},
};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What stands for the account's own zone, as on the wire.
pub const MINE: &str = "mine";

/// Properties of [`ZoneTile`].
#[derive(Properties, PartialEq)]
pub struct ZoneTileProps {
    /// The account's zone.
    pub own: AttrValue,
    /// A zone's name, or [`MINE`].
    pub value: AttrValue,
    /// What is wrong.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    /// Hears which is chosen.
    pub onchange: Callback<String>,
}

/// The zones, the account's own first. Some four hundred: it renders only when something about it changes.
#[component]
pub fn ZoneTile(props: &ZoneTileProps) -> Html {
    let words = use_words();
    let zones = use_mut_ref(intl::zones);
    let mut zones = zones.borrow_mut();
    // One that the browser does not know can be kept nevertheless.
    if *props.value != *MINE && !zones.iter().any(|zone| **zone == *props.value) {
        zones.insert(0, props.value.to_string());
    }
    let onchange = props.onchange.reform(|event: Event| {
        event.target_dyn_into::<HtmlSelectElement>().map_or_else(String::new, |select| select.value())
    });
    let mine = *props.value == *MINE;
    let shown = if mine { &props.own } else { &props.value }.replace('_', " ");
    html! {
        <div class="tile-frame">
            <label class="tile">
                <span class="tile-label">{ if mine { words.my_zone() } else { words.zone() } }</span>
                <span class="tile-value">
                    <span class="tile-shown" aria-hidden="true">{ shown }</span>
                    <select
                        id="routine-zone"
                        aria-invalid={props.error.is_some().then_some("true")}
                        aria-describedby={props.error.is_some().then_some("routine-zone-error")}
                        {onchange}
                    >
                        <option key={MINE} value={MINE} selected={mine}>
                            { words.mine(&props.own) }
                        </option>
                        { for zones.iter().map(|zone| html! {
                            <option key={zone.as_str()} value={zone.clone()} selected={*props.value == **zone}>
                                { zone.replace('_', " ") }
                            </option>
                        }) }
                    </select>
                    { icon(glyphs::CHEVRON_DOWN) }
                </span>
            </label>
            if let Some(text) = &props.error {
                { fault("routine-zone-error".into(), text) }
            }
        </div>
    }
}
