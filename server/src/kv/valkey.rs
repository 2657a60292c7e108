//! The way to Valkey: one thread with a runtime of its own, so that no worker's load delays it and no request drives it.
//!
//! While it is lost nobody asks it anything: one failure is enough, and only the thread tries again, after a pause that
//! grows. So a request waits for [`PATIENCE`] at most, and at most once a loss.

use super::{Heard, Here, OpenError, health::Health};
use crate::{clock::monotonic, vault::random};
use deadpool_redis::{
    Manager, Pool,
    redis::{AsyncConnectionConfig, Client, Cmd, Msg, Pipeline, RedisError, Value, aio::PubSub, cmd},
};
use futures_util::{FutureExt, StreamExt};
use jiff::SignedDuration;
use std::{
    fmt::Display,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    runtime::{Builder, Handle},
    sync::{Notify, mpsc},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

/// Before every key and channel: others may use the same Valkey.
const PREFIX: &str = "daymark:";
/// The channel that tells of lost messages.
const GAP: &str = "gap";
/// How long a request waits.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long the thread itself waits, for a connection too.
const LONG_PATIENCE: Duration = Duration::from_secs(1);
/// How often it is asked whether it is there.
const BEAT: Duration = Duration::from_secs(1);
/// Pauses between attempts to connect: twice as long each time, and half of each is chance.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(3));
/// Connections that requests share; each takes many commands at once.
const CONNECTIONS: usize = 4;
/// Messages that wait to be sent.
const OUTBOX: usize = 1_024;
/// Messages sent together.
const BATCH: usize = 128;

/// Counts a try, and answers how many there were and how many milliseconds are left of the window. Atomic, and a
/// counter without an end gets one.
const COUNT: &str = "
    local hits = redis.call('INCR', KEYS[1])
    local left = redis.call('PTTL', KEYS[1])
    if left < 0 then
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        left = tonumber(ARGV[1])
    end
    return {hits, left}";

fn count(key: &str, window_ms: i128) -> Cmd {
    let mut count = cmd("EVAL");
    count.arg(COUNT).arg(1).arg(format!("{PREFIX}limit:{key}")).arg(window_ms.max(1).to_string());
    count
}

/// What a shared counter stands at.
pub(super) struct Counted {
    /// Tries in this window, this one included.
    pub(super) hits: u64,
    /// Milliseconds until the window ends.
    pub(super) left_ms: u64,
}

/// The end that the process holds; the thread ends when it is dropped.
pub(super) struct Valkey {
    link: Arc<Link>,
    thread: Handle,
    outbox: mpsc::Sender<(&'static str, String)>,
}

/// What the process and the thread share.
struct Link {
    health: Health,
    pool: Pool,
    /// Tells the thread that a command has failed.
    broken: Notify,
    /// Messages were not sent: the others must hear of it.
    gap: AtomicBool,
    /// Messages that were taken and have neither gone out nor been given up.
    waiting: AtomicUsize,
    /// This process among the others.
    me: String,
}

impl Valkey {
    pub(super) fn start(url: &str, here: Arc<Here>) -> Result<Self, OpenError> {
        // Commands and connections have one limit, around the whole of what is waited for.
        let unlimited = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let client = Client::open(url).map_err(|_| OpenError::Address)?;
        let manager = Manager::new_with_config(url, unlimited).map_err(|_| OpenError::Address)?;
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build().map_err(|_| OpenError::Address)?;
        let me = u64::from_ne_bytes(random());
        let link = Arc::new(Link {
            health: Health::new(),
            pool,
            broken: Notify::new(),
            gap: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            me: format!("{me:016x}"),
        });
        let (outbox, inbox) = mpsc::channel(OUTBOX);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let thread = runtime.handle().clone();
        let task = Task { client, here, link: Arc::clone(&link), inbox };
        std::thread::Builder::new().name("valkey".to_owned()).spawn(move || runtime.block_on(task.run()))?;
        Ok(Self { link, thread, outbox })
    }

    pub(super) fn health(&self) -> &Health {
        &self.link.health
    }

    /// Counts a try together with those of all processes; `None` where Valkey does not answer.
    pub(super) async fn count(&self, key: &str, window: SignedDuration) -> Option<Counted> {
        if !self.link.health.is_connected() {
            return None;
        }
        let count = count(key, window.as_millis());
        let link = Arc::clone(&self.link);
        let asked = self.thread.spawn(async move { link.ask(&count).await });
        let (hits, left_ms) = asked.await.ok()??;
        Some(Counted { hits, left_ms })
    }

    pub(super) fn publish(&self, channel: &'static str, payload: String) {
        self.link.waiting.fetch_add(1, Ordering::SeqCst);
        if !self.link.health.is_connected() || self.outbox.try_send((channel, payload)).is_err() {
            self.link.not_sent(1);
            self.link.done_with(1);
        }
    }

    /// Messages that have neither gone out nor been given up.
    pub(super) fn waiting(&self) -> usize {
        self.link.waiting.load(Ordering::SeqCst)
    }
}

impl Link {
    /// A request's question.
    async fn ask(&self, question: &Cmd) -> Option<(u64, u64)> {
        let answer = async {
            let mut connection = self.pool.get().await.map_err(|error| error.to_string())?;
            question.query_async(&mut connection).await.map_err(|error: RedisError| error.to_string())
        };
        match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => self.health.failed(&error),
            Err(_) => self.health.failed("a command took too long"),
        }
        self.broken.notify_one();
        None
    }

    async fn send(&self, commands: &Pipeline) -> Result<(), String> {
        let sent = async {
            let mut connection = self.pool.get().await.map_err(|error| error.to_string())?;
            commands.query_async(&mut connection).await.map_err(|error: RedisError| error.to_string())
        };
        limited(sent).await
    }

    fn done_with(&self, messages: usize) {
        self.waiting.fetch_sub(messages, Ordering::SeqCst);
    }

    fn not_sent(&self, messages: usize) {
        self.health.unsent(messages);
        self.gap.store(true, Ordering::SeqCst);
    }

    /// The message as it goes out: with the sender's name, who will not listen to itself.
    fn outgoing<'p>(&self, pipeline: &'p mut Pipeline, channel: &str, payload: &str) -> &'p mut Pipeline {
        let (channel, payload) = (format!("{PREFIX}{channel}"), format!("{} {payload}", self.me));
        pipeline.cmd("PUBLISH").arg(channel).arg(payload).ignore()
    }
}

/// What the thread waits for itself.
async fn limited<T, E: Display>(work: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match timeout(LONG_PATIENCE, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("it took too long".to_owned()),
    }
}

/// What the thread does: it connects, listens, sends, and begins again when something fails.
struct Task {
    client: Client,
    here: Arc<Here>,
    link: Arc<Link>,
    inbox: mpsc::Receiver<(&'static str, String)>,
}

impl Task {
    async fn run(mut self) {
        let (shortest, longest) = PAUSES;
        let mut pause = shortest;
        loop {
            let failed = match self.connect().await {
                Ok(subscription) => {
                    // What failed before has been dealt with.
                    self.link.broken.notified().now_or_never();
                    self.link.health.connected();
                    self.here.tell(Heard::Gap);
                    let since = monotonic();
                    let served = self.serve(subscription).await;
                    if since.elapsed() > longest {
                        pause = shortest;
                    }
                    match served {
                        Ok(()) => return,
                        Err(reason) => reason,
                    }
                }
                Err(reason) => reason,
            };
            self.link.health.failed(&failed);
            self.link.pool.retain(|_, _| false);
            if !self.rest(pause).await {
                return;
            }
            pause = (pause * 2).min(longest);
        }
    }

    /// Subscribes, and tries what requests will ask for: it may answer, and yet take no writes.
    async fn connect(&self) -> Result<PubSub, String> {
        let subscribed = async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.psubscribe(format!("{PREFIX}*")).await?;
            Ok::<_, RedisError>(subscription)
        };
        let subscription = limited(subscribed).await?;
        let mut probe = Pipeline::new();
        probe.add_command(count("probe", 1)).ignore();
        self.link.send(&probe).await?;
        Ok(subscription)
    }

    /// Until something fails; `Ok` where the process has no more use for it.
    async fn serve(&mut self, subscription: PubSub) -> Result<(), String> {
        let (mut subscription, mut messages) = subscription.split();
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.hear(&message),
                    None => return Err("the subscription has ended".to_owned()),
                },
                taken = self.inbox.recv_many(&mut batch, BATCH) => {
                    if taken == 0 {
                        return Ok(());
                    }
                    self.send(&mut batch).await?;
                }
                _ = beat.tick() => {
                    limited(subscription.ping::<Value>()).await?;
                    // Also what tells the others of a gap where nothing else is sent.
                    self.send(&mut batch).await?;
                }
                () = self.link.broken.notified() => return Err("a command failed".to_owned()),
            }
        }
    }

    /// Sends these messages and, where some were not sent before, that there is a gap; or else a ping.
    async fn send(&self, batch: &mut Vec<(&'static str, String)>) -> Result<(), String> {
        let gap = self.link.gap.swap(false, Ordering::SeqCst);
        let mut commands = Pipeline::new();
        if gap {
            self.link.outgoing(&mut commands, GAP, "");
        }
        for (channel, payload) in batch.iter() {
            self.link.outgoing(&mut commands, channel, payload);
        }
        if batch.is_empty() && !gap {
            commands.cmd("PING").ignore();
        }
        let sent = self.link.send(&commands).await;
        if sent.is_err() && (gap || !batch.is_empty()) {
            self.link.not_sent(batch.len());
        }
        self.link.done_with(batch.len());
        batch.clear();
        sent
    }

    fn hear(&self, message: &Msg) {
        let Ok(payload) = message.get_payload::<String>() else { return };
        let channel = message.get_channel_name().strip_prefix(PREFIX);
        let Some((channel, (from, payload))) = channel.zip(payload.split_once(' ')) else { return };
        match channel {
            _ if from == self.link.me => {}
            GAP => self.here.tell(Heard::Gap),
            channel => self.here.tell(Heard::Message { channel, payload }),
        }
    }

    /// A pause, part of it by chance so that processes do not come back all at once. What was to be sent is not, and
    /// `false` says that nobody will send any more.
    async fn rest(&mut self, pause: Duration) -> bool {
        let [chance] = random::<1>();
        let pause = pause.mul_f64(0.5 + f64::from(chance) / 512.0);
        let idle = async {
            while self.inbox.recv().await.is_some() {
                self.link.not_sent(1);
                self.link.done_with(1);
            }
        };
        tokio::select! {
            () = sleep(pause) => true,
            () = idle => false,
        }
    }
}
