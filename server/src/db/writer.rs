//! The writer: one thread, one connection, one commit for all that is queued.
//!
//! A commit costs a sync of the disk, whatever it holds. So the thread takes what is there, runs each closure in a
//! savepoint of its own, commits once, and only then answers. Nothing is delayed on purpose: while one group is on its
//! way to the disk the next one gathers by itself.

use super::{Meters, OpenError, Told, WriteTx, lock::FileLock, migrate};
use crate::{clock::monotonic, error::Error};
use rusqlite::Connection;
use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc, Mutex, OnceLock,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::{oneshot, watch};
use tracing::Span;

/// Closures that wait; one more is refused at once.
const QUEUE: usize = 1024;
/// Most closures in one commit.
const GROUP: usize = 256;
/// Longest that a group runs before it is committed, so that other processes and the first in line get on.
const GROUP_TIME: Duration = Duration::from_millis(10);
/// Longest that a caller waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// Pages in the log (4 KiB each) from which on they are copied into the database.
const CHECKPOINT_PAGES: i32 = 2_000;
/// Pages in the log from which on readers are waited for, so that it starts anew: 64 MiB.
const RESTART_PAGES: i32 = 16_000;
/// How long the checkpoint waits for readers then.
const RESTART_PATIENCE: Duration = Duration::from_millis(250);

/// The connection that writes.
pub(super) fn connect(database: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(database)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(
        "PRAGMA journal_mode=WAL;
         PRAGMA synchronous=FULL;
         PRAGMA foreign_keys=ON;
         PRAGMA wal_autocheckpoint=0;
         PRAGMA journal_size_limit=16777216;
         PRAGMA temp_store=MEMORY;
         PRAGMA cache_size=-4096;
         PRAGMA mmap_size=0;",
    )?;
    Ok(connection)
}

/// What came of a panic, without the backtrace that was logged when it happened.
pub(super) fn panicked(payload: Box<dyn Any + Send>) -> Error {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    Error::Panicked(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
}

/// Hears what commits have to tell.
type Listener = Box<dyn Fn(Told) + Send + Sync>;

/// The queue's end that callers hold.
pub(super) struct Writer {
    queue: SyncSender<Message>,
    meters: Meters,
    listener: Arc<OnceLock<Listener>>,
    outdated: watch::Receiver<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Job(Box<dyn Job>),
    Stop,
}

impl Writer {
    pub(super) fn start(connection: Connection, lock: FileLock, meters: Meters) -> Result<Self, OpenError> {
        let (queue, jobs) = sync_channel(QUEUE);
        let (tell_outdated, outdated) = watch::channel(false);
        let listener = Arc::new(OnceLock::new());
        let hears = Arc::clone(&listener);
        let counts = meters.clone();
        let run = move || {
            Thread {
                connection,
                lock,
                jobs,
                tell_outdated,
                hears,
                meters: counts,
                restart_at: Cell::new(RESTART_PAGES),
            }
            .run()
        };
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(run)?;
        Ok(Self { queue, meters, listener, outdated, thread: Mutex::new(Some(thread)) })
    }

    pub(super) fn on_commit(&self, listener: Listener) {
        // There is one for the whole process, set when it starts.
        let _ = self.listener.set(listener);
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Ask { work: Some(work), result: None, reply, span: Span::current() };
        // Before it is sent: the writer may take it at once.
        self.meters.queue.inc();
        self.queue.try_send(Message::Job(Box::new(job))).map_err(|refused| {
            self.meters.queue.dec();
            match refused {
                TrySendError::Full(_) => {
                    self.meters.full.inc();
                    Error::Unavailable("the writer's queue is full")
                }
                TrySendError::Disconnected(_) => Error::Unavailable("the writer has ended"),
            }
        })?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Error::Unavailable("the writer has ended")),
            Err(_) => {
                self.meters.slow.inc();
                Err(Error::Unavailable("the writer is slow"))
            }
        }
    }

    pub(super) async fn outdated(&self) {
        if self.outdated.clone().wait_for(|outdated| *outdated).await.is_err() {
            // The writer ended for another reason, so this will never come true.
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        if let Some(thread) = thread {
            // Where the thread has ended already, there is nobody left to tell.
            let _ = self.queue.send(Message::Stop);
            let _ = thread.join();
        }
    }
}

/// A closure and whoever waits for it.
trait Job: Send {
    /// Nobody waits any more.
    fn abandoned(&self) -> bool;
    /// Runs the closure; `false` undoes what it wrote.
    fn run(&mut self, tx: &WriteTx<'_>) -> bool;
    /// Tells what came of it: its own answer if `committed`, or else why not.
    fn answer(self: Box<Self>, committed: Result<(), Failure>);
}

/// Why a whole group came to nothing.
#[derive(Clone)]
enum Failure {
    Outdated,
    Busy,
    NotCommitted(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match Error::from(error) {
            Error::Unavailable(_) => Self::Busy,
            other => Self::NotCommitted(other.to_string()),
        }
    }
}

struct Ask<F, T> {
    work: Option<F>,
    result: Option<Result<T, Error>>,
    reply: oneshot::Sender<Result<T, Error>>,
    /// What it belongs to: what it logs belongs there, too.
    span: Span,
}

impl<F, T> Job for Ask<F, T>
where
    F: FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send,
    T: Send,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, tx: &WriteTx<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        let _within = self.span.enter();
        let result = catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|panic| Err(panicked(panic)));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), Failure>) {
        let result = match (committed, self.result) {
            // A refusal stands, whatever became of the others' writes.
            (_, Some(Err(refused))) => Err(refused),
            (Ok(()), Some(done)) => done,
            (Err(Failure::Outdated), _) => {
                Err(Error::Unavailable("a newer version has taken over the database"))
            }
            (Err(Failure::Busy), _) => Err(Error::Unavailable("another program holds the database")),
            (Err(Failure::NotCommitted(why)), _) => {
                Err(Error::Internal(format!("nothing was written: {why}")))
            }
            (Ok(()), None) => Err(Error::Internal("a write was not run".to_owned())),
        };
        // Whoever stopped waiting does not hear it.
        let _ = self.reply.send(result);
    }
}

thread_local! {
    /// Pages in the log after this thread's last commit.
    static LOG_PAGES: Cell<i32> = const { Cell::new(0) };
}

struct Thread {
    connection: Connection,
    lock: FileLock,
    jobs: Receiver<Message>,
    tell_outdated: watch::Sender<bool>,
    hears: Arc<OnceLock<Listener>>,
    meters: Meters,
    /// Pages from which on readers are waited for the next time.
    restart_at: Cell<i32>,
}

impl Thread {
    fn run(self) {
        self.connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages);
            Ok(())
        }));
        while let Ok(Message::Job(first)) = self.jobs.recv() {
            self.meters.queue.dec();
            let (begun, mut group) = (monotonic(), Vec::new());
            let (fate, go_on) = match self.commit(first, &mut group) {
                Ok((go_on, told)) => {
                    self.meters.set_aside.inc_by(told.set_aside);
                    told.tell(self.hears.get().map(|listener| &**listener));
                    (Ok(()), go_on)
                }
                Err(failure) => (Err(failure), true),
            };
            self.meters.commit.observe(begun.elapsed().as_secs_f64());
            self.meters.group.observe(group.len() as f64);
            for job in group {
                job.answer(fate.clone());
            }
            if matches!(fate, Err(Failure::Outdated)) {
                self.tell_outdated.send_replace(true);
            }
            if !go_on {
                break;
            }
            self.checkpoint();
        }
        // Whoever copies the file of a server that was stopped has all of it.
        if let Err(error) = self.copy_log("TRUNCATE") {
            tracing::warn!(%error, "the log was not copied into the database at the end");
        }
    }

    /// Runs `first` and what is queued behind it, and commits. Answers whether to go on afterwards, and what to tell.
    fn commit(&self, first: Box<dyn Job>, group: &mut Vec<Box<dyn Job>>) -> Result<(bool, Told), Failure> {
        let mut next = Some(Message::Job(first));
        let outcome = self.transaction(&mut next, group);
        // Whoever was taken from the queue but not run shares the group's fate.
        let go_on = !matches!(next, Some(Message::Stop));
        if let Some(Message::Job(job)) = next {
            group.push(job);
        }
        if outcome.is_err() && !self.connection.is_autocommit() {
            // If this fails too, the next BEGIN says so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        outcome.map(|told| (go_on, told))
    }

    fn transaction(
        &self,
        next: &mut Option<Message>,
        group: &mut Vec<Box<dyn Job>>,
    ) -> Result<Told, Failure> {
        let _alone = self.lock.hold().map_err(|error| Failure::NotCommitted(error.to_string()))?;
        self.execute("BEGIN IMMEDIATE")?;
        if migrate::version(&self.connection)? != migrate::LATEST {
            return Err(Failure::Outdated);
        }
        let tx = WriteTx::new(&self.connection);
        let mut told = Told::default();
        let end = monotonic() + GROUP_TIME;
        while let Some(Message::Job(mut job)) = next.take_if(|message| matches!(message, Message::Job(_))) {
            if !job.abandoned() {
                self.execute("SAVEPOINT job")?;
                let keep = job.run(&tx);
                group.push(job);
                let tells = tx.take_told();
                if keep {
                    told.add(tells);
                } else {
                    self.execute("ROLLBACK TO job")?;
                }
                // Fails where SQLite gave up the whole transaction (disk full): then nobody's write stands.
                self.execute("RELEASE job")?;
            }
            if group.len() >= GROUP || monotonic() >= end {
                break;
            }
            *next = self.jobs.try_recv().ok();
            if matches!(next, Some(Message::Job(_))) {
                self.meters.queue.dec();
            }
        }
        self.execute("COMMIT")?;
        Ok(told)
    }

    fn execute(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    /// Copies the log into the database once it has grown, after everybody was answered.
    fn checkpoint(&self) {
        let pages = LOG_PAGES.get();
        if pages < CHECKPOINT_PAGES {
            return;
        }
        LOG_PAGES.set(0);
        let copied = if pages < self.restart_at.get() {
            self.copy_some_of_log()
        } else {
            self.copy_log("RESTART").map(|all| {
                // A reader that takes long, such as a backup, is not waited for after each commit.
                let next = if all { RESTART_PAGES } else { pages.saturating_add(RESTART_PAGES) };
                self.restart_at.set(next);
            })
        };
        if let Err(error) = copied {
            tracing::warn!(%error, pages, "the log was not copied into the database");
        }
    }

    fn copy_some_of_log(&self) -> Result<(), Error> {
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    /// All of it, for which readers are waited for a moment, so that it begins anew; answers whether they have let it.
    fn copy_log(&self, how: &str) -> Result<bool, Error> {
        let _alone = self.lock.hold().map_err(|error| Error::Internal(error.to_string()))?;
        self.connection.busy_timeout(RESTART_PATIENCE)?;
        let copied = |row: &rusqlite::Row<'_>| Ok(!row.get::<_, bool>(0)?);
        let outcome = self.connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], copied);
        self.connection.busy_timeout(PATIENCE)?;
        Ok(outcome?)
    }
}
