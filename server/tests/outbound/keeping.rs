//! What is sent, and which connections are kept for more.

use crate::peer::{Peer, client, post, request, send};
use actix_web::rt;
use daymark_server::outbound::header::{HeaderName, HeaderValue};
use std::{sync::mpsc, time::Duration};
use tokio::io::AsyncWriteExt;

const OK: &str = "HTTP/1.1 200 OK\r\nX-Kept: yes\r\nContent-Length: 4\r\n\r\nfine";

#[actix_web::test]
async fn a_request_arrives_as_it_was_made() {
    let (tell, told) = mpsc::channel();
    let peer = Peer::start(move |mut stream| {
        let tell = tell.clone();
        async move {
            while let Some(text) = request(&mut stream).await {
                tell.send(text).unwrap();
                stream.write_all(OK.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    let outbound = client();
    let mut request = post(&outbound, &peer.url(), Duration::MAX);
    request.headers.insert(HeaderName::from_static("ttl"), HeaderValue::from_static("60"));
    let answer = outbound.send(request).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice(), answer.whole), (200, b"fine".as_slice(), true));
    assert_eq!(answer.header("x-kept"), Some("yes"));

    let text = told.recv().unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
    assert_eq!(lines.remove(0), "POST /topic?secret=1 HTTP/1.1");
    lines.sort();
    let expected = [
        "content-length: 5".to_owned(),
        format!("host: {}", peer.addr),
        "ttl: 60".to_owned(),
        concat!("user-agent: Daymark/", env!("CARGO_PKG_VERSION")).to_owned(),
    ];
    assert_eq!(lines, expected);
    assert_eq!(body, "hello");
}

#[actix_web::test]
async fn a_connection_serves_many() {
    let peer = Peer::answering(OK).await;
    let outbound = client();
    for _ in 0..20 {
        send(&outbound.clone(), &peer.url()).await.unwrap();
    }
    assert_eq!(peer.accepted(), 1);
}

#[actix_web::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let peer = Peer::start(|mut stream| async move {
        request(&mut stream).await;
        stream.write_all(OK.as_bytes()).await.unwrap();
    })
    .await;
    let outbound = client();
    for _ in 0..3 {
        send(&outbound, &peer.url()).await.unwrap();
        peer.at_most_open(0).await;
        // The client's own task has yet to hear of it: in each turn all tasks of this thread have theirs.
        for _ in 0..10 {
            rt::time::sleep(Duration::from_millis(10)).await;
        }
    }
    assert_eq!(peer.accepted(), 3);
}

#[actix_web::test]
async fn what_was_said_unasked_is_nobodys_answer() {
    let peer = Peer::answering(concat!(
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
        "HTTP/1.1 418 Unasked\r\nContent-Length: 0\r\n\r\n"
    ))
    .await;
    let outbound = client();
    for _ in 0..5 {
        assert_eq!(send(&outbound, &peer.url()).await.unwrap().status, 200);
    }
    assert_eq!(peer.accepted(), 5);
}

#[actix_web::test]
async fn few_connections_are_kept_for_one_host() {
    let peer = Peer::start(|mut stream| async move {
        while request(&mut stream).await.is_some() {
            // So that they are all open at once.
            rt::time::sleep(Duration::from_millis(200)).await;
            stream.write_all(OK.as_bytes()).await.unwrap();
        }
    })
    .await;
    let outbound = client();
    let url = peer.url();
    let many = (0..200).map(|_| send(&outbound, &url));
    for answer in futures_util::future::join_all(many).await {
        assert_eq!(answer.unwrap().status, 200);
    }
    assert!(peer.accepted() > 128, "{}", peer.accepted());
    peer.at_most_open(128).await;
}

#[actix_web::test]
async fn few_connections_are_kept_at_all() {
    let mut peers = Vec::new();
    for _ in 0..300 {
        peers.push(Peer::answering(OK).await);
    }
    let outbound = client();
    for peer in &peers {
        send(&outbound, &peer.url()).await.unwrap();
    }
    // Those from the 257th on were closed after their answer.
    for peer in &peers[256..] {
        peer.at_most_open(0).await;
    }
}
