//! The server, one file a feature. All of it goes through [`request`].

pub mod account;
pub mod error;
pub mod remote;
pub mod request;
pub mod session;

pub use error::ApiError;
pub use remote::{Remote, use_remote};
pub use request::{Answer, Method, request};
