//! What a person pointed at, checked as far as its text tells.

use daymark_shared::problem::{Code, Violation};
use hyper::Uri;
use std::fmt;
use url::{Position, Url};

/// Octets of an address at most.
pub const LONGEST: usize = 2_048;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A browser's push endpoint: at a push service that is known.
    Push,
    /// Whatever a person runs or uses: an ntfy server, a webhook.
    Any,
}

/// Why an address is refused. Nothing of it is told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Over [`LONGEST`].
    #[error("it has more than 2,048 characters")]
    TooLong,
    /// No URL with a host, or one that programs read differently.
    #[error("write it as https://example.org/path")]
    Malformed,
    /// Neither https, nor http where that may be.
    #[error("it must begin with https://")]
    Scheme,
    /// A user or password before the host.
    #[error("leave out the name and password before the host")]
    Userinfo,
    /// A port that is not the scheme's own.
    #[error("this port is not allowed here")]
    Port,
    /// Nowhere on the public internet, and not allowed by the operator.
    #[error("it leads into a network that this server does not reach out to")]
    Address,
    /// A push endpoint of somebody unknown.
    #[error("this push service is not known here")]
    PushService,
}

impl Refusal {
    /// A stable name, for logs and for what is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::Scheme => "scheme",
            Self::Userinfo => "userinfo",
            Self::Port => "port",
            Self::Address => "address",
            Self::PushService => "push_service",
        }
    }
}

impl From<Refusal> for Violation {
    fn from(refusal: Refusal) -> Self {
        Self::new(Code::BadAddress, refusal.to_string())
    }
}

/// An address that may be asked. Where its host leads is checked on every connection.
///
/// Paths hold secrets (a push endpoint is one), so its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Uri);

impl Target {
    /// What `url` becomes for hyper, if both mean the same host and port.
    pub(super) fn new(url: &Url) -> Result<Self, Refusal> {
        let uri = Uri::try_from(&url[..Position::AfterQuery]).map_err(|_| Refusal::Malformed)?;
        let same = uri.scheme_str() == Some(url.scheme())
            && uri.host() == url.host_str()
            && uri.port_u16() == url.port();
        if same { Ok(Self(uri)) } else { Err(Refusal::Malformed) }
    }

    /// Scheme, host, and the port where it is not the usual one: `https://push.example.org`. A VAPID token is for it
    /// (RFC 8292 §2).
    pub fn origin(&self) -> String {
        format!("{}://{}", self.0.scheme_str().unwrap_or_default(), self.host_and_port())
    }

    /// The host, with the port where it is not the usual one, to show it to whoever wrote it.
    pub fn host_and_port(&self) -> &str {
        self.0.authority().map_or("", |authority| authority.as_str())
    }

    pub(super) fn into_uri(self) -> Uri {
        self.0
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target(…)")
    }
}
