//! A stream of server-sent events as a test reads it.

use crate::app::TestApp;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

/// A stream that is being read.
pub struct Stream {
    lines: BufReader<TcpStream>,
    /// The answer's head, in small letters.
    pub head: String,
    /// The id of the event that was read last.
    pub last: String,
}

impl Stream {
    /// Opens one with this access token, after the event with this id.
    pub fn open(app: &TestApp, token: &str, seen: Option<&str>) -> Self {
        let mut connection = app.connect();
        let seen = seen.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{seen}\r\n"
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(connection);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
        }
        head.make_ascii_lowercase();
        Self { lines, head, last: String::new() }
    }

    /// The same, from which the first `resync` was read.
    pub fn live(app: &TestApp, token: &str) -> Self {
        let mut stream = Self::open(app, token, None);
        assert_eq!(stream.next().unwrap()["kind"], "resync");
        stream
    }

    /// The next event; `None` where the stream has ended. Fails where neither comes for a while.
    pub fn next(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            let line = line.trim_end();
            if let Some(id) = line.strip_prefix("id: ") {
                self.last = id.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).unwrap());
            } else if line == "0" {
                // The last chunk, which is empty.
                return None;
            }
        }
    }

    /// The kinds of the next events, as many as these are.
    #[track_caller]
    pub fn expect(&mut self, events: &[Value]) {
        for event in events {
            assert_eq!(self.next().as_ref(), Some(event));
        }
    }
}
