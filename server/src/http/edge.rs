//! What every answer gets, whoever made it: the request's id, the security headers, and problems as problem+json.

use super::{
    app::Patience,
    body::{self, Outgoing},
    error::respond,
    extract::judge,
    headers,
    request_id::RequestId,
};
use crate::error::Error;
use actix_web::{
    HttpMessage,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderValue},
    },
    middleware::Next,
};
use daymark_shared::problem::Code;

/// The middleware around everything.
pub(super) async fn edge(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<Outgoing>, actix_web::Error> {
    let patience = request.app_data::<Patience>().copied().unwrap_or_default();
    judge(request.request()).await;
    let incoming = body::limit(&mut request, patience.body);
    let is_https = request.headers().get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    let mut response = finish(next.call(request).await?);
    let id = response.request().extensions().get::<RequestId>().map(RequestId::header);
    let headers = response.headers_mut();
    if let Some(id) = id {
        headers.insert(super::request_id::NAME, id);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers::secure(headers, is_https);
    Ok(response.map_body(|_, body| Outgoing::new(body, incoming)))
}

/// Turns what went wrong into a problem; anything else passes as it is.
fn finish(response: ServiceResponse) -> ServiceResponse {
    let other;
    let error = match response.response().error() {
        Some(error) => match error.as_error::<Error>() {
            Some(ours) => ours,
            None => {
                other = foreign(error.as_response_error().status_code());
                &other
            }
        },
        // actix answers this one by itself, with `Allow`.
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            other = Code::MethodNotAllowed.into();
            &other
        }
        None => return response,
    };
    let id = response.request().extensions().get::<RequestId>().cloned();
    let mut told = respond(error, id.as_ref().map(RequestId::as_str));
    if let Some(allow) = response.headers().get("allow") {
        told.headers_mut().insert(actix_web::http::header::ALLOW, allow.clone());
    }
    response.into_response(told)
}

/// An error of the framework's own.
fn foreign(status: StatusCode) -> Error {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed.into(),
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType.into(),
        status if status.is_client_error() => Code::NotFound.into(),
        status => Error::Internal(format!("the framework answered {status}")),
    }
}
