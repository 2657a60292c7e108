//! How things will be once the server has done what it was asked for.

use crate::civil::{minutes_after, moved};
use crate::platform::clock;
use daymark_shared::{
    occurrence::{Occurrence, OccurrenceKey, OccurrenceState, StepBrief},
    routine::{Minutes, NewRoutine, Routine, Step, fit},
    schedule::Start,
};
use jiff::civil::DateTime;

/// The occurrence as it will be elsewhere.
pub fn placed(occurrence: &Occurrence, start: DateTime, minutes: Minutes) -> Occurrence {
    let mut placed = occurrence.clone();
    placed.start = Start::At(start);
    placed.end = minutes_after(start, minutes.get().into());
    placed.starts_at = moved(occurrence.starts_at, occurrence.start.datetime(), start);
    placed.minutes = minutes;
    placed.changed = true;
    let parts: Vec<u16> = occurrence.steps.iter().map(|step| step.minutes.get()).collect();
    if let (true, Ok(shares)) = (minutes != occurrence.minutes, fit(&parts, minutes.get())) {
        for (step, share) in placed.steps.iter_mut().zip(shares) {
            step.minutes = Minutes::new(i64::from(share)).unwrap_or(step.minutes);
        }
    }
    placed
}

/// The occurrence of a routine from the inbox, once it is planned.
pub fn planned(routine: &Routine, start: Start) -> Occurrence {
    let minutes = routine.steps.minutes();
    let at = start.datetime();
    let brief = |step: &Step| StepBrief { id: step.id, title: step.title.clone(), minutes: step.minutes };
    Occurrence {
        routine: routine.id,
        key: OccurrenceKey { version: routine.version + 1, original: start },
        title: routine.title.clone(),
        colour: routine.colour,
        icon: routine.icon.clone(),
        steps: routine.steps.as_slice().iter().map(brief).collect(),
        start,
        end: minutes_after(at, minutes.get().into()),
        starts_at: clock::now(),
        minutes,
        state: OccurrenceState::Planned,
        done_at: None,
        changed: false,
        repeats: false,
        run: None,
        reminded: None,
        lane: 0,
        lanes: 1,
        revision: 0,
    }
}

/// The routine that is being added.
pub fn added(new: &NewRoutine) -> Routine {
    Routine {
        id: new.id,
        version: 1,
        title: new.title.clone(),
        notes: new.notes.clone(),
        colour: new.colour,
        icon: new.icon.clone(),
        steps: new.steps.clone(),
        schedule: None,
        reminders: Default::default(),
        from: None,
        last: None,
        created_at: clock::now(),
        revision: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{
        ids::{RoutineId, StepId},
        routine::{Colour, Icon},
        text::Title,
    };
    use jiff::Timestamp;

    #[test]
    fn what_is_moved_and_made_longer_stretches_its_steps() {
        let day = jiff::civil::date(2026, 11, 18);
        let title = Title::new("Gym").unwrap();
        let step = |n: u8, minutes| StepBrief {
            id: StepId::from_bytes([n; 16]),
            title: title.clone(),
            minutes: Minutes::new(minutes).unwrap(),
        };
        let gym = Occurrence {
            routine: RoutineId::from_bytes([1; 16]),
            key: OccurrenceKey { version: 1, original: Start::At(day.at(17, 30, 0, 0)) },
            title: title.clone(),
            colour: Colour::Leaf,
            icon: Icon::default(),
            steps: vec![step(1, 10), step(2, 50)],
            start: Start::At(day.at(17, 30, 0, 0)),
            end: day.at(18, 30, 0, 0),
            starts_at: Timestamp::UNIX_EPOCH,
            minutes: Minutes::new(60).unwrap(),
            state: OccurrenceState::Planned,
            done_at: None,
            changed: false,
            repeats: true,
            run: None,
            reminded: None,
            lane: 0,
            lanes: 1,
            revision: 3,
        };
        let later = placed(&gym, day.at(23, 30, 0, 0), Minutes::new(90).unwrap());
        assert_eq!(later.end, jiff::civil::date(2026, 11, 19).at(1, 0, 0, 0));
        assert_eq!(later.starts_at.as_second(), 6 * 3_600);
        assert_eq!(later.steps.iter().map(|step| step.minutes.get()).sum::<u16>(), 90);
        assert_eq!((later.revision, later.changed), (3, true));
    }
}
