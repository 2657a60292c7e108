//! Fetching days and the inbox into the store: when the page appears, when it is shown again, and after changes.

use crate::{
    api::{ApiError, day, remote::use_round, routine},
    platform::visibility::use_return,
    store::{Action, DaysChange, Dispatch, InboxChange, use_dispatch},
};
use jiff::civil::Date;
use std::{cell::Cell, future::Future, rc::Rc};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Counts the changes that a person makes: an answer that was asked for before one of them is too old.
#[derive(Debug, Clone)]
pub struct Stamp(Rc<Cell<u32>>);

impl Stamp {
    /// A change begins or ends.
    pub fn advance(&self) {
        self.0.set(self.0.get().wrapping_add(1));
    }

    fn get(&self) -> u32 {
        self.0.get()
    }
}

impl PartialEq for Stamp {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The page's count of changes.
#[hook]
pub fn use_stamp() -> Stamp {
    Stamp(use_memo((), |()| Cell::new(0)))
}

/// How fetching goes; what comes is in the store.
pub struct Loading {
    /// Why the last try failed.
    pub error: Option<ApiError>,
    /// Fetches again.
    pub reload: Callback<()>,
}

#[hook]
fn use_fetch<K, T, F>(key: K, stamp: Stamp, fetch: fn(K) -> F, came: fn(T) -> Action) -> Loading
where
    K: PartialEq + Clone + 'static,
    T: 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    let dispatch = use_dispatch();
    let error = use_state_eq(|| None::<ApiError>);
    let (round, reload) = use_round();
    let set = error.setter();
    use_effect_with((key, round), move |(key, _)| {
        let (key, wanted) = (key.clone(), Rc::new(Cell::new(true)));
        let still = wanted.clone();
        spawn_local(async move {
            let answer = current(&stamp, || fetch(key.clone())).await;
            if !still.get() {
                return;
            }
            match answer {
                Ok(value) => {
                    Dispatch::dispatch(&dispatch, came(value));
                    set.set(None);
                }
                Err(error) => set.set(Some(error)),
            }
        });
        move || wanted.set(false)
    });
    use_return(reload.clone());
    Loading { error: (*error).clone(), reload }
}

/// Asks until no change came in between.
async fn current<T, F>(stamp: &Stamp, fetch: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    loop {
        let before = stamp.get();
        let answer = fetch().await;
        if answer.is_err() || stamp.get() == before {
            return answer;
        }
    }
}

/// Keeps the days from `from` to `to` in the store.
#[hook]
pub fn use_days(from: Date, to: Date, stamp: Stamp) -> Loading {
    use_fetch(
        (from, to),
        stamp,
        |(from, to)| day::range(from, to),
        |days| Action::Days(DaysChange::Came(days)),
    )
}

/// Keeps the inbox in the store.
#[hook]
pub fn use_inbox(stamp: Stamp) -> Loading {
    use_fetch(
        (),
        stamp,
        |()| routine::all(routine::Among::Inbox),
        |routines| Action::Inbox(InboxChange::Came(routines)),
    )
}
