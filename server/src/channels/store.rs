//! Channels in SQLite.

use super::{Routing, SignedOut};
use crate::{
    db::{ReadTx, WriteTx},
    error::Error,
};
use daymark_shared::{
    channel::{ChannelError, ChannelKind, ChannelRole},
    ids::{AccountId, ChannelId, SessionId},
    reminder::Reason,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params, types::Type};

/// The kinds, each at its number.
const KINDS: [ChannelKind; 4] =
    [ChannelKind::Push, ChannelKind::Ntfy, ChannelKind::Email, ChannelKind::Webhook];
/// The roles, each at its number.
const ROLES: [ChannelRole; 2] = [ChannelRole::Always, ChannelRole::Fallback];
/// A success is noted once in so many microseconds: it would be a write for each message.
const MINUTE: i64 = 60_000_000;

/// A channel as it is stored.
pub struct Row {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub role: ChannelRole,
    pub position: u16,
    pub name: Vec<u8>,
    pub target: Vec<u8>,
    pub secret: Vec<u8>,
    pub token: Option<[u8; 32]>,
    pub endpoint: Option<[u8; 32]>,
    pub request: [u8; 32],
    /// Of a browser: the session in which it was turned on last, where that is known.
    pub session: Option<SessionId>,
    pub ended: Option<ChannelError>,
    pub last_success_at: Option<Timestamp>,
    pub last_error: Option<ChannelError>,
    pub created_at: Timestamp,
    pub revision: u64,
}

fn number<T: PartialEq>(of: &[T], one: &T) -> usize {
    of.iter().position(|other| other == one).unwrap_or_default()
}

fn at<T: Copy>(of: &[T], number: usize) -> rusqlite::Result<T> {
    of.get(number).copied().ok_or_else(|| rusqlite::Error::IntegralValueOutOfRange(0, number as i64))
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn error(at: Option<i64>, reason: Option<String>) -> rusqlite::Result<Option<ChannelError>> {
    let Some((at, reason)) = at.zip(reason) else { return Ok(None) };
    let unknown = || rusqlite::Error::InvalidColumnType(0, "reason".to_owned(), Type::Text);
    Ok(Some(ChannelError { at: instant(at), reason: Reason::named(&reason).ok_or_else(unknown)? }))
}

macro_rules! select_channel {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, role, position, name, target, secret, token, endpoint, request, ended_at,
                    ended_reason, last_success_at, last_error_at, last_error, created_at, revision, session
             FROM channels ",
            $rest
        )
    };
}

fn channel(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: ChannelId::from_bytes(row.get(0)?),
        kind: at(&KINDS, row.get(1)?)?,
        role: at(&ROLES, row.get(2)?)?,
        position: row.get(3)?,
        name: row.get(4)?,
        target: row.get(5)?,
        secret: row.get(6)?,
        token: row.get(7)?,
        endpoint: row.get(8)?,
        request: row.get(9)?,
        ended: error(row.get(10)?, row.get(11)?)?,
        last_success_at: row.get::<_, Option<i64>>(12)?.map(instant),
        last_error: error(row.get(13)?, row.get(14)?)?,
        created_at: instant(row.get(15)?),
        revision: row.get(16)?,
        session: row.get::<_, Option<[u8; 16]>>(17)?.map(SessionId::from_bytes),
    })
}

/// A channel, if the account has it.
pub fn find(tx: &ReadTx<'_>, account: AccountId, id: ChannelId) -> Result<Option<Row>, Error> {
    let mut query = tx.prepare_cached(select_channel!("WHERE account = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![account.as_bytes(), id.as_bytes()], channel).optional()?)
}

/// The channel that may be sent to, if the account has it and it has not ended.
pub fn find_open(tx: &ReadTx<'_>, account: AccountId, id: ChannelId) -> Result<Option<Row>, Error> {
    Ok(find(tx, account, id)?.filter(|row| row.ended.is_none()))
}

/// All channels of an account, in the order of fallbacks.
pub fn list(tx: &ReadTx<'_>, account: AccountId) -> Result<Vec<Row>, Error> {
    let mut query = tx.prepare_cached(select_channel!("WHERE account = ?1 ORDER BY position, id"))?;
    let rows = query.query_map([account.as_bytes()], channel)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The channel of this browser or mailbox, if the account has it.
pub fn find_by_endpoint(
    tx: &ReadTx<'_>,
    account: AccountId,
    endpoint: &[u8; 32],
) -> Result<Option<Row>, Error> {
    let mut query = tx.prepare_cached(select_channel!("WHERE account = ?1 AND endpoint = ?2"))?;
    Ok(query.query_row(params![account.as_bytes(), endpoint], channel).optional()?)
}

/// Whose channel has this token.
pub fn find_by_token(tx: &ReadTx<'_>, token: &[u8; 32]) -> Result<Option<(AccountId, ChannelId)>, Error> {
    let mut query = tx.prepare_cached("SELECT account, id FROM channels WHERE token = ?1")?;
    let found = query.query_row([token], |row| {
        Ok((AccountId::from_bytes(row.get(0)?), ChannelId::from_bytes(row.get(1)?)))
    });
    Ok(found.optional()?)
}

/// How many channels an account has, and the position after all of them.
pub fn count(tx: &ReadTx<'_>, account: AccountId) -> Result<(usize, u16), Error> {
    let mut query = tx.prepare_cached(
        "SELECT count(*), min(coalesce(max(position) + 1, 0), 65535) FROM channels WHERE account = ?1",
    )?;
    Ok(query.query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Adds a channel.
pub fn insert(tx: &WriteTx<'_>, account: AccountId, row: &Row) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO channels
             (account, id, kind, role, position, name, target, secret, token, endpoint, request, created_at, revision,
              session)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        account.as_bytes(),
        row.id.as_bytes(),
        number(&KINDS, &row.kind),
        number(&ROLES, &row.role),
        row.position,
        row.name,
        row.target,
        row.secret,
        row.token,
        row.endpoint,
        row.request,
        row.created_at.as_microsecond(),
        row.revision,
        row.session.as_ref().map(SessionId::as_bytes),
    ])?;
    Ok(())
}

/// Writes what may change about a channel.
pub fn update(tx: &WriteTx<'_>, account: AccountId, row: &Row) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE channels
         SET role = ?3, position = ?4, name = ?5, target = ?6, secret = ?7, endpoint = ?8, ended_at = ?9,
             ended_reason = ?10, revision = ?11, session = ?12
         WHERE account = ?1 AND id = ?2",
    )?
    .execute(params![
        account.as_bytes(),
        row.id.as_bytes(),
        number(&ROLES, &row.role),
        row.position,
        row.name,
        row.target,
        row.secret,
        row.endpoint,
        row.ended.as_ref().map(|ended| ended.at.as_microsecond()),
        row.ended.as_ref().map(|ended| ended.reason.as_str()),
        row.revision,
        row.session.as_ref().map(SessionId::as_bytes),
    ])?;
    Ok(())
}

/// Deletes a channel, and answers whether it worked until then; `None` where there was none.
pub fn delete(tx: &WriteTx<'_>, account: AccountId, id: ChannelId) -> Result<Option<bool>, Error> {
    let mut delete =
        tx.prepare_cached("DELETE FROM channels WHERE account = ?1 AND id = ?2 RETURNING ended_at IS NULL")?;
    let worked = delete.query_row(params![account.as_bytes(), id.as_bytes()], |row| row.get(0));
    Ok(worked.optional()?)
}

/// Deletes the browsers that are signed out, and answers which, and whether each worked until then. Whose session is not known
/// counts as another.
pub fn delete_signed_out(
    tx: &WriteTx<'_>,
    account: AccountId,
    which: SignedOut,
) -> Result<Vec<(ChannelId, bool)>, Error> {
    let (sql, session) = match which {
        SignedOut::One(session) => (
            "DELETE FROM channels WHERE account = ?1 AND kind = ?2 AND session IS ?3 RETURNING id, ended_at IS NULL",
            Some(session),
        ),
        SignedOut::AllBut(session) => (
            "DELETE FROM channels WHERE account = ?1 AND kind = ?2 AND session IS NOT ?3 RETURNING id, ended_at IS NULL",
            Some(session),
        ),
        SignedOut::All => (
            "DELETE FROM channels WHERE account = ?1 AND kind = ?2 AND ?3 IS NULL RETURNING id, ended_at IS NULL",
            None,
        ),
    };
    let session = session.as_ref().map(SessionId::as_bytes);
    let mut delete = tx.prepare_cached(sql)?;
    let kind = number(&KINDS, &ChannelKind::Push);
    let ids = delete.query_map(params![account.as_bytes(), kind, session], |row| {
        Ok((ChannelId::from_bytes(row.get(0)?), row.get(1)?))
    })?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A browser has another session.
pub fn hand_over(
    tx: &WriteTx<'_>,
    account: AccountId,
    (from, to): (SessionId, SessionId),
) -> Result<(), Error> {
    tx.prepare_cached("UPDATE channels SET session = ?3 WHERE account = ?1 AND session = ?2")?
        .execute(params![account.as_bytes(), from.as_bytes(), to.as_bytes()])?;
    Ok(())
}

/// Kind and sealed name of a channel.
pub fn brief(
    tx: &ReadTx<'_>,
    account: AccountId,
    id: ChannelId,
) -> Result<Option<(ChannelKind, Vec<u8>)>, Error> {
    let mut query = tx.prepare_cached("SELECT kind, name FROM channels WHERE account = ?1 AND id = ?2")?;
    let found = query.query_row(params![account.as_bytes(), id.as_bytes()], |row| {
        Ok((at(&KINDS, row.get(0)?)?, row.get(1)?))
    });
    Ok(found.optional()?)
}

/// Which channels get every reminder, and which stand in; and where there are none, which one was gone last.
pub fn routing(tx: &ReadTx<'_>, account: AccountId) -> Result<Routing, Error> {
    let mut query = tx.prepare_cached(
        "SELECT id, role FROM channels WHERE account = ?1 AND ended_at IS NULL ORDER BY position, id",
    )?;
    let mut routing = Routing::default();
    let mut rows = query.query([account.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let id = ChannelId::from_bytes(row.get(0)?);
        match at(&ROLES, row.get(1)?)? {
            ChannelRole::Always => routing.always.push(id),
            ChannelRole::Fallback => routing.fallbacks.push(id),
        }
    }
    if routing.targets().is_empty() {
        routing.lost = lost(tx, account)?;
    }
    Ok(routing)
}

/// The channel that its push service ended last. What its person has ended is not looked for.
fn lost(tx: &ReadTx<'_>, account: AccountId) -> Result<Option<ChannelId>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT id FROM channels WHERE account = ?1 AND ended_reason = ?2 ORDER BY ended_at DESC, id LIMIT 1",
    )?;
    let id = query.query_row(params![account.as_bytes(), Reason::Gone.as_str()], |row| row.get(0));
    Ok(id.optional()?.map(ChannelId::from_bytes))
}

/// The first fallback after this channel, or of all where it is none itself; without those that have ended.
pub fn fallback_after(
    tx: &ReadTx<'_>,
    account: AccountId,
    channel: ChannelId,
) -> Result<Option<ChannelId>, Error> {
    let role = number(&ROLES, &ChannelRole::Fallback);
    let mut place =
        tx.prepare_cached("SELECT position FROM channels WHERE account = ?1 AND id = ?2 AND role = ?3")?;
    let key = params![account.as_bytes(), channel.as_bytes(), role];
    let position: i64 = place.query_row(key, |row| row.get(0)).optional()?.unwrap_or(-1);
    let mut next = tx.prepare_cached(
        "SELECT id FROM channels
         WHERE account = ?1 AND ended_at IS NULL AND role = ?3 AND (position, id) > (?4, ?2)
         ORDER BY position, id LIMIT 1",
    )?;
    let key = params![account.as_bytes(), channel.as_bytes(), role, position];
    let id = next.query_row(key, |row| row.get(0)).optional()?;
    Ok(id.map(ChannelId::from_bytes))
}

/// The browsers that have not ended.
pub fn push_channels(tx: &ReadTx<'_>, account: AccountId) -> Result<Vec<ChannelId>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT id FROM channels WHERE account = ?1 AND ended_at IS NULL AND kind = ?2 ORDER BY position, id",
    )?;
    let ids = query.query_map(params![account.as_bytes(), number(&KINDS, &ChannelKind::Push)], |row| {
        Ok(ChannelId::from_bytes(row.get(0)?))
    })?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A message got through; a note of the same minute stays. Answers whether it was written.
pub fn note_success(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: ChannelId,
    at: Timestamp,
) -> Result<bool, Error> {
    let mut update = tx.prepare_cached(
        "UPDATE channels SET last_success_at = ?3
         WHERE account = ?1 AND id = ?2 AND (last_success_at IS NULL OR last_success_at <= ?3 - ?4)",
    )?;
    let changed = update.execute(params![account.as_bytes(), id.as_bytes(), at.as_microsecond(), MINUTE])?;
    Ok(changed == 1)
}

/// A message did not get through; a note of the same minute and reason stays. Answers whether it
/// was written.
pub fn note_error(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: ChannelId,
    error: &ChannelError,
) -> Result<bool, Error> {
    let mut update = tx.prepare_cached(
        "UPDATE channels SET last_error_at = ?3, last_error = ?4
         WHERE account = ?1 AND id = ?2
           AND (last_error IS NULL OR last_error <> ?4 OR last_error_at <= ?3 - ?5)",
    )?;
    let changed = update.execute(params![
        account.as_bytes(),
        id.as_bytes(),
        error.at.as_microsecond(),
        error.reason.as_str(),
        MINUTE
    ])?;
    Ok(changed == 1)
}

/// Ends a channel that has not ended yet, if it is still of this revision. Answers whether it was.
pub fn end(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: ChannelId,
    seen: u64,
    error: &ChannelError,
) -> Result<bool, Error> {
    let mut update = tx.prepare_cached(
        "UPDATE channels
         SET ended_at = ?4, ended_reason = ?5, last_error_at = ?4, last_error = ?5, revision = revision + 1
         WHERE account = ?1 AND id = ?2 AND revision = ?3 AND ended_at IS NULL",
    )?;
    let changed = update.execute(params![
        account.as_bytes(),
        id.as_bytes(),
        seen,
        error.at.as_microsecond(),
        error.reason.as_str()
    ])?;
    Ok(changed == 1)
}

/// Deletes all channels of an account; answers how many there were.
pub fn forget(tx: &WriteTx<'_>, account: AccountId) -> Result<usize, Error> {
    Ok(tx.prepare_cached("DELETE FROM channels WHERE account = ?1")?.execute([account.as_bytes()])?)
}
