//! Every route, in one place: each feature registers its own under `/api/v1`.

use super::health;
use crate::error::Error;
use actix_web::web;
use daymark_shared::problem::Code;

/// Registers everything that `server api` answers.
pub fn configure(config: &mut web::ServiceConfig) {
    health::configure(config);
    config.service(
        web::scope("/api").service(web::scope("/v1").configure(features)).default_service(web::to(nothing)),
    );
}

/// One line a feature.
fn features(_config: &mut web::ServiceConfig) {}

/// Nothing is at this address.
pub(super) async fn nothing() -> Result<&'static str, Error> {
    Err(Code::NotFound.into())
}
