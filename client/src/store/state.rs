//! The state, in slices.

use super::{changes::Changes, days::Days, inbox::Inbox, run::Following};
use crate::i18n::{Hours, I18n};
use daymark_shared::account::{Account, Locale};
use std::rc::Rc;
use yew::AttrValue;

/// All that the program knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Who is signed in.
    pub session: Rc<Session>,
    /// How this browser should look and speak.
    pub settings: Rc<Settings>,
    /// How the interface speaks: the account's language, or before anybody signs in the browser's.
    pub i18n: Rc<I18n>,
    /// What is being said at the edge of the screen.
    pub toasts: Rc<Toasts>,
    /// The days that are known.
    pub days: Rc<Days>,
    /// What has no date yet.
    pub inbox: Rc<Inbox>,
    /// How many reminders were missed, and whether any can arrive.
    pub missed: Rc<Missed>,
    /// The run that is followed.
    pub following: Rc<Following>,
    /// How often something has changed elsewhere.
    pub changes: Rc<Changes>,
}

/// What the person is to know of reminders wherever they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missed {
    /// How many did not arrive in time, of different occurrences, and the person does not know yet.
    pub count: u32,
    /// There were channels, and all of them have ended: nothing can arrive.
    pub unreached: bool,
}

/// Who is signed in.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Session {
    /// Not known yet: the server is being asked.
    #[default]
    Unknown,
    /// The server could not be asked: offline, say. Whoever it is stays signed in.
    Unreachable,
    /// Nobody.
    SignedOut {
        /// Whether a session ended without being asked to: it expired, or was revoked elsewhere.
        ended: bool,
    },
    /// Somebody.
    SignedIn(Rc<Account>),
}

impl State {
    /// What a browser begins with that remembers these settings.
    pub fn of(settings: Settings) -> Self {
        let i18n = Rc::new(spoken(&Session::Unknown, &settings));
        Self { settings: Rc::new(settings), i18n, ..Self::default() }
    }
}

/// How the interface speaks to whoever it is.
pub fn spoken(session: &Session, settings: &Settings) -> I18n {
    let language = session.account().map_or(settings.language, |account| account.locale);
    I18n::new(language, &settings.preferred, settings.hours)
}

impl Session {
    /// Whose session it is.
    pub fn account(&self) -> Option<&Rc<Account>> {
        match self {
            Self::SignedIn(account) => Some(account),
            _ => None,
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What belongs to this browser rather than to the account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// The language before anybody signs in; after that the account's counts.
    pub language: Locale,
    /// How hours are counted.
    pub hours: Hours,
    /// The languages that the browser prefers, best first.
    pub preferred: Rc<[String]>,
}

/// Short messages: seen in a corner, and heard.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Toasts {
    /// Those on screen, oldest first.
    pub shown: Vec<Rc<Toast>>,
    /// What a screen reader was last told, and a number that makes the same words news.
    pub spoken: (u32, AttrValue),
    /// The next toast's number.
    pub next: u32,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// Something did not work.
    Bad,
}

/// A short message.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// Which.
    pub id: u32,
    /// What it is about.
    pub tone: Tone,
    /// What it says.
    pub text: AttrValue,
    /// A button on it: “Undo”, say.
    pub offer: Option<Offer>,
}

/// A button on a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What it says.
    pub label: AttrValue,
    /// What it does.
    pub act: yew::Callback<()>,
}
