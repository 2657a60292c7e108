//! Fetching days and the inbox into the store: when the page appears, when it is shown again, and after changes.

use crate::{
    api::{ApiError, day, routine},
    kept::{use_kept, use_watch},
    store::{Action, DaysChange, InboxChange, use_dispatch},
};
use daymark_shared::{
    ids::RoutineId,
    occurrence::{Occurrence, OccurrenceKey},
};
use jiff::civil::Date;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Counts the changes that a person makes: an answer that was asked for before one of them is too old. Remembers what
/// the answers to them told.
#[derive(Debug, Clone, Default)]
pub struct Stamp {
    count: Rc<Cell<u32>>,
    /// The revision that each occurrence has now, as far as an answer told.
    revisions: Rc<RefCell<Vec<(RoutineId, OccurrenceKey, u64)>>>,
}

impl Stamp {
    /// A change begins or ends.
    pub fn advance(&self) {
        self.count.set(self.count.get().wrapping_add(1));
    }

    /// An answer told how an occurrence is now.
    pub fn learn(&self, now: &Occurrence) {
        let mut revisions = self.revisions.borrow_mut();
        revisions.retain(|(routine, key, _)| (*routine, *key) != (now.routine, now.key));
        revisions.push((now.routine, now.key, now.revision));
    }

    /// The revision that an occurrence has now.
    pub fn revision(&self, occurrence: &Occurrence) -> u64 {
        let revisions = self.revisions.borrow();
        let told = revisions
            .iter()
            .find(|(routine, key, _)| (*routine, *key) == (occurrence.routine, occurrence.key));
        told.map_or(0, |(.., revision)| *revision).max(occurrence.revision)
    }
}

impl PartialEq for Stamp {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.count, &other.count)
    }
}

/// What is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The days from one to another.
    Days(Date, Date),
    /// The inbox.
    Inbox,
}

impl Wanted {
    async fn fetch(self) -> Result<Action, ApiError> {
        Ok(match self {
            Self::Days(from, to) => Action::Days(DaysChange::Came(day::range(from, to).await?)),
            Self::Inbox => Action::Inbox(InboxChange::Came(routine::all(routine::Among::Inbox).await?)),
        })
    }

    /// Asks until no change came in between.
    async fn current(self, stamp: &Stamp) -> Result<Action, ApiError> {
        loop {
            let before = stamp.count.get();
            let answer = self.fetch().await;
            if answer.is_err() || stamp.count.get() == before {
                return answer;
            }
        }
    }
}

/// Keeps what is wanted in the store, and fetches it again in each round. Gives why the last try failed.
#[hook]
pub fn use_wanted(wanted: Wanted, round: u32, stamp: Stamp) -> Option<ApiError> {
    let dispatch = use_dispatch();
    let error = use_kept(|| None::<ApiError>);
    let set = error.clone();
    use_watch((wanted, round), move |(wanted, _)| {
        let matters = Rc::new(Cell::new(true));
        let still = matters.clone();
        spawn_local(async move {
            let answer = wanted.current(&stamp).await;
            if !still.get() {
                return;
            }
            match answer {
                Ok(came) => {
                    dispatch.dispatch(came);
                    set.set(None);
                }
                Err(error) => set.set(Some(error)),
            }
        });
        move || matters.set(false)
    });
    error.get()
}
