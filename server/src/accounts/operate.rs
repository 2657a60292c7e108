//! What whoever runs the server does with accounts. They hold the keys, so they see addresses; they see nothing else that a
//! person wrote.

use super::{EMAIL, index, known, password, refuse_taken, reset, sealed, store, strength};
use crate::{
    caller::Caller,
    db::{ReadTx, WriteTx},
    error::Error,
    sessions,
    state::State,
    vault::Vault,
};
use daymark_shared::{
    account::{Account, Locale, Role, WeekStart},
    event::Event,
    ids::AccountId,
    problem::{Code, Problem},
    text::{Email, Name, Password},
    zone::Zone,
};
use jiff::Timestamp;
use std::{str::FromStr, sync::Arc};

/// Most accounts of one [`list`].
pub const MOST: u16 = 1_000;

/// Which account is meant: its id, or its address as it would be signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Its id.
    Id(AccountId),
    /// Its address.
    Address(Email),
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text.parse(), Email::new(text)) {
            (Ok(id), _) => Ok(Self::Id(id)),
            (_, Ok(address)) => Ok(Self::Address(address)),
            _ => Err("neither an address such as mira@example.org nor an account's id".to_owned()),
        }
    }
}

impl Who {
    /// The account that is meant.
    ///
    /// # Errors
    /// `not_found`.
    pub(super) fn find(&self, tx: &ReadTx<'_>, vault: &Vault) -> Result<AccountId, Error> {
        let found = match self {
            Self::Id(id) => store::password(tx, *id)?.map(|_| *id),
            Self::Address(address) => store::credentials(tx, &index(vault, address))?.map(|(id, _)| id),
        };
        found.ok_or_else(|| Problem::new(Code::NotFound).with_detail("there is no such account").into())
    }
}

/// An account as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: AccountId,
    /// Its address; `None` where its data key opens nothing any more.
    pub email: Option<Email>,
    /// What it may do.
    pub role: Role,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// When one of its sessions was last used.
    pub last_used_at: Option<Timestamp>,
    /// How many sessions go on.
    pub sessions: usize,
    /// Whether it has a password; without one it waits for a link to be opened.
    pub has_password: bool,
}

/// Accounts in the order in which they were made, `limit` at most, those after `after`; and where the next page begins, if
/// there is one.
///
/// # Errors
/// Where storage fails.
pub async fn list(
    state: &State,
    after: Option<AccountId>,
    limit: u16,
) -> Result<(Vec<Listed>, Option<AccountId>), Error> {
    let (vault, now) = (state.vault.clone(), state.clock.now());
    let limit = usize::from(limit.clamp(1, MOST));
    let rows = move |tx: &ReadTx<'_>| {
        let mut ids = store::ids(tx, after, limit + 1)?;
        let more = ids.len() > limit;
        ids.truncate(limit);
        let next = ids.last().copied().filter(|_| more);
        let listed = ids.into_iter().map(|id| listed(tx, &vault, id, now)).collect::<Result<_, _>>()?;
        Ok((listed, next))
    };
    state.db.read(rows).await
}

fn listed(tx: &ReadTx<'_>, vault: &Vault, id: AccountId, now: Timestamp) -> Result<Listed, Error> {
    let row = store::find(tx, id)?.ok_or(Code::NotFound)?;
    let email = vault.data_key(tx, id).and_then(|key| key.open_text(EMAIL, id.as_bytes(), &row.email));
    let email = match email {
        Ok(email) => Some(Email::new(&email)?),
        Err(Error::Sealed(_)) => None,
        Err(error) => return Err(error),
    };
    let (sessions, last_used_at) = sessions::in_use(tx, id, now)?;
    let has_password = store::password(tx, id)?.is_some_and(|hash| password::is_set(&hash));
    let (role, created_at) = (row.role, row.created_at);
    Ok(Listed { id, email, role, created_at, last_used_at, sessions, has_password })
}

/// An account that the operator makes for somebody.
#[derive(Debug, Clone)]
pub struct Made {
    /// What they will sign in with.
    pub email: Email,
    /// What they like to be called; may be empty.
    pub name: Name,
    /// Where they are.
    pub zone: Zone,
    /// The language they read.
    pub locale: Locale,
    /// Whether they look after the instance. The first account does in any case.
    pub admin: bool,
}

/// What became of an account's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whose.
    pub id: AccountId,
    /// How many sessions ended by it.
    pub sessions_ended: usize,
    /// Where no password was given: the link with which its person sets one.
    pub link: Option<String>,
}

/// Makes an account, with this password or with none and a link to set one.
///
/// # Errors
/// `email_taken`, `bad_zone`, `weak_password`.
pub async fn create(
    state: &Arc<State>,
    made: Made,
    new: Option<Password>,
    days: u16,
) -> Result<Outcome, Error> {
    let Made { email, name, zone, locale, admin } = made;
    let (email_index, zone) = (index(&state.vault, &email), known(&zone)?);
    state.db.read(move |tx| refuse_taken(tx, &email_index, None)).await?;
    let hash = hash(state, new.as_ref(), &email, &name).await?;
    let (id, now) = (state.clock.mint(AccountId::mint), state.clock.now());
    let (shared, stored) = (Arc::clone(state), hash.clone());
    let write = move |tx: &WriteTx<'_>| {
        refuse_taken(tx, &email_index, None)?;
        let role = if admin || !store::any(tx)? { Role::Admin } else { Role::Member };
        let key = shared.vault.create_data_key(tx, id)?;
        let week_start = WeekStart::default();
        let account =
            Account { id, email, name, zone, locale, week_start, role, created_at: now, revision: 1 };
        store::insert(tx, &sealed(&account, email_index, &key), &stored)?;
        store::begin_zone(tx, id, now, &account.zone)
    };
    state.db.write(write).await?;
    tracing::info!(account.id = %id, "an account was made by the operator");
    let link = new.is_none().then(|| reset::link(state, id, &hash, days));
    Ok(Outcome { id, sessions_ended: 0, link })
}

/// Sets another password, or none and makes a link to set one: the one before is void, and all sessions end.
///
/// # Errors
/// `not_found`, `weak_password`.
pub async fn reset_password(
    state: &Arc<State>,
    who: Who,
    new: Option<Password>,
    days: u16,
) -> Result<Outcome, Error> {
    let vault = state.vault.clone();
    let (id, person) = state
        .db
        .read(move |tx| {
            let id = who.find(tx, &vault)?;
            Ok((id, super::load(tx, &vault, id)?))
        })
        .await?;
    let hash = hash(state, new.as_ref(), &person.email, &person.name).await?;
    let stored = hash.clone();
    let (shared, now) = (Arc::clone(state), state.clock.now());
    let write = move |tx: &WriteTx<'_>| {
        store::set_password(tx, id, &stored)?;
        sessions::end_all(tx, &Caller { account: id, vault: &shared.vault, now })
    };
    let ended = state.db.write(write).await?;
    state.sessions.ended(&ended);
    tracing::info!(account.id = %id, sessions.ended = ended.len(), "a password was reset by the operator");
    let link = new.is_none().then(|| reset::link(state, id, &hash, days));
    Ok(Outcome { id, sessions_ended: ended.len(), link })
}

async fn hash(state: &State, new: Option<&Password>, email: &Email, name: &Name) -> Result<String, Error> {
    let Some(new) = new else { return Ok(password::none()) };
    strength::judge(new, &[email.as_str(), name.as_str()], "/password")?;
    state.hasher.hash(new.clone()).await
}

/// Gives an account this role; answers which account, and whether that is a change.
///
/// # Errors
/// `not_found`; `forbidden` where nobody would look after the instance any more.
pub async fn set_role(state: &Arc<State>, who: Who, role: Role) -> Result<(AccountId, bool), Error> {
    let vault = state.vault.clone();
    let write = move |tx: &WriteTx<'_>| {
        let id = who.find(tx, &vault)?;
        let before = store::find(tx, id)?.ok_or(Code::NotFound)?.role;
        if before == role {
            return Ok((id, false));
        }
        if role != Role::Admin {
            refuse_last_admin(tx, before)?;
        }
        store::set_role(tx, id, role)?;
        tx.emit(id, Event::Account);
        Ok((id, true))
    };
    state.db.write(write).await
}

/// Refuses to lose an account with this role where it is the last admin.
pub(super) fn refuse_last_admin(tx: &ReadTx<'_>, role: Role) -> Result<(), Error> {
    if role == Role::Admin && store::count_admins(tx)? <= 1 {
        let why = "this is the last admin: make another account admin first";
        return Err(Problem::new(Code::Forbidden).with_detail(why).into());
    }
    Ok(())
}
