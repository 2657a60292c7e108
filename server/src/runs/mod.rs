//! Runs: an occurrence walked through, on a snapshot of its steps. They live here, so every browser sees the same.

pub mod http;
mod store;

pub use store::Among;

use crate::{
    caller::Caller,
    days,
    db::{ReadTx, WriteTx},
    error::Error,
    vault::DataKey,
};
use daymark_shared::{
    event::Event,
    ids::{AccountId, RoutineId, RunId, StepId},
    occurrence::OccurrenceState,
    page::Page,
    problem::{Code, Problem, Violation},
    routine::{Colour, Icon, Step},
    run::{Action, NewRun, Phase, Progress, Run, RunStep},
    text::Title,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::RunRow;

const SNAPSHOT: &str = "run.snapshot.1";

/// What the routine was when the run began.
#[derive(Debug, Serialize, Deserialize)]
struct Snapshot {
    title: Title,
    colour: Colour,
    icon: Icon,
    steps: Vec<RunStep>,
}

fn show(key: &DataKey, row: RunRow, now: Timestamp) -> Result<Run, Error> {
    let json = key.open(SNAPSHOT, row.id.as_bytes(), &row.snapshot)?;
    let snapshot: Snapshot = serde_json::from_slice(&json).map_err(|_| Error::Sealed(SNAPSHOT))?;
    Ok(Run {
        id: row.id,
        routine: row.routine,
        occurrence: row.occurrence,
        title: snapshot.title,
        colour: snapshot.colour,
        icon: snapshot.icon,
        steps: snapshot.steps,
        progress: row.progress.at(now),
        started_at: Timestamp::from_microsecond(row.started_at).unwrap_or(now),
        now,
        revision: row.revision,
    })
}

/// Starts a run; the flag tells whether it is new. While a run of the same occurrence goes on, that one is answered.
///
/// # Errors
/// [`Code::NotFound`] without such an occurrence, [`Code::OccurrenceBegun`] when it is done already,
/// [`Code::IdConflict`] when the id is taken by another run.
pub fn start(tx: &WriteTx<'_>, caller: &Caller<'_>, new: &NewRun) -> Result<(Run, bool), Error> {
    let (account, now) = (caller.account, caller.now);
    let key = caller.key(tx)?;
    if let Some(row) = store::find(tx, account, new.id)? {
        if (row.routine, row.occurrence) != (new.routine, new.occurrence) {
            return Err(Problem::field(Code::IdConflict, "/id", "another run has this id").into());
        }
        return Ok((show(&key, row, now)?, false));
    }
    // A notification may name the version before an edit.
    let occurrence = days::current_key(tx, caller, new.routine, new.occurrence)?;
    let runnable = days::runnable(tx, caller, new.routine, occurrence)?;
    if let Some(row) = store::active(tx, account, new.routine, occurrence, now)? {
        return Ok((show(&key, row, now)?, false));
    }
    if runnable.occurrence.state == OccurrenceState::Done {
        return Err(Code::OccurrenceBegun.into());
    }
    let progress =
        Progress::start(runnable.steps.as_slice().iter().map(|step| step.minutes), new.auto_advance, now);
    let step = |step: Step| RunStep { id: step.id, title: step.title, note: step.note };
    let snapshot = Snapshot {
        title: runnable.occurrence.title,
        colour: runnable.occurrence.colour,
        icon: runnable.occurrence.icon,
        steps: runnable.steps.into_vec().into_iter().map(step).collect(),
    };
    let json = serde_json::to_vec(&snapshot).map_err(|error| Error::Internal(error.to_string()))?;
    let row = RunRow {
        id: new.id,
        routine: new.routine,
        occurrence,
        started_at: now.as_microsecond(),
        progress,
        snapshot: key.seal(SNAPSHOT, new.id.as_bytes(), json),
        revision: 1,
    };
    store::insert(tx, account, &row)?;
    tx.emit(account, Event::Run { id: new.id });
    days::started(tx, caller, new.routine, occurrence, new.id)?;
    Ok((show(&key, row, now)?, true))
}

/// A run, as it stands now.
///
/// # Errors
/// [`Code::NotFound`].
pub fn get(tx: &ReadTx<'_>, caller: &Caller<'_>, id: RunId) -> Result<Run, Error> {
    let row = store::find(tx, caller.account, id)?.ok_or(Code::NotFound)?;
    show(&caller.key(tx)?, row, caller.now)
}

/// Runs, newest first, in pages.
///
/// # Errors
/// [`Code::BadCursor`].
pub fn list(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    among: Among,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Run>, Error> {
    let before = match cursor {
        None => RunId::from_bytes([0xff; 16]),
        Some(text) => {
            text.parse().map_err(|_| Error::field(Code::BadCursor, "?cursor", "take it from `next`"))?
        }
    };
    let mut rows = store::list(tx, caller.account, among, caller.now, before, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let key = caller.key(tx)?;
    let items = rows.into_iter().map(|row| show(&key, row, caller.now)).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

/// Does what a person asks. `step` is the one that they saw: if another is current by then, nothing happens.
///
/// # Errors
/// [`Code::NotFound`], [`Code::RunEnded`], [`Code::IllegalMove`]; [`Code::BadId`] for a step of another routine.
pub fn act(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    id: RunId,
    step: Option<StepId>,
    action: Action,
) -> Result<Run, Error> {
    let mut row = store::find(tx, caller.account, id)?.ok_or(Code::NotFound)?;
    let key = caller.key(tx)?;
    let index = match step {
        None => None,
        Some(step) => {
            let json = key.open(SNAPSHOT, id.as_bytes(), &row.snapshot)?;
            let snapshot: Snapshot = serde_json::from_slice(&json).map_err(|_| Error::Sealed(SNAPSHOT))?;
            let index = snapshot.steps.iter().position(|candidate| candidate.id == step);
            Some(index.ok_or_else(|| Error::field(Code::BadId, "/step", "this run has no such step"))?)
        }
    };
    let next = row.progress.act(action, index, caller.now).map_err(Violation::from)?;
    if next != row.progress {
        let given_up = matches!(next.phase, Phase::Abandoned { .. });
        let finished = next.is_finished();
        row.progress = next;
        store::update(tx, caller.account, &mut row)?;
        tx.emit(caller.account, Event::Run { id });
        if finished {
            tx.emit(caller.account, Event::Occurrence { routine: row.routine, key: row.occurrence });
        }
        if given_up {
            days::given_up(tx, caller, row.routine, row.occurrence, id)?;
        }
    }
    show(&key, row, caller.now)
}

/// Where a run stands at `now`, for whoever shows its occurrence.
///
/// # Errors
/// Where storage fails.
pub fn progress(
    tx: &ReadTx<'_>,
    account: AccountId,
    id: RunId,
    now: Timestamp,
) -> Result<Option<Progress>, Error> {
    Ok(store::find_progress(tx, account, id)?.map(|progress| progress.at(now)))
}

/// Deletes the runs of a routine.
///
/// # Errors
/// Where storage fails.
pub fn forget_routine(tx: &WriteTx<'_>, account: AccountId, routine: RoutineId) -> Result<(), Error> {
    store::delete_routine(tx, account, routine)
}

/// All runs of an account go: at most `most` rows of a kind at a time, so that nobody waits for long. Answers
/// how many went.
///
/// # Errors
/// Where storage fails.
pub fn forget_account(tx: &WriteTx<'_>, account: AccountId, most: usize) -> Result<usize, Error> {
    store::forget(tx, account, most)
}
