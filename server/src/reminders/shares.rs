//! Who gets how many of a worker's slots: an address that has just failed, or was slow, few of them; and so an account with
//! such addresses, however many those are. Whoever is well takes what is free.

use daymark_shared::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// How many slots there are for an address, or an account, in trouble.
const TROUBLED: usize = 32;
/// How long trouble lasts.
const TROUBLE: SignedDuration = SignedDuration::from_secs(30);

/// What is on its way.
#[derive(Default)]
pub struct Shares(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    addresses: HashMap<String, Share>,
    accounts: HashMap<AccountId, Share>,
}

#[derive(Default)]
struct Share {
    sending: usize,
    failed_at: Option<Timestamp>,
}

impl Share {
    fn is_troubled(&self, now: Timestamp) -> bool {
        self.failed_at.is_some_and(|at| now.duration_since(at) < TROUBLE)
    }
}

fn is_full<K: Eq + Hash>(shares: &HashMap<K, Share>, key: &K, now: Timestamp) -> bool {
    shares.get(key).is_some_and(|share| share.sending >= TROUBLED && share.is_troubled(now))
}

/// Forgets what is idle and well.
fn forget<K: Eq + Hash>(shares: &mut HashMap<K, Share>, now: Timestamp) {
    shares.retain(|_, share| share.sending > 0 || share.is_troubled(now));
}

impl Shares {
    /// Takes a slot; false where the address, or the account, is in trouble and has its share.
    pub fn enter(&self, (address, account): (&str, AccountId), now: Timestamp) -> bool {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = address.to_owned();
        if is_full(&inner.addresses, &address, now) || is_full(&inner.accounts, &account, now) {
            return false;
        }
        inner.addresses.entry(address).or_default().sending += 1;
        inner.accounts.entry(account).or_default().sending += 1;
        true
    }

    /// Gives the slot back. An address that is well again is believed at once; an account is not, since it may have others.
    pub fn leave(&self, (address, account): (&str, AccountId), now: Timestamp, failed: bool) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed_at = failed.then_some(now);
        if let Some(share) = inner.addresses.get_mut(address) {
            share.sending = share.sending.saturating_sub(1);
            share.failed_at = failed_at;
        }
        if let Some(share) = inner.accounts.get_mut(&account) {
            share.sending = share.sending.saturating_sub(1);
            share.failed_at = failed_at.or(share.failed_at);
        }
        forget(&mut inner.addresses, now);
        forget(&mut inner.accounts, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIRA: AccountId = AccountId::from_bytes([1; 16]);
    const NOOR: AccountId = AccountId::from_bytes([2; 16]);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// How many of a hundred messages are let through, each to the address of its number.
    fn let_through(
        shares: &Shares,
        account: AccountId,
        address: impl Fn(usize) -> String,
        now: Timestamp,
    ) -> usize {
        (0..100).filter(|n| shares.enter((&address(*n), account), now)).count()
    }

    fn same(_: usize) -> String {
        "http://a".to_owned()
    }

    fn others(n: usize) -> String {
        format!("http://{n}")
    }

    #[test]
    fn who_is_well_takes_what_is_free() {
        let shares = Shares::default();
        assert_eq!(let_through(&shares, MIRA, same, at(0)), 100);
    }

    #[test]
    fn an_address_in_trouble_has_its_share_whoever_sends_there() {
        let shares = Shares::default();
        assert!(shares.enter(("http://a", MIRA), at(0)));
        shares.leave(("http://a", MIRA), at(0), true);
        assert_eq!(let_through(&shares, NOOR, same, at(29)), TROUBLED);
        assert_eq!(let_through(&shares, NOOR, others, at(29)), 100);
        // Its trouble is over.
        assert_eq!(let_through(&shares, NOOR, same, at(30)), 100);
    }

    #[test]
    fn many_slow_addresses_of_one_account_hold_up_nobody_else() {
        let shares = Shares::default();
        assert!(shares.enter(("http://slow", MIRA), at(0)) && shares.enter(("http://well", MIRA), at(0)));
        shares.leave(("http://slow", MIRA), at(0), true);
        // That another one of theirs is well says nothing of the rest.
        shares.leave(("http://well", MIRA), at(1), false);
        assert_eq!(let_through(&shares, MIRA, others, at(2)), TROUBLED);
        assert_eq!(let_through(&shares, NOOR, others, at(2)), 100);
        assert_eq!(let_through(&shares, MIRA, others, at(30)), 100);
    }

    #[test]
    fn what_is_idle_and_well_is_forgotten() {
        let shares = Shares::default();
        for n in 0..3 {
            assert!(shares.enter((&others(n), MIRA), at(n as i64)));
            shares.leave((&others(n), MIRA), at(n as i64), n == 0);
        }
        assert_eq!(shares.0.lock().unwrap().addresses.len(), 1);
        assert!(shares.enter(("http://b", NOOR), at(60)));
        shares.leave(("http://b", NOOR), at(60), false);
        let inner = shares.0.lock().unwrap();
        assert_eq!((inner.addresses.len(), inner.accounts.len()), (0, 0));
    }
}
