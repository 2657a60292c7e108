//! Light or dark. `theme.js` does it, since it must do it before the first paint; this tells it what is wanted.

use super::{storage, window};
use web_sys::Event;

/// Stores what is wanted (`light`, `dark`, or `None` for what the system says) and has it applied.
pub fn apply(theme: Option<&str>) {
    storage::set("theme", theme);
    if let Ok(event) = Event::new("daymark:theme") {
        let _ = window().dispatch_event(&event);
    }
}
