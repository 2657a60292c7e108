//! A date or a time in a tile: written as the person reads it, typed with the browser's own control.

use super::head;
use crate::kept::use_kept;
use crate::ui::field::value_of;
use yew::prelude::*;

/// What a [`tile`] shows.
#[derive(Properties, PartialEq)]
pub struct TileProps {
    /// Its id, once on the page.
    pub id: &'static str,
    /// What is asked for.
    pub label: &'static str,
    /// `date` or `time`.
    pub kind: &'static str,
    /// The value as the control has it: `2026-11-18`, `07:00`.
    pub value: AttrValue,
    /// The value as the person reads it.
    pub shown: AttrValue,
    /// The first date that is possible.
    pub min: Option<AttrValue>,
    /// What is wrong.
    pub error: Option<AttrValue>,
    /// Hears each whole value.
    pub onvalue: Callback<String>,
}

/// A date or a time in a tile.
pub fn tile(props: TileProps) -> Html {
    html! { <Tile ..props /> }
}

/// A tile. While it has the focus it shows the browser's control, which keeps what is half typed until it is left.
#[component]
fn Tile(props: &TileProps) -> Html {
    let typed = use_kept(|| None::<String>);
    let oninput = {
        let (typed, onvalue) = (typed.clone(), props.onvalue.clone());
        Callback::from(move |event: InputEvent| {
            let value = value_of(&event);
            typed.set(Some(value.clone()));
            if !value.is_empty() {
                onvalue.emit(value);
            }
        })
    };
    let onblur = typed.becomes(None);
    let fault = AttrValue::from([props.id, "-error"].concat());
    html! {
        <div class="tile-frame">
            <label class="tile">
                <span class="tile-label">{ props.label }</span>
                <span class="tile-value">
                    <span class="tile-shown num" aria-hidden="true">{ &props.shown }</span>
                    <input
                        id={props.id}
                        type={props.kind}
                        required=true
                        min={props.min.clone()}
                        max={(props.kind == "date").then_some("2199-12-31")}
                        aria-invalid={props.error.is_some().then_some("true")}
                        aria-describedby={props.error.is_some().then(|| fault.clone())}
                        value={typed.get().map_or_else(|| props.value.clone(), AttrValue::from)}
                        {oninput}
                        {onblur}
                    />
                </span>
            </label>
            if let Some(text) = &props.error {
                { head::fault(fault, text) }
            }
        </div>
    }
}
