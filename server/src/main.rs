//! Daymark's server.
fn main() {}
