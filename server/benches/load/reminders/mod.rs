//! `load reminders`: whether reminders leave in time, with `server api` and `server jobs` as processes of their own, and
//! the other end on this machine too.

mod pending;
mod sink;

use crate::{Table, people::Person, process::Server, spread};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_server::clock::{Clock, monotonic};
use daymark_shared::ids::ChannelId;
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use ring::{
    agreement::{ECDH_P256, EphemeralPrivateKey},
    rand::SystemRandom,
};
use serde_json::{Value, json};
use sink::Sink;
use std::{
    error::Error,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::sleep;

/// Routines of a person, all due in the same second.
const EACH: usize = 500;
/// How many people are reminded together: 10,000 reminders.
const TOGETHER: usize = 20;
/// How many seconds 500 come in each.
const STEADY: usize = 60;
/// Longest that it is waited for messages.
const PATIENCE: Duration = Duration::from_secs(90);
/// So long after the last of them nobody may send one again: leases are over.
const QUIET: Duration = Duration::from_secs(11);

/// What is measured, and how often.
pub struct Plan {
    pub program: PathBuf,
    pub runs: u32,
}

/// The servers, and who uses them.
struct Stage<'a> {
    program: &'a Path,
    data: &'a Path,
    sink: Sink,
    zone: &'static str,
}

/// A zone in which it is far from midnight, whose clocks do not change.
fn zone() -> &'static str {
    let hour = TimeZone::UTC.to_datetime(Clock::system().now()).hour();
    if (12..18).contains(&hour) { "Pacific/Honolulu" } else { "Asia/Tokyo" }
}

impl Stage<'_> {
    fn start(&self, mode: &str) -> Result<Server, Box<dyn Error>> {
        let push = format!("http://127.0.0.1:{}", self.sink.port);
        let more = [("OUTBOUND_ALLOW", "127.0.0.0/8".to_owned()), ("PUSH_SERVICES", push)];
        Ok(Server::start_as(mode, self.program, self.data, &more)?)
    }

    /// Somebody with a channel and 500 routines that remind a day ahead.
    async fn person(&self, api: &Server, name: &str, target: Value) -> Result<Person, Box<dyn Error>> {
        let person = Person::sign_up_in(self.zone, api.addr, name).await?;
        let channel =
            json!({ "id": Clock::system().mint(ChannelId::mint), "name": "Channel", "target": target });
        person.ask(api.addr, ("POST", "/channels"), &channel).await?;
        let zone = TimeZone::get(self.zone)?;
        let tomorrow = zone.to_datetime(Clock::system().now()).date() + 1.day();
        let schedules = (0..EACH).map(|_| json!({ "start": tomorrow })).collect();
        person.plan_with(api.addr, schedules, &json!({ "offsets": [1_440] })).await?;
        Ok(person)
    }

    fn webhook(&self) -> Value {
        json!({ "webhook": { "url": format!("http://127.0.0.1:{}/hook", self.sink.port) } })
    }

    fn browser(&self, number: usize) -> Result<Value, Box<dyn Error>> {
        let key = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
        let key = key.and_then(|key| key.compute_public_key()).map_err(|_| "no key could be made")?;
        let endpoint = format!("http://127.0.0.1:{}/push/{number}", self.sink.port);
        let keys = json!({ "p256dh": BASE64.encode(key.as_ref()), "auth": BASE64.encode([7; 16]) });
        Ok(json!({ "push": { "endpoint": endpoint, "keys": keys } }))
    }

    /// Has all routines of somebody remind at this instant.
    async fn remind_at(&self, api: &Server, person: &Person, due: Timestamp) -> Result<(), Box<dyn Error>> {
        let time = TimeZone::get(self.zone)?.to_datetime(due).time();
        person.ask(api.addr, ("PUT", "/reminder-settings"), &json!({ "all_day_at": time })).await?;
        if Clock::system().now() >= due {
            return Err("the machine is too slow to plan in time".into());
        }
        Ok(())
    }

    /// Waits until so many have come, and for as long as one could come again.
    async fn wait_for(&self, count: usize) -> Result<(), Box<dyn Error>> {
        let began = monotonic();
        while self.sink.count() < count {
            if began.elapsed() > PATIENCE {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        sleep(QUIET).await;
        Ok(())
    }

    /// These people are reminded of everything, all at once or one of them each second.
    async fn remind(
        &self,
        (api, jobs): (&Server, &Server),
        people: &[Person],
        one_a_second: bool,
    ) -> Result<Run, Box<dyn Error>> {
        self.sink.take();
        let lead = 4 + people.len() as i64 / 5;
        let first = Timestamp::from_second(Clock::system().now().as_second() + lead)?;
        let mut dues = Vec::new();
        for (number, person) in (0..).zip(people) {
            let seconds = if one_a_second { number } else { 0 };
            dues.push(first + SignedDuration::from_secs(seconds));
            self.remind_at(api, person, first + SignedDuration::from_secs(seconds)).await?;
        }
        let before = jobs.usage()?.cpu;
        self.wait_for(people.len() * EACH).await?;
        let cpu = jobs.usage()?.cpu - before;
        let arrivals = self.sink.take();
        // 500 are due each second: what comes first was due first.
        let mut firsts: Vec<Timestamp> =
            arrivals.values().filter_map(|times| times.first().copied()).collect();
        firsts.sort_unstable();
        let due = |place: usize| dues.get(place / EACH).copied().unwrap_or(first);
        let late = |(place, at): (usize, &Timestamp)| at.duration_since(due(place)).as_secs_f64();
        let mut lateness: Vec<f64> = firsts.iter().enumerate().map(late).collect();
        lateness.sort_by(f64::total_cmp);
        Ok(Run {
            lateness,
            lost: (people.len() * EACH).saturating_sub(arrivals.len()),
            twice: arrivals.values().filter(|times| times.len() > 1).count(),
            cpu,
        })
    }
}

/// What came of it once.
struct Run {
    /// Seconds, in order.
    lateness: Vec<f64>,
    lost: usize,
    twice: usize,
    /// Of `server jobs`.
    cpu: Duration,
}

impl Run {
    fn within(&self, share: f64) -> f64 {
        let last = self.lateness.len().saturating_sub(1);
        let at = (self.lateness.len() as f64 * share) as usize;
        self.lateness.get(at.min(last)).copied().unwrap_or(f64::INFINITY)
    }

    /// Microseconds of processor time for a message.
    fn cost(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.lateness.len().max(1) as f64
    }
}

/// Median, least and greatest, in seconds.
fn seconds(values: &[f64]) -> (f64, String) {
    let (middle, least, greatest) = spread(values);
    (middle, format!("{middle:.2} s ({least:.2}–{greatest:.2})"))
}

impl Plan {
    /// Answers whether all targets were reached.
    pub async fn measure(self) -> Result<bool, Box<dyn Error>> {
        let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut table = Table::new(data.path())?;
        let stage =
            Stage { program: &self.program, data: data.path(), sink: Sink::start().await?, zone: zone() };
        let api = stage.start("api")?;
        let jobs = stage.start("jobs")?;
        let idle = jobs.usage()?.resident;
        table.line("resident memory of `jobs`, idle", &format!("{idle:.1} MB"), "< 30 MB", idle < 30.0)?;

        let (mut hooks, mut browsers) = (Vec::new(), Vec::new());
        for number in 0..STEADY {
            hooks.push(stage.person(&api, &format!("hook{number}"), stage.webhook()).await?);
        }
        for number in 0..TOGETHER {
            let browser = stage.browser(number)?;
            browsers.push(stage.person(&api, &format!("browser{number}"), browser).await?);
        }
        let together = hooks.get(..TOGETHER).unwrap_or_default();
        // Those of the browsers are due at another time of the day.
        for (what, people) in [("webhooks", together), ("pushes", &browsers)] {
            let mut runs = Vec::new();
            for _ in 0..self.runs {
                runs.push(stage.remind((&api, &jobs), people, false).await?);
            }
            table.reminders(&format!("10,000 {what} due at once"), &runs, (0.99, 2.0), 5.0)?;
        }
        let steady = stage.remind((&api, &jobs), &hooks, true).await?;
        table.reminders("500 each second for a minute", &[steady], (0.99, 1.0), f64::INFINITY)?;
        let after = jobs.usage()?.resident;
        table.tell("resident memory of `jobs` after that", &format!("{after:.1} MB"))?;
        jobs.stop()?;

        let one = hooks.first().ok_or("nobody is there")?;
        let mut taken_over = Vec::new();
        for _ in 0..self.runs {
            taken_over.extend(take_over(&stage, &api, one).await?);
        }
        let (middle, told) = seconds(&taken_over);
        let (_, _, longest) = spread(&taken_over);
        let reached = middle <= 10.0 && longest <= 11.0;
        table.line("a killed worker's, sent by another after", &told, "≤ 10 s and a poll", reached)?;
        api.stop()?;

        let two = hooks.get(..2).unwrap_or_default();
        let mut filled = 0;
        let mut costs = Vec::new();
        for rows in [10_000, 100_000, 1_000_000] {
            pending::fill(data.path(), Clock::system().now().as_microsecond(), filled, rows)?;
            filled = rows;
            costs.push(with_pending(&stage, &mut table, two, rows, self.runs).await?);
        }
        if let (Some(few), Some(many)) = (costs.first(), costs.last()) {
            let reached = many.claim < few.claim * 2.0 && many.plan < few.plan * 2.0;
            let told =
                format!("{:.1}× a message, {:.1}× a change", many.claim / few.claim, many.plan / few.plan);
            table.line("a million pending, against ten thousand", &told, "< 2×", reached)?;
        }
        let jobs = stage.start("jobs")?;
        let before = jobs.usage()?.cpu;
        sleep(Duration::from_secs(60)).await;
        let idle = (jobs.usage()?.cpu - before).as_secs_f64() / 60.0 * 100.0;
        let memory = jobs.usage()?.resident;
        jobs.stop()?;
        table.line(
            "a minute of `jobs`, idle, with a million",
            &format!("{idle:.2} % of a processor"),
            "< 1 %",
            idle < 1.0,
        )?;
        table.line("  its resident memory", &format!("{memory:.1} MB"), "< 30 MB", memory < 30.0)?;
        Ok(table.all_reached)
    }
}

/// A worker is killed that has just leased 250 messages, and another one is there: how long after that each was sent by
/// it, in seconds.
async fn take_over(stage: &Stage<'_>, api: &Server, person: &Person) -> Result<Vec<f64>, Box<dyn Error>> {
    let first = stage.start("jobs")?;
    stage.sink.take();
    stage.sink.hold(true);
    let due = Timestamp::from_second(Clock::system().now().as_second() + 3)?;
    stage.remind_at(api, person, due).await?;
    let began = monotonic();
    while stage.sink.count() < 200 && began.elapsed() < PATIENCE {
        sleep(Duration::from_millis(2)).await;
    }
    let killed = Clock::system().now();
    first.kill()?;
    let held = stage.sink.take();
    let second = stage.start("jobs")?;
    stage.sink.hold(false);
    stage.wait_for(EACH).await?;
    second.stop()?;
    let arrivals = stage.sink.take();
    let again = held.keys().map(|id| {
        let at = arrivals.get(id).and_then(|times| times.first());
        at.map_or(f64::INFINITY, |at| at.duration_since(killed).as_secs_f64())
    });
    Ok(again.collect())
}

/// What it costs while so much is pending.
struct Costs {
    /// Processor time of a worker for a message, in microseconds.
    claim: f64,
    /// How long it takes to move all reminders of somebody who has 500, in milliseconds.
    plan: f64,
}

async fn with_pending(
    stage: &Stage<'_>,
    table: &mut Table,
    people: &[Person],
    rows: u64,
    runs: u32,
) -> Result<Costs, Box<dyn Error>> {
    let api = stage.start("api")?;
    let jobs = stage.start("jobs")?;
    let (mut claims, mut lateness) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let run = stage.remind((&api, &jobs), people, false).await?;
        claims.push(run.cost());
        lateness.push(run.within(0.99));
    }
    let person = people.first().ok_or("nobody is there")?;
    let mut plans = Vec::new();
    for change in 0..10 * runs {
        let later =
            Clock::system().now() + SignedDuration::from_mins(60) + SignedDuration::from_secs(change.into());
        let began = monotonic();
        stage.remind_at(&api, person, later).await?;
        plans.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let memory = jobs.usage()?.resident;
    jobs.stop()?;
    api.stop()?;

    let (claim, _, _) = spread(&claims);
    let (plan, least, greatest) = spread(&plans);
    table.tell(
        &format!("with {rows} pending: 1,000 due at once"),
        &format!("99 % within {}", seconds(&lateness).1),
    )?;
    table.tell("  processor time of a worker", &format!("{claim:.0} µs a message"))?;
    table.tell("  500 reminders moved by one change", &format!("{plan:.0} ms ({least:.0}–{greatest:.0})"))?;
    table.line("  resident memory of `jobs`", &format!("{memory:.1} MB"), "< 30 MB", memory < 30.0)?;
    Ok(Costs { claim, plan })
}

impl Table {
    /// How late messages were, and whether each came once.
    fn reminders(
        &mut self,
        what: &str,
        runs: &[Run],
        (share, most): (f64, f64),
        all: f64,
    ) -> std::io::Result<()> {
        let of = |share: f64| seconds(&runs.iter().map(|run| run.within(share)).collect::<Vec<_>>());
        let (most_within, told) = of(share);
        self.tell(&format!("{what}: half within"), &of(0.5).1)?;
        self.line("  99 % within", &told, &format!("< {most} s"), most_within < most)?;
        let (all_within, told) = of(1.0);
        let goal = if all.is_finite() { format!("< {all} s") } else { String::new() };
        self.line("  all within", &told, &goal, all_within < all)?;
        let (lost, twice) =
            runs.iter().fold((0, 0), |(lost, twice), run| (lost + run.lost, twice + run.twice));
        let told = format!("{lost} lost, {twice} twice");
        self.line("  lost or twice", &told, "none", lost + twice == 0)?;
        let cost = spread(&runs.iter().map(Run::cost).collect::<Vec<_>>()).0;
        self.tell("  processor time of `jobs`", &format!("{cost:.0} µs a message"))
    }
}
