//! Which sessions are known to go on, so that a request need not ask the database.
//!
//! An access token holds for ten minutes, a session may end sooner. So what the database said of a session is believed
//! for two seconds: a busy session costs one look-up by key every two seconds, and one that another process ended is
//! refused two seconds later at most: where the processes share Valkey, as soon as the event of its end is heard. One that
//! this process ended is refused at once.

use daymark_shared::ids::SessionId;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard},
};

/// How long the database's word is believed.
pub const BELIEVED: SignedDuration = SignedDuration::from_secs(2);
/// Sessions in each of the two halves.
const HALF: usize = 4_096;

/// What is known of the sessions in use; memory is bounded. Clones are the same one.
#[derive(Clone, Default)]
pub struct Live(Arc<Mutex<Halves>>);

/// When the young half is full it becomes the old one, and who was not seen since is forgotten.
#[derive(Default)]
struct Halves {
    young: HashMap<SessionId, Known>,
    old: HashMap<SessionId, Known>,
}

/// What is known of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It went on at that instant, and an access token of this generation has been seen in use.
    Alive { at: Timestamp, generation: u32 },
    /// It has ended. Nothing changes that: an answer of the database that was on its way meanwhile is too old.
    Ended,
}

/// What there is to do about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may pass.
    Alive,
    /// It must not.
    Ended,
    /// Ask the database.
    Unsure,
}

impl Live {
    /// What is known of a session whose access token of this generation is presented.
    pub(super) fn look(&self, session: SessionId, generation: u32, now: Timestamp) -> Verdict {
        match self.lock().get(session) {
            Some(Known::Ended) => Verdict::Ended,
            // A clock that was set back makes the age negative: ask again.
            Some(Known::Alive { at, generation: seen })
                if generation <= seen && at <= now && now.duration_since(at) < BELIEVED =>
            {
                Verdict::Alive
            }
            _ => Verdict::Unsure,
        }
    }

    /// The database said at `at` that the session goes on, and knows that this generation is in use.
    pub(super) fn alive(&self, session: SessionId, generation: u32, at: Timestamp) {
        let mut halves = self.lock();
        let generation = match halves.get(session) {
            Some(Known::Ended) => return,
            Some(Known::Alive { generation: seen, .. }) => generation.max(seen),
            None => generation,
        };
        halves.put(session, Known::Alive { at, generation });
    }

    /// These have ended, and that is on disk.
    pub fn ended(&self, sessions: &[SessionId]) {
        let mut halves = self.lock();
        for session in sessions {
            halves.put(*session, Known::Ended);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Halves> {
        // A panic cannot leave these maps half changed in a way that matters: what is missing is asked again.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Halves {
    fn get(&self, session: SessionId) -> Option<Known> {
        self.young.get(&session).or_else(|| self.old.get(&session)).copied()
    }

    fn put(&mut self, session: SessionId, known: Known) {
        if self.young.len() >= HALF && !self.young.contains_key(&session) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(session, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn session(n: u64) -> SessionId {
        SessionId::mint(n, [0; 10])
    }

    #[test]
    fn the_databases_word_is_believed_for_two_seconds() {
        let live = Live::default();
        assert_eq!(live.look(session(1), 0, at(10)), Verdict::Unsure);
        live.alive(session(1), 0, at(10));
        assert_eq!(live.look(session(1), 0, at(11)), Verdict::Alive);
        assert_eq!(live.look(session(1), 0, at(12)), Verdict::Unsure);
        assert_eq!(live.look(session(1), 0, at(9)), Verdict::Unsure, "the clock was set back");
    }

    #[test]
    fn a_new_generation_is_not_taken_for_granted_but_an_old_one_is() {
        let live = Live::default();
        live.alive(session(1), 1, at(10));
        assert_eq!(live.look(session(1), 2, at(10)), Verdict::Unsure);
        live.alive(session(1), 0, at(10));
        assert_eq!(live.look(session(1), 1, at(10)), Verdict::Alive);
    }

    #[test]
    fn an_answer_that_was_on_its_way_does_not_bring_an_ended_session_back() {
        let live = Live::default();
        live.ended(&[session(1)]);
        live.alive(session(1), 0, at(10));
        assert_eq!(live.look(session(1), 0, at(10)), Verdict::Ended);
    }

    #[test]
    fn memory_is_bounded() {
        let live = Live::default();
        for n in 0..10 * HALF as u64 {
            live.alive(session(n), 0, at(10));
        }
        let halves = live.lock();
        assert!(halves.young.len() + halves.old.len() <= 2 * HALF);
    }
}
