//! Brings the database to this version's schema.

use super::report::Report;
use crate::{
    config::Config,
    db::{
        Db,
        migrate::{self, Schema},
    },
};
use clap::Args;
use serde::Serialize;
use std::{error::Error, fmt};

/// How.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Says only whether there is something to do; then the exit code is 1.
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Migration {
    from: u32,
    to: u32,
    done: bool,
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, done } = self;
        match (from == to, done, from) {
            (true, ..) => write!(f, "The database has schema {to}: there is nothing to do."),
            (false, true, 0) => write!(f, "A database was made, with schema {to}."),
            (false, false, 0) => write!(f, "There is no database yet: it would be made, with schema {to}."),
            (false, true, _) => write!(f, "The database was brought from schema {from} to {to}."),
            (false, false, _) => write!(f, "The database has schema {from}: it would be brought to {to}."),
        }
    }
}

/// Does it, or looks.
///
/// # Errors
/// In words for the operator: above all where the database is a newer version's.
pub fn run(config: &Config, arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let Schema { found, latest } = migrate::look(&config.storage.database)?;
    let to_do = found != latest;
    if to_do && !arguments.check {
        Db::open(&config.storage)?.close();
    }
    let report = Report::new(&Migration { from: found, to: latest, done: to_do && !arguments.check })?;
    Ok(if to_do && arguments.check { report.unfinished() } else { report })
}
