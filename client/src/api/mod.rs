//! The server, one file a feature. All of it goes through [`request`].

pub mod account;
pub mod channel;
pub mod day;
pub mod error;
pub mod events;
pub mod occurrence;
mod read;
pub mod reminder;
pub mod remote;
pub mod request;
pub mod routine;
pub mod run;
pub mod session;

pub use error::ApiError;
pub use remote::{Remote, use_remote};
