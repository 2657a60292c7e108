//! Whether the person can see the page.

use super::{document, events::listen};
use crate::kept::{use_kept, use_watch};
use yew::prelude::*;

/// The event of a window in which a sheet that covered the page has gone.
const UNCOVERED: &str = "daymark-uncovered";

/// Says that the page behind a sheet is in sight again.
pub fn uncovered() {
    if let Ok(event) = Event::new(UNCOVERED) {
        let _ = super::window().dispatch_event(&event);
    }
}

/// Whether nobody can see the page.
pub fn is_hidden() -> bool {
    document().hidden()
}

/// Calls back each time the page is shown again, is no longer covered by a sheet, or comes online: what it shows may be
/// old.
#[hook]
pub fn use_return(callback: Callback<()>) {
    use_watch(callback, |callback| {
        let (shown, online, uncovered) = (callback.clone(), callback.clone(), callback);
        let listeners = [
            listen(&document(), "visibilitychange", move |_| {
                if !document().hidden() {
                    shown.emit(());
                }
            }),
            listen(&super::window(), "online", move |_| online.emit(())),
            listen(&super::window(), UNCOVERED, move |_| uncovered.emit(())),
        ];
        move || drop(listeners)
    });
}

/// Whether the page is visible; renders again when that changes.
#[hook]
pub fn use_visible() -> bool {
    let visible = use_kept(|| !document().hidden());
    let set = visible.clone();
    use_watch((), move |()| {
        let listener = listen(&document(), "visibilitychange", move |_| set.set(!document().hidden()));
        move || drop(listener)
    });
    visible.get()
}
