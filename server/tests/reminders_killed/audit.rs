//! The ledger against the oracle: nothing missing, nothing that was never due, and twice only with a reason.

use crate::{
    fleet::{Death, Said},
    oracle::{Owed, Ring},
    person::Person,
    sink::Receipt,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How long after it was sent a message is recorded at the latest: what a worker holds is somebody else's after that.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
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
    /// Reminders that were changed at the very moment, or withdrawn while they were on their way: they may have arrived.
    pub perhaps: usize,
    pub snoozed: usize,
    pub arrived: usize,
    /// Of these, copies of what was not answered with success before.
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
            (&mut self.perhaps, other.perhaps),
            (&mut self.snoozed, other.snoozed),
            (&mut self.arrived, other.arrived),
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
    pub deaths: &'a [Death],
    pub said: &'a Said,
    /// What the people's lists of missed reminders tell, in their order.
    pub missed: &'a [BTreeSet<Ring>],
    /// What is due later does not count.
    pub until: Timestamp,
}

/// Counts, and tells what is wrong.
pub fn audit(evidence: &Evidence<'_>) -> (Counts, Vec<String>) {
    let mut counts = Counts { arrived: evidence.receipts.len(), ..Counts::default() };
    let mut wrong = Vec::new();
    for (person, missed) in evidence.people.iter().zip(evidence.missed) {
        counts.requests += person.asked;
        counts.lost_answers += person.lost;
        for (ring, owed) in person.oracle.due(evidence.until) {
            let came = person.arrived(ring);
            let had_to = match owed {
                Owed::Must => person.channels.len(),
                Owed::Withdrawn => came,
                Owed::Perhaps | Owed::Never => 0,
            };
            counts.due += had_to;
            counts.perhaps += person.channels.len() - had_to;
        }
        for (channel, ring) in person.missing(evidence.until) {
            if missed.contains(&ring) {
                counts.missed += 1;
            } else {
                wrong.push(format!("{} has not got {ring:?} at channel {channel}", person.name));
            }
        }
        for (routine, span) in person.snoozed(evidence.until) {
            for channel in &person.channels {
                counts.snoozed += 1;
                let is_it = |receipt: &&Receipt| {
                    receipt.routine == routine
                        && receipt.channel == *channel
                        && (span.0..=span.1).contains(&receipt.due_at)
                };
                if !evidence.receipts.iter().filter(is_it).any(|receipt| receipt.is_taken) {
                    wrong.push(format!("{} put off {routine} to {span:?} in vain", person.name));
                }
            }
        }
    }
    wrong.extend(never_due(evidence));
    wrong.extend(several_ids(evidence.receipts));
    wrong.extend(repeats(evidence, &mut counts));
    (counts, wrong)
}

fn never_due(evidence: &Evidence<'_>) -> Vec<String> {
    let mut owners = HashMap::new();
    for person in evidence.people {
        owners.extend(person.channels.iter().map(|channel| (*channel, person)));
    }
    let ring = |receipt: &Receipt| Ring { routine: receipt.routine.clone(), due_at: receipt.due_at };
    let strays = evidence.receipts.iter().filter(|receipt| {
        owners.get(&receipt.channel).is_none_or(|person| person.owed(&ring(receipt)) == Owed::Never)
    });
    strays.map(|receipt| format!("never due: {receipt:?}")).collect()
}

/// One reminder, one id: otherwise nobody could tell a copy.
fn several_ids(receipts: &[Receipt]) -> Vec<String> {
    let mut ids: BTreeMap<(usize, &str, Timestamp), BTreeSet<&str>> = BTreeMap::new();
    for receipt in receipts {
        ids.entry((receipt.channel, &receipt.routine, receipt.due_at)).or_default().insert(&receipt.id);
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
            } else if died.is_some_and(|at| at.duration_since(earlier.received_at) < LEASE) {
                counts.killed += 1;
            } else if evidence.said.outlived.contains(&place) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn receipt(id: &str, by: &str, second: i64, is_taken: bool) -> Receipt {
        Receipt {
            channel: 0,
            id: id.to_owned(),
            routine: "water".to_owned(),
            due_at: at(100),
            by: by.to_owned(),
            received_at: at(second),
            is_taken,
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
            },
            missed: &[],
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
        // Its lease held.
        assert_eq!(wrong(&[receipt("x", "a", 103, true), receipt("x", "b", 103, true)]), 1);
        // It lived on for long enough to write it down.
        assert_eq!(wrong(&[receipt("x", "a", 90, true), receipt("x", "b", 104, true)]), 1);
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
            missed: &[],
            until: at(200),
        };
        assert_eq!(never_due(&evidence).len(), 1);
    }
}
