//! What the editor holds: everything as it is being typed, changed only by [`Form::after`], which is pure.

pub mod checked;
pub mod place;
pub mod rhythm;
mod step;
pub mod when;

pub use checked::{Checked, Seen};
pub use place::{Faults, Place};
pub use step::StepForm;
use step::stretched;
pub use when::When;

use daymark_shared::{
    ids::StepId,
    reminder::ReminderPlan,
    routine::{Colour, Icon, Routine},
};

/// A routine as it is being typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub title: String,
    pub notes: String,
    pub colour: Colour,
    pub icon: String,
    pub steps: Vec<StepForm>,
    /// One step that bears the routine's own title: only its length is asked.
    pub single: bool,
    pub when: When,
    pub reminders: ReminderPlan,
    /// The step removed last, and where it was.
    pub removed: Option<(usize, StepForm)>,
    /// The step whose title is to have the focus, and a number that makes the same one news.
    pub focus: (u32, Option<StepId>),
}

/// What can be done to a form.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Title(String),
    Notes(String),
    Colour(Colour),
    Icon(&'static str),
    When(When),
    Remind(ReminderPlan),
    StepTitle(StepId, String),
    StepMinutes(StepId, String),
    /// More (1) or fewer (−1) by one button press.
    StepStretch(StepId, i16),
    StepNote(StepId, String),
    /// Show the note.
    Noting(StepId),
    /// A single step becomes a list of steps.
    Split(StepId),
    /// A new one, after another or at the end.
    Add(StepId, Option<StepId>),
    Remove(StepId),
    Restore,
    /// From one place to another.
    Move(usize, usize),
}

/// How long a new step is suggested to last.
const USUAL_STEP: u16 = 5;
/// How long a new routine of one step is suggested to last.
const USUAL: u16 = 30;

impl Form {
    /// A new routine.
    pub fn fresh(step: StepId, when: When) -> Self {
        Self {
            title: String::new(),
            notes: String::new(),
            colour: Colour::default(),
            icon: Icon::default().as_str().to_owned(),
            steps: vec![StepForm::fresh(step, USUAL)],
            single: true,
            when,
            reminders: ReminderPlan::default(),
            removed: None,
            focus: (0, None),
        }
    }

    /// A routine that is there.
    pub fn of(routine: &Routine, when: When) -> Self {
        let steps: Vec<StepForm> = routine.steps.as_slice().iter().map(StepForm::of).collect();
        let single =
            matches!(&*steps, [only] if only.title == routine.title.as_str() && only.note.is_empty());
        Self {
            title: routine.title.as_str().to_owned(),
            notes: routine.notes.as_str().to_owned(),
            colour: routine.colour,
            icon: routine.icon.as_str().to_owned(),
            steps,
            single,
            when,
            reminders: routine.reminders.clone(),
            removed: None,
            focus: (0, None),
        }
    }

    /// The steps that count: those left empty do not, unless there are no others.
    pub fn filled(&self) -> Vec<&StepForm> {
        let filled: Vec<_> = self.steps.iter().filter(|step| !step.is_blank()).collect();
        if filled.is_empty() { self.steps.iter().take(1).collect() } else { filled }
    }

    /// How long all steps take together.
    pub fn minutes(&self) -> u32 {
        self.filled().iter().filter_map(|step| step.length()).map(u32::from).sum()
    }

    /// Whether two forms would save the same.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let steps = |form: &Self| -> Vec<_> {
            form.filled()
                .iter()
                .map(|step| (step.id, step.title.clone(), step.minutes.clone(), step.note.clone()))
                .collect()
        };
        self.title == other.title
            && self.notes == other.notes
            && self.colour == other.colour
            && self.icon == other.icon
            && self.when == other.when
            && self.reminders == other.reminders
            && self.single == other.single
            && steps(self) == steps(other)
    }

    /// What was typed here, on top of what is there `now`, where this began as `before`.
    #[must_use]
    pub fn on_top_of(self, before: &Self, now: Self) -> Self {
        fn newer<T: PartialEq>(mine: T, before: &T, now: T) -> T {
            if mine == *before { now } else { mine }
        }
        let steps = |form: &Self| (form.steps.clone(), form.single);
        let (kept, single) = newer(steps(&self), &steps(before), steps(&now));
        Self {
            title: newer(self.title, &before.title, now.title),
            notes: newer(self.notes, &before.notes, now.notes),
            colour: newer(self.colour, &before.colour, now.colour),
            icon: newer(self.icon, &before.icon, now.icon),
            when: newer(self.when, &before.when, now.when),
            reminders: newer(self.reminders, &before.reminders, now.reminders),
            steps: kept,
            single,
            removed: None,
            focus: self.focus,
        }
    }

    fn step(&mut self, id: StepId) -> Option<&mut StepForm> {
        self.steps.iter_mut().find(|step| step.id == id)
    }

    fn focus_on(&mut self, id: Option<StepId>) {
        self.focus = (self.focus.0 + 1, id);
    }

    /// The form after that.
    #[must_use]
    pub fn after(mut self, act: Act) -> Self {
        match act {
            Act::Title(title) => self.title = title,
            Act::Notes(notes) => self.notes = notes,
            Act::Colour(colour) => self.colour = colour,
            Act::Icon(icon) => self.icon = icon.to_owned(),
            Act::When(when) => self.when = when,
            Act::Remind(plan) => self.reminders = plan,
            Act::StepTitle(id, title) => self.with(id, |step| step.title = title),
            Act::StepMinutes(id, minutes) => self.with(id, |step| step.minutes = minutes),
            Act::StepStretch(id, by) => self.with(id, |step| {
                step.minutes = stretched(step.length().unwrap_or(USUAL_STEP), by).to_string();
            }),
            Act::StepNote(id, note) => self.with(id, |step| step.note = note),
            Act::Noting(id) => self.with(id, |step| step.noting = true),
            Act::Split(new) => self.split(new),
            Act::Add(new, after) => self.add(new, after),
            Act::Remove(id) => self.remove(id),
            Act::Restore => {
                if let Some((place, step)) = self.removed.take() {
                    self.focus_on(Some(step.id));
                    self.steps.insert(place.min(self.steps.len()), step);
                }
            }
            Act::Move(from, to) => {
                if from < self.steps.len() {
                    let step = self.steps.remove(from);
                    self.steps.insert(to.min(self.steps.len()), step);
                }
            }
        }
        self
    }

    fn with(&mut self, id: StepId, change: impl FnOnce(&mut StepForm)) {
        if let Some(step) = self.step(id) {
            change(step);
        }
    }

    /// The first step keeps what there is; a second one waits beside it.
    fn split(&mut self, new: StepId) {
        self.single = false;
        if let Some(first) = self.steps.first_mut() {
            if first.title.trim().is_empty() {
                first.title = String::new();
                if first.length() == Some(USUAL) {
                    first.minutes = USUAL_STEP.to_string();
                }
                let id = first.id;
                self.focus_on(Some(id));
            } else {
                self.add(new, None);
            }
        }
    }

    fn add(&mut self, new: StepId, after: Option<StepId>) {
        if self.steps.len() >= daymark_shared::routine::STEPS_MAX {
            return;
        }
        let place = after
            .and_then(|id| self.steps.iter().position(|step| step.id == id))
            .map_or(self.steps.len(), |place| place + 1);
        self.steps.insert(place, StepForm::fresh(new, USUAL_STEP));
        self.removed = None;
        self.focus_on(Some(new));
    }

    fn remove(&mut self, id: StepId) {
        let Some(place) = self.steps.iter().position(|step| step.id == id) else { return };
        if self.steps.len() == 1 {
            return;
        }
        let step = self.steps.remove(place);
        let next = self.steps.get(place).or(self.steps.last()).map(|step| step.id);
        if !step.is_blank() {
            self.removed = Some((place, step));
        }
        self.focus_on(next);
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use tests::form as form_for_tests;
