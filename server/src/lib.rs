//! Daymark's server. One folder a feature; what they share is here. `docs/architecture.md` is the map.

pub mod accounts;
pub mod backups;
pub mod caller;
pub mod channels;
pub mod civil;
pub mod cli;
pub mod clock;
pub mod config;
pub mod days;
pub mod db;
pub mod error;
pub mod events;
pub mod http;
pub mod jobs;
pub mod kv;
pub mod metrics;
pub mod origin;
pub mod outbound;
pub mod reminders;
pub mod revision;
pub mod routines;
pub mod runs;
pub mod sessions;
pub mod state;
pub mod telemetry;
pub mod vault;
