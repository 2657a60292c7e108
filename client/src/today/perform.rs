//! Doing what was decided: shown at once, sent one after the other, and taken back when the server says no.

use super::{
    foresee::{added, placed, planned},
    load::Stamp,
    series::refused,
    words::Words,
};
use crate::{
    api::{ApiError, occurrence, routine, run},
    i18n::{I18n, Style},
    planning::report,
    platform::locks,
    store::{
        Action, DaysChange, Dispatch, InboxChange,
        state::{Offer, Tone},
    },
    words,
};
use daymark_shared::{
    ids::{RoutineId, RunId},
    occurrence::{Occurrence, OccurrenceState, OccurrenceTime},
    routine::{Minutes, NewRoutine, Routine, RoutineEnd, Scope},
    run::NewRun,
    schedule::{Schedule, ScheduleZone, Start},
};
use jiff::civil::{Date, DateTime};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// Something to be done.
pub enum Work {
    /// Put elsewhere, or resize.
    Place { occurrence: Rc<Occurrence>, start: DateTime, minutes: Minutes, scope: Scope },
    /// Leave out, or not.
    Skip { occurrence: Rc<Occurrence>, on: bool },
    /// Mark as done, or not.
    Done { occurrence: Rc<Occurrence>, on: bool },
    /// Nothing happens any more.
    End { occurrence: Rc<Occurrence>, scope: Scope },
    /// Delete with its history.
    Purge { routine: RoutineId, title: String },
    /// Back into the inbox.
    ToInbox { occurrence: Rc<Occurrence> },
    /// Out of the inbox.
    Plan { routine: Rc<Routine>, start: Start },
    /// Into the inbox.
    Add { new: Box<NewRoutine> },
    /// Start a run.
    Start { new: NewRun, started: Callback<RunId> },
}

/// Does it.
#[derive(Clone)]
pub struct Performer {
    /// Tells the store.
    pub dispatch: Dispatch,
    /// How to speak.
    pub i18n: I18n,
    /// Counts what is done.
    pub stamp: Stamp,
    /// Fetches the days that are shown, and the inbox.
    pub reload: Callback<()>,
    /// The date today.
    pub today: Date,
}

impl PartialEq for Performer {
    fn eq(&self, other: &Self) -> bool {
        // The rest never changes.
        self.i18n == other.i18n
            && self.stamp == other.stamp
            && self.reload == other.reload
            && self.today == other.today
    }
}

impl Performer {
    /// The words of a day's page.
    pub fn words(&self) -> Words {
        Words(self.i18n.clone())
    }

    fn days(&self, change: DaysChange) {
        self.dispatch.dispatch(Action::Days(change));
    }

    fn inbox(&self, change: InboxChange) {
        self.dispatch.dispatch(Action::Inbox(change));
    }

    /// Shows an occurrence as it is.
    pub fn show(&self, occurrence: Rc<Occurrence>) {
        self.days(DaysChange::Is(occurrence));
    }

    /// Shows an occurrence elsewhere than it is.
    pub fn show_at(&self, occurrence: &Occurrence, start: DateTime, minutes: Minutes) {
        self.show(Rc::new(placed(occurrence, start, minutes)));
    }

    fn say(&self, text: String) {
        self.dispatch.dispatch(Action::good(text));
    }

    /// A message with a button that takes it back.
    fn say_undo(&self, text: String, undo: Work) {
        let undo = RefCell::new(Some(undo));
        let performer = self.clone();
        let act = Callback::from(move |()| {
            if let Some(work) = undo.borrow_mut().take() {
                performer.perform(work);
            }
        });
        let label = words::Words(self.i18n.clone()).undo().into();
        let offer = Some(Offer { label, act });
        self.dispatch.dispatch(Action::Say { tone: Tone::Good, text: text.into(), offer });
    }

    /// Does something. It is shown at once; one thing is sent after the other.
    pub fn perform(&self, work: Work) {
        self.foresee(&work);
        self.stamp.advance();
        let this = self.clone();
        let sent = async move {
            if let Err(error) = this.send(&work).await {
                this.take_back(&work);
                this.dispatch.dispatch(report(&this.i18n, &error));
                this.reload.emit(());
            }
            this.stamp.advance();
        };
        spawn_local(locks::exclusively("daymark.planning", Box::pin(sent)));
    }

    /// Shows what will be.
    fn foresee(&self, work: &Work) {
        match work {
            Work::Place { occurrence, start, minutes, .. } => self.show_at(occurrence, *start, *minutes),
            Work::Skip { occurrence, on } => {
                let state = if *on { OccurrenceState::Skipped } else { OccurrenceState::Planned };
                self.show(Rc::new(Occurrence { state, ..(**occurrence).clone() }));
            }
            Work::Done { occurrence, on } => {
                let state = if *on { OccurrenceState::Done } else { OccurrenceState::Planned };
                let run = occurrence.run.filter(|_| *on);
                self.show(Rc::new(Occurrence { state, run, ..(**occurrence).clone() }));
            }
            Work::End { occurrence, .. } | Work::ToInbox { occurrence } => {
                self.days(DaysChange::Gone(occurrence.routine, occurrence.key));
            }
            Work::Purge { routine, .. } => {
                self.days(DaysChange::RoutineGone(*routine));
                self.inbox(InboxChange::Gone(*routine));
            }
            Work::Plan { routine, start } => {
                self.inbox(InboxChange::Gone(routine.id));
                self.show(Rc::new(planned(routine, *start)));
            }
            Work::Add { new } => self.inbox(InboxChange::Has(Rc::new(added(new)))),
            Work::Start { .. } => {}
        }
    }

    /// Shows what was. What cannot be known is fetched again.
    fn take_back(&self, work: &Work) {
        match work {
            Work::Place { occurrence, .. }
            | Work::Skip { occurrence, .. }
            | Work::Done { occurrence, .. }
            | Work::End { occurrence, .. }
            | Work::ToInbox { occurrence } => self.show(occurrence.clone()),
            Work::Plan { routine, start } => {
                self.days(DaysChange::Gone(routine.id, planned(routine, *start).key));
                self.inbox(InboxChange::Has(routine.clone()));
            }
            Work::Add { new } => self.inbox(InboxChange::Gone(new.id)),
            Work::Purge { .. } | Work::Start { .. } => {}
        }
    }

    async fn send(&self, work: &Work) -> Result<(), ApiError> {
        let words = self.words();
        match work {
            Work::Place { occurrence, start, minutes, scope: Scope::This } => {
                let minutes = Some(*minutes);
                let time = OccurrenceTime { start: Start::At(*start), minutes };
                let revision = self.stamp.revision(occurrence);
                let now = occurrence::put_time(occurrence.routine, occurrence.key, revision, &time).await?;
                self.learn(now);
            }
            Work::Place { occurrence, start, minutes, scope } => {
                self.place_series(occurrence, *start, *minutes, *scope).await?;
                self.reload.emit(());
            }
            Work::Skip { occurrence, on } => {
                self.learn(occurrence::skip(occurrence.routine, occurrence.key, *on).await?);
                if *on {
                    let undo = Work::Skip { occurrence: occurrence.clone(), on: false };
                    self.say_undo(words.was_skipped(occurrence.title.as_str()), undo);
                } else {
                    self.announce(words.is_planned(occurrence.title.as_str()));
                }
            }
            Work::Done { occurrence, on } => {
                self.learn(occurrence::done(occurrence.routine, occurrence.key, *on).await?);
                let title = occurrence.title.as_str();
                self.announce(if *on { words.is_done(title) } else { words.is_not_done(title) });
            }
            Work::End { occurrence, scope } => {
                let now = routine::get(occurrence.routine).await?;
                let key = Some(occurrence.key).filter(|_| *scope == Scope::Later);
                let end = RoutineEnd { scope: *scope, occurrence: key };
                routine::end(occurrence.routine, now.revision, &end).await?;
                self.say(words.has_ended(occurrence.title.as_str()));
                self.reload.emit(());
            }
            Work::Purge { routine, title } => {
                routine::delete(*routine).await?;
                self.say(words.is_deleted(title));
            }
            Work::ToInbox { occurrence } => {
                let now = routine::get(occurrence.routine).await?;
                let now = routine::delete_schedule(occurrence.routine, now.revision).await?;
                self.inbox(InboxChange::Has(Rc::new(now)));
                self.say(words.is_inboxed(occurrence.title.as_str()));
            }
            Work::Plan { routine, start } => {
                let schedule =
                    Schedule::new(*start, ScheduleZone::Mine, None).map_err(|bad| refused(&bad))?;
                routine::put_schedule(routine.id, routine.revision, schedule).await?;
                self.announce(words.planned_for(routine.title.as_str(), &when(&self.i18n, *start)));
                self.reload.emit(());
            }
            Work::Add { new } => {
                let now = routine::create(new).await?;
                self.announce(words.in_inbox(now.title.as_str()));
                self.inbox(InboxChange::Has(Rc::new(now)));
            }
            Work::Start { new, started } => started.emit(run::start(new).await?.id),
        }
        Ok(())
    }

    /// Says something aloud.
    pub fn announce(&self, text: String) {
        self.dispatch.dispatch(Action::Announce(text.into()));
    }

    fn learn(&self, now: Occurrence) {
        self.stamp.learn(&now);
        self.show(Rc::new(now));
    }
}

fn when(i18n: &I18n, start: Start) -> String {
    let date = i18n.date(start.date(), Style::DayShort);
    match start {
        Start::AllDay(_) => date,
        Start::At(at) => [date.as_str(), ", ", &i18n.time(at.time())].concat(),
    }
}
