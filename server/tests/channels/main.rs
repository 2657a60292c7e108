//! What is sent to channels, and what their answers come to: real senders, real sockets, scripted other ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../support/browser.rs"]
mod browser;
#[path = "../support/certificate.rs"]
mod certificate;
mod desk;
mod faults;
mod look_ups;
mod mail;
mod ntfy;
mod push;
mod secure;
mod sequences;
mod sink;
#[path = "../support/smtp.rs"]
mod smtp;
mod webhook;
