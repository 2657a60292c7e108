//! Live events: ids of what has changed, never its content. Whoever hears one asks for what it shows of that.

use crate::{
    ids::{ChannelId, ReminderId, RoutineId, RunId, SessionId},
    occurrence::OccurrenceKey,
};
use serde::{Deserialize, Serialize};

/// Something of an account has changed, and the change is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind", try_from = "FlatEvent")]
pub enum Event {
    /// A routine was made, edited, ended or deleted; any of its occurrences may be another.
    Routine {
        /// Which one.
        id: RoutineId,
    },
    /// One occurrence was moved, resized, skipped, done, started, or one of these was taken back.
    Occurrence {
        /// Of which routine.
        routine: RoutineId,
        /// Which one.
        key: OccurrenceKey,
    },
    /// A run was started, or somebody did something in it. Steps that end by themselves are not told.
    Run {
        /// Which one.
        id: RunId,
    },
    /// The account: name, address, zone, language, first day of the week.
    Account,
    /// A session has ended.
    SessionEnded {
        /// Which one.
        id: SessionId,
    },
    /// A reminder: sent, acknowledged, snoozed, missed.
    Reminder {
        /// Which one.
        id: ReminderId,
    },
    /// A channel was made, changed, removed, or has succeeded or failed.
    Channel {
        /// Which one.
        id: ChannelId,
    },
    /// Events may have been missed: ask anew for everything that is shown.
    Resync,
}

/// An [`Event`] as it is read: what serde makes of a tagged enum itself is four times the code in every browser.
#[derive(Deserialize)]
struct FlatEvent {
    kind: Kind,
    /// Of any kind of thing: sixteen bytes.
    #[serde(default)]
    id: Option<RoutineId>,
    #[serde(default)]
    routine: Option<RoutineId>,
    #[serde(default)]
    key: Option<OccurrenceKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Routine,
    Occurrence,
    Run,
    Account,
    SessionEnded,
    Reminder,
    Channel,
    Resync,
}

impl TryFrom<FlatEvent> for Event {
    type Error = &'static str;

    fn try_from(flat: FlatEvent) -> Result<Self, Self::Error> {
        let bytes = flat.id.map(|id| *id.as_bytes());
        let event = match flat.kind {
            Kind::Routine => flat.id.map(|id| Self::Routine { id }),
            Kind::Occurrence => {
                flat.routine.zip(flat.key).map(|(routine, key)| Self::Occurrence { routine, key })
            }
            Kind::Run => bytes.map(|id| Self::Run { id: RunId::from_bytes(id) }),
            Kind::Account => Some(Self::Account),
            Kind::SessionEnded => bytes.map(|id| Self::SessionEnded { id: SessionId::from_bytes(id) }),
            Kind::Reminder => bytes.map(|id| Self::Reminder { id: ReminderId::from_bytes(id) }),
            Kind::Channel => bytes.map(|id| Self::Channel { id: ChannelId::from_bytes(id) }),
            Kind::Resync => Some(Self::Resync),
        };
        event.ok_or("missing_field: an id")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_as_it_was() {
        let routine = RoutineId::mint(1, [1; 10]);
        let all = [
            Event::Routine { id: routine },
            Event::Occurrence { routine, key: "2-20261118T0700".parse().unwrap() },
            Event::Run { id: RunId::mint(2, [2; 10]) },
            Event::Account,
            Event::SessionEnded { id: SessionId::mint(3, [3; 10]) },
            Event::Reminder { id: ReminderId::mint(4, [4; 10]) },
            Event::Channel { id: ChannelId::mint(5, [5; 10]) },
            Event::Resync,
        ];
        for event in all {
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event, "{json}");
        }
        assert_eq!(
            serde_json::to_string(&Event::SessionEnded { id: SessionId::from_bytes([0; 16]) }).unwrap(),
            r#"{"kind":"session_ended","id":"00000000-0000-0000-0000-000000000000"}"#
        );
    }

    #[test]
    fn what_lacks_its_id_is_no_event() {
        for text in
            [r#"{"kind":"run"}"#, r#"{"kind":"weather"}"#, r#"{"kind":"occurrence","key":"2-20261118T0700"}"#]
        {
            assert!(serde_json::from_str::<Event>(text).is_err(), "{text}");
        }
    }
}
