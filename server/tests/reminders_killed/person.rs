//! Somebody with a few channels who makes plans, changes their mind all the time, and notes what was acknowledged.

use crate::{
    chance::Chance,
    fleet::Fleet,
    ledger::Ledger,
    oracle::{Oracle, Owed, Ring},
    reach::{self, Place, Reach, Standing, Wish},
    turns,
};
use daymark_server::clock::{Clock, monotonic};
use daymark_shared::ids::{ChannelId, RoutineId, StepId};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use ureq::Agent;

/// How long a request is asked again until it is answered.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long one try may take: longer than a write may wait.
const TRY: Duration = Duration::from_secs(20);
/// Minutes of a day.
const DAY: i64 = 1_440;
const PASSWORD: &str = "plum kettle orbit 47";
/// How long after it was due a message has arrived for sure, kills, refusals and fallbacks included.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(900);
/// How many routines a person has at most.
const ROUTINES: usize = 20;

/// A zone without changes of its clocks, in which it is far from midnight now.
pub fn zone() -> &'static str {
    let hour = TimeZone::UTC.to_datetime(now()).hour();
    if (12..18).contains(&hour) { "Pacific/Honolulu" } else { "Asia/Tokyo" }
}

fn now() -> Timestamp {
    Clock::system().now()
}

/// When a routine is planned: on a whole day, or at a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Day(Date),
    At(DateTime),
}

impl Start {
    fn text(self) -> String {
        match self {
            Self::Day(date) => date.to_string(),
            Self::At(at) => at.strftime("%Y-%m-%dT%H:%M").to_string(),
        }
    }

    /// As it is in an occurrence's key.
    fn compact(self) -> String {
        match self {
            Self::Day(date) => date.strftime("%Y%m%d").to_string(),
            Self::At(at) => at.strftime("%Y%m%dT%H%M").to_string(),
        }
    }
}

struct Routine {
    planned: Start,
    moved: Option<Start>,
    /// The name of what was done to its occurrence: `skip` or `done`.
    over: Option<&'static str>,
    version: u64,
    /// Minutes before the start.
    offsets: Vec<i64>,
    /// How often it reminds again, a minute apart.
    again: i64,
}

/// A reminder that was put off by a minute.
pub struct Snooze {
    routine: String,
    asked: Timestamp,
    acknowledged: Timestamp,
    /// Whether something was done since that may have taken it away.
    is_withdrawn: bool,
}

impl Snooze {
    /// Between which instants it is due.
    fn span(&self) -> (Timestamp, Timestamp) {
        let minute = SignedDuration::from_mins(1);
        (self.asked + minute, self.acknowledged + minute)
    }
}

/// Somebody.
pub struct Person {
    pub name: String,
    pub reach: Reach,
    /// Which channels have ended, as the server says: by line, when and why.
    pub ended: HashMap<usize, (Timestamp, String)>,
    pub oracle: Oracle,
    pub snoozes: Vec<Snooze>,
    /// Requests that were acknowledged, and tries whose answer was lost or a refusal for the moment.
    pub asked: usize,
    pub lost: usize,
    /// What the server has listed as missed so far, by channel, and why.
    missed: BTreeMap<(String, Ring), String>,
    /// What was not taken by a line, and found to be accounted for.
    accounted: BTreeSet<(usize, Ring)>,
    fleet: Arc<Fleet>,
    agent: Agent,
    chance: Chance,
    token: String,
    zone: TimeZone,
    all_day_at: Time,
    routines: BTreeMap<String, Routine>,
}

impl Person {
    /// Makes an account with these channels: what each is to be, its line, and what it is made with.
    pub fn sign_up(
        number: usize,
        fleet: &Arc<Fleet>,
        ledger: &Arc<Ledger>,
        wishes: Vec<(Wish, usize, Value)>,
        seed: u64,
    ) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(TRY)).build();
        let mut person = Self {
            name: format!("person{number}"),
            reach: Reach { ledger: Arc::clone(ledger), always: Vec::new(), fallbacks: Vec::new() },
            ended: HashMap::new(),
            missed: BTreeMap::new(),
            accounted: BTreeSet::new(),
            oracle: Oracle::default(),
            snoozes: Vec::new(),
            asked: 0,
            lost: 0,
            fleet: Arc::clone(fleet),
            agent: agent.into(),
            chance: Chance::new(seed),
            token: String::new(),
            zone: TimeZone::get(zone()).unwrap(),
            all_day_at: Time::midnight(),
            routines: BTreeMap::new(),
        };
        let account =
            json!({ "email": person.email(), "password": PASSWORD, "zone": zone(), "locale": "en" });
        let answer = person.ask("POST", "/accounts", Some(&account));
        person.token = answer["access_token"].as_str().unwrap().to_owned();
        for (wish, line, target) in wishes {
            let id =
                ChannelId::mint(now().as_millisecond().unsigned_abs(), person.chance.bytes()).to_string();
            let role = if wish.is_fallback { "fallback" } else { "always" };
            let channel = json!({ "id": id, "name": "Lamp", "target": target, "role": role });
            person.ask("POST", "/channels", Some(&channel));
            let places =
                if wish.is_fallback { &mut person.reach.fallbacks } else { &mut person.reach.always };
            places.push(Place { line, temper: wish.temper, id });
        }
        person
    }

    fn email(&self) -> String {
        format!("{}@example.org", self.name)
    }

    /// Goes on until told to stop: in rounds, each with its own time for whole days.
    pub fn live(mut self, is_over: &AtomicBool) -> Self {
        (0..ROUTINES / 2).for_each(|_| self.create());
        while !is_over.load(Ordering::SeqCst) {
            let due = self.some_moment();
            self.remind_whole_days_at(due);
            let end = due + SignedDuration::from_millis(200);
            while now() < end && !is_over.load(Ordering::SeqCst) {
                self.do_something();
                thread::sleep(Duration::from_millis(self.chance.among(10..250)));
            }
            // Now and then somebody does not wait: what is due is taken away while it is being sent.
            if self.chance.percent(85) && self.wait_for_what_is_due(is_over) && self.chance.percent(40) {
                self.snooze();
            }
        }
        self
    }

    /// In a few seconds, and when others are reminded too: at about an even second. None is ever the same.
    fn some_moment(&mut self) -> Timestamp {
        let second = now().as_second() + self.chance.among(3..6) as i64;
        let micros = self.chance.among(0..200_000) as i64;
        Timestamp::from_microsecond((second - second % 2) * 1_000_000 + micros).unwrap()
    }

    /// Waits until all that had to arrive did, and the rest is listed; false where it ends before that.
    fn wait_for_what_is_due(&mut self, is_over: &AtomicBool) -> bool {
        let until = now();
        while !self.missing(until).is_empty() || !self.unlisted(until).is_empty() {
            if is_over.load(Ordering::SeqCst) {
                return false;
            }
            thread::sleep(Duration::from_millis(100));
        }
        true
    }

    /// What had to arrive by `until`, and how it stands with the channels that get every reminder.
    fn standings(&self, until: Timestamp) -> impl Iterator<Item = (&Place, &Ring, Standing)> {
        self.oracle.must(until).flat_map(move |ring| {
            self.reach.always.iter().map(move |place| (place, ring, self.reach.stands_at(place, ring)))
        })
    }

    /// What had to arrive by `until` and was not taken yet, and at which channel.
    pub fn missing(&self, until: Timestamp) -> Vec<(Place, Ring)> {
        let missing = self.standings(until).filter(|(_, _, standing)| *standing == Standing::Missing);
        missing.map(|(place, ring, _)| (place.clone(), ring.clone())).collect()
    }

    /// What had to arrive by `until`, was not taken where it was meant to be, and is not listed as missed there. Asks the
    /// server where it has to.
    pub fn unlisted(&mut self, until: Timestamp) -> Vec<(Place, Ring)> {
        let is_open = |line: usize, ring: &Ring| !self.accounted.contains(&(line, ring.clone()));
        let mut open: Vec<(Place, Ring)> = self
            .standings(until)
            .filter(|(_, _, standing)| matches!(standing, Standing::Instead | Standing::Gone))
            .filter(|(place, ring, _)| is_open(place.line, ring))
            .map(|(place, ring, _)| (place.clone(), ring.clone()))
            .collect();
        for has_asked in [false, true] {
            open.retain(|(place, ring)| {
                let is_accounted = turns::is_accounted(self, place, ring);
                if is_accounted {
                    self.accounted.insert((place.line, ring.clone()));
                }
                !is_accounted
            });
            if has_asked || open.is_empty() {
                break;
            }
            self.look_at_missed();
            self.look_at_channels();
        }
        open
    }

    /// Why it is missed at this channel, as the server has ever listed it.
    pub fn why_missed(&self, place: &Place, ring: &Ring) -> Option<&str> {
        self.missed.get(&(place.id.clone(), ring.clone())).map(String::as_str)
    }

    /// What was put off and had to arrive by `until`: from when to when it is due.
    pub fn snoozed(&self, until: Timestamp) -> Vec<(&str, (Timestamp, Timestamp))> {
        let must = self.snoozes.iter().filter(|snooze| !snooze.is_withdrawn && snooze.span().1 <= until);
        must.map(|snooze| (&*snooze.routine, snooze.span())).collect()
    }

    /// What was put off to before `until` and was not taken yet.
    pub fn put_off_in_vain(&self, until: Timestamp) -> Vec<(&str, (Timestamp, Timestamp))> {
        let mut snoozed = self.snoozed(until);
        snoozed.retain(|(routine, span)| {
            let mut standings =
                self.reach.always.iter().map(|place| self.reach.stands(place, routine, *span));
            standings.any(|standing| standing == Standing::Missing)
        });
        snoozed
    }

    /// Whether a message of this routine, due then, was owed.
    pub fn owed(&self, ring: &Ring) -> Owed {
        let is_snoozed = self.snoozes.iter().any(|snooze| {
            let (from, to) = snooze.span();
            snooze.routine == ring.routine && from <= ring.due_at && ring.due_at <= to
        });
        if is_snoozed { Owed::Perhaps } else { self.oracle.owed(ring) }
    }

    /// Notes which reminders are listed as missed, with a reason.
    pub fn look_at_missed(&mut self) {
        let mut cursor = String::new();
        loop {
            let page = self.ask("GET", &format!("/reminders?list=missed&limit=100{cursor}"), None);
            for item in page["items"].as_array().unwrap().iter().filter(|item| item["reason"].is_string()) {
                let (Some(channel), "failed" | "expired") =
                    (item["channel"]["id"].as_str(), item["state"].as_str().unwrap())
                else {
                    continue;
                };
                let ring = Ring {
                    routine: item["routine"].as_str().unwrap().to_owned(),
                    due_at: item["due_at"].as_str().unwrap().parse().unwrap(),
                };
                let reason = item["reason"].as_str().unwrap().to_owned();
                self.missed.insert((channel.to_owned(), ring), reason);
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return,
            }
        }
    }

    /// Notes which channels have ended.
    pub fn look_at_channels(&mut self) {
        let list = self.ask("GET", "/channels", None);
        for (id, at, reason) in reach::ended(&list) {
            let place = self.reach.places().find(|place| place.id == id).unwrap();
            self.ended.insert(place.line, (at, reason.to_owned()));
        }
    }

    /// Asks one of the servers, again and again until there is an answer that says yes.
    fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let began = monotonic();
        let mut tries = 0;
        loop {
            assert!(began.elapsed() < PATIENCE, "{method} {path} is never answered");
            tries += 1;
            match self.try_to_ask(method, path, body) {
                Some((200..300, answer)) => {
                    self.asked += 1;
                    return answer;
                }
                // On a busy machine a round takes longer than an access token lasts.
                Some((401, _)) if !self.token.is_empty() && path != "/sessions" => {
                    self.token.clear();
                    let who = json!({ "email": self.email(), "password": PASSWORD });
                    let answer = self.ask("POST", "/sessions", Some(&who));
                    self.token = answer["access_token"].as_str().unwrap().to_owned();
                }
                // An earlier try had worked.
                Some((404, _)) if method == "DELETE" && tries > 1 => return Value::Null,
                // It arrived, but the plan was changed before that could be written down: the reminder is not there any more.
                Some((404, _)) if path.ends_with("/snooze") => return Value::Bool(false),
                None | Some((503, _)) => {
                    self.lost += 1;
                    thread::sleep(Duration::from_millis(self.chance.among(5..50)));
                }
                Some((status, answer)) => panic!("{method} {path} {body:?}: {status} {answer}"),
            }
        }
    }

    fn try_to_ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let (url, _asking) = self.fleet.ask(self.chance.next())?;
        let url = format!("{url}/api/v1{path}");
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(url)
            .header("authorization", format!("Bearer {}", self.token))
            .header("if-match", "*");
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map_or(Vec::new(), |body| serde_json::to_vec(body).unwrap());
        let mut answer = self.agent.run(request.body(bytes).unwrap()).ok()?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Asks for a change of the plan, and tells the oracle what it was before and is now.
    fn change(
        &mut self,
        (method, path): (&str, &str),
        body: Option<&Value>,
        apply: impl FnOnce(&mut Self, &Value),
    ) {
        let (before, asked) = (self.plan(), now());
        let answer = self.ask(method, path, body);
        let acknowledged = now();
        apply(self, &answer);
        self.oracle.changed((&before, &self.plan()), (asked, acknowledged));
    }

    /// What rings when, as things stand.
    fn plan(&self) -> BTreeSet<Ring> {
        let mut rings = BTreeSet::new();
        for (id, routine) in self.routines.iter().filter(|(_, routine)| routine.over.is_none()) {
            let start = match routine.moved.unwrap_or(routine.planned) {
                Start::Day(date) => date.to_datetime(self.all_day_at),
                Start::At(at) => at,
            };
            let start = self.zone.to_timestamp(start).unwrap();
            let last = routine.offsets.iter().min().copied().unwrap_or_default();
            let again = (1..=routine.again).map(|round| round - last);
            for minutes in routine.offsets.iter().map(|offset| -offset).chain(again) {
                let due_at = start + SignedDuration::from_mins(minutes);
                rings.insert(Ring { routine: id.clone(), due_at });
            }
        }
        rings
    }

    fn remind_whole_days_at(&mut self, due: Timestamp) {
        let time = self.zone.to_datetime(due).time();
        self.change(("PUT", "/reminder-settings"), Some(&json!({ "all_day_at": time })), |me, _| {
            me.all_day_at = time;
        });
    }

    fn do_something(&mut self) {
        let known: Vec<String> = self.routines.keys().cloned().collect();
        let dice = self.chance.among(0..100);
        let Some(id) = self.chance.pick(&known).cloned() else { return self.create() };
        match dice {
            0..45 if known.len() < ROUTINES => self.create(),
            // What was put off stays so when it is moved or called otherwise.
            _ if self.is_put_off(&id) && dice < 70 => self.move_or_put_back(&id),
            _ if self.is_put_off(&id) => self.edit(&id),
            45..60 => self.skip_or_do(&id),
            60..75 => self.move_or_put_back(&id),
            75..90 => self.edit(&id),
            90..95 => self.delete(&id),
            _ => self.skip_or_do(&id),
        }
    }

    fn today(&self) -> Date {
        self.zone.to_datetime(now()).date()
    }

    /// One of the minutes to come, tomorrow: a day before it begins is soon.
    fn some_minute(&mut self) -> DateTime {
        let soon = now() + SignedDuration::from_mins(self.chance.among(1..4) as i64);
        let soon = self.zone.to_datetime(soon + SignedDuration::from_hours(24));
        soon.date().at(soon.hour(), soon.minute(), 0, 0)
    }

    fn create(&mut self) {
        let stamp = now().as_millisecond().unsigned_abs();
        let id = RoutineId::mint(stamp, self.chance.bytes()).to_string();
        let (planned, offsets, again) = if self.chance.percent(75) {
            let days = self.chance.among(1..4) as i64;
            let mut offsets = vec![days * DAY];
            if self.chance.percent(20) {
                offsets.push(days * DAY - 1);
            }
            (Start::Day(self.today() + days.days()), offsets, 0)
        } else {
            let again = if self.chance.percent(30) { 2 } else { 0 };
            (Start::At(self.some_minute()), vec![DAY], again)
        };
        let mut body = json!({
            "id": id,
            "title": "Water the plants",
            "steps": [{ "id": StepId::mint(stamp, self.chance.bytes()), "title": "All", "minutes": 5 }],
            "schedule": { "start": planned.text() },
            "reminders": { "offsets": offsets },
        });
        if again > 0 {
            body["reminders"]["again"] = json!({ "every": 1, "times": again });
        }
        self.change(("POST", "/routines"), Some(&body), |me, _| {
            let routine = Routine { planned, moved: None, over: None, version: 1, offsets, again };
            me.routines.insert(id, routine);
        });
    }

    fn occurrence(&self, id: &str) -> String {
        let routine = &self.routines[id];
        format!("/routines/{id}/occurrences/{}-{}", routine.version, routine.planned.compact())
    }

    /// Leaves it out or does it, or takes that back.
    fn skip_or_do(&mut self, id: &str) {
        self.withdraw(id);
        let over = self.routines[id].over;
        let what = over.unwrap_or(if self.chance.percent(50) { "skip" } else { "done" });
        let path = format!("{}/{what}", self.occurrence(id));
        let method = if over.is_none() { "PUT" } else { "DELETE" };
        self.change((method, &path), None, |me, _| {
            me.routine(id).over = if over.is_none() { Some(what) } else { None };
        });
    }

    fn routine(&mut self, id: &str) -> &mut Routine {
        self.routines.get_mut(id).unwrap()
    }

    fn move_or_put_back(&mut self, id: &str) {
        if self.routines[id].over.is_some() {
            return;
        }
        let path = format!("{}/time", self.occurrence(id));
        if self.routines[id].moved.is_some() {
            return self.change(("DELETE", &path), None, |me, _| me.routine(id).moved = None);
        }
        let start = match self.routines[id].planned {
            Start::Day(date) => Start::Day(date + 1.day()),
            Start::At(_) => Start::At(self.some_minute()),
        };
        self.change(("PUT", &path), Some(&json!({ "start": start.text() })), |me, _| {
            let routine = me.routine(id);
            routine.moved = Some(start).filter(|start| *start != routine.planned);
        });
    }

    /// Another title, other offsets, or another time, for good.
    fn edit(&mut self, id: &str) {
        let routine = &self.routines[id];
        if routine.over.is_some() || routine.moved.is_some() {
            return;
        }
        let (mut planned, mut offsets) = (routine.planned, routine.offsets.clone());
        let mut edit = json!({ "scope": "all" });
        match (self.chance.among(0..3), planned) {
            (0, _) => edit["title"] = json!("Water the garden"),
            (1, Start::At(_)) => {
                planned = Start::At(self.some_minute());
                // What is planned for another time is another occurrence.
                self.withdraw(id);
                edit["schedule"] = json!({ "start": planned.text() });
            }
            _ => {
                if offsets.len() == 1 {
                    offsets.push(offsets[0] - 1);
                } else {
                    offsets.truncate(1);
                }
                edit["reminders"] = json!({ "offsets": offsets });
            }
        }
        let has_plan = edit["reminders"].is_object();
        self.change(("PATCH", &format!("/routines/{id}")), Some(&edit), |me, answer| {
            let routine = me.routine(id);
            routine.version = answer["version"].as_u64().unwrap();
            (routine.planned, routine.offsets) = (planned, offsets);
            if has_plan {
                routine.again = 0;
            }
        });
    }

    fn delete(&mut self, id: &str) {
        self.withdraw(id);
        self.change(("DELETE", &format!("/routines/{id}")), None, |me, _| {
            me.routines.remove(id);
        });
    }

    /// Whether something of this routine was put off, and is still to come or on its way.
    fn is_put_off(&self, id: &str) -> bool {
        let mut mine = self.snoozes.iter().filter(|snooze| snooze.routine == id);
        mine.any(|snooze| !snooze.is_withdrawn && now() < snooze.span().1 + ON_ITS_WAY)
    }

    /// What was put off for this routine may not come any more.
    fn withdraw(&mut self, id: &str) {
        for snooze in self.snoozes.iter_mut().filter(|snooze| snooze.routine == id) {
            snooze.is_withdrawn |= now() < snooze.span().1 + ON_ITS_WAY;
        }
    }

    /// Puts off by a minute what has arrived: from a page, or from the notification itself.
    fn snooze(&mut self) {
        // What is still on its way would be put off too.
        let until = now();
        let mut waits: HashSet<String> =
            self.missing(until).into_iter().map(|(_, ring)| ring.routine).collect();
        waits.extend(self.unlisted(until).into_iter().map(|(_, ring)| ring.routine));
        // What has reminded keeps the key of its time: after an edit, that occurrence is not there any more.
        let is_as_then = |it: &Routine| it.over.is_none() && it.again == 0 && it.version == 1;
        let open = |id: &str| self.routines.get(id).is_some_and(is_as_then) && !waits.contains(id);
        let arrived = self.reach.ledger.receipts();
        let is_mine = |line: usize| self.reach.places().any(|place| place.line == line);
        let mine: Vec<_> =
            arrived.iter().filter(|receipt| is_mine(receipt.line) && open(&receipt.routine)).collect();
        let Some(receipt) = self.chance.pick(&mine) else { return };
        let id = receipt.routine.clone();
        let path = match &receipt.capability {
            Some(capability) => format!("/reminder-actions/{capability}/snooze"),
            None => format!("/reminders/{}/snooze", receipt.id),
        };
        self.withdraw(&id);
        let asked = now();
        if self.ask("POST", &path, Some(&json!({ "minutes": 1 }))) == false {
            return;
        }
        let acknowledged = now();
        // What fell due at this very moment is put off with it, or not.
        let rings = self.oracle.due(acknowledged).map(|(ring, _)| ring);
        let put_off = rings.filter(|ring| ring.routine == id && ring.due_at >= asked).cloned().collect();
        self.oracle.changed((&put_off, &BTreeSet::new()), (asked, acknowledged));
        self.snoozes.push(Snooze { routine: id, asked, acknowledged, is_withdrawn: false });
    }
}
