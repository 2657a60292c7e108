//! Bodies that take their time.

use crate::{app::TestApp, planning::routine};
use daymark_server::http::app::Patience;
use rstest::rstest;
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

const CHUNKED: &str = "transfer-encoding: chunked";

fn impatient() -> TestApp {
    TestApp::with_patience(Patience { body: Duration::from_millis(200), ..Patience::default() })
}

/// The head of a request that makes a routine.
fn head(token: &str, framing: &str) -> String {
    format!(
        "POST /api/v1/routines HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{framing}\r\n\r\n"
    )
}

/// All that comes until the server closes the connection, while `bit` is sent again and again.
fn answer(mut connection: TcpStream, bit: &'static [u8]) -> String {
    let mut sender = connection.try_clone().unwrap();
    let trickle = thread::spawn(move || {
        while !bit.is_empty() && sender.write_all(bit).is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let mut answer = Vec::new();
    // What is sent after the end makes it a reset: that is an end too. A wait that is too long is none.
    if let Err(error) = connection.read_to_end(&mut answer) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    trickle.join().unwrap();
    String::from_utf8(answer).unwrap()
}

#[rstest]
#[case::silent("content-length: 100", b"")]
#[case::trickling("content-length: 1000000", b" ")]
#[case::silent_in_chunks(CHUNKED, b"")]
#[case::trickling_in_chunks(CHUNKED, b"1\r\n \r\n")]
fn a_slow_body_is_given_up_and_the_connection_closed(#[case] framing: &str, #[case] bit: &'static [u8]) {
    let app = impatient();
    let me = app.sign_up("mira@example.org");
    let mut connection = app.connect();
    connection.write_all(head(me.token(), framing).as_bytes()).unwrap();
    let answer = answer(connection, bit);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 408 "), "{head}");
    assert!(head.contains("connection: close") && head.contains("application/problem+json"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["code"], "body_too_slow");
}

#[rstest]
#[case("content-length: 1000000", b" ")]
#[case(CHUNKED, b"1\r\n \r\n")]
fn a_body_that_nobody_wants_is_not_waited_for(#[case] framing: &str, #[case] bit: &'static [u8]) {
    // The patience is beyond that of this test.
    let app = TestApp::start();
    let mut connection = app.connect();
    connection.write_all(head("rubbish", framing).as_bytes()).unwrap();
    let answer = answer(connection, bit);
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("connection: close"), "{answer}");
}

#[test]
fn a_body_in_parts_is_waited_for_and_the_connection_kept() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let mut connection = app.connect();
    for (n, status) in [(1, "201"), (2, "201"), (1, "200")] {
        let body = routine(n).to_string();
        let (first, second) = body.split_at(body.len() / 2);
        let framing = format!("content-length: {}", body.len());
        connection.write_all((head(me.token(), &framing) + first).as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(50));
        connection.write_all(second.as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let length = connection.read(&mut answer).unwrap();
        let answer = std::str::from_utf8(&answer[..length]).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}
