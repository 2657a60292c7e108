//! Black-box tests: a real listener, a real file database, and HTTP in between.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod app;
mod base_path;
mod bodies;
mod canary;
mod channels;
mod days;
mod delivery;
mod events;
mod every_endpoint;
mod foundations;
mod lost_channels;
mod metrics;
mod openapi;
mod planning;
mod reminders;
mod routines;
mod runs;
mod sessions;
mod sink;
#[path = "../support/smtp.rs"]
mod smtp;
mod snooze;
mod static_files;
mod stopping;
mod stream;
mod unreadable;
mod valkey;
#[path = "../support/valkey_server.rs"]
mod valkey_server;
mod valkey_watch;
