//! All SQL about sessions.

use crate::{
    db::{ReadTx, WriteTx},
    error::Error,
};
use daymark_shared::{
    event::Event,
    ids::{AccountId, SessionId},
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, params};

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: SessionId,
    pub(super) created_at: Timestamp,
    pub(super) used_at: Timestamp,
    pub(super) generation: u32,
    pub(super) taken_up: bool,
    pub(super) token: [u8; 32],
    pub(super) agent: Option<Vec<u8>>,
}

fn stored(row: &Row<'_>) -> Result<Stored, rusqlite::Error> {
    Ok(Stored {
        id: SessionId::from_bytes(row.get(0)?),
        created_at: instant(row.get(1)?),
        used_at: instant(row.get(2)?),
        generation: row.get(3)?,
        taken_up: row.get(4)?,
        token: row.get(5)?,
        agent: row.get(6)?,
    })
}

/// An impossible instant is long past: such a session is over.
fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MIN)
}

/// One session.
pub(super) fn find(tx: &ReadTx<'_>, account: AccountId, id: SessionId) -> Result<Option<Stored>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT id, created_at, used_at, generation, taken_up, token, agent
         FROM sessions WHERE account = ?1 AND id = ?2",
    )?;
    Ok(query.query_row(params![account.as_bytes(), id.as_bytes()], stored).optional()?)
}

/// All sessions of an account, the one last used first.
pub(super) fn list(tx: &ReadTx<'_>, account: AccountId) -> Result<Vec<Stored>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT id, created_at, used_at, generation, taken_up, token, agent
         FROM sessions WHERE account = ?1 ORDER BY used_at DESC, id DESC",
    )?;
    Ok(query.query_map([account.as_bytes()], stored)?.collect::<Result<_, _>>()?)
}

/// Adds a session.
pub(super) fn insert(tx: &WriteTx<'_>, account: AccountId, session: &Stored) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO sessions (account, id, created_at, used_at, generation, taken_up, token, agent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        account.as_bytes(),
        session.id.as_bytes(),
        session.created_at.as_microsecond(),
        session.used_at.as_microsecond(),
        session.generation,
        session.taken_up,
        session.token,
        session.agent,
    ])?;
    Ok(())
}

/// The next token was given.
pub(super) fn turn(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: SessionId,
    generation: u32,
    token: &[u8; 32],
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE sessions SET generation = ?3, token = ?4, used_at = ?5, taken_up = 0
         WHERE account = ?1 AND id = ?2",
    )?
    .execute(params![account.as_bytes(), id.as_bytes(), generation, token, now.as_microsecond()])?;
    Ok(())
}

/// An access token of this generation was used.
pub(super) fn take_up(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: SessionId,
    generation: u32,
) -> Result<(), Error> {
    tx.prepare_cached("UPDATE sessions SET taken_up = 1 WHERE account = ?1 AND id = ?2 AND generation = ?3")?
        .execute(params![account.as_bytes(), id.as_bytes(), generation])?;
    Ok(())
}

/// Ends a session; whether there was one.
pub(super) fn delete(tx: &WriteTx<'_>, account: AccountId, id: SessionId) -> Result<bool, Error> {
    let mut delete = tx.prepare_cached("DELETE FROM sessions WHERE account = ?1 AND id = ?2")?;
    let existed = delete.execute(params![account.as_bytes(), id.as_bytes()])? == 1;
    if existed {
        tx.emit(account, Event::SessionEnded { id });
    }
    Ok(existed)
}

/// Ends all sessions of an account but one; answers which.
pub(super) fn delete_others(
    tx: &WriteTx<'_>,
    account: AccountId,
    but: SessionId,
) -> Result<Vec<SessionId>, Error> {
    let sql = "DELETE FROM sessions WHERE account = ?1 AND id <> ?2 RETURNING id";
    deleted(tx, account, sql, params![account.as_bytes(), but.as_bytes()])
}

/// Ends the sessions of an account that were last used, or were begun, before these instants.
pub(super) fn delete_over(
    tx: &WriteTx<'_>,
    account: AccountId,
    used: Timestamp,
    created: Timestamp,
) -> Result<Vec<SessionId>, Error> {
    let sql = "DELETE FROM sessions WHERE account = ?1 AND (used_at <= ?2 OR created_at <= ?3) RETURNING id";
    deleted(tx, account, sql, params![account.as_bytes(), used.as_microsecond(), created.as_microsecond()])
}

/// Ends all sessions of an account but the `keep` that were used last.
pub(super) fn delete_oldest(
    tx: &WriteTx<'_>,
    account: AccountId,
    keep: u32,
) -> Result<Vec<SessionId>, Error> {
    let sql = "DELETE FROM sessions WHERE account = ?1 AND id IN
                   (SELECT id FROM sessions WHERE account = ?1 ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ?2)
               RETURNING id";
    deleted(tx, account, sql, params![account.as_bytes(), keep])
}

/// Runs a `DELETE … RETURNING id`, and tells of each session that has ended by it.
fn deleted(
    tx: &WriteTx<'_>,
    account: AccountId,
    sql: &str,
    parameters: impl Params,
) -> Result<Vec<SessionId>, Error> {
    let mut delete = tx.prepare_cached(sql)?;
    let ids = delete.query_map(parameters, |row| row.get(0).map(SessionId::from_bytes))?;
    let ids: Vec<SessionId> = ids.collect::<Result<_, _>>()?;
    ids.iter().for_each(|id| tx.emit(account, Event::SessionEnded { id: *id }));
    Ok(ids)
}

/// The newest instant at which any session was used.
pub(super) fn newest_use(tx: &ReadTx<'_>) -> Result<Option<Timestamp>, Error> {
    let mut query = tx.prepare_cached("SELECT max(used_at) FROM sessions")?;
    Ok(query.query_row([], |row| row.get::<_, Option<i64>>(0))?.map(instant))
}
