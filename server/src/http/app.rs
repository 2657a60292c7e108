//! The application: middleware around routes. The server and the tests run the very same.

use super::{base_path::base_path, edge::edge, routes, static_files};
use crate::{state::State, telemetry::RequestSpan};
use actix_web::{App, HttpServer, dev::Server, middleware::from_fn, web};
use std::{io, net::TcpListener, time::Duration};
use tracing_actix_web::TracingLogger;

/// How long a stop waits for requests under way; what is left of `cli::GRACE` is the writer's.
const GRACE_SECONDS: u64 = 8;
/// How long an idle connection is kept: longer than nginx keeps its own, so that nginx ends them.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long the other end may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// To send a request's head.
    pub head: Duration,
    /// To send all of its body, once the head is there.
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(10), body: Duration::from_secs(30) }
    }
}

/// What is served beside the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The API alone: nginx serves the client.
    Api,
    /// The client too.
    All,
}

/// Serves on this listener until stopped.
///
/// # Errors
/// Where the listener cannot be used.
pub fn serve(
    state: web::Data<State>,
    listener: TcpListener,
    mode: Mode,
    patience: Patience,
) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(patience)
            .configure(routes::configure)
            .configure(|config| match mode {
                Mode::Api => {}
                Mode::All => static_files::configure(config),
            })
            .default_service(web::to(routes::nothing))
            .wrap(from_fn(base_path))
            .wrap(from_fn(edge))
            .wrap(TracingLogger::<RequestSpan>::new())
    })
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(patience.head)
    .shutdown_timeout(GRACE_SECONDS)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
