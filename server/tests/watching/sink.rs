//! Whoever a process sends something to.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

/// What it was sent.
#[derive(Debug, Clone)]
pub struct Received {
    /// The first line.
    pub head: String,
    /// The `X-Request-Id`, where there was one.
    pub id: String,
    /// The body.
    pub body: Value,
}

/// Takes whatever comes on a port of its own, as long as the test runs.
pub struct Sink {
    /// Where.
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let kept = Arc::clone(&received);
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let mut request = BufReader::new(&connection);
                let (mut head, mut line, mut id, mut length) =
                    (String::new(), String::new(), String::new(), 0);
                let _ = request.read_line(&mut head);
                while request.read_line(&mut line).unwrap_or(0) > 2 {
                    let text = line.trim_end().to_lowercase();
                    if let Some(value) = text.strip_prefix("x-request-id: ") {
                        value.clone_into(&mut id);
                    }
                    length = text.strip_prefix("content-length: ").map_or(length, |n| n.parse().unwrap());
                    line.clear();
                }
                // What is closed before it was read is lost.
                let mut body = vec![0; length];
                let _ = request.read_exact(&mut body);
                let body = serde_json::from_slice(&body).unwrap_or_default();
                kept.lock().unwrap().push(Received { head: head.trim_end().to_owned(), id, body });
                let _ = (&connection).write_all(b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n");
            }
        });
        Self { url, received }
    }

    /// All that has come so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}
