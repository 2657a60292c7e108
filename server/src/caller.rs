//! On whose behalf a use case works.

use crate::{
    accounts,
    db::ReadTx,
    error::Error,
    vault::{DataKey, Vault, random},
};
use daymark_shared::ids::{AccountId, SessionId};
use jiff::{Timestamp, civil::Date};

/// Whoever is signed in. A handler that takes this answers 401 to everyone else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentAccount {
    /// Their account.
    pub account: AccountId,
    /// The session they signed in with.
    pub session: SessionId,
}

/// Who asks, when, and with which vault.
pub struct Caller<'a> {
    /// The account.
    pub account: AccountId,
    /// The keys.
    pub vault: &'a Vault,
    /// The present.
    pub now: Timestamp,
}

impl Caller<'_> {
    /// A new id, of now.
    pub fn mint<Id>(&self, mint: fn(u64, [u8; 10]) -> Id) -> Id {
        mint(self.now.as_millisecond().unsigned_abs(), random())
    }

    /// The account's data key.
    ///
    /// # Errors
    /// [`Error::Sealed`] where no key opens it.
    pub fn key(&self, tx: &ReadTx<'_>) -> Result<DataKey, Error> {
        self.vault.data_key(tx, self.account)
    }

    /// The date it is now for this person.
    ///
    /// # Errors
    /// Where storage fails.
    pub fn today(&self, tx: &ReadTx<'_>) -> Result<Date, Error> {
        let zones = accounts::zones(tx, self.account)?;
        Ok(zones.at(self.now).to_datetime(self.now).date())
    }
}
