//! Configuration: environment variables only, one struct a concern, each variable told at its field.
//!
//! Everything has a default: a first run needs no configuration at all. A secret named `X` may also come from a file
//! named by `X_FILE`. Nothing here is printed: `Debug` of a [`Secret`] shows nothing.
//!
//! `docs/configuration.md` is made of the comments at the fields: of each paragraph that begins with a variable, in one of
//! the forms that are here. `tests/configuration.rs` says so where it is not up to date.

use crate::{
    backups::{
        BadKeep, Bucket, Keep, Place,
        age::{BadKey, Lock},
    },
    channels::SmtpServer,
    outbound::PushService,
};
use ipnet::IpNet;
use lettre::message::Mailbox;
use std::{
    cell::RefCell,
    collections::BTreeSet,
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};
use url::Url;
use zeroize::Zeroizing;

/// The longest time between two scheduled backups, in seconds: 366 days.
const LONGEST_BETWEEN_BACKUPS: u64 = 366 * 24 * 60 * 60;

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens and what it believes of who asks.
    pub listen: Listen,
    /// Where data lies.
    pub storage: Storage,
    /// What the data is sealed with.
    pub keys: Keys,
    /// Who may have an account, and what signing in may cost.
    pub access: Access,
    /// The built client and the address people use.
    pub site: Site,
    /// What several processes share.
    pub valkey: Valkey,
    /// Whom it asks on behalf of people.
    pub outbound: Outbound,
    /// How mail is sent.
    pub mail: Mail,
    /// How backups are made, and kept.
    pub backups: Backups,
    /// What is logged.
    pub log: Log,
    /// Who watches the process.
    pub metrics: Metrics,
    /// Who is told where time goes.
    pub traces: Traces,
}

/// Where the server listens and whom it believes.
#[derive(Debug, Clone)]
pub struct Listen {
    /// `BIND` (default `127.0.0.1`): an address, with or without a port.
    ///
    /// `PORT` (default `4000`): the port where `BIND` has none; `0` takes a free one, which the log line `listening` tells.
    pub addr: SocketAddr,
    /// `TRUSTED_PROXIES`: networks (CIDR, comma separated) whose `X-Forwarded-For` is believed. Default: none.
    pub trusted_proxies: Vec<IpNet>,
}

/// Where data lies.
#[derive(Debug, Clone)]
pub struct Storage {
    /// `DATA_DIR` (default `./data`): database, backups, keys.
    pub data_dir: PathBuf,
    /// `DATABASE_URL`: the SQLite file as a path or `sqlite:` URL. Default: `daymark.db` in `DATA_DIR`.
    pub database: PathBuf,
}

/// What data is sealed with.
#[derive(Debug, Clone)]
pub struct Keys {
    /// `MASTER_KEYRING_FILE`: the file with the master keys, made on first start. Default: `keys/keyring.json` in
    /// `DATA_DIR`. Keep it apart from the database's backups: whoever has both can read everything.
    pub keyring_file: PathBuf,
    /// `MASTER_KEY` or `MASTER_KEY_FILE`: 32 bytes in Base64 that become the first master key where there is no
    /// keyring yet. Default: random.
    pub master_key: Option<Secret>,
}

/// Who may have an account.
#[derive(Debug, Clone)]
pub struct Access {
    /// `REGISTRATION` (default `invite`): who may make an account once there is a first one: whoever has an invitation, or
    /// anybody (`open`).
    pub registration: Registration,
    /// `HASH_CONCURRENCY`: how many passwords are hashed at once (19 MiB of memory each). Default: `2`.
    pub hash_concurrency: usize,
}

/// Who may make an account once there is a first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Whoever has an invitation.
    Invite,
    /// Anyone.
    Open,
}

/// The client and its address.
#[derive(Debug, Clone)]
pub struct Site {
    /// `PUBLIC_URL`: the address people open, without a slash at its end; links are made of it. Default: what the
    /// server listens on; localhost where that is every address.
    pub public_url: String,
    /// `BASE_PATH`: the path below which Daymark lies on its host, such as `/day`; none at the host's root. It must be
    /// the path of `PUBLIC_URL` where both are set. Default: that path.
    pub base_path: String,
    /// `CLIENT_DIR` (default `client/dist`): the built client, served by `server all`.
    pub client_dir: PathBuf,
}

/// What several processes share beside the database.
#[derive(Debug, Clone, Default)]
pub struct Valkey {
    /// `VALKEY_URL` or `VALKEY_URL_FILE`: where Valkey (or Redis) listens, such as `redis://:password@valkey:6379` or
    /// `unix:///run/valkey.sock`. With it, rate limits, live events and wake-ups are shared between processes. Default:
    /// none, each process keeps to itself.
    pub url: Option<Secret>,
}

/// Whom the server asks on behalf of people: push services, ntfy servers, webhooks (`docs/outbound.md`).
#[derive(Debug, Clone, Default)]
pub struct Outbound {
    /// `OUTBOUND_ALLOW`: networks (CIDR, comma separated) that may be reached although they are not public, by http
    /// and at any port too, such as the one of an ntfy server at home. Default: none.
    pub allow: Vec<IpNet>,
    /// `OUTBOUND_ALLOW_HTTP`: `true` lets requests go without TLS on the public internet too. Default: `false`.
    pub allow_http: bool,
    /// `OUTBOUND_PORTS`: ports (comma separated) that may be reached on the public internet besides 443, and 80 by
    /// http. Default: none.
    pub ports: Vec<u16>,
    /// `OUTBOUND_CA_FILE`: a file with certificates (PEM) that are trusted besides the system's. Default: none.
    pub ca_file: Option<PathBuf>,
    /// `PUSH_SERVICES`: push services (comma separated) that are believed besides those of the known browsers: hosts
    /// (`push.example.org`, `*.example.org`), or origins (`https://push.example.org:8443`). Default: none.
    pub push_services: Vec<PushService>,
}

/// How mail is sent: by the operator's own server.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// `SMTP_URL` or `SMTP_URL_FILE`: the mail server, such as `smtps://user:password@mail.example.org` (TLS, port 465) or
    /// `smtp://mail.example.org` (STARTTLS, port 587; none where the host is this machine, or with `?tls=none`). What is
    /// special in a name or password is percent-encoded. Default: none, and mail is not offered.
    pub server: Option<SmtpServer>,
    /// `MAIL_FROM`: whom mail comes from, such as `Daymark <day@example.org>`. It has to be set where there is a mail
    /// server. Push services learn it as well where `PUBLIC_URL` has no HTTPS: they ask for somebody to turn to. Default:
    /// none.
    pub from: Option<Mailbox>,
}

/// How backups are made, and kept (`docs/operations.md`).
#[derive(Debug, Clone)]
pub struct Backups {
    /// `BACKUP_EVERY` (default `24h`): how often `server jobs` makes one, such as `90m`, `6h` or `2d`; `off` for never.
    pub every: Option<Duration>,
    /// `BACKUP_TO`: the folder for them, or `s3://bucket/prefix` at an S3-compatible store. Default: `backups` in `DATA_DIR`.
    ///
    /// `S3_ENDPOINT`: the store's address, such as `https://s3.example.org`. Default: none.
    ///
    /// `S3_REGION` (default `us-east-1`): the store's region.
    ///
    /// `S3_ACCESS_KEY_ID` or `S3_ACCESS_KEY_ID_FILE`: the name of the key that may read, write, list and delete there.
    /// Default: none.
    ///
    /// `S3_SECRET_ACCESS_KEY` or `S3_SECRET_ACCESS_KEY_FILE`: that key. Default: none.
    pub to: Place,
    /// `BACKUP_KEEP` (default `7d 4w`): for how many hours, days, weeks, months or years the last backup of each is kept
    /// (`h`, `d`, `w`, `m`, `y`). Of those that were made by the schedule, and of the copies made before upgrades.
    pub keep: Keep,
    /// `BACKUP_PASSPHRASE` or `BACKUP_PASSPHRASE_FILE`: backups are encrypted with it, and hold the keyring then. The tool
    /// `age` opens them too. Default: none, they are not encrypted and hold no keyring.
    ///
    /// `BACKUP_RECIPIENT`: in its place whom they are encrypted for, as `age-keygen` prints it: `age1…`. The server cannot
    /// open them itself then. Default: none.
    pub lock: Option<Lock>,
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct Log {
    /// `LOG` (default `info`): a level, or targets with levels such as `info,daymark_server::db=debug`. A
    /// command that does one thing logs to standard error, and with `info` only what went wrong.
    pub filter: String,
}

/// Where whoever watches the process may ask.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    /// `METRICS_BIND`: an address with its port, such as `127.0.0.1:9464` (port `0` takes a free one), where `/metrics`,
    /// `/healthz`, `/readyz` and `/log` are answered, to anybody who can reach it: never let it be the internet.
    /// Compose sets it itself, in its containers. Default: none.
    pub bind: Option<SocketAddr>,
}

/// Who is told where time goes.
#[derive(Debug, Clone, Default)]
pub struct Traces {
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: an OpenTelemetry collector that takes OTLP by HTTP, such as `http://collector:4318`:
    /// traces go to `/v1/traces` there. Default: none.
    pub endpoint: Option<String>,
}

/// A secret from the environment: wiped from memory when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Secret {
    /// The secret in clear.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A variable that cannot be used, named.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct ConfigError {
    variable: &'static str,
    reason: String,
}

impl ConfigError {
    /// Which variable.
    pub fn variable(&self) -> &'static str {
        self.variable
    }
}

/// All that can be said of the process's environment, whether it is good or not.
#[derive(Debug)]
pub struct Judged {
    /// The configuration, without the variables that cannot be used; `None` where it cannot do without them.
    pub config: Option<Config>,
    /// The variables that cannot be used.
    pub errors: Vec<ConfigError>,
    /// The variables that are set, by name.
    pub set: BTreeSet<String>,
}

impl Judged {
    /// Reads variables from anywhere, and goes on where one cannot be used.
    pub fn from_source(source: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut errors: Vec<ConfigError> = Vec::new();
        let set = RefCell::new(BTreeSet::new());
        loop {
            let bad: Vec<&str> = errors.iter().map(ConfigError::variable).collect();
            let without = |name: &str| {
                let value = source(name).filter(|value| !value.trim().is_empty())?;
                set.borrow_mut().insert(name.to_owned());
                // What comes from a file is told by the name of either.
                let of_it = |bad: &&str| name == *bad || name.strip_suffix("_FILE") == Some(*bad);
                (!bad.iter().any(of_it)).then_some(value)
            };
            let outcome = Config::from_source(&without);
            let config = match outcome {
                Ok(config) => Some(config),
                Err(error) if bad.contains(&error.variable) => None,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            return Self { config, errors, set: set.into_inner() };
        }
    }

    /// The process's own.
    pub fn from_env() -> Self {
        Self::from_source(&environment)
    }
}

#[expect(clippy::disallowed_methods, reason = "configuration is read here, once")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_source(&environment)
    }

    /// Reads variables from anywhere; an empty one counts as absent.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn from_source(source: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let vars = Variables(source);
        let port = vars.parsed("PORT", "a port number", || 4000)?;
        let addr = match vars.text("BIND").and_then(|bind| bind.parse().ok()) {
            Some(with_port) => with_port,
            None => SocketAddr::new(
                vars.parsed("BIND", "an IP address, with or without a port", || {
                    IpAddr::from([127, 0, 0, 1])
                })?,
                port,
            ),
        };
        let (public_url, base_path) = vars.place(addr)?;
        let data_dir = PathBuf::from(vars.text("DATA_DIR").unwrap_or_else(|| "data".to_owned()));
        Ok(Self {
            listen: Listen { addr, trusted_proxies: vars.networks("TRUSTED_PROXIES")? },
            storage: Storage {
                database: vars
                    .text("DATABASE_URL")
                    .map(|url| sqlite_path(&url))
                    .unwrap_or_else(|| data_dir.join("daymark.db")),
                data_dir: data_dir.clone(),
            },
            keys: Keys {
                keyring_file: vars
                    .text("MASTER_KEYRING_FILE")
                    .map(PathBuf::from)
                    .unwrap_or_else(|| data_dir.join("keys/keyring.json")),
                master_key: vars.secret("MASTER_KEY", "MASTER_KEY_FILE")?,
            },
            access: Access {
                registration: match vars.text("REGISTRATION").as_deref() {
                    None | Some("invite") => Registration::Invite,
                    Some("open") => Registration::Open,
                    Some(_) => return Err(refuse("REGISTRATION", "must be invite or open")),
                },
                hash_concurrency: match vars.parsed("HASH_CONCURRENCY", "a number", || 2)? {
                    0 => return Err(refuse("HASH_CONCURRENCY", "must be at least 1")),
                    some => some,
                },
            },
            site: Site {
                public_url,
                base_path,
                client_dir: PathBuf::from(
                    vars.text("CLIENT_DIR").unwrap_or_else(|| "client/dist".to_owned()),
                ),
            },
            valkey: Valkey { url: vars.valkey_url()? },
            outbound: Outbound {
                allow: vars.networks("OUTBOUND_ALLOW")?,
                allow_http: vars.parsed("OUTBOUND_ALLOW_HTTP", "true or false", || false)?,
                ports: vars.list("OUTBOUND_PORTS", "no port")?,
                ca_file: vars.text("OUTBOUND_CA_FILE").map(PathBuf::from),
                push_services: vars
                    .list("PUSH_SERVICES", "no push service such as push.example.org or *.example.org")?,
            },
            mail: vars.mail()?,
            metrics: Metrics {
                bind: vars.optional("METRICS_BIND", "an address with its port such as 127.0.0.1:9464")?,
            },
            traces: Traces { endpoint: vars.collector()? },
            backups: vars.backups(&data_dir)?,
            log: Log { filter: vars.text("LOG").unwrap_or_else(|| "info".to_owned()) },
        })
    }
}

struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Site {
    /// Whether links lead to where the server listens, at `addr`, since nobody has said where people find it.
    pub fn is_usual(&self, addr: SocketAddr) -> bool {
        self.public_url == usual_url(addr, &self.base_path)
    }
}

impl Variables<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.0)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn parsed<T: FromStr>(
        &self,
        name: &'static str,
        what: &str,
        default: impl FnOnce() -> T,
    ) -> Result<T, ConfigError> {
        match self.text(name) {
            None => Ok(default()),
            Some(text) => text.parse().map_err(|_| refuse(name, format!("must be {what}, not {text:?}"))),
        }
    }

    fn optional<T: FromStr>(&self, name: &'static str, what: &str) -> Result<Option<T>, ConfigError> {
        let text = self.text(name);
        text.map(|text| text.parse().map_err(|_| refuse(name, format!("must be {what}, not {text:?}"))))
            .transpose()
    }

    fn networks(&self, name: &'static str) -> Result<Vec<IpNet>, ConfigError> {
        let list = self.text(name).unwrap_or_default();
        list.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse()
                    .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                    .map_err(|_| refuse(name, format!("{part:?} is no network such as 10.0.0.0/8")))
            })
            .collect()
    }

    /// A list with commas; `what_not` says what a part is not.
    fn list<T: FromStr>(&self, name: &'static str, what_not: &str) -> Result<Vec<T>, ConfigError> {
        let list = self.text(name).unwrap_or_default();
        let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().map_err(|_| refuse(name, format!("{part:?} is {what_not}")))).collect()
    }

    fn secret(&self, name: &'static str, file: &'static str) -> Result<Option<Secret>, ConfigError> {
        let text = match (self.text(name), self.text(file)) {
            (Some(_), Some(_)) => return Err(refuse(name, format!("set it or {file}, not both"))),
            (Some(text), None) => text,
            (None, Some(path)) => std::fs::read_to_string(&path)
                .map_err(|error| refuse(file, format!("{path} cannot be read: {error}")))?,
            (None, None) => return Ok(None),
        };
        Ok(Some(Secret(Zeroizing::new(text.trim().to_owned()))))
    }

    fn collector(&self) -> Result<Option<String>, ConfigError> {
        let Some(text) = self.text("OTEL_EXPORTER_OTLP_ENDPOINT") else { return Ok(None) };
        let is_good = Url::parse(&text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
        });
        match is_good {
            true => Ok(Some(text.trim_end_matches('/').to_owned())),
            false => {
                Err(refuse("OTEL_EXPORTER_OTLP_ENDPOINT", "must be an address such as http://collector:4318"))
            }
        }
    }

    fn mail(&self) -> Result<Mail, ConfigError> {
        let url = self.secret("SMTP_URL", "SMTP_URL_FILE")?.filter(|url| !url.expose().is_empty());
        // The value is not shown: there may be a password in it.
        let server = url.map(|url| url.expose().parse::<SmtpServer>()).transpose();
        let server = server.map_err(|error| refuse("SMTP_URL", format!("is {error}")))?;
        let from = self.text("MAIL_FROM").map(|text| text.parse::<Mailbox>()).transpose();
        let from = from.map_err(|_| refuse("MAIL_FROM", "must be an address such as day@example.org"))?;
        if server.is_some() && from.is_none() {
            return Err(refuse("MAIL_FROM", "must be set where SMTP_URL is"));
        }
        Ok(Mail { server, from })
    }

    fn backups(&self, data_dir: &Path) -> Result<Backups, ConfigError> {
        let passphrase = self.secret("BACKUP_PASSPHRASE", "BACKUP_PASSPHRASE_FILE")?;
        let lock = match (passphrase, self.text("BACKUP_RECIPIENT")) {
            (None, None) => None,
            (Some(_), Some(_)) => {
                return Err(refuse("BACKUP_RECIPIENT", "set it or BACKUP_PASSPHRASE, not both"));
            }
            (Some(passphrase), None) if passphrase.expose().is_empty() => {
                return Err(refuse(
                    "BACKUP_PASSPHRASE",
                    "must not be empty, nor the file that BACKUP_PASSPHRASE_FILE names",
                ));
            }
            (Some(passphrase), None) => Some(Lock::Passphrase(passphrase)),
            (None, Some(recipient)) => {
                let recipient = recipient
                    .parse()
                    .map_err(|error: BadKey| refuse("BACKUP_RECIPIENT", error.to_string()))?;
                Some(Lock::Recipient(recipient))
            }
        };
        Ok(Backups {
            every: self.backup_every()?,
            to: self.backup_to(data_dir)?,
            keep: match self.text("BACKUP_KEEP").as_deref().unwrap_or("7d 4w").parse() {
                Ok(keep) => keep,
                Err(error) => return Err(refuse("BACKUP_KEEP", BadKeep::to_string(&error))),
            },
            lock,
        })
    }

    fn backup_every(&self) -> Result<Option<Duration>, ConfigError> {
        let text = self.text("BACKUP_EVERY").unwrap_or_else(|| "24h".to_owned());
        if text == "off" {
            return Ok(None);
        }
        let seconds = |count: u64| match text.chars().next_back()? {
            's' => Some(count),
            'm' => count.checked_mul(60),
            'h' => count.checked_mul(60 * 60),
            'd' => count.checked_mul(24 * 60 * 60),
            _ => None,
        };
        let count = text.get(..text.len() - 1).and_then(|count| count.parse().ok());
        match count.and_then(seconds) {
            Some(seconds @ 1..=LONGEST_BETWEEN_BACKUPS) => Ok(Some(Duration::from_secs(seconds))),
            _ => Err(refuse("BACKUP_EVERY", "must be a time such as 6h or 2d, at most 366d, or off")),
        }
    }

    fn backup_to(&self, data_dir: &Path) -> Result<Place, ConfigError> {
        let to = self.text("BACKUP_TO");
        let endpoint = self.text("S3_ENDPOINT");
        let region = self.text("S3_REGION").unwrap_or_else(|| "us-east-1".to_owned());
        let key_id = self.secret("S3_ACCESS_KEY_ID", "S3_ACCESS_KEY_ID_FILE")?;
        let key = self.secret("S3_SECRET_ACCESS_KEY", "S3_SECRET_ACCESS_KEY_FILE")?;
        let Some(to) = to else { return Ok(Place::Folder(data_dir.join("backups"))) };
        if !to.starts_with("s3:") {
            return Ok(Place::Folder(to.into()));
        }
        let (name, prefix) = Place::bucket_and_prefix(&to)
            .ok_or_else(|| refuse("BACKUP_TO", "must be a folder, or s3://bucket/prefix"))?;
        let needed = |variable| refuse(variable, "must be set where BACKUP_TO is s3://…");
        let is_address = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.query().is_none()
        };
        let endpoint = Url::parse(&endpoint.ok_or_else(|| needed("S3_ENDPOINT"))?).ok().filter(is_address);
        let set = |secret: Option<Secret>| secret.filter(|secret| !secret.expose().is_empty());
        Ok(Place::Bucket(Bucket {
            name,
            prefix,
            endpoint: endpoint
                .ok_or_else(|| refuse("S3_ENDPOINT", "must be an address such as https://s3.example.org"))?,
            region,
            key_id: set(key_id).ok_or_else(|| needed("S3_ACCESS_KEY_ID"))?,
            key: set(key).ok_or_else(|| needed("S3_SECRET_ACCESS_KEY"))?,
        }))
    }

    fn valkey_url(&self) -> Result<Option<Secret>, ConfigError> {
        let url = self.secret("VALKEY_URL", "VALKEY_URL_FILE")?.filter(|url| !url.expose().is_empty());
        let is_good = |url: &Secret| {
            Url::parse(url.expose()).is_ok_and(|url| match url.scheme() {
                "redis" | "valkey" => url.has_host(),
                "unix" | "redis+unix" | "valkey+unix" => true,
                _ => false,
            })
        };
        match url {
            // The value is not shown: there may be a password in it.
            Some(url) if !is_good(&url) => {
                Err(refuse("VALKEY_URL", "must be an address such as redis://valkey:6379"))
            }
            url => Ok(url),
        }
    }

    /// `PUBLIC_URL` and `BASE_PATH`.
    fn place(&self, addr: SocketAddr) -> Result<(String, String), ConfigError> {
        let base = self.text("BASE_PATH").map(|path| path.trim_end_matches('/').to_owned());
        if base.as_deref().is_some_and(|path| !is_base_path(path)) {
            return Err(refuse("BASE_PATH", "must be a path of letters, digits, - and _, such as /day"));
        }
        let Some(url) = self.text("PUBLIC_URL") else {
            let base = base.unwrap_or_default();
            return Ok((usual_url(addr, &base), base));
        };
        let url = url.trim_end_matches('/');
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let rest = rest.filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
        let Some(rest) = rest.filter(|rest| !rest.contains(['?', '#', ' '])) else {
            return Err(refuse("PUBLIC_URL", "must be an address such as https://day.example.org"));
        };
        let path = rest.find('/').map_or("", |at| &rest[at..]);
        if !is_base_path(path) {
            return Err(refuse("PUBLIC_URL", "its path must be of letters, digits, - and _, such as /day"));
        }
        if base.is_some_and(|base| base != path) {
            return Err(refuse("BASE_PATH", format!("is not the path of PUBLIC_URL, {url}")));
        }
        Ok((url.to_owned(), path.to_owned()))
    }
}

/// What people open where `PUBLIC_URL` says nothing: where the server listens, which is this machine where that is every
/// address it has.
pub fn usual_url(addr: SocketAddr, base_path: &str) -> String {
    match addr.ip().is_unspecified() {
        true => format!("http://localhost:{}{base_path}", addr.port()),
        false => format!("http://{addr}{base_path}"),
    }
}

/// Whether this can be the path of all that Daymark has: none, or `/day`, or `/our/day`.
fn is_base_path(path: &str) -> bool {
    let plain = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    path.is_empty() || path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(plain))
}

fn refuse(variable: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError { variable, reason: reason.into() }
}

fn sqlite_path(url: &str) -> PathBuf {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    PathBuf::from(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn with(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let vars: std::collections::HashMap<String, String> =
            vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::from_source(&|name| vars.get(name).cloned())
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = with(&[("PUBLIC_URL", " ")]).unwrap();
        assert_eq!(config.listen.addr.to_string(), "127.0.0.1:4000");
        assert_eq!(config.storage.database, PathBuf::from("data/daymark.db"));
        assert_eq!(config.keys.keyring_file, PathBuf::from("data/keys/keyring.json"));
        assert_eq!(config.site.public_url, "http://127.0.0.1:4000");
        assert_eq!(config.access.registration, Registration::Invite);
    }

    #[rstest]
    #[case("PORT", "many")]
    #[case("BIND", "localhost:1")]
    #[case("REGISTRATION", "closed")]
    #[case("TRUSTED_PROXIES", "10.0.0.0/8, nginx")]
    #[case("PUBLIC_URL", "day.example.org")]
    #[case("PUBLIC_URL", "https:///day")]
    #[case("PUBLIC_URL", "https://example.org/a day")]
    #[case("PUBLIC_URL", "https://example.org/day//plan")]
    #[case("BASE_PATH", "day")]
    #[case("BASE_PATH", "/da.y")]
    #[case("BASE_PATH", "//day")]
    #[case("HASH_CONCURRENCY", "0")]
    #[case("OUTBOUND_ALLOW", "home")]
    #[case("OUTBOUND_ALLOW_HTTP", "perhaps")]
    #[case("OUTBOUND_PORTS", "443, https")]
    #[case("PUSH_SERVICES", "https://push.example.org/path")]
    #[case("MASTER_KEY_FILE", "/nowhere/at/all")]
    #[case("SMTP_URL", "mail.example.org")]
    #[case("MAIL_FROM", "Daymark")]
    #[case("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]
    #[case("METRICS_BIND", "9464")]
    #[case("METRICS_BIND", "127.0.0.1")]
    #[case("VALKEY_URL", "valkey:6379")]
    #[case("VALKEY_URL", "rediss://valkey:6379")]
    #[case("VALKEY_URL_FILE", "/nowhere/at/all")]
    #[case("BACKUP_RECIPIENT", "age1nobody")]
    #[case("BACKUP_PASSPHRASE_FILE", "/nowhere/at/all")]
    #[case("BACKUP_EVERY", "daily")]
    #[case("BACKUP_EVERY", "0h")]
    #[case("BACKUP_EVERY", "367d")]
    #[case("BACKUP_EVERY", "99999999999999999999d")]
    #[case("BACKUP_EVERY", "６h")]
    #[case("BACKUP_KEEP", "7")]
    #[case("BACKUP_TO", "s3://Bucket")]
    fn a_value_that_cannot_be_used_is_refused_by_name(#[case] name: &str, #[case] value: &str) {
        let error = with(&[(name, value)]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{name}: ")), "{error}");
    }

    #[test]
    fn everything_that_cannot_be_used_is_found_at_once() {
        let vars =
            [("PORT", "many"), ("SMTP_URL", "nonsense"), ("VALKEY_URL_FILE", "/nowhere"), ("LOG", "info")];
        let source =
            |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let judged = Judged::from_source(&source);
        let bad: Vec<_> = judged.errors.iter().map(ConfigError::variable).collect();
        assert_eq!(bad, ["PORT", "VALKEY_URL_FILE", "SMTP_URL"]);
        assert_eq!(judged.config.unwrap().listen.addr.port(), 4000);
        assert_eq!(judged.set.len(), 4);
        // What is missing cannot be left out.
        let judged = Judged::from_source(&|name| (name == "SMTP_URL").then(|| "smtp://localhost".to_owned()));
        assert_eq!((judged.config.is_none(), judged.errors.len()), (true, 1));
    }

    #[rstest]
    #[case("0.0.0.0", "0.0.0.0:80")]
    #[case("0.0.0.0:8080", "0.0.0.0:8080")]
    #[case("::1", "[::1]:80")]
    #[case("[::1]:8080", "[::1]:8080")]
    fn an_address_may_bring_its_port(#[case] bind: &str, #[case] addr: &str) {
        assert_eq!(with(&[("BIND", bind), ("PORT", "80")]).unwrap().listen.addr.to_string(), addr);
    }

    #[test]
    fn a_secret_comes_from_a_file_and_is_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        std::fs::write(&file, "hunter2\n").unwrap();
        let config = with(&[("MASTER_KEY_FILE", file.to_str().unwrap())]).unwrap();
        assert_eq!(config.keys.master_key.as_ref().unwrap().expose(), "hunter2");
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[rstest]
    #[case("sqlite:///srv/day.db", "/srv/day.db")]
    #[case("sqlite:day.db", "day.db")]
    #[case("/srv/day.db", "/srv/day.db")]
    fn a_database_is_a_path_or_an_url(#[case] url: &str, #[case] path: &str) {
        assert_eq!(with(&[("DATABASE_URL", url)]).unwrap().storage.database, PathBuf::from(path));
    }

    #[rstest]
    #[case::at_the_root(&[("PUBLIC_URL", "https://example.org/")], "https://example.org", "")]
    #[case::by_the_address(&[("PUBLIC_URL", "https://example.org/our/day/")], "https://example.org/our/day", "/our/day")]
    #[case::alone(&[("BASE_PATH", "/day/")], "http://127.0.0.1:4000/day", "/day")]
    #[case::both(&[("PUBLIC_URL", "https://example.org/day"), ("BASE_PATH", "/day")], "https://example.org/day", "/day")]
    #[case::no_path(&[("PUBLIC_URL", "https://example.org/day"), ("BASE_PATH", "")], "https://example.org/day", "/day")]
    fn it_lies_below_a_path(
        #[case] vars: &[(&str, &str)],
        #[case] public_url: &str,
        #[case] base_path: &str,
    ) {
        let site = with(vars).unwrap().site;
        assert_eq!((site.public_url.as_str(), site.base_path.as_str()), (public_url, base_path));
    }

    #[rstest]
    #[case::usually(&[], "http://127.0.0.1:4000")]
    #[case::every_address(&[("BIND", "0.0.0.0")], "http://localhost:4000")]
    #[case::every_new_one(&[("BIND", "[::]:80")], "http://localhost:80")]
    #[case::below_a_path(&[("BIND", "0.0.0.0"), ("PORT", "80"), ("BASE_PATH", "/day")], "http://localhost:80/day")]
    #[case::one_of_them(&[("BIND", "192.168.1.5")], "http://192.168.1.5:4000")]
    #[case::one_that_is_said(&[("BIND", "0.0.0.0"), ("PUBLIC_URL", "http://0.0.0.0:4000")], "http://0.0.0.0:4000")]
    fn links_lead_to_where_somebody_listens(#[case] vars: &[(&str, &str)], #[case] url: &str) {
        assert_eq!(with(vars).unwrap().site.public_url, url);
    }

    #[rstest]
    #[case("https://example.org/other")]
    #[case("https://example.org")]
    fn two_paths_that_differ_are_refused(#[case] public_url: &str) {
        let error = with(&[("PUBLIC_URL", public_url), ("BASE_PATH", "/day")]).unwrap_err().to_string();
        assert_eq!(error, format!("BASE_PATH: is not the path of PUBLIC_URL, {public_url}"));
    }

    #[test]
    fn a_store_needs_an_address_and_a_key() {
        let mut vars = vec![("BACKUP_TO", "s3://bucket/prefix")];
        for (name, value) in [
            ("S3_ENDPOINT", "https://s3.example.org"),
            ("S3_ACCESS_KEY_ID", "key"),
            ("S3_SECRET_ACCESS_KEY", "hunter2"),
        ] {
            let error = with(&vars).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name}: must be set")), "{error}");
            vars.push((name, value));
        }
        let config = with(&vars).unwrap();
        assert!(matches!(&config.backups.to, Place::Bucket(bucket) if bucket.prefix == "prefix/"));
        assert!(!format!("{config:?}").contains("hunter2"));
        vars.push(("S3_ENDPOINT", "https://me:secret@s3.example.org"));
        let error = with(&vars).unwrap_err().to_string();
        assert!(error.starts_with("S3_ENDPOINT: ") && !error.contains("secret"), "{error}");
    }

    #[rstest]
    #[case("off", None)]
    #[case("90m", Some(5_400))]
    #[case("2d", Some(172_800))]
    fn backups_are_made_as_often_as_is_said(#[case] every: &str, #[case] seconds: Option<u64>) {
        assert_eq!(
            with(&[("BACKUP_EVERY", every)]).unwrap().backups.every.map(|every| every.as_secs()),
            seconds
        );
    }

    #[test]
    fn a_proxy_may_be_named_by_its_bare_address() {
        let config = with(&[("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")]).unwrap();
        assert_eq!(config.listen.trusted_proxies.len(), 2);
    }
}
