//! Runs: walking through an occurrence. Every answer is the run with the server's clock, which is learnt on the way.

use super::{
    ApiError,
    request::{Method, ask, json},
};
use crate::platform::{clock, push};
use daymark_shared::{
    ids::{RunId, StepId},
    run::{Action, Adjustment, AutoAdvance, NewRun, Run, StepAction},
};

async fn asked(method: Method, path: &str, body: Option<String>) -> Result<Run, ApiError> {
    let sent = clock::device_ms();
    let run: Run = ask(method, path, body, None).await?;
    clock::learn(run.now, sent, clock::device_ms());
    Ok(run)
}

/// Starts a run; a notification that asks for it goes. While one of the same occurrence goes on, that one is answered: look at its id.
///
/// # Errors
/// [`ApiError`].
pub async fn start(new: &NewRun) -> Result<Run, ApiError> {
    push::close(&["start/", &new.routine.to_string(), "/", &new.occurrence.to_string()].concat());
    asked(Method::Post, "runs", json(new)).await
}

/// Where a run stands.
///
/// # Errors
/// [`ApiError`].
pub async fn get(id: RunId) -> Result<Run, ApiError> {
    asked(Method::Get, &["runs/", &id.to_string()].concat(), None).await
}

/// Does something with a run. `step` is the one that the person saw: once another is current, nothing happens, and the
/// answer shows where the run stands.
///
/// # Errors
/// [`ApiError`]; `run_ended` and `illegal_move` for what cannot be done.
pub async fn act(id: RunId, step: StepId, action: Action) -> Result<Run, ApiError> {
    let seen = json(&StepAction { step });
    let (method, rest, body) = match action {
        Action::Pause => (Method::Put, "/pause", seen),
        Action::Resume => (Method::Delete, "/pause", seen),
        Action::Done => (Method::Post, "/done", seen),
        Action::Skip => (Method::Post, "/skip", seen),
        Action::Back => (Method::Post, "/back", seen),
        Action::Adjust(minutes) => (Method::Post, "/adjustments", json(&Adjustment { step, minutes })),
        Action::AutoAdvance(on) => (Method::Put, "/auto-advance", json(&AutoAdvance { on })),
        Action::Finish => (Method::Post, "/finish", None),
        Action::Abandon => (Method::Post, "/abandon", None),
    };
    asked(method, &["runs/", &id.to_string(), rest].concat(), body).await
}
