//! Whether the keyring opens what lies in a database: a look that makes and changes nothing.

use super::{Master, OpenError, data_key, keyring::Keyring, rotation::wraps, server_keys};
use crate::{config::Keys, db::ReadTx, error::Error};

/// Data keys that are opened at most.
const MOST: usize = 50_000;

/// What a keyring and a database have to do with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The master keys of the keyring.
    pub masters: Vec<Master>,
    /// Versions that wrap something, though the keyring does not hold them.
    pub missing: Vec<u32>,
    /// How many of the server's own keys do not open.
    pub own_unopened: usize,
    /// How many data keys were tried: all of them, or very many.
    pub tried: usize,
    /// How many of those do not open.
    pub unopened: usize,
}

/// Tries the keyring on a database.
///
/// # Errors
/// [`OpenError`] where there is no keyring, or where one of the two cannot be read.
pub fn look(config: &Keys, tx: &ReadTx<'_>) -> Result<Seen, OpenError> {
    let keyring = Keyring::existing(config)?;
    let wraps = wraps(tx)?;
    let (versions, current) = keyring.versions()?;
    let missing = wraps.keys().copied().filter(|version| versions.iter().all(|(known, _)| known != version));
    let missing = missing.collect();
    let masters = versions.into_iter().map(|(version, made_at)| Master {
        version,
        made_at,
        current: version == current,
        wraps: wraps.get(&version).copied().unwrap_or_default(),
    });
    let (tried, unopened) = data_key::try_out(tx, &keyring, MOST)?;
    let own_unopened = server_keys::unopened(tx, &keyring)?;
    Ok(Seen { masters: masters.collect(), missing, own_unopened, tried, unopened })
}

/// Whether a server has made its keys in this database already.
///
/// # Errors
/// Where it cannot be read.
pub fn has_begun(tx: &ReadTx<'_>) -> Result<bool, Error> {
    Ok(!wraps(tx)?.is_empty())
}
