//! `/runs`.

use super::Among;
use crate::{
    error::Error,
    http::{
        CurrentAccount, Json, Path, Query,
        act::{page_size, read, write},
        precondition::etag,
    },
    runs,
    state::State,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use daymark_shared::{
    ids::{RunId, StepId},
    page::Page,
    problem::{Code, Problem},
    routine::MINUTES_MAX,
    run::{Action, Adjustment, AutoAdvance, NewRun, Run, StepAction},
};
use serde::Deserialize;

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(start, list, get, pause, resume, done, skip, back, adjust, auto_advance, finish, abandon))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/runs").post(start).get(list))
        .service(web::resource("/runs/{id}").get(get))
        .service(web::resource("/runs/{id}/pause").put(pause).delete(resume))
        .service(web::resource("/runs/{id}/done").post(done))
        .service(web::resource("/runs/{id}/skip").post(skip))
        .service(web::resource("/runs/{id}/back").post(back))
        .service(web::resource("/runs/{id}/adjustments").post(adjust))
        .service(web::resource("/runs/{id}/auto-advance").put(auto_advance))
        .service(web::resource("/runs/{id}/finish").post(finish))
        .service(web::resource("/runs/{id}/abandon").post(abandon));
}

fn answer(status: StatusCode, run: &Run) -> HttpResponse {
    HttpResponse::build(status).insert_header(etag(run.revision)).json(run)
}

/// Start a run
///
/// While a run of the same occurrence goes on, that one is answered.
#[utoipa::path(post, path = "/api/v1/runs", tag = "runs", request_body = NewRun,
    responses((status = 201, body = Run), (status = 200, body = Run, description = "It goes on already"),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn start(
    state: web::Data<State>,
    who: CurrentAccount,
    Json(new): Json<NewRun>,
) -> Result<HttpResponse, Error> {
    let (run, is_new) = write(&state, who, move |tx, caller| runs::start(tx, caller, &new)).await?;
    Ok(answer(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &run))
}

/// How a run stands.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum RunState {
    /// It goes on, or is paused.
    Active,
    /// Finished or abandoned.
    Ended,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those; all, if not given.
    state: Option<RunState>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many: 1–100, 50 if not given.
    limit: Option<u16>,
}

/// List runs
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", params(ListQuery),
    responses((status = 200, body = Page<Run>), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(
    state: web::Data<State>,
    who: CurrentAccount,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let limit = page_size(query.limit)?;
    let among = match query.state {
        None => Among::All,
        Some(RunState::Active) => Among::Active,
        Some(RunState::Ended) => Among::Ended,
    };
    let cursor = query.cursor;
    Ok(HttpResponse::Ok().json(
        read(&state, who, move |tx, caller| runs::list(tx, caller, among, cursor.as_deref(), limit)).await?,
    ))
}

/// Get a run
///
/// Where it stands now, by the server's clock.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "runs", params(("id" = RunId, Path)),
    responses((status = 200, body = Run), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RunId>,
) -> Result<HttpResponse, Error> {
    let run = read(&state, who, move |tx, caller| runs::get(tx, caller, id)).await?;
    Ok(answer(StatusCode::OK, &run))
}

async fn act(
    state: &web::Data<State>,
    who: CurrentAccount,
    id: RunId,
    step: Option<StepId>,
    action: Action,
) -> Result<HttpResponse, Error> {
    let run = write(state, who, move |tx, caller| runs::act(tx, caller, id, step, action)).await?;
    Ok(answer(StatusCode::OK, &run))
}

macro_rules! step_action {
    ($(#[$doc:meta])* $name:ident, $method:ident, $path:literal, $action:expr) => {
        $(#[$doc])*
        #[utoipa::path($method, path = $path, tag = "runs", request_body = StepAction, params(("id" = RunId, Path)),
            responses((status = 200, body = Run), (status = 401, body = Problem), (status = 404, body = Problem),
                (status = 409, body = Problem), (status = 422, body = Problem)))]
        async fn $name(
            state: web::Data<State>,
            who: CurrentAccount,
            Path(id): Path<RunId>,
            Json(StepAction { step }): Json<StepAction>,
        ) -> Result<HttpResponse, Error> {
            act(&state, who, id, Some(step), $action).await
        }
    };
}

step_action! {
    /// Pause a run
    pause, put, "/api/v1/runs/{id}/pause", Action::Pause
}
step_action! {
    /// Resume a run
    resume, delete, "/api/v1/runs/{id}/pause", Action::Resume
}
step_action! {
    /// Finish a step
    done, post, "/api/v1/runs/{id}/done", Action::Done
}
step_action! {
    /// Skip a step
    skip, post, "/api/v1/runs/{id}/skip", Action::Skip
}
step_action! {
    /// Go back to the step before
    back, post, "/api/v1/runs/{id}/back", Action::Back
}

/// Give the current step more or less time
#[utoipa::path(post, path = "/api/v1/runs/{id}/adjustments", tag = "runs", request_body = Adjustment,
    params(("id" = RunId, Path)),
    responses((status = 200, body = Run), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn adjust(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RunId>,
    Json(Adjustment { step, minutes }): Json<Adjustment>,
) -> Result<HttpResponse, Error> {
    if minutes == 0 || minutes.unsigned_abs() > MINUTES_MAX {
        return Err(Error::field(Code::DurationOutOfRange, "/minutes", "1 to 1440 minutes more or fewer"));
    }
    act(&state, who, id, Some(step), Action::Adjust(minutes)).await
}

/// Switch whether steps follow each other by themselves
#[utoipa::path(put, path = "/api/v1/runs/{id}/auto-advance", tag = "runs", request_body = AutoAdvance,
    params(("id" = RunId, Path)),
    responses((status = 200, body = Run), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn auto_advance(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RunId>,
    Json(AutoAdvance { on }): Json<AutoAdvance>,
) -> Result<HttpResponse, Error> {
    act(&state, who, id, None, Action::AutoAdvance(on)).await
}

/// Finish a run
#[utoipa::path(post, path = "/api/v1/runs/{id}/finish", tag = "runs", params(("id" = RunId, Path)),
    responses((status = 200, body = Run), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn finish(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RunId>,
) -> Result<HttpResponse, Error> {
    act(&state, who, id, None, Action::Finish).await
}

/// Give a run up
#[utoipa::path(post, path = "/api/v1/runs/{id}/abandon", tag = "runs", params(("id" = RunId, Path)),
    responses((status = 200, body = Run), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn abandon(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RunId>,
) -> Result<HttpResponse, Error> {
    act(&state, who, id, None, Action::Abandon).await
}
