//! Every route, in one place: each feature registers its own under `/api/v1`.

use super::{health, openapi};
use crate::{accounts, channels, days, error::Error, events, reminders, routines, runs, sessions};
use actix_web::web;
use daymark_shared::problem::Code;
use utoipa::OpenApi;

/// A feature as HTTP sees it.
pub(super) struct Feature {
    /// Registers its routes.
    pub(super) routes: fn(&mut web::ServiceConfig),
    /// Describes them.
    pub(super) document: fn() -> utoipa::openapi::OpenApi,
}

/// One line a feature: `Feature { routes: gadgets::http::configure, document: gadgets::http::Api::openapi }`.
pub(super) const FEATURES: &[Feature] = &[
    Feature { routes: accounts::http::configure, document: accounts::http::Api::openapi },
    Feature { routes: sessions::http::configure, document: sessions::http::Api::openapi },
    Feature { routes: routines::http::configure, document: routines::http::Api::openapi },
    Feature { routes: days::http::configure, document: days::http::Api::openapi },
    Feature { routes: channels::http::configure, document: channels::http::Api::openapi },
    Feature { routes: runs::http::configure, document: runs::http::Api::openapi },
    Feature { routes: events::http::configure, document: events::http::Api::openapi },
    Feature { routes: reminders::http::configure, document: reminders::http::Api::openapi },
];

/// Registers everything that `server api` answers.
pub fn configure(config: &mut web::ServiceConfig) {
    health::configure(config);
    let mut v1 = web::scope("/v1").configure(openapi::configure);
    for feature in FEATURES {
        v1 = v1.configure(feature.routes);
    }
    config.service(web::scope("/api").service(v1).default_service(web::to(nothing)));
}

/// Nothing is at this address.
pub(super) async fn nothing() -> Result<&'static str, Error> {
    Err(Code::NotFound.into())
}
