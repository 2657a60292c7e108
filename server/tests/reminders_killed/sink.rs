//! Where the messages go: real sockets. It does to a message what a bad day does: most are taken, some are refused, and
//! some are left without an answer. Some lines fail nearly always, and some devices are gone after a while.

use crate::{
    browser::Browser,
    chance::Chance,
    ledger::{Entry, Farewell, Ledger},
    letter::{self, Asked},
};
use daymark_server::clock::Clock;
use serde_json::{Value, json};
use std::{
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

/// How the other end of a line is disposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temper {
    /// It takes most of what comes.
    Usual,
    /// It takes half of it.
    Flaky,
    /// It takes nothing until all have calmed down.
    Failing,
    /// It takes most of what comes until it has taken so many; from then on it is gone.
    Mortal(usize),
}

/// What a channel leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Hook,
    Push,
}

/// A place that messages come to, on a port of its own.
struct Line {
    temper: Temper,
    /// Of a push: whose keys can read it.
    browser: Option<Browser>,
}

/// The sink; it ends when it is dropped.
pub struct Sink {
    pub ledger: Arc<Ledger>,
    /// What a channel is made with, for each line.
    pub targets: Vec<Value>,
    /// For `PUSH_SERVICES`: all lines that are pushes.
    pub push_services: String,
    is_calm: Arc<AtomicBool>,
    _open: watch::Sender<()>,
}

impl Sink {
    /// Listens at these lines.
    pub fn start(lines: impl IntoIterator<Item = (Kind, Temper)>, seed: u64) -> Self {
        let (mut desks, mut targets, mut services) = (Vec::new(), Vec::new(), Vec::new());
        let (ledger, is_calm) = (Arc::<Ledger>::default(), Arc::<AtomicBool>::default());
        let chance = Arc::new(Mutex::new(Chance::new(seed)));
        for (number, (kind, temper)) in lines.into_iter().enumerate() {
            let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let origin = format!("http://{}", listener.local_addr().unwrap());
            let browser = (kind == Kind::Push).then(Browser::new);
            targets.push(match &browser {
                None => json!({ "webhook": { "url": format!("{origin}/hook") } }),
                Some(browser) => browser.target(&format!("{origin}/push/{number}")),
            });
            if browser.is_some() {
                services.push(origin);
            }
            let desk = Desk {
                number,
                line: Line { temper, browser },
                ledger: Arc::clone(&ledger),
                is_calm: Arc::clone(&is_calm),
                chance: Arc::clone(&chance),
            };
            desks.push((Arc::new(desk), listener));
        }
        let (open, mut ends) = watch::channel(());
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let tasks = LocalSet::new();
            runtime.block_on(tasks.run_until(async move {
                for (desk, listener) in desks {
                    let listener = TcpListener::from_std(listener).unwrap();
                    tokio::task::spawn_local(async move {
                        while let Ok((stream, _)) = listener.accept().await {
                            tokio::task::spawn_local(serve(Arc::clone(&desk), stream));
                        }
                    });
                }
                // It fails when the sink is dropped.
                let _ = ends.changed().await;
            }));
        });
        Self { ledger, targets, push_services: services.join(","), is_calm, _open: open }
    }

    /// From now on all take everything, but those that are gone.
    pub fn calm_down(&self) {
        self.is_calm.store(true, Ordering::SeqCst);
    }
}

struct Desk {
    number: usize,
    line: Line,
    ledger: Arc<Ledger>,
    is_calm: Arc<AtomicBool>,
    chance: Arc<Mutex<Chance>>,
}

enum Treatment {
    Taken {
        after: Duration,
    },
    Refused(&'static str),
    /// Refused, and there is no use in trying again.
    RefusedForGood,
    /// The device is gone, and says so.
    Gone(&'static str),
    /// No answer in the time that a send may take.
    Stalled,
    /// Closed after it was read.
    Closed,
    /// The same, by a reset.
    Reset,
}

const BROKEN: Treatment = Treatment::Refused("500 Internal Server Error\r\n");

impl Desk {
    fn treatment(&self) -> Treatment {
        let mut chance = self.chance.lock().unwrap();
        if let Temper::Mortal(after) = self.line.temper
            && (self.ledger.is_gone(self.number) || self.ledger.taken_by(self.number) >= after)
        {
            return Treatment::Gone(if chance.percent(50) { "410 Gone\r\n" } else { "404 Not Found\r\n" });
        }
        if self.is_calm.load(Ordering::SeqCst) {
            return Treatment::Taken { after: Duration::ZERO };
        }
        match (self.line.temper, chance.among(0..200)) {
            (Temper::Failing, 0..30) => Treatment::RefusedForGood,
            (Temper::Failing, 30..50) => Treatment::Closed,
            (Temper::Failing, _) => BROKEN,
            (Temper::Flaky, 60..150) => BROKEN,
            (_, 0..10) => BROKEN,
            (_, 10..16) => Treatment::Refused("429 Too Many Requests\r\nretry-after: 1\r\n"),
            (_, 16..18) => Treatment::Stalled,
            (_, 18..24) => Treatment::Closed,
            (_, 24..30) => Treatment::Reset,
            (_, 30..60) => Treatment::Taken { after: Duration::from_millis(chance.among(1..700)) },
            _ => Treatment::Taken { after: Duration::from_millis(chance.among(0..15)) },
        }
    }

    /// Writes down what has come; `None` where it is nothing that Daymark says.
    fn take_in(&self, asked: &Asked) -> Option<(Entry, String)> {
        let Some((letter, by)) = letter::read(self.number, self.line.browser.as_ref(), asked) else {
            self.ledger.write_strange(format!("{}{}", asked.head, String::from_utf8_lossy(&asked.body)));
            return None;
        };
        Some((self.ledger.write(letter, &by), by))
    }
}

async fn serve(desk: Arc<Desk>, mut stream: TcpStream) -> Option<()> {
    loop {
        let asked = request(&mut stream).await?;
        let (entry, by) = desk.take_in(&asked)?;
        let answer = match desk.treatment() {
            Treatment::Taken { after } => {
                sleep(after).await;
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.ok()?;
                desk.ledger.mark_taken(entry);
                continue;
            }
            Treatment::Refused(answer) => answer,
            Treatment::RefusedForGood => {
                desk.ledger.mark_final(entry);
                "403 Forbidden\r\n"
            }
            Treatment::Gone(answer) => {
                let farewell = Farewell { to: by, at: Clock::system().now() };
                desk.ledger.write_farewell(desk.number, farewell);
                answer
            }
            Treatment::Stalled => {
                sleep(Duration::from_secs(8)).await;
                return None;
            }
            Treatment::Closed => return None,
            Treatment::Reset => {
                stream.set_zero_linger().unwrap();
                return None;
            }
        };
        let answer = format!("HTTP/1.1 {answer}content-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// The next request; `None` at the end.
async fn request(stream: &mut TcpStream) -> Option<Asked> {
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
    let mut asked = Asked { head, body: buffer };
    let length: usize = asked.field("content-length")?.parse().ok()?;
    while asked.body.len() < length {
        if stream.read_buf(&mut asked.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(asked)
}
