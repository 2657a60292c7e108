//! This browser: whether reminders pop up here, and if not, why.

use super::{All, desk::Desk, section};
use crate::{
    api::session,
    platform::push::{PushState, Refusal},
    push::{self, Trouble, is_here},
    store::Action,
    ui::{Button, glyphs, icon},
};
use yew::prelude::*;

/// This browser, with a button that turns it on or off.
pub fn this_browser(desk: &Desk, all: &All) -> Html {
    let words = &desk.words;
    let state = desk.push.get();
    let own = match &state {
        Some(PushState::On(mine)) => {
            all.channels.iter().find(|channel| channel.ended.is_none() && is_here(channel, mine))
        }
        _ => None,
    };
    let text = match &state {
        // Where the height of the card comes from, so that nothing moves.
        None => "",
        Some(PushState::Insecure) => words.push_insecure(),
        Some(PushState::Install) => words.push_install(),
        Some(PushState::Unsupported) => words.push_unsupported(),
        Some(PushState::Denied) => words.push_denied(),
        Some(PushState::On(_)) if own.is_some() => words.push_on_text(),
        Some(PushState::Off | PushState::On(_)) => words.push_off_text(),
    };
    let can = matches!(state, Some(PushState::Off | PushState::On(_)));
    let onclick = {
        let (desk, key, own) = (desk.clone(), all.offer.push.key.clone(), own.map(|channel| channel.id));
        Callback::from(move |_| {
            desk.turning.set(true);
            let (words, key) = (desk.words.clone(), key.clone());
            desk.does(Box::pin(async move {
                if own.is_some() {
                    push::turn_off(own).await?;
                    return Ok(Some(Action::good(words.turned_off())));
                }
                Ok(Some(match push::turn_on(&name(words.browser()).await, &key).await {
                    Ok(()) => Action::good(words.turned_on()),
                    Err(Trouble::Browser(Refusal::Denied)) => Action::bad(words.push_denied()),
                    Err(Trouble::Browser(Refusal::Failed)) => Action::bad(words.push_failed()),
                    Err(Trouble::Server(error)) => return Err(error),
                }))
            }));
        })
    };
    let inside = html! {
        <>
            <p class="with-icon">
                { icon(if own.is_some() { glyphs::BELL } else { glyphs::INFO }) }
                <span>
                    if own.is_some() {
                        <span class="badge">{ words.push_on() }</span>
                        { " " }
                    }
                    { text }
                </span>
            </p>
            if can {
                { Button {
                    busy: desk.turning.get(),
                    onclick: Some(onclick),
                    class: "at-start",
                    ..Button::says(if own.is_some() { words.turn_off() } else { words.turn_on() })
                } }
            }
        </>
    };
    section("reminders", words.reminders(), inside)
}

/// What this browser is called, as the list of sessions has it.
async fn name(otherwise: &str) -> String {
    let sessions = session::sessions().await.unwrap_or_default();
    let own = sessions.into_iter().find(|session| session.current);
    own.and_then(|own| own.user_agent_summary).unwrap_or_else(|| otherwise.to_owned())
}
