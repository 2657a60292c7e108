//! What pointers and keys do with the blocks of a day.

use super::{
    block::spoken,
    geometry::{DAY, Slot, at},
    hand::{By, Grip, Hand},
    planner::{Planner, is_open},
    words::Words,
};
use crate::{
    kept::Kept,
    platform::{drag::Drag, focus, scroll},
};
use daymark_shared::{occurrence::Occurrence, routine::Minutes};
use jiff::civil::Date;
use std::rc::Rc;
use yew::prelude::*;

/// Takes occurrences of a day up, moves and resizes them, and puts them down.
#[derive(Clone)]
pub struct Hands {
    /// Which day.
    pub date: Date,
    /// What can be done.
    pub planner: Planner,
    /// Where the blocks are.
    pub lane: NodeRef,
    /// What is in hand: now, also for what was rendered before.
    pub hand: Kept<Option<Hand>>,
}

impl PartialEq for Hands {
    fn eq(&self, other: &Self) -> bool {
        // The rest never changes.
        self.date == other.date && self.planner == other.planner
    }
}

impl Hands {
    fn words(&self) -> Words {
        self.planner.performer.words()
    }

    fn announce(&self, text: String) {
        self.planner.performer.announce(text);
    }

    fn take(&self, occurrence: &Occurrence, grip: Grip, by: By) {
        let Some(slot) = Slot::of(occurrence, self.date).filter(|_| is_open(occurrence)) else { return };
        let id = (occurrence.routine, occurrence.key);
        self.hand.set(Some(Hand::take(id, grip, by, slot, occurrence.steps.len())));
    }

    /// Takes it up, to be moved or resized by keys.
    pub fn take_by_keys(&self, occurrence: &Occurrence, grip: Grip) {
        self.take(occurrence, grip, By::Keys);
        let (words, title) = (self.words(), occurrence.title.as_str());
        self.announce(if grip == Grip::Move { words.moving(title) } else { words.resizing(title) });
    }

    /// It stays where it is now.
    pub fn put_down(&self, occurrence: &Rc<Occurrence>) {
        let held = self.hand.get();
        self.hand.set(None);
        let Some(hand) = held.filter(Hand::has_changed) else { return };
        self.announce(spoken(&self.words(), occurrence, self.date, hand.is));
        if let Ok(minutes) = Minutes::new(i64::from(hand.is.minutes())) {
            self.planner.place(occurrence, at(self.date, hand.is.from), minutes);
        }
    }

    /// Back to where it was.
    pub fn let_go(&self, occurrence: &Occurrence) {
        self.hand.set(None);
        self.announce(self.words().put_back(occurrence.title.as_str()));
    }

    /// So many minutes on.
    pub fn step(&self, occurrence: &Occurrence, minutes: i32) {
        if let Some(hand) = self.hand.get().map(|hand| hand.stepped(minutes)) {
            self.hand.set(Some(hand));
            self.announce(spoken(&self.words(), occurrence, self.date, hand.is));
        }
    }

    /// A drag begins, goes on or ends.
    pub fn drag(&self, occurrence: &Rc<Occurrence>, grip: Grip, drag: Drag) {
        match drag {
            Drag::Begin => self.take(occurrence, grip, By::Pointer),
            Drag::Move { dy, .. } => {
                if let (Some(hand), Some(rect)) = (self.hand.get(), scroll::rect(&self.lane)) {
                    self.hand.set(Some(hand.dragged(dy / rect.height * f64::from(DAY))));
                }
            }
            Drag::Drop => self.put_down(occurrence),
            Drag::Cancel => self.let_go(occurrence),
        }
    }

    /// A key is pressed on it.
    pub fn key(&self, occurrence: &Rc<Occurrence>, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let held = self.hand.get().is_some_and(|hand| hand.holds(occurrence.routine, occurrence.key));
        let far = if event.shift_key() { 60 } else { 5 };
        match (event.key().as_str(), held) {
            ("ArrowUp", true) => self.step(occurrence, -far),
            ("ArrowDown", true) => self.step(occurrence, far),
            ("PageUp", true) => self.step(occurrence, -60),
            ("PageDown", true) => self.step(occurrence, 60),
            ("Enter" | " ", true) => self.put_down(occurrence),
            ("Escape", true) => self.let_go(occurrence),
            ("ArrowUp", false) => focus::focus_step(&self.lane, ".block-open", -1),
            ("ArrowDown", false) => focus::focus_step(&self.lane, ".block-open", 1),
            ("m" | "M", false) => self.take_by_keys(occurrence, Grip::Move),
            ("r" | "R", false) => self.take_by_keys(occurrence, Grip::Resize),
            ("Delete", false) => self.planner.delete(occurrence),
            _ => return,
        }
        event.prevent_default();
    }
}
