//! Whom a person's reminders go to, and how each of them stands, by the ledger.

use crate::{
    ledger::Ledger,
    oracle::Ring,
    sink::{Kind, Temper},
};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// A channel to be made.
#[derive(Debug, Clone)]
pub struct Wish {
    pub kind: Kind,
    pub temper: Temper,
    pub is_fallback: bool,
}

/// A channel that was made.
#[derive(Debug, Clone)]
pub struct Place {
    /// Which line it leads to.
    pub line: usize,
    pub temper: Temper,
    /// What the server calls it.
    pub id: String,
}

/// What became of a reminder at a channel that gets every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Taken,
    /// A fallback has taken it.
    Instead,
    /// The device is gone, and there is no fallback.
    Gone,
    Missing,
}

/// The channels of a person.
pub struct Reach {
    pub ledger: Arc<Ledger>,
    /// They get every reminder.
    pub always: Vec<Place>,
    /// They stand in, in this order.
    pub fallbacks: Vec<Place>,
}

impl Reach {
    /// All of them.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.always.iter().chain(&self.fallbacks)
    }

    /// How a reminder stands that was due between the two instants.
    pub fn stands(&self, place: &Place, routine: &str, due: (Timestamp, Timestamp)) -> Standing {
        let has_taken = |place: &Place| self.ledger.has_taken(place.line, routine, due);
        if has_taken(place) {
            Standing::Taken
        } else if self.fallbacks.iter().any(has_taken) {
            Standing::Instead
        } else if self.fallbacks.is_empty() && self.ledger.is_gone(place.line) {
            Standing::Gone
        } else {
            Standing::Missing
        }
    }

    /// The same of a ring.
    pub fn stands_at(&self, place: &Place, ring: &Ring) -> Standing {
        self.stands(place, &ring.routine, (ring.due_at, ring.due_at))
    }

    /// How often it was taken, there or instead.
    pub fn arrived(&self, ring: &Ring) -> usize {
        let standings = self.always.iter().map(|place| self.stands_at(place, ring));
        standings.filter(|standing| matches!(standing, Standing::Taken | Standing::Instead)).count()
    }

    /// The channel whose device is gone.
    pub fn gone(&self) -> impl Iterator<Item = &Place> {
        self.places().filter(|place| self.ledger.is_gone(place.line))
    }

    /// Who is told for sure that a device is gone: those that reminders go to from then on, unless they fail.
    pub fn told(&self) -> Vec<&Place> {
        let is_there = |place: &&Place| !self.ledger.is_gone(place.line);
        let mut always = self.always.iter().filter(is_there).peekable();
        let told: Vec<&Place> = match always.peek() {
            Some(_) => always.collect(),
            None => self.fallbacks.iter().filter(is_there).take(1).collect(),
        };
        told.into_iter().filter(|place| place.temper != Temper::Failing).collect()
    }
}

/// The channels of a person, as the server lists them: which have ended when, and why.
pub fn ended(list: &Value) -> impl Iterator<Item = (&str, Timestamp, &str)> {
    list["items"].as_array().unwrap().iter().filter_map(|channel| {
        let ended = channel["ended"].as_object()?;
        let at = ended["at"].as_str().unwrap().parse().unwrap();
        Some((channel["id"].as_str().unwrap(), at, ended["reason"].as_str().unwrap()))
    })
}
