//! Texts that cannot be wrong: checked once at the edge, trusted ever after.

use crate::problem::{Code, Violation};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{borrow::Cow, fmt};

/// Longest title, in characters (Unicode scalar values).
pub const TITLE_MAX: usize = 200;
/// Longest note, in characters.
pub const NOTES_MAX: usize = 10_000;

/// Reads a string and parses it; the error's text becomes the deserializer's.
pub(crate) fn parse_str<'de, D, T, E>(deserializer: D, parse: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    let text = Cow::<str>::deserialize(deserializer)?;
    parse(&text).map_err(de::Error::custom)
}

fn check(text: &str, max: usize, lines: bool) -> Result<(), Violation> {
    if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\t'))) {
        let detail = if lines { "only line feeds and tabs are allowed" } else { "none is allowed here" };
        return Err(Violation::new(Code::ControlCharacter, detail));
    }
    // Bytes are cheap to count and never fewer than characters.
    if text.len() > max && text.chars().count() > max {
        return Err(Violation::new(Code::TextTooLong, format!("at most {max} characters")));
    }
    Ok(())
}

macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident { max: $max:expr, lines: $lines:expr, empty: $empty:expr })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks the text; white space around it is dropped.
            ///
            /// # Errors
            /// A [`Violation`] that says which limit it breaks.
            pub fn new(text: &str) -> Result<Self, Violation> {
                let text = text.trim();
                check(text, $max, $lines)?;
                if text.is_empty() && !$empty {
                    return Err(Violation::new(Code::TextEmpty, "at least one character"));
                }
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                parse_str(deserializer, Self::new)
            }
        }

        #[cfg(feature = "openapi")]
        crate::openapi::string_schema!($name, max $max);
    )*};
}

texts! {
    /// A title: of a routine or a step; one line, 1–200 characters.
    Title { max: TITLE_MAX, lines: false, empty: false }
    /// Notes: up to 10,000 characters, with line breaks.
    #[derive(Default)]
    Notes { max: NOTES_MAX, lines: true, empty: true }
    /// An address on the web as it was typed; whether the server may go there, it judges: 1–2,048 characters.
    WebAddress { max: 2_048, lines: false, empty: false }
    /// A key or token that somebody else gave: one line, 1–512 characters.
    Credential { max: 512, lines: false, empty: false }
    /// A person's name: one line, up to 200 characters, may be empty.
    #[derive(Default)]
    Name { max: TITLE_MAX, lines: false, empty: true }
}

/// An e-mail address: trimmed, its ASCII letters small. The server compares those of other scripts in small letters too.
///
/// Only what every mailbox has is asked of it: one `@` with something around it, no spaces, at most 254 octets
/// (RFC 5321 §4.5.3.1.3). Whether it exists only a message could tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Checks and normalises the address.
    ///
    /// # Errors
    /// [`Code::BadEmail`], or [`Code::TextTooLong`] over 254 octets.
    pub fn new(text: &str) -> Result<Self, Violation> {
        let text = text.trim().to_ascii_lowercase();
        if text.len() > 254 {
            return Err(Violation::new(Code::TextTooLong, "at most 254 characters"));
        }
        let well_formed = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && !domain.is_empty()
                && !domain.contains('@')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        });
        if well_formed {
            Ok(Self(text))
        } else {
            Err(Violation::new(Code::BadEmail, "an address such as mira@example.org"))
        }
    }

    /// The normalised address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, Self::new)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(Email, "email");

/// A password as it was typed: 1–1,024 characters; never shown, not even by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Takes any text; how strong it is, the server judges.
    ///
    /// # Errors
    /// [`Code::TextEmpty`] or [`Code::TextTooLong`].
    pub fn new(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::new(Code::TextEmpty, "at least one character"));
        }
        if text.len() > 1024 {
            return Err(Violation::new(Code::TextTooLong, "at most 1,024 bytes"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The password in clear.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, Self::new)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(Password, "password");

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::just_fits("é".repeat(200), None)]
    #[case::too_long("é".repeat(201), Some(Code::TextTooLong))]
    #[case::empty(" \u{3000} ".to_owned(), Some(Code::TextEmpty))]
    #[case::line_feed("a\nb".to_owned(), Some(Code::ControlCharacter))]
    #[case::nul("a\0b".to_owned(), Some(Code::ControlCharacter))]
    #[case::c1("a\u{85}b".to_owned(), Some(Code::ControlCharacter))]
    fn titles(#[case] text: String, #[case] refused: Option<Code>) {
        assert_eq!(Title::new(&text).err().map(|violation| violation.code), refused);
    }

    #[test]
    fn notes_keep_their_lines_and_may_be_empty() {
        assert_eq!(Notes::new("a\n\tb").unwrap().as_str(), "a\n\tb");
        assert!(Notes::new("").is_ok());
        assert_eq!(Notes::new("\u{1b}").unwrap_err().code, Code::ControlCharacter);
        assert_eq!(Notes::new(&"x".repeat(10_001)).unwrap_err().code, Code::TextTooLong);
    }

    #[rstest]
    #[case(" Mira@Example.ORG ", Some("mira@example.org"))]
    #[case("no-at-sign", None)]
    #[case("two@@signs", None)]
    #[case("a@b@c", None)]
    #[case("@nobody", None)]
    #[case("spa ce@example.org", None)]
    fn emails(#[case] text: &str, #[case] normal: Option<&str>) {
        assert_eq!(Email::new(text).ok().as_ref().map(Email::as_str), normal);
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", Password::new("hunter2").unwrap()).contains("hunter2"));
    }
}
