//! Data keys: one an account.

use super::{
    cipher::{Cipher, KEY_LEN},
    keyring::Keyring,
    random,
    rotation::Rewrapped,
};
use crate::{
    db::{ReadTx, WriteTx},
    error::Error,
};
use daymark_shared::ids::AccountId;
use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

pub(super) const TAG: &str = "data key";

/// Seals and opens what one account writes.
pub struct DataKey {
    account: AccountId,
    version: u32,
    cipher: Cipher,
}

impl DataKey {
    pub(super) fn new(account: AccountId, version: u32, key: &[u8; KEY_LEN]) -> Self {
        Self { account, version, cipher: Cipher::new(key) }
    }

    /// Seals `plain` for one place: `tag` names the field for ever (`routine.title.1`), `row` is the row's id.
    pub fn seal(&self, tag: &'static str, row: &[u8], plain: impl AsRef<[u8]>) -> Vec<u8> {
        self.cipher.seal(&self.place(tag, row), plain.as_ref())
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`Error::Sealed`] where it was sealed for another place or with another key, or was damaged.
    pub fn open(&self, tag: &'static str, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.cipher.open(&self.place(tag, row), sealed).map_err(|_| Error::Sealed(tag))
    }

    /// The same for a text.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_text(&self, tag: &'static str, row: &[u8], sealed: &[u8]) -> Result<String, Error> {
        String::from_utf8(self.open(tag, row, sealed)?).map_err(|_| Error::Sealed(tag))
    }

    /// The additional data. Each part has a fixed length or its length before it, but the last: no two places share one.
    fn place(&self, tag: &str, row: &[u8]) -> Vec<u8> {
        let mut place = Vec::with_capacity(24 + tag.len() + row.len());
        place.extend_from_slice(&self.version.to_be_bytes());
        place.extend_from_slice(self.account.as_bytes());
        place.extend_from_slice(&(tag.len() as u32).to_be_bytes());
        place.extend_from_slice(tag.as_bytes());
        place.extend_from_slice(row);
        place
    }
}

pub(super) fn load(
    tx: &ReadTx<'_>,
    keyring: &Keyring,
    account: AccountId,
) -> Result<(u32, Zeroizing<[u8; KEY_LEN]>), Error> {
    let mut query =
        tx.prepare_cached("SELECT version, master_version, wrapped FROM data_keys WHERE account = ?1")?;
    let (version, master, wrapped) = query
        .query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))
        .optional()?
        .ok_or(Error::Sealed(TAG))?;
    let key = keyring.unwrap(master, TAG, account.as_bytes(), &wrapped).ok_or(Error::Sealed(TAG))?;
    Ok((version, key))
}

/// A wrapped key of somebody's.
pub(super) struct Sample {
    /// The master key that wraps it.
    pub master: u32,
    /// Whose it is.
    pub account: Vec<u8>,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// One of each master key that is in use.
pub(super) fn samples(tx: &ReadTx<'_>) -> Result<Vec<Sample>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT master_version, account, wrapped FROM data_keys GROUP BY master_version ORDER BY master_version",
    )?;
    let sample =
        |row: &Row<'_>| Ok(Sample { master: row.get(0)?, account: row.get(1)?, wrapped: row.get(2)? });
    Ok(query.query_map([], sample)?.collect::<Result<_, _>>()?)
}

pub(super) fn create(tx: &WriteTx<'_>, keyring: &Keyring, account: AccountId) -> Result<DataKey, Error> {
    const VERSION: u32 = 1;
    let key = Zeroizing::new(random::<KEY_LEN>());
    let (master, wrapped) = keyring.wrap(TAG, account.as_bytes(), &key)?;
    tx.prepare_cached(
        "INSERT INTO data_keys (account, version, master_version, wrapped) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![account.as_bytes(), VERSION, master, wrapped])?;
    Ok(DataKey::new(account, VERSION, &key))
}

pub(super) fn delete(tx: &WriteTx<'_>, account: AccountId) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM data_keys WHERE account = ?1")?.execute([account.as_bytes()])?;
    Ok(())
}

/// Wraps anew what another master key than the current one has wrapped: `most` keys of accounts after `after`. Answers the
/// last account that was looked at, if there may be more, and how many were wrapped and how many did not open.
pub(super) fn rewrap(
    tx: &WriteTx<'_>,
    keyring: &Keyring,
    current: u32,
    after: Option<AccountId>,
    most: usize,
) -> Result<(Option<AccountId>, Rewrapped), Error> {
    let from = after.as_ref().map_or(&[][..], |after| after.as_bytes());
    let mut query = tx.prepare_cached(
        "SELECT account, master_version, wrapped FROM data_keys
         WHERE account > ?1 AND master_version <> ?2 ORDER BY account LIMIT ?3",
    )?;
    let rows = query.query_map(params![from, current, most as i64], |row| {
        Ok((AccountId::from_bytes(row.get(0)?), row.get(1)?, row.get::<_, Vec<u8>>(2)?))
    })?;
    let rows: Vec<(AccountId, u32, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
    let last = rows.last().map(|(account, ..)| *account).filter(|_| rows.len() == most);
    let mut update =
        tx.prepare_cached("UPDATE data_keys SET master_version = ?2, wrapped = ?3 WHERE account = ?1")?;
    let mut done = Rewrapped::default();
    for (account, version, wrapped) in rows {
        let Some(key) = keyring.unwrap(version, TAG, account.as_bytes(), &wrapped) else {
            done.unopened += 1;
            continue;
        };
        let (version, wrapped) = keyring.wrap(TAG, account.as_bytes(), &key)?;
        update.execute(params![account.as_bytes(), version, wrapped])?;
        done.keys += 1;
    }
    Ok((last, done))
}

/// How many data keys each master key wraps.
pub(super) fn count(tx: &ReadTx<'_>) -> Result<Vec<(u32, u64)>, Error> {
    let mut query =
        tx.prepare_cached("SELECT master_version, count(*) FROM data_keys GROUP BY master_version")?;
    Ok(query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// Tries to open `most` data keys; answers how many were tried, and how many do not open.
pub(super) fn try_out(tx: &ReadTx<'_>, keyring: &Keyring, most: usize) -> Result<(usize, usize), Error> {
    let mut query = tx.prepare_cached("SELECT account, master_version, wrapped FROM data_keys LIMIT ?1")?;
    let rows = query.query_map([most as i64], |row| {
        Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?))
    })?;
    let (mut tried, mut unopened) = (0, 0);
    for row in rows {
        let (account, version, wrapped) = row?;
        tried += 1;
        unopened += usize::from(keyring.unwrap(version, TAG, &account, &wrapped).is_none());
    }
    Ok((tried, unopened))
}
