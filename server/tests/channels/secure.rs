//! A mail server behind TLS: whose certificate is believed, and who gets neither password nor mail.

use crate::{
    certificate::self_signed,
    desk::{Desk, MIRA},
    smtp::MailServer,
};
use actix_web::rt;
use daymark_server::channels::Outcome;
use daymark_shared::reminder::Reason;
use native_tls::{Identity, TlsAcceptor};
use rstest::rstest;
use serde_json::json;
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// What stands before a mail server, with a certificate for `localhost` that it signed itself, and that file.
struct Secure {
    port: u16,
    dir: TempDir,
}

impl Secure {
    /// TLS at once, or once it is asked for (STARTTLS, RFC 3207).
    async fn start(at_once: bool, server: SocketAddr) -> Self {
        let (certificate, key) = self_signed("localhost");
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), &certificate).unwrap();
        let identity = Identity::from_pkcs8(&certificate, &key).unwrap();
        let acceptor = tokio_native_tls::TlsAcceptor::from(TlsAcceptor::new(identity).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        rt::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                rt::spawn(pass_on(client, at_once, acceptor.clone(), server));
            }
        });
        Self { port, dir }
    }

    fn ca_file(&self) -> String {
        self.dir.path().join("ca.pem").to_str().unwrap().to_owned()
    }
}

async fn pass_on(
    client: TcpStream,
    at_once: bool,
    acceptor: tokio_native_tls::TlsAcceptor,
    server: SocketAddr,
) -> Option<()> {
    let mut client = BufReader::new(client);
    let mut server = BufReader::new(TcpStream::connect(server).await.ok()?);
    let mut greeting = String::new();
    server.read_line(&mut greeting).await.ok()?;
    if !at_once {
        client.write_all(greeting.as_bytes()).await.ok()?;
        greeting.clear();
        let mut line = String::new();
        while !line.starts_with("STARTTLS") {
            line.clear();
            if client.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let hello = line.starts_with("EHLO");
            let answer = if hello { "250-sink.example.org\r\n250 STARTTLS\r\n" } else { "220 begin\r\n" };
            client.write_all(answer.as_bytes()).await.ok()?;
        }
    }
    let mut client = acceptor.accept(client.into_inner()).await.ok()?;
    client.write_all(greeting.as_bytes()).await.ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}

/// Sends a reminder by mail.
async fn remind(url: &str, ca_file: &str) -> Outcome {
    let vars = [("SMTP_URL", url), ("MAIL_FROM", "day@example.net"), ("OUTBOUND_CA_FILE", ca_file)];
    Desk::open(&vars).await.remind(json!({ "email": { "address": MIRA } })).await
}

#[rstest]
#[case::at_once(true, "smtps://me:secret@", "")]
#[case::asked_for(false, "smtp://me:secret@", "?tls=required")]
#[actix_web::test]
async fn the_certificate_has_to_be_believed_and_the_servers_own(
    #[case] at_once: bool,
    #[case] scheme: &str,
    #[case] query: &str,
) {
    let server = MailServer::start(&[]);
    let secure = Secure::start(at_once, server.addr).await;
    let url = |host: &str| format!("{scheme}{host}:{}{query}", secure.port);
    let unreachable = Outcome::Retry { reason: Reason::Unreachable, after: None };
    assert_eq!(remind(&url("localhost"), "").await, unreachable, "nobody vouches for it");
    assert_eq!(remind(&url("127.0.0.1"), &secure.ca_file()).await, unreachable, "it is another's");
    assert_eq!(remind(&url("localhost"), &secure.ca_file()).await, Outcome::Delivered);
    // The one mail that came is the one that was to come.
    let only = server.next();
    assert!(only.commands.iter().any(|command| command.starts_with("AUTH PLAIN")), "{:?}", only.commands);
    assert_eq!(only.commands.iter().filter(|command| command.starts_with("EHLO")).count(), 1);
}
