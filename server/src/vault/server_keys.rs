//! The server's own keys: random, wrapped by the master key, kept in the database so that all processes share them.
//!
//! Rotating the master key re-wraps them and changes nothing else: sessions and look-ups survive.

use super::{OpenError, cipher::KEY_LEN, keyring::Keyring, random, rotation::Rewrapped};
use crate::{
    db::{Db, ReadTx, WriteTx},
    error::Error,
};
use ring::hmac;
use rusqlite::params;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

pub(super) const TAG: &str = "server key";
const TOKEN: &str = "token";
const INDEX: &str = "index";
const PUSH: &str = "push";
const ALL: [&str; 3] = [TOKEN, INDEX, PUSH];

/// The order of P-256 (FIPS 186-4 §D.1.2.3): a private key is less than it, and not 0.
const ORDER: [u8; KEY_LEN] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The opened keys.
pub(super) struct ServerKeys {
    /// Signs access tokens.
    pub(super) token: hmac::Key,
    index: hmac::Key,
    /// Signs for push services.
    pub(super) push: Zeroizing<[u8; KEY_LEN]>,
}

/// A key as it is stored: the master key's version, and the wrapped key.
pub(super) type Wrapped = (u32, Vec<u8>);

/// The stored keys by name; none before the first start.
pub(super) async fn load(db: &Db) -> Result<BTreeMap<String, Wrapped>, Error> {
    db.read(stored).await
}

pub(super) fn stored(tx: &ReadTx<'_>) -> Result<BTreeMap<String, Wrapped>, Error> {
    let mut query = tx.prepare_cached("SELECT name, master_version, wrapped FROM server_keys")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl ServerKeys {
    /// Opens the stored keys, making those that are missing.
    pub(super) async fn open(
        mut stored: BTreeMap<String, Wrapped>,
        keyring: Keyring,
        db: &Db,
    ) -> Result<Self, OpenError> {
        if !ALL.iter().all(|name| stored.contains_key(*name)) {
            let keyring = keyring.clone();
            stored = db.write(move |tx| create_missing(tx, &keyring)).await?;
        }
        let open = |name: &str| {
            let (version, wrapped) = stored.get(name).cloned().unwrap_or_default();
            keyring.unwrap(version, TAG, name.as_bytes(), &wrapped).ok_or_else(|| OpenError::WrongKeyring {
                version,
                path: keyring.path().display().to_string(),
            })
        };
        let hmac = |name: &str| Ok::<_, OpenError>(hmac::Key::new(hmac::HMAC_SHA256, open(name)?.as_slice()));
        Ok(Self { token: hmac(TOKEN)?, index: hmac(INDEX)?, push: open(PUSH)? })
    }

    /// HMAC-SHA256 of the value under the field's tag.
    pub(super) fn blind(&self, tag: &str, value: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(&(tag.len() as u32).to_be_bytes());
        context.update(tag.as_bytes());
        context.update(value);
        let mut hash = [0; 32];
        hash.copy_from_slice(context.sign().as_ref());
        hash
    }
}

/// In one transaction, so that two processes which start together end up with the same keys.
fn create_missing(tx: &WriteTx<'_>, keyring: &Keyring) -> Result<BTreeMap<String, Wrapped>, Error> {
    for name in ALL {
        let key = if name == PUSH { scalar() } else { Zeroizing::new(random::<KEY_LEN>()) };
        let (version, wrapped) = keyring.wrap(TAG, name.as_bytes(), &key)?;
        tx.prepare_cached(
            "INSERT INTO server_keys (name, master_version, wrapped) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO NOTHING",
        )?
        .execute(params![name, version, wrapped])?;
    }
    stored(tx)
}

/// Wraps anew what another master key than the current one has wrapped.
pub(super) fn rewrap(tx: &WriteTx<'_>, keyring: &Keyring, current: u32) -> Result<Rewrapped, Error> {
    let mut done = Rewrapped::default();
    for (name, (version, wrapped)) in stored(tx)? {
        if version == current {
            continue;
        }
        let Some(key) = keyring.unwrap(version, TAG, name.as_bytes(), &wrapped) else {
            done.unopened += 1;
            continue;
        };
        let (version, wrapped) = keyring.wrap(TAG, name.as_bytes(), &key)?;
        tx.prepare_cached("UPDATE server_keys SET master_version = ?2, wrapped = ?3 WHERE name = ?1")?
            .execute(params![name, version, wrapped])?;
        done.keys += 1;
    }
    Ok(done)
}

/// How many of the server's keys do not open.
pub(super) fn unopened(tx: &ReadTx<'_>, keyring: &Keyring) -> Result<usize, Error> {
    let opens = |(name, (version, wrapped)): &(String, Wrapped)| {
        keyring.unwrap(*version, TAG, name.as_bytes(), wrapped).is_some()
    };
    Ok(stored(tx)?.into_iter().filter(|key| !opens(key)).count())
}

/// How many of the server's keys each master key wraps.
pub(super) fn count(tx: &ReadTx<'_>) -> Result<Vec<(u32, u64)>, Error> {
    let mut query =
        tx.prepare_cached("SELECT master_version, count(*) FROM server_keys GROUP BY master_version")?;
    Ok(query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// A private key of P-256: one random number in four billion is too great for it, and drawn again.
fn scalar() -> Zeroizing<[u8; KEY_LEN]> {
    loop {
        let key = Zeroizing::new(random::<KEY_LEN>());
        if *key < ORDER && key.iter().any(|byte| *byte != 0) {
            return key;
        }
    }
}
