//! What a person can do with a day. What needs an answer first is asked for; the rest is done by [`super::perform`].

use super::perform::{Performer, Work};
use crate::{kept::Kept, platform::random, route::Route};
use daymark_shared::{
    ids::{RoutineId, RunId},
    occurrence::{Occurrence, OccurrenceState},
    routine::{Minutes, NewRoutine, Routine, Scope},
    run::NewRun,
    schedule::Start,
};
use jiff::civil::{Date, DateTime};
use std::rc::Rc;
use yew::prelude::*;

/// What has to be asked before something is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Which occurrences go to the new time.
    Place {
        /// The one that was moved, as it was.
        occurrence: Rc<Occurrence>,
        /// Its new start.
        start: DateTime,
        /// Its new length.
        minutes: Minutes,
    },
    /// Which occurrences go.
    Delete(Rc<Occurrence>),
    /// Whether a routine in the inbox goes for good.
    DeleteRoutine(Rc<Routine>),
    /// When a routine from the inbox is to happen.
    Plan(Rc<Routine>),
}

/// What a person can do with a day.
#[derive(Clone)]
pub struct Planner {
    /// Does it.
    pub performer: Performer,
    /// Asks, or stops asking.
    pub ask: Kept<Option<Ask>>,
    /// The date today.
    pub today: Date,
}

impl PartialEq for Planner {
    fn eq(&self, other: &Self) -> bool {
        // The rest never changes.
        self.performer == other.performer && self.today == other.today
    }
}

/// Whether it is done.
pub fn is_done(occurrence: &Occurrence) -> bool {
    occurrence.state == OccurrenceState::Done
}

/// Whether somebody is walking through it.
pub fn is_active(occurrence: &Occurrence) -> bool {
    occurrence.run.is_some_and(|run| run.active)
}

/// Whether it can be moved, resized and skipped: what was started or done stays as it was.
pub fn is_open(occurrence: &Occurrence) -> bool {
    !is_done(occurrence) && occurrence.run.is_none()
}

/// A time of day as inputs and addresses have it: 07:05.
pub fn clock_time(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

impl Planner {
    /// Puts an occurrence elsewhere, asking which ones where there are several.
    pub fn place(&self, occurrence: &Rc<Occurrence>, start: DateTime, minutes: Minutes) {
        let original = occurrence.key.original.date();
        if occurrence.repeats && original >= self.today {
            // Seen there while the question is open.
            self.performer.show_at(occurrence, start, minutes);
            self.ask.set(Some(Ask::Place { occurrence: occurrence.clone(), start, minutes }));
        } else {
            self.place_in(occurrence, start, minutes, Scope::This);
        }
    }

    /// Puts it elsewhere, and the others that are meant.
    pub fn place_in(&self, occurrence: &Rc<Occurrence>, start: DateTime, minutes: Minutes, scope: Scope) {
        self.performer.perform(Work::Place { occurrence: occurrence.clone(), start, minutes, scope });
    }

    /// It stays where it was after all.
    pub fn put_back(&self, occurrence: &Rc<Occurrence>) {
        self.performer.show(occurrence.clone());
    }

    /// Leaves it out this once, or takes that back.
    pub fn skip(&self, occurrence: &Rc<Occurrence>, on: bool) {
        self.performer.perform(Work::Skip { occurrence: occurrence.clone(), on });
    }

    /// Marks it as done, or as not done after all.
    pub fn done(&self, occurrence: &Rc<Occurrence>, on: bool) {
        self.performer.perform(Work::Done { occurrence: occurrence.clone(), on });
    }

    /// Lets it go, after asking what is meant by that.
    pub fn delete(&self, occurrence: &Rc<Occurrence>) {
        self.ask.set(Some(Ask::Delete(occurrence.clone())));
    }

    /// Lets it and those after it, or all of them, go.
    pub fn end(&self, occurrence: &Rc<Occurrence>, scope: Scope) {
        if scope == Scope::This {
            self.skip(occurrence, true);
        } else {
            self.performer.perform(Work::End { occurrence: occurrence.clone(), scope });
        }
    }

    /// Deletes a routine with its history.
    pub fn purge(&self, routine: RoutineId, title: &str) {
        self.performer.perform(Work::Purge { routine, title: title.to_owned() });
    }

    /// Takes a routine that happens once back into the inbox.
    pub fn to_inbox(&self, occurrence: &Rc<Occurrence>) {
        self.performer.perform(Work::ToInbox { occurrence: occurrence.clone() });
    }

    /// Plans a routine from the inbox.
    pub fn plan(&self, routine: &Rc<Routine>, start: Start) {
        self.performer.perform(Work::Plan { routine: routine.clone(), start });
    }

    /// Adds to the inbox.
    pub fn add(&self, new: NewRoutine) {
        self.performer.perform(Work::Add { new: Box::new(new) });
    }

    /// Walks through it: starts a run, or goes on with the one that there is.
    pub fn start(&self, occurrence: &Rc<Occurrence>) {
        if let Some(run) = occurrence.run.filter(|run| run.active) {
            Route::Run { id: run.id }.push();
            return;
        }
        let (ms, random) = random::id_parts();
        let new = NewRun {
            id: RunId::mint(ms, random),
            routine: occurrence.routine,
            occurrence: occurrence.key,
            auto_advance: true,
        };
        let started = Callback::from(|id| Route::Run { id }.push());
        self.performer.perform(Work::Start { new, started });
    }

    /// Opens it in the editor.
    pub fn edit(&self, occurrence: &Occurrence) {
        let query = ["occurrence=", &occurrence.key.to_string()].concat();
        Route::Routine { id: occurrence.routine }.push_with(&query);
    }

    /// Opens a routine from the inbox in the editor.
    pub fn edit_routine(&self, id: RoutineId) {
        Route::Routine { id }.push();
    }

    /// Makes a new routine on this date, perhaps at this time.
    pub fn new_routine(&self, date: Date, at: Option<DateTime>) {
        let mut query = ["date=", &at.map_or(date, DateTime::date).to_string()].concat();
        if let Some(at) = at {
            query = [&query, "&at=", &clock_time(at).replace(':', "%3A")].concat();
        }
        Route::NewRoutine.push_with(&query);
    }
}
