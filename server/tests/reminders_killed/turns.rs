//! Fallbacks take their turns, and what is gone is left alone: held against the ledger.

use crate::{
    fleet::Death,
    ledger::{News, Receipt},
    oracle::Ring,
    person::Person,
    reach::Place,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

/// So many tries are made before another channel gets it, unless one was refused for good.
const TRIES: usize = 4;
/// What this other end can make of a reminder. That it could not be read, say, is no excuse.
const REASONS: [&str; 6] = ["broken", "busy", "gone", "refused", "silent", "unreachable"];
/// How long after it has heard that a device is gone a worker has written that down, if it lives.
const WRITTEN: SignedDuration = SignedDuration::from_secs(15);

/// What a fallback got before it was its turn.
pub fn too_early(person: &Person, receipts: &[Receipt], deaths: &[Death]) -> Vec<String> {
    let reach = &person.reach;
    let mut wrong = Vec::new();
    for (number, fallback) in reach.fallbacks.iter().enumerate() {
        for receipt in receipts.iter().filter(|receipt| receipt.line == fallback.line) {
            let is_there = |place: &&Place| !is_gone(person, place, receipt.received_at);
            let before = reach.fallbacks[..number].iter().rfind(is_there);
            let before: Vec<&Place> = match before {
                Some(place) => vec![place],
                None => reach.always.iter().filter(is_there).collect(),
            };
            let has_failed = |place: &&Place| has_failed(place, receipt, receipts, deaths);
            if !before.is_empty() && !before.iter().any(has_failed) && !is_anybody_gone(person, receipt) {
                wrong.push(format!("it was not yet its turn: {receipt:?}"));
            }
        }
    }
    wrong
}

fn is_gone(person: &Person, place: &Place, by: Timestamp) -> bool {
    person.reach.ledger.farewells(place.line).first().is_some_and(|farewell| farewell.at <= by)
}

/// Whether one that gets every reminder is gone: what was due there is the fallback's.
fn is_anybody_gone(person: &Person, receipt: &Receipt) -> bool {
    person.reach.always.iter().any(|place| is_gone(person, place, receipt.received_at))
}

/// Whether this reminder has failed there often enough. A worker that died may have taken a try with it.
fn has_failed(place: &Place, later: &Receipt, receipts: &[Receipt], deaths: &[Death]) -> bool {
    let mut tries = receipts.iter().filter(|receipt| {
        receipt.line == place.line
            && (&receipt.routine, receipt.due_at) == (&later.routine, later.due_at)
            && receipt.received_at <= later.received_at
    });
    let died = deaths.iter().filter(|death| (later.due_at..=later.received_at).contains(&death.at)).count();
    let (mut failed, mut count) = (false, died);
    let is_over = tries.any(|receipt| {
        failed |= !receipt.is_taken;
        count += 1;
        receipt.is_final
    });
    is_over || (failed && count >= TRIES)
}

/// What is wrong about the devices that are gone: of each, its channel has ended, nothing is sent there any more, and its
/// person was told. No other channel has ended.
pub fn farewells(person: &Person, receipts: &[Receipt], deaths: &[Death]) -> Vec<String> {
    let (reach, mut wrong) = (&person.reach, Vec::new());
    for place in reach.places() {
        let farewells = reach.ledger.farewells(place.line);
        match (farewells.first(), person.ended.get(&place.line)) {
            (None, None) => {}
            (None, Some(ended)) => {
                wrong.push(format!("{} has lost {place:?}, which is there: {ended:?}", person.name));
            }
            (Some(_), None) => wrong.push(format!("{}: {place:?} is gone, and has not ended", person.name)),
            (Some(first), Some((at, reason))) => {
                if *at < first.at || reason != "gone" {
                    wrong.push(format!("{place:?} has ended at {at} ({reason}), and was gone at {first:?}"));
                }
            }
        }
        let lived = |to: &str, from: Timestamp| {
            let died = deaths.iter().find(|death| death.name == to);
            died.is_none_or(|death| death.at.duration_since(from) > WRITTEN)
        };
        let known = farewells.iter().find(|farewell| lived(&farewell.to, farewell.at));
        let is_late = |at: Timestamp| known.is_some_and(|farewell| at.duration_since(farewell.at) > WRITTEN);
        let notices = reach.ledger.notices();
        let sent = receipts.iter().map(|receipt| (receipt.line, receipt.received_at, &receipt.tag));
        let sent = sent.chain(notices.iter().map(|notice| (notice.line, notice.received_at, &notice.tag)));
        let late = sent.filter(|(line, at, _)| *line == place.line && is_late(*at));
        wrong.extend(late.map(|late| format!("sent though it is gone: {late:?}")));
    }
    wrong.extend(untold(person).into_iter().map(|line| format!("{}: line {line} was not told", person.name)));
    wrong
}

/// Who has not heard yet, or more than once, that a device is gone.
pub fn untold(person: &Person) -> Vec<usize> {
    let reach = &person.reach;
    let gone = reach.gone().count();
    let told = if gone == 0 { Vec::new() } else { reach.told() };
    let notices = reach.ledger.notices();
    let has_heard = |place: &&&Place| {
        let news = notices.iter().filter(|notice| notice.line == place.line && notice.news == News::Ended);
        let tags: HashSet<&str> = news.clone().map(|notice| &*notice.tag).collect();
        tags.len() == gone && news.clone().any(|notice| notice.is_taken)
    };
    told.iter().filter(|place| !has_heard(place)).map(|place| place.line).collect()
}

/// What was said to be done with on a device, and was somebody else's. It may close what it never showed: a worker that
/// was about to send it had died.
pub fn closed_for_others(person: &Person, receipts: &[Receipt]) -> Vec<String> {
    let lines: HashSet<usize> = person.reach.places().map(|place| place.line).collect();
    let others = receipts.iter().filter(|receipt| !lines.contains(&receipt.line));
    let others: HashSet<&str> = others.map(|receipt| &*receipt.tag).collect();
    let notices = person.reach.ledger.notices();
    let closed = notices.iter().filter(|notice| notice.news == News::Close && lines.contains(&notice.line));
    let wrong = closed.filter(|notice| others.contains(&*notice.tag));
    wrong.map(|notice| format!("somebody else's: {notice:?}")).collect()
}

/// What failed, or was due at a device that is gone, and is neither listed as missed nor somebody else's.
pub fn is_accounted(person: &Person, place: &Place, ring: &Ring) -> bool {
    let ended = person.ended.get(&place.line);
    ended.is_some_and(|(at, _)| ring.due_at > *at)
        || person.why_missed(place, ring).is_some_and(|reason| REASONS.contains(&reason))
}
