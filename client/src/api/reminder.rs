//! Reminders: what was missed, what is to come, and when it is quiet.

use super::request::{Asked, Method, ask, etag, json};
use daymark_shared::{
    ids::ReminderId,
    page::Page,
    reminder::{Reminder, ReminderSettings, Snooze, StoredSettings},
};

/// Which reminders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Those that did not arrive in time, newest first.
    Missed,
    /// Those to come, soonest first.
    Upcoming,
}

/// The first hundred.
pub fn list(among: Among) -> Asked<Page<Reminder>> {
    let path = match among {
        Among::Missed => "reminders?list=missed&limit=100",
        Among::Upcoming => "reminders?list=upcoming&limit=100",
    };
    ask(Method::Get, path, None, None)
}

/// Has it ring again in so many minutes.
pub fn snooze(id: ReminderId, minutes: u16) -> Asked<()> {
    ask(Method::Post, &["reminders/", &id.to_string(), "/snooze"].concat(), json(&Snooze { minutes }), None)
}

/// The person knows.
pub fn dismiss(id: ReminderId) -> Asked<()> {
    ask(Method::Post, &["reminders/", &id.to_string(), "/dismiss"].concat(), None, None)
}

/// The person knows of all that were missed.
pub fn dismiss_all() -> Asked<()> {
    ask(Method::Post, "reminders/dismiss", None, None)
}

/// When it is quiet, and the like.
pub fn settings() -> Asked<StoredSettings> {
    ask(Method::Get, "reminder-settings", None, None)
}

/// Other settings in the place of those that were seen at `revision`.
pub fn put_settings(settings: &ReminderSettings, revision: u64) -> Asked<StoredSettings> {
    ask(Method::Put, "reminder-settings", json(settings), etag(revision))
}
