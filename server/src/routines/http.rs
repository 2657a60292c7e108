//! `/routines`.

use super::Among;
use crate::{
    error::Error,
    http::{
        CurrentAccount, Json, Path, Query,
        act::{page_size, read, write},
        precondition::{IfMatch, etag},
    },
    routines,
    state::State,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use daymark_shared::{
    ids::RoutineId,
    page::Page,
    problem::Problem,
    routine::{NewRoutine, NewSchedule, Routine, RoutineEdit, RoutineEnd, Scope},
};
use serde::Deserialize;

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(create, list, get, get_version, edit, put_schedule, delete_schedule, end, delete))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/routines").post(create).get(list))
        .service(web::resource("/routines/{id}").get(get).patch(edit).delete(delete))
        .service(web::resource("/routines/{id}/versions/{number}").get(get_version))
        .service(web::resource("/routines/{id}/schedule").put(put_schedule).delete(delete_schedule))
        .service(web::resource("/routines/{id}/end").post(end));
}

fn answer(status: StatusCode, routine: &Routine) -> HttpResponse {
    HttpResponse::build(status).insert_header(etag(routine.revision)).json(routine)
}

/// Create a routine
///
/// With the same id and body again it answers what is there.
#[utoipa::path(post, path = "/api/v1/routines", tag = "routines", request_body = NewRoutine,
    responses((status = 201, body = Routine), (status = 200, body = Routine, description = "Made before"),
        (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: web::Data<State>,
    who: CurrentAccount,
    Json(new): Json<NewRoutine>,
) -> Result<HttpResponse, Error> {
    let (routine, is_new) = write(&state, who, |tx, caller| routines::create(tx, caller, new)).await?;
    Ok(answer(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &routine))
}

/// Which routines are listed.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum In {
    /// All.
    #[default]
    All,
    /// Those without a schedule.
    Inbox,
    /// Those with one.
    Planned,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Which ones; all, if not given.
    #[serde(default, rename = "in")]
    among: In,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many: 1–100, 50 if not given.
    limit: Option<u16>,
}

/// List routines
///
/// The current version of each, newest first.
#[utoipa::path(get, path = "/api/v1/routines", tag = "routines", params(ListQuery),
    responses((status = 200, body = Page<Routine>), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(
    state: web::Data<State>,
    who: CurrentAccount,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let limit = page_size(query.limit)?;
    let among = match query.among {
        In::All => Among::All,
        In::Inbox => Among::Inbox,
        In::Planned => Among::Planned,
    };
    let cursor = query.cursor;
    Ok(HttpResponse::Ok().json(
        read(&state, who, move |tx, caller| routines::list(tx, caller, among, cursor.as_deref(), limit))
            .await?,
    ))
}

/// Get a routine
#[utoipa::path(get, path = "/api/v1/routines/{id}", tag = "routines", params(("id" = RoutineId, Path)),
    responses((status = 200, body = Routine), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RoutineId>,
) -> Result<HttpResponse, Error> {
    let routine = read(&state, who, move |tx, caller| routines::get(tx, caller, id)).await?;
    Ok(answer(StatusCode::OK, &routine))
}

/// Get one version of a routine
///
/// An occurrence's key begins with the number of its version.
#[utoipa::path(get, path = "/api/v1/routines/{id}/versions/{number}", tag = "routines",
    params(("id" = RoutineId, Path), ("number" = u32, Path)),
    responses((status = 200, body = Routine), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get_version(
    state: web::Data<State>,
    who: CurrentAccount,
    Path((id, number)): Path<(RoutineId, u32)>,
) -> Result<HttpResponse, Error> {
    let routine = read(&state, who, move |tx, caller| routines::get_version(tx, caller, id, number)).await?;
    Ok(answer(StatusCode::OK, &routine))
}

/// Edit a routine
///
/// For one occurrence, it and later ones, or all that have not yet begun.
#[utoipa::path(patch, path = "/api/v1/routines/{id}", tag = "routines", request_body = RoutineEdit,
    params(("id" = RoutineId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Routine), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
async fn edit(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RoutineId>,
    seen: IfMatch,
    Json(edit): Json<RoutineEdit>,
) -> Result<HttpResponse, Error> {
    apply(&state, who, id, seen, edit).await
}

async fn apply(
    state: &web::Data<State>,
    who: CurrentAccount,
    id: RoutineId,
    seen: IfMatch,
    edit: RoutineEdit,
) -> Result<HttpResponse, Error> {
    let routine = write(state, who, move |tx, caller| routines::edit(tx, caller, id, &seen, edit)).await?;
    Ok(answer(StatusCode::OK, &routine))
}

/// Set a routine's schedule
///
/// For all occurrences that have not yet begun; also what takes a routine out of the inbox.
#[utoipa::path(put, path = "/api/v1/routines/{id}/schedule", tag = "routines", request_body = NewSchedule,
    params(("id" = RoutineId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Routine), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
async fn put_schedule(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RoutineId>,
    seen: IfMatch,
    Json(new): Json<NewSchedule>,
) -> Result<HttpResponse, Error> {
    let edit = RoutineEdit { schedule: Some(Some(new.schedule)), ..RoutineEdit::of(Scope::All, None) };
    apply(&state, who, id, seen, edit).await
}

/// Put a routine into the inbox
#[utoipa::path(delete, path = "/api/v1/routines/{id}/schedule", tag = "routines",
    params(("id" = RoutineId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Routine), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn delete_schedule(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RoutineId>,
    seen: IfMatch,
) -> Result<HttpResponse, Error> {
    let edit = RoutineEdit { schedule: Some(None), ..RoutineEdit::of(Scope::All, None) };
    apply(&state, who, id, seen, edit).await
}

/// End a routine
///
/// Nothing happens any more, from an occurrence on or at all; what has begun stays.
#[utoipa::path(post, path = "/api/v1/routines/{id}/end", tag = "routines", request_body = RoutineEnd,
    params(("id" = RoutineId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Routine), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn end(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RoutineId>,
    seen: IfMatch,
    Json(end): Json<RoutineEnd>,
) -> Result<HttpResponse, Error> {
    let routine =
        write(&state, who, move |tx, caller| routines::end(tx, caller, id, &seen, end.scope, end.occurrence))
            .await?;
    Ok(answer(StatusCode::OK, &routine))
}

/// Delete a routine
///
/// With its history and runs.
#[utoipa::path(delete, path = "/api/v1/routines/{id}", tag = "routines", params(("id" = RoutineId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn delete(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RoutineId>,
) -> Result<HttpResponse, Error> {
    write(&state, who, move |tx, caller| routines::delete(tx, caller, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
