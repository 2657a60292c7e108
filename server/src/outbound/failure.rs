//! Why there was no answer, and whether the request may have arrived all the same.

use super::target::Refusal;
use hyper_util::client::legacy;
use std::error::Error as _;

/// No answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct Failure {
    /// What went wrong.
    pub fault: Fault,
    /// Whether the request may have been received: what may have arrived is repeated under the same tag only.
    pub sent: bool,
}

/// What went wrong, in words for the person who gave the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The address is not to be asked, or its name leads where nothing may be asked.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The name has no address, or the name service did not answer in time.
    #[error("its name was not found")]
    Dns,
    /// Nobody takes the connection.
    #[error("it did not take the connection")]
    Connect,
    /// No secure connection: a certificate that is not trusted, is another's, or has expired, or no TLS at all.
    #[error("a secure connection could not be made")]
    Tls,
    /// The time is over.
    #[error("it did not answer in time")]
    Timeout,
    /// The connection was closed before there was an answer.
    #[error("it closed the connection without an answer")]
    Reset,
    /// Something that is not HTTP, or a head without an end.
    #[error("its answer could not be read")]
    BadAnswer,
}

impl Fault {
    /// A stable name, for logs and for what is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.as_str(),
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::BadAnswer => "bad_answer",
        }
    }
}

impl Failure {
    pub(super) const fn before(fault: Fault) -> Self {
        Self { fault, sent: false }
    }

    /// Reads what hyper says. `connected`: the request was given to a connection.
    pub(super) fn of(error: &legacy::Error, connected: bool) -> Self {
        let mut cause = error.source();
        while let Some(inner) = cause {
            if let Some(fault) = inner.downcast_ref::<Fault>() {
                return Self::before(*fault);
            }
            if let Some(error) = inner.downcast_ref::<hyper::Error>()
                && error.is_parse()
            {
                return Self { fault: Fault::BadAnswer, sent: connected };
            }
            cause = inner.source();
        }
        if error.is_connect() {
            return Self::before(Fault::Connect);
        }
        Self { fault: Fault::Reset, sent: connected }
    }
}
