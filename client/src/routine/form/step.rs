//! A step as it is being typed.

use super::rhythm::number;
use daymark_shared::{
    ids::StepId,
    routine::{MINUTES_MAX, Step},
};

/// A step as it is being typed.
#[derive(Debug, Clone, PartialEq)]
pub struct StepForm {
    pub id: StepId,
    pub title: String,
    /// As they were typed.
    pub minutes: String,
    pub note: String,
    /// Whether the note is shown though it is empty.
    pub noting: bool,
    /// Added here: left empty, it is none.
    pub fresh: bool,
}

impl StepForm {
    /// One to be filled in.
    pub fn fresh(id: StepId, minutes: u16) -> Self {
        Self {
            id,
            title: String::new(),
            minutes: minutes.to_string(),
            note: String::new(),
            noting: false,
            fresh: true,
        }
    }

    pub(super) fn of(step: &Step) -> Self {
        Self {
            id: step.id,
            title: step.title.as_str().to_owned(),
            minutes: step.minutes.get().to_string(),
            note: step.note.as_str().to_owned(),
            noting: false,
            fresh: false,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.fresh && self.title.trim().is_empty() && self.note.trim().is_empty()
    }

    /// The minutes, where they are a number that a step may last.
    pub fn length(&self) -> Option<u16> {
        number(&self.minutes).filter(|minutes| (1..=MINUTES_MAX).contains(minutes))
    }
}

/// One press on more or fewer: by one below ten, from there by five, landing on fives.
pub(super) fn stretched(minutes: u16, by: i16) -> u16 {
    let next = match (minutes, by > 0) {
        (..10, true) | (..=10, false) => minutes.saturating_add_signed(by.signum()),
        (_, true) => minutes / 5 * 5 + 5,
        (_, false) => (minutes - 1) / 5 * 5,
    };
    next.clamp(1, MINUTES_MAX)
}
