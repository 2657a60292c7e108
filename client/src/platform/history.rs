//! The page's address, and the way back through those before it.
//!
//! Paths are those below the page's `<base>`: the program does not know where it lives.

use super::{document, window};
use crate::kept::use_watch;
use wasm_bindgen::JsValue;
use yew::prelude::*;
use yew_router::history::{BrowserHistory, History};

/// Where the program lives, without a slash at its end: empty for the root of the server.
fn base() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let origin = window().location().origin().unwrap_or_default();
    base.strip_prefix(&*origin).unwrap_or_default().trim_end_matches('/').to_owned()
}

/// A name for what a browser keeps for the whole server: two Daymarks below two paths do not meet.
pub(super) fn own(name: &str) -> String {
    [name, &base()].concat()
}

/// The address of a path: what a link leads to.
pub fn href(path: &str) -> String {
    [&base(), path].concat()
}

/// The path that the page is at.
pub fn path() -> String {
    let path = window().location().pathname().unwrap_or_default();
    match path.strip_prefix(&*base()) {
        Some(path) => path.to_owned(),
        None => path,
    }
}

/// The path that the page is at; renders again whenever that may have become another.
#[hook]
pub fn use_path() -> String {
    let update = use_force_update();
    use_watch((), move |()| {
        let listener = BrowserHistory::new().listen(move || update.force_update());
        move || drop(listener)
    });
    path()
}

/// Goes to a path, which may have a query.
pub fn push(path: &str) {
    BrowserHistory::new().push(href(path));
}

/// Goes to a path in the place of the one that the page is at.
pub fn replace(path: &str) {
    BrowserHistory::new().replace(href(path));
}

/// Whether this address was come to from another page of the program: then going back leads there.
pub fn came_from_within() -> bool {
    // Each address that is gone to has a state; one that was typed or linked to has none.
    window().history().and_then(|history| history.state()).is_ok_and(|state| state.is_truthy())
}

/// Goes where the browser's way back leads.
pub fn back() {
    BrowserHistory::new().back();
}

/// Goes where the browser's way forward leads.
pub fn forward() {
    BrowserHistory::new().forward();
}

/// Takes the query out of the address bar, so that a secret in it is neither bookmarked nor shared.
pub fn forget_query() {
    let window = window();
    if let (Ok(history), Ok(path)) = (window.history(), window.location().pathname()) {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(&path));
    }
}
