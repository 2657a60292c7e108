//! Reminders arrive, whoever is killed: two of `server api` and two of `server jobs` on one folder, with a Valkey between
//! them, killed at random moments while people make and change plans. Channels fail, and devices are gone for ever. A
//! ledger of what arrived is held against an oracle that knows only what was acknowledged.
//!
//! `make test` kills twenty times. `REMINDER_KILLS=10000 REMINDER_KILLS_FOLDER=folder` makes the long form: it goes on
//! where the totals in that folder end, and adds to them after each round.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
#[path = "../support/browser.rs"]
mod browser;
mod chance;
mod fleet;
mod ledger;
mod letter;
mod oracle;
mod person;
mod reach;
#[path = "../support/program.rs"]
mod server;
mod sink;
mod turns;
#[path = "../support/valkey_server.rs"]
mod valkey_server;

use audit::{Counts, Evidence, audit};
use chance::Chance;
use daymark_server::clock::{Clock, monotonic};
use fleet::Fleet;
use ledger::Receipt;
use person::Person;
use reach::Wish;
use serde::{Deserialize, Serialize};
use sink::{Kind, Sink, Temper};
use std::{
    collections::HashSet,
    env, fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

const SHORT: usize = 20;
/// Kills in a round of the long form.
const LONG: usize = 400;
/// The longest pause between two kills, in milliseconds: of the short form, and of the long.
const PAUSES: (u64, u64) = (2_800, 500);
/// How long it may take after the last kill until everything has arrived: leases end, and what was refused is tried again,
/// minutes later where workers had died with it many times. Of the short form, and of the long.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(200), Duration::from_secs(900));

/// What one round found out.
struct Round {
    counts: Counts,
    wrong: Vec<String>,
    /// Milliseconds from when it was due to when it was first taken, in order.
    lateness: Vec<i64>,
}

/// Which channels people have. Who has a device that dies has one only, and something else besides.
fn people(chance: &mut Chance) -> Vec<Vec<Wish>> {
    use {Kind::*, Temper::*};
    let mut mortal = || Mortal(chance.among(2..30) as usize);
    let always = |kind, temper| Wish { kind, temper, is_fallback: false };
    let fallback = |kind, temper| Wish { kind, temper, is_fallback: true };
    vec![
        vec![always(Hook, Usual), always(Hook, Usual)],
        vec![always(Push, Usual), always(Hook, Usual)],
        vec![always(Hook, Usual)],
        vec![always(Push, Usual), always(Push, Usual)],
        vec![always(Hook, Failing), fallback(Hook, Flaky), fallback(Push, Usual)],
        vec![always(Push, mortal()), always(Push, Usual)],
        vec![always(Hook, Usual), always(Hook, Usual), fallback(Hook, Usual)],
        vec![always(Push, mortal()), fallback(Hook, Usual)],
        vec![always(Hook, Usual)],
        vec![always(Push, Usual)],
        vec![always(Push, Failing), fallback(Hook, Usual)],
        vec![always(Hook, Failing), fallback(Push, mortal()), fallback(Hook, Usual)],
    ]
}

/// One round, with data of its own: so many kills, at most so many milliseconds apart, and so much patience after
/// them.
fn round(kills: usize, pause: u64, patience: Duration, seed: u64) -> Round {
    let mut chance = Chance::new(seed);
    let wishes = people(&mut chance);
    let lines = wishes.iter().flatten().map(|wish| (wish.kind, wish.temper));
    let sink = Sink::start(lines, chance.next());
    let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let fleet = Arc::new(Fleet::start(data.path(), &sink.push_services));

    let mut targets = (0..).zip(sink.targets.iter().cloned());
    let people: Vec<Person> = (0..)
        .zip(wishes)
        .map(|(n, wishes)| {
            let wishes = wishes.into_iter().zip(targets.by_ref());
            let wishes = wishes.map(|(wish, (line, target))| (wish, line, target)).collect();
            Person::sign_up(n, &fleet, &sink.ledger, wishes, chance.next())
        })
        .collect();

    let is_over = AtomicBool::new(false);
    let mut valkey = 0;
    let mut people: Vec<Person> = thread::scope(|scope| {
        let lives: Vec<_> = people
            .into_iter()
            .map(|person| {
                let is_over = &is_over;
                scope.spawn(move || person.live(is_over))
            })
            .collect();
        // The first plans are made.
        thread::sleep(Duration::from_secs(3));
        for _ in 0..kills {
            thread::sleep(Duration::from_millis(chance.among(1..pause)));
            let slot = chance.among(0..2) as usize;
            let n = if chance.percent(65) { 2 + slot } else { slot };
            // Few while it starts, and most of them while it has something in hand, or just after.
            if chance.percent(90) {
                fleet.wait_until_at_work(n);
            }
            if chance.percent(70) {
                fleet.wait_until_busy(n, &sink.ledger);
                thread::sleep(Duration::from_micros(chance.among(0..6_000)));
            }
            fleet.kill(n);
            if chance.percent(12) {
                valkey += usize::from(fleet.disturb_valkey(&mut chance));
            }
        }
        is_over.store(true, Ordering::SeqCst);
        lives.into_iter().map(|life| life.join().unwrap()).collect()
    });

    sink.calm_down();
    let until = Clock::system().now();
    let began = monotonic();
    let mut is_open = |person: &mut Person| {
        person.look_at_channels();
        !person.missing(until).is_empty()
            || !person.put_off_in_vain(until).is_empty()
            || !person.unlisted(until).is_empty()
            || person.reach.gone().any(|place| !person.ended.contains_key(&place.line))
            || !turns::untold(person).is_empty()
    };
    while people.iter_mut().any(&mut is_open) && began.elapsed() < patience {
        thread::sleep(Duration::from_millis(100));
    }
    let unlisted: Vec<_> = people
        .iter_mut()
        .map(|person| {
            person.look_at_missed();
            person.look_at_channels();
            person.unlisted(until)
        })
        .collect();
    let deaths = fleet.deaths();
    let (receipts, notices) = (sink.ledger.receipts(), sink.ledger.notices());
    let strange = sink.ledger.strange();
    let said = fleet.stop();
    let evidence = Evidence {
        people: &people,
        receipts: &receipts,
        notices: &notices,
        deaths: &deaths,
        said: &said,
        unlisted: &unlisted,
        until,
    };
    let (mut counts, mut wrong) = audit(&evidence);
    (counts.kills, counts.valkey) = (deaths.len(), valkey);
    wrong.extend(strange.into_iter().map(|text| format!("nothing that Daymark says: {text}")));
    Round { counts, wrong, lateness: lateness(&receipts) }
}

fn lateness(receipts: &[Receipt]) -> Vec<i64> {
    let mut seen = HashSet::new();
    let first = receipts.iter().filter(|receipt| receipt.is_taken && seen.insert(&receipt.id));
    let mut lateness: Vec<i64> =
        first.map(|receipt| receipt.received_at.duration_since(receipt.due_at).as_millis() as i64).collect();
    lateness.sort_unstable();
    lateness
}

fn share(sorted: &[i64], percent: usize) -> i64 {
    sorted
        .get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

fn say(what: &str) {
    let mut out = stdout();
    writeln!(out, "{what}").unwrap();
}

/// Tells what a round has found; what is wrong ends the test.
fn tell(round: &Round) {
    let within = [50, 90, 99, 100].map(|percent| share(&round.lateness, percent));
    say(&format!("{:?}", round.counts));
    say(&format!("half, 90 %, 99 %, all were taken within {within:?} ms after they were due"));
    for wrong in round.wrong.iter().take(20) {
        say(wrong);
    }
    assert!(round.wrong.is_empty(), "{} of it is wrong, see above", round.wrong.len());
    let Counts { due, perhaps, arrived, outlived, silent, .. } = round.counts;
    assert!(due >= 100 && arrived >= due, "too little was due to prove anything");
    assert!(perhaps < due, "too much is left open to prove anything");
    assert!((outlived + silent) * 10 < due, "too much was sent again by workers that live");
}

#[test]
fn kills_lose_no_reminder_and_repeat_none_without_a_reason() {
    let seed = Clock::system().now().as_nanosecond() as u64;
    match long_form() {
        None => {
            say(&format!("seed {seed}"));
            let round = round(SHORT, PAUSES.0, PATIENCE.0, seed);
            tell(&round);
        }
        Some((kills, folder)) => long(kills, &folder, seed),
    }
}

/// How many kills there are to be in all, and where the totals are.
#[expect(clippy::disallowed_methods, reason = "the long form is asked for by environment")]
fn long_form() -> Option<(usize, PathBuf)> {
    let kills = env::var("REMINDER_KILLS").ok()?;
    let folder = env::var("REMINDER_KILLS_FOLDER").expect("REMINDER_KILLS_FOLDER says where the totals are");
    Some((kills.parse().unwrap(), folder.into()))
}

/// What all rounds so far have found.
#[derive(Default, Serialize, Deserialize)]
struct Totals {
    rounds: usize,
    counts: Counts,
}

fn long(kills: usize, folder: &Path, seed: u64) {
    fs::create_dir_all(folder).unwrap();
    let file = folder.join("totals.json");
    let mut totals: Totals = match fs::read(&file) {
        Ok(text) => serde_json::from_slice(&text).unwrap(),
        Err(_) => Totals::default(),
    };
    let mut chance = Chance::new(seed);
    while totals.counts.kills < kills {
        let seed = chance.next();
        say(&format!("seed {seed}"));
        let round = round(LONG.min(kills - totals.counts.kills), PAUSES.1, PATIENCE.1, seed);
        tell(&round);
        totals.rounds += 1;
        totals.counts.add(&round.counts);
        // In whole or not at all.
        fs::write(folder.join("totals.new"), serde_json::to_vec_pretty(&totals).unwrap()).unwrap();
        fs::rename(folder.join("totals.new"), &file).unwrap();
        say(&format!("{} rounds so far: {:?}", totals.rounds, totals.counts));
    }
}
