//! What came by the stream of live events: how often something has changed that pages show. Whoever shows it asks anew
//! when the number is another.

use daymark_shared::event::Event;

/// How often each kind of thing has changed. They only go up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Routines and occurrences: days, the inbox, lists of routines.
    pub plan: u32,
    /// Reminders: what was missed, what is to come.
    pub reminders: u32,
    /// Channels: where reminders go, and how that fares.
    pub channels: u32,
}

impl Changes {
    /// After an event: here stands what comes of each kind. What comes of a run stands in [`run`](super::run), since
    /// only one is followed; the account comes with the next access token, if not before.
    #[must_use]
    pub fn after(mut self, event: Event) -> Self {
        match event {
            Event::Routine { .. } | Event::Occurrence { .. } => self.plan += 1,
            Event::Reminder { .. } => self.reminders += 1,
            Event::Channel { .. } => self.channels += 1,
            Event::Resync => {
                self.plan += 1;
                self.reminders += 1;
                self.channels += 1;
            }
            Event::Run { .. } | Event::Account | Event::SessionEnded { .. } => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::ids::RoutineId;

    #[test]
    fn what_is_planned_may_be_another_after_its_events_and_after_a_gap() {
        let routine = Event::Routine { id: RoutineId::from_bytes([1; 16]) };
        let after = Changes::default().after(routine).after(Event::Account);
        assert_eq!(after, Changes { plan: 1, ..Changes::default() });
        assert_eq!(after.after(Event::Resync), Changes { plan: 2, reminders: 1, channels: 1 });
    }
}
