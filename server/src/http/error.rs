//! Errors as responses: `application/problem+json` (RFC 9457).

use crate::error::Error;
use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{StatusCode, header},
};
use daymark_shared::problem::{Code, Problem};

/// Seconds after which a busy server may be asked again.
const RETRY_AFTER: u64 = 1;

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        status(self.code())
    }

    fn error_response(&self) -> HttpResponse {
        respond(self, None)
    }
}

/// The response to an error. What is internal is logged here, once, and not told.
pub(crate) fn respond(error: &Error, request_id: Option<&str>) -> HttpResponse {
    if error.code() == Code::Internal {
        tracing::error!(%error, "a request failed");
    }
    let mut problem = match error {
        Error::Refused(problem) => (**problem).clone(),
        other => Problem::new(other.code()),
    };
    problem.request_id = request_id.map(str::to_owned);
    let mut response = HttpResponseBuilder::new(status(problem.code));
    match error {
        Error::RateLimited { retry_after } => {
            response.insert_header((header::RETRY_AFTER, retry_after.to_string()));
        }
        Error::Unavailable(why) => {
            tracing::warn!(why, "unavailable");
            response.insert_header((header::RETRY_AFTER, RETRY_AFTER.to_string()));
        }
        _ if problem.status == 401 => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        _ => {}
    }
    response.content_type("application/problem+json").body(body(&problem))
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn body(problem: &Problem) -> String {
    // Strings and numbers only: this cannot fail.
    serde_json::to_string(problem).unwrap_or_default()
}
