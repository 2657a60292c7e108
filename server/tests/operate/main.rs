//! What an operator types, against servers that run: the program itself, its exit codes, its reports.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod doctor;
mod keys;
mod program;
#[path = "../support/program.rs"]
mod server;
#[expect(dead_code, reason = "nothing is sent here that it would be asked for")]
#[path = "../support/smtp.rs"]
mod smtp;
#[path = "../support/valkey_server.rs"]
mod valkey_server;
mod words;
