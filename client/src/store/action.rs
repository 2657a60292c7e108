//! What can happen.

use super::{
    days::DaysChange,
    inbox::InboxChange,
    run::RunEvent,
    state::{Offer, Theme, Tone},
};
use crate::i18n::Hours;
use daymark_shared::{
    account::{Account, Locale},
    event::Event,
};
use yew::AttrValue;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Somebody is signed in, or their account has changed.
    SignedIn(Account),
    /// Nobody is any more.
    SignedOut {
        /// Whether it ended without being asked to.
        ended: bool,
    },
    /// Who is signed in could not be asked.
    Unreachable,
    /// Who is signed in is being asked again.
    Asking,
    /// Another look was chosen.
    Theme(Theme),
    /// Another language was chosen, before signing in.
    Language(Locale),
    /// Another way to count hours was chosen.
    Hours(Hours),
    /// There is something to say, to be seen and heard.
    Say {
        /// What it is about.
        tone: Tone,
        /// What to say.
        text: AttrValue,
        /// A button on it.
        offer: Option<Offer>,
    },
    /// There is something to say to whoever cannot see it.
    Announce(AttrValue),
    /// A message goes.
    Dismiss(u32),
    /// Something about the days.
    Days(DaysChange),
    /// Something about the inbox.
    Inbox(InboxChange),
    /// So many reminders did not arrive in time, and the person does not know yet.
    Missed(u32),
    /// Whether all channels that there were have ended.
    Unreached(bool),
    /// Something happened to the run that is followed.
    Run(RunEvent),
    /// Something has changed on the server, maybe by this very browser.
    Heard(Event),
}

impl Action {
    /// It went well, and that is worth saying.
    pub fn good(text: impl Into<AttrValue>) -> Self {
        Self::Say { tone: Tone::Good, text: text.into(), offer: None }
    }

    /// It did not work.
    pub fn bad(text: impl Into<AttrValue>) -> Self {
        Self::Say { tone: Tone::Bad, text: text.into(), offer: None }
    }
}
