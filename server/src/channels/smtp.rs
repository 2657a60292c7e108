//! The operator's mail server: how it is reached, and connections to it that are used again.

use crate::{
    clock::monotonic,
    config::Config,
    outbound::{self, certificates},
};
use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        extension::ClientId,
    },
};
use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;
use url::{Host, Url};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(4);
/// Mails that are sent at once; as many connections are kept.
const AT_ONCE: usize = 4;
/// How long a connection is kept that nobody uses; servers wait for five minutes (RFC 5321 §4.5.3.2.7).
const IDLE: Duration = Duration::from_secs(30);
const MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];

/// How the connection is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first octet on (RFC 8314).
    Implicit,
    /// STARTTLS, or no mail at all.
    Required,
    /// None: on this machine, or since the operator says so.
    None,
}

/// A mail server, as `SMTP_URL` names it.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpServer {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
}

/// It may hold a password: only the host is shown.
impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpServer({})", self.host)
    }
}

/// A text that names no mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no mail server such as smtps://user:password@mail.example.org")]
pub struct NoSmtpServer;

impl FromStr for SmtpServer {
    type Err = NoSmtpServer;

    /// `smtps://` is TLS at once (port 465), `smtp://` is STARTTLS (port 587), or without TLS where the host is this
    /// machine or the query is `?tls=none`.
    fn from_str(text: &str) -> Result<Self, NoSmtpServer> {
        let url = Url::parse(text).map_err(|_| NoSmtpServer)?;
        let host = host(&url).ok_or(NoSmtpServer)?;
        let security = match (url.scheme(), url.query()) {
            ("smtps", None) => Security::Implicit,
            ("smtp", None) if is_this_machine(&host) => Security::None,
            ("smtp", None | Some("tls=required")) => Security::Required,
            ("smtp", Some("tls=none")) => Security::None,
            _ => return Err(NoSmtpServer),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(NoSmtpServer);
        }
        let port = url.port().unwrap_or(if security == Security::Implicit { 465 } else { 587 });
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => {
                Some(Credentials::new(decoded(user)?, decoded(password.unwrap_or_default())?))
            }
        };
        Ok(Self { host, port, security, credentials })
    }
}

fn decoded(text: &str) -> Result<String, NoSmtpServer> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map(|text| text.into_owned()).map_err(|_| NoSmtpServer)
}

/// The host, an address of IPv6 without its brackets.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(host.trim_start_matches('[').trim_end_matches(']').to_owned())
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Why no mail can be sent, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file with authorities.
    #[error(transparent)]
    File(#[from] outbound::OpenError),
    /// One of them, as it was read.
    #[error("OUTBOUND_CA_FILE: {0}")]
    Read(#[from] native_tls::Error),
    /// One of them, for mail.
    #[error("OUTBOUND_CA_FILE: {0}")]
    Own(Error),
}

/// Sends mails by way of that server.
pub(super) struct Smtp {
    server: SmtpServer,
    hello: ClientId,
    /// What is believed besides the system's authorities, which are loaded when the first connection needs them.
    own: Vec<Certificate>,
    tls: OnceLock<TlsParameters>,
    parked: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    turns: Semaphore,
}

impl Smtp {
    /// By the operator's configuration. Nobody is connected to yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(super) fn new(server: SmtpServer, config: &Config) -> Result<Self, OpenError> {
        let own = certificates(&config.outbound)?.into_iter();
        let own = own.map(|certificate| Certificate::from_der(certificate.to_der()?).map_err(OpenError::Own));
        Ok(Self {
            server,
            hello: hello(&config.site.public_url),
            own: own.collect::<Result<_, _>>()?,
            tls: OnceLock::new(),
            parked: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        })
    }

    fn tls(&self) -> Result<&TlsParameters, Error> {
        if let Some(made) = self.tls.get() {
            return Ok(made);
        }
        let mut builder = TlsParameters::builder(self.server.host.clone());
        for certificate in &self.own {
            builder = builder.add_root_certificate(certificate.clone());
        }
        let made = builder.build()?;
        Ok(self.tls.get_or_init(|| made))
    }

    /// Sends a mail. It waits as long as the server does: the limit is the caller's. Where the caller gives up, the
    /// connection is closed, whatever it was in the middle of.
    ///
    /// # Errors
    /// What the server refuses, or that there is no connection.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Error> {
        let _turn = self.turns.acquire().await;
        let mut parked = self.unpark();
        if let Some(connection) = &mut parked
            && !connection.test_connected().await
        {
            parked = None;
        }
        let mut connection = match parked {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let sent = connection.send(envelope, mail).await;
        if !connection.has_broken() {
            self.park(connection);
        }
        sent.map(drop)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let SmtpServer { host, port, security, credentials } = &self.server;
        let implicit = match security {
            Security::Implicit => Some(self.tls()?.clone()),
            Security::Required | Security::None => None,
        };
        let at = (host.as_str(), *port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(at, Some(CONNECT), &self.hello, implicit, None).await?;
        if *security == Security::Required {
            connection.starttls(self.tls()?.clone(), &self.hello).await?;
        }
        if let Some(credentials) = credentials {
            connection.auth(MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// The connection that was used last; those that were idle for too long are closed.
    fn unpark(&self) -> Option<AsyncSmtpConnection> {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        let now = monotonic();
        parked.retain(|(_, since)| now.saturating_duration_since(*since) < IDLE);
        parked.pop().map(|(connection, _)| connection)
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        if parked.len() < AT_ONCE {
            parked.push((connection, monotonic()));
        }
    }
}

/// Connects to the operator's mail server, secures the connection, logs in, and says that it has nothing to say. Answers false
/// where none is configured. It waits as long as the server does: the limit is the caller's.
///
/// # Errors
/// In words for the operator.
pub async fn probe(config: &Config) -> Result<bool, String> {
    let Some(server) = &config.mail.server else { return Ok(false) };
    let smtp = Smtp::new(server.clone(), config).map_err(|error| error.to_string())?;
    let mut connection = smtp.connect().await.map_err(|error| error.to_string())?;
    let answers = connection.test_connected().await;
    // Whether it says goodbye does not matter.
    let _ = connection.quit().await;
    if answers { Ok(true) } else { Err("it does not answer NOOP".to_owned()) }
}

/// Who says hello: the site's host.
fn hello(site: &str) -> ClientId {
    match Url::parse(site).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => ClientId::Domain(name.to_owned()),
        Some(Host::Ipv4(ip)) => ClientId::Ipv4(ip),
        Some(Host::Ipv6(ip)) => ClientId::Ipv6(ip),
        None => ClientId::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("smtps://mail.example.org", "mail.example.org", 465, Security::Implicit)]
    #[case("smtp://mail.example.org", "mail.example.org", 587, Security::Required)]
    #[case("smtp://mail.example.org:25/?tls=none", "mail.example.org", 25, Security::None)]
    #[case("smtp://localhost", "localhost", 587, Security::None)]
    #[case("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Security::None)]
    #[case("smtp://[::1]:25", "::1", 25, Security::None)]
    #[case("smtp://localhost?tls=required", "localhost", 587, Security::Required)]
    fn a_server_is_named(
        #[case] text: &str,
        #[case] host: &str,
        #[case] port: u16,
        #[case] security: Security,
    ) {
        let server: SmtpServer = text.parse().unwrap();
        assert_eq!((server.host.as_str(), server.port, server.security), (host, port, security));
    }

    #[test]
    fn a_password_may_hold_anything_and_is_not_shown() {
        let server: SmtpServer = "smtps://me%40example.org:a%2Fb%3Ac+d@mail.example.org".parse().unwrap();
        assert_eq!(
            server.credentials,
            Some(Credentials::new("me@example.org".to_owned(), "a/b:c+d".to_owned()))
        );
        assert_eq!(format!("{server:?}"), "SmtpServer(mail.example.org)");
    }

    #[rstest]
    #[case("mail.example.org")]
    #[case("http://mail.example.org")]
    #[case("smtp://")]
    #[case("smtps://mail.example.org?tls=none")]
    #[case("smtp://mail.example.org?tls=perhaps")]
    #[case("smtp://mail.example.org/path")]
    fn anything_else_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<SmtpServer>(), Err(NoSmtpServer));
    }
}
