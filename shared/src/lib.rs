//! Daymark's words, rules and DTOs. Pure: no I/O, no clock, no randomness, no framework.
//!
//! The server and the browser run the very same rules: what repeats when ([`repeat`]), what a day holds, how a run
//! moves from step to step. Whoever calls brings the clock and the random bytes.

pub mod account;
pub mod channel;
pub mod day;
pub mod event;
pub mod ids;
pub mod occurrence;
#[cfg(feature = "openapi")]
mod openapi;
pub mod page;
pub mod problem;
pub mod reminder;
pub mod repeat;
pub mod routine;
pub mod run;
pub mod schedule;
pub mod session;
pub mod text;
pub mod version;
mod wire;
pub mod zone;
