//! Modes and commands.

use crate::{
    accounts::registration,
    clock::Clock,
    config::Config,
    http::app::{self, Mode, Patience},
    state::State,
    telemetry,
};
use actix_web::web;
use clap::{Parser, Subcommand};
use std::{
    error::Error,
    io::{Write, stdout},
    net::{SocketAddr, TcpListener},
    process::ExitCode,
    time::Duration,
};
use tokio::signal::unix::{SignalKind, signal};

/// Daymark's server. It is configured by environment variables; none is needed for a first run.
#[derive(Debug, Parser)]
#[command(name = "server", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API; a proxy such as nginx serves the client.
    Api,
    /// Serves everything: the API and the built client.
    All,
    /// Looks after accounts.
    #[command(subcommand)]
    Account(AccountCommand),
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Prints a link with which one person can make an account.
    Invite {
        /// For how many days it holds.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
}

/// How long a stop may take until the process ends anyway.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn Error>> {
    let config = Config::from_env()?;
    let _log = telemetry::init(&config.log)?;
    actix_web::rt::System::new().block_on(async {
        match command {
            Command::Api => serve(config, Mode::Api).await,
            Command::All => serve(config, Mode::All).await,
            Command::Account(AccountCommand::Invite { days }) => invite(config, days).await,
        }
    })
}

async fn invite(config: Config, days: u16) -> Result<(), Box<dyn Error>> {
    let state = State::open(config, Clock::system()).await?;
    let link = registration::invite(&state, days).await?;
    tokio::task::spawn_blocking(move || state.db.close()).await?;
    writeln!(stdout(), "{link}")?;
    Ok(())
}

/// Tells the operator where the first account is made. The link goes to them alone, not into the log.
async fn announce_setup(state: &State, addr: SocketAddr) -> Result<(), Box<dyn Error>> {
    if let Some(link) = registration::setup_link(state, addr).await? {
        tracing::info!("there is no account yet: the link for the first one is on standard error");
        eprintln!("Create the first account: {link}");
    }
    Ok(())
}

async fn serve(config: Config, mode: Mode) -> Result<(), Box<dyn Error>> {
    let addr = config.listen.addr;
    let client = &config.site.client_dir;
    if mode == Mode::All && !client.join("index.html").exists() {
        tracing::warn!(CLIENT_DIR = %client.display(), "there is no built client: only the API is served");
    }
    let state = web::Data::new(State::open(config, Clock::system()).await?);
    let listener = TcpListener::bind(addr).map_err(|error| format!("cannot listen on {addr}: {error}"))?;
    let addr = listener.local_addr()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = app::serve(state.clone(), listener, mode, Patience::default())?;
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    tracing::info!(%addr, "listening");
    announce_setup(&state, addr).await?;

    tokio::select! {
        _ = terminate.recv() => tracing::info!("stopping"),
        _ = interrupt.recv() => tracing::info!("stopping"),
        () = state.db.outdated() => tracing::error!("a newer version has migrated the database: this one ends"),
    }
    // Streams would last for ever; requests under way are finished, then what they queued is written.
    state.events.close();
    let end = async {
        handle.stop(true).await;
        running.await??;
        let state = state.clone();
        Ok(tokio::task::spawn_blocking(move || state.db.close()).await?)
    };
    tokio::time::timeout(GRACE, end).await.unwrap_or_else(|_| {
        tracing::warn!("not everything was finished in time");
        Ok(())
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
