//! Who gets how many of a worker's slots: an address that has just failed, or was slow, few of them; and so an account with
//! such addresses, however many those are. An account of which nothing is known leaves half of them to the others. Whoever is
//! well takes what is free.

use daymark_shared::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How many slots there are for an address, or an account, in trouble.
const TROUBLED: usize = 32;
/// How many there are for an account that nobody has answered for a while: nobody knows how long they would be taken.
const UNKNOWN: usize = 128;
/// How long trouble lasts; and for how long it is known that an account is well.
const TROUBLE: SignedDuration = SignedDuration::from_secs(30);
/// From how long on a send counts as an address's trouble, though it succeeds: everybody's messages may go there.
const SLOW: Duration = Duration::from_secs(1);
/// The same as an account's trouble: that is its person's alone.
const SLOW_FOR_AN_ACCOUNT: Duration = Duration::from_millis(500);
/// How long a message waits at least where there is trouble.
const STEP_BACK: SignedDuration = SignedDuration::from_millis(500);
/// The same where nothing is known: soon, something is.
const STEP_ASIDE: SignedDuration = SignedDuration::from_millis(100);

/// What is on its way.
#[derive(Default)]
pub struct Shares(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    addresses: HashMap<String, Share>,
    accounts: HashMap<AccountId, Share>,
    swept_at: Timestamp,
}

#[derive(Default)]
struct Share {
    sending: usize,
    failed_at: Option<Timestamp>,
    well_at: Option<Timestamp>,
}

/// What came of a message, as far as it tells something of who took it.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// It did not get through.
    pub failed: bool,
    /// How long that took.
    pub time: Duration,
}

fn is_lately(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| now.duration_since(at) < TROUBLE)
}

impl Share {
    fn is_troubled(&self, now: Timestamp) -> bool {
        is_lately(self.failed_at, now)
    }

    fn leave(&mut self, now: Timestamp, failed: bool) {
        self.sending = self.sending.saturating_sub(1);
        if failed {
            self.failed_at = Some(now);
        } else {
            self.well_at = Some(now);
        }
    }

    /// How long an account's next message has to wait.
    fn wait(&self, now: Timestamp) -> Option<SignedDuration> {
        if self.is_troubled(now) {
            (self.sending >= TROUBLED).then_some(STEP_BACK)
        } else {
            (self.sending >= UNKNOWN && !is_lately(self.well_at, now)).then_some(STEP_ASIDE)
        }
    }
}

/// Forgets what is idle, and of which nothing has been heard lately.
fn forget<K: Eq + Hash>(shares: &mut HashMap<K, Share>, now: Timestamp) {
    shares.retain(|_, share| share.sending > 0 || share.is_troubled(now) || is_lately(share.well_at, now));
}

impl Shares {
    /// Takes a slot.
    ///
    /// # Errors
    /// How long to wait at least, where the address or the account has its share.
    pub fn enter(&self, (address, account): (&str, AccountId), now: Timestamp) -> Result<(), SignedDuration> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |share: &Share| share.sending >= TROUBLED && share.is_troubled(now);
        if inner.addresses.get(address).is_some_and(is_full) {
            return Err(STEP_BACK);
        }
        if let Some(wait) = inner.accounts.get(&account).and_then(|share| share.wait(now)) {
            return Err(wait);
        }
        inner.addresses.entry(address.to_owned()).or_default().sending += 1;
        inner.accounts.entry(account).or_default().sending += 1;
        Ok(())
    }

    /// Gives the slot back. An address that is well again is believed at once; an account is not, since it may have others.
    pub fn leave(&self, (address, account): (&str, AccountId), now: Timestamp, took: Took) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = inner.addresses.get_mut(address) {
            share.failed_at = None;
            share.leave(now, took.failed || took.time > SLOW);
        }
        if let Some(share) = inner.accounts.get_mut(&account) {
            share.leave(now, took.failed || took.time > SLOW_FOR_AN_ACCOUNT);
        }
        // All of them are looked at: not for each message.
        if now.duration_since(inner.swept_at).abs() >= TROUBLE {
            inner.swept_at = now;
            forget(&mut inner.addresses, now);
            forget(&mut inner.accounts, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIRA: AccountId = AccountId::from_bytes([1; 16]);
    const NOOR: AccountId = AccountId::from_bytes([2; 16]);
    const WELL: Took = took(false, 20);
    const FAILED: Took = took(true, 20);

    const fn took(failed: bool, millis: u64) -> Took {
        Took { failed, time: Duration::from_millis(millis) }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// How many of 256 messages are let through, each to the address of its number.
    fn let_through(
        shares: &Shares,
        account: AccountId,
        address: impl Fn(usize) -> String,
        now: Timestamp,
    ) -> usize {
        (0..256).filter(|n| shares.enter((&address(*n), account), now).is_ok()).count()
    }

    /// One message to this address, and what came of it.
    fn sends(shares: &Shares, place: (&str, AccountId), now: Timestamp, took: Took) {
        shares.enter(place, now).unwrap();
        shares.leave(place, now, took);
    }

    fn same(_: usize) -> String {
        "http://a".to_owned()
    }

    fn others(n: usize) -> String {
        format!("http://{n}")
    }

    #[test]
    fn who_is_known_to_be_well_takes_what_is_free() {
        let shares = Shares::default();
        sends(&shares, ("http://a", MIRA), at(0), WELL);
        assert_eq!(let_through(&shares, MIRA, same, at(29)), 256);
    }

    #[test]
    fn who_is_not_known_leaves_half_of_it_and_need_not_wait_for_long() {
        let shares = Shares::default();
        assert_eq!(let_through(&shares, MIRA, others, at(0)), UNKNOWN);
        assert_eq!(shares.enter(("http://a", MIRA), at(0)), Err(STEP_ASIDE));
        assert_eq!(let_through(&shares, NOOR, others, at(0)), UNKNOWN);
        shares.leave(("http://1", MIRA), at(1), WELL);
        assert_eq!(shares.enter(("http://a", MIRA), at(1)), Ok(()));
        // That was long ago.
        assert_eq!(shares.enter(("http://a", MIRA), at(31)), Err(STEP_ASIDE));
    }

    /// What gets through, but takes its time.
    #[test]
    fn who_is_slow_has_few_though_all_of_it_gets_through() {
        let shares = Shares::default();
        sends(&shares, ("http://a", MIRA), at(0), WELL);
        sends(&shares, ("http://a", MIRA), at(1), took(false, 600));
        assert_eq!(let_through(&shares, MIRA, others, at(2)), TROUBLED);
        // For the address that is not slow yet: it may be everybody's.
        assert_eq!(let_through(&shares, NOOR, same, at(2)), UNKNOWN);
        let (third, fourth) = (AccountId::from_bytes([3; 16]), AccountId::from_bytes([4; 16]));
        sends(&shares, ("http://b", third), at(2), took(false, 1_100));
        assert_eq!(let_through(&shares, fourth, |_| "http://b".to_owned(), at(2)), TROUBLED);
    }

    #[test]
    fn an_address_in_trouble_has_its_share_whoever_sends_there() {
        let shares = Shares::default();
        sends(&shares, ("http://well", NOOR), at(0), WELL);
        sends(&shares, ("http://a", MIRA), at(0), FAILED);
        assert_eq!(let_through(&shares, NOOR, same, at(29)), TROUBLED);
        assert_eq!(let_through(&shares, NOOR, others, at(29)), 256);
        // Its trouble is over.
        let third = AccountId::from_bytes([3; 16]);
        sends(&shares, ("http://well", third), at(30), WELL);
        assert_eq!(let_through(&shares, third, same, at(30)), 256);
    }

    #[test]
    fn an_address_that_is_well_again_is_believed_at_once() {
        let shares = Shares::default();
        sends(&shares, ("http://a", MIRA), at(0), FAILED);
        sends(&shares, ("http://a", NOOR), at(1), WELL);
        assert_eq!(let_through(&shares, NOOR, same, at(2)), 256);
    }

    #[test]
    fn many_slow_addresses_of_one_account_hold_up_nobody_else() {
        let shares = Shares::default();
        sends(&shares, ("http://slow", MIRA), at(0), FAILED);
        // That another one of theirs is well says nothing of the rest.
        sends(&shares, ("http://well", MIRA), at(1), WELL);
        assert_eq!(let_through(&shares, MIRA, others, at(2)), TROUBLED);
        assert_eq!(shares.enter(("http://a", MIRA), at(2)), Err(STEP_BACK));
        assert_eq!(let_through(&shares, NOOR, others, at(2)), UNKNOWN);
    }

    #[test]
    fn what_is_idle_and_of_which_nothing_was_heard_is_forgotten() {
        let shares = Shares::default();
        for n in 0..3 {
            sends(&shares, (&others(n), MIRA), at(100 + n as i64), if n == 0 { FAILED } else { WELL });
        }
        assert_eq!(shares.0.lock().unwrap().addresses.len(), 3);
        sends(&shares, ("http://b", NOOR), at(160), WELL);
        let inner = shares.0.lock().unwrap();
        assert_eq!((inner.addresses.len(), inner.accounts.len()), (1, 1), "the one that was just heard of");
    }
}
