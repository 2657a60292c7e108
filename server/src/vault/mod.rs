//! Sealing: what a person writes is readable only with their data key, and that only with the master keyring.
//!
//! ```text
//! keyring file ── master key ──wraps──► data key of an account ──seals──► titles, notes, names …
//!                     └───────wraps──► the server's own keys ──────────► access tokens, look-ups of sealed values
//! ```
//! AES-256-GCM with random nonces (ring). Every ciphertext is bound to where it lies: a field's tag, the row, the
//! account and the data key's version. Moved anywhere else, it does not open.

mod cache;
mod cipher;
mod data_key;
mod fit;
pub mod inspect;
mod keyring;
mod rotation;
mod server_keys;

pub use data_key::DataKey;
pub use fit::{Fit, Keyrings, fit};
pub use rotation::{Master, Rewrapped, Rotation};

use crate::{
    config::Keys,
    db::{Db, ReadTx, WriteTx},
    error::Error,
};
use cache::Cache;
use daymark_shared::ids::AccountId;
use keyring::Keyring;
use ring::{hmac, rand::SecureRandom};
use server_keys::ServerKeys;
use std::sync::Arc;

/// Why the vault could not be opened, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The keyring file.
    #[error("the keyring {path}: {reason}")]
    Keyring {
        /// Where it is.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database's keys do not open with this keyring.
    #[error(
        "the database is sealed with master key {version}, which {path} does not hold: put the keyring back that \
         belongs to this database"
    )]
    WrongKeyring {
        /// The master key that is asked for.
        version: u32,
        /// The keyring that was looked into.
        path: String,
    },
    /// Reading or writing the server's keys.
    #[error("the server's keys: {0}")]
    Storage(#[from] Error),
}

/// Seals and opens. Clones are the same vault.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    keyring: Keyring,
    data_keys: Cache,
    server: ServerKeys,
}

impl Vault {
    /// Opens the keyring (making it where neither it nor anything sealed exists yet) and the server's own keys.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(config: &Keys, db: &Db) -> Result<Self, OpenError> {
        let stored = server_keys::load(db).await?;
        let keyring = Keyring::open(config, stored.is_empty())?;
        let server = match ServerKeys::open(stored, keyring.clone(), db).await {
            // The master key may have been rotated between the two looks.
            Err(OpenError::WrongKeyring { .. }) => {
                ServerKeys::open(server_keys::load(db).await?, keyring.clone(), db).await?
            }
            opened => opened?,
        };
        Ok(Self(Arc::new(Inner { keyring, data_keys: Cache::default(), server })))
    }

    /// The account's data key.
    ///
    /// # Errors
    /// [`Error::Sealed`] where there is none, or no master key opens it.
    pub fn data_key(&self, tx: &ReadTx<'_>, account: AccountId) -> Result<DataKey, Error> {
        if let Some((version, key)) = self.0.data_keys.get(account) {
            return Ok(DataKey::new(account, version, &key));
        }
        let (version, key) = data_key::load(tx, &self.0.keyring, account)?;
        let opened = DataKey::new(account, version, &key);
        self.0.data_keys.put(account, version, key);
        Ok(opened)
    }

    /// Makes the data key of a new account; it is stored, wrapped, by this transaction.
    ///
    /// # Errors
    /// Where the account has one already, or storage fails.
    pub fn create_data_key(&self, tx: &WriteTx<'_>, account: AccountId) -> Result<DataKey, Error> {
        // Not cached: the transaction may yet be undone.
        data_key::create(tx, &self.0.keyring, account)
    }

    /// Deletes the account's data key: whatever it sealed is gone, in backups of the database too once the key's own
    /// backups are.
    ///
    /// # Errors
    /// Where storage fails.
    pub fn destroy_data_key(&self, tx: &WriteTx<'_>, account: AccountId) -> Result<(), Error> {
        data_key::delete(tx, account)?;
        self.0.data_keys.forget(account);
        Ok(())
    }

    /// A keyed hash of `value`, to look up what is only stored sealed. `tag` names the field, so that equal values of
    /// different fields do not show.
    pub fn blind(&self, tag: &'static str, value: &[u8]) -> [u8; 32] {
        self.0.server.blind(tag, value)
    }

    /// The key that signs access tokens (HMAC-SHA256); all processes on one database share it.
    pub fn token_key(&self) -> &hmac::Key {
        &self.0.server.token
    }

    /// The private key that push services know this server by: a scalar of P-256 (RFC 8292). All processes on one
    /// database share it.
    pub fn push_key(&self) -> &[u8; 32] {
        &self.0.server.push
    }
}

/// Random bytes from the system.
///
/// # Panics
/// Where the system has no randomness to give: nothing could go on safely.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    ring::rand::SystemRandom::new().fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests;
