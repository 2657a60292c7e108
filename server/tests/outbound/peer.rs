//! A server on this machine that does what a test says, and requests to it.

use actix_web::rt;
use daymark_server::{
    config,
    outbound::{Answer, Failure, HeaderMap, Method, Outbound, Purpose, Request},
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// How long a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A server; it lives as long as the test's runtime.
pub struct Peer {
    pub addr: SocketAddr,
    accepted: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

impl Peer {
    /// Treats each connection as `behave` does, which ends when the connection is to be closed.
    pub async fn start<F>(behave: impl Fn(TcpStream) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (accepted, open) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let (count, now) = (accepted.clone(), open.clone());
        rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                now.fetch_add(1, Ordering::SeqCst);
                let (behaviour, now) = (behave(stream), now.clone());
                rt::spawn(async move {
                    behaviour.await;
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { addr, accepted, open }
    }

    /// A server that answers every request with this, as often as it is asked.
    pub async fn answering(answer: &'static str) -> Self {
        Self::start(move |mut stream| async move {
            while request(&mut stream).await.is_some() && stream.write_all(answer.as_bytes()).await.is_ok() {}
        })
        .await
    }

    pub fn url(&self) -> String {
        format!("http://{}/topic?secret=1", self.addr)
    }

    /// Connections so far.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Waits until at most so many connections are open.
    pub async fn at_most_open(&self, most: usize) {
        until(|| self.open.load(Ordering::SeqCst) <= most).await;
    }
}

/// Waits for something that must come to be.
pub async fn until(mut true_at_last: impl FnMut() -> bool) {
    let waiting = async {
        while !true_at_last() {
            rt::time::sleep(Duration::from_millis(5)).await;
        }
    };
    rt::time::timeout(PATIENCE, waiting).await.unwrap();
}

/// Reads one request with its body; `None` once there are no more.
pub async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_lowercase()
                .split_once("content-length: ")
                .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&part[..count]),
        }
    }
}

/// Waits until whoever is at the other end closes the connection.
pub async fn closed(stream: &mut TcpStream) {
    let mut part = [0; 4096];
    while matches!(stream.read(&mut part).await, Ok(1..)) {}
}

/// Rules by which this machine may be reached.
pub fn local() -> config::Outbound {
    config::Outbound { allow: vec!["127.0.0.0/8".parse().unwrap()], ..config::Outbound::default() }
}

/// A client that may reach this machine.
pub fn client() -> Outbound {
    Outbound::new(&local()).unwrap()
}

/// A request with a body, and so much time.
pub fn post(outbound: &Outbound, url: &str, deadline: Duration) -> Request {
    let target = outbound.target(url, Purpose::Any).unwrap();
    Request { target, method: Method::POST, headers: HeaderMap::new(), body: b"hello".to_vec(), deadline }
}

/// Sends it with all the time there is.
pub async fn send(outbound: &Outbound, url: &str) -> Result<Answer, Failure> {
    outbound.send(post(outbound, url, Duration::MAX)).await
}
