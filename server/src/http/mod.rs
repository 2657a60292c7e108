//! HTTP: what all features share. Each feature's handlers are in its own `http.rs`.

pub mod act;
pub mod app;
mod base_path;
mod body;
pub mod client_addr;
mod edge;
mod error;
pub mod extract;
pub mod headers;
mod health;
pub mod internal;
mod json;
pub mod openapi;
pub mod precondition;
pub mod request_id;
pub mod routes;
mod static_files;

pub use client_addr::ClientAddr;
pub(crate) use error::respond;
pub use extract::{CurrentAccount, Path, Query};
pub use json::Json;
pub use precondition::{IfMatch, etag};
