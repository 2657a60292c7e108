//! Looks after accounts.

use super::report::Report;
use crate::{accounts::registration, clock::Clock, config::Config, state::State};
use clap::Subcommand;
use serde::Serialize;
use std::{error::Error, fmt};

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints a link with which one person can make an account.
    Invite {
        /// For how many days it holds.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
}

/// Does it.
///
/// # Errors
/// In words for the operator.
pub async fn run(config: Config, command: Command) -> Result<Report, Box<dyn Error>> {
    match command {
        Command::Invite { days } => invite(config, days).await,
    }
}

#[derive(Serialize)]
struct Invitation {
    link: String,
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.link)
    }
}

async fn invite(config: Config, days: u16) -> Result<Report, Box<dyn Error>> {
    let state = State::open(config, Clock::system()).await?;
    let link = registration::invite(&state, days).await?;
    tokio::task::spawn_blocking(move || state.db.close()).await?;
    Report::new(&Invitation { link })
}
