//! Daymark in the browser.
fn main() {}
