//! What can go wrong on the server. Use cases answer it; `http::error` turns it into a response.

use daymark_shared::problem::{Code, Problem, Violation};

/// Everything that can go wrong, in one place; [`Error::code`] says what the caller is told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller asked for something that cannot be. Told as it is.
    #[error("refused: {}", .0.code)]
    Refused(Box<Problem>),
    /// Too many tries; `retry_after` is in seconds.
    #[error("too many tries")]
    RateLimited {
        /// Seconds until another try may succeed.
        retry_after: u64,
    },
    /// The writer's queue is full or slow, or the server is going down. A write that was under way when the waiting
    /// ended may still be committed: creates carry their id, so asking again is safe.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// SQLite failed.
    #[error("database: {0}")]
    Database(rusqlite::Error),
    /// A sealed value does not open: it was moved or damaged, or its key is gone.
    #[error("the sealed {0} does not open")]
    Sealed(&'static str),
    /// A use case panicked; its changes were undone.
    #[error("panicked: {0}")]
    Panicked(String),
    /// Anything else that nobody outside can mend.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// The stable code that the caller is told.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(problem) => problem.code,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::Unavailable(_) => Code::Unavailable,
            Self::Database(_) | Self::Sealed(_) | Self::Panicked(_) | Self::Internal(_) => Code::Internal,
        }
    }

    /// A refusal because of one field.
    pub fn field(code: Code, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Problem::field(code, pointer, detail).into()
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

/// A broken rule that belongs to no field of the body: its sentence becomes the detail.
impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Problem::new(violation.code).with_detail(violation.detail).into()
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                Self::Unavailable("the database is busy")
            }
            _ => Self::Database(error),
        }
    }
}
