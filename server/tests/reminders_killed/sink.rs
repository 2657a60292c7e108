//! Where the messages go: real sockets, and a ledger. It does to a message what a bad day does: most are taken, some are
//! refused, and some are left without an answer.

use crate::chance::Chance;
use daymark_server::clock::Clock;
use jiff::Timestamp;
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    net,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::LocalSet,
    time::sleep,
};

/// A message that has arrived in whole.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Of the channel that it was for.
    pub channel: usize,
    /// The reminder's id, as the header says.
    pub id: String,
    pub routine: String,
    pub due_at: Timestamp,
    /// The process that has sent it.
    pub by: String,
    pub received_at: Timestamp,
    /// Whether it was answered with 200, in whole.
    pub is_taken: bool,
}

/// All that has arrived.
#[derive(Default)]
pub struct Ledger {
    receipts: Mutex<Vec<Receipt>>,
    /// What was taken: channel, routine, and when it was due.
    taken: Mutex<HashSet<(usize, String, Timestamp)>>,
    /// How many each process has sent.
    sent: Mutex<HashMap<String, usize>>,
    /// What could not be read.
    strange: Mutex<Vec<String>>,
}

impl Ledger {
    fn write(&self, receipt: Receipt) -> usize {
        *self.sent.lock().unwrap().entry(receipt.by.clone()).or_default() += 1;
        let mut receipts = self.receipts.lock().unwrap();
        receipts.push(receipt);
        receipts.len() - 1
    }

    fn mark_taken(&self, at: usize) {
        let mut receipts = self.receipts.lock().unwrap();
        let receipt = &mut receipts[at];
        receipt.is_taken = true;
        let place = (receipt.channel, receipt.routine.clone(), receipt.due_at);
        self.taken.lock().unwrap().insert(place);
    }

    /// Whether a message of this routine, due then, was taken at this channel.
    pub fn has_taken(&self, channel: usize, routine: &str, due_at: Timestamp) -> bool {
        self.taken.lock().unwrap().contains(&(channel, routine.to_owned(), due_at))
    }

    /// How many messages of this process have arrived.
    pub fn sent_by(&self, name: &str) -> usize {
        self.sent.lock().unwrap().get(name).copied().unwrap_or_default()
    }

    /// All receipts, in the order in which they came.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.receipts.lock().unwrap().clone()
    }

    /// What could not be read.
    pub fn strange(&self) -> Vec<String> {
        self.strange.lock().unwrap().clone()
    }
}

/// The sink; it ends when it is dropped.
pub struct Sink {
    pub ledger: Arc<Ledger>,
    /// Of each channel.
    pub ports: Vec<u16>,
    is_calm: Arc<AtomicBool>,
    _open: watch::Sender<()>,
}

impl Sink {
    /// Listens for this many channels, each on a port of its own.
    pub fn start(channels: usize, seed: u64) -> Self {
        let bind = |_| {
            let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            listener
        };
        let listeners: Vec<net::TcpListener> = (0..channels).map(bind).collect();
        let ports = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        let (ledger, is_calm) = (Arc::<Ledger>::default(), Arc::<AtomicBool>::default());
        let (open, mut ends) = watch::channel(());
        let desk = Arc::new(Desk {
            ledger: Arc::clone(&ledger),
            is_calm: Arc::clone(&is_calm),
            chance: Mutex::new(Chance::new(seed)),
        });
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let tasks = LocalSet::new();
            runtime.block_on(tasks.run_until(async move {
                for (channel, listener) in listeners.into_iter().enumerate() {
                    let listener = TcpListener::from_std(listener).unwrap();
                    let desk = Arc::clone(&desk);
                    tokio::task::spawn_local(async move {
                        while let Ok((stream, _)) = listener.accept().await {
                            tokio::task::spawn_local(serve(Arc::clone(&desk), channel, stream));
                        }
                    });
                }
                // It fails when the sink is dropped.
                let _ = ends.changed().await;
            }));
        });
        Self { ledger, ports, is_calm, _open: open }
    }

    /// From now on it takes everything.
    pub fn calm_down(&self) {
        self.is_calm.store(true, Ordering::SeqCst);
    }
}

struct Desk {
    ledger: Arc<Ledger>,
    is_calm: Arc<AtomicBool>,
    chance: Mutex<Chance>,
}

enum Treatment {
    Taken {
        after: Duration,
    },
    Refused(&'static str),
    /// No answer in the time that a send may take.
    Stalled,
    /// Closed after it was read.
    Closed,
    /// The same, by a reset.
    Reset,
}

impl Desk {
    fn treatment(&self) -> Treatment {
        let mut chance = self.chance.lock().unwrap();
        if self.is_calm.load(Ordering::SeqCst) {
            return Treatment::Taken { after: Duration::ZERO };
        }
        match chance.among(0..200) {
            0..10 => Treatment::Refused("500 Internal Server Error\r\n"),
            10..16 => Treatment::Refused("429 Too Many Requests\r\nretry-after: 1\r\n"),
            16..18 => Treatment::Stalled,
            18..24 => Treatment::Closed,
            24..30 => Treatment::Reset,
            30..60 => Treatment::Taken { after: Duration::from_millis(chance.among(1..700)) },
            _ => Treatment::Taken { after: Duration::from_millis(chance.among(0..15)) },
        }
    }
}

async fn serve(desk: Arc<Desk>, channel: usize, mut stream: TcpStream) {
    while let Some((head, body)) = request(&mut stream).await {
        let Some(receipt) = read(channel, &head, &body) else {
            let text = format!("{head}{}", String::from_utf8_lossy(&body));
            desk.ledger.strange.lock().unwrap().push(text);
            return;
        };
        let at = desk.ledger.write(receipt);
        match desk.treatment() {
            Treatment::Taken { after } => {
                sleep(after).await;
                if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.is_err() {
                    return;
                }
                desk.ledger.mark_taken(at);
            }
            Treatment::Refused(answer) => {
                let answer = format!("HTTP/1.1 {answer}content-length: 0\r\n\r\n");
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Treatment::Stalled => {
                sleep(Duration::from_secs(8)).await;
                return;
            }
            Treatment::Closed => return,
            Treatment::Reset => return stream.set_zero_linger().unwrap(),
        }
    }
}

/// The next request's head and body; `None` at the end.
async fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut buffer = Vec::new();
    let head = loop {
        if stream.read_buf(&mut buffer).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let body = buffer.split_off(end + 4);
            break String::from_utf8(std::mem::replace(&mut buffer, body)).ok()?;
        }
    };
    let length: usize = field(&head, "content-length")?.parse().ok()?;
    while buffer.len() < length {
        if stream.read_buf(&mut buffer).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, buffer))
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A message as it arrived; `None` where it is none.
fn read(channel: usize, head: &str, body: &[u8]) -> Option<Receipt> {
    let message: Value = serde_json::from_slice(body).ok()?;
    let data = &message["data"];
    let (process, path) = data["url"].as_str()?.strip_prefix("http://")?.split_once(".test/start/")?;
    let (routine, _) = path.split_once('/')?;
    let id = field(head, "webhook-id")?;
    let is_sound = message["type"] == "reminder.due" && data["id"] == id;
    is_sound.then_some(Receipt {
        channel,
        id: id.to_owned(),
        routine: routine.to_owned(),
        due_at: data["due_at"].as_str()?.parse().ok()?,
        by: process.to_owned(),
        received_at: Clock::system().now(),
        is_taken: false,
    })
}
