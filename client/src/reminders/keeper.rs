//! Knows how many reminders were missed, and whether any can arrive; and keeps this browser a channel, if it is one.

use super::groups::groups;
use crate::{
    api::{channel, reminder, remote::use_round},
    kept::use_watch,
    platform::{timer::use_ticks, visibility::use_return},
    push,
    store::{Action, Changes, Dispatch, Session, use_slice},
};
use daymark_shared::reminder::Reminder;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How often it is asked while the page is looked at.
const PERIOD_MS: u32 = 300_000;

/// Tells the store how many occurrences these are of.
pub fn tell(missed: &[Rc<Reminder>]) {
    Dispatch.dispatch(Action::Missed(groups(missed, false).len() as u32));
}

/// Shows nothing; belongs to the root, where it outlives every page.
#[component]
pub fn MissedKeeper() -> Html {
    let session = use_slice::<Session>();
    let id = session.account().map(|account| account.id);
    let (round, again) = use_round();
    let changes = use_slice::<Changes>();
    // They only go up.
    let ways = round + changes.channels;
    let round = round + changes.reminders;
    use_return(again.clone());
    use_ticks(PERIOD_MS, again);
    use_watch(id, |id| {
        if id.is_some() {
            // What does not work now is tried at the next start.
            spawn_local(async move { drop(push::keep_true().await) });
        }
    });
    use_watch((id, ways), |(id, _)| {
        if id.is_some() {
            spawn_local(async move {
                if let Ok(channels) = channel::all().await {
                    let ended = channels.iter().all(|channel| channel.ended.is_some());
                    Dispatch.dispatch(Action::Unreached(ended && !channels.is_empty()));
                }
            });
        }
    });
    use_watch((id, round), |(id, _)| {
        if id.is_some() {
            spawn_local(async move {
                // The page of reminders says what is wrong; here the number stays what it was.
                if let Ok(missed) = reminder::list(reminder::Among::Missed).await {
                    tell(&missed.items.into_iter().map(Rc::new).collect::<Vec<_>>());
                }
            });
        }
    });
    Html::default()
}
