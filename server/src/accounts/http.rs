//! `/instance`, `/accounts`, `/account`.

use super::{limits, registration, reset};
use crate::{
    error::Error,
    http::{ClientAddr, CurrentAccount, IfMatch, Json, etag},
    sessions::http::{Browser, signed_in},
    state::State,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use daymark_shared::{
    account::{Account, AccountChange, Instance, NewAccount, PasswordChange, PasswordReset, Registration},
    problem::Problem,
    session::SessionAnswer,
};
use utoipa::OpenApi;

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(instance, create, show, change, change_password, reset_password))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/instance").get(instance))
        .service(web::resource("/accounts").post(create))
        .service(web::resource("/account").get(show).patch(change))
        .service(web::resource("/account/password").put(change_password))
        .service(web::resource("/password-resets").post(reset_password));
}

/// What this instance tells everybody.
#[utoipa::path(get, path = "/api/v1/instance", tag = "accounts", security(()), responses(
    (status = 200, description = "The instance", body = Instance),
))]
pub(crate) async fn instance(state: web::Data<State>, browser: Browser) -> Result<HttpResponse, Error> {
    let shared = state.clone();
    let registration = state.db.read(move |tx| registration::state_of(tx, &shared.config)).await?;
    let instance = Instance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        registration,
        setup_needs_token: registration == Registration::Setup && !browser.is_local,
    };
    Ok(HttpResponse::Ok().json(instance))
}

/// Makes an account and signs in.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", security(()), request_body = NewAccount, responses(
    (status = 201, description = "Made and signed in; the refresh token is in the cookie", body = SessionAnswer),
    (status = 403, description = "`setup_required`, `registration_closed`, `invitation_invalid`", body = Problem),
    (status = 409, description = "`email_taken`", body = Problem),
    (status = 422, description = "A field: `bad_email`, `weak_password`, `bad_zone` …", body = Problem),
    (status = 429, description = "`rate_limited`", body = Problem),
))]
pub(crate) async fn create(
    state: web::Data<State>,
    browser: Browser,
    from: ClientAddr,
    Json(new): Json<NewAccount>,
) -> Result<HttpResponse, Error> {
    browser.must_be_same_origin()?;
    limits::attempt(&state, from.ip, &new.email).await?;
    let granted = super::create(&state.into_inner(), new, browser.is_local, browser.device()).await?;
    Ok(signed_in(&browser, StatusCode::CREATED, granted))
}

/// The account that is signed in.
#[utoipa::path(get, path = "/api/v1/account", tag = "accounts", responses(
    (status = 200, description = "The account; its `ETag` is the revision", body = Account),
    (status = 401, description = "`unauthenticated`", body = Problem),
))]
pub(crate) async fn show(state: web::Data<State>, who: CurrentAccount) -> Result<HttpResponse, Error> {
    let vault = state.vault.clone();
    let account = state.db.read(move |tx| super::load(tx, &vault, who.account)).await?;
    Ok(answer(&account))
}

/// Changes name, address, zone, language or first day of the week.
///
/// Another address needs the password, as `current`.
#[utoipa::path(patch, path = "/api/v1/account", tag = "accounts", request_body = AccountChange,
    params(("If-Match" = String, Header, description = "The revision that the change is meant for")),
    responses(
        (status = 200, description = "As it is now", body = Account),
        (status = 401, description = "`unauthenticated`, `wrong_credentials`", body = Problem),
        (status = 409, description = "`email_taken`, `limit_reached`", body = Problem),
        (status = 412, description = "`precondition_failed`", body = Problem),
        (status = 422, description = "A field: `bad_email`, `bad_zone` …", body = Problem),
        (status = 428, description = "`precondition_required`", body = Problem),
        (status = 429, description = "`rate_limited`", body = Problem),
    )
)]
pub(crate) async fn change(
    state: web::Data<State>,
    who: CurrentAccount,
    seen: IfMatch,
    Json(change): Json<AccountChange>,
) -> Result<HttpResponse, Error> {
    Ok(answer(&super::change(&state.into_inner(), who.account, seen, change).await?))
}

/// Sets another password; all other sessions end.
#[utoipa::path(put, path = "/api/v1/account/password", tag = "accounts", request_body = PasswordChange, responses(
    (status = 204, description = "Changed; all other sessions have ended"),
    (status = 401, description = "`unauthenticated`, `wrong_credentials`", body = Problem),
    (status = 422, description = "`weak_password` …", body = Problem),
    (status = 429, description = "`rate_limited`", body = Problem),
))]
pub(crate) async fn change_password(
    state: web::Data<State>,
    who: CurrentAccount,
    Json(change): Json<PasswordChange>,
) -> Result<HttpResponse, Error> {
    super::change_password(&state.into_inner(), who, change).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sets a password by the link that the operator printed, and signs in; all sessions that there were end.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "accounts", security(()), request_body = PasswordReset,
    responses(
        (status = 201, description = "Set and signed in; the refresh token is in the cookie", body = SessionAnswer),
        (status = 403, description = "`reset_invalid`; `forbidden`: asked by another site", body = Problem),
        (status = 422, description = "`weak_password` …", body = Problem),
        (status = 429, description = "`rate_limited`", body = Problem),
    )
)]
pub(crate) async fn reset_password(
    state: web::Data<State>,
    browser: Browser,
    from: ClientAddr,
    Json(reset): Json<PasswordReset>,
) -> Result<HttpResponse, Error> {
    browser.must_be_same_origin()?;
    let granted = reset::redeem(&state.into_inner(), from.ip, reset, browser.device()).await?;
    Ok(signed_in(&browser, StatusCode::CREATED, granted))
}

fn answer(account: &Account) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(account.revision)).json(account)
}
