//! What a command does that needs all that a server has, beside the servers that run.

use crate::{clock::Clock, config::Config, error::Error, state::State};
use std::sync::Arc;

/// Why a command failed.
pub type Failure = Box<dyn std::error::Error>;

/// Does the work with what is there. A folder without a database is most likely another one than was meant.
///
/// # Errors
/// As [`with_new_state`], and where there is no database.
pub async fn with_state<T>(
    config: Config,
    work: impl AsyncFnOnce(&Arc<State>) -> Result<T, Error>,
) -> Result<T, Failure> {
    let database = &config.storage.database;
    if matches!(database.try_exists(), Ok(false)) {
        let why = "are DATA_DIR and DATABASE_URL those of the server?";
        return Err(format!("there is no database at {}: {why}", database.display()).into());
    }
    with_new_state(config, work).await
}

/// Opens everything, making what is missing, does the work, and ends when all is on disk and the other processes have been told.
///
/// # Errors
/// What the work answers, or why there is nothing to work with.
pub async fn with_new_state<T>(
    config: Config,
    work: impl AsyncFnOnce(&Arc<State>) -> Result<T, Error>,
) -> Result<T, Failure> {
    let state = Arc::new(State::open(config, Clock::system()).await?);
    state.kv.ready().await;
    let done = work(&state).await;
    let closing = Arc::clone(&state);
    tokio::task::spawn_blocking(move || closing.db.close()).await?;
    state.kv.settled().await;
    Ok(done?)
}
