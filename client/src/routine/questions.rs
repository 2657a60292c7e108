//! What is asked before something is lost.

use super::{
    form::Seen,
    words::{Words, use_words},
};
use crate::{
    api::routine,
    kept::use_kept,
    planning::{Question, ScopeDialog, report},
    store::{Action, use_dispatch},
    ui::{Button, Dialog, Kind, pressed},
    words,
};
use daymark_shared::routine::{RoutineEnd, Scope};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Whether what was typed is to be lost.
pub fn discard(words: &Words, onkeep: &Callback<()>, ondiscard: &Callback<()>) -> Html {
    html! {
        <Dialog
            id="routine-discard"
            title={words.discard_title()}
            onclose={onkeep.clone()}
            close_label={words.keep_editing()}
        >
            <p class="muted">{ words.discard_text() }</p>
            <div class="actions">
                { Button {
                    kind: Kind::Danger,
                    onclick: Some(pressed(ondiscard)),
                    ..Button::says(words.discard())
                } }
                <button type="button" class="button primary" autofocus=true onclick={pressed(onkeep)}>
                    { words.keep_editing() }
                </button>
            </div>
        </Dialog>
    }
}

/// Properties of [`Removal`].
#[derive(Properties, PartialEq)]
pub struct RemovalProps {
    /// The routine.
    pub seen: Rc<Seen>,
    /// It stays.
    pub onkeep: Callback<()>,
    /// It is gone, or over.
    pub onleave: Callback<()>,
}

/// What is to go: what comes later, all that is to come, or everything with its history.
#[component]
pub fn Removal(props: &RemovalProps) -> Html {
    let (words, common, dispatch) = (use_words(), words::use_words(), use_dispatch());
    let busy = use_kept(|| false);
    let seen = &props.seen;
    let (id, revision) = (seen.routine.id, seen.routine.revision);
    let act = {
        let (dispatch, onleave, onkeep, busy) =
            (dispatch, props.onleave.clone(), props.onkeep.clone(), busy.clone());
        let (words, occurrence) = (words.clone(), seen.occurrence);
        // One scope ends it there; none deletes all of it.
        Callback::from(move |scope: Option<Scope>| {
            busy.set(true);
            let (dispatch, onleave, onkeep, words) =
                (dispatch.clone(), onleave.clone(), onkeep.clone(), words.clone());
            spawn_local(async move {
                let answer = match scope {
                    None => routine::delete(id).await,
                    Some(scope) => {
                        let occurrence = occurrence.filter(|_| scope == Scope::Later);
                        routine::end(id, revision, &RoutineEnd { scope, occurrence }).await.map(drop)
                    }
                };
                match answer {
                    Ok(()) => {
                        let said = if scope.is_some() { words.ended() } else { words.deleted() };
                        dispatch.dispatch(Action::good(said));
                        onleave.emit(());
                    }
                    Err(error) => {
                        dispatch.dispatch(report(&words.0, &error));
                        onkeep.emit(());
                    }
                }
            });
        })
    };
    let repeats = seen.routine.schedule.as_ref().is_some_and(|schedule| schedule.repeat.is_some());
    if repeats && seen.all.is_some() {
        let mut scopes = vec![Scope::Later, Scope::All];
        if seen.occurrence.is_none() {
            scopes.remove(0);
        }
        return html! {
            <ScopeDialog
                question={Question::Delete}
                {scopes}
                onpick={act.reform(Some)}
                onpurge={act.reform(|()| None)}
                onclose={props.onkeep.clone()}
            />
        };
    }
    html! {
        <Dialog
            id="routine-delete"
            title={words.delete_title(seen.routine.title.as_str())}
            onclose={props.onkeep.clone()}
            close_label={common.cancel()}
        >
            <p class="muted">{ words.delete_text() }</p>
            <div class="actions">
                { Button {
                    kind: Kind::Quiet,
                    onclick: Some(pressed(&props.onkeep)),
                    ..Button::says(common.cancel())
                } }
                { Button {
                    kind: Kind::Danger,
                    busy: busy.get(),
                    onclick: Some(act.reform(|_| None)),
                    ..Button::says(common.delete())
                } }
            </div>
        </Dialog>
    }
}
