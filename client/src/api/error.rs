//! Why a request did not succeed.

use daymark_shared::problem::{Code, Problem};

/// Why a request did not succeed.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiError {
    /// The server refused, and says why.
    Problem(Box<Problem>),
    /// The rules refused it here, before the server was asked.
    Refused(Code),
    /// The server could not be reached.
    Offline,
    /// The server did not answer in time. Whether it did what was asked is not known.
    TimedOut,
    /// Something answered that is not Daymark: a proxy's error page, a captive portal.
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
}

impl ApiError {
    /// The problem's code, if the server gave one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Refused(code) => Some(*code),
            _ => None,
        }
    }

    /// Whether what was to be changed has been changed elsewhere since it was seen.
    pub fn is_conflict(&self) -> bool {
        self.code() == Some(Code::PreconditionFailed)
    }

    /// Whether it is not there any more.
    pub fn is_gone(&self) -> bool {
        self.code() == Some(Code::NotFound)
    }

    /// Whether it may succeed when tried again as it is.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status >= 500 || problem.code == Code::RateLimited,
            Self::Refused(_) => false,
            _ => true,
        }
    }

    /// The code at a field, by its JSON pointer.
    pub fn at(&self, pointer: &str) -> Option<Code> {
        match self {
            Self::Problem(problem) => {
                problem.errors.iter().find(|error| error.pointer == pointer).map(|error| error.code)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_finds_its_own_error() {
        let error = ApiError::Problem(Box::new(Problem::field(Code::EmailTaken, "/email", "taken")));
        assert_eq!(error.at("/email"), Some(Code::EmailTaken));
        assert_eq!(error.at("/password"), None);
    }

    #[test]
    fn only_what_may_pass_is_worth_another_try() {
        let problem = |code| ApiError::Problem(Box::new(Problem::new(code)));
        assert!(ApiError::Offline.is_passing());
        assert!(problem(Code::Unavailable).is_passing());
        assert!(problem(Code::RateLimited).is_passing());
        assert!(!problem(Code::EmailTaken).is_passing());
    }
}
