//! What the editor shows of a routine that is there: its contents, and the schedule as it carries on from where it was
//! opened.

use super::form::{Form, Seen, When};
use crate::civil::minutes_after;
use daymark_shared::{
    occurrence::{Occurrence, OccurrenceState},
    routine::{Routine, Step, Steps},
    schedule::Schedule,
};
use jiff::civil::{Date, DateTime, Weekday};

/// What the editor must know of the person and the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// The date and time for the person.
    pub now: DateTime,
    /// The day their weeks begin on.
    pub week_start: Weekday,
    /// Their zone.
    pub zone: String,
}

impl Context {
    /// The next full hour, for what has no time yet.
    pub fn next_hour(&self) -> DateTime {
        minutes_after(self.now.date().at(self.now.hour(), 0, 0, 0), 60)
    }

    fn inbox(&self) -> When {
        let next = self.next_hour();
        When::inbox(next.date(), next.time(), self.week_start)
    }
}

/// What must be said about where it was opened from.
#[derive(Debug, Clone, PartialEq)]
pub enum Remark {
    /// The occurrence has begun: only what comes can be changed.
    Begun,
    /// It was moved to there.
    Moved(DateTime),
    /// It was edited alone, or belongs to an older version.
    Own,
    /// Nothing of the routine is still to come.
    Over,
}

/// A routine, opened from one of its occurrences or from a list.
pub fn opened(
    mut routine: Routine,
    occurrence: Option<&Occurrence>,
    context: &Context,
) -> (Seen, Option<Remark>) {
    let today = context.now.date();
    let all = routine.schedule.as_ref().and_then(|schedule| schedule.carried_on(today));
    let usual = context.next_hour().time();
    let asked = |schedule: &Schedule| When::of(schedule, usual, context.week_start);
    let carried = |from: Date| {
        routine
            .schedule
            .as_ref()
            .map(|schedule| schedule.carried_on(from).unwrap_or_else(|| schedule.clone()))
    };

    let open = occurrence.filter(|occurrence| !has_begun(occurrence, today));
    let (when, remark) = match open {
        Some(occurrence) if occurrence.key.version != routine.version => {
            // Its own rule is not known here: shown is the one that it is.
            let zone = routine.schedule.as_ref().map(|schedule| schedule.zone.clone()).unwrap_or_default();
            let alone = Schedule { start: occurrence.key.original, zone, repeat: None };
            (asked(&alone), Some(Remark::Own))
        }
        Some(occurrence) => {
            let moved = (occurrence.start != occurrence.key.original).then(|| occurrence.start.datetime());
            let when = carried(occurrence.key.original.date()).as_ref().map(asked);
            (when.unwrap_or_else(|| context.inbox()), moved.map(Remark::Moved))
        }
        None => {
            let over = routine.schedule.is_some() && all.is_none();
            let remark = match occurrence {
                Some(_) if !over => Some(Remark::Begun),
                _ => over.then_some(Remark::Over),
            };
            (carried(today).as_ref().map_or_else(|| context.inbox(), asked), remark)
        }
    };
    if let Some(occurrence) = open.filter(|occurrence| occurrence.key.version != routine.version) {
        take_contents(&mut routine, occurrence);
    }
    let occurrence = open.map(|occurrence| occurrence.key);
    let form = Form::of(&routine, when);
    (Seen { routine, form, occurrence, all }, remark)
}

fn has_begun(occurrence: &Occurrence, today: Date) -> bool {
    occurrence.key.original.date() < today
        || occurrence.run.is_some()
        || occurrence.state == OccurrenceState::Done
}

/// An occurrence of another version has a title and steps of its own. A day does not show notes: steps keep their id from
/// version to version, and with it the note.
fn take_contents(routine: &mut Routine, occurrence: &Occurrence) {
    let noted = routine.steps.as_slice().to_vec();
    let steps = occurrence.steps.iter().map(|step| Step {
        id: step.id,
        title: step.title.clone(),
        minutes: step.minutes,
        note: noted
            .iter()
            .find(|noted| noted.id == step.id)
            .map(|noted| noted.note.clone())
            .unwrap_or_default(),
    });
    if let Ok(steps) = Steps::new(steps.collect()) {
        routine.steps = steps;
    }
    routine.title = occurrence.title.clone();
    routine.colour = occurrence.colour;
    routine.icon = occurrence.icon.clone();
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn routine(schedule: &str) -> Routine {
        let text = format!(
            r#"{{"id":"01890a5d-ac96-774b-bcce-b302099a8057","version":2,"title":"Morning","notes":"","colour":"sun","icon":"sun",
            "steps":[{{"id":"01890a5d-ac96-774b-bcce-b302099a8058","title":"Water","minutes":2,"note":"cold"}}],
            "schedule":{schedule},"from":null,"last":null,"created_at":"2026-11-01T00:00:00Z","revision":3}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn occurrence(key: &str, start: &str) -> Occurrence {
        let text = format!(
            r#"{{"routine":"01890a5d-ac96-774b-bcce-b302099a8057","key":"{key}","title":"Slow morning","colour":"sea","icon":"moon",
            "steps":[{{"id":"01890a5d-ac96-774b-bcce-b302099a8058","title":"Water","minutes":9}}],"start":"{start}",
            "end":"2026-11-20T09:00:00","starts_at":"2026-11-20T06:00:00Z","minutes":9,"state":"planned","done_at":null,"changed":false,
            "repeats":true,"run":null,"lane":0,"lanes":1,"revision":0}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn context() -> Context {
        Context { now: date(2026, 11, 18).at(9, 42, 0, 0), week_start: Weekday::Monday, zone: "UTC".into() }
    }

    const DAILY: &str = r#"{"start":"2026-11-02T07:00","zone":"mine","repeat":"FREQ=DAILY;COUNT=30"}"#;

    #[test]
    fn from_an_occurrence_the_schedule_is_as_it_carries_on_from_there() {
        let (seen, remark) =
            opened(routine(DAILY), Some(&occurrence("2-20261120T0700", "2026-11-20T07:00")), &context());
        assert_eq!(remark, None);
        assert_eq!(seen.form.when.date, date(2026, 11, 20));
        assert_eq!(seen.form.when.rhythm.count, "12");
        assert_eq!(seen.all.unwrap().start.date(), date(2026, 11, 18));
        assert!(seen.occurrence.is_some());
    }

    #[test]
    fn what_is_past_opens_what_is_still_to_come() {
        let past = occurrence("2-20261110T0700", "2026-11-10T07:00");
        let (seen, remark) = opened(routine(DAILY), Some(&past), &context());
        assert_eq!((seen.occurrence, remark), (None, Some(Remark::Begun)));
        assert_eq!(seen.form.when.date, date(2026, 11, 18));
    }

    #[test]
    fn one_that_was_moved_says_so() {
        let moved = occurrence("2-20261120T0700", "2026-11-20T08:30");
        let (seen, remark) = opened(routine(DAILY), Some(&moved), &context());
        assert_eq!(remark, Some(Remark::Moved(date(2026, 11, 20).at(8, 30, 0, 0))));
        assert_eq!(seen.form.when.time, jiff::civil::time(7, 0, 0, 0));
    }

    #[test]
    fn one_of_another_version_shows_its_own_contents() {
        let (seen, remark) =
            opened(routine(DAILY), Some(&occurrence("1-20261120T0700", "2026-11-20T07:00")), &context());
        assert_eq!(remark, Some(Remark::Own));
        assert_eq!(seen.form.title, "Slow morning");
        assert_eq!((seen.form.steps[0].minutes.as_str(), seen.form.steps[0].note.as_str()), ("9", "cold"));
        assert_eq!(seen.form.when.schedule().unwrap().unwrap().repeat, None);
    }

    #[test]
    fn one_that_is_over_says_so() {
        let once = r#"{"start":"2026-11-02T07:00","zone":"mine"}"#;
        let (seen, remark) = opened(routine(once), None, &context());
        assert_eq!((remark, seen.all), (Some(Remark::Over), None));
        assert_eq!(seen.form.when.date, date(2026, 11, 2));
    }

    #[test]
    fn the_inbox_suggests_the_next_hour() {
        let (seen, remark) = opened(routine("null"), None, &context());
        assert_eq!(remark, None);
        assert!(!seen.form.when.planned);
        assert_eq!(seen.form.when.time, jiff::civil::time(10, 0, 0, 0));
    }
}
