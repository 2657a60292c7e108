//! Modes and commands: [`serve`] goes on until it is stopped, every other command does one thing, reports it and ends.
//!
//! Exit codes: 0 it was done; 1 it was not, and the error says why; 2 the arguments make no
//! sense.

mod account;
mod backup;
mod doctor;
mod keys;
mod migrate;
mod report;
mod restore;
mod serve;
mod state;

use crate::{
    config::{Config, Judged},
    http::app::Mode,
    telemetry,
};
use actix_web::rt::System;
use clap::{Parser, Subcommand};
use report::Report;
use std::{env, error::Error, process::ExitCode};

/// Daymark's server. It is configured by environment variables; none is needed for a first run.
#[derive(Debug, Parser)]
#[command(
    name = "server",
    version,
    after_help = "Exit codes: 0 it was done; 1 it was not, and the error says why; 2 the arguments make no sense."
)]
struct Cli {
    #[command(subcommand)]
    asked: Asked,
    /// Prints the report of a command as one line of JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Asked {
    #[command(flatten)]
    Configured(Command),
    /// Looks whether all is well, and says what to do where it is not. It changes nothing.
    Doctor(doctor::Arguments),
}

/// What needs a configuration that can be used.
#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API; a proxy such as nginx serves the client.
    Api,
    /// Does what happens by itself: plans reminders and sends them. Any number may run beside the API.
    Jobs,
    /// Serves everything: the API and the built client; and does what `jobs` does.
    All,
    /// Brings the database to this version's schema, after backing it up; every start does that by itself.
    Migrate(migrate::Arguments),
    /// Makes a backup, while the server is in use.
    Backup(backup::Arguments),
    /// Puts a backup in the place of the database, which is kept aside. The server must not be running.
    Restore(restore::Arguments),
    /// Looks after accounts.
    #[command(subcommand)]
    Account(account::Command),
    /// Looks after the master keys.
    #[command(subcommand)]
    Keys(keys::Command),
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // A program reads: it is told as everything else is. What is asked for, such as --help, is no error.
        Err(error) if error.use_stderr() && env::args_os().any(|argument| argument == "--json") => {
            report::failed(&error, true);
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    let done = match cli.asked {
        Asked::Configured(command) => run(command),
        // What is wrong with the configuration is what it is to find.
        Asked::Doctor(arguments) => {
            System::new().block_on(doctor::run(Judged::from_env(), arguments)).map(Some)
        }
    };
    let done = done.and_then(|report| match report {
        None => Ok(ExitCode::SUCCESS),
        Some(report) => Ok(report.print(cli.json).map(|()| report.exit_code())?),
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            report::failed(&*error, cli.json);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<Option<Report>, Box<dyn Error>> {
    let config = Config::from_env()?;
    let (_log, switch) = match command {
        Command::Api | Command::Jobs | Command::All => {
            let (guard, switch) = telemetry::init(&config)?;
            (guard, Some(switch))
        }
        Command::Migrate(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Account(_)
        | Command::Keys(_) => (telemetry::init_command(&config.log)?, None),
    };
    System::new().block_on(async {
        match command {
            Command::Api => serve::serve(config, Mode::Api, switch).await.map(|()| None),
            Command::Jobs => serve::work(config, switch).await.map(|()| None),
            Command::All => serve::serve(config, Mode::All, switch).await.map(|()| None),
            Command::Migrate(arguments) => migrate::run(&config, &arguments).map(Some),
            Command::Backup(arguments) => backup::run(config, &arguments).await.map(Some),
            Command::Restore(arguments) => restore::run(&config, &arguments).map(Some),
            Command::Account(command) => account::run(config, command).await.map(Some),
            Command::Keys(command) => keys::run(config, command).await.map(Some),
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn verify_cli() {
        super::Cli::command().debug_assert();
    }
}
