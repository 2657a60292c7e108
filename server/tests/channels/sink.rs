//! Somebody else's server: it keeps what it is asked, and answers by a script.

use actix_web::rt;
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, VecDeque},
    rc::Rc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What it does with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// It answers with this status, and header fields, each with its line's end.
    Status(u16, String),
    /// Its answer is complete but for the body, which comes an octet a second.
    Drip(u16),
    /// Its answer comes an octet a second from the first one on.
    DripHead,
    /// It says nothing.
    Stall,
    /// It breaks the connection off.
    Reset,
    /// It answers, but not in HTTP.
    Rubbish,
}

impl Say {
    /// A status alone.
    pub fn status(status: u16) -> Self {
        Self::Status(status, String::new())
    }

    /// A status, and when to come again.
    pub fn after(status: u16, wait: &str) -> Self {
        Self::Status(status, format!("retry-after: {wait}\r\n"))
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method and path.
    pub line: String,
    headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Asked {
    /// A header field, which there has to be.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("{name} is not among {:?}", self.headers))
    }

    /// Whether there is such a field.
    pub fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The server; it lives as long as the test's runtime.
#[derive(Clone)]
pub struct Sink {
    /// Its address: scheme, host and port.
    pub origin: String,
    shared: Rc<Shared>,
}

#[derive(Default)]
struct Shared {
    asked: RefCell<VecDeque<Asked>>,
    /// By path; whoever is not named here is answered 201.
    script: RefCell<HashMap<String, Say>>,
}

impl Sink {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let sink = Self { origin, shared: Rc::default() };
        let server = sink.clone();
        rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                rt::spawn(async move { server.serve(stream).await });
            }
        });
        sink
    }

    /// From now on it does this with what is sent to the path.
    pub fn say(&self, path: &str, say: Say) {
        self.shared.script.borrow_mut().insert(path.to_owned(), say);
    }

    /// The first request that has not been taken yet. Whoever asked has its answer by now.
    #[track_caller]
    pub fn next(&self) -> Asked {
        self.shared.asked.borrow_mut().pop_front().unwrap()
    }

    /// Forgets what came.
    pub fn forget(&self) {
        self.shared.asked.borrow_mut().clear();
    }

    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let asked = request(&mut stream).await?;
            let path = asked.line.split(' ').nth(1).unwrap().to_owned();
            self.shared.asked.borrow_mut().push_back(asked);
            let say = self.shared.script.borrow().get(&path).cloned().unwrap_or(Say::status(201));
            match say {
                Say::Status(status, headers) => {
                    let head = format!("HTTP/1.1 {status} So\r\n{headers}content-length: 0\r\n\r\n");
                    stream.write_all(head.as_bytes()).await.ok()?;
                }
                Say::Drip(status) => {
                    let head = format!("HTTP/1.1 {status} So\r\ncontent-length: 60\r\n\r\n");
                    stream.write_all(head.as_bytes()).await.ok()?;
                    drip(&mut stream, &[b'.'; 60]).await?;
                }
                Say::DripHead => {
                    drip(&mut stream, b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await?
                }
                Say::Stall => closed(&mut stream).await,
                Say::Reset => {
                    stream.set_zero_linger().ok()?;
                    return None;
                }
                Say::Rubbish => {
                    stream.write_all(b"220 sink.example.org ESMTP\r\n").await.ok()?;
                    return None;
                }
            }
        }
    }
}

async fn drip(stream: &mut TcpStream, octets: &[u8]) -> Option<()> {
    for octet in octets {
        stream.write_all(&[*octet]).await.ok()?;
        rt::time::sleep(Duration::from_secs(1)).await;
    }
    Some(())
}

/// Waits until whoever is at the other end closes the connection.
async fn closed(stream: &mut TcpStream) {
    let mut part = [0; 512];
    while matches!(stream.read(&mut part).await, Ok(1..)) {}
}

/// Reads one request with its body; `None` once there are no more.
async fn request(stream: &mut TcpStream) -> Option<Asked> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut read).await?;
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: BTreeMap<String, String> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while read.len() < end + 4 + length {
        more(stream, &mut read).await?;
    }
    Some(Asked { line, headers, body: read[end + 4..end + 4 + length].to_vec() })
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<()> {
    let mut part = [0; 4096];
    match stream.read(&mut part).await {
        Ok(0) | Err(_) => None,
        Ok(count) => {
            read.extend_from_slice(&part[..count]);
            Some(())
        }
    }
}
