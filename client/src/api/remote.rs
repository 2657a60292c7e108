//! Something that has to be fetched before it can be shown.

use super::ApiError;
use crate::kept::{use_kept, use_watch};
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

/// How often something was asked for again, and a callback that asks again; it never changes.
#[hook]
pub fn use_round() -> (u32, Callback<()>) {
    let round = use_kept(|| 0_u32);
    let asked = round.clone();
    let again = use_mut_ref(move || Callback::from(move |()| asked.set(asked.get() + 1)));
    (round.get(), again.borrow().clone())
}

/// What came; the same only if it is the very same.
#[derive(Clone)]
struct Answer(Result<Rc<dyn Any>, ApiError>);

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Ok(one), Ok(other)) => Rc::ptr_eq(one, other),
            (Err(one), Err(other)) => one == other,
            _ => false,
        }
    }
}

type Fetch = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = Answer>>>>;

/// Fetches when the component appears and whenever `key` changes. While another key is fetched it is pending.
#[hook]
pub fn use_remote<T, F, G>(key: String, fetch: G) -> RemoteHandle<T>
where
    T: 'static,
    G: FnOnce() -> F + 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    let fetch = || -> Pin<Box<dyn Future<Output = Answer>>> {
        Box::pin(async { Answer(fetch().await.map(|found| Rc::new(found) as Rc<dyn Any>)) })
    };
    let (answer, reload) = use_answer(key, Box::new(fetch));
    let remote = match answer {
        None => Remote::Pending,
        Some(Answer(Err(error))) => Remote::Failed(error),
        Some(Answer(Ok(found))) => found.downcast().map_or(Remote::Pending, Remote::Ready),
    };
    RemoteHandle { remote, reload }
}

/// What has come, and a callback that fetches it again: of any type, so that it is compiled once for all.
#[hook]
fn use_answer(key: String, fetch: Fetch) -> (Option<Answer>, Callback<()>) {
    let answer = use_kept(|| None::<Answer>);
    let (round, again) = use_round();
    let shown = use_mut_ref(|| None::<String>);
    {
        let set = answer.clone();
        use_watch((key, round), move |(key, _): (String, u32)| {
            if shown.replace(Some(key.clone())).is_some_and(|shown| shown != key) {
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
        let (set, failed) = (answer.clone(), matches!(answer.get(), Some(Answer(Err(_)))));
        Callback::from(move |()| {
            if failed {
                set.set(None);
            }
            again.emit(());
        })
    };
    (answer.get(), reload)
}
