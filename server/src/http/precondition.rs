//! `ETag` and `If-Match` (RFC 9110 §13.1.1): nobody overwrites what they have not seen.

use crate::error::Error;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{ETAG, HeaderName, IF_MATCH},
};
use daymark_shared::problem::Code;
use std::future::{Ready, ready};

/// The `ETag` header of a revision: `.insert_header(etag(routine.revision))`.
pub fn etag(revision: u64) -> (HeaderName, String) {
    (ETAG, format!("\"{revision}\""))
}

/// The revisions that the caller has seen, from a required `If-Match`; without it, 428.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<u64>>);

impl IfMatch {
    /// Is it still one of those? To be asked inside the transaction that writes.
    ///
    /// # Errors
    /// [`Code::PreconditionFailed`].
    pub fn check(&self, revision: u64) -> Result<(), Error> {
        match &self.0 {
            Some(seen) if !seen.contains(&revision) => Err(Code::PreconditionFailed.into()),
            _ => Ok(()),
        }
    }

    fn parse(text: &str) -> Self {
        if text.trim() == "*" {
            return Self(None);
        }
        // A weak tag, or one that is not ours, matches nothing.
        let revision = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self(Some(text.split(',').filter_map(revision).collect()))
    }
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
        ready(header.map(Self::parse).ok_or_else(|| Code::PreconditionRequired.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("\"3\"", true)]
    #[case("\"2\", \"3\"", true)]
    #[case("*", true)]
    #[case("\"2\"", false)]
    #[case("W/\"3\"", false)]
    #[case("3", false)]
    #[case("\"other\"", false)]
    fn revision_three(#[case] header: &str, #[case] matches: bool) {
        assert_eq!(IfMatch::parse(header).check(3).is_ok(), matches);
    }
}
