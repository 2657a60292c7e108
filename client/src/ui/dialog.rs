//! Dialogs and sheets: the browser's own `<dialog>`, which keeps the focus inside, makes the rest inert and gives the
//! focus back.

use super::{IconButton, glyphs, pressed};
use crate::kept::{use_node, use_watch};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, MouseEvent};
use yew::prelude::*;

/// What it looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// A small card in the middle: a question.
    #[default]
    Card,
    /// A large one: on phones it comes from below and fills the width.
    Sheet,
}

/// Properties of [`Dialog`].
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// Its id, once on the page; the title has `…-title`.
    pub id: AttrValue,
    /// What it is about; its accessible name.
    pub title: AttrValue,
    /// Asked to close: by Esc, the button, or a press beside it. Stop rendering it then.
    pub onclose: Callback<()>,
    /// The name of the button that closes it.
    pub close_label: AttrValue,
    /// What it looks like.
    #[prop_or_default]
    pub shape: Shape,
    /// A button at the end of its head: “Save”.
    #[prop_or_default]
    pub action: Html,
    /// What is in it.
    pub children: Html,
    /// Whether a press beside it closes it. Not when that would lose what was typed.
    #[prop_or(true)]
    pub light: bool,
}

/// Shows a dialog that the browser has closed, and those inside of it above it again.
fn show_again(dialog: &HtmlDialogElement) {
    let _ = dialog.show_modal();
    let Ok(inside) = dialog.query_selector_all("dialog[open]") else { return };
    for index in 0..inside.length() {
        if let Some(question) = inside.get(index).and_then(|node| node.dyn_into::<HtmlDialogElement>().ok()) {
            question.close();
            let _ = question.show_modal();
        }
    }
}

/// A modal dialog, open as long as it is rendered. The element marked `autofocus` inside gets the focus, or the first.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node();
    use_watch(node.clone(), |node| {
        let dialog = node.cast::<HtmlDialogElement>();
        if let Some(dialog) = &dialog {
            let _ = dialog.show_modal();
        }
        move || {
            if let Some(dialog) = dialog {
                dialog.close();
            }
        }
    });
    let oncancel = {
        let onclose = props.onclose.clone();
        let node = node.clone();
        Callback::from(move |event: Event| {
            // Also heard from dialogs inside of it.
            let itself = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if itself.is_none() || itself != node.cast::<Element>() {
                return;
            }
            // Whoever renders it decides; the browser closing it on its own would leave it rendered but not seen.
            event.prevent_default();
            onclose.emit(());
        })
    };
    // After two presses of Esc in a row browsers close it without asking. Then it is shown again, and asked for the same.
    let onclosed = {
        let (onclose, node) = (props.onclose.clone(), node.clone());
        Callback::from(move |event: Event| {
            let itself = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(dialog) = node.cast::<HtmlDialogElement>()
                && itself.as_ref() == Some(dialog.as_ref())
                && !dialog.open()
            {
                show_again(&dialog);
                onclose.emit(());
            }
        })
    };
    let onclick = {
        let (onclose, node, light) = (props.onclose.clone(), node.clone(), props.light);
        Callback::from(move |event: MouseEvent| {
            // Its content fills it, so a click on itself is a click on what lies behind.
            let itself = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if light && itself.is_some() && itself == node.cast::<Element>() {
                onclose.emit(());
            }
        })
    };
    let title = AttrValue::from([&props.id, "-title"].concat());
    let class = match props.shape {
        Shape::Card => "dialog card",
        Shape::Sheet => "dialog sheet",
    };
    html! {
        <dialog ref={node} id={props.id.clone()} {class} aria-labelledby={title.clone()} {oncancel} onclose={onclosed} {onclick}>
            <div class="dialog-body">
                <header>
                    { IconButton::new(glyphs::X, props.close_label.clone(), pressed(&props.onclose)) }
                    <h2 id={title}>{ &props.title }</h2>
                    { props.action.clone() }
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
