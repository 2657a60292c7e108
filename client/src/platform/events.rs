//! Listeners that end with what holds them.

use super::window;
use crate::kept::use_watch;
use gloo::events::EventListenerOptions;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget};
use yew::prelude::*;

pub use gloo::events::EventListener as Listener;

/// Listens to `name` on `target` until it is dropped. It may prevent the default (it is not passive).
pub fn listen(target: &EventTarget, name: &'static str, mut handle: impl FnMut(Event) + 'static) -> Listener {
    let options = EventListenerOptions::enable_prevent_default();
    Listener::new_with_options(target, name, options, move |event| handle(event.clone()))
}

/// Calls back for each `name` event of the window while the component lives.
#[hook]
pub fn use_window_event(name: &'static str, callback: Callback<()>) {
    use_watch((name, callback), |(name, callback)| {
        let listener = listen(&window(), name, move |_| callback.emit(()));
        move || drop(listener)
    });
}

/// Calls back for each key pressed anywhere while the component lives, but not while a text is being typed.
#[hook]
pub fn use_shortcuts(callback: Callback<KeyboardEvent>) {
    use_watch(callback, |callback| {
        let listener = listen(&window(), "keydown", move |event| {
            let Ok(event) = event.dyn_into::<KeyboardEvent>() else { return };
            if !event.default_prevented() && !event.is_composing() && !is_typing(&event) {
                callback.emit(event);
            }
        });
        move || drop(listener)
    });
}

/// Whether a key was pressed on something that `selector` matches, or inside it.
pub fn is_at(event: &KeyboardEvent, selector: &str) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

/// Whether the key goes into a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|element| {
        element
            .closest("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]")
            .ok()
            .flatten()
            .is_some()
    })
}

/// Has the browser ask before the page is left, as long as `active`: something that was typed would be lost.
#[hook]
pub fn use_unload_guard(active: bool) {
    use_watch(active, |active| {
        let listener = active.then(|| listen(&window(), "beforeunload", |event| event.prevent_default()));
        move || drop(listener)
    });
}
