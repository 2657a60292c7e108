//! From what was typed to what is sent.

use super::{Faults, Form, Place, rhythm::Wrong};
use daymark_shared::{
    ids::{RoutineId, StepId},
    occurrence::OccurrenceKey,
    problem::Code,
    routine::{Icon, Minutes, NewRoutine, Routine, RoutineEdit, Scope, Step, Steps},
    schedule::Schedule,
    text::{Notes, Title},
};

/// What a routine consists of, fit to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub title: Title,
    pub notes: Notes,
    pub icon: Icon,
    pub steps: Steps,
}

impl Checked {
    /// Checks all that was typed.
    ///
    /// # Errors
    /// All that is wrong, not only the first.
    pub fn of(form: &Form) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut note = |place: Place, code: Code| faults.0.push((place, code));

        let title = Title::new(&form.title).map_err(|violation| note(Place::Title, violation.code)).ok();
        let notes = Notes::new(&form.notes).map_err(|violation| note(Place::Notes, violation.code)).ok();
        let mut steps = Vec::new();
        for step in form.filled() {
            let named = if form.single { &form.title } else { &step.title };
            let step_title = Title::new(named)
                // A single step's title is the routine's: said there.
                .map_err(|violation| {
                    if !form.single {
                        note(Place::StepTitle(step.id), violation.code)
                    }
                })
                .ok();
            let minutes = step.length().and_then(|minutes| Minutes::new(i64::from(minutes)).ok());
            if minutes.is_none() {
                note(Place::StepMinutes(step.id), Code::DurationOutOfRange);
            }
            let step_note = Notes::new(&step.note)
                .map_err(|violation| note(Place::StepNote(step.id), violation.code))
                .ok();
            if let (Some(title), Some(minutes), Some(note)) = (step_title, minutes, step_note) {
                steps.push(Step { id: step.id, title, minutes, note });
            }
        }
        if let Err(wrong) = form.when.schedule() {
            let (place, code) = fault(wrong);
            note(place, code);
        }
        let steps = if faults.0.is_empty() {
            Steps::new(steps).map_err(|violation| faults.0.push((Place::Steps, violation.code))).ok()
        } else {
            None
        };
        match (title, notes, Icon::new(&form.icon), steps) {
            (Some(title), Some(notes), Ok(icon), Some(steps)) => Ok(Self { title, notes, icon, steps }),
            _ => Err(faults),
        }
    }

    /// The steps in the order in which they are sent.
    pub fn step_ids(&self) -> Vec<StepId> {
        self.steps.as_slice().iter().map(|step| step.id).collect()
    }

    /// A routine to be made of it.
    pub fn new_routine(self, id: RoutineId, form: &Form) -> NewRoutine {
        NewRoutine {
            id,
            title: self.title,
            notes: self.notes,
            colour: form.colour,
            icon: self.icon,
            steps: self.steps,
            schedule: form.when.schedule().ok().flatten(),
            reminders: form.reminders.clone(),
        }
    }
}

fn fault(wrong: Wrong) -> (Place, Code) {
    match wrong {
        Wrong::Interval => (Place::Interval, Code::BadRepeat),
        Wrong::Count => (Place::Count, Code::BadRepeat),
        Wrong::Until => (Place::Until, Code::BadRepeat),
        Wrong::Never => (Place::Repeat, Code::RepeatNeverMatches),
    }
}

/// A routine as it was when the editor showed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The routine, with the contents of the version that was looked at.
    pub routine: Routine,
    /// The form that it made.
    pub form: Form,
    /// The occurrence it was opened from, if what has not begun.
    pub occurrence: Option<OccurrenceKey>,
    /// Its own schedule from the first that has not begun.
    pub all: Option<Schedule>,
}

impl Seen {
    /// The edit that makes `form` of what was seen: only what differs.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn edit(&self, form: &Form, scope: Scope) -> Result<(RoutineEdit, Vec<StepId>), Faults> {
        let now = Checked::of(form)?;
        let sent = now.step_ids();
        let schedule = form
            .when
            .edited(&self.form.when, scope, self.all.as_ref())
            .map_err(|wrong| Faults(vec![fault(wrong)]))?;
        let routine = &self.routine;
        let occurrence = if scope == Scope::All { None } else { self.occurrence };
        let edit = RoutineEdit {
            title: (now.title != routine.title).then_some(now.title),
            notes: (now.notes != routine.notes).then_some(now.notes),
            colour: (form.colour != routine.colour).then_some(form.colour),
            icon: (now.icon != routine.icon).then_some(now.icon),
            steps: (now.steps != routine.steps).then_some(now.steps),
            schedule,
            reminders: (form.reminders != self.form.reminders).then(|| form.reminders.clone()),
            ..RoutineEdit::of(scope, occurrence)
        };
        Ok((edit, sent))
    }

    /// Which occurrences an edit may be meant for: the person is asked where there is more than one answer.
    pub fn scopes(&self, form: &Form) -> Vec<Scope> {
        let repeats = self.routine.schedule.as_ref().is_some_and(|schedule| schedule.repeat.is_some())
            || self.occurrence.is_some_and(|key| key.version != self.routine.version);
        if self.occurrence.is_none() || !repeats {
            return vec![Scope::All];
        }
        // One alone neither repeats nor goes to the inbox.
        let alone = form.when.rhythm == self.form.when.rhythm && form.when.planned;
        let mut scopes = vec![Scope::This, Scope::Later, Scope::All];
        if !alone {
            scopes.remove(0);
        }
        scopes
    }
}

/// Whether there is anything to send.
pub fn is_empty(edit: &RoutineEdit) -> bool {
    edit.title.is_none()
        && edit.notes.is_none()
        && edit.colour.is_none()
        && edit.icon.is_none()
        && edit.steps.is_none()
        && edit.schedule.is_none()
        && edit.reminders.is_none()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Act, When, tests::form, tests::id},
        *,
    };
    use daymark_shared::schedule::ScheduleZone;
    use jiff::{Timestamp, civil::Weekday, civil::time};

    fn faults(form: &Form) -> Vec<(Place, Code)> {
        Checked::of(form).unwrap_err().0
    }

    fn dentist() -> Form {
        form().after(Act::Title(" Dentist ".into()))
    }

    #[test]
    fn a_single_step_bears_the_routines_title() {
        let checked = Checked::of(&dentist()).unwrap();
        assert_eq!(checked.steps.as_slice()[0].title.as_str(), "Dentist");
        assert_eq!(checked.steps.minutes().get(), 30);
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once() {
        let form = form()
            .after(Act::Split(id(9)))
            .after(Act::StepTitle(id(1), "Water".into()))
            .after(Act::StepMinutes(id(1), "0".into()))
            .after(Act::Add(id(2), None))
            .after(Act::StepNote(id(2), "why".into()));
        assert_eq!(
            faults(&form),
            [
                (Place::Title, Code::TextEmpty),
                (Place::StepMinutes(id(1)), Code::DurationOutOfRange),
                (Place::StepTitle(id(2)), Code::TextEmpty),
            ]
        );
    }

    #[test]
    fn an_empty_title_is_told_once() {
        assert_eq!(faults(&form()), [(Place::Title, Code::TextEmpty)]);
    }

    #[test]
    fn more_than_a_day_is_too_long() {
        let form = dentist()
            .after(Act::Split(id(9)))
            .after(Act::StepTitle(id(1), "Sleep".into()))
            .after(Act::StepMinutes(id(1), "1440".into()))
            .after(Act::Add(id(2), None))
            .after(Act::StepTitle(id(2), "More".into()));
        assert_eq!(faults(&form), [(Place::Steps, Code::RoutineTooLong)]);
    }

    fn seen(rule: &str) -> Seen {
        let schedule =
            Schedule::new("2026-11-18T07:00".parse().unwrap(), ScheduleZone::Mine, rule.parse().ok())
                .unwrap();
        let form = dentist();
        let new = Checked::of(&form).unwrap().new_routine(RoutineId::from_bytes([7; 16]), &form);
        let routine = Routine {
            id: new.id,
            version: 1,
            title: new.title,
            notes: new.notes,
            colour: new.colour,
            icon: new.icon,
            steps: new.steps,
            schedule: Some(schedule.clone()),
            reminders: Default::default(),
            from: None,
            last: None,
            created_at: Timestamp::UNIX_EPOCH,
            revision: 1,
        };
        let form = Form::of(&routine, When::of(&schedule, time(9, 0, 0, 0), Weekday::Monday));
        Seen { routine, form, occurrence: "1-20261118T0700".parse().ok(), all: Some(schedule) }
    }

    #[test]
    fn only_what_differs_is_sent() {
        let seen = seen("FREQ=DAILY");
        let (edit, _) = seen.edit(&seen.form, Scope::Later).unwrap();
        assert!(is_empty(&edit));
        let after = seen.form.clone().after(Act::Notes("Bring the card".into()));
        let (edit, _) = seen.edit(&after, Scope::Later).unwrap();
        assert_eq!(edit.notes.as_ref().map(Notes::as_str), Some("Bring the card"));
        assert!(edit.title.is_none() && edit.steps.is_none() && edit.schedule.is_none());
        assert_eq!(edit.occurrence, seen.occurrence);
    }

    #[test]
    fn reminders_travel_when_they_changed() {
        let seen = seen("FREQ=DAILY");
        let plan: daymark_shared::reminder::ReminderPlan =
            serde_json::from_str(r#"{"offsets":[10]}"#).unwrap();
        let after = seen.form.clone().after(Act::Remind(plan.clone()));
        assert!(!after.says_the_same(&seen.form));
        let (edit, _) = seen.edit(&after, Scope::Later).unwrap();
        assert!(!is_empty(&edit) && edit.steps.is_none());
        assert_eq!(edit.reminders.as_ref(), Some(&plan));
        let new = Checked::of(&after).unwrap().new_routine(RoutineId::from_bytes([7; 16]), &after);
        assert_eq!(new.reminders, plan);
    }

    #[test]
    fn all_names_no_occurrence() {
        let seen = seen("FREQ=DAILY");
        let after = seen.form.clone().after(Act::Title("Gym".into()));
        let (edit, _) = seen.edit(&after, Scope::All).unwrap();
        assert_eq!(edit.occurrence, None);
        // The one step bears the title too.
        assert_eq!(edit.steps.unwrap().as_slice()[0].title.as_str(), "Gym");
    }

    #[test]
    fn the_person_is_asked_only_where_there_is_a_choice() {
        let daily = seen("FREQ=DAILY");
        assert_eq!(daily.scopes(&daily.form), [Scope::This, Scope::Later, Scope::All]);
        let once = seen("");
        assert_eq!(once.scopes(&once.form), [Scope::All]);
        let mut weekly = daily.form.clone();
        weekly.when = weekly.when.toggled(Weekday::Monday);
        assert_eq!(daily.scopes(&weekly), [Scope::Later, Scope::All]);
        let from_the_list = Seen { occurrence: None, ..daily };
        assert_eq!(from_the_list.scopes(&from_the_list.form), [Scope::All]);
    }
}
