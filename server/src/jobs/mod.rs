//! Background work: `server jobs`, and a part of `server all`. What there is to do, [`registry`] says; this only starts
//! and stops it.

mod registry;

use crate::state::State;
use futures_util::future::LocalBoxFuture;
use std::{collections::HashMap, future::pending, sync::Arc};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
};
use tracing::Instrument as _;

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
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

/// Starts every job; to be called within an actix system or another `LocalSet`.
pub fn start(state: &Arc<State>) -> Running {
    begin(state, registry::JOBS)
}

fn begin(state: &Arc<State>, jobs: &[Job]) -> Running {
    let (stop, asked) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut start = |job: &Job| {
        let work = (job.run)(Arc::clone(state), Stop(asked.clone()));
        // At the level of errors, so that every line has the job's name whatever the filter.
        let task = tasks.spawn_local(work.instrument(tracing::error_span!("job", job = job.name)));
        (task.id(), job.name)
    };
    let names = jobs.iter().map(&mut start).collect();
    Running { stop, tasks, names }
}

impl Running {
    /// Returns once a job has ended that was not asked to: it broke, and its process should end, to be started anew. The
    /// log tells which one.
    pub async fn broke(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => tracing::error!(job = self.name(id), "a job ended by itself"),
            Some(Err(error)) => self.tell(&error),
            None => pending().await,
        }
    }

    /// Stops cleanly: nothing new is begun, what is in hand is finished.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                self.tell(&error);
            }
        }
    }

    /// Says which job broke, not over what: the panic has said where, and its text may hold anything.
    fn tell(&self, error: &JoinError) {
        tracing::error!(job = self.name(error.id()), "a job broke");
    }

    fn name(&self, id: Id) -> Option<&'static str> {
        self.names.get(&id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, config::Config};
    use std::time::Duration;
    use tokio::time::timeout;

    const PATIENT: Job =
        Job { name: "patient", run: |_, mut stop| Box::pin(async move { stop.asked().await }) };
    const BROKEN: Job = Job { name: "broken", run: |_, _| Box::pin(async { panic!("on purpose") }) };
    const HASTY: Job = Job { name: "hasty", run: |_, _| Box::pin(async {}) };

    async fn state(dir: &std::path::Path) -> Arc<State> {
        let dir = dir.to_str().unwrap().to_owned();
        let config = Config::from_source(&|name| (name == "DATA_DIR").then(|| dir.clone())).unwrap();
        Arc::new(State::open(config, Clock::system()).await.unwrap())
    }

    #[actix_web::test]
    async fn one_that_ends_unasked_is_noticed_and_the_others_still_stop() {
        let dir = tempfile::tempdir().unwrap();
        let state = state(dir.path()).await;
        for bad in [BROKEN, HASTY] {
            let mut running = begin(&state, &[PATIENT, bad]);
            timeout(Duration::from_secs(20), running.broke()).await.unwrap();
            timeout(Duration::from_secs(20), running.stop()).await.unwrap();
        }
    }

    #[actix_web::test]
    async fn while_all_go_on_nothing_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let state = state(dir.path()).await;
        for jobs in [&[PATIENT][..], &[]] {
            let mut running = begin(&state, jobs);
            timeout(Duration::from_millis(200), running.broke()).await.unwrap_err();
            timeout(Duration::from_secs(20), running.stop()).await.unwrap();
        }
    }
}
