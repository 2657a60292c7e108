//! What every request can reach.

use crate::{
    accounts::password::Hasher,
    channels::{self, Senders},
    clock::Clock,
    config::Config,
    db::{self, Db},
    events::Events,
    kv::{self, Kv},
    metrics::Metrics,
    outbound::{self, Outbound},
    sessions::Live,
    vault::{self, Vault},
};

/// One for the whole process, shared by all workers as `web::Data<State>`.
pub struct State {
    /// The database.
    pub db: Db,
    /// Seals and opens.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
    /// What is short-lived, and shared with other processes.
    pub kv: Kv,
    /// Asks others.
    pub outbound: Outbound,
    /// Who is told of what changes.
    pub events: Events,
    /// What messages are sent with.
    pub senders: Senders,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Which sessions go on.
    pub sessions: Live,
    /// What is counted, for whoever watches.
    pub metrics: Metrics,
    /// The configuration.
    pub config: Config,
}

/// Why the server cannot start, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Db(#[from] db::OpenError),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] vault::OpenError),
    /// What processes share.
    #[error(transparent)]
    Kv(#[from] kv::OpenError),
    /// What it asks others with.
    #[error(transparent)]
    Outbound(#[from] outbound::OpenError),
    /// What messages are sent with.
    #[error(transparent)]
    Senders(#[from] channels::OpenError),
}

impl State {
    /// Opens everything, making what is missing.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let db = Db::open(&config.storage)?;
        let vault = Vault::open(&config.keys, &db).await?;
        let outbound = Outbound::new(&config.outbound)?;
        let senders = Senders::new(&config, &vault)?;
        let hasher = Hasher::new(config.access.hash_concurrency);
        let kv = Kv::open(&config.valkey)?;
        let sessions = Live::default();
        let events = Events::new(kv.clone(), sessions.clone());
        let hub = events.clone();
        db.on_commit(move |told| hub.told(told));
        let metrics = Metrics::new(&db, clock.now());
        Ok(Self { db, vault, clock, kv, outbound, events, senders, hasher, sessions, metrics, config })
    }
}
