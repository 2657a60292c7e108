//! Whether a keyring belongs to a database, before either is used.

use super::{data_key, keyring::Loose, server_keys};
use crate::{db::ReadTx, error::Error};

/// A keyring's text, or what it would be made of.
pub enum Keyrings<'a> {
    /// What is in a keyring's file.
    File(&'a str),
    /// The value of `MASTER_KEY`, where there is no file yet.
    First(&'a str),
}

/// How a keyring and a database go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// It opens all that is sealed.
    Fits,
    /// It does not open what this master key has sealed.
    Lacks(u32),
    /// It is no keyring; why.
    NoKeyring(String),
}

/// Holds the keyring against the server's keys in the database, and against one account's key of each master key.
///
/// # Errors
/// Where the database cannot be read.
pub fn fit(keyring: &Keyrings<'_>, tx: &ReadTx<'_>) -> Result<Fit, Error> {
    let parsed = match keyring {
        Keyrings::File(text) => Loose::parse(text),
        Keyrings::First(key) => {
            Loose::of_first(key).ok_or_else(|| "MASTER_KEY: must be 32 bytes in Base64".to_owned())
        }
    };
    let keyring = match parsed {
        Ok(keyring) => keyring,
        Err(why) => return Ok(Fit::NoKeyring(why)),
    };
    for (name, (version, wrapped)) in server_keys::stored(tx)? {
        if !keyring.unwraps(version, server_keys::TAG, name.as_bytes(), &wrapped) {
            return Ok(Fit::Lacks(version));
        }
    }
    for data_key::Sample { master, account, wrapped } in data_key::samples(tx)? {
        if !keyring.unwraps(master, data_key::TAG, &account, &wrapped) {
            return Ok(Fit::Lacks(master));
        }
    }
    Ok(Fit::Fits)
}
