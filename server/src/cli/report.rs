//! What a command has to say: to people, or as JSON to programs.

use serde::Serialize;
use std::{
    error::Error,
    fmt::Display,
    io::{self, Write, stderr, stdout},
    process::ExitCode,
};

/// What a command found or did.
pub struct Report {
    text: String,
    json: String,
    beside_output: bool,
    unfinished: bool,
}

impl Report {
    /// Of what was done.
    ///
    /// # Errors
    /// What has no form in JSON.
    pub fn new<T: Serialize + Display>(what: &T) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            text: what.to_string(),
            json: serde_json::to_string(what)?,
            beside_output: false,
            unfinished: false,
        })
    }

    /// Prints it to standard error: standard output holds what was asked for.
    #[must_use]
    pub fn beside_output(self) -> Self {
        Self { beside_output: true, ..self }
    }

    /// Ends with exit code 1: something is to be done.
    #[must_use]
    pub fn unfinished(self) -> Self {
        Self { unfinished: true, ..self }
    }

    /// How the process ends.
    pub fn exit_code(&self) -> ExitCode {
        if self.unfinished { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    /// Prints it to standard output, one line where it is JSON. Whoever reads may stop at any line.
    ///
    /// # Errors
    /// Where it cannot be written, as to a full disk.
    pub fn print(&self, as_json: bool) -> io::Result<()> {
        let said = if as_json { &self.json } else { &self.text };
        let printed = if self.beside_output {
            writeln!(stderr(), "{}", said.trim_end())
        } else {
            writeln!(stdout(), "{}", said.trim_end())
        };
        printed.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
    }
}

/// Prints why a command failed: to standard error in words, or as `{"error":"…"}` where a program reads.
pub fn failed(error: &(dyn Error + 'static), as_json: bool) {
    let words = words(error);
    if as_json {
        // Where nobody reads it, the exit code still tells.
        let _ = writeln!(stdout(), "{}", serde_json::json!({ "error": words }));
    } else {
        eprintln!("server: {words}");
    }
}

/// An error as the operator reads it: of a refusal the sentence, where a program would take the code.
pub fn words(error: &(dyn Error + 'static)) -> String {
    let Some(refused) = error.downcast_ref::<crate::error::Error>() else { return error.to_string() };
    match refused {
        crate::error::Error::Refused(problem) => {
            let field = problem.errors.first().map(|field| field.detail.clone());
            field.or_else(|| problem.detail.clone()).unwrap_or_else(|| problem.code.title().to_owned())
        }
        other => other.to_string(),
    }
}
