//! Choosing: one of many, one of a few, on or off.

use super::{
    Glyph,
    field::{described_by, field},
    icon,
};
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What can be chosen in [`select`]: the value and what it says.
pub type Options = Rc<[(AttrValue, AttrValue)]>;

/// What [`select`] shows.
pub struct Select {
    /// Its id, once on the page.
    pub id: &'static str,
    /// What is asked for.
    pub label: &'static str,
    /// What can be chosen.
    pub options: Options,
    /// What is chosen.
    pub value: AttrValue,
    /// Hears the value that is chosen.
    pub onchange: Callback<String>,
    /// What helps.
    pub hint: Option<AttrValue>,
}

/// One of many, with the browser's own list.
pub fn select(select: Select) -> Html {
    let Select { id, label, options, value, onchange, hint } = select;
    let onchange = onchange.reform(|event: Event| {
        event.target_dyn_into::<HtmlSelectElement>().map_or_else(String::new, |select| select.value())
    });
    let control = html! {
        <div class="select">
            <select {id} aria-describedby={described_by(id, hint.is_some(), false)} {onchange}>
                { for options.iter().map(|(of, label)| html! {
                    <option key={of.as_str()} value={of.clone()} selected={*of == value}>
                        { label }
                    </option>
                }) }
            </select>
            { icon(super::glyphs::CHEVRON_DOWN) }
        </div>
    };
    field(&id.into(), &label.into(), hint.as_ref(), None, control)
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
