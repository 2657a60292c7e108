//! Looks after the master keys, while the server runs or not. Nothing here shows a key.

use super::{
    report::Report,
    state::{Failure, with_state},
};
use crate::{config::Config, vault};
use clap::Subcommand;
use serde::Serialize;
use std::fmt;

/// What can be done with the master keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a new master key and wraps all keys with it, while everybody goes on working; given again after a kill, it
    /// finishes.
    Rotate,
    /// Lists the master keys: when each was made, and how many keys it wraps.
    List,
    /// Takes master keys out of the keyring that wrap nothing any more. Older backups need them: keep a copy.
    Prune,
}

/// Does it.
///
/// # Errors
/// In words for the operator.
pub async fn run(config: Config, command: Command) -> Result<Report, Failure> {
    match command {
        Command::Rotate => rotate(config).await,
        Command::List => list(config).await,
        Command::Prune => prune(config).await,
    }
}

#[derive(Serialize)]
struct Rotated {
    version: u32,
    resumed: bool,
    rewrapped: u64,
    unopened: u64,
}

impl fmt::Display for Rotated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, resumed, rewrapped, unopened } = self;
        let how = if *resumed { "finished what was begun before" } else { "made it" };
        writeln!(f, "Master key {version} is current ({how}), and wraps {rewrapped} keys more than before.")?;
        if *unopened > 0 {
            writeln!(
                f,
                "{unopened} keys are opened by no master key of this keyring, and stay as they are."
            )?;
        }
        write!(
            f,
            "Save the keyring anew. Backups made until now need the older keys: `server keys prune` only when you keep those elsewhere."
        )
    }
}

async fn rotate(config: Config) -> Result<Report, Failure> {
    let work = async |state: &std::sync::Arc<crate::state::State>| {
        state.vault.rotate(&state.db, state.clock.now()).await
    };
    let vault::Rotation { version, resumed, rewrapped } = with_state(config, work).await?;
    Report::new(&Rotated { version, resumed, rewrapped: rewrapped.keys, unopened: rewrapped.unopened })
}

#[derive(Serialize)]
struct Masters {
    keys: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    version: u32,
    made_at: Option<String>,
    current: bool,
    wraps: u64,
}

impl fmt::Display for Masters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>7}  {:20}  {:>6}", "VERSION", "MADE", "WRAPS")?;
        for Line { version, made_at, current, wraps } in &self.keys {
            let made = made_at.as_deref().unwrap_or("-");
            let current = if *current { "  current" } else { "" };
            writeln!(f, "{version:>7}  {made:20}  {wraps:>6}{current}")?;
        }
        Ok(())
    }
}

async fn list(config: Config) -> Result<Report, Failure> {
    let masters = with_state(config, async |state| state.vault.masters(&state.db).await).await?;
    let line = |master: vault::Master| {
        let vault::Master { version, made_at, current, wraps } = master;
        let made_at = made_at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        Line { version, made_at, current, wraps }
    };
    Report::new(&Masters { keys: masters.into_iter().map(line).collect() })
}

#[derive(Serialize)]
struct Pruned {
    removed: Vec<u32>,
}

impl fmt::Display for Pruned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.removed.as_slice() {
            [] => f.write_str("There is nothing to remove."),
            removed => {
                let versions: Vec<String> = removed.iter().map(u32::to_string).collect();
                let versions = versions.join(", ");
                write!(
                    f,
                    "Removed master keys {versions}. Backups made while they were current open with an older copy of the keyring only."
                )
            }
        }
    }
}

async fn prune(config: Config) -> Result<Report, Failure> {
    let removed = with_state(config, async |state| state.vault.prune(&state.db).await).await?;
    Report::new(&Pruned { removed })
}
