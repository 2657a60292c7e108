//! A link with which a person sets a password, for whom the operator has reset it.
//!
//! Nothing of it is stored: its token names the account and its end, with a keyed hash over both and over what stands in the
//! place of the password. So it is good for once, and only the newest one is good at all.

use super::{limits, load, store, strength};
use crate::{
    caller::Caller,
    db::WriteTx,
    error::Error,
    sessions::{self, Device, Granted},
    state::State,
    vault::Vault,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{account::PasswordReset, ids::AccountId, problem::Code, session::Token};
use jiff::{SignedDuration, Timestamp};
use std::{net::IpAddr, sync::Arc};

const TOKEN: &str = "reset.token.1";

/// What a token says.
struct Ticket {
    account: AccountId,
    /// In seconds since 1970.
    ends: i64,
}

impl Ticket {
    fn write(&self, vault: &Vault, password: &str) -> String {
        let named = self.named();
        BASE64.encode([&named[..], &self.mac(vault, password)].concat())
    }

    /// What a token says that may be anybody's, and its keyed hash.
    fn read(token: &Token) -> Option<(Self, [u8; 32])> {
        let bytes = BASE64.decode(token.expose()).ok()?;
        let (account, rest) = bytes.split_first_chunk()?;
        let (ends, mac) = rest.split_first_chunk()?;
        let ticket = Self { account: AccountId::from_bytes(*account), ends: i64::from_be_bytes(*ends) };
        Some((ticket, mac.try_into().ok()?))
    }

    /// Whether it was made here for what stands in the place of the password, and has not ended.
    fn holds(&self, vault: &Vault, password: &str, mac: &[u8; 32], now: Timestamp) -> bool {
        // Hashed once more: what is compared then tells nothing, however long it takes.
        let again = |mac: &[u8; 32]| vault.blind(TOKEN, mac);
        again(&self.mac(vault, password)) == again(mac) && now.as_second() < self.ends
    }

    fn named(&self) -> Vec<u8> {
        [&self.account.as_bytes()[..], &self.ends.to_be_bytes()].concat()
    }

    fn mac(&self, vault: &Vault, password: &str) -> [u8; 32] {
        vault.blind(TOKEN, &[&self.named(), password.as_bytes()].concat())
    }
}

/// The link for an account in whose password's place `password` stands; it holds for `days`.
pub(super) fn link(state: &State, account: AccountId, password: &str, days: u16) -> String {
    let ends = state.clock.now() + SignedDuration::from_hours(24 * i64::from(days));
    let token = Ticket { account, ends: ends.as_second() }.write(&state.vault, password);
    format!("{}/welcome?reset={token}", state.config.site.public_url)
}

/// Sets the password for whoever has the link, and signs them in; all sessions that there were end.
///
/// # Errors
/// `reset_invalid` for a link that was used, is over, or has a newer one after it; `weak_password`;
/// [`Error::RateLimited`].
pub async fn redeem(
    state: &Arc<State>,
    from: IpAddr,
    reset: PasswordReset,
    device: Device,
) -> Result<Granted, Error> {
    limits::network_attempt(state, from).await?;
    let invalid = || Error::from(Code::ResetInvalid);
    let (ticket, mac) = Ticket::read(&reset.reset).ok_or_else(invalid)?;
    let (vault, now, id) = (state.vault.clone(), state.clock.now(), ticket.account);
    let found = state.db.read(move |tx| {
        let before = store::password(tx, id)?.filter(|before| ticket.holds(&vault, before, &mac, now));
        before.map(|before| Ok((before, load(tx, &vault, id)?))).transpose()
    });
    let (before, person) = found.await?.ok_or_else(invalid)?;
    strength::judge(&reset.password, &[person.email.as_str(), person.name.as_str()], "/password")?;
    let hash = state.hasher.hash(reset.password).await?;
    let shared = Arc::clone(state);
    let write = move |tx: &WriteTx<'_>| {
        if !store::replace_password(tx, id, &before, &hash)? {
            return Err(Code::ResetInvalid.into());
        }
        let ended = sessions::end_all(tx, &Caller { account: id, vault: &shared.vault, now })?;
        Ok((ended, sessions::begin(tx, &shared, id, &device)?, load(tx, &shared.vault, id)?))
    };
    let (ended, begun, account) = state.db.write(write).await?;
    state.sessions.ended(&ended);
    tracing::info!(account.id = %id, "a password was set by a link");
    Ok(begun.grant(state, account))
}
