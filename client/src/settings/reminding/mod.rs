//! Reminders in the settings: this browser, all the ways that they take, and when it is quiet.

mod channels;
mod desk;
mod dialog;
mod quiet;
mod this_browser;
mod words;

use super::section;
use crate::{
    api::{ApiError, Remote, channel, reminder, use_remote},
    kept::{use_kept, use_watch},
    platform::{events::use_window_event, locks},
    problems,
    store::{Changes, use_dispatch, use_news, use_slice},
    ui::{skeleton, trouble},
    words as common,
};
use channels::{channels, use_mailbox};
use daymark_shared::{
    channel::{Channel, ChannelOffer},
    reminder::StoredSettings,
};
use desk::Desk;
use dialog::ChannelDialog;
use quiet::{NewDays, quiet};
use this_browser::this_browser;
use words::use_words;
use yew::prelude::*;

/// All that is shown.
struct All {
    channels: Vec<Channel>,
    offer: ChannelOffer,
    stored: StoredSettings,
}

async fn all() -> Result<All, ApiError> {
    let channels = channel::all().await?;
    let offer = channel::offer().await?;
    Ok(All { channels, offer, stored: reminder::settings().await? })
}

/// Three cards: this browser, where reminders go, when it is quiet.
#[component]
pub fn Reminding() -> Html {
    let words = use_words();
    let remote = use_remote(String::new(), all);
    let changes = use_slice::<Changes>();
    use_news(changes.channels, remote.reload.clone());
    let desk = Desk {
        words: words.clone(),
        dispatch: use_dispatch(),
        reload: remote.reload.clone(),
        push: use_kept(|| None),
        dialog: use_kept(|| None),
        busy: use_kept(|| None),
        turning: use_kept(|| false),
        wanted: use_kept(|| None),
    };
    let mail = use_mailbox();
    let days = use_kept(NewDays::default);
    // The person may have come back from the browser's settings.
    let look = {
        let desk = desk.clone();
        use_callback((), move |(), ()| desk.look())
    };
    use_watch((), {
        let look = look.clone();
        move |()| look.emit(())
    });
    use_window_event("focus", look);
    let inside = match &remote.remote {
        Remote::Pending => {
            html! { <div class="setting">{ skeleton(4, common::Words(words.0.clone()).loading()) }</div> }
        }
        Remote::Failed(error) => html! {
            <div class="setting">{ trouble(&problems::Words(words.0.clone()).failure(error), &remote.reload, false) }</div>
        },
        Remote::Ready(all) => {
            let stored = desk.wanted.get().unwrap_or_else(|| all.stored.clone());
            html! {
                <>
                    { this_browser(&desk, all) }
                    { channels(&desk, all, mail.clone()) }
                    { quiet(&desk, stored, &days) }
                </>
            }
        }
    };
    html! {
        <>
            { inside }
            if let Some(asking) = desk.dialog.get() {
                <ChannelDialog key={asking.key()} {desk} asking={asking.clone()} />
            }
        </>
    }
}

/// Where settings are saved: one after the other.
const LOCK: &str = "daymark.reminding";

impl Desk {
    /// Shows other settings at once, and saves them.
    fn save(&self, stored: StoredSettings) {
        self.wanted.set(Some(stored));
        let desk = self.clone();
        let sent = async move {
            // What was chosen last, on top of what was saved last.
            let Some(StoredSettings { settings, revision }) = desk.wanted.get() else { return };
            match reminder::put_settings(&settings, revision).await {
                Ok(saved) => {
                    let latest = desk.wanted.get().map_or(saved.settings, |latest| latest.settings);
                    desk.wanted.set(Some(StoredSettings { settings: latest, revision: saved.revision }));
                }
                Err(error) => {
                    desk.wanted.set(None);
                    desk.fail(&error);
                    desk.reload.emit(());
                }
            }
        };
        wasm_bindgen_futures::spawn_local(locks::exclusively(LOCK, Box::pin(sent)));
    }
}
