//! Short-lived values and messages: in this process, and with Valkey across all of them.
//!
//! Without Valkey (`VALKEY_URL`) counters, wake-ups and messages stay in the process. With it they are shared. When it is
//! lost, the process goes on as without it, at once: nobody waits for Valkey until it has answered again. Nothing that
//! counts for ever is here, and nothing that tells of a person: ids, and keys that are hashed by whoever makes them.

mod health;
mod local;
mod probe;
mod valkey;

pub use health::{Counts, State};
pub use probe::{Probe, probe};

use crate::{clock::monotonic, config, error::Error, origin::Origin};
use jiff::{SignedDuration, Timestamp};
use std::{
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, time::sleep};
use valkey::Valkey;

/// What comes from other processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard<'a> {
    /// What was published there.
    Message {
        /// Under which name.
        channel: &'a str,
        /// What.
        payload: &'a str,
    },
    /// Messages may have been lost before this.
    Gap,
}

/// Counters with an end, wake-ups and messages. Clones are the same ones.
#[derive(Clone)]
pub struct Kv(Arc<Inner>);

struct Inner {
    local: local::Counters,
    here: Arc<Here>,
    valkey: Option<Valkey>,
}

/// Those in this process who are told of what comes from others.
#[derive(Default)]
struct Here {
    wake: Notify,
    /// What set the last wake-up off.
    woken_by: Mutex<Origin>,
    listeners: Mutex<Vec<Listener>>,
}

type Listener = Arc<dyn Fn(Heard<'_>) + Send + Sync>;

impl Here {
    fn wake(&self, origin: Origin) {
        *self.woken_by.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = origin;
        self.wake.notify_one();
    }

    fn tell(&self, heard: Heard<'_>) {
        match heard {
            Heard::Gap => self.wake(Origin::default()),
            Heard::Message { channel: WAKE, payload } => self.wake(Origin::of(payload)),
            Heard::Message { .. } => {}
        }
        let listeners = self.listeners.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        for listener in listeners {
            listener(heard);
        }
    }
}

/// How long a process that is about to end waits for Valkey.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(5);

/// The channel of wake-ups.
const WAKE: &str = "wake";

/// `VALKEY_URL` is of no use.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is no address.
    #[error("VALKEY_URL: must be an address such as redis://valkey:6379")]
    Address,
    /// The thread that talks to it.
    #[error("the thread for Valkey cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl Kv {
    /// Begins to connect, where there is something to connect to; nobody waits for it.
    ///
    /// # Errors
    /// [`OpenError`], which does not show the address: there may be a password in it.
    pub fn open(config: &config::Valkey) -> Result<Self, OpenError> {
        let here = Arc::new(Here::default());
        let valkey =
            config.url.as_ref().map(|url| Valkey::start(url.expose(), Arc::clone(&here))).transpose()?;
        Ok(Self(Arc::new(Inner { local: local::Counters::default(), here, valkey })))
    }

    /// Counts one try under `key`: at most `limit` in a `window`, which begins with the first. With Valkey the tries of
    /// all processes count together, and those of this one by themselves as well: so losing it gives nobody new tries.
    ///
    /// The key goes to Valkey: an id, or a keyed hash.
    ///
    /// # Errors
    /// [`Error::RateLimited`] once there were more.
    pub async fn allow(
        &self,
        key: String,
        limit: u32,
        window: SignedDuration,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.0.local.allow(&key, limit, window, now)?;
        let Some(valkey) = &self.0.valkey else { return Ok(()) };
        match valkey.count(&key, window).await {
            Some(counted) if counted.hits > u64::from(limit) => {
                Err(Error::RateLimited { retry_after: counted.left_ms / 1000 + 1 })
            }
            _ => Ok(()),
        }
    }

    /// Tells the other processes. Nobody waits, and where they cannot be told they hear of a gap later on.
    pub fn publish(&self, channel: &'static str, payload: String) {
        if let Some(valkey) = &self.0.valkey {
            valkey.publish(channel, payload);
        }
    }

    /// From now on calls this with what other processes publish, on the thread that talks to Valkey: it must not wait.
    pub fn listen(&self, listener: impl Fn(Heard<'_>) + Send + Sync + 'static) {
        let mut listeners = self.0.here.listeners.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        listeners.push(Arc::new(listener));
    }

    /// Something may be due earlier than whoever sleeps in [`woken`](Self::woken) thinks, in any process.
    pub fn wake(&self, origin: &Origin) {
        self.0.here.wake(origin.clone());
        self.publish(WAKE, origin.id().unwrap_or_default().to_owned());
    }

    /// Returns after the next [`wake`](Self::wake), here or elsewhere; at once where there was one since the last call.
    /// One task of a process may wait here. A wake-up can be lost with Valkey, and comes when it returns: poll as well.
    /// Answers what set it off: of several, the last.
    pub async fn woken(&self) -> Origin {
        self.0.here.wake.notified().await;
        mem::take(&mut *self.0.here.woken_by.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// How it stands with Valkey.
    pub fn state(&self) -> State {
        match &self.0.valkey {
            None => State::None,
            Some(valkey) if valkey.health().is_connected() => State::Connected,
            Some(_) => State::Degraded,
        }
    }

    /// Returns once Valkey has answered; at once where there is none, and after [`PATIENCE`] whatever it does. For a process
    /// that has something to tell and ends soon.
    pub async fn ready(&self) {
        self.until(|valkey| valkey.health().is_connected()).await;
    }

    /// Returns once all that was published has gone out, in the same way.
    pub async fn settled(&self) {
        self.until(|valkey| valkey.waiting() == 0).await;
    }

    async fn until(&self, is_so: impl Fn(&Valkey) -> bool) {
        let Some(valkey) = &self.0.valkey else { return };
        let end = monotonic() + PATIENCE;
        while !is_so(valkey) && monotonic() < end {
            sleep(LOOK).await;
        }
    }

    /// What has happened with Valkey since the process began.
    pub fn counts(&self) -> Counts {
        self.0.valkey.as_ref().map(|valkey| valkey.health().counts()).unwrap_or_default()
    }
}
