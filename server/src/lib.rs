//! Daymark's server. One folder a feature; what they share is here. `docs/architecture.md` is the map.

pub mod accounts;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod kv;
pub mod sessions;
pub mod state;
pub mod telemetry;
pub mod vault;
