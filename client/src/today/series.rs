//! Moving and resizing several occurrences at once: an edit of their routine.

use super::{perform::Performer, shift::shifted};
use crate::{
    api::{ApiError, occurrence, routine},
    civil::moved,
    platform::intl,
};
use daymark_shared::{
    occurrence::{Occurrence, OccurrenceTime},
    problem::{Code, Violation},
    routine::{Minutes, RoutineEdit, Scope},
    schedule::ScheduleZone,
};
use jiff::civil::DateTime;

impl Performer {
    /// Moves or resizes an occurrence and others with it: an edit of its routine.
    ///
    /// # Errors
    /// [`ApiError`]; also when its rule cannot follow.
    pub async fn place_series(
        &self,
        seen: &Occurrence,
        start: DateTime,
        minutes: Minutes,
        scope: Scope,
    ) -> Result<(), ApiError> {
        let now = routine::get(seen.routine).await?;
        let key = Some(seen.key).filter(|_| scope == Scope::Later);
        let mut edit = RoutineEdit::of(scope, key);
        let old = seen.start.datetime();
        if start != old {
            let Some(schedule) = &now.schedule else {
                return Err(ApiError::Refused(Code::NotFound));
            };
            let there = match &schedule.zone {
                ScheduleZone::Mine => start,
                ScheduleZone::Fixed(zone) => {
                    intl::civil_now(zone.as_str(), moved(seen.starts_at, old, start))
                }
            };
            let schedule = shifted(schedule, scope, seen.key.original, there, self.today);
            edit.schedule = Some(Some(schedule.map_err(|bad| refused(&bad))?));
        }
        if minutes != seen.minutes {
            edit.steps = Some(now.steps.fitted(minutes).map_err(|bad| refused(&bad))?);
            if seen.changed && edit.schedule.is_none() {
                // Its own length would outlast that of the others.
                let time = OccurrenceTime { start: seen.start, minutes: None };
                let revision = self.stamp.revision(seen);
                occurrence::put_time(seen.routine, seen.key, revision, &time).await?;
            }
        }
        routine::edit(seen.routine, now.revision, &edit).await.map(drop)
    }
}

/// What the rules refuse, as the server would.
pub fn refused(violation: &Violation) -> ApiError {
    ApiError::Refused(violation.code)
}
