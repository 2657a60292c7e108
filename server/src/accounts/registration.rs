//! Who may make an account: the first by the link printed at the start, the others by invitation, or anybody.

use super::store;
use crate::{
    config::{self, Config, usual_url},
    db::{ReadTx, WriteTx},
    error::Error,
    state::State,
    vault::{Vault, random},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{
    account::{Registration, Role},
    ids::InvitationId,
    problem::Code,
    session::Token,
};
use jiff::{SignedDuration, Timestamp};
use std::net::SocketAddr;

const INVITATION: &str = "invitation.token.1";
const SETUP: &str = "setup.token.1";

/// What somebody brings who wants an account.
#[derive(Debug, Clone)]
pub struct Bid {
    /// The token of the link printed at the start.
    pub setup: Option<Token>,
    /// The token of an invitation.
    pub invitation: Option<Token>,
    /// They sit at this machine, so that they could read that link: they need not show it.
    pub is_local: bool,
}

/// Who may make an account at present.
///
/// # Errors
/// Where storage fails.
pub fn state_of(tx: &ReadTx<'_>, config: &Config) -> Result<Registration, Error> {
    Ok(match config.access.registration {
        _ if !store::any(tx)? => Registration::Setup,
        config::Registration::Invite => Registration::Invite,
        config::Registration::Open => Registration::Open,
    })
}

impl Bid {
    /// Looks whether this would do, without using it up: before anything is spent on whoever asks.
    ///
    /// # Errors
    /// `setup_required`, `registration_closed` or `invitation_invalid`.
    pub fn check(
        &self,
        tx: &ReadTx<'_>,
        vault: &Vault,
        config: &Config,
        now: Timestamp,
    ) -> Result<Role, Error> {
        match state_of(tx, config)? {
            Registration::Setup => {
                let shown = self.setup.as_ref().is_some_and(|token| is_setup_token(vault, token));
                if shown || self.is_local { Ok(Role::Admin) } else { Err(Code::SetupRequired.into()) }
            }
            Registration::Open => Ok(Role::Member),
            Registration::Invite => {
                let token = self.invitation.as_ref().ok_or(Code::RegistrationClosed)?;
                let valid = store::invitation_holds(tx, &hash(vault, token.expose()), now)?;
                if valid { Ok(Role::Member) } else { Err(Code::InvitationInvalid.into()) }
            }
        }
    }

    /// Uses it up; the account is made in the same transaction, so that of two who come at once one is refused.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn redeem(
        &self,
        tx: &WriteTx<'_>,
        vault: &Vault,
        config: &Config,
        now: Timestamp,
    ) -> Result<Role, Error> {
        let role = self.check(tx, vault, config, now)?;
        if let (Registration::Invite, Some(token)) = (state_of(tx, config)?, &self.invitation) {
            store::delete_invitation(tx, &hash(vault, token.expose()))?;
        }
        Ok(role)
    }
}

/// Makes an invitation that holds for `days`; answers the link.
///
/// # Errors
/// Where storage fails.
pub async fn invite(state: &State, days: u16) -> Result<String, Error> {
    let token = BASE64.encode(random::<32>());
    let hash = hash(&state.vault, &token);
    let (id, now) = (state.clock.mint(InvitationId::mint), state.clock.now());
    let until = now + SignedDuration::from_hours(24 * i64::from(days));
    state.db.write(move |tx| store::insert_invitation(tx, id, &hash, now, until)).await?;
    Ok(format!("{}/welcome?invite={token}", state.config.site.public_url))
}

/// The link for the first account; `None` once there is one. `addr` is where the server listens.
///
/// Its token is derived from a key that all processes on one database share: they print and take the same one.
///
/// # Errors
/// Where storage fails.
pub async fn setup_link(state: &State, addr: SocketAddr) -> Result<Option<String>, Error> {
    if state.db.read(store::any).await? {
        return Ok(None);
    }
    let site = &state.config.site;
    // The port may have been chosen by the system.
    let base = match site.is_usual(state.config.listen.addr) {
        true => usual_url(addr, &site.base_path),
        false => site.public_url.clone(),
    };
    Ok(Some(format!("{base}/welcome?setup={}", setup_token(&state.vault))))
}

fn setup_token(vault: &Vault) -> String {
    BASE64.encode(vault.blind(SETUP, b""))
}

fn is_setup_token(vault: &Vault, token: &Token) -> bool {
    // Hashed once more: what is compared then tells nothing about the token, however long it takes.
    vault.blind(SETUP, token.expose().as_bytes()) == vault.blind(SETUP, setup_token(vault).as_bytes())
}

fn hash(vault: &Vault, token: &str) -> [u8; 32] {
    vault.blind(INVITATION, token.as_bytes())
}
