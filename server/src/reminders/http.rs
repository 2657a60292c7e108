//! `/reminders`, `/reminder-settings`, `/reminder-actions`.

use super::{act, token};
use crate::{
    caller::Caller,
    db::WriteTx,
    error::Error,
    http::{
        CurrentAccount, IfMatch, Json, Path, Query,
        act::{page_size, read, write},
        etag,
    },
    state::State,
};
use actix_web::{HttpResponse, web};
use daymark_shared::{
    ids::ReminderId,
    page::Page,
    problem::{Code, Problem},
    reminder::{PressedSnooze, Reminder, ReminderList, ReminderSettings, Snooze, StoredSettings},
};
use serde::Deserialize;

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list,
    dismiss_all,
    snooze,
    dismiss,
    settings,
    put_settings,
    snooze_by_token,
    done_by_token,
    dismiss_by_token
))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/reminders").get(list))
        .service(web::resource("/reminders/dismiss").post(dismiss_all))
        .service(web::resource("/reminders/{id}/snooze").post(snooze))
        .service(web::resource("/reminders/{id}/dismiss").post(dismiss))
        .service(web::resource("/reminder-settings").get(settings).put(put_settings))
        .service(web::resource("/reminder-actions/{token}/snooze").post(snooze_by_token))
        .service(web::resource("/reminder-actions/{token}/done").post(done_by_token))
        .service(web::resource("/reminder-actions/{token}/dismiss").post(dismiss_by_token));
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Which ones.
    list: ReminderList,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many: 1–100, 50 if not given.
    limit: Option<u16>,
}

/// List reminders
///
/// What was missed (late, failed or expired, and not dismissed), newest first; or what is still to come, soonest first.
#[utoipa::path(get, path = "/api/v1/reminders", tag = "reminders", params(ListQuery),
    responses((status = 200, body = Page<Reminder>), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(
    state: web::Data<State>,
    who: CurrentAccount,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let limit = page_size(query.limit)?;
    let ListQuery { list, cursor, .. } = query;
    let page =
        read(&state, who, move |tx, caller| super::list(tx, caller, list, cursor.as_deref(), limit)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Dismiss all that was missed
#[utoipa::path(post, path = "/api/v1/reminders/dismiss", tag = "reminders",
    responses((status = 204), (status = 401, body = Problem)))]
async fn dismiss_all(state: web::Data<State>, who: CurrentAccount) -> Result<HttpResponse, Error> {
    write(&state, who, act::dismiss_all).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Put a reminder off
///
/// It rings again on every channel; the plan stays as it is.
#[utoipa::path(post, path = "/api/v1/reminders/{id}/snooze", tag = "reminders", request_body = Snooze,
    params(("id" = ReminderId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn snooze(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<ReminderId>,
    Json(Snooze { minutes }): Json<Snooze>,
) -> Result<HttpResponse, Error> {
    let now = PressedSnooze { minutes, id: None, seconds_ago: 0 };
    write(&state, who, move |tx, caller| act::snooze(tx, caller, id, now, false)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Dismiss a reminder
///
/// The person knows: what was due of its occurrence is over on every device, and off the list of missed ones.
#[utoipa::path(post, path = "/api/v1/reminders/{id}/dismiss", tag = "reminders", params(("id" = ReminderId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn dismiss(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<ReminderId>,
) -> Result<HttpResponse, Error> {
    write(&state, who, move |tx, caller| act::dismiss(tx, caller, id, false)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn answer(stored: &StoredSettings) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(stored.revision)).json(stored)
}

/// Get how you are reminded
#[utoipa::path(get, path = "/api/v1/reminder-settings", tag = "reminders",
    responses((status = 200, body = StoredSettings), (status = 401, body = Problem)))]
async fn settings(state: web::Data<State>, who: CurrentAccount) -> Result<HttpResponse, Error> {
    Ok(answer(&read(&state, who, super::settings).await?))
}

/// Set how you are reminded
///
/// All of it at once; what is left out is as usual. Reminders that are still to come follow.
#[utoipa::path(put, path = "/api/v1/reminder-settings", tag = "reminders", request_body = ReminderSettings,
    params(("If-Match" = String, Header, description = "The revision that the change is meant for")),
    responses((status = 200, body = StoredSettings), (status = 401, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn put_settings(
    state: web::Data<State>,
    who: CurrentAccount,
    seen: IfMatch,
    Json(settings): Json<ReminderSettings>,
) -> Result<HttpResponse, Error> {
    let stored =
        write(&state, who, move |tx, caller| super::put_settings(tx, caller, &seen, settings)).await?;
    Ok(answer(&stored))
}

/// Acts with a capability from within a message.
async fn by_token(
    state: &web::Data<State>,
    token: &str,
    work: impl FnOnce(&WriteTx<'_>, &Caller<'_>, ReminderId) -> Result<(), Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let now = state.clock.now();
    let (account, id) = token::read(&state.vault, token, now).ok_or(Code::NotFound)?;
    let at = state.clone();
    let write = move |tx: &WriteTx<'_>| {
        let caller = Caller { account, vault: &at.vault, now };
        act::must_exist(tx, &caller)?;
        work(tx, &caller, id)
    };
    state.db.write(write).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Put a reminder off, from within its message
///
/// With an `id`, it is done once, however often it is sent. The minutes count from when it was pressed; where they are over by
/// now, it is refused.
#[utoipa::path(post, path = "/api/v1/reminder-actions/{token}/snooze", tag = "reminders", security(()),
    request_body = PressedSnooze, params(("token" = String, Path, description = "The capability that the message holds")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn snooze_by_token(
    state: web::Data<State>,
    token: web::Path<String>,
    Json(pressed): Json<PressedSnooze>,
) -> Result<HttpResponse, Error> {
    by_token(&state, &token, move |tx, caller, id| act::snooze(tx, caller, id, pressed, true)).await
}

/// Mark an occurrence as done, from within a message
#[utoipa::path(post, path = "/api/v1/reminder-actions/{token}/done", tag = "reminders", security(()),
    params(("token" = String, Path, description = "The capability that the message holds")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn done_by_token(state: web::Data<State>, token: web::Path<String>) -> Result<HttpResponse, Error> {
    by_token(&state, &token, act::done).await
}

/// Dismiss a reminder, from within its message
#[utoipa::path(post, path = "/api/v1/reminder-actions/{token}/dismiss", tag = "reminders", security(()),
    params(("token" = String, Path, description = "The capability that the message holds")),
    responses((status = 204), (status = 404, body = Problem)))]
async fn dismiss_by_token(state: web::Data<State>, token: web::Path<String>) -> Result<HttpResponse, Error> {
    by_token(&state, &token, |tx, caller, id| act::dismiss(tx, caller, id, true)).await
}
