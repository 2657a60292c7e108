//! `/sessions`.

mod browser;

pub use browser::Browser;

use super::Granted;
use crate::{
    accounts::limits,
    error::Error,
    http::{ClientAddr, CurrentAccount, Json, Path, request_id::RequestId, respond},
    state::State,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use daymark_shared::{
    ids::SessionId,
    page::Page,
    problem::{Code, Problem},
    session::{Session, SessionAnswer, SignIn, Token},
};
use utoipa::OpenApi;

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(sign_in, refresh, list, sign_out, end))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/sessions").get(list).post(sign_in))
        .service(web::resource("/sessions/refresh").post(refresh))
        .service(web::resource("/sessions/current").delete(sign_out))
        .service(web::resource("/sessions/{id}").delete(end));
}

/// Signs in.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "sessions", security(()), request_body = SignIn, responses(
    (status = 201, description = "Signed in; the refresh token is in the cookie", body = SessionAnswer),
    (status = 401, description = "`wrong_credentials`", body = Problem),
    (status = 403, description = "`forbidden`: asked by another site", body = Problem),
    (status = 422, description = "A field: `bad_email`, `missing_field` …", body = Problem),
    (status = 429, description = "`rate_limited`", body = Problem),
))]
pub(crate) async fn sign_in(
    state: web::Data<State>,
    browser: Browser,
    from: ClientAddr,
    Json(body): Json<SignIn>,
) -> Result<HttpResponse, Error> {
    browser.must_be_same_origin()?;
    limits::attempt(&state, from.ip, &body.email).await?;
    let granted = super::sign_in(&state.into_inner(), body, browser.device()).await?;
    Ok(signed_in(&browser, StatusCode::CREATED, granted))
}

/// The next access token, for the cookie.
#[utoipa::path(post, path = "/api/v1/sessions/refresh", tag = "sessions", security(()), responses(
    (status = 200, description = "The next tokens; the cookie is replaced", body = SessionAnswer),
    (status = 401, description = "`unauthenticated`, `session_revoked`; the cookie is taken away", body = Problem),
    (status = 403, description = "`forbidden`: asked by another site", body = Problem),
    (status = 429, description = "`rate_limited`", body = Problem),
))]
pub(crate) async fn refresh(
    state: web::Data<State>,
    browser: Browser,
    id: Option<web::ReqData<RequestId>>,
) -> Result<HttpResponse, Error> {
    browser.must_be_same_origin()?;
    let outcome = match browser.device().refresh {
        Some(token) => super::refresh(&state.into_inner(), &token).await,
        None => Err(Code::Unauthenticated.into()),
    };
    match outcome {
        Ok(granted) => Ok(signed_in(&browser, StatusCode::OK, granted)),
        Err(error) if error.code().status() == StatusCode::UNAUTHORIZED.as_u16() => {
            let mut response = respond(&error, id.as_ref().map(|id| id.as_str()));
            browser.take_away(&mut response);
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// All sessions of the account, the one last used first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", responses(
    (status = 200, description = "All of them: there are at most 100", body = Page<Session>),
    (status = 401, description = "`unauthenticated`", body = Problem),
))]
pub(crate) async fn list(state: web::Data<State>, who: CurrentAccount) -> Result<HttpResponse, Error> {
    let shared = state.clone();
    let sessions = state.db.read(move |tx| super::list(tx, &shared, who)).await?;
    Ok(HttpResponse::Ok().json(Page::only(sessions)))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "sessions", responses(
    (status = 204, description = "Both tokens are void, and the cookie is taken away"),
    (status = 401, description = "`unauthenticated`", body = Problem),
))]
pub(crate) async fn sign_out(
    state: web::Data<State>,
    browser: Browser,
    who: CurrentAccount,
) -> Result<HttpResponse, Error> {
    end_one(&state, &browser, who, who.session).await
}

/// Ends a session of the account.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "sessions",
    params(("id" = SessionId, Path, description = "Which")),
    responses(
        (status = 204, description = "It has ended"),
        (status = 401, description = "`unauthenticated`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
    )
)]
pub(crate) async fn end(
    state: web::Data<State>,
    browser: Browser,
    who: CurrentAccount,
    Path(session): Path<SessionId>,
) -> Result<HttpResponse, Error> {
    end_one(&state, &browser, who, session).await
}

async fn end_one(
    state: &State,
    browser: &Browser,
    who: CurrentAccount,
    session: SessionId,
) -> Result<HttpResponse, Error> {
    match super::end(state, who.account, session).await {
        // Ended twice at once is ended.
        Err(error) if error.code() == Code::NotFound && session == who.session => {}
        other => other?,
    }
    let mut response = HttpResponse::NoContent().finish();
    if session == who.session {
        browser.take_away(&mut response);
    }
    Ok(response)
}

/// The answer to whoever is signed in now, with the cookie.
pub fn signed_in(browser: &Browser, status: StatusCode, granted: Granted) -> HttpResponse {
    let Granted { access, refresh, lasts, account, now } = granted;
    let Ok(access_token) = Token::new(&access) else {
        return HttpResponse::InternalServerError().finish();
    };
    let expires_in = super::token::LIFETIME.as_secs() as u32;
    let mut response =
        HttpResponse::build(status).json(SessionAnswer { access_token, expires_in, account, now });
    browser.give(&mut response, &refresh, lasts);
    response
}
