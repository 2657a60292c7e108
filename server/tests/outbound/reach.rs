//! This machine, by the system's own look-ups: out of reach unless the operator says otherwise.

use crate::peer::{Peer, client, send};
use daymark_server::{
    config,
    outbound::{Failure, Fault, Network, Outbound, Pending, Purpose, Refusal, on_behalf_of, whose},
};
use daymark_shared::ids::AccountId;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};
use tokio::net::TcpStream;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Names that lead to these addresses; connections are real.
struct Names(Vec<IpAddr>);

impl Network for Names {
    fn resolve(&self, _: &str) -> Pending<io::Result<Vec<IpAddr>>> {
        let found = self.0.clone();
        Box::pin(async move { Ok(found) })
    }

    fn connect(&self, address: SocketAddr) -> Pending<io::Result<TcpStream>> {
        assert!(address.ip().is_loopback(), "no packet leaves this machine");
        Box::pin(TcpStream::connect(address))
    }
}

fn leading_to(ips: &[&str], config: &config::Outbound) -> Outbound {
    Outbound::on(Arc::new(Names(ips.iter().map(|ip| ip.parse().unwrap()).collect())), config).unwrap()
}

fn any_port(peer: &Peer) -> config::Outbound {
    config::Outbound { allow_http: true, ports: vec![peer.addr.port()], ..config::Outbound::default() }
}

#[actix_web::test]
async fn this_machine_is_not_reached() {
    let peer = Peer::answering(OK).await;
    let outbound = Outbound::new(&any_port(&peer)).unwrap();
    let port = peer.addr.port();
    for host in ["127.0.0.1", "localhost", "localhost.", "a.localhost", "[::1]", "0", "127.1", "2130706433"] {
        let refused = outbound.target(&format!("http://{host}:{port}/"), Purpose::Any).unwrap_err();
        assert_eq!(refused, Refusal::Address, "{host}");
    }
    assert_eq!(peer.accepted(), 0);
}

#[actix_web::test]
async fn a_name_that_leads_here_is_not_reached() {
    let peer = Peer::answering(OK).await;
    for ips in [&["127.0.0.1"][..], &["::1", "10.0.0.1"], &["::ffff:127.0.0.1"], &["0.0.0.0"]] {
        let outbound = leading_to(ips, &any_port(&peer));
        let url = format!("http://trap.example:{}/", peer.addr.port());
        let failure = send(&outbound, &url).await.unwrap_err();
        assert_eq!(failure, Failure { fault: Fault::Refused(Refusal::Address), sent: false }, "{ips:?}");
    }
    assert_eq!(peer.accepted(), 0);
}

#[actix_web::test]
async fn only_what_is_permitted_of_several_is_reached() {
    let peer = Peer::answering(OK).await;
    let outbound = leading_to(&["10.0.0.1", "::1", "127.0.0.1"], &crate::peer::local());
    let url = format!("http://home.example:{}/", peer.addr.port());
    assert_eq!(send(&outbound, &url).await.unwrap().status, 200);
}

#[actix_web::test]
async fn the_next_address_is_tried_where_one_is_closed() {
    let peer = Peer::answering(OK).await;
    let outbound = leading_to(&["127.0.0.2", "127.0.0.1"], &crate::peer::local());
    let url = format!("http://home.example:{}/", peer.addr.port());
    assert_eq!(send(&outbound, &url).await.unwrap().status, 200);
}

#[actix_web::test]
async fn a_network_of_the_operator_is_reached_by_its_name_too() {
    let peer = Peer::answering(OK).await;
    let url = format!("http://localhost:{}/", peer.addr.port());
    assert_eq!(send(&client(), &url).await.unwrap().status, 200);
}

#[actix_web::test]
async fn a_name_without_an_address_was_told_nothing() {
    let outbound = leading_to(&[], &config::Outbound::default());
    let failure = send(&outbound, "https://nobody.example/").await.unwrap_err();
    assert_eq!(failure, Failure { fault: Fault::Dns, sent: false });
}

/// Looks at on whose behalf names are looked up.
struct Listens(Arc<Mutex<Vec<Option<AccountId>>>>);

impl Network for Listens {
    fn resolve(&self, _: &str) -> Pending<io::Result<Vec<IpAddr>>> {
        self.0.lock().unwrap().push(whose());
        Box::pin(async { Err(io::Error::other("no such name")) })
    }

    fn connect(&self, _: SocketAddr) -> Pending<io::Result<TcpStream>> {
        unreachable!("there is no address")
    }
}

/// Its share of look-ups is an account's own, so it has to be known where one is made.
#[actix_web::test]
async fn a_name_is_looked_up_on_behalf_of_whoever_asks() {
    let seen = Arc::<Mutex<Vec<Option<AccountId>>>>::default();
    let config = config::Outbound::default();
    let outbound = Outbound::on(Arc::new(Listens(Arc::clone(&seen))), &config).unwrap();
    let (mira, noor) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
    let asks = |name: &str| {
        let (outbound, url) = (outbound.clone(), format!("https://{name}.example/"));
        async move { send(&outbound, &url).await.unwrap_err() }
    };
    // Both at once, so that they take turns.
    tokio::join!(on_behalf_of(mira, asks("a")), on_behalf_of(noor, asks("b")));
    asks("c").await;
    assert_eq!(*seen.lock().unwrap(), [Some(mira), Some(noor), None]);
}
