//! Peers that fail: each has its name, and none holds the client up.

use crate::peer::{PATIENCE, Peer, client, closed, post, request, send};
use daymark_server::outbound::{BODY, Failure, Fault};
use rstest::rstest;
use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::io::AsyncWriteExt;

const SOON: Duration = Duration::from_millis(500);

fn sent(fault: Fault) -> Failure {
    Failure { fault, sent: true }
}

fn not_sent(fault: Fault) -> Failure {
    Failure { fault, sent: false }
}

#[actix_web::test]
async fn who_never_answers_is_left_and_the_connection_closed() {
    let peer = Peer::start(|mut stream| async move {
        request(&mut stream).await;
        closed(&mut stream).await;
    })
    .await;
    let outbound = client();
    let failure = outbound.send(post(&outbound, &peer.url(), SOON)).await.unwrap_err();
    assert_eq!(failure, sent(Fault::Timeout));
    peer.at_most_open(0).await;
}

#[actix_web::test]
async fn nobody_grants_more_than_five_seconds() {
    let peer = Peer::start(|mut stream| async move { closed(&mut stream).await }).await;
    let answer = actix_web::rt::time::timeout(PATIENCE, send(&client(), &peer.url())).await.unwrap();
    assert_eq!(answer.unwrap_err(), sent(Fault::Timeout));
}

#[actix_web::test]
async fn a_head_that_drips_takes_no_longer() {
    let peer = Peer::start(|mut stream| async move {
        request(&mut stream).await;
        for octet in b"HTTP/1.1 200 OK\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'a')) {
            if stream.write_all(&[*octet]).await.is_err() {
                break;
            }
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let outbound = client();
    let failure = outbound.send(post(&outbound, &peer.url(), SOON)).await.unwrap_err();
    assert_eq!(failure, sent(Fault::Timeout));
    peer.at_most_open(0).await;
}

#[actix_web::test]
async fn a_body_that_drips_is_cut_off_and_the_status_counts() {
    let peer = Peer::start(|mut stream| async move {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 100000\r\n\r\n").await.unwrap();
        while stream.write_all(b"a").await.is_ok() {
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let outbound = client();
    let answer = outbound.send(post(&outbound, &peer.url(), 4 * SOON)).await.unwrap();
    assert_eq!((answer.status, answer.whole), (201, false));
    assert!(!answer.body.is_empty() && answer.body.len() < 1_000);
    peer.at_most_open(0).await;
}

#[rstest]
#[case::with_a_length("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", "")]
#[case::until_it_is_closed("HTTP/1.1 200 OK\r\n\r\n", "")]
#[case::in_chunks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n")]
#[actix_web::test]
async fn of_a_huge_body_the_beginning_is_read(#[case] head: &'static str, #[case] chunk: &'static str) {
    let written = Arc::new(AtomicUsize::new(0));
    let count = written.clone();
    let peer = Peer::start(move |mut stream| {
        let count = count.clone();
        async move {
            request(&mut stream).await;
            stream.write_all(head.as_bytes()).await.unwrap();
            let end = if chunk.is_empty() { "" } else { "\r\n" };
            let part = [chunk.as_bytes(), &[b'a'; 65_536], end.as_bytes()].concat();
            while stream.write_all(&part).await.is_ok() {
                count.fetch_add(part.len(), Ordering::SeqCst);
            }
        }
    })
    .await;
    let answer = send(&client(), &peer.url()).await.unwrap();
    assert_eq!((answer.status, answer.whole, answer.body.len()), (200, false, BODY));
    peer.at_most_open(0).await;
    // What the kernel holds for both ends is not ours to limit.
    assert!(written.load(Ordering::SeqCst) < 32 << 20);
}

#[rstest]
#[case::of_many_fields("X-A: aaaaaaaaaaaaaaaaaaaa\r\n")]
#[case::of_one_field("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
#[actix_web::test]
async fn a_head_without_an_end_is_no_answer(#[case] more: &'static str) {
    let peer = Peer::start(move |mut stream| async move {
        request(&mut stream).await;
        let mut part = "HTTP/1.1 200 OK\r\nX-B: b".to_owned();
        while stream.write_all(part.as_bytes()).await.is_ok() {
            part = more.repeat(100);
        }
    })
    .await;
    assert_eq!(send(&client(), &peer.url()).await.unwrap_err(), sent(Fault::BadAnswer));
    peer.at_most_open(0).await;
}

#[actix_web::test]
async fn hints_without_an_answer_take_no_longer() {
    let peer = Peer::start(|mut stream| async move {
        request(&mut stream).await;
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(1_000);
        while stream.write_all(hints.as_bytes()).await.is_ok() {}
    })
    .await;
    let outbound = client();
    let failure = outbound.send(post(&outbound, &peer.url(), SOON)).await.unwrap_err();
    assert_eq!(failure, sent(Fault::Timeout));
    peer.at_most_open(0).await;
}

#[actix_web::test]
async fn another_protocol_is_not_taken_up() {
    let peer = Peer::start(|mut stream| async move {
        request(&mut stream).await;
        let switch = b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n";
        stream.write_all(switch).await.unwrap();
        closed(&mut stream).await;
    })
    .await;
    assert_eq!(send(&client(), &peer.url()).await.unwrap().status, 101);
    peer.at_most_open(0).await;
}

#[rstest]
#[case::another_protocol("SSH-2.0-OpenSSH_9.2p1\r\n\r\n")]
#[case::a_bad_status("HTTP/1.1 abc\r\n\r\n")]
#[case::of_two_lengths("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
#[actix_web::test]
async fn what_is_not_http_is_no_answer(#[case] text: &'static str) {
    let peer = Peer::answering(text).await;
    assert_eq!(send(&client(), &peer.url()).await.unwrap_err(), sent(Fault::BadAnswer));
}

#[rstest]
#[case::closed(false)]
#[case::reset(true)]
#[actix_web::test]
async fn who_closes_without_an_answer_may_have_heard(#[case] reset: bool) {
    let peer = Peer::start(move |mut stream| async move {
        request(&mut stream).await;
        if reset {
            stream.set_zero_linger().unwrap();
        }
    })
    .await;
    assert_eq!(send(&client(), &peer.url()).await.unwrap_err(), sent(Fault::Reset));
}

#[actix_web::test]
async fn a_closed_port_was_told_nothing() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failure = send(&client(), &format!("http://{free}/")).await.unwrap_err();
    assert_eq!(failure, not_sent(Fault::Connect));
}

#[actix_web::test]
async fn a_redirect_is_an_answer() {
    let elsewhere = Peer::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let to = elsewhere.url();
    let peer = Peer::start(move |mut stream| {
        let answer = format!("HTTP/1.1 307 Go\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        async move {
            while request(&mut stream).await.is_some() {
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    let answer = send(&client(), &peer.url()).await.unwrap();
    assert_eq!((answer.status, answer.is_success()), (307, false));
    assert_eq!(elsewhere.accepted(), 0);
}

#[rstest]
#[case::in_seconds("120")]
#[case::as_a_date("Fri, 31 Dec 1999 23:59:59 GMT")]
#[actix_web::test]
async fn when_to_come_again_is_told(#[case] text: &'static str) {
    let peer = Peer::start(move |mut stream| async move {
        request(&mut stream).await;
        let answer = format!("HTTP/1.1 429 Later\r\nRetry-After: {text}\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let answer = send(&client(), &peer.url()).await.unwrap();
    assert_eq!(answer.status, 429);
    let now = "1999-12-31T23:57:59Z".parse().unwrap();
    assert_eq!(answer.retry_after(now), Some(Duration::from_secs(120)));
}
