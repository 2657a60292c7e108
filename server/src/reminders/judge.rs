//! What an answer means for a reminder: sent, tried again, or another channel's turn.

use super::{
    compose::LATE,
    store::{self, Kind, Leased, Owed, Settled},
};
use crate::{
    caller::Caller,
    channels::{self, Outcome},
    db::{ReadTx, WriteTx},
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
///
/// # Errors
/// Where storage fails.
pub fn next_fallback(tx: &ReadTx<'_>, owed: &Owed) -> Result<Option<ChannelId>, Error> {
    // Nobody misses the others.
    if owed.kind.counts() { channels::fallback_after(tx, owed.account, owed.channel) } else { Ok(None) }
}

/// Gives the reminder to the next channel, at once.
pub fn fail_over(tx: &WriteTx<'_>, caller: &Caller<'_>, owed: &Owed) -> Result<(), Error> {
    let Some(channel) = next_fallback(tx, owed)?.filter(|_| owed.until > caller.now) else {
        return Ok(());
    };
    give(tx, caller, owed, channel)
}

fn give(tx: &WriteTx<'_>, caller: &Caller<'_>, owed: &Owed, channel: ChannelId) -> Result<(), Error> {
    let other = Owed { id: caller.mint(ReminderId::mint), channel, kind: Kind::Fallback, ..owed.clone() };
    store::insert(tx, &other, caller.now, caller.now)
}

/// The person has taken the channel away while a reminder waited there: the first fallback gets it that knows nothing of it,
/// where nobody else has it.
pub fn hand_over(tx: &WriteTx<'_>, caller: &Caller<'_>, owed: &Owed) -> Result<(), Error> {
    let routing = channels::routing(tx, caller.account)?;
    let others_have_it = owed.kind != Kind::Fallback && !routing.always.is_empty();
    if others_have_it || !owed.kind.counts() || owed.until <= caller.now {
        return Ok(());
    }
    for channel in routing.fallbacks {
        if !store::is_known_to(tx, owed, channel)? {
            return give(tx, caller, owed, channel);
        }
    }
    Ok(())
}

/// Tells the person, on the channels that are left, that one has ended.
pub fn tell_of_the_end(tx: &WriteTx<'_>, caller: &Caller<'_>, owed: &Owed) -> Result<(), Error> {
    let routing = channels::routing(tx, caller.account)?;
    for channel in routing.targets().iter().filter(|channel| **channel != owed.channel) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{
        ids::{AccountId, RoutineId},
        occurrence::OccurrenceKey,
        reminder::Reason,
    };
    use rstest::rstest;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn channel(n: u8) -> ChannelId {
        ChannelId::from_bytes([n; 16])
    }

    fn leased(kind: Kind, attempts: u32) -> Leased {
        let owed = Owed {
            id: ReminderId::from_bytes([1; 16]),
            account: AccountId::from_bytes([2; 16]),
            routine: RoutineId::from_bytes([3; 16]),
            key: "1-20260302T0700".parse::<OccurrenceKey>().unwrap(),
            channel: channel(4),
            kind,
            offset: 0,
            round: 0,
            due_at: at(0),
            starts_at: at(0),
            until: at(1_800),
        };
        Leased { seq: 1, owed, fence: 1, attempts }
    }

    fn retry(after: Option<i64>) -> Outcome {
        Outcome::Retry { reason: Reason::Broken, after: after.map(SignedDuration::from_secs) }
    }

    const AGAIN: &str = "again";
    const FAILED: &str = "failed";

    #[rstest]
    #[case::at_first(retry(None), 1, 0, false, AGAIN)]
    #[case::patience_that_is_of_use(retry(Some(1_700)), 1, 0, false, AGAIN)]
    #[case::patience_beyond_its_use(retry(Some(1_900)), 1, 0, false, FAILED)]
    #[case::near_the_end(retry(None), 8, 1_799, false, FAILED)]
    #[case::as_often_as_it_takes(retry(None), 9, 100, false, AGAIN)]
    #[case::another_may_do_better(retry(None), 4, 10, true, FAILED)]
    #[case::not_yet(retry(None), 3, 10, true, AGAIN)]
    #[case::too_much_patience_where_another_waits(retry(Some(61)), 1, 0, true, FAILED)]
    #[case::refused(Outcome::Refused(Reason::Refused), 1, 0, false, FAILED)]
    #[case::gone(Outcome::Gone { seen: 1 }, 1, 0, false, FAILED)]
    fn each_outcome_has_its_verdict(
        #[case] outcome: Outcome,
        #[case] attempts: u32,
        #[case] now: i64,
        #[case] has_fallback: bool,
        #[case] wanted: &str,
    ) {
        for chance in [0, 128, 255] {
            let verdict = judge(&outcome, &leased(Kind::Planned, attempts), at(now), has_fallback, chance);
            assert_eq!(verdict.settled.name(), wanted, "{verdict:?}");
            assert_eq!(verdict.fails_over, wanted == FAILED);
        }
    }

    #[rstest]
    #[case(60, false)]
    #[case(61, true)]
    fn after_a_minute_it_is_late(#[case] now: i64, #[case] late: bool) {
        let verdict = judge(&Outcome::Delivered, &leased(Kind::Planned, 1), at(now), false, 0);
        assert_eq!(verdict, Verdict { settled: Settled::Sent { late }, fails_over: false });
    }

    #[test]
    fn tries_get_further_apart_and_are_spread() {
        for attempts in 1..40 {
            let (least, most) = (backoff(attempts, 0), backoff(attempts, 255));
            let whole = SignedDuration::from_secs(1_i64 << (attempts - 1).min(20)).min(BACKOFF_MAX);
            assert_eq!((least, most), (whole / 2, whole / 2 + whole));
        }
    }

    #[test]
    fn patience_is_never_cut_short() {
        for chance in 0..=255 {
            let Settled::Again { at: again, .. } =
                judge(&retry(Some(90)), &leased(Kind::Planned, 1), at(5), false, chance).settled
            else {
                panic!("it is tried again");
            };
            assert!(again >= at(95));
        }
    }
}
