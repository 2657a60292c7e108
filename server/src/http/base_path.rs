//! The path below which Daymark lies (`BASE_PATH`): taken off each address before anything looks at it, so that nothing
//! else of the server knows of it. A proxy leaves it where it is.

use crate::{error::Error, state::State};
use actix_web::{
    HttpResponse,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Uri, header::LOCATION, uri::PathAndQuery},
    middleware::Next,
    web,
};
use daymark_shared::problem::Code;

/// Whoever watches the process asks without the path.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// The middleware that takes it off.
pub(super) async fn base_path(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let base = request
        .app_data::<web::Data<State>>()
        .map_or(String::new(), |state| state.config.site.base_path.clone());
    if base.is_empty() || HEALTH.contains(&request.path()) {
        return next.call(request).await;
    }
    match place(request.uri(), &base) {
        Place::Below(uri) => {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
            next.call(request).await
        }
        // By its path alone: scheme and host stay what the browser has.
        Place::WithoutSlash(address) => Ok(request
            .into_response(HttpResponse::PermanentRedirect().insert_header((LOCATION, address)).finish())),
        Place::Elsewhere => Ok(request.error_response(Error::from(Code::NotFound))),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// Below the path, with what is left of the address.
    Below(Uri),
    /// The path itself, with the address that was meant.
    WithoutSlash(String),
    Elsewhere,
}

fn place(uri: &Uri, base: &str) -> Place {
    let asked = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let Some(rest) = asked.strip_prefix(base) else { return Place::Elsewhere };
    if rest.is_empty() || rest.starts_with('?') {
        return Place::WithoutSlash(format!("{base}/{rest}"));
    }
    let mut parts = uri.clone().into_parts();
    match rest.parse() {
        Ok(rest_of_it) if rest.starts_with('/') => {
            parts.path_and_query = Some(rest_of_it);
            Uri::from_parts(parts).map_or(Place::Elsewhere, Place::Below)
        }
        _ => Place::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/day/", Some("/"))]
    #[case("/day/api/v1/account?x=%2F&y", Some("/api/v1/account?x=%2F&y"))]
    #[case("/day/day/2026-11-23", Some("/day/2026-11-23"))]
    #[case("http://example.org/day/today", Some("http://example.org/today"))]
    #[case("/", None)]
    #[case("/api/v1/account", None)]
    #[case("/daylight/", None)]
    #[case("//day/", None)]
    #[case("/DAY/", None)]
    fn what_is_left_of_an_address(#[case] asked: &str, #[case] left: Option<&str>) {
        let left = left.map_or(Place::Elsewhere, |uri| Place::Below(uri.parse().unwrap()));
        assert_eq!(place(&asked.parse().unwrap(), "/day"), left);
    }

    #[rstest]
    #[case("/day", "/day/")]
    #[case("/day?setup=x", "/day/?setup=x")]
    fn a_slash_that_is_left_out(#[case] asked: &str, #[case] meant: &str) {
        assert_eq!(place(&asked.parse().unwrap(), "/day"), Place::WithoutSlash(meant.to_owned()));
    }
}
