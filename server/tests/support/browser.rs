//! A browser as far as push services and their senders know it: a subscription, and the keys that read its messages.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ece::EcKeyComponents;
use serde_json::{Value, json};

/// A browser with keys of its own.
pub struct Browser {
    keys: EcKeyComponents,
    auth: [u8; 16],
}

impl Browser {
    /// With fresh keys.
    pub fn new() -> Self {
        let (keys, auth) = ece::generate_keypair_and_auth_secret().unwrap();
        Self { keys: keys.raw_components().unwrap(), auth }
    }

    /// What it subscribes with, at this push service.
    pub fn target(&self, endpoint: &str) -> Value {
        let keys =
            json!({ "p256dh": BASE64.encode(self.keys.public_key()), "auth": BASE64.encode(self.auth) });
        json!({ "push": { "endpoint": endpoint, "keys": keys } })
    }

    /// What a message for it says (RFC 8291); `None` where it cannot be read with its keys.
    pub fn reads(&self, body: &[u8]) -> Option<Value> {
        serde_json::from_slice(&ece::decrypt(&self.keys, &self.auth, body).ok()?).ok()
    }
}
