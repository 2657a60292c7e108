//! Reminders that belong together: of one occurrence, on all channels.

use daymark_shared::{occurrence::OccurrenceKey, reminder::Reminder};
use std::rc::Rc;

/// Reminders of one occurrence: at least one.
pub type Group = Vec<Rc<Reminder>>;

/// Those of one occurrence together, in the order in which the first of each comes. `apart` tells those of one occurrence
/// apart that are due at different times.
pub fn groups(reminders: &[Rc<Reminder>], apart: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for reminder in reminders {
        let same =
            |other: &Reminder| key(other) == key(reminder) && (!apart || other.due_at == reminder.due_at);
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| same(first))) {
            Some(group) => group.push(reminder.clone()),
            None => groups.push(vec![reminder.clone()]),
        }
    }
    groups
}

fn key(reminder: &Reminder) -> (daymark_shared::ids::RoutineId, OccurrenceKey) {
    (reminder.routine, reminder.occurrence)
}

/// Things in a row, each once.
pub fn once<T: PartialEq>(things: impl Iterator<Item = T>) -> Vec<T> {
    let mut list = Vec::new();
    for thing in things {
        if !list.contains(&thing) {
            list.push(thing);
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::ids::{ReminderId, RoutineId};

    fn reminder(routine: u8, due: &str) -> Rc<Reminder> {
        let (id, routine) = (ReminderId::mint(1, [1; 10]), RoutineId::mint(1, [routine; 10]));
        let text = format!(
            r#"{{"id":"{id}","routine":"{routine}","occurrence":"1-20261118T0700","title":"Gym","colour":"sea","icon":"sun",
            "due_at":"{due}","starts_at":"2026-11-18T07:00:00Z","state":"expired","late":false,"reason":"too_late","told_elsewhere":false}}"#
        );
        Rc::new(serde_json::from_str(&text).unwrap())
    }

    fn sizes(groups: &[Group]) -> Vec<usize> {
        groups.iter().map(Vec::len).collect()
    }

    #[test]
    fn what_is_of_one_occurrence_is_together() {
        let (early, late) = ("2026-11-18T06:50:00Z", "2026-11-18T07:00:00Z");
        let all = [reminder(1, late), reminder(2, late), reminder(1, late), reminder(1, early)];
        assert_eq!(sizes(&groups(&all, false)), [3, 1]);
        assert_eq!(sizes(&groups(&all, true)), [2, 1, 1]);
    }

    #[test]
    fn what_is_said_twice_is_said_once() {
        assert_eq!(once(["a", "b", "a"].into_iter()), ["a", "b"]);
    }
}
