//! What a command has to say: to people, or as JSON to programs.

use serde::Serialize;
use std::{
    error::Error,
    fmt::Display,
    io::{self, Write, stdout},
};

/// What a command found or did.
pub struct Report {
    text: String,
    json: String,
}

impl Report {
    /// Of what was done.
    ///
    /// # Errors
    /// What has no form in JSON.
    pub fn new<T: Serialize + Display>(what: &T) -> Result<Self, Box<dyn Error>> {
        Ok(Self { text: what.to_string(), json: serde_json::to_string(what)? })
    }

    /// Prints it to standard output, one line where it is JSON.
    ///
    /// # Errors
    /// Where nobody reads it.
    pub fn print(&self, as_json: bool) -> io::Result<()> {
        let said = if as_json { &self.json } else { &self.text };
        writeln!(stdout(), "{}", said.trim_end())
    }
}

/// Prints why a command failed: to standard error in words, or as `{"error":"…"}` where a program reads.
pub fn failed(error: &dyn Error, as_json: bool) {
    if as_json {
        // Where nobody reads it, the exit code still tells.
        let _ = writeln!(stdout(), "{}", serde_json::json!({ "error": error.to_string() }));
    } else {
        eprintln!("server: {error}");
    }
}
