//! What lies outside: the address that people use, Valkey, the mail server, push services and the way to them.

use super::{
    LIMIT,
    check::{Check, State},
};
use crate::{
    channels,
    clock::Clock,
    config::{self, Config},
    kv,
    outbound::{Answer, Fault, HeaderMap, Method, Outbound, Purpose, Request, SAMPLES},
};
use daymark_shared::account::Instance;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use std::time::SystemTime;
use tokio::time::timeout;

/// An answer that takes longer than this is told.
const SLOW_MS: u128 = 20;
const NOT_ASKED: &str = "not asked (--offline)";

/// Why there was no answer.
struct Unanswered {
    why: String,
    /// The name was not found.
    nameless: bool,
}

/// Asks for a page as the server would, by these rules.
async fn ask(rules: &config::Outbound, url: &str, purpose: Purpose) -> Result<Answer, Unanswered> {
    let unanswered = |why: String| Unanswered { why, nameless: false };
    let outbound = Outbound::new(rules).map_err(|error| unanswered(error.to_string()))?;
    let target = outbound.target(url, purpose).map_err(|refusal| unanswered(refusal.to_string()))?;
    let request =
        Request { target, method: Method::GET, headers: HeaderMap::new(), body: Vec::new(), deadline: LIMIT };
    outbound.send(request).await.map_err(|failure| Unanswered {
        why: failure.fault.to_string(),
        nameless: failure.fault == Fault::Dns,
    })
}

/// Whether people find this instance at `PUBLIC_URL`; and by how much the clock there is ahead of this one.
pub async fn public_url(config: &Config, offline: bool) -> (Check, Option<SignedDuration>) {
    const CHECK: &str = "public_url";
    let url = &config.site.public_url;
    if config.site.is_usual(config.listen.addr) {
        let advice = "set PUBLIC_URL to the address that people open";
        return (Check::warn(CHECK, format!("it is not set: links lead to {url}"), advice), None);
    }
    let https = url.starts_with("https://");
    let plain = "without HTTPS there is no push, and no use without a connection: put a proxy with a certificate before it";
    if offline {
        let check = match https {
            true => Check::ok(CHECK, format!("{url}, {NOT_ASKED}")),
            false => Check::warn(CHECK, format!("{url}, {NOT_ASKED}"), plain),
        };
        return (check, None);
    }
    // It is the operator's own address: it may be anywhere.
    let everywhere = ["0.0.0.0/0", "::/0"].into_iter().filter_map(|network| network.parse().ok());
    let rules = config::Outbound { allow: everywhere.collect(), allow_http: true, ..config.outbound.clone() };
    let answer = match ask(&rules, &format!("{url}/api/v1/instance"), Purpose::Any).await {
        Ok(answer) => answer,
        Err(error) => {
            let advice = "start the server, and look at proxy, DNS and firewall; seen from elsewhere it may be reached all the same";
            return (
                Check::warn(CHECK, format!("{url} cannot be reached from here: {}", error.why), advice),
                None,
            );
        }
    };
    let skew = answer.header("date").and_then(|date| httpdate::parse_http_date(date).ok()).and_then(ahead);
    let check = match serde_json::from_slice::<Instance>(&answer.body) {
        Err(_) => Check::warn(
            CHECK,
            format!("{url} answers with status {}, but not as Daymark", answer.status),
            "look whether the address and the proxy's configuration are right",
        ),
        Ok(instance) if instance.version != env!("CARGO_PKG_VERSION") => Check::warn(
            CHECK,
            format!("{url} is Daymark {}, this is {}", instance.version, env!("CARGO_PKG_VERSION")),
            "look whether it is this instance",
        ),
        Ok(_) if !https => Check::warn(CHECK, format!("{url} is reached"), plain),
        Ok(_) => Check::ok(CHECK, format!("{url} is reached")),
    };
    (check, skew)
}

/// By how much that clock is ahead of this one.
fn ahead(theirs: SystemTime) -> Option<SignedDuration> {
    Some(Timestamp::try_from(theirs).ok()?.duration_since(Clock::system().now()))
}

/// Whether Valkey answers.
pub async fn valkey(config: &Config) -> Check {
    const CHECK: &str = "valkey";
    const ADVICE: &str =
        "start it, and look at VALKEY_URL; until then each process keeps to itself, and all goes on";
    let Some(url) = &config.valkey.url else {
        return Check::ok(CHECK, "none is configured: each process keeps to itself");
    };
    match timeout(LIMIT, kv::probe(url)).await {
        Err(_) => Check::fail(CHECK, "it does not answer in time", ADVICE),
        Ok(Err(why)) => Check::fail(CHECK, format!("it cannot be used: {why}"), ADVICE),
        Ok(Ok(probe)) => {
            let found = format!("{} answers in {:.1} ms", probe.program, probe.latency.as_secs_f64() * 1e3);
            match probe.latency.as_millis() > SLOW_MS {
                true => {
                    Check::warn(CHECK, found, "every request with a rate limit waits so long: run it nearer")
                }
                false => Check::ok(CHECK, found),
            }
        }
    }
}

/// Whether the mail server lets this one in. Nothing is sent.
pub async fn mail(config: &Config) -> Check {
    const CHECK: &str = "mail";
    const ADVICE: &str = "look at SMTP_URL: host, port, TLS, name and password";
    match timeout(LIMIT, channels::probe_mail(config)).await {
        Err(_) => Check::fail(CHECK, "the mail server does not answer in time", ADVICE),
        Ok(Err(why)) => Check::fail(CHECK, format!("the mail server cannot be used: {why}"), ADVICE),
        Ok(Ok(false)) => Check::ok(CHECK, "no mail server is configured: mail is not offered"),
        Ok(Ok(true)) => Check::ok(CHECK, "the mail server lets it in"),
    }
}

/// Whether the push services of the known browsers are reached, by the same way as every message; and whether whom it can
/// believe is known, which says something of the way out as such.
pub async fn push(config: &Config, offline: bool) -> (Check, Check) {
    const CHECK: &str = "push";
    let authorities = authorities(config);
    if offline {
        return (Check::ok(CHECK, NOT_ASKED), authorities);
    }
    let asked = SAMPLES.map(async |url| (url, ask(&config.outbound, url, Purpose::Push).await));
    let answers = join_all(asked).await;
    let unreached: Vec<(&str, &Unanswered)> =
        answers.iter().filter_map(|(url, answer)| Some((host(url), answer.as_ref().err()?))).collect();
    let advice = "let the server out to them (HTTPS): without it their browsers get no notifications";
    let check = match unreached.as_slice() {
        [] => Check::ok(CHECK, "the push services of the known browsers are reached"),
        [(_, first), ..] if unreached.len() == answers.len() => Check::warn(
            CHECK,
            format!("no push service of the known browsers is reached; of the first: {}", first.why),
            advice,
        ),
        some => {
            let some: Vec<String> =
                some.iter().map(|(host, error)| format!("{host} ({})", error.why)).collect();
            Check::warn(CHECK, format!("not reached: {}", some.join(", ")), advice)
        }
    };
    let nameless = unreached.len() == answers.len() && unreached.iter().all(|(_, error)| error.nameless);
    if nameless && authorities.state == State::Ok {
        let advice = "look at the name service of this machine or container (/etc/resolv.conf)";
        return (check, Check::warn("outbound", "no name is found: DNS does not work here", advice));
    }
    (check, authorities)
}

fn host(url: &str) -> &str {
    url.trim_start_matches("https://").trim_end_matches('/')
}

fn authorities(config: &Config) -> Check {
    const CHECK: &str = "outbound";
    if let Err(error) = Outbound::new(&config.outbound) {
        return Check::fail(CHECK, error.to_string(), "name a file with certificates in PEM");
    }
    let found = openssl_probe::probe();
    let has_any = found.cert_file.is_some_and(|file| file.metadata().is_ok_and(|meta| meta.len() > 0))
        || found
            .cert_dir
            .iter()
            .any(|folder| folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()));
    match has_any {
        true => Check::ok(CHECK, "certificates of authorities are installed"),
        false => Check::fail(
            CHECK,
            "there are no certificates of authorities: nobody can be believed",
            "install them (on Debian: the package ca-certificates)",
        ),
    }
}
