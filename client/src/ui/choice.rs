//! Choosing: one of many, one of a few, on or off.

use super::{Field, Glyph, Icon, field::described_by};
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
    html! {
        <Field
            id={props.id.clone()}
            label={props.label.clone()}
            hint={props.hint.clone()}
            error={props.error.clone()}
        >
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
                <Icon glyph={super::glyphs::CHEVRON_DOWN} />
            </div>
        </Field>
    }
}

/// One thing to choose in a [`Segmented`].
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What it says.
    pub label: AttrValue,
    /// An icon before it.
    pub icon: Option<Glyph>,
}

impl Segment {
    /// Words only.
    pub fn new(label: impl Into<AttrValue>) -> Self {
        Self { label: label.into(), icon: None }
    }

    /// Words with an icon.
    pub fn with_icon(label: impl Into<AttrValue>, icon: Glyph) -> Self {
        Self { label: label.into(), icon: Some(icon) }
    }
}

/// Properties of [`Segmented`].
#[derive(Properties, PartialEq)]
pub struct SegmentedProps {
    /// The name of the group, once on the page.
    pub name: AttrValue,
    /// What is asked for.
    pub label: AttrValue,
    /// What can be chosen: two to four things.
    pub segments: Vec<Segment>,
    /// Which is chosen, counted from 0.
    pub selected: usize,
    /// Hears which is chosen.
    pub onselect: Callback<usize>,
    /// What helps.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
}

/// One of a few, all in sight: radio buttons that look like one bar, so that arrow keys work as everybody expects.
#[component]
pub fn Segmented(props: &SegmentedProps) -> Html {
    let hint = props.hint.as_ref().map(|_| [&props.name, "-hint"].concat());
    html! {
        <fieldset class="field segmented" aria-describedby={hint.clone()}>
            <legend>{ &props.label }</legend>
            <div class="segments">
                { for props.segments.iter().enumerate().map(|(index, segment)| html! {
                    <label key={index}>
                        <input
                            type="radio"
                            name={props.name.clone()}
                            checked={index == props.selected}
                            onchange={props.onselect.reform(move |_| index)}
                        />
                        <span>
                            if let Some(glyph) = segment.icon {
                                <Icon {glyph} />
                            }
                            { &segment.label }
                        </span>
                    </label>
                }) }
            </div>
            if let Some(text) = &props.hint {
                <p class="hint" id={hint}>{ text }</p>
            }
        </fieldset>
    }
}

/// Properties of [`Switch`].
#[derive(Properties, PartialEq)]
pub struct SwitchProps {
    /// What it switches.
    pub label: AttrValue,
    /// Whether it is on.
    pub on: bool,
    /// Hears what it should be.
    pub onswitch: Callback<bool>,
    /// What helps.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
}

/// On or off, at once.
#[component]
pub fn Switch(props: &SwitchProps) -> Html {
    let on = props.on;
    html! {
        <label class="switch">
            <span class="switch-words">
                { &props.label }
                if let Some(hint) = &props.hint {
                    <span class="hint">{ hint }</span>
                }
            </span>
            <input
                type="checkbox"
                role="switch"
                checked={on}
                onchange={props.onswitch.reform(move |_| !on)}
            />
            <span class="switch-track" aria-hidden="true"></span>
        </label>
    }
}
