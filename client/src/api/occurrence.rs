//! Occurrences: one happening of a routine, and what is changed about it alone.

use super::{
    ApiError,
    request::{Method, NOTHING, etag, request},
};
use daymark_shared::{
    ids::RoutineId,
    occurrence::{Occurrence, OccurrenceKey, OccurrenceTime},
};

fn path(routine: RoutineId, key: OccurrenceKey, rest: &str) -> String {
    ["routines/", &routine.to_string(), "/occurrences/", &key.to_string(), rest].concat()
}

/// One occurrence.
///
/// # Errors
/// [`ApiError`].
pub async fn get(routine: RoutineId, key: OccurrenceKey) -> Result<Occurrence, ApiError> {
    Ok(request(Method::Get, &path(routine, key, ""), NOTHING, None).await?.body)
}

/// Moves the occurrence that was seen at `revision`, resizes it, or both.
///
/// # Errors
/// [`ApiError`]; `precondition_failed` when it was changed since.
pub async fn put_time(
    routine: RoutineId,
    key: OccurrenceKey,
    revision: u64,
    time: &OccurrenceTime,
) -> Result<Occurrence, ApiError> {
    let path = path(routine, key, "/time");
    Ok(request(Method::Put, &path, Some(time), Some(&etag(revision))).await?.body)
}

/// Leaves an occurrence out this once, or takes that back.
///
/// # Errors
/// [`ApiError`].
pub async fn skip(routine: RoutineId, key: OccurrenceKey, on: bool) -> Result<Occurrence, ApiError> {
    mark(routine, key, "/skip", on).await
}

/// Marks an occurrence as done without a run, or as not done after all.
///
/// # Errors
/// [`ApiError`].
pub async fn done(routine: RoutineId, key: OccurrenceKey, on: bool) -> Result<Occurrence, ApiError> {
    mark(routine, key, "/done", on).await
}

async fn mark(routine: RoutineId, key: OccurrenceKey, what: &str, on: bool) -> Result<Occurrence, ApiError> {
    let method = if on { Method::Put } else { Method::Delete };
    Ok(request(method, &path(routine, key, what), NOTHING, None).await?.body)
}
