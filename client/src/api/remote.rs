//! Something that has to be fetched before it can be shown.

use super::ApiError;
use std::{any::Any, cell::Cell, future::Future, pin::Pin, rc::Rc};
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

type Answer = Result<Rc<dyn Any>, ApiError>;
type Fetch = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = Answer>>>>;

/// Fetches when the component appears and whenever `key` changes. While another key is fetched it is pending.
#[hook]
pub fn use_remote<T, F>(key: String, fetch: impl FnOnce() -> F + 'static) -> RemoteHandle<T>
where
    T: 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    let fetch = || -> Pin<Box<dyn Future<Output = Answer>>> {
        Box::pin(async { fetch().await.map(|found| Rc::new(found) as Rc<dyn Any>) })
    };
    let (answer, reload) = use_answer(key, Box::new(fetch));
    let remote = match answer {
        None => Remote::Pending,
        Some(Err(error)) => Remote::Failed(error),
        Some(Ok(found)) => found.downcast().map_or(Remote::Pending, Remote::Ready),
    };
    RemoteHandle { remote, reload }
}

/// What has come, and a callback that fetches it again: of any type, so that it is compiled once for all.
#[hook]
fn use_answer(key: String, fetch: Fetch) -> (Option<Answer>, Callback<()>) {
    let answer = use_state(|| None::<Answer>);
    let (round, again) = use_round();
    let shown = use_mut_ref(|| None::<String>);
    {
        let set = answer.setter();
        use_effect_with((key, round), move |(key, _)| {
            if shown.replace(Some(key.clone())).is_some_and(|shown| shown != *key) {
                set.set(None);
            }
            // Only the answer to the latest question counts, and none once the component is gone.
            let wanted = Rc::new(Cell::new(true));
            let still = wanted.clone();
            spawn_local(async move {
                let answer = fetch().await;
                if still.get() {
                    set.set(Some(answer));
                }
            });
            move || wanted.set(false)
        });
    }
    let reload = {
        let (set, failed) = (answer.setter(), matches!(*answer, Some(Err(_))));
        Callback::from(move |()| {
            if failed {
                set.set(None);
            }
            again.emit(());
        })
    };
    ((*answer).clone(), reload)
}
