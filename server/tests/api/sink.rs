//! The other end of webhooks and pushes: takes messages, answers as it was told, and keeps a ledger.

use daymark_server::clock::monotonic;
use serde_json::Value;
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

/// What it does with a message.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers this status, with these further lines of the head.
    Status(u16, &'static str),
    /// Reads it and says nothing for so long.
    Stall(Duration),
    /// Takes it after so long.
    Slow(Duration),
    /// Answers this status as soon as the test says so.
    Held(u16, Arc<Mutex<Receiver<()>>>),
    /// Reads it and closes.
    Close,
}

impl Reply {
    /// Takes it.
    pub const TAKEN: Self = Self::Status(204, "");

    /// One that waits for a word, and what that is said with.
    pub fn held(status: u16) -> (Self, Sender<()>) {
        let (say, said) = mpsc::channel();
        (Self::Held(status, Arc::new(Mutex::new(said))), say)
    }
}

/// A message that arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// Where to.
    pub path: String,
    /// The `webhook-id`; of a push its `topic`.
    pub id: String,
    /// What it said; nothing where it is encrypted.
    pub body: Value,
}

type Script = HashMap<String, Vec<Reply>>;

/// A server on a port of its own, until the test ends.
pub struct Sink {
    addr: SocketAddr,
    ledger: Arc<Mutex<Vec<Received>>>,
    script: Arc<Mutex<Script>>,
    ended: Arc<AtomicBool>,
}

impl Sink {
    /// Starts it; it takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let sink = Self { addr, ledger: Arc::default(), script: Arc::default(), ended: Arc::default() };
        let (ledger, script, ended) =
            (Arc::clone(&sink.ledger), Arc::clone(&sink.script), Arc::clone(&sink.ended));
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let (ledger, script) = (Arc::clone(&ledger), Arc::clone(&script));
                thread::spawn(move || serve(connection, &ledger, &script));
            }
        });
        sink
    }

    /// An address here.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// What it does with the next messages to a path; after that it takes them.
    pub fn script(&self, path: &str, replies: &[Reply]) {
        let mut replies = replies.to_vec();
        replies.reverse();
        self.script.lock().unwrap().insert(path.to_owned(), replies);
    }

    /// All that has arrived so far.
    pub fn ledger(&self) -> Vec<Received> {
        self.ledger.lock().unwrap().clone()
    }

    /// Waits until so many messages have arrived, and answers them.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        let end = monotonic() + Duration::from_secs(30);
        loop {
            let ledger = self.ledger();
            if ledger.len() >= count {
                return ledger;
            }
            assert!(monotonic() < end, "{count} messages were to come: {ledger:#?}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // So that it looks.
        let _ = TcpStream::connect(self.addr);
    }
}

fn serve(connection: TcpStream, ledger: &Mutex<Vec<Received>>, script: &Mutex<Script>) {
    let mut writer = connection.try_clone().unwrap();
    let mut reader = BufReader::new(connection);
    while let Some(received) = read(&mut reader) {
        let reply = script.lock().unwrap().get_mut(&received.path).and_then(Vec::pop).unwrap_or(Reply::TAKEN);
        ledger.lock().unwrap().push(received);
        let reply = match reply {
            Reply::Slow(time) => {
                thread::sleep(time);
                Reply::TAKEN
            }
            Reply::Held(status, said) => {
                // Whatever came of the test: it does not wait for ever.
                let _ = said.lock().unwrap().recv_timeout(Duration::from_secs(30));
                Reply::Status(status, "")
            }
            other => other,
        };
        match reply {
            Reply::Status(status, head) => {
                let text = format!("HTTP/1.1 {status} Said\r\n{head}content-length: 0\r\n\r\n");
                if writer.write_all(text.as_bytes()).is_err() {
                    return;
                }
            }
            Reply::Stall(time) | Reply::Slow(time) => thread::sleep(time),
            Reply::Held(..) | Reply::Close => return,
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        Some(line.trim_end().to_owned())
    };
    let path = line()?.split(' ').nth(1)?.to_owned();
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let header = line()?;
        let Some((name, value)) = header.split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "webhook-id" | "topic" => value.clone_into(&mut id),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { path, id, body: serde_json::from_slice(&body).unwrap_or_default() })
}
