//! Channels: where reminders go. Made, edited and ended by their person; sent to by whoever has something to say.
//!
//! What a channel is called, where it leads and what it is signed with is sealed in storage. Planning asks for ids only
//! ([`routing`]); a target is in clear from [`open`] on, in memory.

mod answer;
pub mod http;
mod leaving;
mod links;
mod mail;
mod message;
mod ntfy;
mod opened;
mod own;
mod push;
mod send;
mod smtp;
mod store;
mod target;
mod vapid;
mod webhook;
mod words;

pub use message::{Message, MessageKind, Outcome};
pub use opened::Opened;
pub use own::{
    create, delete, edit, follow_address, get, list, renew, renewed_by, rotate, unsubscribe,
    unsubscribe_page, unsubscribed_by,
};

pub use send::{OpenError, Senders, deliver, offer, test};
pub use smtp::{NoSmtpServer, SmtpServer, probe as probe_mail};
pub use target::{admit, admit_push};

use crate::{
    caller::Caller,
    db::{ReadTx, WriteTx},
    error::Error,
    reminders,
    vault::DataKey,
};
use daymark_shared::{
    channel::ChannelError,
    event::Event,
    ids::{AccountId, ChannelId, SessionId},
    reminder::ReminderChannel,
    text::Title,
};
use jiff::Timestamp;
use send::DEADLINE;

const NAME: &str = "channel.name.1";

/// A channel was made, edited, ended by its person, or deleted. The one place that tells whoever plans reminders, and the
/// account's browsers.
fn changed(tx: &WriteTx<'_>, caller: &Caller<'_>, id: ChannelId) -> Result<(), Error> {
    tx.emit(caller.account, Event::Channel { id });
    reminders::channels_changed(tx, caller)
}

/// Their person has taken channels away, or whoever reads a mailbox; each may have worked until then, or not.
fn taken_away(tx: &WriteTx<'_>, caller: &Caller<'_>, gone: &[(ChannelId, bool)]) -> Result<(), Error> {
    gone.iter().for_each(|(id, _)| tx.emit(caller.account, Event::Channel { id: *id }));
    if gone.iter().any(|(_, worked)| *worked) {
        reminders::channels_taken_away(tx, caller)
    } else {
        reminders::channels_changed(tx, caller)
    }
}

/// Which sessions of an account have ended: the browsers in them show nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedOut {
    /// This one.
    One(SessionId),
    /// All but this one.
    AllBut(SessionId),
    /// All.
    All,
}

/// Browsers were signed out: they are no channels any more. Until somebody turns them on again there, no message shows what
/// its person wrote.
///
/// # Errors
/// Where storage fails.
pub fn signed_out(tx: &WriteTx<'_>, caller: &Caller<'_>, which: SignedOut) -> Result<(), Error> {
    let gone = store::delete_signed_out(tx, caller.account, which)?;
    if gone.is_empty() { Ok(()) } else { taken_away(tx, caller, &gone) }
}

/// A browser has signed in anew: it stays the channel that it is, in its new session.
///
/// # Errors
/// Where storage fails.
pub fn signed_in_anew(
    tx: &WriteTx<'_>,
    account: AccountId,
    (before, now): (SessionId, SessionId),
) -> Result<(), Error> {
    store::hand_over(tx, account, (before, now))
}

/// Which channels of an account get what. Of those that have ended, one at most is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// They get every reminder.
    pub always: Vec<ChannelId>,
    /// They stand in when another has failed, in this order.
    pub fallbacks: Vec<ChannelId>,
    /// Where none of these is left: the browser that was gone last. What is owed to it is missed, and listed.
    pub lost: Option<ChannelId>,
}

impl Routing {
    /// Who gets every reminder: where none is meant to, the first of the fallbacks.
    pub fn targets(&self) -> &[ChannelId] {
        match self.always.as_slice() {
            [] => self.fallbacks.get(..1).unwrap_or_default(),
            always => always,
        }
    }

    /// Whom every reminder is owed to: who gets it, or else who would have.
    pub fn owed_to(&self) -> &[ChannelId] {
        match self.targets() {
            [] => self.lost.as_slice(),
            targets => targets,
        }
    }

    /// Whether this channel may be sent to.
    pub fn has(&self, channel: ChannelId) -> bool {
        self.always.contains(&channel) || self.fallbacks.contains(&channel)
    }
}

/// Which channels of an account get what: one short query, nothing is unsealed.
///
/// # Errors
/// Where storage fails.
pub fn routing(tx: &ReadTx<'_>, account: AccountId) -> Result<Routing, Error> {
    store::routing(tx, account)
}

/// The fallback whose turn it is after this channel: the first one, or the next after a fallback, though that may have
/// ended. Those that have ended are left out.
///
/// # Errors
/// Where storage fails.
pub fn fallback_after(
    tx: &ReadTx<'_>,
    account: AccountId,
    channel: ChannelId,
) -> Result<Option<ChannelId>, Error> {
    store::fallback_after(tx, account, channel)
}

/// The browsers of an account that have not ended, whatever their role.
///
/// # Errors
/// Where storage fails.
pub fn push_channels(tx: &ReadTx<'_>, account: AccountId) -> Result<Vec<ChannelId>, Error> {
    store::push_channels(tx, account)
}

/// A channel as far as it is shown with a reminder; `None` where it is gone. One that has ended is shown.
///
/// # Errors
/// Where storage fails, or the name does not open.
pub fn brief(
    tx: &ReadTx<'_>,
    key: &DataKey,
    account: AccountId,
    id: ChannelId,
) -> Result<Option<ReminderChannel>, Error> {
    let Some((kind, name)) = store::brief(tx, account, id)? else { return Ok(None) };
    Ok(Some(ReminderChannel { id, name: open_name(key, id, &name)?, kind }))
}

/// Whether the account has this channel, though it may have ended.
///
/// # Errors
/// Where storage fails.
pub fn is_there(tx: &ReadTx<'_>, account: AccountId, id: ChannelId) -> Result<bool, Error> {
    Ok(store::brief(tx, account, id)?.is_some())
}

fn open_name(key: &DataKey, id: ChannelId, sealed: &[u8]) -> Result<Title, Error> {
    Ok(Title::new(&key.open_text(NAME, id.as_bytes(), sealed)?)?)
}

/// Opens a channel for sending; `None` where it is gone or has ended.
///
/// # Errors
/// Where storage fails, or what is sealed does not open.
pub fn open(
    tx: &ReadTx<'_>,
    key: &DataKey,
    account: AccountId,
    id: ChannelId,
) -> Result<Option<Opened>, Error> {
    store::find_open(tx, account, id)?.map(|row| Opened::of(&row, key, account)).transpose()
}

/// Notes on the channel what came of a send: its last success, its last error, and that it has ended. What was noted
/// less than a minute ago in the same words is not written again. Answers whether it has ended by this: of several
/// messages that found it gone, the first; none where it was renewed meanwhile.
///
/// # Errors
/// Where storage fails.
pub fn record(
    tx: &WriteTx<'_>,
    account: AccountId,
    id: ChannelId,
    at: Timestamp,
    outcome: &Outcome,
) -> Result<bool, Error> {
    let error = outcome.reason().map(|reason| ChannelError { at, reason });
    let has_changed = match (outcome, error) {
        (Outcome::Gone { seen }, Some(error)) => store::end(tx, account, id, *seen, &error)?,
        (_, Some(error)) => store::note_error(tx, account, id, &error)?,
        (_, None) => store::note_success(tx, account, id, at)?,
    };
    if has_changed {
        tx.emit(account, Event::Channel { id });
    }
    Ok(has_changed && matches!(outcome, Outcome::Gone { .. }))
}

/// All channels of an account go; answers how many.
///
/// # Errors
/// Where storage fails.
pub fn forget_account(tx: &WriteTx<'_>, account: AccountId) -> Result<usize, Error> {
    store::forget(tx, account)
}
