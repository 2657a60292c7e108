//! The API's description (OpenAPI), made of what the handlers say of themselves.

use super::routes;
use actix_web::{HttpResponse, web};
use daymark_shared::problem::Problem;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Daymark",
        description = "Plan your day, then walk through it. Errors are problem details (RFC 9457) with a stable \
                       `code`. Instants are RFC 3339 in UTC; ids are UUIDs, minted by whoever creates.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem)),
    security(("bearer" = [])),
    modifiers(&Bearer)
)]
struct Base;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// Everything that the features say, in one document.
pub fn document() -> utoipa::openapi::OpenApi {
    routes::FEATURES.iter().fold(Base::openapi(), |whole, feature| whole.merge_from((feature.document)()))
}

/// Registers `/openapi.json`.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/openapi.json").get(serve));
}

async fn serve() -> HttpResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());
    HttpResponse::Ok().content_type("application/json").body(JSON.as_str())
}
