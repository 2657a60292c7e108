//! Identifiers: UUIDv7 (RFC 9562 §5.7), one newtype each, so that they cannot be mixed up.
//!
//! Whoever creates a thing mints its id, the browser included: a create that is sent twice is then one create.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A text that is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bad_id: an id is a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id of something made at `unix_ms` (milliseconds since 1970, UTC), with ten random bytes.
            pub fn mint(unix_ms: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid())
            }

            /// The sixteen bytes, as they are stored.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Back from storage.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.as_hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                // Only the hyphenated form: one id has one spelling.
                if text.len() != 36 {
                    return Err(NotAnId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::parse_str(deserializer, str::parse)
            }
        }

        #[cfg(feature = "openapi")]
        crate::openapi::string_schema!($name, "uuid");
    )*};
}

ids! {
    /// A person's account.
    AccountId;
    /// A routine.
    RoutineId;
    /// A step of a routine; it keeps its id from version to version.
    StepId;
    /// A run.
    RunId;
    /// One browser's session: the family of its refresh tokens.
    SessionId;
    /// An invitation to create an account.
    InvitationId;
    /// A channel that reminders go to.
    ChannelId;
    /// A reminder: one message owed to one channel at one instant.
    ReminderId;
    /// One press on *snooze*.
    SnoozeId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_version_7_and_survives_text_and_bytes() {
        let id = RoutineId::mint(1_700_000_000_000, [7; 10]);
        assert_eq!(id.0.get_version_num(), 7);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(RoutineId::from_bytes(*id.as_bytes()), id);
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let id = RoutineId::mint(1_700_000_000_000, [7; 10]);
        let plain = id.to_string().replace('-', "");
        assert_eq!(plain.parse::<RoutineId>(), Err(NotAnId));
        assert_eq!("".parse::<RoutineId>(), Err(NotAnId));
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        assert!(RunId::mint(1, [255; 10]) < RunId::mint(2, [0; 10]));
    }
}
