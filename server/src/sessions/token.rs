//! Access tokens: JWT (RFC 7519) signed with HMAC-SHA256.
//!
//! One algorithm, one issuer: the header is a constant, and a token with any other is none of ours. So there is
//! nothing to negotiate and nothing to confuse.

use crate::error::Error;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{
    ids::{AccountId, SessionId},
    problem::Code,
};
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// How long an access token is good for.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// `{"alg":"HS256","typ":"JWT"}` in Base64.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Whose it is.
    pub sub: AccountId,
    /// In which session it was given.
    pub sid: SessionId,
    /// With which of the session's refresh tokens, counted from 0.
    #[serde(rename = "gen")]
    pub generation: u32,
    /// When, in seconds since 1970.
    pub iat: i64,
    /// Until when.
    pub exp: i64,
}

/// Makes a token that is good from `now` for [`LIFETIME`].
pub fn issue(
    key: &hmac::Key,
    account: AccountId,
    session: SessionId,
    generation: u32,
    now: Timestamp,
) -> String {
    let iat = now.as_second();
    let claims = Claims { sub: account, sid: session, generation, iat, exp: iat + LIFETIME.as_secs() };
    // Ids and numbers always serialise.
    let claims = serde_json::to_vec(&claims).unwrap_or_default();
    let signed = format!("{HEADER}.{}", BASE64.encode(claims));
    let signature = BASE64.encode(hmac::sign(key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Reads a token.
///
/// # Errors
/// `unauthenticated` where it is none of ours, was changed, or has expired.
pub fn verify(key: &hmac::Key, token: &str, now: Timestamp) -> Result<Claims, Error> {
    read(key, token).filter(|claims| now.as_second() < claims.exp).ok_or_else(|| Code::Unauthenticated.into())
}

fn read(key: &hmac::Key, token: &str) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let claims = signed.strip_prefix(HEADER)?.strip_prefix('.')?;
    hmac::verify(key, signed.as_bytes(), &BASE64.decode(signature).ok()?).ok()?;
    serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &[u8]) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, secret)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn token() -> String {
        issue(&key(b"a"), AccountId::mint(1, [1; 10]), SessionId::mint(1, [2; 10]), 0, at(1000))
    }

    #[test]
    fn a_token_is_good_for_ten_minutes() {
        let claims = verify(&key(b"a"), &token(), at(1599)).unwrap();
        assert_eq!(claims.sub, AccountId::mint(1, [1; 10]));
        assert!(verify(&key(b"a"), &token(), at(1600)).is_err());
    }

    #[test]
    fn nobody_else_can_make_one() {
        assert!(verify(&key(b"b"), &token(), at(1000)).is_err());
        let none = format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), token().split('.').nth(1).unwrap());
        assert!(verify(&key(b"a"), &none, at(1000)).is_err());
        for at_byte in 0..token().len() {
            let mut changed = token().into_bytes();
            changed[at_byte] = if changed[at_byte] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(changed == token() || verify(&key(b"a"), &changed, at(1000)).is_err(), "{changed}");
        }
    }
}
