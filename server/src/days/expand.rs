//! From versions and changes to what a day shows.

use super::store::Change;
use crate::{
    caller::Caller,
    db::ReadTx,
    error::Error,
    routines::{self, Planned, known_zone},
    runs,
};
use daymark_shared::{
    occurrence::{Occurrence, OccurrenceKey, OccurrenceRun, OccurrenceState, StepBrief},
    routine::{Minutes, fit},
    schedule::{Start, ZoneHistory, to_instant},
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

/// When something happens, on the clock that a day is looked at with.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The start.
    pub start: Start,
    /// The end; for a whole day, its midnight.
    pub end: DateTime,
    /// The instant of the start.
    pub starts_at: Timestamp,
    /// How long it takes.
    pub minutes: u16,
}

impl Shown {
    /// Whether any of it lies on this date.
    pub fn touches(&self, date: Date) -> bool {
        match self.start {
            Start::AllDay(day) => day == date,
            Start::At(start) => start.date() <= date && self.end > date.to_datetime(Time::midnight()),
        }
    }
}

/// When the occurrence of `planned` with this change happens, as seen from `view`.
pub fn shown(planned: &Planned, change: &Change, zones: &ZoneHistory, view: &TimeZone) -> Shown {
    let minutes = change.minutes.unwrap_or(planned.minutes);
    let fixed = planned.version.schedule.as_ref().and_then(|schedule| schedule.zone.fixed());
    match (change.start(), fixed.and_then(|zone| known_zone(zone.as_str()))) {
        // A whole day is that date wherever one looks from.
        (Start::AllDay(date), _) => {
            let starts_at = to_instant(date.to_datetime(Time::midnight()), view);
            let end = date.tomorrow().unwrap_or(date).to_datetime(Time::midnight());
            Shown { start: Start::AllDay(date), end, starts_at, minutes }
        }
        (Start::At(civil), Some(zone)) => timed(to_instant(civil, &zone), view, minutes),
        (Start::At(civil), None) => timed(zones.instant(civil).0, view, minutes),
    }
}

fn timed(starts_at: Timestamp, view: &TimeZone, minutes: u16) -> Shown {
    let start = view.to_datetime(starts_at);
    // On the clock of the wall, so that a block is as tall as it is long even when the clocks change.
    let end = start.saturating_add(SignedDuration::from_mins(i64::from(minutes)));
    Shown { start: Start::At(start), end, starts_at, minutes }
}

/// Fills in what a day shows: opens the content, looks up the run.
pub fn occurrence(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    key: &crate::vault::DataKey,
    planned: &Planned,
    change: &Change,
    shown: Shown,
) -> Result<Occurrence, Error> {
    let mut content = routines::content(tx, key, caller.account, planned)?;
    if change.minutes.is_some() {
        fit_steps(&mut content.steps, shown.minutes);
    }
    let run = match change.run {
        None => None,
        Some(id) => runs::progress(tx, caller.account, id, caller.now)?.map(|progress| (id, progress)),
    };
    let mut state = change.state;
    let mut done_at = change.done_at.and_then(|at| Timestamp::from_microsecond(at).ok());
    if let Some((_, progress)) = run.as_ref().filter(|(_, progress)| progress.is_finished()) {
        state = OccurrenceState::Done;
        done_at = progress.ended_at();
    }
    Ok(Occurrence {
        routine: planned.routine,
        key: change.key,
        title: content.title,
        colour: content.colour,
        icon: content.icon,
        steps: content.steps,
        start: shown.start,
        end: shown.end,
        starts_at: shown.starts_at,
        minutes: Minutes::new(i64::from(shown.minutes))?,
        state,
        done_at,
        changed: change.moved_to.is_some() || change.minutes.is_some(),
        repeats: planned.version.schedule.as_ref().is_some_and(|schedule| schedule.repeat.is_some()),
        run: run.map(|(id, progress)| OccurrenceRun {
            id,
            active: progress.ended_at().is_none(),
            took_seconds: progress.ended_at().map(|_| (progress.spent_ms() / 1000) as u32),
        }),
        reminded: None,
        lane: 0,
        lanes: 1,
        revision: change.revision,
    })
}

/// Stretches the steps in proportion, so that together they take `minutes`.
fn fit_steps(steps: &mut [StepBrief], minutes: u16) {
    let parts: Vec<u16> = steps.iter().map(|step| step.minutes.get()).collect();
    // An occurrence that was shortened before steps were added keeps a minute for each.
    let Ok(shares) = fit(&parts, minutes) else { return };
    for (step, share) in steps.iter_mut().zip(shares) {
        if let Ok(minutes) = Minutes::new(i64::from(share)) {
            step.minutes = minutes;
        }
    }
}

/// Whether the occurrence is there: brought about by its version, or begun before the version was closed.
pub fn exists(planned: &Planned, key: OccurrenceKey, change: &Change) -> bool {
    change.has_begun() || planned.version.hits(key.original)
}
