//! The run that is followed: as the server told it last, and what the person has done since. Pure.
//!
//! What is done shows at once, by the same state machine as the server's; it waits in line until the server has
//! answered, and is sent again when no answer came. The server's word counts in the end.

use crate::api::ApiError;
use daymark_shared::{
    event::Event,
    ids::RunId,
    run::{Action, Progress, Run},
};
use jiff::Timestamp;
use std::rc::Rc;

/// The run that is followed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Following {
    /// Which.
    pub id: Option<RunId>,
    /// As the server told it last.
    pub run: Option<Rc<Run>>,
    /// Where it stands, with what is still in line.
    pub progress: Option<Rc<Progress>>,
    /// What was done and is not confirmed, in order.
    pub deeds: Vec<Deed>,
    /// Why the last question got no answer.
    pub trouble: Option<ApiError>,
    /// Goes up with each question that is to be asked.
    pub round: u32,
    /// How many questions in a row got no answer.
    pub failures: u32,
    /// Whether somebody looks at it.
    pub watched: bool,
    /// Whether a question is under way, or about to be.
    waiting: bool,
    /// Whether what the question under way will tell may be old by then.
    stale: bool,
    /// The next deed's number.
    pub next: u32,
}

/// Something that the person did.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// Which.
    pub number: u32,
    /// What.
    pub action: Action,
    /// The step that they saw.
    pub step: usize,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// It was sent, and no answer came: what the step was allowed before. An adjustment is the one thing that done twice
    /// is not done once, so it is not sent again if this has changed.
    pub doubt: Option<i64>,
}

/// What happens to the run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// Somebody looks at this one.
    Follow(RunId),
    /// Nobody looks any more; what is in line is still sent.
    Leave,
    /// The server is to be asked (again) how it stands, unless it is being asked.
    Ask,
    /// The person does something.
    Do(Action, Timestamp),
    /// The server told how it stands.
    Told(Run),
    /// The server did what was asked, or found it done.
    Settled(u32, Run),
    /// The server refused.
    Refused(u32),
    /// No answer, to this deed or to a question.
    Lost(Option<u32>, ApiError),
}

/// Actions that mean the whole run, not the step that was seen.
const fn is_of_the_run(action: Action) -> bool {
    matches!(action, Action::Finish | Action::Abandon | Action::AutoAdvance(_))
}

impl Following {
    /// What is to be sent now.
    pub fn front(&self) -> Option<&Deed> {
        self.deeds.first()
    }

    /// Whether the server could not be reached.
    pub fn is_lost(&self) -> bool {
        self.trouble.as_ref().is_some_and(ApiError::is_passing)
    }

    /// Takes what the server told, unless something newer is known, and does again what is in line.
    fn take(&mut self, run: Run) {
        if self.id != Some(run.id) {
            return;
        }
        let known = self.run.as_ref().map(|known| (known.revision, known.now));
        if known.is_none_or(|known| known <= (run.revision, run.now)) {
            self.run = Some(Rc::new(run));
        }
        self.replay();
    }

    fn replay(&mut self) {
        let Some(run) = &self.run else { return };
        let progress = self.deeds.iter().fold(run.progress.clone(), |progress, deed| {
            let step = (!is_of_the_run(deed.action)).then_some(deed.step);
            progress.act(deed.action, step, deed.at).unwrap_or(progress)
        });
        if self.progress.as_deref() != Some(&progress) {
            self.progress = Some(Rc::new(progress));
        }
    }

    fn answered(&mut self) {
        self.trouble = None;
        self.failures = 0;
        self.waiting = !self.deeds.is_empty();
        if std::mem::take(&mut self.stale) && !self.waiting {
            self.round += 1;
            self.waiting = true;
        }
    }
}

/// What becomes of it when the server tells of a change: it is asked how the run stands, if it is this one.
pub fn heard(following: &Rc<Following>, event: Event) -> Rc<Following> {
    let is_ours = match event {
        Event::Run { id } => following.id == Some(id),
        Event::Resync => following.id.is_some(),
        _ => false,
    };
    if !is_ours || !following.watched {
        return following.clone();
    }
    if following.waiting && following.deeds.is_empty() {
        // What is on its way may be older than the change.
        return Rc::new(Following { stale: true, ..(**following).clone() });
    }
    reduce(following, RunEvent::Ask)
}

/// What becomes of it.
pub fn reduce(following: &Rc<Following>, event: RunEvent) -> Rc<Following> {
    let mut next = (**following).clone();
    match event {
        RunEvent::Follow(id) => {
            if next.id != Some(id) {
                next = Following { id: Some(id), round: next.round, next: next.next, ..Following::default() };
            }
            next.watched = true;
            if !next.waiting {
                next.round += 1;
                next.waiting = true;
            }
        }
        RunEvent::Leave => next.watched = false,
        RunEvent::Ask if next.waiting || next.id.is_none() => {}
        RunEvent::Ask => {
            next.round += 1;
            next.waiting = true;
        }
        RunEvent::Do(action, at) => {
            let Some(progress) = &next.progress else { return following.clone() };
            let stands = progress.at(at);
            // What cannot be done, or changes nothing, is not worth a request.
            if stands.act(action, None, at).is_ok_and(|then| then != stands) {
                let step = stands.current;
                next.deeds.push(Deed { number: next.next, action, step, at, doubt: None });
                next.next += 1;
                if next.deeds.len() > 1 && !next.waiting {
                    // What is before it got no answer: a good moment to try again.
                    next.round += 1;
                }
                next.waiting = true;
                next.replay();
            }
        }
        RunEvent::Told(run) => {
            next.answered();
            next.take(run);
        }
        RunEvent::Settled(number, run) => {
            next.deeds.retain(|deed| deed.number != number);
            next.answered();
            next.take(run);
        }
        RunEvent::Refused(number) => {
            next.deeds.retain(|deed| deed.number != number);
            next.answered();
            next.round += 1;
            next.waiting = true;
            next.replay();
        }
        RunEvent::Lost(number, error) => {
            let allowed = |step: usize| Some(next.run.as_ref()?.progress.steps.get(step)?.allowed_ms);
            let doubt = next.deeds.first().and_then(|deed| allowed(deed.step));
            match next.deeds.first_mut() {
                Some(front) if number == Some(front.number) => {
                    front.doubt = front.doubt.or(doubt);
                    next.waiting = false;
                }
                // Something is under way that will tell.
                Some(_) => return following.clone(),
                None => next.waiting = false,
            }
            next.failures += 1;
            next.trouble = Some(error);
        }
    }
    if next == **following { following.clone() } else { Rc::new(next) }
}

#[cfg(test)]
mod tests;
