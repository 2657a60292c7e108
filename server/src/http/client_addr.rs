//! Who asks: the peer, or whom a trusted proxy names.

use crate::{error::Error, state::State};
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::HeaderMap, web};
use ipnet::IpNet;
use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr},
};

/// The address of who asks. For rate limits; it is neither stored nor logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr {
    /// The address; the unspecified one where there is none (a Unix socket).
    pub ip: IpAddr,
    /// It came from this machine, and through no proxy.
    pub is_direct_loopback: bool,
}

/// Any of them says that a proxy passed the request on.
const FORWARDING: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

impl ClientAddr {
    fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let peer = peer.map_or(IpAddr::from(Ipv4Addr::UNSPECIFIED), |ip| ip.to_canonical());
        let is_direct_loopback =
            peer.is_loopback() && !FORWARDING.iter().any(|name| headers.contains_key(*name));
        let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
        if !is_trusted(&peer) {
            return Self { ip: peer, is_direct_loopback };
        }
        // From the right: each trusted proxy appended the address that it saw. Whatever is left of the first stranger
        // the stranger may have made up.
        let chain = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = chain.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut ip = peer;
        for hop in hops.into_iter().rev() {
            let Ok(address) = hop.parse::<IpAddr>() else { break };
            ip = address.to_canonical();
            if !is_trusted(&ip) {
                break;
            }
        }
        Self { ip, is_direct_loopback }
    }
}

impl FromRequest for ClientAddr {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let trusted = request
            .app_data::<web::Data<State>>()
            .map_or(&[][..], |state| state.config.listen.trusted_proxies.as_slice());
        let peer = request.peer_addr().map(|addr| addr.ip());
        ready(Ok(Self::of(peer, request.headers(), trusted)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use rstest::rstest;

    #[rstest]
    #[case::nobody_is_trusted("", "9.9.9.9", "127.0.0.1")]
    #[case::the_proxy_names_it("127.0.0.1", "9.9.9.9", "9.9.9.9")]
    #[case::made_up_ones_stand_left("127.0.0.1", "1.1.1.1, 9.9.9.9", "9.9.9.9")]
    #[case::two_proxies("127.0.0.0/8,10.0.0.0/8", "1.1.1.1, 9.9.9.9, 10.0.0.2", "9.9.9.9")]
    #[case::rubbish("127.0.0.1", "unknown", "127.0.0.1")]
    fn the_address(#[case] trusted: &str, #[case] forwarded: &str, #[case] expected: &str) {
        let trusted: Vec<IpNet> = trusted
            .split(',')
            .filter(|text| !text.is_empty())
            .map(|text| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).unwrap())
            .collect();
        let request = TestRequest::default().insert_header(("x-forwarded-for", forwarded)).to_http_request();
        let found = ClientAddr::of(Some([127, 0, 0, 1].into()), request.headers(), &trusted);
        assert_eq!(found.ip.to_string(), expected);
        assert!(!found.is_direct_loopback, "a proxy passed it on");
    }

    #[test]
    fn loopback_without_a_proxy_is_direct() {
        let bare = TestRequest::default().to_http_request();
        assert!(ClientAddr::of(Some([127, 0, 0, 1].into()), bare.headers(), &[]).is_direct_loopback);
        let mapped = "::ffff:127.0.0.1".parse().unwrap();
        assert!(ClientAddr::of(Some(mapped), bare.headers(), &[]).is_direct_loopback);
        assert!(!ClientAddr::of(Some([10, 0, 0, 1].into()), bare.headers(), &[]).is_direct_loopback);
        assert!(!ClientAddr::of(None, bare.headers(), &[]).is_direct_loopback);
    }
}
