//! The ledger against the oracle: nothing missing, nothing that was never due, and twice only with a reason.

use crate::{
    fleet::{Death, Said},
    ledger::{Notice, Receipt},
    oracle::{Owed, Ring},
    person::Person,
    reach::{Place, Standing},
    turns,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How long after it was sent a message is recorded at the latest: what a worker holds is somebody else's ten seconds after
/// it took it, and its last try to write that down takes two.
const HELD: SignedDuration = SignedDuration::from_secs(13);
/// What has a lease arrives at the latest nine seconds after that began: a send begins within four and takes five. So who
/// takes it over comes this much later, at least.
const APART: SignedDuration = SignedDuration::from_secs(1);

/// What was counted.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Counts {
    pub kills: usize,
    pub requests: usize,
    /// Tries whose answer was lost, or that were put off with 503.
    pub lost_answers: usize,
    /// Messages that were due for sure, and had time to arrive.
    pub due: usize,
    /// Of these, listed as missed with a reason instead.
    pub missed: usize,
    /// Of these, taken by a fallback, since the channel had failed or its device was gone.
    #[serde(default)]
    pub instead: usize,
    /// Reminders that were changed at the very moment, or withdrawn while they were on their way: they may have arrived.
    pub perhaps: usize,
    pub snoozed: usize,
    pub arrived: usize,
    /// Of these, pushes: decrypted with the keys of their browsers.
    #[serde(default)]
    pub pushes: usize,
    /// Devices that were gone at some moment: their channels have ended, and no others.
    #[serde(default)]
    pub gone: usize,
    /// Messages that told of a device that is gone, or that a reminder is done with.
    #[serde(default)]
    pub notices: usize,
    /// How often Valkey was ended, emptied or stopped.
    #[serde(default)]
    pub valkey: usize,
    /// Of what arrived, copies of what was not answered with success before.
    pub unanswered: usize,
    /// Copies of what a worker had sent that died before it could write that down.
    pub killed: usize,
    /// Copies of what a worker held for longer than its lease.
    pub outlived: usize,
    /// Copies of what was answered too late for the worker, on a busy machine.
    pub silent: usize,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.kills, other.kills),
            (&mut self.requests, other.requests),
            (&mut self.lost_answers, other.lost_answers),
            (&mut self.due, other.due),
            (&mut self.missed, other.missed),
            (&mut self.instead, other.instead),
            (&mut self.perhaps, other.perhaps),
            (&mut self.snoozed, other.snoozed),
            (&mut self.arrived, other.arrived),
            (&mut self.pushes, other.pushes),
            (&mut self.gone, other.gone),
            (&mut self.notices, other.notices),
            (&mut self.valkey, other.valkey),
            (&mut self.unanswered, other.unanswered),
            (&mut self.killed, other.killed),
            (&mut self.outlived, other.outlived),
            (&mut self.silent, other.silent),
        ];
        for (sum, more) in pairs {
            *sum += more;
        }
    }
}

/// What is held against each other.
pub struct Evidence<'a> {
    pub people: &'a [Person],
    pub receipts: &'a [Receipt],
    pub notices: &'a [Notice],
    pub deaths: &'a [Death],
    pub said: &'a Said,
    /// What was found to be neither taken nor listed as missed, in the order of people.
    pub unlisted: &'a [Vec<(Place, Ring)>],
    /// What is due later does not count.
    pub until: Timestamp,
}

/// Counts, and tells what is wrong.
pub fn audit(evidence: &Evidence<'_>) -> (Counts, Vec<String>) {
    let receipts = evidence.receipts;
    let mut counts = Counts {
        arrived: receipts.len(),
        pushes: receipts.iter().filter(|receipt| receipt.capability.is_some()).count(),
        notices: evidence.notices.len(),
        ..Counts::default()
    };
    let mut wrong = Vec::new();
    for (person, unlisted) in evidence.people.iter().zip(evidence.unlisted) {
        count(person, evidence.until, &mut counts);
        for (place, ring) in person.missing(evidence.until) {
            // Where others stand in, all of them had to fail too.
            let mut chain = person.reach.fallbacks.iter().chain([&place]);
            if chain.all(|place| turns::is_accounted(person, place, &ring)) {
                counts.missed += 1;
            } else {
                let why = person.why_missed(&place, &ring);
                wrong.push(format!("{} has not got {ring:?} at {place:?}: {why:?}", person.name));
            }
        }
        let unlisted = unlisted.iter().map(|missing| format!("{}: not listed: {missing:?}", person.name));
        wrong.extend(unlisted);
        let in_vain = person.put_off_in_vain(evidence.until);
        wrong.extend(in_vain.iter().map(|put_off| format!("{} put off in vain: {put_off:?}", person.name)));
        wrong.extend(turns::too_early(person, receipts, evidence.deaths));
        wrong.extend(turns::farewells(person, receipts, evidence.deaths));
        wrong.extend(turns::closed_for_others(person, receipts));
    }
    wrong.extend(never_due(evidence));
    wrong.extend(several_ids(receipts));
    wrong.extend(repeats(evidence, &mut counts));
    (counts, wrong)
}

fn count(person: &Person, until: Timestamp, counts: &mut Counts) {
    counts.requests += person.asked;
    counts.lost_answers += person.lost;
    counts.gone += person.reach.gone().count();
    let all = person.reach.always.len();
    counts.snoozed += person.snoozed(until).len() * all;
    for (ring, owed) in person.oracle.due(until) {
        let had_to = match owed {
            Owed::Must => all,
            Owed::Withdrawn => person.reach.arrived(ring),
            Owed::Perhaps | Owed::Never => 0,
        };
        counts.due += had_to;
        counts.perhaps += all - had_to;
        let standings = person.reach.always.iter().map(|place| person.reach.stands_at(place, ring));
        counts.instead += standings.filter(|standing| *standing == Standing::Instead).count();
    }
}

fn never_due(evidence: &Evidence<'_>) -> Vec<String> {
    let mut owners = HashMap::new();
    for person in evidence.people {
        owners.extend(person.reach.places().map(|place| (place.line, person)));
    }
    let ring = |receipt: &Receipt| Ring { routine: receipt.routine.clone(), due_at: receipt.due_at };
    let strays = evidence.receipts.iter().filter(|receipt| {
        owners.get(&receipt.line).is_none_or(|person| person.owed(&ring(receipt)) == Owed::Never)
    });
    strays.map(|receipt| format!("never due: {receipt:?}")).collect()
}

/// One reminder, one id: otherwise nobody could tell a copy.
fn several_ids(receipts: &[Receipt]) -> Vec<String> {
    let mut ids: BTreeMap<(usize, &str, Timestamp), BTreeSet<&str>> = BTreeMap::new();
    for receipt in receipts {
        ids.entry((receipt.line, &receipt.routine, receipt.due_at)).or_default().insert(&receipt.id);
    }
    let several = ids.into_iter().filter(|(_, ids)| ids.len() > 1);
    several.map(|(place, ids)| format!("one reminder with several ids: {place:?} {ids:?}")).collect()
}

fn repeats(evidence: &Evidence<'_>, counts: &mut Counts) -> Vec<String> {
    let deaths: HashMap<&str, Timestamp> =
        evidence.deaths.iter().map(|death| (&*death.name, death.at)).collect();
    let mut copies: BTreeMap<&str, Vec<&Receipt>> = BTreeMap::new();
    for receipt in evidence.receipts {
        copies.entry(&receipt.id).or_default().push(receipt);
    }
    let mut wrong = Vec::new();
    for copies in copies.into_values() {
        // Each but the last needs a reason why there was another.
        for (earlier, later) in copies.iter().zip(&copies[1..]) {
            let place = (earlier.by.clone(), earlier.id.clone());
            let died = deaths.get(&*earlier.by);
            let is_apart = later.received_at.duration_since(earlier.received_at) >= APART;
            if !earlier.is_taken {
                counts.unanswered += 1;
            } else if !is_apart {
                wrong.push(format!("sent by two at once: {copies:?}"));
            } else if died.is_some_and(|at| at.duration_since(earlier.received_at) < HELD) {
                counts.killed += 1;
            } else if evidence.said.outlived.contains(&place) || has_given_up(evidence.said, earlier) {
                counts.outlived += 1;
            } else if evidence.said.silent.contains(&place) {
                counts.silent += 1;
            } else {
                wrong.push(format!("sent again without a reason: {copies:?}"));
            }
        }
    }
    wrong
}

/// Whether the worker that sent it could not write down what it had in hand then.
fn has_given_up(said: &Said, receipt: &Receipt) -> bool {
    let mut given_up = said.given_up.iter().filter(|(name, _)| *name == receipt.by);
    given_up.any(|(_, at)| (SignedDuration::ZERO..HELD).contains(&at.duration_since(receipt.received_at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn receipt(id: &str, by: &str, second: i64, is_taken: bool) -> Receipt {
        Receipt {
            line: 0,
            id: id.to_owned(),
            routine: "water".to_owned(),
            due_at: at(100),
            by: by.to_owned(),
            received_at: at(second),
            tag: "tag".to_owned(),
            capability: None,
            is_taken,
            is_final: false,
        }
    }

    /// What is wrong with these receipts, where `a` has died at 103 and `b` has come back too late with `slow`.
    fn wrong(receipts: &[Receipt]) -> usize {
        let evidence = Evidence {
            people: &[],
            receipts,
            deaths: &[Death { name: "a".to_owned(), at: at(103) }],
            said: &Said {
                outlived: HashSet::from([("b".to_owned(), "slow".to_owned())]),
                silent: HashSet::new(),
                given_up: vec![("c".to_owned(), at(112))],
            },
            unlisted: &[],
            notices: &[],
            until: at(200),
        };
        repeats(&evidence, &mut Counts::default()).len()
    }

    #[test]
    fn a_copy_needs_a_reason() {
        assert_eq!(wrong(&[receipt("x", "b", 100, false), receipt("x", "b", 101, true)]), 0);
        assert_eq!(wrong(&[receipt("x", "a", 100, true), receipt("x", "b", 111, true)]), 0);
        assert_eq!(wrong(&[receipt("slow", "b", 100, true), receipt("slow", "a", 111, true)]), 0);
        assert_eq!(wrong(&[receipt("x", "b", 100, true), receipt("x", "a", 111, true)]), 1);
        // It could not write it down.
        assert_eq!(wrong(&[receipt("x", "c", 101, true), receipt("x", "b", 111, true)]), 0);
        assert_eq!(wrong(&[receipt("x", "c", 98, true), receipt("x", "b", 111, true)]), 1);
        // Its lease held.
        assert_eq!(wrong(&[receipt("x", "a", 103, true), receipt("x", "b", 103, true)]), 1);
        // It lived on for long enough to write it down.
        assert_eq!(wrong(&[receipt("x", "a", 89, true), receipt("x", "b", 104, true)]), 1);
    }

    #[test]
    fn another_id_is_another_reminder() {
        let twice = [receipt("x", "b", 100, true), receipt("y", "b", 101, true)];
        assert_eq!(several_ids(&twice).len(), 1);
        assert_eq!(several_ids(&[receipt("x", "b", 100, true), receipt("x", "b", 101, true)]).len(), 0);
    }

    #[test]
    fn what_nobody_was_owed_is_seen() {
        let evidence = Evidence {
            people: &[],
            receipts: &[receipt("x", "b", 100, true)],
            deaths: &[],
            said: &Said::default(),
            unlisted: &[],
            notices: &[],
            until: at(200),
        };
        assert_eq!(never_due(&evidence).len(), 1);
    }
}
