//! All SQL about accounts.

use crate::{
    db::{ReadTx, WriteTx},
    error::Error,
};
use daymark_shared::{
    account::{Locale, Role, WeekStart},
    ids::{AccountId, InvitationId},
    zone::Zone,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

/// An account as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: AccountId,
    pub(super) email_index: [u8; 32],
    pub(super) email: Vec<u8>,
    pub(super) name: Vec<u8>,
    pub(super) locale: Locale,
    pub(super) week_start: WeekStart,
    pub(super) role: Role,
    pub(super) created_at: Timestamp,
    pub(super) revision: u64,
}

/// Whether there is any account.
pub(super) fn any(tx: &ReadTx<'_>) -> Result<bool, Error> {
    Ok(tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM accounts)")?.query_row([], |row| row.get(0))?)
}

/// Adds an account.
pub(super) fn insert(tx: &WriteTx<'_>, row: &Row, password: &str) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO accounts
             (id, email_index, email, name, password, locale, week_start, role, created_at, revision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        row.id.as_bytes(),
        row.email_index,
        row.email,
        row.name,
        password,
        row.locale.as_str(),
        row.week_start.as_str(),
        row.role.as_str(),
        row.created_at.as_microsecond(),
        row.revision,
    ])?;
    Ok(())
}

/// The account with this id.
pub(super) fn find(tx: &ReadTx<'_>, account: AccountId) -> Result<Option<Row>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT email_index, email, name, locale, week_start, role, created_at, revision
         FROM accounts WHERE id = ?1",
    )?;
    let found = query.query_row([account.as_bytes()], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, String>(4)?,
            row.get::<_, String>(5)?,
            row.get(6)?,
            row.get(7)?,
        ))
    });
    let Some((email_index, email, name, locale, week_start, role, created_at, revision)) =
        found.optional()?
    else {
        return Ok(None);
    };
    Ok(Some(Row {
        id: account,
        email_index,
        email,
        name,
        locale: named("locale", Locale::ALL, Locale::as_str, &locale)?,
        week_start: named("week start", WeekStart::ALL, WeekStart::as_str, &week_start)?,
        role: named("role", &[Role::Admin, Role::Member], Role::as_str, &role)?,
        created_at: instant(created_at)?,
        revision,
    }))
}

/// Writes what a person may change, and the new revision.
pub(super) fn update(tx: &WriteTx<'_>, row: &Row) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE accounts
         SET email_index = ?2, email = ?3, name = ?4, locale = ?5, week_start = ?6, revision = ?7
         WHERE id = ?1",
    )?
    .execute(params![
        row.id.as_bytes(),
        row.email_index,
        row.email,
        row.name,
        row.locale.as_str(),
        row.week_start.as_str(),
        row.revision,
    ])?;
    Ok(())
}

/// Whose address has this index, and the hash of their password.
pub(super) fn credentials(
    tx: &ReadTx<'_>,
    email_index: &[u8; 32],
) -> Result<Option<(AccountId, String)>, Error> {
    let mut query = tx.prepare_cached("SELECT id, password FROM accounts WHERE email_index = ?1")?;
    let found = query.query_row([email_index], |row| Ok((AccountId::from_bytes(row.get(0)?), row.get(1)?)));
    Ok(found.optional()?)
}

/// The hash of the account's password.
pub(super) fn password(tx: &ReadTx<'_>, account: AccountId) -> Result<Option<String>, Error> {
    let mut query = tx.prepare_cached("SELECT password FROM accounts WHERE id = ?1")?;
    Ok(query.query_row([account.as_bytes()], |row| row.get(0)).optional()?)
}

/// Accounts in the order of their ids, which is that in which they were made: `limit` of them after `after`.
pub(super) fn ids(tx: &ReadTx<'_>, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, Error> {
    let after = after.as_ref().map_or(&[][..], |after| after.as_bytes());
    let mut query = tx.prepare_cached("SELECT id FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let ids = query
        .query_map(params![after, limit as i64], |row| row.get(0).map(AccountId::from_bytes))?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

/// How many look after the instance.
pub(super) fn count_admins(tx: &ReadTx<'_>) -> Result<u32, Error> {
    let mut query = tx.prepare_cached("SELECT count(*) FROM accounts WHERE role = ?1")?;
    Ok(query.query_row([Role::Admin.as_str()], |row| row.get(0))?)
}

/// Another role; it counts as a change.
pub(super) fn set_role(tx: &WriteTx<'_>, account: AccountId, role: Role) -> Result<(), Error> {
    tx.prepare_cached("UPDATE accounts SET role = ?2, revision = revision + 1 WHERE id = ?1")?
        .execute(params![account.as_bytes(), role.as_str()])?;
    Ok(())
}

/// The account's row goes, and its zones with it.
pub(super) fn delete(tx: &WriteTx<'_>, account: AccountId) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM accounts WHERE id = ?1")?.execute([account.as_bytes()])?;
    Ok(())
}

/// Another password, whatever it was.
pub(super) fn set_password(tx: &WriteTx<'_>, account: AccountId, password: &str) -> Result<(), Error> {
    tx.prepare_cached("UPDATE accounts SET password = ?2 WHERE id = ?1")?
        .execute(params![account.as_bytes(), password])?;
    Ok(())
}

/// Another password, unless somebody else was quicker.
pub(super) fn replace_password(
    tx: &WriteTx<'_>,
    account: AccountId,
    old: &str,
    new: &str,
) -> Result<bool, Error> {
    let mut update =
        tx.prepare_cached("UPDATE accounts SET password = ?3 WHERE id = ?1 AND password = ?2")?;
    Ok(update.execute(params![account.as_bytes(), old, new])? == 1)
}

/// The zones of an account with the instants since when they hold, in order.
pub(super) fn zones(tx: &ReadTx<'_>, account: AccountId) -> Result<Vec<(Timestamp, String)>, Error> {
    let mut query =
        tx.prepare_cached("SELECT since, zone FROM account_zones WHERE account = ?1 ORDER BY since")?;
    let rows = query.query_map([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (since, zone) = row?;
        Ok((instant(since)?, zone))
    })
    .collect()
}

/// The zone that holds now: the newest.
pub(super) fn zone(tx: &ReadTx<'_>, account: AccountId) -> Result<Option<Zone>, Error> {
    let mut query =
        tx.prepare_cached("SELECT zone FROM account_zones WHERE account = ?1 ORDER BY since DESC LIMIT 1")?;
    let name: Option<String> = query.query_row([account.as_bytes()], |row| row.get(0)).optional()?;
    Ok(name.map(|name| Zone::new(&name)).transpose()?)
}

/// The language an account reads.
pub(super) fn locale(tx: &ReadTx<'_>, account: AccountId) -> Result<Option<Locale>, Error> {
    let mut query = tx.prepare_cached("SELECT locale FROM accounts WHERE id = ?1")?;
    let name: Option<String> = query.query_row([account.as_bytes()], |row| row.get(0)).optional()?;
    name.map(|name| named("locale", Locale::ALL, Locale::as_str, &name)).transpose()
}

/// A zone that holds from `since` on; what was to hold from then or later does not.
pub(super) fn begin_zone(
    tx: &WriteTx<'_>,
    account: AccountId,
    since: Timestamp,
    zone: &Zone,
) -> Result<(), Error> {
    let since = since.as_microsecond();
    tx.prepare_cached("DELETE FROM account_zones WHERE account = ?1 AND since >= ?2")?
        .execute(params![account.as_bytes(), since])?;
    tx.prepare_cached("INSERT INTO account_zones (account, since, zone) VALUES (?1, ?2, ?3)")?
        .execute(params![account.as_bytes(), since, zone.as_str()])?;
    Ok(())
}

/// How many zones an account has had.
pub(super) fn count_zones(tx: &ReadTx<'_>, account: AccountId) -> Result<u32, Error> {
    let mut query = tx.prepare_cached("SELECT count(*) FROM account_zones WHERE account = ?1")?;
    Ok(query.query_row([account.as_bytes()], |row| row.get(0))?)
}

/// Adds an invitation, and drops those that have expired.
pub(super) fn insert_invitation(
    tx: &WriteTx<'_>,
    id: InvitationId,
    token: &[u8; 32],
    now: Timestamp,
    until: Timestamp,
) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM invitations WHERE expires_at <= ?1")?.execute([now.as_microsecond()])?;
    tx.prepare_cached("INSERT INTO invitations (id, token, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id.as_bytes(), token, now.as_microsecond(), until.as_microsecond()])?;
    Ok(())
}

/// Whether there is an invitation with this token that has not expired.
pub(super) fn invitation_holds(tx: &ReadTx<'_>, token: &[u8; 32], now: Timestamp) -> Result<bool, Error> {
    let mut query =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM invitations WHERE token = ?1 AND expires_at > ?2)")?;
    Ok(query.query_row(params![token, now.as_microsecond()], |row| row.get(0))?)
}

/// The invitation is used.
pub(super) fn delete_invitation(tx: &WriteTx<'_>, token: &[u8; 32]) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM invitations WHERE token = ?1")?.execute([token])?;
    Ok(())
}

fn named<T: Copy>(what: &str, all: &[T], name: fn(T) -> &'static str, text: &str) -> Result<T, Error> {
    let found = all.iter().copied().find(|value| name(*value) == text);
    found.ok_or_else(|| Error::Internal(format!("the database has an unknown {what}")))
}

fn instant(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| Error::Internal("the database has an impossible instant".to_owned()))
}
