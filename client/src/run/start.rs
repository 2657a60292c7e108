//! The way from a reminder into a run: starts it, or goes on with the one that there is.

use super::{Before, words::use_words};
use crate::{
    api::{ApiError, remote::use_round, run},
    kept::{use_kept, use_watch},
    platform::random,
    route::Route,
};
use daymark_shared::{
    ids::{RoutineId, RunId},
    occurrence::OccurrenceKey,
    problem::Code,
    run::NewRun,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Properties of [`StartPage`].
#[derive(Properties, PartialEq)]
pub struct StartProps {
    /// Of which routine.
    pub routine: RoutineId,
    /// Which occurrence.
    pub occurrence: OccurrenceKey,
}

/// Starts a run and gives way to it; going back leads to where one came from, not here.
#[component]
pub fn StartPage(props: &StartProps) -> Html {
    let words = use_words();
    let error = use_kept(|| None::<ApiError>);
    // Kept over all tries, so that a lost answer starts no second one.
    let id = use_mut_ref(|| {
        let (ms, random) = random::id_parts();
        RunId::mint(ms, random)
    });
    let (round, again) = use_round();
    let (set, id) = (error.clone(), *id.borrow());
    use_watch((props.routine, props.occurrence, round), move |(routine, occurrence, _)| {
        set.set(None);
        spawn_local(async move {
            match run::start(&NewRun { id, routine, occurrence, auto_advance: true }).await {
                Ok(run) => Route::Run { id: run.id }.replace(),
                Err(error) => set.set(Some(error)),
            }
        });
    });
    let done = error.get().is_some_and(|error| error.code() == Some(Code::OccurrenceBegun));
    html! {
        <Before error={error.get()} advice={done.then(|| words.done_already())} onretry={again} />
    }
}
