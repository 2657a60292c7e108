//! Makes backups by the schedule. Any number of processes may try: one at a time has the turn, and what became of it is
//! in a file that all of them read.

use super::{Error, Turn, keep, status::Status};
use crate::{clock::monotonic, db::backup::Cancel, jobs::Stop, state::State};
use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::{sync::Arc, time::Duration};

/// How long another process's backup is waited for before the next look, at most.
const LOOK: Duration = Duration::from_secs(30);

/// Goes on until asked to stop; what is being made then is given up, and leaves nothing.
pub fn run(state: Arc<State>, mut stop: Stop) -> LocalBoxFuture<'static, ()> {
    Box::pin(async move {
        let Some(every) = state.config.backups.every else { return stop.asked().await };
        loop {
            let next = match due(&state, every).await {
                Ok(due) => due,
                Err(error) => {
                    tracing::error!(%error, "the schedule of backups cannot be read");
                    later(&state, LOOK)
                }
            };
            tokio::select! {
                () = stop.asked() => return,
                () = state.clock.sleep_until(next) => {}
            }
            let cancel = Cancel::default();
            let mut turn = Box::pin(take_turn(&state, every, &cancel));
            tokio::select! {
                () = &mut turn => {}
                () = stop.asked() => {
                    cancel.cancel();
                    return turn.await;
                }
            }
        }
    })
}

/// When the next one is due; the first look begins the schedule.
async fn due(state: &State, every: Duration) -> Result<Timestamp, Error> {
    let (storage, now) = (&state.config.storage, state.clock.now());
    if let Some(status) = Status::read(storage)? {
        return Ok(status.due(every, now));
    }
    match Turn::take(storage, Duration::ZERO) {
        Ok(_turn) => {
            // Another process may have been quicker.
            if Status::read(storage)?.is_none() {
                Status::new(now).write(storage)?;
            }
        }
        Err(Error::Busy) => return Ok(later(state, LOOK.min(every))),
        Err(error) => return Err(error),
    }
    Ok(Status::read(storage)?.map_or(now, |status| status.due(every, now)))
}

/// Makes one, if no other process does, or has done so meanwhile.
async fn take_turn(state: &State, every: Duration, cancel: &Cancel) {
    let storage = &state.config.storage;
    let turn = match Turn::take(storage, Duration::ZERO) {
        Ok(turn) => turn,
        Err(Error::Busy) => return state.clock.sleep_until(later(state, LOOK.min(every))).await,
        Err(error) => {
            tracing::error!(%error, "no backup was made");
            return state.clock.sleep_until(later(state, LOOK)).await;
        }
    };
    let now = state.clock.now();
    if let Ok(Some(status)) = Status::read(storage)
        && status.due(every, now) > now
    {
        return;
    }
    let begun = monotonic();
    match keep::scheduled(&state.config, turn, &state.clock, cancel).await {
        Ok(made) => {
            state.metrics.backed_up(true);
            let (bytes, removed) = (made.bytes, made.removed.len());
            tracing::info!(bytes, removed, seconds = begun.elapsed().as_secs(), "a backup was made");
            if let Some(error) = made.not_removed {
                tracing::warn!(error, "backups that are kept no longer were not removed");
            }
        }
        Err(_) if cancel.is_asked() => {}
        Err(error) => {
            state.metrics.backed_up(false);
            tracing::error!(%error, "no backup was made");
        }
    }
}

fn later(state: &State, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    state.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX)
}
