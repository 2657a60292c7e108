//! A whole number to type.

use crate::ui::field::{described_by, field, value_of};
use yew::prelude::*;

/// A field with a keyboard of digits. `id` is there once on the page; `oninput` hears each change.
pub fn number_field(
    id: &'static str,
    label: &'static str,
    value: &str,
    error: Option<AttrValue>,
    oninput: &Callback<String>,
) -> Html {
    let control = html! {
        <input
            {id}
            class="num"
            inputmode="numeric"
            autocomplete="off"
            maxlength="5"
            value={value.to_owned()}
            aria-invalid={error.is_some().then_some("true")}
            aria-describedby={described_by(id, false, error.is_some())}
            oninput={oninput.reform(|event: InputEvent| value_of(&event))}
        />
    };
    field(&id.into(), &label.into(), None, error.as_ref(), control)
}
