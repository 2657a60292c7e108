//! Something that has to be fetched before it can be shown.

use super::ApiError;
use std::{cell::Cell, future::Future, rc::Rc};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Something that has to be fetched.
#[derive(Debug, PartialEq)]
pub enum Remote<T> {
    /// It is on its way.
    Pending,
    /// It did not come.
    Failed(ApiError),
    /// Here it is.
    Ready(Rc<T>),
}

impl<T> Clone for Remote<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Pending => Self::Pending,
            Self::Failed(error) => Self::Failed(error.clone()),
            Self::Ready(value) => Self::Ready(value.clone()),
        }
    }
}

/// What [`use_remote`] gives.
pub struct RemoteHandle<T> {
    /// How far it is.
    pub remote: Remote<T>,
    /// Fetches again; what is there stays until the new has come.
    pub reload: Callback<()>,
}

/// How often it was asked for.
struct Round(u32);

impl Reducible for Round {
    type Action = ();

    fn reduce(self: Rc<Self>, (): ()) -> Rc<Self> {
        Rc::new(Self(self.0 + 1))
    }
}

/// How often something was asked for again, and a callback that asks again; it never changes.
#[hook]
pub fn use_round() -> (u32, Callback<()>) {
    let round = use_reducer(|| Round(0));
    let again = use_callback(round.dispatcher(), |(), round| round.dispatch(()));
    (round.0, again)
}

/// Fetches when the component appears and whenever `key` changes. While another key is fetched it is pending.
#[hook]
pub fn use_remote<T, K, F>(key: K, fetch: impl Fn(&K) -> F + 'static) -> RemoteHandle<T>
where
    T: 'static,
    K: PartialEq + Clone + 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    let remote = use_state(|| Remote::Pending);
    let round = use_reducer(|| Round(0));
    let shown = use_mut_ref(|| None::<K>);
    {
        let set = remote.setter();
        use_effect_with((key, round.0), move |(key, _)| {
            if shown.borrow().as_ref().is_some_and(|shown| shown != key) {
                set.set(Remote::Pending);
            }
            *shown.borrow_mut() = Some(key.clone());
            // Only the answer to the latest question counts, and none once the component is gone.
            let wanted = Rc::new(Cell::new(true));
            let (answer, still) = (fetch(key), wanted.clone());
            spawn_local(async move {
                let answer = answer.await;
                if still.get() {
                    set.set(match answer {
                        Ok(value) => Remote::Ready(Rc::new(value)),
                        Err(error) => Remote::Failed(error),
                    });
                }
            });
            move || wanted.set(false)
        });
    }
    let reload = {
        let (set, failed, again) =
            (remote.setter(), matches!(*remote, Remote::Failed(_)), round.dispatcher());
        Callback::from(move |()| {
            if failed {
                set.set(Remote::Pending);
            }
            again.dispatch(());
        })
    };
    RemoteHandle { remote: (*remote).clone(), reload }
}
