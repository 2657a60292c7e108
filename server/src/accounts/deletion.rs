//! The end of an account: its data key first, so that nothing of it can be read again, then all that it sealed.

use super::{
    operate::{Who, refuse_last_admin},
    password, store,
};
use crate::{
    caller::Caller,
    channels, days,
    db::{ReadTx, WriteTx},
    error::Error,
    reminders, routines, runs, sessions,
    state::State,
};
use daymark_shared::{account::Role, ids::AccountId, problem::Code};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};

/// Rows of a kind in one transaction, so that people's writes get their turn.
const BATCH: usize = 1_000;
/// How long a busy database is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long other processes may still write for a session that has ended: they believe in it for so long, and a request
/// takes its time.
const ECHO: SignedDuration = SignedDuration::from_secs(3);

/// What was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Which account.
    pub id: AccountId,
    /// How many sessions ended.
    pub sessions_ended: usize,
    /// How many rows went with it.
    pub rows: usize,
}

/// Deletes an account with everything that it has. Killed on its way, it goes on when it is called again; what was sealed is
/// unreadable from its first transaction on.
///
/// # Errors
/// `not_found`; `forbidden` for the last admin, unless forced.
pub async fn delete(state: &Arc<State>, who: Who, force: bool) -> Result<Deleted, Error> {
    let vault = state.vault.clone();
    let find = move |tx: &ReadTx<'_>| {
        let id = who.find(tx, &vault)?;
        let row = store::find(tx, id)?.ok_or(Code::NotFound)?;
        Ok((id, row.role))
    };
    let (id, role) = state.db.read(find).await?;

    let (shared, now) = (Arc::clone(state), state.clock.now());
    let begin = move |tx: &WriteTx<'_>| {
        if !force {
            refuse_last_admin(tx, role)?;
        }
        shared.vault.destroy_data_key(tx, id)?;
        // Nobody signs in any more, and of two admins that are deleted at once one is the last.
        store::set_password(tx, id, &password::none())?;
        store::set_role(tx, id, Role::Member)?;
        // Nothing is planned or sent from here on.
        let rows = channels::forget_account(tx, id)? + reminders::forget_account(tx, id, BATCH)?;
        let ended = sessions::end_all(tx, &Caller { account: id, vault: &shared.vault, now })?;
        Ok((ended, rows))
    };
    let (ended, mut rows) = state.db.write_patiently(PATIENCE, begin).await?;
    state.sessions.ended(&ended);

    rows += sweep(state, id).await?;
    state.db.write_patiently(PATIENCE, move |tx| store::delete(tx, id)).await?;
    // Whoever had passed already may have written since.
    tokio::time::sleep(ECHO.unsigned_abs()).await;
    rows += sweep(state, id).await?;
    tracing::info!(account.id = %id, rows, "an account was deleted by the operator");
    Ok(Deleted { id, sessions_ended: ended.len(), rows: rows + ended.len() + 1 })
}

/// Deletes what there is of the account in the features; answers how many rows.
async fn sweep(state: &Arc<State>, id: AccountId) -> Result<usize, Error> {
    let mut rows = 0;
    loop {
        let batch = move |tx: &WriteTx<'_>| {
            Ok(channels::forget_account(tx, id)?
                + reminders::forget_account(tx, id, BATCH)?
                + runs::forget_account(tx, id, BATCH)?
                + days::forget_account(tx, id, BATCH)?
                + routines::forget_account(tx, id, BATCH)?)
        };
        match state.db.write_patiently(PATIENCE, batch).await? {
            0 => return Ok(rows),
            some => rows += some,
        }
    }
}
