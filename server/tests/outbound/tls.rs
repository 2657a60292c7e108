//! TLS: whose certificate is believed, and who was told nothing.

use crate::{
    certificate::self_signed,
    peer::{PATIENCE, Peer, closed, local, post, send},
};
use daymark_server::{
    config,
    outbound::{Failure, Fault, Outbound},
};
use native_tls::{Identity, TlsAcceptor};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const TLS: Failure = Failure { fault: Fault::Tls, sent: false };

/// A server with a certificate for `localhost` that it signed itself, and that file.
struct Secure {
    peer: Peer,
    heard: Arc<AtomicUsize>,
    dir: TempDir,
}

impl Secure {
    async fn start() -> Self {
        let (certificate, key) = self_signed("localhost");
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), &certificate).unwrap();
        let identity = Identity::from_pkcs8(&certificate, &key).unwrap();
        let acceptor = tokio_native_tls::TlsAcceptor::from(TlsAcceptor::new(identity).unwrap());
        let heard = Arc::new(AtomicUsize::new(0));
        let count = heard.clone();
        let peer = Peer::start(move |stream| {
            let (acceptor, count) = (acceptor.clone(), count.clone());
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut part = [0; 4096];
                while let Ok(octets @ 1..) = stream.read(&mut part).await {
                    count.fetch_add(octets, Ordering::SeqCst);
                    let _ = stream.write_all(b"HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n").await;
                }
            }
        })
        .await;
        Self { peer, heard, dir }
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/", self.peer.addr.port())
    }

    fn trusting(&self) -> config::Outbound {
        config::Outbound { ca_file: Some(self.dir.path().join("ca.pem")), ..local() }
    }
}

#[actix_web::test]
async fn a_certificate_that_nobody_vouches_for_is_not_believed() {
    let secure = Secure::start().await;
    assert_eq!(send(&Outbound::new(&local()).unwrap(), &secure.url("localhost")).await.unwrap_err(), TLS);
    assert_eq!((secure.peer.accepted() > 0, secure.heard.load(Ordering::SeqCst)), (true, 0));
}

#[actix_web::test]
async fn one_that_the_operator_vouches_for_is_believed() {
    let secure = Secure::start().await;
    let outbound = Outbound::new(&secure.trusting()).unwrap();
    for _ in 0..3 {
        assert_eq!(send(&outbound, &secure.url("localhost")).await.unwrap().status, 201);
    }
    assert_eq!(secure.peer.accepted(), 1);
}

#[actix_web::test]
async fn anothers_certificate_is_not_believed() {
    let secure = Secure::start().await;
    let outbound = Outbound::new(&secure.trusting()).unwrap();
    assert_eq!(send(&outbound, &secure.url("127.0.0.1")).await.unwrap_err(), TLS);
    assert_eq!(secure.heard.load(Ordering::SeqCst), 0);
}

#[actix_web::test]
async fn who_speaks_no_tls_is_told_nothing() {
    let peer = Peer::answering("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n").await;
    let url = format!("https://{}/", peer.addr);
    assert_eq!(send(&Outbound::new(&local()).unwrap(), &url).await.unwrap_err(), TLS);
}

#[actix_web::test]
async fn a_handshake_without_an_end_has_one() {
    let peer = Peer::start(|mut stream| async move { closed(&mut stream).await }).await;
    let (outbound, url) = (Outbound::new(&local()).unwrap(), format!("https://{}/", peer.addr));
    let failure = actix_web::rt::time::timeout(PATIENCE, send(&outbound, &url)).await.unwrap().unwrap_err();
    assert_eq!(failure, TLS);
    let failure = outbound.send(post(&outbound, &url, Duration::from_millis(300))).await.unwrap_err();
    assert_eq!(failure, Failure { fault: Fault::Timeout, sent: false });
    peer.at_most_open(0).await;
}

#[test]
fn a_file_without_certificates_is_refused_at_start() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ca.pem");
    let config = config::Outbound { ca_file: Some(file.clone()), ..local() };
    let refused = |config| match Outbound::new(config) {
        Err(error) => error.to_string().starts_with("OUTBOUND_CA_FILE: "),
        Ok(_) => false,
    };
    assert!(refused(&config));
    std::fs::write(&file, "nothing").unwrap();
    assert!(refused(&config));
}
