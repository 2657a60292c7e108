//! The internal port (`METRICS_BIND`): for whoever watches the process and looks after it, never for the public.
//!
//! It has a thread of its own, so that what is asked here delays no request.

use super::{edge::edge, health, routes};
use crate::{
    backups::Status,
    error::Error,
    metrics::{self, Backups, Outbox, Reading},
    reminders,
    state::State,
    telemetry::Switch,
};
use actix_web::{App, HttpResponse, HttpServer, dev::Server, middleware::from_fn, web};
use daymark_shared::problem::Code;
use std::{io, net::TcpListener, time::Duration};

/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(5);
/// The longest filter that is read.
const FILTER: usize = 4 * 1024;

/// What the process does: `api`, `jobs` or `all`.
#[derive(Clone, Copy)]
struct ModeName(&'static str);

/// Serves it on this listener until stopped. `log` is what sets the log's filter; without it there is no `/log`.
///
/// # Errors
/// Where the listener cannot be used.
pub fn serve(
    state: web::Data<State>,
    listener: TcpListener,
    mode: &'static str,
    log: Option<Switch>,
) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        let app = App::new()
            .app_data(state.clone())
            .app_data(web::Data::new(ModeName(mode)))
            .app_data(web::PayloadConfig::new(FILTER))
            .configure(health::configure)
            .service(web::resource("/metrics").get(measure))
            .default_service(web::to(routes::nothing))
            .wrap(from_fn(edge));
        match &log {
            Some(switch) => app.app_data(web::Data::new(switch.clone())).configure(log_routes),
            None => app,
        }
    });
    Ok(server
        .workers(1)
        .client_request_timeout(HEAD)
        .shutdown_timeout(1)
        .disable_signals()
        .listen(listener)?
        .run())
}

fn log_routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/log").get(in_force).put(set_log));
}

/// Everything that is counted and measured, read now.
async fn measure(state: web::Data<State>, mode: web::Data<ModeName>) -> HttpResponse {
    let reading = Reading {
        mode: mode.0,
        sizes: state.db.sizes(),
        readers: state.db.readers(),
        outbox: outbox(&state).await,
        valkey: state.kv.state(),
        valkey_counts: state.kv.counts(),
        streams: state.events.streams(),
        backups: backups(&state),
    };
    HttpResponse::Ok().content_type(metrics::CONTENT_TYPE).body(state.metrics.text(reading))
}

/// Where the database does not answer, the rest is told all the same.
async fn outbox(state: &State) -> Option<Outbox> {
    let now = state.clock.now();
    let counted = state.db.read(move |tx| reminders::outbox(tx, now)).await;
    counted.inspect_err(|error| tracing::warn!(%error, "the outbox was not counted")).ok()
}

/// As the file says in which every process notes it.
fn backups(state: &State) -> Backups {
    match Status::read(&state.config.storage) {
        Ok(Some(status)) => {
            Backups { last: status.success.map(|success| success.at), failures: status.failures }
        }
        Ok(None) => Backups::default(),
        Err(error) => {
            tracing::warn!(%error, "what became of backups cannot be read");
            Backups::default()
        }
    }
}

/// The filter in force, as text.
async fn in_force(log: web::Data<Switch>) -> String {
    log.filter()
}

/// Sets the filter until the process ends, and answers the one in force.
async fn set_log(log: web::Data<Switch>, filter: String) -> Result<String, Error> {
    log.set(filter.trim()).map_err(|why| Error::field(Code::BadValue, "", why))?;
    Ok(log.filter())
}
