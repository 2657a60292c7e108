//! `ETag` and `If-Match` on the wire.

pub use crate::revision::IfMatch;

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

/// Required where a handler takes it: without the header, 428.
impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
        ready(header.map(Self::parse).ok_or_else(|| Code::PreconditionRequired.into()))
    }
}
