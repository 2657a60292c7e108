//! For whoever watches the process.

use crate::{error::Error, state::State};
use actix_web::{HttpResponse, web};

/// Registers `/healthz` (the process answers) and `/readyz` (it can read and write).
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/healthz").get(async || HttpResponse::NoContent()))
        .service(web::resource("/readyz").get(ready));
}

async fn ready(state: web::Data<State>) -> Result<HttpResponse, Error> {
    state.db.read(|tx| Ok(tx.query_row("SELECT 1", [], |_| Ok(()))?)).await?;
    // An empty transaction: the writer's thread lives, and its queue moves.
    state.db.write(|_| Ok(())).await?;
    Ok(HttpResponse::NoContent().finish())
}
