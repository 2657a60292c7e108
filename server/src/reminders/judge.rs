//! What an answer means for a reminder: sent, tried again, or another channel's turn.

use super::{
    compose::LATE,
    store::{self, Kind, Leased, Owed, Settled},
};
use crate::{
    caller::Caller,
    channels::{self, Outcome, Routing},
    db::WriteTx,
    error::Error,
};
use daymark_shared::ids::{ChannelId, ReminderId};
use jiff::{SignedDuration, Timestamp};

/// After so many tries that failed it is the next channel's turn, where there is one.
const TRIES_BEFORE_FALLBACK: u32 = 4;
/// Who asks to be left alone for longer is not waited for either.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);
/// The longest that tries are apart by our own choice.
const BACKOFF_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How long it is tried to tell that a channel has ended.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// What becomes of a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Of this row.
    pub settled: Settled,
    /// Whether the next channel gets it.
    pub fails_over: bool,
}

/// Judges an outcome. `chance` (0–255) spreads the tries.
pub fn judge(outcome: &Outcome, leased: &Leased, now: Timestamp, has_fallback: bool, chance: u8) -> Verdict {
    let over = |settled| Verdict { settled, fails_over: false };
    let reason = match (outcome, outcome.reason()) {
        (Outcome::Delivered, _) | (_, None) => {
            let late = now.duration_since(leased.owed.due_at) > LATE;
            return over(Settled::Sent { late });
        }
        (_, Some(reason)) => reason,
    };
    let failed = Verdict { settled: Settled::Failed(reason), fails_over: true };
    let Outcome::Retry { after, .. } = outcome else { return failed };
    let wait = backoff(leased.attempts, chance).max(after.unwrap_or(SignedDuration::ZERO));
    let at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let is_tiring = leased.attempts >= TRIES_BEFORE_FALLBACK || wait > PATIENCE;
    if at > leased.owed.until || (has_fallback && is_tiring) {
        return failed;
    }
    over(Settled::Again { at, reason: Some(reason) })
}

/// Twice as long after each try, from a second on, give or take a half.
fn backoff(attempts: u32, chance: u8) -> SignedDuration {
    let seconds = 1_i64 << attempts.saturating_sub(1).min(20);
    let whole = SignedDuration::from_secs(seconds).min(BACKOFF_MAX);
    whole / 2 + whole * i32::from(chance) / 255
}

/// The channel whose turn it is after that of `owed` has failed.
pub fn next_fallback(routing: &Routing, owed: &Owed) -> Option<ChannelId> {
    if !owed.kind.counts() {
        return None;
    }
    let here = routing.fallbacks.iter().position(|fallback| *fallback == owed.channel);
    let next = here.map_or(0, |here| here + 1);
    routing.fallbacks.get(next).copied()
}

/// Gives the reminder to the next channel, at once.
pub fn fail_over(tx: &WriteTx<'_>, caller: &Caller<'_>, owed: &Owed) -> Result<(), Error> {
    let routing = channels::routing(tx, caller.account)?;
    let Some(channel) = next_fallback(&routing, owed).filter(|_| owed.until > caller.now) else {
        return Ok(());
    };
    let other = Owed { id: caller.mint(ReminderId::mint), channel, kind: Kind::Fallback, ..owed.clone() };
    store::insert(tx, &other, caller.now, caller.now)
}

/// Tells the person, on the channels that are left, that one has ended.
pub fn tell_of_the_end(tx: &WriteTx<'_>, caller: &Caller<'_>, owed: &Owed) -> Result<(), Error> {
    let routing = channels::routing(tx, caller.account)?;
    let left = if routing.always.is_empty() { routing.fallbacks.get(..1) } else { Some(&*routing.always) };
    for channel in left.unwrap_or_default().iter().filter(|channel| **channel != owed.channel) {
        let news = Owed {
            id: caller.mint(ReminderId::mint),
            channel: *channel,
            kind: Kind::Ended,
            due_at: caller.now,
            until: caller.now.checked_add(NEWS).unwrap_or(Timestamp::MAX),
            ..owed.clone()
        };
        store::insert(tx, &news, caller.now, caller.now)?;
    }
    Ok(())
}
