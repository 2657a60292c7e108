//! Where the keyboard is.

use super::document;
use crate::kept::use_watch;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Focuses an element, if it is there.
pub fn focus(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Focuses the first element inside `node` that `selector` matches; whether there was one.
pub fn focus_first(node: &NodeRef, selector: &str) -> bool {
    let found = node.cast::<Element>().and_then(|root| root.query_selector(selector).ok().flatten());
    found
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}

/// Focuses the next (or, with `-1`, the previous) element inside `node` that `selector` matches, going round at the ends.
pub fn focus_step(node: &NodeRef, selector: &str, step: i32) {
    let Some(list) = node.cast::<Element>().and_then(|root| root.query_selector_all(selector).ok()) else {
        return;
    };
    let count = list.length() as i32;
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let here = (0..count).find(|&i| list.get(i as u32).as_ref() == active.as_deref());
    let next = match here {
        Some(here) => (here + step).rem_euclid(count),
        None if step < 0 => count - 1,
        None => 0,
    };
    if let Some(element) = list.get(next as u32).and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Focuses the first field of a form that is marked as wrong, each time `attempt` changes (but not at first).
#[hook]
pub fn use_focus_first_invalid(form: NodeRef, attempt: u32) {
    use_watch(attempt, move |attempt| {
        if attempt > 0 {
            focus_first(&form, "[aria-invalid=true]");
        }
    });
}
