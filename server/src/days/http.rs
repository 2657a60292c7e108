//! `/days`, and the occurrences of a routine.

use crate::{
    days,
    error::Error,
    http::{
        CurrentAccount, Json, Path, Query,
        act::{page_size, read, write},
        precondition::{IfMatch, etag},
    },
    state::State,
};
use actix_web::{HttpResponse, web};
use daymark_shared::{
    day::{DAYS_MAX, Day, Days},
    ids::RoutineId,
    occurrence::{Occurrence, OccurrenceKey, OccurrenceTime},
    page::Page,
    problem::{Code, Problem},
    schedule::parse_date,
};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Deserializer, de::Error as _};

/// The most days over which one routine's occurrences are listed.
const LIST_DAYS_MAX: i32 = 366;

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(day, range, list, get, put_time, delete_time, put_skip, delete_skip, put_done, delete_done))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    let occurrence = "/routines/{id}/occurrences/{key}";
    config
        .service(web::resource("/days").get(range))
        .service(web::resource("/days/{date}").get(day))
        .service(web::resource("/routines/{id}/occurrences").get(list))
        .service(web::resource(occurrence).get(get))
        .service(web::resource(format!("{occurrence}/time")).put(put_time).delete(delete_time))
        .service(web::resource(format!("{occurrence}/skip")).put(put_skip).delete(delete_skip))
        .service(web::resource(format!("{occurrence}/done")).put(put_done).delete(delete_done));
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    parse_date(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Get a day
#[utoipa::path(get, path = "/api/v1/days/{date}", tag = "days", params(("date" = String, Path, format = "date")),
    responses((status = 200, body = Day), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn day(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(date): Path<String>,
) -> Result<HttpResponse, Error> {
    let date = parse_date(&date).map_err(|bad| Error::field(bad.code, "{date}", bad.detail))?;
    let days = read(&state, who, move |tx, caller| days::range(tx, caller, date, date)).await?;
    Ok(HttpResponse::Ok().json(days.first()))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RangeQuery {
    /// The first date.
    #[serde(deserialize_with = "date")]
    #[param(value_type = String, format = "date")]
    from: Date,
    /// The last date; with the first at most 42 days.
    #[serde(deserialize_with = "date")]
    #[param(value_type = String, format = "date")]
    to: Date,
}

fn check_range(from: Date, to: Date, most: i32) -> Result<(), Error> {
    let last = from.saturating_add((most - 1).days());
    if from > to {
        return Err(Error::field(Code::BadRange, "?to", "not before `from`"));
    }
    if to > last {
        return Err(Error::field(Code::BadRange, "?to", format!("at most {most} days")));
    }
    Ok(())
}

/// Get several days
#[utoipa::path(get, path = "/api/v1/days", tag = "days", params(RangeQuery),
    responses((status = 200, body = Days), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn range(
    state: web::Data<State>,
    who: CurrentAccount,
    Query(RangeQuery { from, to }): Query<RangeQuery>,
) -> Result<HttpResponse, Error> {
    check_range(from, to, DAYS_MAX as i32)?;
    let days = read(&state, who, move |tx, caller| days::range(tx, caller, from, to)).await?;
    Ok(HttpResponse::Ok().json(Days { days }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The first date.
    #[serde(deserialize_with = "date")]
    #[param(value_type = String, format = "date")]
    from: Date,
    /// The last date; with the first at most 366 days.
    #[serde(deserialize_with = "date")]
    #[param(value_type = String, format = "date")]
    to: Date,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many: 1–100, 50 if not given.
    limit: Option<u16>,
}

/// List a routine's occurrences
#[utoipa::path(get, path = "/api/v1/routines/{id}/occurrences", tag = "occurrences",
    params(("id" = RoutineId, Path), ListQuery),
    responses((status = 200, body = Page<Occurrence>), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn list(
    state: web::Data<State>,
    who: CurrentAccount,
    Path(id): Path<RoutineId>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let limit = page_size(query.limit)?;
    check_range(query.from, query.to, LIST_DAYS_MAX)?;
    let page = read(&state, who, move |tx, caller| {
        days::of_routine(tx, caller, id, (query.from, query.to), query.cursor.as_deref(), limit)
    })
    .await?;
    Ok(HttpResponse::Ok().json(page))
}

fn answer(occurrence: &Occurrence) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(occurrence.revision)).json(occurrence)
}

/// Get an occurrence
#[utoipa::path(get, path = "/api/v1/routines/{id}/occurrences/{key}", tag = "occurrences",
    params(("id" = RoutineId, Path), ("key" = OccurrenceKey, Path)),
    responses((status = 200, body = Occurrence), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get(
    state: web::Data<State>,
    who: CurrentAccount,
    Path((id, key)): Path<(RoutineId, OccurrenceKey)>,
) -> Result<HttpResponse, Error> {
    Ok(answer(&read(&state, who, move |tx, caller| days::get(tx, caller, id, key)).await?))
}

/// Move or resize an occurrence
///
/// This one alone.
#[utoipa::path(put, path = "/api/v1/routines/{id}/occurrences/{key}/time", tag = "occurrences",
    request_body = OccurrenceTime,
    params(("id" = RoutineId, Path), ("key" = OccurrenceKey, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Occurrence), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem)))]
async fn put_time(
    state: web::Data<State>,
    who: CurrentAccount,
    Path((id, key)): Path<(RoutineId, OccurrenceKey)>,
    seen: IfMatch,
    Json(time): Json<OccurrenceTime>,
) -> Result<HttpResponse, Error> {
    Ok(answer(
        &write(&state, who, move |tx, caller| days::put_time(tx, caller, id, key, &seen, Some(time))).await?,
    ))
}

/// Put an occurrence back where its routine has it
#[utoipa::path(delete, path = "/api/v1/routines/{id}/occurrences/{key}/time", tag = "occurrences",
    params(("id" = RoutineId, Path), ("key" = OccurrenceKey, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Occurrence), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn delete_time(
    state: web::Data<State>,
    who: CurrentAccount,
    Path((id, key)): Path<(RoutineId, OccurrenceKey)>,
    seen: IfMatch,
) -> Result<HttpResponse, Error> {
    Ok(answer(&write(&state, who, move |tx, caller| days::put_time(tx, caller, id, key, &seen, None)).await?))
}

macro_rules! mark {
    ($(#[$doc:meta])* $name:ident, $method:ident, $path:literal, $use_case:ident, $value:literal) => {
        $(#[$doc])*
        #[utoipa::path($method, path = $path, tag = "occurrences",
            params(("id" = RoutineId, Path), ("key" = OccurrenceKey, Path)),
            responses((status = 200, body = Occurrence), (status = 401, body = Problem),
                (status = 404, body = Problem), (status = 409, body = Problem)))]
        async fn $name(
            state: web::Data<State>,
            who: CurrentAccount,
            Path((id, key)): Path<(RoutineId, OccurrenceKey)>,
        ) -> Result<HttpResponse, Error> {
                    Ok(answer(&write(&state, who, move |tx, caller| days::$use_case(tx, caller, id, key, $value)).await?))
        }
    };
}

mark! {
    /// Skip an occurrence
    put_skip, put, "/api/v1/routines/{id}/occurrences/{key}/skip", put_skip, true
}
mark! {
    /// Do not skip an occurrence after all
    delete_skip, delete, "/api/v1/routines/{id}/occurrences/{key}/skip", put_skip, false
}
mark! {
    /// Mark an occurrence as done
    put_done, put, "/api/v1/routines/{id}/occurrences/{key}/done", put_done, true
}
mark! {
    /// Mark an occurrence as not done after all
    delete_done, delete, "/api/v1/routines/{id}/occurrences/{key}/done", put_done, false
}
