//! The inbox: routines without a schedule.

use daymark_shared::{ids::RoutineId, routine::Routine};
use std::rc::Rc;

/// What lies in the inbox, newest first; `None` as long as it is not known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inbox {
    /// The routines.
    pub routines: Option<Vec<Rc<Routine>>>,
}

/// What can happen to the inbox.
#[derive(Debug, Clone, PartialEq)]
pub enum InboxChange {
    /// It came from the server.
    Came(Vec<Routine>),
    /// A routine lies in it, as it is now.
    Has(Rc<Routine>),
    /// A routine does not lie in it any more.
    Gone(RoutineId),
}

impl Inbox {
    /// The inbox after a change.
    #[must_use]
    pub fn changed(&self, change: InboxChange) -> Self {
        let mut routines = self.routines.clone();
        match change {
            InboxChange::Came(came) => routines = Some(came.into_iter().map(Rc::new).collect()),
            InboxChange::Has(routine) => {
                // As long as the rest is not known, it comes with the rest.
                let Some(list) = &mut routines else { return self.clone() };
                match list.iter_mut().find(|other| other.id == routine.id) {
                    Some(other) => *other = routine,
                    None => {
                        // Ids are in the order in which they were made.
                        let at = list.partition_point(|other| other.id > routine.id);
                        list.insert(at, routine);
                    }
                }
            }
            InboxChange::Gone(id) => {
                if let Some(list) = &mut routines {
                    list.retain(|routine| routine.id != id);
                }
            }
        }
        Self { routines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{
        ids::StepId,
        routine::{Colour, Icon, Minutes, Step, Steps},
        text::{Notes, Title},
    };

    fn routine(n: u8) -> Routine {
        let title = Title::new("Post the letter").unwrap();
        let minutes = Minutes::new(10).unwrap();
        let step =
            Step { id: StepId::from_bytes([n; 16]), title: title.clone(), minutes, note: Notes::default() };
        Routine {
            id: RoutineId::from_bytes([n; 16]),
            version: 1,
            title,
            notes: Notes::default(),
            colour: Colour::Sea,
            icon: Icon::default(),
            steps: Steps::new(vec![step]).unwrap(),
            schedule: None,
            reminders: Default::default(),
            from: None,
            last: None,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            revision: 1,
        }
    }

    fn ids(inbox: &Inbox) -> Vec<u8> {
        inbox.routines.iter().flatten().map(|routine| routine.id.as_bytes()[0]).collect()
    }

    #[test]
    fn what_goes_and_comes_back_lies_where_it_lay() {
        let inbox = Inbox::default().changed(InboxChange::Came(vec![routine(3), routine(2), routine(1)]));
        let without = inbox.changed(InboxChange::Gone(RoutineId::from_bytes([2; 16])));
        assert_eq!(ids(&without), [3, 1]);
        assert_eq!(without.changed(InboxChange::Has(Rc::new(routine(2)))), inbox);
    }

    #[test]
    fn what_is_added_twice_is_there_once() {
        let empty = Inbox::default().changed(InboxChange::Came(vec![]));
        let once = empty.changed(InboxChange::Has(Rc::new(routine(1))));
        let twice = once.changed(InboxChange::Has(Rc::new(routine(1))));
        assert_eq!(ids(&twice), [1]);
    }
}
