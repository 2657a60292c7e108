//! What this browser remembers: small things only, and nothing that is secret.

use super::{history::own, window};

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn key(name: &str) -> String {
    own(&["daymark.", name].concat())
}

/// Whether the browser remembers anything; some are told not to.
pub fn is_available() -> bool {
    storage().is_some()
}

/// What is remembered under this name.
pub fn get(name: &str) -> Option<String> {
    storage()?.get_item(&key(name)).ok().flatten()
}

/// Remembers, or forgets with `None`. Without a memory, or with a full one, nothing happens.
pub fn set(name: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match value {
            Some(value) => storage.set_item(&key(name), value),
            None => storage.remove_item(&key(name)),
        };
    }
}
