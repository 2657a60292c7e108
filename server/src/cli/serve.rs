//! The modes that go on until they are asked to stop.

use crate::{
    accounts::registration,
    clock::Clock,
    config::Config,
    http::{
        app::{self, Mode, Patience},
        internal,
    },
    jobs,
    state::State,
    telemetry::Switch,
};
use actix_web::web;
use std::{
    error::Error,
    future::pending,
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a stop may take until the process ends anyway.
const GRACE: Duration = Duration::from_secs(10);

/// Tells the operator where the first account is made. The link goes to them alone, not into the log.
async fn announce_setup(state: &State, addr: SocketAddr) -> Result<(), Box<dyn Error>> {
    if let Some(link) = registration::setup_link(state, addr).await? {
        tracing::info!("there is no account yet: the link for the first one is on standard error");
        eprintln!("Create the first account: {link}");
    }
    Ok(())
}

/// Serves until asked to stop.
///
/// # Errors
/// Why it could not start, or that a job broke.
pub async fn serve(config: Config, mode: Mode, log: Option<Switch>) -> Result<(), Box<dyn Error>> {
    let addr = config.listen.addr;
    let client = &config.site.client_dir;
    if mode == Mode::All && !client.join("index.html").exists() {
        tracing::warn!(CLIENT_DIR = %client.display(), "there is no built client: only the API is served");
    }
    let state = web::Data::new(State::open(config, Clock::system()).await?);
    let listener = TcpListener::bind(addr).map_err(|error| format!("cannot listen on {addr}: {error}"))?;
    let addr = listener.local_addr()?;
    let name = if mode == Mode::All { "all" } else { "api" };
    serve_internally(&state, name, log)?;
    let mut asked = Asked::new()?;
    let server = app::serve(state.clone(), listener, mode, Patience::default())?;
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let mut jobs = (mode == Mode::All).then(|| jobs::start(&state.clone().into_inner()));
    tracing::info!(%addr, "listening");
    announce_setup(&state, addr).await?;

    let broke = async {
        match &mut jobs {
            Some(jobs) => jobs.broke().await,
            None => pending().await,
        }
    };
    let why = tokio::select! {
        () = asked.stop_was_asked() => Ended::stopping(),
        () = state.db.outdated() => Ended::outdated(),
        () = broke => Ended::Broken,
    };
    // Streams would last for ever; requests under way are finished, then what they queued is written.
    state.events.close();
    let end = async {
        let jobs = async {
            if let Some(jobs) = jobs {
                jobs.stop().await;
            }
        };
        // Both at once: each may need most of the time.
        tokio::join!(handle.stop(true), jobs);
        running.await??;
        let state = state.clone();
        Ok::<_, Box<dyn Error>>(tokio::task::spawn_blocking(move || state.db.close()).await?)
    };
    match tokio::time::timeout(GRACE, end).await {
        Ok(ended) => ended?,
        Err(_) => tracing::warn!("not everything was finished in time"),
    }
    why.outcome()
}

/// Answers whoever watches the process, until it ends.
fn serve_internally(
    state: &web::Data<State>,
    mode: &'static str,
    log: Option<Switch>,
) -> Result<(), Box<dyn Error>> {
    let Some(addr) = state.config.metrics.bind else { return Ok(()) };
    let listener =
        TcpListener::bind(addr).map_err(|error| format!("METRICS_BIND: cannot listen on {addr}: {error}"))?;
    let addr = listener.local_addr()?;
    actix_web::rt::spawn(internal::serve(state.clone(), listener, mode, log)?);
    tracing::info!(%addr, "metrics are served");
    Ok(())
}

/// Why a process ends that could go on.
enum Ended {
    /// Somebody wants it to, or a newer version has come.
    Asked,
    /// A job has ended by itself: whoever watches the process should start it anew.
    Broken,
}

impl Ended {
    fn stopping() -> Self {
        tracing::info!("stopping");
        Self::Asked
    }

    fn outdated() -> Self {
        tracing::error!("a newer version has migrated the database: this one ends");
        Self::Asked
    }

    fn outcome(&self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Asked => Ok(()),
            Self::Broken => Err("a job broke: the log says which one".into()),
        }
    }
}

/// The signals that ask a process to end.
struct Asked {
    terminate: Signal,
    interrupt: Signal,
}

impl Asked {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn stop_was_asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {},
            _ = self.interrupt.recv() => {},
        }
    }
}

/// Does what is due until asked to stop.
///
/// # Errors
/// Why it could not start, or that a job broke.
pub async fn work(config: Config, log: Option<Switch>) -> Result<(), Box<dyn Error>> {
    let state = web::Data::new(State::open(config, Clock::system()).await?);
    serve_internally(&state, "jobs", log)?;
    let mut asked = Asked::new()?;
    let mut jobs = jobs::start(&state.clone().into_inner());
    tracing::info!("working");
    let why = tokio::select! {
        () = asked.stop_was_asked() => Ended::stopping(),
        () = state.db.outdated() => Ended::outdated(),
        () = jobs.broke() => Ended::Broken,
    };
    // What is being sent is finished and recorded, then what was queued is written.
    let end = async {
        jobs.stop().await;
        tokio::task::spawn_blocking(move || state.db.close()).await
    };
    match tokio::time::timeout(GRACE, end).await {
        Ok(ended) => ended?,
        Err(_) => tracing::warn!("not everything was finished in time"),
    }
    why.outcome()
}
