//! Whether the person can see the page.

use super::{document, events::Listener};
use yew::prelude::*;

/// Calls back each time the page is shown again, or comes online: what it shows may be old.
#[hook]
pub fn use_return(callback: Callback<()>) {
    use_effect_with(callback, |callback| {
        let (shown, online) = (callback.clone(), callback.clone());
        let listeners = [
            Listener::new(&document(), "visibilitychange", move |_| {
                if !document().hidden() {
                    shown.emit(());
                }
            }),
            Listener::new(&super::window(), "online", move |_| online.emit(())),
        ];
        move || drop(listeners)
    });
}

/// Whether the page is visible; renders again when that changes.
#[hook]
pub fn use_visible() -> bool {
    let visible = use_state_eq(|| !document().hidden());
    let set = visible.setter();
    use_effect_with((), move |()| {
        let listener = Listener::new(&document(), "visibilitychange", move |_| set.set(!document().hidden()));
        move || drop(listener)
    });
    *visible
}
