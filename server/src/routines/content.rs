//! What a person writes about a routine, and how it is sealed: what every day shows apart from the notes, which only
//! the editor and the run open.

use crate::{error::Error, vault::DataKey};
use daymark_shared::{
    ids::{RoutineId, StepId},
    occurrence::StepBrief,
    reminder::ReminderPlan,
    routine::{Colour, Icon, Routine, RoutineEdit, Step, Steps},
    text::{Notes, Title},
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const CONTENT: &str = "routine.content.1";
const NOTES: &str = "routine.notes.1";

/// What a day shows of a routine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// The title.
    pub title: Title,
    /// The colour.
    pub colour: Colour,
    /// The icon.
    pub icon: Icon,
    /// The steps without their notes.
    pub steps: Vec<StepBrief>,
}

/// The notes of a routine and of its steps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct AllNotes {
    routine: Notes,
    steps: BTreeMap<String, Notes>,
}

/// Where a version's texts are sealed for.
fn place(routine: RoutineId, number: u32) -> [u8; 20] {
    let mut place = [0; 20];
    place[..16].copy_from_slice(routine.as_bytes());
    place[16..].copy_from_slice(&number.to_be_bytes());
    place
}

fn encoded(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))
}

impl Content {
    /// Opens what a version holds.
    pub(super) fn open(key: &DataKey, id: RoutineId, number: u32, sealed: &[u8]) -> Result<Self, Error> {
        let json = key.open(CONTENT, &place(id, number), sealed)?;
        serde_json::from_slice(&json).map_err(|_| Error::Sealed(CONTENT))
    }
}

/// All that a person writes about a routine.
#[derive(Debug, Clone)]
pub(super) struct Sealable {
    pub title: Title,
    pub notes: Notes,
    pub colour: Colour,
    pub icon: Icon,
    pub steps: Steps,
}

impl Sealable {
    /// Content and notes, sealed for one version; no notes where none were written.
    pub fn seal(
        &self,
        key: &DataKey,
        id: RoutineId,
        number: u32,
    ) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
        let place = place(id, number);
        let brief = |step: &Step| StepBrief { id: step.id, title: step.title.clone(), minutes: step.minutes };
        let content = Content {
            title: self.title.clone(),
            colour: self.colour,
            icon: self.icon.clone(),
            steps: self.steps.as_slice().iter().map(brief).collect(),
        };
        let noted = self.steps.as_slice().iter().filter(|step| !step.note.as_str().is_empty());
        let notes = AllNotes {
            routine: self.notes.clone(),
            steps: noted.map(|step| (step.id.to_string(), step.note.clone())).collect(),
        };
        let none = notes.routine.as_str().is_empty() && notes.steps.is_empty();
        let notes = if none { None } else { Some(key.seal(NOTES, &place, encoded(&notes)?)) };
        Ok((key.seal(CONTENT, &place, encoded(&content)?), notes))
    }

    /// Opens what [`Sealable::seal`] made.
    pub fn open(
        key: &DataKey,
        id: RoutineId,
        number: u32,
        content: &[u8],
        notes: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let content = Content::open(key, id, number, content)?;
        let mut notes: AllNotes = match notes {
            None => AllNotes::default(),
            Some(sealed) => {
                let json = key.open(NOTES, &place(id, number), sealed)?;
                serde_json::from_slice(&json).map_err(|_| Error::Sealed(NOTES))?
            }
        };
        let mut step = |brief: StepBrief| {
            let StepBrief { id, title, minutes } = brief;
            Step { id, title, minutes, note: take(&mut notes.steps, id) }
        };
        let steps = content.steps.into_iter().map(&mut step).collect();
        Ok(Self {
            title: content.title,
            colour: content.colour,
            icon: content.icon,
            steps: Steps::new(steps).map_err(|_| Error::Sealed(CONTENT))?,
            notes: notes.routine,
        })
    }

    /// Takes over what an edit changes.
    pub fn apply(&mut self, edit: &RoutineEdit) {
        fn set<T: Clone>(field: &mut T, value: &Option<T>) {
            if let Some(value) = value {
                *field = value.clone();
            }
        }
        set(&mut self.title, &edit.title);
        set(&mut self.notes, &edit.notes);
        set(&mut self.colour, &edit.colour);
        set(&mut self.icon, &edit.icon);
        set(&mut self.steps, &edit.steps);
    }

    /// The routine as the API shows it.
    pub fn into_routine(
        self,
        id: RoutineId,
        version: &Version,
        reminders: ReminderPlan,
        created_at: Timestamp,
        revision: u64,
    ) -> Routine {
        let planned = version.schedule.is_some();
        Routine {
            id,
            version: version.number,
            title: self.title,
            notes: self.notes,
            colour: self.colour,
            icon: self.icon,
            steps: self.steps,
            schedule: version.schedule.clone(),
            reminders,
            from: planned.then_some(version.from),
            last: version.last().filter(|_| planned),
            created_at,
            revision,
        }
    }
}

fn take(notes: &mut BTreeMap<String, Notes>, id: StepId) -> Notes {
    if notes.is_empty() { Notes::default() } else { notes.remove(&id.to_string()).unwrap_or_default() }
}
