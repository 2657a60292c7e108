//! Time zones, by their IANA names.

use crate::{
    problem::{Code, Violation},
    text::parse_str,
};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// The name of an IANA time zone, such as `Europe/Berlin`.
///
/// Only its shape is known to be right: which zones exist changes with the zone database, so the server looks there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Zone(String);

impl Zone {
    /// Longest name. The longest in the 2026 database has 32 characters.
    pub const MAX: usize = 64;

    /// Checks the shape: ASCII letters, digits, `/ _ + -`, beginning with a letter.
    ///
    /// # Errors
    /// [`Code::BadZone`].
    pub fn new(name: &str) -> Result<Self, Violation> {
        let well_formed = name.len() <= Self::MAX
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !name.ends_with('/')
            && !name.contains("//")
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
        if well_formed {
            Ok(Self(name.to_owned()))
        } else {
            Err(Violation::new(Code::BadZone, "a name such as Europe/Berlin"))
        }
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, Self::new)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(Zone, max Self::MAX);

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Europe/Berlin", true)]
    #[case("America/Argentina/ComodRivadavia", true)]
    #[case("Etc/GMT+12", true)]
    #[case("UTC", true)]
    #[case("", false)]
    #[case("/Europe", false)]
    #[case("Europe/", false)]
    #[case("Europe//Berlin", false)]
    #[case("../../etc/passwd", false)]
    #[case("Europe/Berl\u{ed}n", false)]
    #[case("Europe/Berlin ", false)]
    #[case("+02:00", false)]
    fn only_names_of_the_right_shape(#[case] name: &str, #[case] right: bool) {
        assert_eq!(Zone::new(name).is_ok(), right, "{name}");
    }

    #[test]
    fn a_name_has_a_greatest_length() {
        assert!(Zone::new(&"A".repeat(64)).is_ok());
        assert_eq!(Zone::new(&"A".repeat(65)).unwrap_err().code, Code::BadZone);
    }
}
