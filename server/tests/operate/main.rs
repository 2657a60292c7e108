//! What an operator types, against servers that run: the program itself, its exit codes, its reports.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod keys;
mod program;
