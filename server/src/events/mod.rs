//! Live events: every commit tells what has changed, and every stream of that account hears it.
//!
//! Within a process events are numbered as they come, its own and those of other processes (by Valkey). A stream that was
//! broken goes on from the number it saw last, if this process gave that number and still remembers all that came since.
//! Otherwise, and after anything that may have been missed, the stream says `resync`.

pub mod http;
mod hub;
mod queue;

use crate::{
    caller::CurrentAccount,
    db::Told,
    kv::{Heard, Kv},
    sessions::Live,
    vault::random,
};
use daymark_shared::{event::Event, ids::AccountId};
use hub::{Hub, Opened};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard};

/// The channel on which processes tell each other.
const CHANNEL: &str = "events";

/// All streams of this process. Clones are the same ones.
#[derive(Clone)]
pub struct Events(Arc<Shared>);

struct Shared {
    hub: Mutex<Hub>,
    kv: Kv,
    sessions: Live,
}

/// An event as it goes from process to process.
#[derive(Serialize, Deserialize)]
struct Published {
    account: AccountId,
    event: Event,
}

impl Events {
    /// Streams that hear what other processes publish, too. Of sessions that end there, `sessions` is told.
    pub fn new(kv: Kv, sessions: Live) -> Self {
        let hub = Mutex::new(Hub::new(u64::from_ne_bytes(random())));
        let shared = Arc::new(Shared { hub, kv: kv.clone(), sessions });
        let weak = Arc::downgrade(&shared);
        kv.listen(move |heard| {
            if let Some(shared) = weak.upgrade() {
                shared.hear(heard);
            }
        });
        Self(shared)
    }

    /// A commit tells what has changed: streams of this process and of others hear of it.
    pub fn told(&self, told: Told) {
        for (account, event) in told.events {
            self.0.deliver(account, event);
            match serde_json::to_string(&Published { account, event }) {
                Ok(json) => self.0.kv.publish(CHANNEL, json),
                Err(error) => tracing::error!(%error, "an event was not published"),
            }
        }
        if let Some(origin) = told.wake {
            self.0.kv.wake(&origin);
        }
    }

    /// Opens a stream for whoever is signed in, after what they saw last.
    pub(self) fn open(&self, who: CurrentAccount, seen: Option<&str>) -> Opened {
        self.0.lock().open(who, seen)
    }

    /// The stream is read no more.
    pub(self) fn closed(&self, opened: &Opened) {
        self.0.lock().remove(opened);
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.0.lock().streams()
    }

    /// Ends all streams, and those that are opened from now on.
    pub fn close(&self) {
        self.0.lock().close();
    }
}

impl Shared {
    fn hear(&self, heard: Heard<'_>) {
        match heard {
            Heard::Gap => self.lock().gap(),
            Heard::Message { channel: CHANNEL, payload } => match serde_json::from_str(payload) {
                Ok(Published { account, event }) => self.deliver(account, event),
                // Of a newer version: whatever it says, something has changed.
                Err(_) => self.lock().gap(),
            },
            Heard::Message { .. } => {}
        }
    }

    fn deliver(&self, account: AccountId, event: Event) {
        if let Event::SessionEnded { id } = event {
            self.sessions.ended(&[id]);
        }
        self.lock().deliver(account, event);
    }

    fn lock(&self) -> MutexGuard<'_, Hub> {
        self.hub.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
