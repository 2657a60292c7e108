//! Where a message leads: whole addresses, for everything but a browser that has the app's root.

use super::Message;

/// The addresses of a message.
pub(super) struct Links {
    /// What a click opens.
    pub open: String,
    /// The settings, where channels are changed.
    pub settings: String,
    /// What acts on it, where that can be.
    pub act: Option<Act>,
}

/// Addresses that take a `POST`, without a session.
pub(super) struct Act {
    pub snooze: String,
    pub done: String,
    pub dismiss: String,
}

impl Links {
    /// `site` is the address that people open, without a slash at its end.
    pub(super) fn of(site: &str, message: &Message) -> Self {
        let act = message.token.as_ref().map(|token| {
            let action = |name: &str| format!("{site}/api/v1/reminder-actions/{token}/{name}");
            Act { snooze: action("snooze"), done: action("done"), dismiss: action("dismiss") }
        });
        let path = message.path.trim_start_matches('/');
        Self { open: format!("{site}/{path}"), settings: format!("{site}/settings"), act }
    }
}
