//! Occurrences: one happening of a routine, and what is changed about it alone.

use super::request::{Asked, Method, ask, etag, json};
use daymark_shared::{
    ids::RoutineId,
    occurrence::{Occurrence, OccurrenceKey, OccurrenceTime},
};

fn path(routine: RoutineId, key: OccurrenceKey, rest: &str) -> String {
    ["routines/", &routine.to_string(), "/occurrences/", &key.to_string(), rest].concat()
}

/// One occurrence.
pub fn get(routine: RoutineId, key: OccurrenceKey) -> Asked<Occurrence> {
    ask(Method::Get, &path(routine, key, ""), None, None)
}

/// Moves the occurrence that was seen at `revision`, resizes it, or both.
/// It gives `precondition_failed` when it was changed since.
pub fn put_time(
    routine: RoutineId,
    key: OccurrenceKey,
    revision: u64,
    time: &OccurrenceTime,
) -> Asked<Occurrence> {
    ask(Method::Put, &path(routine, key, "/time"), json(time), etag(revision))
}

/// Leaves an occurrence out this once, or takes that back.
pub fn skip(routine: RoutineId, key: OccurrenceKey, on: bool) -> Asked<Occurrence> {
    mark(routine, key, "/skip", on)
}

/// Marks an occurrence as done without a run, or as not done after all.
pub fn done(routine: RoutineId, key: OccurrenceKey, on: bool) -> Asked<Occurrence> {
    mark(routine, key, "/done", on)
}

fn mark(routine: RoutineId, key: OccurrenceKey, what: &str, on: bool) -> Asked<Occurrence> {
    let method = if on { Method::Put } else { Method::Delete };
    ask(method, &path(routine, key, what), None, None)
}
