//! Routines: made, edited, ended, deleted.

use super::{
    ApiError,
    request::{Method, NOTHING, etag, request},
};
use daymark_shared::{
    ids::RoutineId,
    page::Page,
    routine::{NewRoutine, NewSchedule, Routine, RoutineEdit, RoutineEnd},
    schedule::Schedule,
};

/// More pages than this are not fetched at once: five thousand routines.
const PAGES_MAX: usize = 50;

/// Which routines are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// All.
    All,
    /// Those without a schedule.
    Inbox,
    /// Those with one.
    Planned,
}

impl Among {
    const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Inbox => "inbox",
            Self::Planned => "planned",
        }
    }
}

fn path(id: RoutineId, rest: &str) -> String {
    ["routines/", &id.to_string(), rest].concat()
}

/// Makes a routine. Sent again as it is, it is the same routine.
///
/// # Errors
/// [`ApiError`].
pub async fn create(new: &NewRoutine) -> Result<Routine, ApiError> {
    Ok(request(Method::Post, "routines", Some(new), None).await?.body)
}

/// A page of routines, newest first; `cursor` is `next` of the page before.
///
/// # Errors
/// [`ApiError`].
pub async fn page(among: Among, cursor: Option<&str>) -> Result<Page<Routine>, ApiError> {
    let mut path = ["routines?limit=100&in=", among.as_str()].concat();
    if let Some(cursor) = cursor {
        path.push_str("&cursor=");
        path.push_str(cursor);
    }
    Ok(request(Method::Get, &path, NOTHING, None).await?.body)
}

/// All routines, newest first.
///
/// # Errors
/// [`ApiError`].
pub async fn all(among: Among) -> Result<Vec<Routine>, ApiError> {
    let mut found = page(among, None).await?;
    for _ in 1..PAGES_MAX {
        let Some(cursor) = found.next.take() else { break };
        let more = page(among, Some(&cursor)).await?;
        found.items.extend(more.items);
        found.next = more.next;
    }
    Ok(found.items)
}

/// A routine as it is planned from now on.
///
/// # Errors
/// [`ApiError`].
pub async fn get(id: RoutineId) -> Result<Routine, ApiError> {
    Ok(request(Method::Get, &path(id, ""), NOTHING, None).await?.body)
}

/// Edits the routine that was seen at `revision`.
///
/// # Errors
/// [`ApiError`]; `precondition_failed` when it was changed since.
pub async fn edit(id: RoutineId, revision: u64, edit: &RoutineEdit) -> Result<Routine, ApiError> {
    Ok(request(Method::Patch, &path(id, ""), Some(edit), Some(&etag(revision))).await?.body)
}

/// Gives all that has not begun a schedule: what takes a routine out of the inbox.
///
/// # Errors
/// As [`edit`].
pub async fn put_schedule(id: RoutineId, revision: u64, schedule: Schedule) -> Result<Routine, ApiError> {
    let body = NewSchedule { schedule };
    Ok(request(Method::Put, &path(id, "/schedule"), Some(&body), Some(&etag(revision))).await?.body)
}

/// Puts a routine into the inbox.
///
/// # Errors
/// As [`edit`].
pub async fn delete_schedule(id: RoutineId, revision: u64) -> Result<Routine, ApiError> {
    Ok(request(Method::Delete, &path(id, "/schedule"), NOTHING, Some(&etag(revision))).await?.body)
}

/// Lets nothing happen any more, from an occurrence on or at all; what has begun stays.
///
/// # Errors
/// As [`edit`].
pub async fn end(id: RoutineId, revision: u64, end: &RoutineEnd) -> Result<Routine, ApiError> {
    Ok(request(Method::Post, &path(id, "/end"), Some(end), Some(&etag(revision))).await?.body)
}

/// Deletes a routine with its history. One that is gone already is no error.
///
/// # Errors
/// [`ApiError`].
pub async fn delete(id: RoutineId) -> Result<(), ApiError> {
    match request::<()>(Method::Delete, &path(id, ""), NOTHING, None).await {
        Err(error) if error.is_gone() => Ok(()),
        other => other.map(drop),
    }
}
