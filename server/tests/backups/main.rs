//! `server backup`, `server restore` and `server migrate`, as an operator runs them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_files;
mod house;
mod killed;
mod making;
mod migrating;
mod proxy;
mod restoring;
mod s3;
mod schedule;
mod tools;
