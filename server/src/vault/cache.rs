//! Opened data keys, at most a few thousand, wiped when they go.

use super::cipher::KEY_LEN;
use daymark_shared::ids::AccountId;
use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard},
};
use zeroize::Zeroizing;

type Keys = HashMap<AccountId, (u32, Zeroizing<[u8; KEY_LEN]>)>;

/// Keys in each of the two generations.
const GENERATION: usize = 2_048;

/// Two generations: when the young one is full it becomes the old one, and whoever was not asked for since is gone.
#[derive(Default)]
pub(super) struct Cache(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: Keys,
    old: Keys,
}

impl Cache {
    pub(super) fn get(&self, account: AccountId) -> Option<(u32, Zeroizing<[u8; KEY_LEN]>)> {
        let mut keys = self.lock();
        if let Some((version, key)) = keys.young.get(&account) {
            return Some((*version, key.clone()));
        }
        let (version, key) = keys.old.remove(&account)?;
        keys.put(account, version, key.clone());
        Some((version, key))
    }

    pub(super) fn put(&self, account: AccountId, version: u32, key: Zeroizing<[u8; KEY_LEN]>) {
        self.lock().put(account, version, key);
    }

    pub(super) fn forget(&self, account: AccountId) {
        let mut keys = self.lock();
        keys.young.remove(&account);
        keys.old.remove(&account);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        // A panic cannot leave these maps half changed in a way that matters: a missing key is read again.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Generations {
    fn put(&mut self, account: AccountId, version: u32, key: Zeroizing<[u8; KEY_LEN]>) {
        if self.young.len() >= GENERATION {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(account, (version, key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(n: u64) -> AccountId {
        AccountId::mint(n, [0; 10])
    }

    #[test]
    fn what_is_in_use_stays_and_the_rest_is_bounded() {
        let cache = Cache::default();
        for n in 0..10 * GENERATION as u64 {
            cache.put(account(n), 1, Zeroizing::new([0; KEY_LEN]));
            assert!(cache.get(account(0)).is_some());
        }
        let keys = cache.lock();
        assert!(keys.young.len() + keys.old.len() <= 2 * GENERATION);
    }
}
