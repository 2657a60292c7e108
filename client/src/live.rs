//! Live events: one stream a browser. The tab that holds a lock reads it, and tells the others.
//!
//! Every tab remembers what was heard last, so that whichever reads next goes on from there. What comes of an event is
//! said in one place, `store::Changes`.

use crate::{
    api::{account, events},
    kept::{use_kept, use_watch},
    platform::{
        clock,
        events::listen,
        locks, random,
        tabs::Tabs,
        timer::{Timeout, sleep},
        visibility::is_hidden,
    },
    store::{Action, Dispatch},
};
use daymark_shared::event::Event;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;
use yew::prelude::*;

/// The lock, and the name under which tabs hear each other.
const NAME: &str = "daymark.events";
/// So long the first questions of a page go before.
const SETTLED_MS: u32 = 500;
/// A tab that has been hidden for so long listens no more: when it is shown again, it asks for everything anyway.
const HIDDEN_MS: u32 = 300_000;
/// After so many milliseconds a broken stream is opened again: doubled each time it breaks at once, up to the longest.
const PATIENCE_MS: u32 = 500;
const PATIENCE_MAX_MS: u32 = 30_000;

/// How long to wait after so many failures in a row; half of it is chance, so that not all come back at once.
fn patience(failures: u32, chance: u8) -> u32 {
    let whole = PATIENCE_MS.saturating_mul(1 << failures.min(6)).min(PATIENCE_MAX_MS);
    whole / 2 + whole / 2 * u32::from(chance) / 256
}

/// Listens as long as somebody is signed in and looks, or looked a while ago.
#[hook]
pub fn use_live(signed_in: bool) {
    let asleep = use_kept(|| false);
    let set = asleep.clone();
    use_watch((), move |()| {
        let timer = RefCell::new(None::<Timeout>);
        let listener = listen(&crate::platform::document(), "visibilitychange", move |_| {
            let set = set.clone();
            if !is_hidden() {
                set.set(false);
                timer.take();
            } else {
                timer.replace(Some(Timeout::new(HIDDEN_MS, move || set.set(true))));
            }
        });
        move || drop(listener)
    });
    use_watch(signed_in && !asleep.get(), |listens| {
        let listening = listens.then(Listening::begin);
        move || drop(listening)
    });
}

/// This tab listens, itself or by another, until this is dropped.
struct Listening(Rc<Ear>);

struct Ear {
    tabs: RefCell<Option<Tabs>>,
    /// The id of the event that was heard last.
    seen: RefCell<Option<String>>,
    /// Of the stream that is being read.
    abort: RefCell<Option<AbortController>>,
    gone: Cell<bool>,
}

impl Listening {
    fn begin() -> Self {
        let ear = Rc::new(Ear {
            tabs: RefCell::default(),
            seen: RefCell::default(),
            abort: RefCell::default(),
            gone: Cell::new(false),
        });
        let weak = Rc::downgrade(&ear);
        let tabs = Tabs::join(
            NAME,
            Callback::from(move |text: String| {
                if let (Some(ear), Some((id, data))) = (weak.upgrade(), text.split_once(' ')) {
                    ear.hear(id, data);
                }
            }),
        );
        ear.tabs.replace(Some(tabs));
        let reader = ear.clone();
        spawn_local(async move {
            sleep(SETTLED_MS).await;
            locks::exclusively(NAME, Box::pin(async move { reader.read().await })).await;
        });
        Self(ear)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.gone.set(true);
        let tabs = self.0.tabs.take();
        // One of them may be telling something: freed when the stack is empty.
        spawn_local(async move { drop(tabs) });
        if let Some(abort) = self.0.abort.take() {
            abort.abort();
        }
    }
}

impl Ear {
    fn hear(&self, id: &str, data: &str) {
        self.seen.replace(Some(id.to_owned()));
        let Some(event) = events::event(data) else { return };
        Dispatch.dispatch(Action::Heard(event));
        if event == Event::Account {
            spawn_local(async {
                // It comes with the next access token, too.
                if let Ok(account) = account::get().await {
                    Dispatch.dispatch(Action::SignedIn(account));
                }
            });
        }
    }

    /// Reads the stream, again and again, and passes it on.
    async fn read(&self) {
        let mut failures = 0;
        while !self.gone.get() {
            let Ok(abort) = AbortController::new() else { return };
            self.abort.replace(Some(abort.clone()));
            let seen = self.seen.borrow().clone();
            let began = clock::monotonic_ms();
            let told = events::listen(seen.as_deref(), &abort, |id, data| {
                failures = 0;
                if let Some(tabs) = &*self.tabs.borrow() {
                    tabs.tell(&[id, " ", data].concat());
                }
                self.hear(id, data);
            });
            // Where the session has ended the store has heard of it.
            if told.await.is_err_and(|error| !error.is_passing()) || self.gone.get() {
                return;
            }
            if clock::monotonic_ms() - began > f64::from(PATIENCE_MAX_MS) {
                failures = 0;
            }
            let (_, [chance, ..]) = random::id_parts();
            sleep(patience(failures, chance)).await;
            failures += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_and_has_an_end() {
        assert_eq!(
            [0, 1, 2, 6, 7, 500].map(|failures| patience(failures, 0)),
            [250, 500, 1_000, 15_000, 15_000, 15_000]
        );
        assert!(patience(0, 255) < PATIENCE_MS && patience(500, 255) < PATIENCE_MAX_MS);
    }
}
