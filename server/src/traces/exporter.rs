//! A thread that sends spans on, some hundred at a time.

use super::otlp::{Finished, request};
use crate::{
    config,
    outbound::{HeaderMap, Method, Outbound, Purpose, Request, Target, header::HeaderValue},
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::runtime::{Builder, Runtime};

/// Spans that may wait.
const QUEUE: usize = 4_096;
/// Spans that are sent together at most.
const BATCH: usize = 512;
/// How long they gather.
const REST: Duration = Duration::from_secs(1);
/// How long the collector may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// The same at the end of the process.
const LAST_DEADLINE: Duration = Duration::from_secs(1);

/// Sends what is still waiting, and ends, when it is dropped.
pub struct Exporter {
    queue: SyncSender<Finished>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    pub(super) fn start(endpoint: &str, ca_file: Option<PathBuf>) -> Result<Self, String> {
        // The operator has named the collector: no network is forbidden for it.
        let anywhere = ["0.0.0.0/0", "::/0"].into_iter().filter_map(|network| network.parse().ok()).collect();
        let allowed = config::Outbound { allow: anywhere, allow_http: true, ca_file, ..Default::default() };
        let outbound = Outbound::new(&allowed).map_err(|error| error.to_string())?;
        let url = format!("{endpoint}/v1/traces");
        let target = outbound
            .target(&url, Purpose::Any)
            .map_err(|refused| format!("OTEL_EXPORTER_OTLP_ENDPOINT: {refused}"))?;
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let (queue, finished) = sync_channel(QUEUE);
        let is_over = Arc::<AtomicBool>::default();
        let work =
            Work { runtime, outbound, target, finished, is_over: Arc::clone(&is_over), is_lost: false };
        let thread = std::thread::Builder::new().name("traces".to_owned()).spawn(move || work.run());
        Ok(Self { queue, is_over, thread: Some(thread.map_err(|error| error.to_string())?) })
    }

    pub(super) fn queue(&self) -> SyncSender<Finished> {
        self.queue.clone()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // It looks within a second, and sends for another one at most.
            let _ = thread.join();
        }
    }
}

struct Work {
    runtime: Runtime,
    outbound: Outbound,
    target: Target,
    finished: Receiver<Finished>,
    is_over: Arc<AtomicBool>,
    /// The collector does not take them, and the log was told.
    is_lost: bool,
}

impl Work {
    fn run(mut self) {
        loop {
            let is_over = self.is_over.load(Ordering::SeqCst);
            let mut batch: Vec<Finished> = self.finished.try_iter().take(BATCH).collect();
            match batch.len() {
                0 if is_over => return,
                0 => match self.finished.recv_timeout(REST) {
                    Ok(first) => batch.push(first),
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return,
                },
                _ => {}
            }
            if !is_over && batch.len() < BATCH {
                std::thread::sleep(REST);
                batch.extend(self.finished.try_iter().take(BATCH - batch.len()));
            }
            self.send(&batch, if is_over { LAST_DEADLINE } else { DEADLINE });
            if is_over && self.is_lost {
                return;
            }
        }
    }

    fn send(&mut self, batch: &[Finished], deadline: Duration) {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let body = request(batch).to_string().into_bytes();
        let request = Request { target: self.target.clone(), method: Method::POST, headers, body, deadline };
        let why = match self.runtime.block_on(self.outbound.send(request)) {
            Ok(answer) if (200..300).contains(&answer.status) => None,
            Ok(answer) => Some(format!("it answered {}", answer.status)),
            Err(failure) => Some(failure.to_string()),
        };
        let was_lost = std::mem::replace(&mut self.is_lost, why.is_some());
        match (why, was_lost) {
            (Some(why), false) => {
                tracing::warn!(why, spans = batch.len(), "the collector takes no traces: they are lost")
            }
            (None, true) => tracing::info!("the collector takes traces again"),
            (why, _) => tracing::debug!(why, spans = batch.len(), "traces were sent"),
        }
    }
}
