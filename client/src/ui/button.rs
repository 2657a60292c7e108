//! Buttons.

use super::{Glyph, icon};
use yew::prelude::*;

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

/// Properties of [`Button`].
#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    /// What it says.
    pub children: Html,
    /// What it does; a submitting button needs none.
    #[prop_or_default]
    pub onclick: Callback<MouseEvent>,
    /// How much weight it has.
    #[prop_or_default]
    pub kind: Kind,
    /// An icon before the words.
    #[prop_or_default]
    pub icon: Option<Glyph>,
    /// Whether it submits its form.
    #[prop_or_default]
    pub submit: bool,
    /// Whether its work is being done: it keeps its width and the focus, and takes no further press.
    #[prop_or_default]
    pub busy: bool,
    /// Whether it cannot be pressed now. Prefer leaving it out.
    #[prop_or_default]
    pub disabled: bool,
    /// Whether it takes the whole width.
    #[prop_or_default]
    pub wide: bool,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
    /// Its name, where the words alone do not say what it is about.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Its element.
    #[prop_or_default]
    pub node: NodeRef,
}

/// A button with words.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let onclick = unless(props.busy, &props.onclick);
    html! {
        <button
            ref={props.node.clone()}
            type={if props.submit { "submit" } else { "button" }}
            class={classes!(props.kind.class(), props.wide.then_some("wide"), props.class.clone())}
            aria-label={props.label.clone()}
            aria-busy={props.busy.then_some("true")}
            aria-disabled={props.busy.then_some("true")}
            disabled={props.disabled}
            {onclick}
        >
            if let Some(glyph) = props.icon {
                { icon(glyph) }
            }
            { props.children.clone() }
        </button>
    }
}

/// The callback, or one that swallows: a submitting button that is busy must not submit again.
fn unless(busy: bool, onclick: &Callback<MouseEvent>) -> Callback<MouseEvent> {
    if busy { Callback::from(|event: MouseEvent| event.prevent_default()) } else { onclick.clone() }
}

/// Properties of [`IconButton`].
#[derive(Properties, PartialEq)]
pub struct IconButtonProps {
    /// What it shows.
    pub glyph: Glyph,
    /// What it is called; also its tooltip.
    pub label: AttrValue,
    /// What it does.
    #[prop_or_default]
    pub onclick: Callback<MouseEvent>,
    /// Whether it is on, for one that can be on and off.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// Whether it cannot be pressed now.
    #[prop_or_default]
    pub disabled: bool,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
    /// Its element.
    #[prop_or_default]
    pub node: NodeRef,
}

/// A button that is an icon, 44 by 44 px.
#[component]
pub fn IconButton(props: &IconButtonProps) -> Html {
    html! {
        <button
            ref={props.node.clone()}
            type="button"
            class={classes!("icon-button", props.class.clone())}
            aria-label={props.label.clone()}
            title={props.label.clone()}
            aria-pressed={props.pressed.map(|on| if on { "true" } else { "false" })}
            disabled={props.disabled}
            onclick={props.onclick.clone()}
        >
            { icon(props.glyph) }
        </button>
    }
}
