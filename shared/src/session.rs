//! Sessions: a browser that is signed in. The refresh token travels in a cookie only, never in a body.

use crate::{
    account::Account,
    ids::SessionId,
    problem::{Code, Violation},
    text::{Email, Password, parse_str},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// An opaque token: of access, of set-up, of an invitation. Never shown, not even by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// Longest token, in bytes.
    pub const MAX: usize = 1024;

    /// Takes visible ASCII.
    ///
    /// # Errors
    /// [`Code::TextEmpty`], [`Code::TextTooLong`] or [`Code::BadValue`].
    pub fn new(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::new(Code::TextEmpty, "at least one character"));
        }
        if text.len() > Self::MAX {
            return Err(Violation::new(Code::TextTooLong, "at most 1,024 characters"));
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Violation::new(Code::BadValue, "letters, digits and ASCII signs only"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The token in clear.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, Self::new)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(Token, max Self::MAX);

/// Signing in with e-mail and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Whose account.
    pub email: Email,
    /// Its password.
    pub password: Password,
}

/// A session that has begun or goes on: what a browser needs to act for the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionAnswer {
    /// For `Authorization: Bearer`; to be kept in memory only.
    pub access_token: Token,
    /// For how many seconds the token holds.
    pub expires_in: u32,
    /// Who is signed in.
    pub account: Account,
    /// The server's clock, for a browser whose own is off.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub now: Timestamp,
}

/// One of an account's sessions, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// When it was begun.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it was last refreshed.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Browser and system in a few words, such as `Firefox · Linux`; absent when the browser did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent_summary: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_visible_ascii_and_is_not_shown() {
        assert!(Token::new("abc-DEF_123.~").is_ok());
        assert_eq!(Token::new("").unwrap_err().code, Code::TextEmpty);
        assert_eq!(Token::new("a b").unwrap_err().code, Code::BadValue);
        assert_eq!(Token::new(&"a".repeat(1025)).unwrap_err().code, Code::TextTooLong);
        assert!(!format!("{:?}", Token::new("s3cret").unwrap()).contains("s3cret"));
    }

    #[test]
    fn signing_in_takes_no_other_fields() {
        let body = r#"{"email":"mira@example.org","password":"x","admin":true}"#;
        assert!(serde_json::from_str::<SignIn>(body).is_err());
    }
}
