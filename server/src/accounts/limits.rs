//! How often one may try. Counted before anything is hashed, so that a guesser costs little and gets nowhere.

use crate::{error::Error, state::State};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{ids::AccountId, text::Email};
use jiff::SignedDuration;
use std::net::IpAddr;

const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Tries from one address, whoever is meant: a household, a school, and not many guesses.
const BY_ADDRESS: u32 = 100;
/// Tries from one address at one account.
const BY_BOTH: u32 = 20;
/// Tries at one account from everywhere. Higher, so that nobody locks others out from a single address.
const BY_EMAIL: u32 = 100;
/// Times that whoever is signed in shows the account's password, for another password or another address. So nobody
/// asks for many addresses either: each answer tells whether there is an account with it.
const BY_ACCOUNT: u32 = 10;

/// One more try to sign in or to make an account.
///
/// # Errors
/// [`Error::RateLimited`].
pub async fn attempt(state: &State, from: IpAddr, email: &Email) -> Result<(), Error> {
    let from = network(from);
    let email = email.as_str().as_bytes();
    let both = [&from, email].concat();
    count(state, "limit.address.1", &from, BY_ADDRESS).await?;
    count(state, "limit.both.1", &both, BY_BOTH).await?;
    count(state, "limit.email.1", email, BY_EMAIL).await
}

/// One more try with a token that nobody guesses: so that a guesser finds no more than that.
pub(super) async fn network_attempt(state: &State, from: IpAddr) -> Result<(), Error> {
    count(state, "limit.address.1", &network(from), BY_ADDRESS).await
}

/// The password is shown once more.
pub(super) async fn password(state: &State, account: AccountId) -> Result<(), Error> {
    count(state, "limit.password.1", account.as_bytes(), BY_ACCOUNT).await
}

/// Counts under a keyed hash: addresses of any kind are nobody's business, the counters' store included.
async fn count(state: &State, what: &'static str, whom: &[u8], limit: u32) -> Result<(), Error> {
    let key = BASE64.encode(&state.vault.blind(what, whom)[..16]);
    state.kv.allow(key, limit, WINDOW, state.clock.now()).await
}

/// Whoever has an IPv6 address has at least 64 bits of them.
fn network(ip: IpAddr) -> [u8; 8] {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            [0, 0, 0, 4, a, b, c, d]
        }
        IpAddr::V6(ip) => {
            let [a, b, c, d, e, f, g, h, ..] = ip.octets();
            [a, b, c, d, e, f, g, h]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_counts_as_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
