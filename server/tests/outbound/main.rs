//! The outbound client against servers that are real, on this machine, and badly behaved; and against ten thousand
//! addresses that try to lead it astray. No packet leaves: what would, is recorded and led to a server here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../support/certificate.rs"]
mod certificate;
mod faults;
mod fuzz;
mod keeping;
mod peer;
mod reach;
mod tls;
