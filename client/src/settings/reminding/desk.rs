//! What is done with channels, and what becomes of it.

use super::words::Words;
use crate::{
    api::ApiError,
    kept::Kept,
    planning::report,
    platform::push::{self, PushState},
    store::{Action, Dispatch},
};
use daymark_shared::{
    channel::{Channel, NtfyTarget},
    ids::ChannelId,
    reminder::StoredSettings,
};
use std::{future::Future, pin::Pin};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// Something that is done, and what is said of it.
pub type Work = Pin<Box<dyn Future<Output = Result<Option<Action>, ApiError>>>>;

/// What is being asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Asking {
    /// Where a topic of ntfy is.
    Ntfy,
    /// Where a webhook is.
    Webhook,
    /// How loud this topic of ntfy is to be.
    Loudness(Box<Channel>, Box<NtfyTarget>),
    /// Another name.
    Rename(Box<Channel>),
    /// Whether it is to go.
    Remove(Box<Channel>),
    /// Whether the person has kept this.
    Secret(String),
}

impl Asking {
    /// Another question is another dialog.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            _ => "question",
        }
    }
}

/// What the three cards share.
#[derive(Clone)]
pub struct Desk {
    pub words: Words,
    pub dispatch: Dispatch,
    pub reload: Callback<()>,
    /// How it stands with push in this browser; `None` until it has said so.
    pub push: Kept<Option<PushState>>,
    pub dialog: Kept<Option<Asking>>,
    /// The channel that is being tested.
    pub busy: Kept<Option<ChannelId>>,
    /// Whether this browser is being turned on or off.
    pub turning: Kept<bool>,
    /// The settings as the person wants them.
    pub wanted: Kept<Option<StoredSettings>>,
}

impl PartialEq for Desk {
    fn eq(&self, other: &Self) -> bool {
        // The rest never changes.
        self.words == other.words && self.reload == other.reload
    }
}

impl Desk {
    /// Asks the browser how it stands.
    pub fn look(&self) {
        let push = self.push.clone();
        spawn_local(async move { push.set(Some(push::state().await)) });
    }

    /// It did not work.
    pub fn fail(&self, error: &ApiError) {
        self.dispatch.dispatch(report(&self.words.0, error));
    }

    /// Does something, says what became of it, and shows how it is then.
    pub fn does(&self, work: Work) {
        let desk = self.clone();
        spawn_local(async move {
            match work.await {
                Ok(Some(said)) => desk.dispatch.dispatch(said),
                Ok(None) => {}
                Err(error) => desk.fail(&error),
            }
            desk.busy.set(None);
            desk.turning.set(false);
            desk.look();
            desk.reload.emit(());
        });
    }
}
