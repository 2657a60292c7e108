//! Saving what was typed.

use super::form::{Checked, Faults, Form, Seen, When, checked::is_empty};
use crate::api::{ApiError, routine};
use daymark_shared::{
    ids::RoutineId,
    problem::Code,
    routine::{Routine, Scope},
};

/// What became of it.
pub enum Saved {
    /// It is as it should be.
    Done,
    /// Fields that cannot be taken.
    Faults(Faults),
    /// Somebody changed it in the meantime: this is how it is now.
    Conflict(Box<Routine>),
    /// It did not work.
    Failed(ApiError),
}

/// Makes a routine, or changes the one that an earlier try has made though its answer was lost.
pub async fn create(id: RoutineId, form: &Form) -> Saved {
    let checked = match Checked::of(form) {
        Ok(checked) => checked,
        Err(faults) => return Saved::Faults(faults),
    };
    let sent = checked.step_ids();
    match routine::create(&checked.new_routine(id, form)).await {
        Ok(_) => Saved::Done,
        Err(error) if error.code() == Some(Code::IdConflict) => match routine::get(id).await {
            Ok(made) => {
                let when = made.schedule.as_ref().map_or_else(
                    || When { planned: false, ..form.when.clone() },
                    |schedule| When::of(schedule, form.when.time, form.when.rhythm.week_start),
                );
                let seen = Seen { form: Form::of(&made, when), all: None, occurrence: None, routine: made };
                edit(&seen, form, Scope::All).await
            }
            Err(error) => Saved::Failed(error),
        },
        Err(error) => refused(error, &sent),
    }
}

/// Sends what differs from what was seen.
pub async fn edit(seen: &Seen, form: &Form, scope: Scope) -> Saved {
    let (edit, sent) = match seen.edit(form, scope) {
        Ok(edit) => edit,
        Err(faults) => return Saved::Faults(faults),
    };
    if is_empty(&edit) {
        return Saved::Done;
    }
    let id = seen.routine.id;
    match routine::edit(id, seen.routine.revision, &edit).await {
        Ok(_) => Saved::Done,
        Err(error) if error.code() == Some(Code::PreconditionFailed) => match routine::get(id).await {
            Ok(now) => Saved::Conflict(Box::new(now)),
            Err(error) => Saved::Failed(error),
        },
        Err(error) => refused(error, &sent),
    }
}

fn refused(error: ApiError, sent: &[daymark_shared::ids::StepId]) -> Saved {
    match &error {
        ApiError::Problem(problem) if problem.status == 422 && !problem.errors.is_empty() => {
            Saved::Faults(Faults::of(problem, sent))
        }
        _ => Saved::Failed(error),
    }
}
