//! Accounts: who there is, what they are called, where they are.

pub mod deletion;
pub mod http;
pub mod limits;
pub mod operate;
pub mod password;
pub mod registration;
pub mod reset;
mod store;
mod strength;
mod words;

use crate::{
    caller::{Caller, CurrentAccount},
    channels,
    db::{ReadTx, WriteTx},
    error::Error,
    reminders,
    revision::IfMatch,
    sessions::{self, Device, Granted},
    state::State,
    vault::{DataKey, Vault},
};
use daymark_shared::{
    account::{Account, AccountChange, Locale, NewAccount, PasswordChange},
    event::Event,
    ids::AccountId,
    problem::{Code, Problem},
    schedule::ZoneHistory,
    text::{Email, Name, Password},
    zone::Zone,
};
use jiff::{Timestamp, tz::TimeZone};
use registration::Bid;
use std::sync::Arc;
use store::Row;

const EMAIL: &str = "account.email.1";
const NAME: &str = "account.name.1";
/// Zones that an account may have had.
const ZONES: u32 = 1_000;

/// Makes an account and signs it in.
///
/// # Errors
/// What [`Bid::check`] refuses; `bad_zone`, `weak_password`, `email_taken`; [`Error::Unavailable`] where too many
/// passwords are hashed.
pub async fn create(
    state: &Arc<State>,
    new: NewAccount,
    is_local: bool,
    device: Device,
) -> Result<Granted, Error> {
    let NewAccount { email, password, name, zone, locale, week_start, setup, invitation } = new;
    let bid = Bid { setup, invitation, is_local };
    let email_index = index(&state.vault, &email);
    let now = state.clock.now();
    let zone = known(&zone)?;

    // All that needs no hash comes first: a hash is dear.
    let (shared, look) = (Arc::clone(state), bid.clone());
    state
        .db
        .read(move |tx| {
            look.check(tx, &shared.vault, &shared.config, now)?;
            refuse_taken(tx, &email_index, None)
        })
        .await?;
    strength::judge(&password, &[email.as_str(), name.as_str()], "/password")?;
    let password = state.hasher.hash(password).await?;

    let id = state.clock.mint(AccountId::mint);
    let shared = Arc::clone(state);
    let write = move |tx: &WriteTx<'_>| {
        let role = bid.redeem(tx, &shared.vault, &shared.config, now)?;
        refuse_taken(tx, &email_index, None)?;
        let key = shared.vault.create_data_key(tx, id)?;
        let account =
            Account { id, email, name, zone, locale, week_start, role, created_at: now, revision: 1 };
        store::insert(tx, &sealed(&account, email_index, &key), &password)?;
        store::begin_zone(tx, id, now, &account.zone)?;
        let begun = sessions::begin(tx, &shared, account.id, &device)?;
        Ok((begun, account))
    };
    let (begun, account) = state.db.write(write).await?;
    tracing::info!(account.id = %account.id, account.role = account.role.as_str(), "an account was made");
    Ok(begun.grant(state, account))
}

/// The account as its person sees it.
///
/// # Errors
/// `unauthenticated` where it is gone.
pub fn load(tx: &ReadTx<'_>, vault: &Vault, account: AccountId) -> Result<Account, Error> {
    let row = store::find(tx, account)?.ok_or(Code::Unauthenticated)?;
    let key = vault.data_key(tx, account)?;
    Ok(Account {
        id: account,
        email: Email::new(&key.open_text(EMAIL, account.as_bytes(), &row.email)?)?,
        name: Name::new(&key.open_text(NAME, account.as_bytes(), &row.name)?)?,
        zone: store::zone(tx, account)?
            .ok_or_else(|| Error::Internal("an account has no zone".to_owned()))?,
        locale: row.locale,
        week_start: row.week_start,
        role: row.role,
        created_at: row.created_at,
        revision: row.revision,
    })
}

/// The language an account reads.
///
/// # Errors
/// `unauthenticated` where it is gone.
pub fn locale(tx: &ReadTx<'_>, account: AccountId) -> Result<Locale, Error> {
    store::locale(tx, account)?.ok_or_else(|| Code::Unauthenticated.into())
}

/// The zones an account has had, for whoever places planned times. One look-up by key.
///
/// # Errors
/// Where storage fails.
pub fn zones(tx: &ReadTx<'_>, account: AccountId) -> Result<ZoneHistory, Error> {
    let entries = store::zones(tx, account)?.into_iter().map(|(since, name)| match TimeZone::get(&name) {
        Ok(zone) => Ok((since, zone)),
        Err(error) => Err(Error::Internal(format!("an account's zone: {error}"))),
    });
    let history = ZoneHistory::new(entries.collect::<Result<_, _>>()?);
    history.ok_or_else(|| Code::Unauthenticated.into())
}

/// Changes what the person may change, if it is still as they saw it. Another address needs the password.
///
/// # Errors
/// `precondition_failed`, `bad_zone`, `email_taken`, `limit_reached`; without the password `missing_field`, with another
/// one `wrong_credentials`.
pub async fn change(
    state: &Arc<State>,
    account: AccountId,
    seen: IfMatch,
    mut change: AccountChange,
) -> Result<Account, Error> {
    let (shared, now) = (Arc::clone(state), state.clock.now());
    let person = state.db.read(move |tx| load(tx, &shared.vault, account)).await?;
    seen.check(person.revision)?;
    let is_moving = change.email.as_ref().is_some_and(|email| *email != person.email);
    let password = match (is_moving, change.current.take()) {
        (false, _) => None,
        (true, Some(current)) => Some(prove(state, account, current).await?),
        (true, None) => {
            let why = "another address needs the password";
            return Err(Error::field(Code::MissingField, "/current", why));
        }
    };
    let vault = state.vault.clone();
    state.db.write(move |tx| put(tx, &vault, account, &seen, change, password.as_deref(), now)).await
}

fn put(
    tx: &WriteTx<'_>,
    vault: &Vault,
    account: AccountId,
    seen: &IfMatch,
    change: AccountChange,
    password: Option<&str>,
    now: Timestamp,
) -> Result<Account, Error> {
    let before = load(tx, vault, account)?;
    seen.check(before.revision)?;
    let zone = change.zone.as_ref().map(known).transpose()?;
    let mut after = before.clone();
    if !(AccountChange { zone, ..change }).apply(&mut after) {
        return Ok(before);
    }
    after.revision += 1;
    let email_index = index(vault, &after.email);
    if after.email != before.email {
        // Changed since it was shown?
        if password.is_none() || store::password(tx, account)?.as_deref() != password {
            return Err(wrong_password());
        }
        refuse_taken(tx, &email_index, Some(account))?;
        channels::follow_address(tx, &Caller { account, vault, now }, after.email.clone())?;
    }
    if after.zone != before.zone {
        if store::count_zones(tx, account)? >= ZONES {
            return Err(Code::LimitReached.into());
        }
        let caller = Caller { account, vault, now };
        let ready = reminders::ready(tx, &caller)?;
        store::begin_zone(tx, account, now, &after.zone)?;
        ready.follow(tx, &caller, None)?;
    }
    store::update(tx, &sealed(&after, email_index, &vault.data_key(tx, account)?))?;
    tx.emit(account, Event::Account);
    Ok(after)
}

/// The hash of the account's password, for whoever shows the password.
async fn prove(state: &State, account: AccountId, current: Password) -> Result<String, Error> {
    limits::password(state, account).await?;
    let hash = state.db.read(move |tx| store::password(tx, account)).await?;
    let is_right = state.hasher.verify(current, hash.clone()).await?;
    hash.filter(|_| is_right).ok_or_else(wrong_password)
}

fn wrong_password() -> Error {
    Error::field(Code::WrongCredentials, "/current", "this is not your password")
}

/// Sets another password; all other sessions end.
///
/// # Errors
/// `wrong_credentials` where the current one is not right, `weak_password`.
pub async fn change_password(
    state: &Arc<State>,
    who: CurrentAccount,
    change: PasswordChange,
) -> Result<(), Error> {
    let account = who.account;
    let old = prove(state, account, change.current).await?;
    let vault = state.vault.clone();
    let person = state.db.read(move |tx| load(tx, &vault, account)).await?;
    strength::judge(&change.new, &[person.email.as_str(), person.name.as_str()], "/new")?;
    let new = state.hasher.hash(change.new).await?;
    let (shared, now) = (Arc::clone(state), state.clock.now());
    let ended = state
        .db
        .write(move |tx| {
            if !store::replace_password(tx, account, &old, &new)? {
                return Err(wrong_password());
            }
            sessions::end_others(tx, &Caller { account, vault: &shared.vault, now }, who.session)
        })
        .await?;
    state.sessions.ended(&ended);
    tracing::info!(account.id = %account, sessions.ended = ended.len(), "a password was changed");
    Ok(())
}

/// An account whose password was shown, and the hash that it matched.
pub struct Verified {
    account: AccountId,
    password: String,
}

/// Whose address and password these are.
///
/// # Errors
/// `wrong_credentials`, whichever of the two is wrong, and after the same time; [`Error::Unavailable`] where too many
/// passwords are hashed.
pub async fn verify(state: &State, email: &Email, password: Password) -> Result<Verified, Error> {
    let email_index = index(&state.vault, email);
    let found = state.db.read(move |tx| store::credentials(tx, &email_index)).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    let right = state.hasher.verify(password, hash).await?;
    match found {
        Some((account, password)) if right => Ok(Verified { account, password }),
        _ => Err(Code::WrongCredentials.into()),
    }
}

impl Verified {
    /// The account, unless its password was changed since it was shown: then that one must not open a session.
    ///
    /// # Errors
    /// `wrong_credentials`.
    pub fn account(&self, tx: &ReadTx<'_>) -> Result<AccountId, Error> {
        match store::password(tx, self.account)? {
            Some(password) if password == self.password => Ok(self.account),
            _ => Err(Code::WrongCredentials.into()),
        }
    }
}

/// The keyed hash by which an address is found.
fn index(vault: &Vault, email: &Email) -> [u8; 32] {
    // In small letters of every script: nobody has an account twice for the shift key.
    vault.blind(EMAIL, email.as_str().to_lowercase().as_bytes())
}

fn refuse_taken(
    tx: &ReadTx<'_>,
    email_index: &[u8; 32],
    by_others_than: Option<AccountId>,
) -> Result<(), Error> {
    match store::credentials(tx, email_index)? {
        Some((account, _)) if Some(account) != by_others_than => {
            Err(Problem::field(Code::EmailTaken, "/email", Code::EmailTaken.title()).into())
        }
        _ => Ok(()),
    }
}

/// The zone as the zone database spells it.
fn known(zone: &Zone) -> Result<Zone, Error> {
    let found = TimeZone::get(zone.as_str()).ok().filter(|found| !found.is_unknown());
    let name = found.as_ref().and_then(TimeZone::iana_name);
    let zone = name.and_then(|name| Zone::new(name).ok());
    zone.ok_or_else(|| Error::field(Code::BadZone, "/zone", "no zone has this name"))
}

fn sealed(account: &Account, email_index: [u8; 32], key: &DataKey) -> Row {
    let row = account.id.as_bytes();
    Row {
        id: account.id,
        email_index,
        email: key.seal(EMAIL, row, account.email.as_str()),
        name: key.seal(NAME, row, account.name.as_str()),
        locale: account.locale,
        week_start: account.week_start,
        role: account.role,
        created_at: account.created_at,
        revision: account.revision,
    }
}
