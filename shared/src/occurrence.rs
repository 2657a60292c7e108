//! One happening of a routine, and what may be changed about it alone.

use crate::{
    ids::{RoutineId, RunId, StepId},
    problem::{Code, Violation},
    reminder::Reminded,
    routine::{Colour, Icon, Minutes},
    schedule::Start,
    text::{Title, parse_str},
};
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Which occurrence of a routine: its version and original civil start. It stays the same when the occurrence moves.
///
/// Written `1-20261118T0700`, or `1-20261118` for a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccurrenceKey {
    /// The number of the version that brings it about.
    pub version: u32,
    /// When it would start, had nobody moved it; on the clock of its schedule's zone.
    pub original: Start,
}

impl fmt::Display for OccurrenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.version, self.original.compact())
    }
}

impl FromStr for OccurrenceKey {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let parse = || {
            let (version, original) = text.split_once('-')?;
            let version: u32 = version.parse().ok().filter(|n| *n > 0)?;
            Some(Self { version, original: Start::from_compact(original)? })
        };
        // One occurrence has one spelling: no leading zeros, no plus sign.
        parse()
            .filter(|key| key.to_string() == text)
            .ok_or_else(|| Violation::new(Code::BadValue, "an occurrence such as 1-20261118T0700"))
    }
}

impl Serialize for OccurrenceKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OccurrenceKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, str::parse)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(OccurrenceKey, "version-start, such as 1-20261118T0700");

/// What became of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OccurrenceState {
    /// Still to be done.
    #[default]
    Planned,
    /// Left out, this once.
    Skipped,
    /// Done, by a run or marked so.
    Done,
}

/// An occurrence as a day shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Occurrence {
    /// Whose occurrence.
    pub routine: RoutineId,
    /// Which one.
    pub key: OccurrenceKey,
    /// The routine's title at that time.
    pub title: Title,
    /// Its colour.
    pub colour: Colour,
    /// Its icon.
    pub icon: Icon,
    /// Its steps, fitted to `minutes`.
    pub steps: Vec<StepBrief>,
    /// When it starts, on the clock of the day's zone.
    pub start: Start,
    /// When it ends, on the clock of the day's zone; for a whole day its midnight.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub end: DateTime,
    /// The instant at which it starts.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub starts_at: Timestamp,
    /// How long it takes.
    pub minutes: Minutes,
    /// What became of it.
    pub state: OccurrenceState,
    /// When it was done.
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = "date-time"))]
    pub done_at: Option<Timestamp>,
    /// Whether its start was moved, or its length changed, for this one alone.
    pub changed: bool,
    /// Whether its routine happens more than once.
    pub repeats: bool,
    /// Its latest run.
    pub run: Option<OccurrenceRun>,
    /// How it stands with its reminders; absent while nobody has acted on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<Reminded>,
    /// Which of several columns it takes where it overlaps with others, from 0.
    pub lane: u16,
    /// How many columns there are side by side; 1 when nothing overlaps.
    pub lanes: u16,
    /// Counts the changes to this occurrence: its `ETag`.
    pub revision: u64,
}

/// A step, as far as a day shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepBrief {
    /// The step's id.
    pub id: StepId,
    /// What to do.
    pub title: Title,
    /// How long it is meant to take.
    pub minutes: Minutes,
}

/// The latest run of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OccurrenceRun {
    /// The run's id.
    pub id: RunId,
    /// Whether it still goes on.
    pub active: bool,
    /// How long its steps really took, in seconds; once it has ended.
    pub took_seconds: Option<u32>,
}

/// Where an occurrence is put: moved, resized, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OccurrenceTime {
    /// The new start, on the clock of the account's zone.
    pub start: Start,
    /// How long it takes; absent: as long as the routine's steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Minutes>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_survives_its_text_form(version in 1u32.., y in 1970i16..=2199, m in 1i8..=12, d in 1i8..=28, t in prop::option::of((0i8..24, 0i8..60))) {
            let date = jiff::civil::date(y, m, d);
            let original = match t { None => Start::AllDay(date), Some((h, min)) => Start::At(date.at(h, min, 0, 0)) };
            let key = OccurrenceKey { version, original };
            prop_assert_eq!(key.to_string().parse::<OccurrenceKey>().unwrap(), key);
        }

        #[test]
        fn no_text_upsets_the_parser(text in ".{0,24}") {
            if let Ok(key) = text.parse::<OccurrenceKey>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }
    }

    #[test]
    fn one_occurrence_has_one_spelling() {
        for text in [
            "01-20261118",
            "+1-20261118",
            "0-20261118",
            "1-20261118T2500",
            "1-20261118T070",
            "1-2026111",
            "1-20260230",
        ] {
            assert!(text.parse::<OccurrenceKey>().is_err(), "{text}");
        }
    }
}
