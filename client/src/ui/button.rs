//! Buttons.

use super::{Glyph, classes, icon};
use yew::{html::IntoPropValue, prelude::*};

/// Hears a press, whatever else there is to say of it.
pub fn pressed(does: &Callback<()>) -> Callback<MouseEvent> {
    does.reform(|_| ())
}

/// How much weight a button has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// The one thing to do here; one on a screen.
    Primary,
    /// An ordinary one, with a border.
    #[default]
    Plain,
    /// Without a border.
    Quiet,
    /// Ends or removes something.
    Danger,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Plain => "button",
            Self::Quiet => "button quiet",
            Self::Danger => "button danger",
        }
    }
}

/// A button with words: `{ Button { kind: Kind::Primary, ..Button::says(words.save()) } }`.
pub struct Button {
    /// What it says.
    pub says: AttrValue,
    /// What it does; a submitting button needs nothing.
    pub onclick: Option<Callback<MouseEvent>>,
    /// How much weight it has.
    pub kind: Kind,
    /// An icon before the words.
    pub icon: Option<Glyph>,
    /// Whether it submits its form.
    pub submit: bool,
    /// Whether its work is being done: it keeps its width and the focus, and takes no further press.
    pub busy: bool,
    /// More classes.
    pub class: &'static str,
    /// Its name, where the words alone do not say what it is about.
    pub label: Option<AttrValue>,
}

impl Button {
    /// One that says this, and nothing else of note.
    #[inline]
    pub fn says(says: impl Into<AttrValue>) -> Self {
        Self {
            says: says.into(),
            onclick: None,
            kind: Kind::Plain,
            icon: None,
            submit: false,
            busy: false,
            class: "",
            label: None,
        }
    }
}

impl From<Button> for Html {
    fn from(button: Button) -> Self {
        let Button { says, onclick, kind, icon: glyph, submit, busy, class, label } = button;
        // A submitting button that is busy must not submit again.
        let onclick =
            if busy { Some(Callback::from(|event: MouseEvent| event.prevent_default())) } else { onclick };
        html! {
            <button
                type={if submit { "submit" } else { "button" }}
                class={classes(&[kind.class(), class])}
                aria-label={label}
                aria-busy={busy.then_some("true")}
                aria-disabled={busy.then_some("true")}
                {onclick}
            >
                if let Some(glyph) = glyph {
                    { icon(glyph) }
                }
                { says }
            </button>
        }
    }
}

impl IntoPropValue<Html> for Button {
    fn into_prop_value(self) -> Html {
        self.into()
    }
}

/// A button that is an icon, 44 by 44 px.
pub struct IconButton {
    /// What it shows.
    pub glyph: Glyph,
    /// What it is called; also its tooltip.
    pub label: AttrValue,
    /// What it does.
    pub onclick: Callback<MouseEvent>,
    /// More classes.
    pub class: &'static str,
    /// Its element.
    pub node: NodeRef,
}

impl IconButton {
    /// An ordinary one.
    pub fn new(glyph: Glyph, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Self {
        Self { glyph, label: label.into(), onclick, class: "", node: NodeRef::default() }
    }
}

impl From<IconButton> for Html {
    fn from(button: IconButton) -> Self {
        let IconButton { glyph, label, onclick, class, node } = button;
        html! {
            <button
                ref={node}
                type="button"
                class={classes(&["icon-button", class])}
                aria-label={label.clone()}
                title={label}
                {onclick}
            >
                { icon(glyph) }
            </button>
        }
    }
}

impl IntoPropValue<Html> for IconButton {
    fn into_prop_value(self) -> Html {
        self.into()
    }
}
