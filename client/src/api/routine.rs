//! Routines: made, edited, ended, deleted.

use super::{
    ApiError,
    request::{Asked, Method, ask, etag, json},
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
pub fn create(new: &NewRoutine) -> Asked<Routine> {
    ask(Method::Post, "routines", json(new), None)
}

/// One version of a routine: the one that an occurrence's key names.
pub fn version(id: RoutineId, number: u32) -> Asked<Routine> {
    ask(Method::Get, &path(id, &["/versions/", &number.to_string()].concat()), None, None)
}

/// A page of routines, newest first; `cursor` is `next` of the page before.
pub fn page(among: Among, cursor: Option<&str>) -> Asked<Page<Routine>> {
    let mut path = ["routines?limit=100&in=", among.as_str()].concat();
    if let Some(cursor) = cursor {
        path.push_str("&cursor=");
        path.push_str(cursor);
    }
    ask(Method::Get, &path, None, None)
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
pub fn get(id: RoutineId) -> Asked<Routine> {
    ask(Method::Get, &path(id, ""), None, None)
}

/// Edits the routine that was seen at `revision`. It gives `precondition_failed` when it was changed since, and so do all
/// that take a revision.
pub fn edit(id: RoutineId, revision: u64, edit: &RoutineEdit) -> Asked<Routine> {
    ask(Method::Patch, &path(id, ""), json(edit), etag(revision))
}

/// Gives all that has not begun a schedule: what takes a routine out of the inbox.
pub fn put_schedule(id: RoutineId, revision: u64, schedule: Schedule) -> Asked<Routine> {
    ask(Method::Put, &path(id, "/schedule"), json(&NewSchedule { schedule }), etag(revision))
}

/// Puts a routine into the inbox.
pub fn delete_schedule(id: RoutineId, revision: u64) -> Asked<Routine> {
    ask(Method::Delete, &path(id, "/schedule"), None, etag(revision))
}

/// Lets nothing happen any more, from an occurrence on or at all; what has begun stays.
pub fn end(id: RoutineId, revision: u64, end: &RoutineEnd) -> Asked<Routine> {
    ask(Method::Post, &path(id, "/end"), json(end), etag(revision))
}

/// Deletes a routine with its history. One that is gone already is no error.
///
/// # Errors
/// [`ApiError`].
pub async fn delete(id: RoutineId) -> Result<(), ApiError> {
    match ask(Method::Delete, &path(id, ""), None, None).await {
        Err(error) if error.is_gone() => Ok(()),
        other => other,
    }
}
