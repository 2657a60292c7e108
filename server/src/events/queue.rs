//! What one stream still has to send.

use daymark_shared::event::Event;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
};
use tokio::sync::Notify;

/// Events that wait for a slow reader; with one more, they become one `resync`.
const WAITING: usize = 64;

/// An event and its number.
pub(super) type Numbered = (u64, Event);

/// The end that the hub fills and the stream empties.
pub(super) struct Queue {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Numbered>,
    ended: bool,
}

/// What a stream finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// These, in order.
    Events(Vec<Numbered>),
    /// Nothing yet.
    Nothing,
    /// Nothing, and never again.
    End,
}

impl Queue {
    /// A queue that begins with these.
    pub(super) fn of(waiting: impl IntoIterator<Item = Numbered>) -> Self {
        let state = State { waiting: waiting.into_iter().collect(), ended: false };
        Self { state: Mutex::new(state), news: Notify::new() }
    }

    /// One more. Where nobody reads, what waits is forgotten: whoever reads again hears that something was missed.
    pub(super) fn push(&self, (number, event): Numbered) {
        let mut state = self.lock();
        if event == Event::Resync || state.waiting.len() >= WAITING {
            state.waiting.clear();
            state.waiting.push_back((number, Event::Resync));
        } else {
            state.waiting.push_back((number, event));
        }
        drop(state);
        self.news.notify_one();
    }

    /// The stream ends, whatever waits.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        state.waiting.clear();
        drop(state);
        self.news.notify_one();
    }

    /// What waits.
    pub(super) fn take(&self) -> Taken {
        let mut state = self.lock();
        match (state.waiting.is_empty(), state.ended) {
            (_, true) => Taken::End,
            (true, false) => Taken::Nothing,
            (false, false) => Taken::Events(state.waiting.drain(..).collect()),
        }
    }

    /// Returns once there may be something to take.
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_too_slowly_hears_that_something_was_missed() {
        let queue = Queue::of([]);
        assert_eq!(queue.take(), Taken::Nothing);
        for number in 0..=WAITING as u64 {
            queue.push((number, Event::Account));
        }
        queue.push((100, Event::Account));
        assert_eq!(queue.take(), Taken::Events(vec![(64, Event::Resync), (100, Event::Account)]));
        assert_eq!(queue.take(), Taken::Nothing);
        queue.end();
        queue.push((101, Event::Account));
        assert_eq!(queue.take(), Taken::End);
    }
}
