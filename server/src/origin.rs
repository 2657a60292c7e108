//! What set something off: the request that a person made, by its id. It goes along with all that comes of the request, so
//! that one search in the logs of all processes finds it.
//!
//! The id is a field of the span around the request ([`crate::telemetry`]). What happens by the clock has none.

use std::sync::Arc;
use tracing::Span;
use tracing_subscriber::{Registry, registry::LookupSpan};

/// The field that carries it, in spans and in the log.
pub const FIELD: &str = "request_id";

/// The id of a request, where one set it off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin(Option<Arc<str>>);

impl Origin {
    /// With the id of a request; what cannot be one is none.
    pub fn of(id: &str) -> Self {
        Self(is_sane(id).then(|| id.into()))
    }

    /// That of the request that is being worked on, as far as there is one and it is logged.
    pub fn current() -> Self {
        let found = Span::current().with_subscriber(|(id, dispatch)| {
            let span = dispatch.downcast_ref::<Registry>()?.span(id)?;
            span.scope().find_map(|span| span.extensions().get::<Self>().cloned())
        });
        found.flatten().unwrap_or_default()
    }

    /// The id.
    pub fn id(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Whether it may stand in headers and in the log: 8 to 128 letters, digits and a few signs.
pub fn is_sane(id: &str) -> bool {
    (8..=128).contains(&id.len())
        && id.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
}
