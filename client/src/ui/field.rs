//! Fields: a label, the control, what helps, and what is wrong, tied together for screen readers.

use super::{IconButton, glyphs, icon};
use crate::kept::use_kept;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The frame of any field, whose control has this id; what helps has `…-hint`, what is wrong has `…-error`. The control
/// says `aria-describedby` and `aria-invalid` itself: see [`described_by`].
pub fn field(
    id: &AttrValue,
    label: &AttrValue,
    hint: Option<&AttrValue>,
    error: Option<&AttrValue>,
    control: Html,
) -> Html {
    html! {
        <div class={if error.is_some() { "field wrong" } else { "field" }}>
            <label for={id.clone()}>{ label }</label>
            { control }
            if let Some(hint) = hint {
                <p class="hint" id={[id, "-hint"].concat()}>{ hint }</p>
            }
            if let Some(error) = error {
                <p class="error" id={[id, "-error"].concat()}>
                    { icon(glyphs::CIRCLE_ALERT) }
                    <span>{ error }</span>
                </p>
            }
        </div>
    }
}

/// The ids of what describes a control; the error first.
pub fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (error, hint) {
        (true, true) => Some([id, "-error ", id, "-hint"].concat()),
        (true, false) => Some([id, "-error"].concat()),
        (false, true) => Some([id, "-hint"].concat()),
        (false, false) => None,
    }
}

/// What is typed into: by [`text_field`] and [`PasswordField`].
#[derive(Properties, Default, PartialEq)]
pub struct Typed {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// What is asked for.
    pub label: AttrValue,
    /// What is in it.
    pub value: AttrValue,
    /// Hears each change.
    pub oninput: Callback<String>,
    /// Hears when it is left or confirmed with a changed value.
    #[prop_or_default]
    pub onchange: Callback<String>,
    /// `email`, `search`; text without. A password field decides for itself.
    #[prop_or_default]
    pub kind: Option<AttrValue>,
    /// What the browser may fill in.
    #[prop_or_default]
    pub autocomplete: Option<AttrValue>,
    /// What helps.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// What is wrong.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    /// Whether it must be filled.
    #[prop_or_default]
    pub required: bool,
    /// How many characters it takes at most.
    #[prop_or_default]
    pub maxlength: Option<AttrValue>,
    /// Names for the button of a password field: to show it and to hide it.
    #[prop_or_default]
    pub reveal: Option<(AttrValue, AttrValue)>,
}

/// What is in the input that an event came from.
pub fn value_of(event: &Event) -> String {
    event.target_dyn_into::<HtmlInputElement>().map_or_else(String::new, |input| input.value())
}

fn input(props: &Typed, kind: AttrValue) -> Html {
    let oninput = props.oninput.reform(|event: InputEvent| value_of(&event));
    let onchange = props.onchange.reform(|event: Event| value_of(&event));
    // An address or a password is no sentence.
    let plain = kind != "text" || props.reveal.is_some();
    html! {
        <input
            id={props.id.clone()}
            name={props.id.clone()}
            type={kind}
            value={props.value.clone()}
            autocomplete={props.autocomplete.clone()}
            autocapitalize={plain.then_some("none")}
            spellcheck={plain.then_some("false")}
            required={props.required}
            maxlength={props.maxlength.clone()}
            aria-invalid={props.error.is_some().then_some("true")}
            aria-describedby={described_by(&props.id, props.hint.is_some(), props.error.is_some())}
            {oninput}
            {onchange}
        />
    }
}

/// A line of text.
pub fn text_field(props: &Typed) -> Html {
    let control = input(props, props.kind.clone().unwrap_or("text".into()));
    field(&props.id, &props.label, props.hint.as_ref(), props.error.as_ref(), control)
}

/// A password, hidden until it is asked to be shown.
#[component]
pub fn PasswordField(props: &Typed) -> Html {
    let shown = use_kept(|| false);
    let toggle = shown.turns();
    let (kind, glyph) = if shown.get() { ("text", glyphs::EYE_OFF) } else { ("password", glyphs::EYE) };
    let control = html! {
        <div class="with-button">
            { input(props, kind.into()) }
            if let Some((show, hide)) = &props.reveal {
                { IconButton::new(glyph, if shown.get() { hide.clone() } else { show.clone() }, toggle) }
            }
        </div>
    };
    field(&props.id, &props.label, props.hint.as_ref(), props.error.as_ref(), control)
}

#[cfg(test)]
mod tests {
    use super::described_by;

    #[test]
    fn what_is_wrong_is_read_before_what_helps() {
        assert_eq!(described_by("email", true, true).as_deref(), Some("email-error email-hint"));
        assert_eq!(described_by("email", true, false).as_deref(), Some("email-hint"));
        assert_eq!(described_by("email", false, false), None);
    }
}
