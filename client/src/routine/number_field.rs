//! A whole number to type.

use crate::ui::{
    Field,
    field::{described_by, value_of},
};
use yew::prelude::*;

/// Properties of [`NumberField`].
#[derive(Properties, PartialEq)]
pub struct NumberProps {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// What is asked for.
    pub label: AttrValue,
    /// What is typed.
    pub value: AttrValue,
    /// What is wrong.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    /// Hears each change.
    pub oninput: Callback<String>,
}

/// A field with a keyboard of digits.
#[component]
pub fn NumberField(props: &NumberProps) -> Html {
    html! {
        <Field id={props.id.clone()} label={props.label.clone()} error={props.error.clone()}>
            <input
                id={props.id.clone()}
                class="num"
                inputmode="numeric"
                autocomplete="off"
                maxlength="5"
                value={props.value.clone()}
                aria-invalid={props.error.is_some().then_some("true")}
                aria-describedby={described_by(&props.id, false, props.error.is_some())}
                oninput={props.oninput.reform(|event: InputEvent| value_of(&event))}
            />
        </Field>
    }
}
