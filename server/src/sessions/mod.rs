//! Sessions: browsers that are signed in.
//!
//! A session is a family of refresh tokens, each derived from the one before it. Presenting the newest gives the next
//! one. Presenting the one before it gives the same answer again, for ten seconds, and for as long as nobody has used
//! what was given: several tabs ask at once, answers get lost. Whatever is older was used a second time, by a thief or
//! after a theft: nobody can tell by whom, so the session ends.

mod agent;
pub mod http;
mod live;
mod refresh;
mod store;
pub mod token;

pub use live::{BELIEVED, Live};

use crate::{
    accounts,
    caller::{Caller, CurrentAccount},
    channels::{self, SignedOut},
    db::{ReadTx, WriteTx},
    error::Error,
    state::State,
};
use daymark_shared::{
    account::Account,
    ids::{AccountId, SessionId},
    problem::Code,
    session::{Session, SignIn},
};
use jiff::{SignedDuration, Timestamp};
use live::Verdict;
use refresh::Refresh;
use std::sync::Arc;
use store::Stored;
use token::Claims;

/// A session that is not used for so long is over.
const IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A session that was begun so long ago is over.
const AGE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// For so long the same answer is given again, whatever happened since.
const GRACE: SignedDuration = SignedDuration::from_secs(10);
/// Sessions of one account; with one more, the one used longest ago ends.
const MOST: u32 = 100;
/// Refreshes of one session in [`WINDOW`]: each page that is opened takes one.
const REFRESHES: u32 = 300;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
const AGENT: &str = "session.agent.1";

/// What a browser gets that signs in or refreshes.
pub struct Granted {
    /// The access token.
    pub access: String,
    /// The refresh token, for the cookie.
    pub refresh: String,
    /// How long the refresh token is good for.
    pub lasts: SignedDuration,
    /// Who is signed in.
    pub account: Account,
    /// Now.
    pub now: Timestamp,
}

/// What a browser brings that is to be signed in.
#[derive(Clone, Default)]
pub struct Device {
    /// What it says of itself.
    pub agent: Option<String>,
    /// The refresh token that it has already: that session ends.
    pub refresh: Option<String>,
}

/// A session that has begun, once the transaction is committed.
pub struct Begun {
    newest: Refresh,
    now: Timestamp,
    ended: Vec<SessionId>,
}

impl Begun {
    /// To be called when it is on disk: the tokens, for this account.
    pub fn grant(self, state: &State, account: Account) -> Granted {
        state.sessions.ended(&self.ended);
        grant(state, &self.newest, self.now + AGE, account, self.now)
    }
}

fn grant(state: &State, newest: &Refresh, ends: Timestamp, account: Account, now: Timestamp) -> Granted {
    Granted {
        access: token::issue(state.vault.token_key(), newest.account, newest.session, newest.generation, now),
        refresh: newest.text(&state.vault),
        lasts: IDLE.min(ends.duration_since(now)),
        account,
        now,
    }
}

/// Begins a session. The one that the device had ends, and those that are over or too many.
///
/// # Errors
/// Where storage fails.
pub fn begin(tx: &WriteTx<'_>, state: &State, account: AccountId, device: &Device) -> Result<Begun, Error> {
    let now = state.clock.now();
    let newest = Refresh::first(account, state.clock.mint(SessionId::mint));
    let key = state.vault.data_key(tx, account)?;
    let agent = device.agent.as_deref().and_then(agent::summary);
    let session = Stored {
        id: newest.session,
        created_at: now,
        used_at: now,
        generation: newest.generation,
        taken_up: false,
        token: newest.hash(&state.vault),
        agent: agent.map(|agent| key.seal(AGENT, newest.session.as_bytes(), agent)),
    };
    let mut ended = store::delete_over(tx, account, now - IDLE, now - AGE)?;
    ended.extend(store::delete_oldest(tx, account, MOST - 1)?);
    if let Some(before) = device.refresh.as_deref().and_then(|text| Refresh::parse(&state.vault, text)) {
        if before.account == account {
            channels::signed_in_anew(tx, account, (before.session, newest.session))?;
        }
        if delete(tx, &caller(state, before.account, now), before.session)? {
            ended.push(before.session);
        }
    }
    store::insert(tx, account, &session)?;
    Ok(Begun { newest, now, ended })
}

fn caller(state: &State, account: AccountId, now: Timestamp) -> Caller<'_> {
    Caller { account, vault: &state.vault, now }
}

/// Ends a session, and its browser shows nothing more; whether there was one.
fn delete(tx: &WriteTx<'_>, caller: &Caller<'_>, session: SessionId) -> Result<bool, Error> {
    let existed = store::delete(tx, caller.account, session)?;
    if existed {
        channels::signed_out(tx, caller, SignedOut::One(session))?;
    }
    Ok(existed)
}

/// Signs in.
///
/// # Errors
/// `wrong_credentials`; [`Error::Unavailable`] where too many passwords are hashed.
pub async fn sign_in(state: &Arc<State>, sign_in: SignIn, device: Device) -> Result<Granted, Error> {
    let verified = accounts::verify(state, &sign_in.email, sign_in.password).await?;
    let shared = Arc::clone(state);
    let write = move |tx: &WriteTx<'_>| {
        let account = verified.account(tx)?;
        Ok((begin(tx, &shared, account, &device)?, accounts::load(tx, &shared.vault, account)?))
    };
    let (begun, account) = state.db.write(write).await?;
    Ok(begun.grant(state, account))
}

/// What became of a refresh token.
enum Turned {
    /// The next one, or the same one again; and when the session will be over.
    Given(Refresh, Timestamp),
    /// It was used before, so the session has been ended.
    Replayed,
    /// Its session has ended.
    Gone,
}

/// The next tokens, for a refresh token.
///
/// # Errors
/// `unauthenticated` for one that was not given here; `session_revoked` where the session has ended, by this replay or
/// before.
pub async fn refresh(state: &Arc<State>, presented: &str) -> Result<Granted, Error> {
    let presented = Refresh::parse(&state.vault, presented).ok_or(Code::Unauthenticated)?;
    let (account, session, now) = (presented.account, presented.session, state.clock.now());
    state.kv.allow(format!("refresh.{session}"), REFRESHES, WINDOW, now).await?;
    let shared = Arc::clone(state);
    let write = move |tx: &WriteTx<'_>| {
        let turned = turn(tx, &shared, &presented, now)?;
        // Replays are answered here, not refused: what ended the session must be written.
        let account = match &turned {
            Turned::Given(..) => Some(accounts::load(tx, &shared.vault, account)?),
            _ => None,
        };
        Ok((turned, account))
    };
    match state.db.write(write).await? {
        (Turned::Given(newest, ends), Some(account)) => Ok(grant(state, &newest, ends, account, now)),
        (Turned::Replayed, _) => {
            state.sessions.ended(&[session]);
            tracing::warn!(account.id = %account, session.id = %session, "a refresh token was used twice: session ended");
            Err(Code::SessionRevoked.into())
        }
        _ => Err(Code::SessionRevoked.into()),
    }
}

fn turn(tx: &WriteTx<'_>, state: &State, presented: &Refresh, now: Timestamp) -> Result<Turned, Error> {
    let (account, id) = (presented.account, presented.session);
    let Some(session) = store::find(tx, account, id)?.filter(|session| !session.is_over(now)) else {
        return Ok(Turned::Gone);
    };
    let ends = session.created_at + AGE;
    let next = presented.successor(&state.vault);
    if presented.generation == session.generation && presented.hash(&state.vault) == session.token {
        store::turn(tx, account, id, next.generation, &next.hash(&state.vault), now)?;
        return Ok(Turned::Given(next, ends));
    }
    let is_last_but_one = next.generation == session.generation && next.hash(&state.vault) == session.token;
    if is_last_but_one && (!session.taken_up || now < session.used_at + GRACE) {
        return Ok(Turned::Given(next, ends));
    }
    if presented.generation >= session.generation {
        // Newer than what is known: the database is a restored one. Nothing was stolen, but it cannot go on from here.
        return Ok(Turned::Gone);
    }
    delete(tx, &caller(state, account, now), id)?;
    Ok(Turned::Replayed)
}

impl Stored {
    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.used_at + IDLE || now >= self.created_at + AGE
    }
}

/// Whose access token this is. Most are judged without asking the database.
///
/// # Errors
/// `unauthenticated` where it is none of ours, has expired, or its session has ended; [`Error::Unavailable`] where the
/// database does not answer: nobody passes unasked.
pub async fn authenticate(state: &State, token: &str) -> Result<CurrentAccount, Error> {
    let now = state.clock.now();
    let claims = token::verify(state.vault.token_key(), token, now)?;
    match state.sessions.look(claims.sid, claims.generation, now) {
        Verdict::Alive => Ok(claims.bearer()),
        Verdict::Unsure => confirm(state, claims, now).await,
        Verdict::Ended => Err(Code::Unauthenticated.into()),
    }
}

/// Asks the database whether the session goes on, and notes that its newest answer has arrived.
async fn confirm(state: &State, claims: Claims, now: Timestamp) -> Result<CurrentAccount, Error> {
    let Claims { sub: account, sid: session, generation, .. } = claims;
    let found = state.db.read(move |tx| store::find(tx, account, session)).await?;
    let Some(found) = found.filter(|found| !found.is_over(now)) else {
        return Err(Code::Unauthenticated.into());
    };
    if found.generation == generation && !found.taken_up {
        let noted = state.db.write(move |tx| store::take_up(tx, account, session, generation)).await;
        if let Err(error) = noted {
            // Reading goes on where nothing can be written; a replay is then noticed later than it could be.
            tracing::warn!(%error, session.id = %session, "the use of a session was not noted");
        }
    }
    state.sessions.alive(session, generation, now);
    Ok(claims.bearer())
}

/// Whether a session that is in use goes on: the database is asked.
///
/// # Errors
/// [`Error::Unavailable`] where the database does not answer.
pub async fn goes_on(state: &State, who: CurrentAccount) -> Result<bool, Error> {
    let now = state.clock.now();
    let found = state.db.read(move |tx| store::find(tx, who.account, who.session)).await?;
    Ok(found.is_some_and(|found| !found.is_over(now)))
}

impl Claims {
    fn bearer(&self) -> CurrentAccount {
        CurrentAccount { account: self.sub, session: self.sid }
    }
}

/// All sessions of an account, the one last used first.
///
/// # Errors
/// Where storage fails.
pub fn list(tx: &ReadTx<'_>, state: &State, who: CurrentAccount) -> Result<Vec<Session>, Error> {
    let now = state.clock.now();
    let key = state.vault.data_key(tx, who.account)?;
    let sessions = store::list(tx, who.account)?.into_iter().filter(|session| !session.is_over(now));
    sessions
        .map(|session| {
            let agent = session.agent.as_deref();
            Ok(Session {
                id: session.id,
                created_at: session.created_at,
                last_used_at: session.used_at,
                current: session.id == who.session,
                user_agent_summary: agent
                    .map(|agent| key.open_text(AGENT, session.id.as_bytes(), agent))
                    .transpose()?,
            })
        })
        .collect()
}

/// Ends a session of this account: neither of its tokens is good for anything when this returns, and nothing is sent to
/// its browser any more.
///
/// # Errors
/// `not_found` where the account has no such session.
pub async fn end(state: &State, account: AccountId, session: SessionId) -> Result<(), Error> {
    let (vault, now) = (state.vault.clone(), state.clock.now());
    let write = move |tx: &WriteTx<'_>| delete(tx, &Caller { account, vault: &vault, now }, session);
    let existed = state.db.write(write).await?;
    if !existed {
        return Err(Code::NotFound.into());
    }
    state.sessions.ended(&[session]);
    Ok(())
}

/// Ends all sessions of an account but the one that asks, and turns their browsers off. Whoever calls this tells [`Live`]
/// once it is on disk.
///
/// # Errors
/// Where storage fails.
pub fn end_others(tx: &WriteTx<'_>, caller: &Caller<'_>, but: SessionId) -> Result<Vec<SessionId>, Error> {
    channels::signed_out(tx, caller, SignedOut::AllBut(but))?;
    store::delete_others(tx, caller.account, but)
}

/// Ends all sessions of an account, and turns all browsers off. Whoever calls this tells [`Live`] once it is on disk.
///
/// # Errors
/// Where storage fails.
pub fn end_all(tx: &WriteTx<'_>, caller: &Caller<'_>) -> Result<Vec<SessionId>, Error> {
    channels::signed_out(tx, caller, SignedOut::All)?;
    store::delete_oldest(tx, caller.account, 0)
}

/// How many sessions of an account go on, and when one was last used.
///
/// # Errors
/// Where storage fails.
pub fn in_use(
    tx: &ReadTx<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<(usize, Option<Timestamp>), Error> {
    let sessions = store::list(tx, account)?;
    let last = sessions.first().map(|session| session.used_at);
    Ok((sessions.iter().filter(|session| !session.is_over(now)).count(), last))
}

/// The newest instant at which any session was used: no clock should be behind it.
///
/// # Errors
/// Where storage fails.
pub fn newest_use(tx: &ReadTx<'_>) -> Result<Option<Timestamp>, Error> {
    store::newest_use(tx)
}
