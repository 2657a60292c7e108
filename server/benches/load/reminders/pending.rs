//! Rows that are not due for long: what they cost. They are put into the database as they are stored, since a million
//! of them would take long over HTTP.

use rusqlite::{Connection, params};
use std::path::Path;

/// Rows of one account.
const EACH: u64 = 100;
/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// Fills the outbox up to so many rows that are due between ten hours and two days from now, of people that are not there.
/// To be called while no server runs.
pub fn fill(data: &Path, now_micros: i64, from: u64, to: u64) -> rusqlite::Result<()> {
    let mut database = Connection::open(data.join("daymark.db"))?;
    database.pragma_update(None, "cache_size", -200_000)?;
    let transaction = database.transaction()?;
    {
        let mut insert = transaction.prepare(
            "INSERT INTO reminders (id, account, routine, version, original, channel, kind, \"offset\", round, due_at,
                                    starts_at, until, state, next_at, fence, attempts, sent_late, missed)
             VALUES (?1, ?2, ?3, 1, '20300101T0700', ?4, 0, 0, 0, ?5, ?5, ?6, 0, ?5, 0, 0, 0, 0)",
        )?;
        for row in from..to {
            let id = |kind: u64, number: u64| {
                let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                [number.to_be_bytes(), (number ^ kind).to_be_bytes()].concat()
            };
            let due = now_micros + 10 * HOUR + (row as i64).wrapping_mul(7_919) % (38 * HOUR);
            let account = id(2, row / EACH);
            insert.execute(params![
                id(1, row),
                account,
                id(3, row),
                id(4, row / EACH),
                due,
                due + HOUR / 2
            ])?;
        }
    }
    transaction.commit()
}
