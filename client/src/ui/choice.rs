//! Choosing: one of many, one of a few, on or off.

use super::{
    Glyph,
    field::{described_by, field},
    icon,
};
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Properties of [`Select`].
#[derive(Properties, PartialEq)]
pub struct SelectProps {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// What is asked for.
    pub label: AttrValue,
    /// What can be chosen: the value and what it says.
    pub options: Rc<[(AttrValue, AttrValue)]>,
    /// What is chosen.
    pub value: AttrValue,
    /// Hears the value that is chosen.
    pub onchange: Callback<String>,
    /// What helps.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// What is wrong.
    #[prop_or_default]
    pub error: Option<AttrValue>,
}

/// One of many, with the browser's own list.
#[component]
pub fn Select(props: &SelectProps) -> Html {
    let onchange = props.onchange.reform(|event: Event| {
        event.target_dyn_into::<HtmlSelectElement>().map_or_else(String::new, |select| select.value())
    });
    let control = html! {
        <div class="select">
            <select
                id={props.id.clone()}
                aria-invalid={props.error.is_some().then_some("true")}
                aria-describedby={described_by(&props.id, props.hint.is_some(), props.error.is_some())}
                {onchange}
            >
                { for props.options.iter().map(|(value, label)| html! {
                    <option key={value.as_str()} value={value.clone()} selected={*value == props.value}>
                        { label }
                    </option>
                }) }
            </select>
            { icon(super::glyphs::CHEVRON_DOWN) }
        </div>
    };
    field(&props.id, &props.label, props.hint.as_ref(), props.error.as_ref(), control)
}

/// One thing to choose in [`segmented`].
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What it says.
    pub label: &'static str,
    /// An icon before it.
    pub icon: Option<Glyph>,
}

impl Segment {
    /// Words only.
    pub const fn new(label: &'static str) -> Self {
        Self { label, icon: None }
    }

    /// Words with an icon.
    pub const fn with_icon(label: &'static str, icon: Glyph) -> Self {
        Self { label, icon: Some(icon) }
    }
}

/// One of a few, two to four, all in sight: radio buttons that look like one bar, so that arrow keys work as everybody
/// expects. `name` is there once on the page; what is chosen is counted from 0.
pub fn segmented(
    name: &'static str,
    label: &'static str,
    segments: &[Segment],
    selected: usize,
    onselect: &Callback<usize>,
) -> Html {
    html! {
        <fieldset class="field segmented">
            <legend>{ label }</legend>
            <div class="segments">
                { for segments.iter().enumerate().map(|(index, segment)| html! {
                    <label key={index}>
                        <input
                            type="radio"
                            {name}
                            checked={index == selected}
                            onchange={onselect.reform(move |_| index)}
                        />
                        <span>
                            if let Some(glyph) = segment.icon {
                                { icon(glyph) }
                            }
                            { segment.label }
                        </span>
                    </label>
                }) }
            </div>
        </fieldset>
    }
}

/// On or off, at once. `onswitch` hears that it is to be the other.
pub fn switch(label: &'static str, on: bool, onswitch: &Callback<()>) -> Html {
    html! {
        <label class="switch">
            <span class="switch-words">{ label }</span>
            <input type="checkbox" role="switch" checked={on} onchange={onswitch.reform(|_| ())} />
            <span class="switch-track" aria-hidden="true"></span>
        </label>
    }
}
