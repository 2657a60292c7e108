//! What every request can reach.

use crate::{
    accounts::password::Hasher,
    clock::Clock,
    config::Config,
    db::{self, Db},
    kv::Kv,
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
    /// Counters that expire.
    pub kv: Kv,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Which sessions go on.
    pub sessions: Live,
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
}

impl State {
    /// Opens everything, making what is missing.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let db = Db::open(&config.storage)?;
        let vault = Vault::open(&config.keys, &db).await?;
        let hasher = Hasher::new(config.access.hash_concurrency);
        Ok(Self { db, vault, clock, kv: Kv::default(), hasher, sessions: Live::default(), config })
    }
}
