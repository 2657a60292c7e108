//! One id a request: the proxy's where it sent a sane one, ours otherwise. In every answer and every log line.

use crate::{origin::is_sane, vault::random};
use actix_web::{
    dev::ServiceRequest,
    http::header::{HeaderName, HeaderValue},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::sync::Arc;

/// The header that carries it, both ways.
pub const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id that came with the request, or a new one.
    pub fn of(request: &ServiceRequest) -> Self {
        let sent = request.headers().get(NAME).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
        match sent {
            Some(id) => Self(id.into()),
            None => Self(URL_SAFE_NO_PAD.encode(random::<12>()).into()),
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn header(&self) -> HeaderValue {
        // Only letters, digits and a few signs pass `is_sane`.
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_a_sane_id_is_taken_over() {
        let of = |id: &str| {
            let request = TestRequest::default().insert_header((NAME, id)).to_srv_request();
            RequestId::of(&request).as_str().to_owned()
        };
        assert_eq!(of("4bf92f3577b34da6a3ce929d0e0e4736"), "4bf92f3577b34da6a3ce929d0e0e4736");
        for bad in ["short", "quote\"injection", "line feed in it", &"x".repeat(129)] {
            assert_ne!(of(bad), bad);
        }
    }
}
