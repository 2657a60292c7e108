//! The real program, as an operator starts it: with these variables and no others.

use std::{
    io::BufReader,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// `server` with these words on this data, ready to be started.
pub fn command(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command.args(words).env_clear().env("DATA_DIR", data);
    command
}

/// Starts a mode that goes on, on a free port, where anybody may make an account; and what it logs.
pub fn launch(data: &Path, mode: &str, variables: &[(&str, &str)]) -> (Child, BufReader<ChildStdout>) {
    let mut command = command(data, &[mode]);
    command.envs([("PORT", "0"), ("REGISTRATION", "open")]).envs(variables.iter().copied());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let log = BufReader::new(child.stdout.take().unwrap());
    (child, log)
}
