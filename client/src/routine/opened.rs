//! What the editor shows of a routine that is there: its contents, and the schedule as it carries on from where it was
//! opened.

use super::form::{Form, Seen, When};
use crate::civil::minutes_after;
use daymark_shared::{
    occurrence::{Occurrence, OccurrenceState},
    routine::Routine,
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

/// A routine, opened from one of its occurrences or from a list; `own` is the occurrence's version where that is not the
/// current one.
pub fn opened(
    routine: Routine,
    occurrence: Option<&Occurrence>,
    own: Option<Routine>,
    context: &Context,
) -> (Seen, Option<Remark>) {
    let today = context.now.date();
    let all = routine.schedule.as_ref().and_then(|schedule| schedule.carried_on(today));
    let open = occurrence.filter(|occurrence| !has_begun(occurrence, today));
    let (remark, from) = match open {
        Some(occurrence) => {
            let moved = (occurrence.start != occurrence.key.original).then(|| occurrence.start.datetime());
            let own = own.as_ref().map(|_| Remark::Own);
            (own.or(moved.map(Remark::Moved)), occurrence.key.original.date())
        }
        None => {
            let over = routine.schedule.is_some() && all.is_none();
            let remark = match occurrence {
                Some(_) if !over => Some(Remark::Begun),
                _ => over.then_some(Remark::Over),
            };
            (remark, today)
        }
    };
    let own = own.filter(|_| open.is_some());
    let schedule = own.as_ref().unwrap_or(&routine).schedule.clone();
    let carried = schedule.map(|schedule| {
        let carried = schedule.carried_on(from).unwrap_or(schedule);
        When::of(&carried, context.next_hour().time(), context.week_start)
    });
    // What stands for the routine stays the current version: an edit of all occurrences is one of that.
    let routine = match own {
        Some(Routine { title, notes, colour, icon, steps, reminders, .. }) => {
            Routine { title, notes, colour, icon, steps, reminders, ..routine }
        }
        None => routine,
    };
    let form = Form::of(&routine, carried.unwrap_or_else(|| context.inbox()));
    (Seen { routine, form, occurrence: open.map(|occurrence| occurrence.key), all }, remark)
}

fn has_begun(occurrence: &Occurrence, today: Date) -> bool {
    occurrence.key.original.date() < today
        || occurrence.run.is_some()
        || occurrence.state == OccurrenceState::Done
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::text::Title;
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
        let (seen, remark) = opened(
            routine(DAILY),
            Some(&occurrence("2-20261120T0700", "2026-11-20T07:00")),
            None,
            &context(),
        );
        assert_eq!(remark, None);
        assert_eq!(seen.form.when.date, date(2026, 11, 20));
        assert_eq!(seen.form.when.rhythm.count, "12");
        assert_eq!(seen.all.unwrap().start.date(), date(2026, 11, 18));
        assert!(seen.occurrence.is_some());
    }

    #[test]
    fn what_is_past_opens_what_is_still_to_come() {
        let past = occurrence("2-20261110T0700", "2026-11-10T07:00");
        let (seen, remark) = opened(routine(DAILY), Some(&past), None, &context());
        assert_eq!((seen.occurrence, remark), (None, Some(Remark::Begun)));
        assert_eq!(seen.form.when.date, date(2026, 11, 18));
    }

    #[test]
    fn one_that_was_moved_says_so() {
        let moved = occurrence("2-20261120T0700", "2026-11-20T08:30");
        let (seen, remark) = opened(routine(DAILY), Some(&moved), None, &context());
        assert_eq!(remark, Some(Remark::Moved(date(2026, 11, 20).at(8, 30, 0, 0))));
        assert_eq!(seen.form.when.time, jiff::civil::time(7, 0, 0, 0));
    }

    #[test]
    fn one_of_another_version_shows_its_own_contents_and_rule() {
        let weekly = r#"{"start":"2026-10-02T06:30","zone":"mine","repeat":"FREQ=WEEKLY;BYDAY=FR"}"#;
        let own = Routine { version: 1, title: Title::new("Slow morning").unwrap(), ..routine(weekly) };
        let seen = occurrence("1-20261120T0630", "2026-11-20T06:30");
        let (seen, remark) = opened(routine(DAILY), Some(&seen), Some(own), &context());
        assert_eq!(remark, Some(Remark::Own));
        assert_eq!((seen.form.title.as_str(), seen.routine.version), ("Slow morning", 2));
        let schedule = seen.form.when.schedule().unwrap().unwrap();
        assert_eq!(schedule.start.date(), date(2026, 11, 20));
        assert_eq!(schedule.repeat.unwrap().to_string(), "FREQ=WEEKLY;BYDAY=FR");
        assert_eq!(seen.all.unwrap().start.datetime().time(), jiff::civil::time(7, 0, 0, 0));
    }

    #[test]
    fn one_of_another_version_that_has_begun_opens_what_is_still_to_come() {
        let past = occurrence("1-20261110T0630", "2026-11-10T06:30");
        let own = Routine { title: Title::new("Slow morning").unwrap(), ..routine(DAILY) };
        let (seen, remark) = opened(routine(DAILY), Some(&past), Some(own), &context());
        assert_eq!((seen.form.title.as_str(), remark), ("Morning", Some(Remark::Begun)));
    }

    #[test]
    fn one_that_is_over_says_so() {
        let once = r#"{"start":"2026-11-02T07:00","zone":"mine"}"#;
        let (seen, remark) = opened(routine(once), None, None, &context());
        assert_eq!((remark, seen.all), (Some(Remark::Over), None));
        assert_eq!(seen.form.when.date, date(2026, 11, 2));
    }

    #[test]
    fn the_inbox_suggests_the_next_hour() {
        let (seen, remark) = opened(routine("null"), None, None, &context());
        assert_eq!(remark, None);
        assert!(!seen.form.when.planned);
        assert_eq!(seen.form.when.time, jiff::civil::time(10, 0, 0, 0));
    }
}
