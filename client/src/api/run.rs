//! Runs: walking through an occurrence. Every answer is the run with the server's clock, which is learnt on the way.

use super::{
    ApiError,
    request::{Method, NOTHING, request},
};
use crate::platform::clock;
use daymark_shared::{
    ids::{RunId, StepId},
    run::{Action, Adjustment, AutoAdvance, NewRun, Run, StepAction},
};
use serde::Serialize;

async fn ask(method: Method, path: &str, body: Option<&impl Serialize>) -> Result<Run, ApiError> {
    let sent = clock::device_ms();
    let run = request::<Run>(method, path, body, None).await?.body;
    clock::learn(run.now, sent, clock::device_ms());
    Ok(run)
}

/// Starts a run. While one of the same occurrence goes on, that one is answered: look at its id.
///
/// # Errors
/// [`ApiError`].
pub async fn start(new: &NewRun) -> Result<Run, ApiError> {
    ask(Method::Post, "runs", Some(new)).await
}

/// Where a run stands.
///
/// # Errors
/// [`ApiError`].
pub async fn get(id: RunId) -> Result<Run, ApiError> {
    ask(Method::Get, &["runs/", &id.to_string()].concat(), NOTHING).await
}

/// Does something with a run. `step` is the one that the person saw: once another is current, nothing happens, and the
/// answer shows where the run stands.
///
/// # Errors
/// [`ApiError`]; `run_ended` and `illegal_move` for what cannot be done.
pub async fn act(id: RunId, step: StepId, action: Action) -> Result<Run, ApiError> {
    let path = |rest: &str| ["runs/", &id.to_string(), rest].concat();
    let seen = Some(StepAction { step });
    match action {
        Action::Pause => ask(Method::Put, &path("/pause"), seen.as_ref()).await,
        Action::Resume => ask(Method::Delete, &path("/pause"), seen.as_ref()).await,
        Action::Done => ask(Method::Post, &path("/done"), seen.as_ref()).await,
        Action::Skip => ask(Method::Post, &path("/skip"), seen.as_ref()).await,
        Action::Back => ask(Method::Post, &path("/back"), seen.as_ref()).await,
        Action::Adjust(minutes) => {
            ask(Method::Post, &path("/adjustments"), Some(&Adjustment { step, minutes })).await
        }
        Action::AutoAdvance(on) => ask(Method::Put, &path("/auto-advance"), Some(&AutoAdvance { on })).await,
        Action::Finish => ask(Method::Post, &path("/finish"), NOTHING).await,
        Action::Abandon => ask(Method::Post, &path("/abandon"), NOTHING).await,
    }
}
