//! Push services: whose addresses a browser may bring.

use std::str::FromStr;
use url::{Host, Url};

/// What browsers in use bring: hosts of their makers' push services. The operator adds to them.
const KNOWN: [&str; 6] = [
    "fcm.googleapis.com",          // Chrome and its relatives
    "jmt17.google.com",            // Chrome's early releases
    "android.googleapis.com",      // Chrome, in subscriptions of long ago
    "*.push.services.mozilla.com", // Firefox
    "*.notify.windows.com",        // Edge
    "*.push.apple.com",            // Safari
];

/// One address of each, to see whether they can be reached.
pub const SAMPLES: [&str; 4] = [
    "https://fcm.googleapis.com/",
    "https://updates.push.services.mozilla.com/",
    "https://web.push.apple.com/",
    "https://wns2-par02p.notify.windows.com/",
];

/// A push service that is believed: a host, all hosts below one, or one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushService(Pattern);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// `push.example.org`: by https at its usual port.
    Host(Host),
    /// `*.example.org`: any host with one label or more before it, in the same way.
    Below(String),
    /// `http://push.example.org:9000`: exactly this.
    Origin { scheme: String, host: Host, port: u16 },
}

/// A text that names no push service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no push service: write push.example.org, *.example.org or https://push.example.org:8443")]
pub struct NoPushService;

impl FromStr for PushService {
    type Err = NoPushService;

    fn from_str(text: &str) -> Result<Self, NoPushService> {
        if text.strip_prefix("*.").unwrap_or(text).contains('*') {
            return Err(NoPushService);
        }
        let pattern = if text.contains("://") {
            let url = Url::parse(text).map_err(|_| NoPushService)?;
            let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            let nobody = url.username().is_empty() && url.password().is_none();
            match (url.scheme(), url.host(), url.port_or_known_default()) {
                (scheme @ ("http" | "https"), Some(host), Some(port)) if bare && nobody => {
                    Pattern::Origin { scheme: scheme.to_owned(), host: host.to_owned(), port }
                }
                _ => return Err(NoPushService),
            }
        } else if let Some(parent) = text.strip_prefix("*.") {
            match Host::parse(parent) {
                Ok(Host::Domain(parent)) => Pattern::Below(parent),
                _ => return Err(NoPushService),
            }
        } else {
            Pattern::Host(Host::parse(text).map_err(|_| NoPushService)?)
        };
        Ok(Self(pattern))
    }
}

impl PushService {
    fn is_of(&self, url: &Url) -> bool {
        let usual = url.scheme() == "https" && url.port().is_none();
        let Some(host) = url.host() else { return false };
        match &self.0 {
            Pattern::Host(known) => usual && *known == host.to_owned(),
            Pattern::Below(parent) => match host {
                Host::Domain(host) => {
                    let label = host.strip_suffix(parent.as_str()).and_then(|rest| rest.strip_suffix('.'));
                    usual && label.is_some_and(|label| !label.is_empty())
                }
                Host::Ipv4(_) | Host::Ipv6(_) => false,
            },
            Pattern::Origin { scheme, host: known, port } => {
                url.scheme() == scheme
                    && *known == host.to_owned()
                    && url.port_or_known_default() == Some(*port)
            }
        }
    }
}

/// Whether `url` is at a push service that everybody knows, or at one of `more`.
pub(super) fn is_known(url: &Url, more: &[PushService]) -> bool {
    let known = KNOWN.iter().filter_map(|known| known.parse::<PushService>().ok());
    more.iter().any(|service| service.is_of(url)) || known.into_iter().any(|service| service.is_of(url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn samples_are_known() {
        assert!(SAMPLES.iter().all(|sample| is_known(&Url::parse(sample).unwrap(), &[])));
    }

    #[test]
    fn what_is_known_can_be_read() {
        for known in KNOWN {
            known.parse::<PushService>().unwrap();
        }
    }

    #[rstest]
    #[case("https://fcm.googleapis.com/fcm/send/abc:def", true)]
    #[case("https://FCM.googleapis.com:443/wp/abc", true)]
    #[case("https://updates.push.services.mozilla.com/wpush/v2/abc", true)]
    #[case("https://web.push.apple.com/abc", true)]
    #[case("https://wns2-par02p.notify.windows.com/w/?token=abc", true)]
    #[case::a_label_in_part("https://xfcm.googleapis.com/", false)]
    #[case::a_label_in_part("https://evilpush.apple.com/", false)]
    #[case::the_parent_itself("https://push.apple.com/", false)]
    #[case::an_empty_label("https://.push.apple.com/", false)]
    #[case::at_the_front("https://fcm.googleapis.com.example.org/", false)]
    #[case::in_the_path("https://example.org/fcm.googleapis.com", false)]
    #[case::another_port("https://fcm.googleapis.com:8443/", false)]
    #[case::in_clear("http://fcm.googleapis.com/", false)]
    #[case::with_a_dot_at_its_end("https://fcm.googleapis.com./", false)]
    fn whole_labels_count(#[case] url: &str, #[case] known: bool) {
        assert_eq!(Url::parse(url).is_ok_and(|url| is_known(&url, &[])), known);
    }

    #[rstest]
    #[case("push.example.org", "https://push.example.org/a", true)]
    #[case("push.example.org", "https://a.push.example.org/a", false)]
    #[case("*.example.org", "https://a.b.example.org/a", true)]
    #[case("https://push.example.org:8443", "https://push.example.org:8443/a", true)]
    #[case("https://push.example.org:8443", "https://push.example.org/a", false)]
    #[case("http://127.0.0.1:9000", "http://127.0.0.1:9000/a", true)]
    #[case("http://127.0.0.1:9000", "http://127.0.0.1:9001/a", false)]
    #[case("http://127.0.0.1:9000", "https://127.0.0.1:9000/a", false)]
    #[case("http://[::1]:9000/", "http://[::1]:9000/a", true)]
    fn the_operator_adds_to_them(#[case] service: PushService, #[case] url: Url, #[case] known: bool) {
        assert_eq!(is_known(&url, &[service]), known);
    }

    #[rstest]
    #[case("")]
    #[case("*")]
    #[case("*.")]
    #[case("*.10.0.0.1")]
    #[case("*.*.example.org")]
    #[case("push.*.example.org")]
    #[case("https://*.example.org")]
    #[case("push example")]
    #[case("push.example.org/path")]
    #[case("https://push.example.org/path")]
    #[case("https://me@push.example.org")]
    #[case("ftp://push.example.org")]
    fn what_names_none_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<PushService>(), Err(NoPushService));
    }
}
