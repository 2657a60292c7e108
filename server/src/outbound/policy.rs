//! Where requests may go: what a text may say, and which address a connection may have.

use super::{
    address::is_global,
    services::is_known,
    target::{LONGEST, Purpose, Refusal, Target},
};
use crate::config;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// What the operator allows.
pub(super) struct Policy(config::Outbound);

impl Policy {
    pub(super) fn new(config: config::Outbound) -> Self {
        Self(config)
    }

    /// Judges an address by its text.
    pub(super) fn target(&self, text: &str, purpose: Purpose) -> Result<Target, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        // Browsers and programs disagree about these, so nobody writes them in good faith.
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(Refusal::Malformed);
        }
        let url = Url::parse(text).map_err(|_| Refusal::Malformed)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Refusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Userinfo);
        }
        let port = url.port_or_known_default().ok_or(Refusal::Malformed)?;
        match url.host().ok_or(Refusal::Malformed)? {
            Host::Ipv4(ip) => self.permits(ip.into(), secure, port)?,
            Host::Ipv6(ip) => self.permits(ip.into(), secure, port)?,
            Host::Domain(name) if is_this_machine(name) => self
                .permits(Ipv4Addr::LOCALHOST.into(), secure, port)
                .or_else(|_| self.permits(Ipv6Addr::LOCALHOST.into(), secure, port))?,
            // It may lead into a network of the operator's, where there is no such rule.
            Host::Domain(_) if !self.0.allow.is_empty() => {}
            Host::Domain(_) => self.usual(secure, port)?,
        }
        if purpose == Purpose::Push && !is_known(&url, &self.0.push_services) {
            return Err(Refusal::PushService);
        }
        Target::new(&url)
    }

    /// Judges a connection: to this address, with TLS or without, at this port.
    pub(super) fn permits(&self, ip: IpAddr, secure: bool, port: u16) -> Result<(), Refusal> {
        let ip = ip.to_canonical();
        if self.0.allow.iter().any(|network| network.contains(&ip)) {
            return Ok(());
        }
        if !is_global(ip) {
            return Err(Refusal::Address);
        }
        self.usual(secure, port)
    }

    /// The rule for scheme and port on the public internet.
    fn usual(&self, secure: bool, port: u16) -> Result<(), Refusal> {
        if !secure && !self.0.allow_http {
            return Err(Refusal::Scheme);
        }
        let own = if secure { 443 } else { 80 };
        if port == own || self.0.ports.contains(&port) { Ok(()) } else { Err(Refusal::Port) }
    }
}

/// Names that are this machine wherever they are asked (RFC 6761 §6.3).
fn is_this_machine(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn policy(change: impl FnOnce(&mut config::Outbound)) -> Policy {
        let mut config = config::Outbound::default();
        change(&mut config);
        Policy::new(config)
    }

    fn home() -> Policy {
        policy(|config| config.allow = vec!["192.168.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()])
    }

    #[rstest]
    #[case("https://ntfy.example.org/topic")]
    #[case("HTTPS://Ntfy.Example.ORG:443/topic?a=b#part")]
    #[case("https://93.184.216.34/")]
    #[case("https://[2a00:1450:4001:80b::200a]/")]
    #[case("https://bücher.example/")]
    #[case("https://xn--bcher-kva.example/")]
    #[case("https:example.org")]
    fn a_public_address_passes(#[case] text: &str) {
        policy(|_| ()).target(text, Purpose::Any).unwrap();
    }

    #[rstest]
    #[case::nothing("", Refusal::Malformed)]
    #[case::no_scheme("example.org", Refusal::Malformed)]
    #[case::no_host("https://", Refusal::Malformed)]
    #[case::blank("https://example.org/a b", Refusal::Malformed)]
    #[case::line("https://exam\nple.org/", Refusal::Malformed)]
    #[case::backslash("https:\\\\example.org\\", Refusal::Malformed)]
    #[case::backslash("https://example.org\\@127.0.0.1/", Refusal::Malformed)]
    #[case::zone("https://[fe80::1%25eth0]/", Refusal::Malformed)]
    #[case::port("https://example.org:99999/", Refusal::Malformed)]
    #[case::clear("http://example.org/", Refusal::Scheme)]
    #[case::clear("http://93.184.216.34/", Refusal::Scheme)]
    #[case::file("file:///etc/passwd", Refusal::Scheme)]
    #[case::gopher("gopher://127.0.0.1:6379/_FLUSHALL", Refusal::Scheme)]
    #[case::user("https://me@example.org/", Refusal::Userinfo)]
    #[case::user("https://example.org@127.0.0.1/", Refusal::Address)]
    #[case::password("https://:secret@example.org/", Refusal::Userinfo)]
    #[case::port("https://example.org:22/", Refusal::Port)]
    #[case::port("https://example.org:80/", Refusal::Port)]
    #[case::port("https://93.184.216.34:8443/", Refusal::Port)]
    #[case::this_machine("https://localhost/", Refusal::Address)]
    #[case::this_machine("https://a.LOCALHOST./", Refusal::Address)]
    #[case::loopback("https://127.0.0.1/", Refusal::Address)]
    #[case::short("https://127.1/", Refusal::Address)]
    #[case::decimal("https://2130706433/", Refusal::Address)]
    #[case::hexadecimal("https://0x7f000001/", Refusal::Address)]
    #[case::octal("https://0177.0.0.1/", Refusal::Address)]
    #[case::mixed("https://0x7f.1/", Refusal::Address)]
    #[case::escaped("https://%31%32%37.0.0.1/", Refusal::Address)]
    #[case::wide_digits("https://１２７.０.０.１/", Refusal::Address)]
    #[case::wide_dots("https://127。0。0。1/", Refusal::Address)]
    #[case::circled("https://①②⑦.⓪.⓪.①/", Refusal::Address)]
    #[case::dot_at_the_end("https://127.0.0.1./", Refusal::Address)]
    #[case::unspecified("https://0/", Refusal::Address)]
    #[case::six("https://[::1]/", Refusal::Address)]
    #[case::six("https://[::]/", Refusal::Address)]
    #[case::mapped("https://[::ffff:127.0.0.1]/", Refusal::Address)]
    #[case::mapped("https://[::ffff:a9fe:a9fe]/", Refusal::Address)]
    #[case::nat64("https://[64:ff9b::7f00:1]/", Refusal::Address)]
    #[case::metadata("https://169.254.169.254/latest/meta-data", Refusal::Address)]
    #[case::home("https://192.168.1.5/", Refusal::Address)]
    fn the_rest_is_refused_for_its_reason(#[case] text: &str, #[case] reason: Refusal) {
        let refused = policy(|_| ()).target(text, Purpose::Any).unwrap_err();
        // Which rule is asked first where two are broken is of no interest.
        assert!(refused == reason || (refused == Refusal::Userinfo && text.contains('@')), "{refused:?}");
    }

    #[test]
    fn a_long_address_is_refused() {
        let long = format!("https://example.org/{}", "a".repeat(LONGEST));
        assert_eq!(policy(|_| ()).target(&long, Purpose::Any), Err(Refusal::TooLong));
    }

    #[rstest]
    #[case("http://192.168.1.5:8080/topic", Ok(()))]
    #[case("https://[fd00::5]:8443/topic", Ok(()))]
    #[case::by_a_name("http://ntfy.home:8080/topic", Ok(()))]
    #[case::mapped("http://[::ffff:192.168.1.5]:8080/", Ok(()))]
    #[case::through_a_tunnel("http://[64:ff9b::192.168.1.5]:8080/", Err(Refusal::Address))]
    #[case::another_network("http://10.0.0.1/", Err(Refusal::Address))]
    #[case::this_machine("http://localhost:8080/", Err(Refusal::Address))]
    #[case::public("http://93.184.216.34/", Err(Refusal::Scheme))]
    #[case::public("https://93.184.216.34:8080/", Err(Refusal::Port))]
    fn a_network_of_the_operator_has_no_such_rules(
        #[case] text: &str,
        #[case] expected: Result<(), Refusal>,
    ) {
        assert_eq!(home().target(text, Purpose::Any).map(drop), expected);
    }

    #[rstest]
    #[case("192.168.1.5", false, 8080, Ok(()))]
    #[case("93.184.216.34", true, 443, Ok(()))]
    #[case("93.184.216.34", true, 8080, Err(Refusal::Port))]
    #[case("93.184.216.34", false, 80, Err(Refusal::Scheme))]
    #[case("127.0.0.1", true, 443, Err(Refusal::Address))]
    fn a_name_is_judged_by_where_it_leads(
        #[case] ip: IpAddr,
        #[case] secure: bool,
        #[case] port: u16,
        #[case] expected: Result<(), Refusal>,
    ) {
        assert_eq!(home().permits(ip, secure, port), expected);
    }

    #[rstest]
    #[case("http://example.org/", Ok(()))]
    #[case("http://example.org:8080/", Ok(()))]
    #[case("https://example.org:8080/", Ok(()))]
    #[case("https://example.org:80/", Err(Refusal::Port))]
    #[case("http://example.org:443/", Err(Refusal::Port))]
    #[case("http://10.0.0.1/", Err(Refusal::Address))]
    fn http_and_ports_can_be_allowed(#[case] text: &str, #[case] expected: Result<(), Refusal>) {
        let policy = policy(|config| {
            config.allow_http = true;
            config.ports = vec![8080];
        });
        assert_eq!(policy.target(text, Purpose::Any).map(drop), expected);
    }

    #[rstest]
    #[case("https://fcm.googleapis.com/fcm/send/a", Ok(()))]
    #[case("https://push.example.org/a", Err(Refusal::PushService))]
    #[case::believed_but_nowhere("http://127.0.0.1:9000/a", Err(Refusal::Address))]
    fn a_push_endpoint_is_at_a_service_that_is_known(
        #[case] text: &str,
        #[case] expected: Result<(), Refusal>,
    ) {
        let policy = policy(|config| config.push_services = vec!["http://127.0.0.1:9000".parse().unwrap()]);
        assert_eq!(policy.target(text, Purpose::Push).map(drop), expected);
    }

    #[test]
    fn nothing_of_it_is_shown() {
        let target = policy(|_| ()).target("https://example.org/secret?token=1", Purpose::Any).unwrap();
        assert_eq!(format!("{target:?}"), "Target(…)");
        assert_eq!(target.origin(), "https://example.org");
    }

    proptest! {
        #[test]
        fn any_text_is_judged_and_what_passes_is_public(text in "(https?://)?[a-z0-9.:@\\[\\]/%\\\\x#?ａ。-]{0,40}") {
            if let Ok(target) = policy(|_| ()).target(&text, Purpose::Any) {
                let host = target.host_and_port().to_owned();
                prop_assert!(target.origin().starts_with("https://"), "{}", text);
                prop_assert!(!host.contains('@'), "{}", text);
                if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
                    prop_assert!(is_global(ip), "{}", text);
                }
            }
        }
    }
}
