//! Where the messages go: it takes each at once, on a thread of its own, and notes when it came.

use crate::http::find;
use daymark_server::clock::Clock;
use jiff::Timestamp;
use std::{
    collections::HashMap,
    io, net,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::LocalSet,
};

/// When each message came: by its reminder's id, or by the topic of a push. A copy comes later.
type Arrivals = HashMap<String, Vec<Timestamp>>;

/// The other end.
#[derive(Clone)]
pub struct Sink {
    pub port: u16,
    arrivals: Arc<Mutex<Arrivals>>,
    holds: Arc<AtomicBool>,
}

impl Sink {
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?.into_std()?;
        let port = listener.local_addr()?.port();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let sink = Self { port, arrivals: Arc::default(), holds: Arc::default() };
        let this = sink.clone();
        thread::spawn(move || LocalSet::new().block_on(&runtime, this.listen(listener)));
        Ok(sink)
    }

    async fn listen(self, listener: net::TcpListener) -> io::Result<()> {
        let listener = TcpListener::from_std(listener)?;
        while let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(self.clone().serve(stream));
        }
        Ok(())
    }

    fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers nobody while this is true.
    pub fn hold(&self, holds: bool) {
        self.holds.store(holds, Ordering::SeqCst);
    }

    /// How many different messages have come.
    pub fn count(&self) -> usize {
        self.arrivals().len()
    }

    /// Forgets what came, and answers it.
    pub fn take(&self) -> Arrivals {
        std::mem::take(&mut *self.arrivals())
    }

    async fn serve(self, mut stream: TcpStream) {
        // A connection that breaks is the server's business: what it carried does not count.
        let _ = self.answer(&mut stream).await;
    }

    async fn answer(&self, stream: &mut TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buffer = Vec::with_capacity(8 << 10);
        loop {
            buffer.clear();
            let (head, length) = loop {
                if stream.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
                if let Some(head) = find(&buffer, b"\r\n\r\n") {
                    let length = field(&buffer[..head], "content-length").and_then(|text| text.parse().ok());
                    break (head, length.unwrap_or(0));
                }
            };
            while buffer.len() < head + 4 + length {
                if stream.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
            }
            let at = Clock::system().now();
            let head = &buffer[..head];
            let id = field(head, "webhook-id").or_else(|| field(head, "topic")).unwrap_or_default();
            self.arrivals().entry(id.to_owned()).or_default().push(at);
            while self.holds.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await?;
        }
    }
}

fn field<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let head = std::str::from_utf8(head).ok()?;
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
