//! Lists come in pages: so many at a time, and where the next ones begin.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The things, in the list's order.
    pub items: Vec<T>,
    /// The cursor of the page after this one; absent on the last. Opaque: pass it back as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The only page of a short list.
    pub fn only(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}
