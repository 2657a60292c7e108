//! Where somebody is signed in.

use super::{
    section,
    words::{Words, use_words},
};
use crate::{
    api::{Remote, remote::RemoteHandle, session},
    kept::use_kept,
    platform::clock,
    problems,
    store::{Action, use_dispatch},
    ui::{Button, Kind, glyphs, icon, skeleton, trouble},
    words as common,
};
use daymark_shared::session::Session;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// All sessions, each with a button that ends it.
pub fn sessions(words: &Words, sessions: &RemoteHandle<Vec<Session>>) -> Html {
    let (common, problems) = (common::Words(words.0.clone()), problems::Words(words.0.clone()));
    let inside = html! {
        <>
            {
                match &sessions.remote {
                    Remote::Pending => skeleton(2, common.loading()),
                    Remote::Failed(error) => html! {
                        { trouble(&problems.failure(error), &sessions.reload, false) }
                    },
                    Remote::Ready(list) => html! {
                        <ul class="sessions">
                            { for list.iter().map(|session| html! {
                                <SessionRow
                                    key={session.id.to_string()}
                                    session={session.clone()}
                                    now={clock::now().as_second() / 60}
                                    onended={sessions.reload.clone()}
                                />
                            }) }
                        </ul>
                    },
                }
            }
        </>
    };
    section("sessions", words.sessions(), inside)
}

/// Properties of [`SessionRow`].
#[derive(Properties, PartialEq)]
struct SessionRowProps {
    session: Session,
    /// The minute, so that the row is drawn again when it changes.
    now: i64,
    onended: Callback<()>,
}

#[component]
fn SessionRow(props: &SessionRowProps) -> Html {
    let (words, dispatch) = (use_words(), use_dispatch());
    let busy = use_kept(|| false);
    let session = &props.session;
    let name = session.user_agent_summary.clone().unwrap_or_else(|| words.unknown_browser().to_owned());
    let onclick = {
        let (id, busy, ended, words) = (session.id, busy.clone(), props.onended.clone(), words.clone());
        Callback::from(move |_| {
            let (busy, ended, words, dispatch) =
                (busy.clone(), ended.clone(), words.clone(), dispatch.clone());
            busy.set(true);
            spawn_local(async move {
                match session::revoke(id).await {
                    Ok(()) => {
                        ended.emit(());
                        dispatch.dispatch(Action::good(words.session_ended()));
                    }
                    Err(error) => {
                        busy.set(false);
                        dispatch.dispatch(Action::bad(words.error(&error)));
                    }
                }
            });
        })
    };
    let since = words.instant(session.created_at, &browser_zone());
    html! {
        <li>
            { icon(glyphs::MONITOR) }
            <div>
                <strong>{ &name }</strong>
                <p class="hint">
                    if session.current {
                        <span class="badge">{ words.this_browser() }</span>
                    } else {
                        { words.last_used(&words.ago(session.last_used_at, clock::now()), &since) }
                    }
                </p>
            </div>
            if !session.current {
                { Button {
                    kind: Kind::Quiet,
                    busy: busy.get(),
                    label: Some(AttrValue::from(words.end_session_of(&name))),
                    onclick: Some(onclick),
                    ..Button::says(words.end_session())
                } }
            }
        </li>
    }
}

fn browser_zone() -> String {
    crate::platform::intl::device_zone().unwrap_or_else(|| "UTC".to_owned())
}
