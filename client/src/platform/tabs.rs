//! What the tabs of this browser tell each other.

use super::{
    events::{Listener, listen},
    history::own,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};
use yew::prelude::*;

/// This tab among those that know the same name. It hears the others, not itself, and leaves when it is dropped.
pub struct Tabs {
    /// None in a browser that has none: then each tab is alone.
    channel: Option<(BroadcastChannel, Listener)>,
}

impl Tabs {
    /// Calls back with each text that another tab tells.
    pub fn join(name: &str, heard: Callback<String>) -> Self {
        let channel = BroadcastChannel::new(&own(name)).ok().map(|channel| {
            let listener = listen(&channel, "message", move |event| {
                let message: MessageEvent = event.unchecked_into();
                if let Some(text) = message.data().as_string() {
                    heard.emit(text);
                }
            });
            (channel, listener)
        });
        Self { channel }
    }

    /// Tells the others.
    pub fn tell(&self, text: &str) {
        if let Some((channel, _)) = &self.channel {
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some((channel, _)) = &self.channel {
            channel.close();
        }
    }
}
