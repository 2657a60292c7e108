//! Reminders in SQLite: the outbox, how far each account is planned, its settings, what was acknowledged.

use crate::{
    db::{ReadTx, WriteTx},
    error::Error,
    metrics::Outbox,
};
use daymark_shared::{
    event::Event,
    ids::{AccountId, ChannelId, ReminderId, RoutineId},
    occurrence::OccurrenceKey,
    reminder::{Reason, ReminderSettings, ReminderState, StoredSettings},
    schedule::Start,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::HashMap;

/// An occurrence, whatever version of its routine brings it about: an edit opens another.
pub type Place = (RoutineId, Start);

/// Why a row is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A routine's plan asks for it.
    Planned,
    /// The person wanted it later.
    Snoozed,
    /// Another channel had failed.
    Fallback,
    /// Closes what another device shows.
    Close,
    /// Tells that a channel has ended.
    Ended,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Planned, Self::Snoozed, Self::Fallback, Self::Close, Self::Ended];

    const fn number(self) -> u8 {
        self as u8
    }

    fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether the person misses something when it does not arrive.
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Close | Self::Ended)
    }
}

/// What is due earlier than this is not left to a worker's next look.
const SOON: SignedDuration = SignedDuration::from_secs(60);

const PENDING: u8 = 0;
const LEASED: u8 = 1;
const SENT: u8 = 2;
const FAILED: u8 = 3;
const EXPIRED: u8 = 4;
const ACKNOWLEDGED: u8 = 5;

fn state(number: u8) -> Option<ReminderState> {
    Some(match number {
        PENDING => ReminderState::Pending,
        LEASED => ReminderState::Leased,
        SENT => ReminderState::Sent,
        FAILED => ReminderState::Failed,
        EXPIRED => ReminderState::Expired,
        ACKNOWLEDGED => ReminderState::Acknowledged,
        _ => return None,
    })
}

/// A reminder's row, as far as it says what is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    pub id: ReminderId,
    pub account: AccountId,
    pub routine: RoutineId,
    pub key: OccurrenceKey,
    pub channel: ChannelId,
    pub kind: Kind,
    pub offset: u16,
    pub round: u8,
    pub due_at: Timestamp,
    pub starts_at: Timestamp,
    pub until: Timestamp,
}

impl Owed {
    /// When its offset rang first, before it rang again.
    pub fn first_at(&self) -> Timestamp {
        let before = SignedDuration::from_mins(i64::from(self.offset));
        self.starts_at.checked_sub(before).unwrap_or(self.due_at)
    }
}

/// A row that a worker has leased.
#[derive(Debug, Clone)]
pub struct Leased {
    pub seq: i64,
    pub owed: Owed,
    /// Which lease this is: a later one takes the row away.
    pub fence: u32,
    /// How many tries there were, this one included.
    pub attempts: u32,
}

/// A row as lists show it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub owed: Owed,
    pub state: ReminderState,
    pub late: bool,
    pub reason: Option<Reason>,
    pub settled_at: Option<Timestamp>,
    pub told_elsewhere: bool,
}

fn damaged(column: usize, what: &str) -> rusqlite::Error {
    let error = format!("what is stored is not {what}");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// The columns that [`owed`] reads.
macro_rules! owed_columns {
    () => {
        "id, account, routine, version, original, channel, kind, \"offset\", round, due_at, starts_at, until"
    };
}

fn owed(row: &Row<'_>) -> rusqlite::Result<Owed> {
    let original = Start::from_compact(row.get_ref(4)?.as_str()?).ok_or_else(|| damaged(4, "a start"))?;
    Ok(Owed {
        id: ReminderId::from_bytes(row.get(0)?),
        account: AccountId::from_bytes(row.get(1)?),
        routine: RoutineId::from_bytes(row.get(2)?),
        key: OccurrenceKey { version: row.get(3)?, original },
        channel: ChannelId::from_bytes(row.get(5)?),
        kind: Kind::of(row.get(6)?).ok_or_else(|| damaged(6, "a kind"))?,
        offset: row.get(7)?,
        round: row.get(8)?,
        due_at: instant(row.get(9)?),
        starts_at: instant(row.get(10)?),
        until: instant(row.get(11)?),
    })
}

/// Until when an account is planned; `None` for one to which nothing is owed.
pub fn planned_until(tx: &ReadTx<'_>, account: AccountId) -> Result<Option<Timestamp>, Error> {
    let mut query = tx.prepare_cached("SELECT planned_until FROM reminder_plans WHERE account = ?1")?;
    Ok(query.query_row([account.as_bytes()], |row| row.get(0)).optional()?.map(instant))
}

/// Notes until when an account is planned.
pub fn set_planned_until(tx: &WriteTx<'_>, account: AccountId, until: Timestamp) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO reminder_plans (account, planned_until) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET planned_until = excluded.planned_until",
    )?
    .execute(params![account.as_bytes(), until.as_microsecond()])?;
    Ok(())
}

/// Plans no more for an account.
pub fn stop_planning(tx: &WriteTx<'_>, account: AccountId) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM reminder_plans WHERE account = ?1")?.execute([account.as_bytes()])?;
    Ok(())
}

/// Accounts that are planned to less than `horizon`, those furthest behind first.
pub fn behind(tx: &ReadTx<'_>, horizon: Timestamp, limit: usize) -> Result<Vec<AccountId>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT account FROM reminder_plans WHERE planned_until < ?1 ORDER BY planned_until LIMIT ?2",
    )?;
    let rows = query.query_map(params![horizon.as_microsecond(), limit as i64], |row| row.get(0))?;
    let accounts = rows.map(|row| row.map(AccountId::from_bytes));
    Ok(accounts.collect::<Result<_, _>>()?)
}

/// Adds a row; one that is there already stays as it is.
pub fn insert(tx: &WriteTx<'_>, owed: &Owed, next_at: Timestamp, now: Timestamp) -> Result<(), Error> {
    if next_at.duration_since(now) < SOON {
        tx.wake();
    }
    // The way from a request to the messages that come of it.
    tracing::debug!(reminder.id = %owed.id, due_at = %owed.due_at, "a reminder is planned");
    tx.prepare_cached(
        "INSERT INTO reminders (id, account, routine, version, original, channel, kind, \"offset\", round, due_at,
                                starts_at, until, state, next_at, fence, attempts, sent_late, missed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, 0, 0, 0, 0)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        owed.id.as_bytes(),
        owed.account.as_bytes(),
        owed.routine.as_bytes(),
        owed.key.version,
        owed.key.original.compact(),
        owed.channel.as_bytes(),
        owed.kind.number(),
        owed.offset,
        owed.round,
        owed.due_at.as_microsecond(),
        owed.starts_at.as_microsecond(),
        owed.until.as_microsecond(),
        next_at.as_microsecond(),
    ])?;
    Ok(())
}

/// Rows of an account that nothing has become of yet, of one routine or of all. One that cannot be read is parked, alone.
pub fn open(
    tx: &WriteTx<'_>,
    account: AccountId,
    routine: Option<RoutineId>,
    now: Timestamp,
) -> Result<Vec<(i64, Owed)>, Error> {
    let read = |row: &Row<'_>| Ok((row.get(12)?, owed(row)));
    let rows: Result<Vec<_>, _> = match routine {
        Some(routine) => tx
            .prepare_cached(concat!(
                "SELECT ",
                owed_columns!(),
                ", seq FROM reminders INDEXED BY reminders_open
                 WHERE account = ?1 AND routine = ?2 AND settled_at IS NULL"
            ))?
            .query_map(params![account.as_bytes(), routine.as_bytes()], read)?
            .collect(),
        None => tx
            .prepare_cached(concat!(
                "SELECT ",
                owed_columns!(),
                ", seq FROM reminders INDEXED BY reminders_open WHERE account = ?1 AND settled_at IS NULL"
            ))?
            .query_map([account.as_bytes()], read)?
            .collect(),
    };
    readable(tx, rows?, now)
}

/// Those that could be read; the others are parked.
fn readable(
    tx: &WriteTx<'_>,
    rows: Vec<(i64, rusqlite::Result<Owed>)>,
    now: Timestamp,
) -> Result<Vec<(i64, Owed)>, Error> {
    let mut all = Vec::with_capacity(rows.len());
    for (seq, row) in rows {
        match row {
            Ok(owed) => all.push((seq, owed)),
            Err(error) => park(tx, seq, now, &error)?,
        }
    }
    Ok(all)
}

/// Settles a row that cannot be read as missed. What is damaged of it is replaced by what can be read, so that it can be listed:
/// an occurrence that is not there, under the hour at which it was to start.
fn park(tx: &WriteTx<'_>, seq: i64, now: Timestamp, why: &rusqlite::Error) -> Result<(), Error> {
    tracing::error!(reminder.seq = seq, error = %why, "a reminder cannot be read: it is parked");
    tx.set_aside();
    let read = |row: &Row<'_>| {
        let known = row.get_ref(0)?.as_str().ok().and_then(Start::from_compact);
        Ok((known, instant(row.get(1)?), row.get::<_, [u8; 16]>(2).map(AccountId::from_bytes).ok()))
    };
    let (known, starts_at, account) = tx
        .prepare_cached("SELECT original, starts_at, account FROM reminders WHERE seq = ?1")?
        .query_row([seq], read)?;
    let original = known.unwrap_or_else(|| Start::At(starts_at.to_zoned(TimeZone::UTC).datetime()));
    tx.prepare_cached(
        "UPDATE OR REPLACE reminders
         SET state = 3, next_at = NULL, settled_at = ?2, fence = fence + 1, reason = 'unreadable',
             id = iif(length(id) = 16, id, randomblob(16)),
             routine = iif(length(routine) = 16, routine, zeroblob(16)),
             channel = iif(length(channel) = 16, channel, zeroblob(16)),
             original = ?3, version = iif(?4 AND version BETWEEN 0 AND 4294967295, version, 0),
             \"offset\" = iif(\"offset\" BETWEEN 0 AND 65535, \"offset\", 0),
             round = iif(round BETWEEN 0 AND 255, round, 0),
             kind = iif(kind BETWEEN 0 AND 4, kind, 0), missed = ?5 AND kind NOT IN (3, 4)
         WHERE seq = ?1",
    )?
    .execute(params![
        seq,
        now.as_microsecond(),
        original.compact(),
        known.is_some(),
        account.is_some()
    ])?;
    if let Some(account) = account {
        tx.emit(account, Event::Resync);
    }
    Ok(())
}

/// Lets a row that waits to be tried again be looked at now.
pub fn look_now(tx: &WriteTx<'_>, seq: i64, now: Timestamp) -> Result<(), Error> {
    let mut update =
        tx.prepare_cached("UPDATE reminders SET next_at = ?2 WHERE seq = ?1 AND state = 0 AND next_at > ?2")?;
    if update.execute(params![seq, now.as_microsecond()])? == 1 {
        tx.wake();
    }
    Ok(())
}

/// Whether there is, or was, a row of the same ring for this channel.
pub fn is_known_to(tx: &ReadTx<'_>, owed: &Owed, channel: ChannelId) -> Result<bool, Error> {
    let mut query = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM reminders
                        WHERE account = ?1 AND routine = ?2 AND original = ?3 AND \"offset\" = ?4 AND due_at = ?5
                          AND channel = ?6 AND kind < 3)",
    )?;
    let key = params![
        owed.account.as_bytes(),
        owed.routine.as_bytes(),
        owed.key.original.compact(),
        owed.offset,
        owed.due_at.as_microsecond(),
        channel.as_bytes(),
    ];
    Ok(query.query_row(key, |row| row.get(0))?)
}

/// Forgets a row.
pub fn delete(tx: &WriteTx<'_>, seq: i64) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM reminders WHERE seq = ?1")?.execute([seq])?;
    Ok(())
}

/// Lets a row follow its occurrence to another version.
pub fn follow(tx: &WriteTx<'_>, seq: i64, owed: &Owed) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE OR REPLACE reminders SET version = ?2, starts_at = ?3, until = ?4 WHERE seq = ?1",
    )?
    .execute(params![
        seq,
        owed.key.version,
        owed.starts_at.as_microsecond(),
        owed.until.as_microsecond()
    ])?;
    Ok(())
}

/// The person has acted: nothing more is owed by this row.
pub fn acknowledge(tx: &WriteTx<'_>, seq: i64, now: Timestamp) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE reminders SET state = 5, next_at = NULL, settled_at = ?2, fence = fence + 1
         WHERE seq = ?1 AND settled_at IS NULL",
    )?
    .execute(params![seq, now.as_microsecond()])?;
    Ok(())
}

/// Forgets all of a routine.
pub fn delete_routine(tx: &WriteTx<'_>, account: AccountId, routine: RoutineId) -> Result<(), Error> {
    let key = params![account.as_bytes(), routine.as_bytes()];
    tx.prepare_cached("DELETE FROM reminders WHERE account = ?1 AND routine = ?2")?.execute(key)?;
    tx.prepare_cached("DELETE FROM acknowledgements WHERE account = ?1 AND routine = ?2")?.execute(key)?;
    Ok(())
}

/// Settles rows that came too late to be of use; at most `limit` of them. Answers whose they were. One that cannot be read is
/// parked.
pub fn expire(tx: &WriteTx<'_>, now: Timestamp, limit: usize) -> Result<Vec<(AccountId, ReminderId)>, Error> {
    let mut update = tx.prepare_cached(concat!(
        "UPDATE reminders
         SET state = iif(attempts = 0, 4, 3), next_at = NULL, settled_at = ?1, fence = fence + 1,
             missed = kind < 3, reason = coalesce(reason, iif(attempts = 0, 'too_late', 'silent'))
         WHERE seq IN (SELECT seq FROM reminders INDEXED BY reminders_next
                       WHERE next_at <= ?1 AND until < ?1 ORDER BY next_at LIMIT ?2)
         RETURNING ",
        owed_columns!(),
        ", seq"
    ))?;
    let read = |row: &Row<'_>| Ok((row.get(12)?, owed(row)));
    let rows: Result<Vec<_>, _> =
        update.query_map(params![now.as_microsecond(), limit as i64], read)?.collect();
    let rows = readable(tx, rows?, now)?;
    Ok(rows.into_iter().map(|(_, owed)| (owed.account, owed.id)).collect())
}

/// Leases rows that are due, the longest due first. A row that cannot be read is parked, alone.
pub fn claim(
    tx: &WriteTx<'_>,
    now: Timestamp,
    lease: SignedDuration,
    limit: usize,
) -> Result<Vec<Leased>, Error> {
    let mut update = tx.prepare_cached(concat!(
        "UPDATE reminders SET state = 1, next_at = ?2, fence = fence + 1, attempts = attempts + 1
         WHERE seq IN (SELECT seq FROM reminders INDEXED BY reminders_next
                       WHERE next_at <= ?1 AND until >= ?1 ORDER BY next_at LIMIT ?3)
         RETURNING ",
        owed_columns!(),
        ", seq, fence, attempts"
    ))?;
    let ends = now.checked_add(lease).unwrap_or(Timestamp::MAX);
    let mut rows = update.query(params![now.as_microsecond(), ends.as_microsecond(), limit as i64])?;
    let (mut leased, mut broken) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(12)?;
        match owed(row) {
            Ok(owed) => leased.push(Leased { seq, owed, fence: row.get(13)?, attempts: row.get(14)? }),
            Err(error) => broken.push((seq, error)),
        }
    }
    drop(rows);
    for (seq, error) in broken {
        park(tx, seq, now, &error)?;
    }
    // RETURNING keeps no order.
    leased.sort_by_key(|leased| leased.owed.due_at);
    Ok(leased)
}

/// What becomes of a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The other end has it.
    Sent {
        /// Later than a minute after it was due.
        late: bool,
    },
    /// It is tried again then.
    Again {
        /// When.
        at: Timestamp,
        /// Why this try failed; none where it was not tried at all.
        reason: Option<Reason>,
    },
    /// It could not be delivered.
    Failed(Reason),
    /// It is of no use any more.
    Expired(Reason),
    /// Its person has taken the channel away: nothing is owed there.
    Dropped,
}

impl Settled {
    /// The name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::Again { .. } => "again",
            Self::Failed(_) => "failed",
            Self::Expired(_) => "expired",
            Self::Dropped => "dropped",
        }
    }

    /// What went wrong.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Sent { .. } | Self::Dropped => None,
            Self::Again { reason, .. } => *reason,
            Self::Failed(reason) | Self::Expired(reason) => Some(*reason),
        }
    }
}

/// Records what became of a lease; false where somebody else holds the row by now.
pub fn settle(tx: &WriteTx<'_>, leased: &Leased, now: Timestamp, settled: &Settled) -> Result<bool, Error> {
    let (state, next_at, reason, late) = match settled {
        Settled::Dropped => {
            let mut delete =
                tx.prepare_cached("DELETE FROM reminders WHERE seq = ?1 AND fence = ?2 AND state = 1")?;
            return Ok(delete.execute(params![leased.seq, leased.fence])? == 1);
        }
        Settled::Sent { late } => (SENT, None, None, *late),
        Settled::Again { at, reason } => (PENDING, Some(at.as_microsecond()), *reason, false),
        Settled::Failed(reason) => (FAILED, None, Some(*reason), false),
        Settled::Expired(reason) => (EXPIRED, None, Some(*reason), false),
    };
    let settled_at = next_at.is_none().then(|| now.as_microsecond());
    let is_missed = leased.owed.kind.counts() && (late || matches!(state, FAILED | EXPIRED));
    // A try that was not made does not count.
    let tries = u32::from(matches!(settled, Settled::Again { reason: None, .. }));
    let mut update = tx.prepare_cached(
        "UPDATE reminders SET state = ?3, next_at = ?4, reason = coalesce(?5, reason), sent_late = ?6, settled_at = ?7,
                              missed = ?8, attempts = attempts - ?9
         WHERE seq = ?1 AND fence = ?2 AND state = 1",
    )?;
    let reason = reason.map(Reason::as_str);
    let key = params![leased.seq, leased.fence, state, next_at, reason, late, settled_at, is_missed, tries];
    Ok(update.execute(key)? == 1)
}

/// Whether rows were given up as too late that are not due yet: the clock was ahead, and is right again.
pub fn is_too_early(tx: &ReadTx<'_>, now: Timestamp) -> Result<bool, Error> {
    let mut query = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM reminders INDEXED BY reminders_missed
                        WHERE missed = 1 AND state = 4 AND reason = 'too_late' AND due_at > ?1)",
    )?;
    Ok(query.query_row([now.as_microsecond()], |row| row.get(0))?)
}

/// Owes them again. Answers how many there were.
pub fn reopen(tx: &WriteTx<'_>, now: Timestamp) -> Result<usize, Error> {
    tx.wake();
    let mut update = tx.prepare_cached(
        "UPDATE reminders INDEXED BY reminders_missed
         SET state = 0, next_at = due_at, settled_at = NULL, reason = NULL, missed = 0
         WHERE missed = 1 AND state = 4 AND reason = 'too_late' AND due_at > ?1",
    )?;
    Ok(update.execute([now.as_microsecond()])?)
}

/// When the next row wants to be looked at.
pub fn next_due(tx: &ReadTx<'_>) -> Result<Option<Timestamp>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT next_at FROM reminders INDEXED BY reminders_next WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1",
    )?;
    Ok(query.query_row([], |row| row.get(0)).optional()?.map(instant))
}

/// How much is owed, whoever's it is. Only indexes are read, and the few rows whose lease may be running.
pub fn outbox(tx: &ReadTx<'_>, now: Timestamp, lease: SignedDuration) -> Result<Outbox, Error> {
    let leased_until = now.checked_add(lease).unwrap_or(Timestamp::MAX);
    let count = |sql, key: &[i64]| -> Result<u64, Error> {
        Ok(tx.prepare_cached(sql)?.query_row(rusqlite::params_from_iter(key), |row| row.get(0))?)
    };
    let (now_micros, leased_micros) = (now.as_microsecond(), leased_until.as_microsecond());
    let due =
        count("SELECT count(*) FROM reminders INDEXED BY reminders_next WHERE next_at <= ?1", &[now_micros])?;
    let later =
        count("SELECT count(*) FROM reminders INDEXED BY reminders_next WHERE next_at > ?1", &[now_micros])?;
    let leased = count(
        "SELECT count(*) FROM reminders INDEXED BY reminders_next WHERE next_at > ?1 AND next_at <= ?2 AND state = 1",
        &[now_micros, leased_micros],
    )?;
    let missed = count("SELECT count(*) FROM reminders INDEXED BY reminders_missed WHERE missed = 1", &[])?;
    let longest = next_due(tx)?.map_or(SignedDuration::ZERO, |next| now.duration_since(next));
    let oldest_due_s = longest.as_secs_f64().max(0.0);
    Ok(Outbox { pending: later.saturating_sub(leased), due, leased, missed, oldest_due_s })
}

/// Forgets rows settled before `before`, those that were missed among them, and acknowledgements as old; at most `limit` of
/// each. Answers how many went of that of which there were more.
pub fn prune(tx: &WriteTx<'_>, before: Timestamp, limit: usize) -> Result<usize, Error> {
    let key = params![before.as_microsecond(), limit as i64];
    let mut forget = tx.prepare_cached(
        "DELETE FROM acknowledgements WHERE (account, routine, original) IN
             (SELECT account, routine, original FROM acknowledgements WHERE at < ?1 LIMIT ?2)",
    )?;
    let forgotten = forget.execute(key)?;
    let mut delete = tx.prepare_cached(
        "DELETE FROM reminders WHERE seq IN
             (SELECT seq FROM reminders INDEXED BY reminders_settled
              WHERE settled_at IS NOT NULL AND settled_at < ?1 LIMIT ?2)",
    )?;
    Ok(delete.execute(key)?.max(forgotten))
}

macro_rules! listed_columns {
    () => {
        concat!(
            owed_columns!(),
            ", state, sent_late, reason, settled_at,
               EXISTS (SELECT 1 FROM reminders AS other
                       WHERE other.account = reminders.account AND other.routine = reminders.routine
                         AND other.original = reminders.original AND other.due_at = reminders.due_at
                         AND other.\"offset\" = reminders.\"offset\" AND other.channel <> reminders.channel
                         AND other.state = 2 AND other.sent_late = 0 AND other.kind < 3)"
        )
    };
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        owed: owed(row)?,
        state: state(row.get(12)?).ok_or_else(|| damaged(12, "a state"))?,
        late: row.get(13)?,
        reason: row.get_ref(14)?.as_str_or_null()?.and_then(Reason::named),
        settled_at: row.get::<_, Option<i64>>(15)?.map(instant),
        told_elsewhere: row.get(16)?,
    })
}

/// Where a page of a list goes on: due instant and id of the last one before it.
pub type Cursor = (Timestamp, ReminderId);

/// Missed ones, newest first.
pub fn missed(
    tx: &ReadTx<'_>,
    account: AccountId,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Listed>, Error> {
    let (due, id) = after.unwrap_or((Timestamp::MAX, ReminderId::from_bytes([0xff; 16])));
    let mut query = tx.prepare_cached(concat!(
        "SELECT ",
        listed_columns!(),
        " FROM reminders INDEXED BY reminders_missed
         WHERE account = ?1 AND missed = 1 AND (due_at, id) < (?2, ?3) ORDER BY due_at DESC, id DESC LIMIT ?4"
    ))?;
    let key = params![account.as_bytes(), due.as_microsecond(), id.as_bytes(), limit as i64];
    listable(query.query_map(key, listed)?)
}

/// What can be read of the rows: one that cannot is not in the way of the others.
fn listable(rows: impl Iterator<Item = rusqlite::Result<Listed>>) -> Result<Vec<Listed>, Error> {
    let mut listed = Vec::new();
    for row in rows {
        match row {
            Ok(row) => listed.push(row),
            Err(
                error @ (rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)),
            ) => {
                tracing::error!(%error, "a reminder cannot be read: it is not listed");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(listed)
}

/// What is still to come, soonest first.
pub fn upcoming(
    tx: &ReadTx<'_>,
    account: AccountId,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Listed>, Error> {
    let (due, id) = after.unwrap_or((Timestamp::MIN, ReminderId::from_bytes([0; 16])));
    let mut query = tx.prepare_cached(concat!(
        "SELECT ",
        listed_columns!(),
        " FROM reminders INDEXED BY reminders_open
         WHERE account = ?1 AND settled_at IS NULL AND kind < 3 AND (due_at, id) > (?2, ?3)
         ORDER BY due_at, id LIMIT ?4"
    ))?;
    let key = params![account.as_bytes(), due.as_microsecond(), id.as_bytes(), limit as i64];
    listable(query.query_map(key, listed)?)
}

/// One reminder.
pub fn find(tx: &ReadTx<'_>, account: AccountId, id: ReminderId) -> Result<Option<Owed>, Error> {
    let mut query = tx.prepare_cached(concat!(
        "SELECT ",
        owed_columns!(),
        " FROM reminders WHERE id = ?2 AND account = ?1"
    ))?;
    Ok(query.query_row(params![account.as_bytes(), id.as_bytes()], owed).optional()?)
}

/// Whether the person had acted before a reminder was settled otherwise.
pub fn is_acknowledged(tx: &ReadTx<'_>, account: AccountId, id: ReminderId) -> Result<bool, Error> {
    let mut query = tx.prepare_cached("SELECT state FROM reminders WHERE id = ?2 AND account = ?1")?;
    let found = query.query_row(params![account.as_bytes(), id.as_bytes()], |row| row.get::<_, u8>(0));
    Ok(found.optional()? == Some(ACKNOWLEDGED))
}

/// Takes the missed ones of an occurrence, or of all of an account's, off the list. Answers how many.
pub fn dismiss(tx: &WriteTx<'_>, account: AccountId, only: Option<Place>) -> Result<usize, Error> {
    Ok(match only {
        None => tx
            .prepare_cached("UPDATE reminders SET missed = 0 WHERE account = ?1 AND missed = 1")?
            .execute([account.as_bytes()])?,
        Some((routine, original)) => tx
            .prepare_cached(
                "UPDATE reminders SET missed = 0 WHERE account = ?1 AND missed = 1 AND routine = ?2 AND original = ?3",
            )?
            .execute(params![account.as_bytes(), routine.as_bytes(), original.compact()])?,
    })
}

/// The channels that got a reminder of this occurrence since `since`, or may have: some are on their way.
pub fn told(
    tx: &ReadTx<'_>,
    account: AccountId,
    (routine, original): (RoutineId, Start),
    since: Timestamp,
) -> Result<Vec<ChannelId>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT DISTINCT channel FROM reminders
         WHERE account = ?1 AND routine = ?2 AND original = ?3 AND kind < 3
           AND (state = 2 OR (attempts > 0 AND state IN (1, 5))) AND coalesce(settled_at, ?4) >= ?4",
    )?;
    let key = params![account.as_bytes(), routine.as_bytes(), original.compact(), since.as_microsecond()];
    let rows = query.query_map(key, |row| row.get(0))?;
    let channels = rows.map(|row| row.map(ChannelId::from_bytes));
    Ok(channels.collect::<Result<_, _>>()?)
}

/// Notes that the person knows of what is due of an occurrence until then, whatever version of its routine brings it about.
pub fn note_acknowledged(
    tx: &WriteTx<'_>,
    account: AccountId,
    (routine, original): Place,
    starts_at: Timestamp,
    until: Timestamp,
) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO acknowledgements (account, routine, original, at, starts_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET at = max(at, excluded.at), starts_at = excluded.starts_at",
    )?
    .execute(params![
        account.as_bytes(),
        routine.as_bytes(),
        original.compact(),
        until.as_microsecond(),
        starts_at.as_microsecond(),
    ])?;
    Ok(())
}

/// Which occurrences that start between the two the person knows of, and until when: what is due by then is over.
pub fn acknowledged(
    tx: &ReadTx<'_>,
    account: AccountId,
    (first, last): (Timestamp, Timestamp),
) -> Result<HashMap<Place, Timestamp>, Error> {
    let mut query = tx.prepare_cached(
        "SELECT routine, original, at FROM acknowledgements INDEXED BY acknowledgements_by_start
         WHERE account = ?1 AND starts_at BETWEEN ?2 AND ?3",
    )?;
    let key = params![account.as_bytes(), first.as_microsecond(), last.as_microsecond()];
    let read = |row: &Row<'_>| -> rusqlite::Result<(Place, Timestamp)> {
        let original = Start::from_compact(row.get_ref(1)?.as_str()?).ok_or_else(|| damaged(1, "a start"))?;
        Ok(((RoutineId::from_bytes(row.get(0)?), original), instant(row.get(2)?)))
    };
    let rows: Result<Vec<_>, _> = query.query_map(key, |row| Ok(read(row)))?.collect();
    let known = rows?.into_iter().filter_map(|row| {
        // Better that something rings again than that nothing can be changed.
        row.inspect_err(|error| tracing::error!(%error, "what was acted on cannot be read: it is left out"))
            .ok()
    });
    Ok(known.collect())
}

/// The person does not know any more.
pub fn forget_acknowledged(
    tx: &WriteTx<'_>,
    account: AccountId,
    (routine, original): Place,
) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM acknowledgements WHERE account = ?1 AND routine = ?2 AND original = ?3")?
        .execute(params![account.as_bytes(), routine.as_bytes(), original.compact()])?;
    Ok(())
}

/// The occurrences that ring again because the person wanted it, and when.
pub fn snoozed(tx: &ReadTx<'_>, account: AccountId) -> Result<HashMap<Place, Timestamp>, Error> {
    let mut query = tx.prepare_cached(concat!(
        "SELECT ",
        owed_columns!(),
        " FROM reminders INDEXED BY reminders_snoozed WHERE account = ?1 AND settled_at IS NULL AND kind = 1"
    ))?;
    let rows: Result<Vec<_>, _> = query.query_map([account.as_bytes()], |row| Ok(owed(row)))?.collect();
    // One that cannot be read is parked by whoever changes something.
    let known = rows?.into_iter().flatten();
    Ok(known.map(|owed| ((owed.routine, owed.key.original), owed.due_at)).collect())
}

/// An account's settings; revision 0 while they are the usual ones.
pub fn settings(tx: &ReadTx<'_>, account: AccountId) -> Result<StoredSettings, Error> {
    let mut query =
        tx.prepare_cached("SELECT settings, revision FROM reminder_settings WHERE account = ?1")?;
    let found = query.query_row([account.as_bytes()], |row| {
        let settings = serde_json::from_str(row.get_ref(0)?.as_str()?).map_err(|_| damaged(0, "settings"))?;
        Ok(StoredSettings { settings, revision: row.get(1)? })
    });
    let usual = || StoredSettings { settings: ReminderSettings::default(), revision: 0 };
    Ok(found.optional()?.unwrap_or_else(usual))
}

/// Stores an account's settings.
pub fn put_settings(tx: &WriteTx<'_>, account: AccountId, stored: &StoredSettings) -> Result<(), Error> {
    let settings =
        serde_json::to_string(&stored.settings).map_err(|error| Error::Internal(error.to_string()))?;
    tx.prepare_cached(
        "INSERT INTO reminder_settings (account, settings, revision) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET settings = excluded.settings, revision = excluded.revision",
    )?
    .execute(params![account.as_bytes(), settings, stored.revision])?;
    Ok(())
}

/// Deletes what an account has here, at most `most` rows of each kind; answers how many went.
pub fn forget(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    let one = [account.as_bytes()];
    let mut gone = tx.prepare_cached("DELETE FROM reminder_plans WHERE account = ?1")?.execute(one)?
        + tx.prepare_cached("DELETE FROM reminder_settings WHERE account = ?1")?.execute(one)?;
    let key = params![account.as_bytes(), most as i64];
    gone += tx
        .prepare_cached(
            "DELETE FROM reminders WHERE seq IN (SELECT seq FROM reminders WHERE account = ?1 LIMIT ?2)",
        )?
        .execute(key)?;
    gone += tx
        .prepare_cached(
            "DELETE FROM acknowledgements WHERE (account, routine, original) IN
                 (SELECT account, routine, original FROM acknowledgements WHERE account = ?1 LIMIT ?2)",
        )?
        .execute(key)?;
    Ok(gone)
}
