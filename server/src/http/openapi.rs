//! The API's description (OpenAPI), made of what the handlers say of themselves.

use super::routes;
use actix_web::{HttpResponse, web};
use daymark_shared::problem::{Code, Problem};
use std::{collections::BTreeMap, sync::LazyLock};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, Ref, RefOr, Response, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
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

/// What everything can be answered with that takes a body.
const OF_BODIES: [Code; 4] =
    [Code::MalformedJson, Code::BodyTooSlow, Code::BodyTooLarge, Code::UnsupportedMediaType];

/// Everything that the features say, in one document.
pub fn document() -> utoipa::openapi::OpenApi {
    let features = routes::FEATURES.iter();
    let mut whole = features.fold(Base::openapi(), |whole, feature| whole.merge_from((feature.document)()));
    for path in whole.paths.paths.values_mut() {
        let methods = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for operation in methods.into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            if operation.request_body.is_some() {
                for code in OF_BODIES {
                    let refusal = ResponseBuilder::new()
                        .description(format!("`{code}`"))
                        .content("application/json", Content::new(Some(Ref::from_schema_name("Problem"))));
                    responses.insert(code.status().to_string(), refusal.into());
                }
            }
            name_problems(responses);
        }
    }
    whole
}

/// A feature says only that a body is a problem; this says of which type that is.
fn name_problems(responses: &mut BTreeMap<String, RefOr<Response>>) {
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert("application/problem+json".to_owned(), content);
        }
    }
}

/// Registers `/openapi.json`.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/openapi.json").get(serve));
}

async fn serve() -> HttpResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());
    HttpResponse::Ok().content_type("application/json").body(JSON.as_str())
}
