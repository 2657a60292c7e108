//! Another master key, while everybody goes on working: it is added to the keyring, then all keys are wrapped anew, in small
//! portions. Whoever meets a version that they do not know reads the keyring again. Killed at any moment, it goes on from
//! where it was when it is asked for again.

use super::{Vault, data_key, server_keys};
use crate::{
    db::{Db, ReadTx, WriteTx},
    error::Error,
};
use jiff::Timestamp;
use std::{collections::BTreeMap, time::Duration};

/// Keys in one transaction, so that people's writes get their turn.
const BATCH: usize = 100;
/// How long a busy database is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often all keys are gone through. Once does but for what was made meanwhile by a process that had not yet read the
/// keyring again, which it does whenever it makes a key.
const ROUNDS: u32 = 3;

/// What was wrapped anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// How many keys.
    pub keys: u64,
    /// How many no master key of the keyring opens: they stay as they are.
    pub unopened: u64,
}

/// What a rotation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The master key that is current now.
    pub version: u32,
    /// No new one was made: one that was added before had not wrapped everything yet.
    pub resumed: bool,
    /// What it wraps from now on.
    pub rewrapped: Rewrapped,
}

/// A master key of the keyring file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Master {
    /// Its version.
    pub version: u32,
    /// When it was made, where that is known.
    pub made_at: Option<Timestamp>,
    /// Whether it wraps what is new.
    pub current: bool,
    /// How many keys it wraps: data keys of accounts, and the server's own.
    pub wraps: u64,
}

impl Rewrapped {
    fn add(&mut self, other: Self) {
        self.keys += other.keys;
        self.unopened += other.unopened;
    }
}

/// How many keys each version wraps, whether the keyring holds it or not.
pub(super) fn wraps(tx: &ReadTx<'_>) -> Result<BTreeMap<u32, u64>, Error> {
    let mut wraps = BTreeMap::new();
    for (version, count) in data_key::count(tx)?.into_iter().chain(server_keys::count(tx)?) {
        *wraps.entry(version).or_default() += count;
    }
    Ok(wraps)
}

impl Vault {
    /// The master keys of the keyring file, the oldest first.
    ///
    /// # Errors
    /// Where the file or the database cannot be read.
    pub async fn masters(&self, db: &Db) -> Result<Vec<Master>, Error> {
        let wraps = db.read(wraps).await?;
        let (versions, current) = self.0.keyring.versions()?;
        let master = |(version, made_at)| Master {
            version,
            made_at,
            current: version == current,
            wraps: wraps.get(&version).copied().unwrap_or_default(),
        };
        Ok(versions.into_iter().map(master).collect())
    }

    /// Makes a new master key and wraps everything with it; or, where that was begun before and not finished, finishes it.
    ///
    /// # Errors
    /// Where the keyring file cannot be written, or storage fails. What was done stays, and the next call goes on.
    pub async fn rotate(&self, db: &Db, now: Timestamp) -> Result<Rotation, Error> {
        let (versions, mut current) = self.0.keyring.versions()?;
        let known = |version: &u32| versions.iter().any(|(other, _)| other == version);
        // What no key of the file wraps would never be finished.
        let unfinished = db.read(wraps).await?.into_keys().filter(known).any(|version| version != current);
        if !unfinished {
            current = self.0.keyring.add(now)?;
        }
        let mut rewrapped = Rewrapped::default();
        for _ in 0..ROUNDS {
            let round = self.rewrap(db, current).await?;
            rewrapped.keys += round.keys;
            rewrapped.unopened = round.unopened;
            if round.keys == 0 {
                break;
            }
        }
        tracing::info!(version = current, keys = rewrapped.keys, "the master key was rotated");
        Ok(Rotation { version: current, resumed: unfinished, rewrapped })
    }

    async fn rewrap(&self, db: &Db, current: u32) -> Result<Rewrapped, Error> {
        let keyring = self.0.keyring.clone();
        let own = move |tx: &WriteTx<'_>| server_keys::rewrap(tx, &keyring, current);
        let mut done = db.write_patiently(PATIENCE, own).await?;
        let mut after = None;
        loop {
            let keyring = self.0.keyring.clone();
            let batch = move |tx: &WriteTx<'_>| data_key::rewrap(tx, &keyring, current, after, BATCH);
            let (last, some) = db.write_patiently(PATIENCE, batch).await?;
            done.add(some);
            after = last;
            if after.is_none() {
                return Ok(done);
            }
        }
    }

    /// Takes master keys out of the keyring that wrap nothing in this database any more; answers which. Older copies of the
    /// database need them.
    ///
    /// # Errors
    /// [`Error::Internal`] where others than the current one still wrap something, or the file cannot be written.
    pub async fn prune(&self, db: &Db) -> Result<Vec<u32>, Error> {
        let keyring = self.0.keyring.clone();
        // In a transaction: nobody wraps anything meanwhile, and whoever does later reads the keyring again first.
        let prune = move |tx: &WriteTx<'_>| {
            let (versions, current) = keyring.versions()?;
            let wraps = wraps(tx)?;
            let old: Vec<u32> = versions
                .into_iter()
                .map(|(version, _)| version)
                .filter(|version| *version != current)
                .collect();
            let in_use: u64 = old.iter().filter_map(|version| wraps.get(version)).sum();
            if in_use > 0 {
                return Err(Error::Internal(format!(
                    "{in_use} keys are still wrapped by older master keys: finish it with `server keys rotate`"
                )));
            }
            if !old.is_empty() {
                keyring.remove(&old)?;
            }
            Ok(old)
        };
        db.write_patiently(PATIENCE, prune).await
    }
}
