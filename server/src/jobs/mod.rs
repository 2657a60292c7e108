//! Background work: `server jobs`, and a part of `server all`. What there is to do, [`registry`] says; this only starts
//! and stops it.

mod registry;

use crate::state::State;
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;
use tokio::{sync::watch, task::JoinHandle};

/// Work that goes on until it is asked to stop.
pub struct Job {
    /// What it is called in the log.
    pub name: &'static str,
    /// Goes on until [`Stop::asked`], finishes what it has in hand, and returns.
    pub run: fn(Arc<State>, Stop) -> LocalBoxFuture<'static, ()>,
}

/// Tells a job when to stop. Clones hear the same.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Returns once the process is to end.
    pub async fn asked(&mut self) {
        // Whoever could ask is gone: that is a stop too.
        let _ = self.0.wait_for(|stop| *stop).await;
    }

    /// Whether the process is to end.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }
}

/// The jobs of this process.
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<(&'static str, JoinHandle<()>)>,
}

/// Starts every job; to be called within an actix system or another `LocalSet`.
pub fn start(state: &Arc<State>) -> Running {
    let (stop, asked) = watch::channel(false);
    let begin = |job: &Job| {
        let task = tokio::task::spawn_local((job.run)(Arc::clone(state), Stop(asked.clone())));
        (job.name, task)
    };
    Running { stop, tasks: registry::JOBS.iter().map(begin).collect() }
}

impl Running {
    /// Stops cleanly: nothing new is begun, what is in hand is finished.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for (name, task) in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(job = name, %error, "a job broke");
            }
        }
    }
}
