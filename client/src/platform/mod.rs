//! The browser: everything that `web-sys` offers and the pages need, and nothing else touches `web-sys` but event types.

pub mod browser;
pub mod clock;
pub mod drag;
pub mod events;
pub mod focus;
pub mod history;
pub mod intl;
pub mod locks;
pub mod motion;
pub mod push;
pub mod random;
pub mod scroll;
pub mod sound;
pub mod storage;
pub mod style;
pub mod tabs;
pub mod theme;
pub mod timer;
pub mod visibility;
pub mod wake_lock;

/// The window. There always is one: the program runs in a page, not in a worker.
pub fn window() -> web_sys::Window {
    web_sys::window().expect("runs in a page")
}

/// The document.
pub fn document() -> web_sys::Document {
    window().document().expect("runs in a page")
}
