//! As much of HTTP/1.1 as it takes to ask a server on this machine, over and over, at little cost.

use daymark_server::clock::monotonic;
use std::{collections::BTreeMap, io, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// A request with everything in it that a small client sends.
pub fn request(method: &str, path: &str, token: Option<&str>, body: Option<&serde_json::Value>) -> Vec<u8> {
    let token = token.map_or(String::new(), |token| format!("authorization: Bearer {token}\r\n"));
    let body = body.map_or(String::new(), ToString::to_string);
    let about = match body.len() {
        0 => String::new(),
        length => format!("content-type: application/json\r\ncontent-length: {length}\r\n"),
    };
    let seen = if method == "PUT" { "if-match: *\r\n" } else { "" };
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{token}{seen}{about}\r\n{body}").into_bytes()
}

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Connection {
    pub async fn open(addr: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 << 10) })
    }

    /// Sends one request and waits for the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (status, body) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(head) = find(&self.buffer, b"\r\n\r\n") {
                break parse(&self.buffer[..head])
                    .map(|(status, length)| (status, head + 4..head + 4 + length));
            }
        }
        .ok_or(io::ErrorKind::InvalidData)?;
        while self.buffer.len() < body.end {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Answer { status, body: &self.buffer[body] })
    }
}

/// The status, and the body's length.
fn parse(head: &[u8]) -> Option<(u16, usize)> {
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.trim().parse::<usize>().ok();
    let status = number(head.get(9..12)?)?;
    let length = match find(head, b"\r\ncontent-length:") {
        None => 0,
        Some(at) => number(head[at + 17..].split(|byte| *byte == b'\r').next()?)?,
    };
    Some((status as u16, length))
}

/// Where `what` begins.
pub fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// What one connection asks, one after the other.
pub trait Requests: Send + 'static {
    /// The next request.
    fn next(&mut self) -> &[u8];
    /// How the last one was answered; `false` where the answer is not what it should be.
    fn answered(&mut self, answer: Answer<'_>) -> bool;
}

/// What came of it all.
#[derive(Default)]
pub struct Tally {
    /// Microseconds, in order.
    latencies: Vec<u32>,
    /// How many answers had which status.
    pub statuses: BTreeMap<u16, usize>,
    /// Answers that were not what they should be.
    pub wrong: usize,
    took: Duration,
}

impl Tally {
    pub fn count(&self) -> usize {
        self.latencies.len()
    }

    pub fn per_second(&self) -> f64 {
        self.count() as f64 / self.took.as_secs_f64()
    }

    /// The latency in milliseconds that this share of the answers had at most.
    pub fn latency(&self, share: f64) -> f64 {
        let last = self.count().saturating_sub(1);
        let at = (self.count() as f64 * share) as usize;
        self.latencies.get(at.min(last)).map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }
}

/// Asks on as many connections as there are `sources`, each as fast as it is answered, for so long.
/// Answers the sources too, for what they have noted.
pub async fn fire<R: Requests>(
    addr: SocketAddr,
    sources: Vec<R>,
    lasts: Duration,
) -> io::Result<(Tally, Vec<R>)> {
    let mut connections = Vec::new();
    for _ in &sources {
        connections.push(Connection::open(addr).await?);
    }
    let began = monotonic();
    let mut tasks = JoinSet::new();
    for (mut connection, mut source) in connections.into_iter().zip(sources) {
        tasks.spawn(async move {
            let mut tally = Tally::default();
            let mut sent = monotonic();
            while sent.duration_since(began) < lasts {
                let answer = connection.send(source.next()).await?;
                *tally.statuses.entry(answer.status).or_default() += 1;
                tally.wrong += usize::from(!source.answered(answer));
                let now = monotonic();
                tally.latencies.push(now.duration_since(sent).as_micros() as u32);
                sent = now;
            }
            Ok::<_, io::Error>((tally, source))
        });
    }
    let (mut all, mut sources) = (Tally::default(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (tally, source) = done.map_err(io::Error::other)??;
        all.latencies.extend(tally.latencies);
        all.wrong += tally.wrong;
        for (status, count) in tally.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
        sources.push(source);
    }
    all.took = monotonic().duration_since(began);
    all.latencies.sort_unstable();
    Ok((all, sources))
}
