//! Who uses the server, what they have planned, and what they ask for.

use crate::http::{Answer, Connection, Requests, request};
use daymark_server::clock::Clock;
use daymark_shared::ids::{RoutineId, StepId};
use serde_json::{Value, json};
use std::{error::Error, io, net::SocketAddr};
use tokio::task::JoinSet;

/// The day that is looked at: a Wednesday, the third of its month.
const DAY: &str = "2027-03-17";
/// What that day shows.
const OCCURRENCES: usize = 20;

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    token: String,
}

impl Person {
    /// Makes an account.
    pub async fn sign_up(addr: SocketAddr, name: &str) -> Result<Self, Box<dyn Error>> {
        Self::sign_up_in("Europe/Berlin", addr, name).await
    }

    /// Makes an account in another zone.
    pub async fn sign_up_in(zone: &str, addr: SocketAddr, name: &str) -> Result<Self, Box<dyn Error>> {
        let new = json!({ "email": format!("{name}@example.org"), "password": "plum kettle orbit 47",
                          "zone": zone, "locale": "en" });
        let mut server = Connection::open(addr).await?;
        let answer = server.send(&request("POST", "/api/v1/accounts", None, Some(&new))).await?;
        if answer.status != 201 {
            return Err(told(&answer).into());
        }
        let answer: Value = serde_json::from_slice(answer.body)?;
        Ok(Self { token: answer["access_token"].as_str().unwrap_or_default().to_owned() })
    }

    /// Asks for something that is to be done; answers what came back.
    pub async fn ask(
        &self,
        addr: SocketAddr,
        (method, path): (&str, &str),
        body: &Value,
    ) -> Result<Value, Box<dyn Error>> {
        let mut server = Connection::open(addr).await?;
        let path = format!("/api/v1{path}");
        let answer = server.send(&request(method, &path, Some(&self.token), Some(body))).await?;
        if !(200..300).contains(&answer.status) {
            return Err(told(&answer).into());
        }
        Ok(serde_json::from_slice(answer.body)?)
    }

    /// Makes a routine with each of these schedules.
    pub async fn plan(&self, addr: SocketAddr, schedules: Vec<Value>) -> Result<(), Box<dyn Error>> {
        self.plan_with(addr, schedules, &json!({})).await
    }

    /// The same, with reminders of their own.
    pub async fn plan_with(
        &self,
        addr: SocketAddr,
        schedules: Vec<Value>,
        reminders: &Value,
    ) -> Result<(), Box<dyn Error>> {
        const AT_ONCE: usize = 32;
        let mut tasks = JoinSet::new();
        for part in schedules.chunks(schedules.len().div_ceil(AT_ONCE)) {
            let requests: Vec<_> =
                part.iter().map(|schedule| self.creation(new_id(), schedule, reminders)).collect();
            tasks.spawn(async move {
                let mut server = Connection::open(addr).await?;
                for request in requests {
                    let answer = server.send(&request).await?;
                    if answer.status != 201 {
                        return Err(io::Error::other(told(&answer)));
                    }
                }
                Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }

    /// The request that makes a routine of three steps.
    fn creation(&self, id: RoutineId, schedule: &Value, reminders: &Value) -> Vec<u8> {
        let step = |title: &str, minutes: u8, note: &str| json!({ "id": Clock::system().mint(StepId::mint), "title": title, "minutes": minutes, "note": note });
        let steps = [
            step("Glass of water", 2, ""),
            step("Stretch", 8, "Shoulders first, then the back."),
            step("Shower", 20, ""),
        ];
        let routine = json!({ "id": id, "title": "Morning start", "notes": "Slowly, and with an open window.",
                              "colour": "sun", "icon": "sun", "steps": steps, "schedule": schedule,
                              "reminders": reminders });
        request("POST", "/api/v1/routines", Some(&self.token), Some(&routine))
    }
}

fn new_id() -> RoutineId {
    Clock::system().mint(RoutineId::mint)
}

fn told(answer: &Answer<'_>) -> String {
    format!("{}: {}", answer.status, String::from_utf8_lossy(answer.body))
}

/// Makes one routine after the other, and notes which were acknowledged.
pub struct Creations {
    request: Vec<u8>,
    /// Where the id stands in it.
    at: usize,
    id: RoutineId,
    pub acknowledged: Vec<RoutineId>,
}

impl Creations {
    pub fn new(person: &Person) -> Self {
        let id = new_id();
        let schedule = json!({ "start": "2027-03-15T07:00", "repeat": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" });
        let request = person.creation(id, &schedule, &json!({}));
        let text = id.to_string();
        let at = request.windows(text.len()).position(|window| window == text.as_bytes()).unwrap_or_default();
        Self { request, at, id, acknowledged: Vec::new() }
    }
}

impl Requests for Creations {
    fn next(&mut self) -> &[u8] {
        self.id = new_id();
        let id = self.id.to_string();
        self.request[self.at..self.at + id.len()].copy_from_slice(id.as_bytes());
        &self.request
    }

    fn answered(&mut self, answer: Answer<'_>) -> bool {
        let made = answer.status == 201;
        if made {
            self.acknowledged.push(self.id);
        }
        made
    }
}

/// Looks at the day again and again.
pub struct Days {
    request: Vec<u8>,
    looked: usize,
}

impl Days {
    pub fn new(person: &Person) -> Self {
        Self { request: request("GET", &format!("/api/v1/days/{DAY}"), Some(&person.token), None), looked: 0 }
    }
}

impl Requests for Days {
    fn next(&mut self) -> &[u8] {
        &self.request
    }

    fn answered(&mut self, answer: Answer<'_>) -> bool {
        self.looked += 1;
        // Reading each would cost more than the server's answering: some are read, of the others the size is looked at.
        if self.looked % 256 != 1 {
            return answer.status == 200 && answer.body.len() > 400 * OCCURRENCES;
        }
        let day: Value = serde_json::from_slice(answer.body).unwrap_or_default();
        let occurrences = day["occurrences"].as_array().map_or(&[][..], Vec::as_slice);
        occurrences.len() == OCCURRENCES
            && occurrences.iter().all(|occurrence| occurrence["title"] == "Morning start")
    }
}

fn at(start: &str, hour: usize, repeat: &str) -> Value {
    json!({ "start": format!("{start}T{:02}:30", 5 + hour % 16), "repeat": repeat })
}

/// The schedules of a person whose day shows 20 occurrences, and who has nothing else.
pub fn few() -> Vec<Value> {
    (0..OCCURRENCES).map(|n| at("2026-03-18", n, "FREQ=WEEKLY;BYDAY=MO,WE,FR")).collect()
}

/// 500 schedules without an end, of which that day shows 20.
///
/// Most of the others are told apart by weekday, day of the month and month alone; 80 are not, so that their rule has
/// to be worked out.
pub fn endless() -> Vec<Value> {
    let on_the_day = [
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=WE",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
        "FREQ=MONTHLY;BYDAY=3WE",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=3WE",
    ];
    let close_by = [
        ("2026-03-25", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        ("2026-03-19", "FREQ=DAILY;INTERVAL=2"),
        ("2026-03-11", "FREQ=MONTHLY;BYDAY=2WE"),
        ("2026-03-04", "FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=WE"),
    ];
    let others = [
        ("2026-03-19", "FREQ=WEEKLY;BYDAY=TU,TH"),
        ("2026-03-20", "FREQ=WEEKLY;BYDAY=FR,SA,SU"),
        ("2026-03-01", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("2026-03-31", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("2026-06-17", "FREQ=YEARLY"),
    ];
    let on_the_day = (0..OCCURRENCES).map(|n| at("2026-03-18", n, on_the_day[n % 5]));
    let close_by = (0..80).map(|n| at(close_by[n % 4].0, n, close_by[n % 4].1));
    let others = (0..400).map(|n| at(others[n % 5].0, n, others[n % 5].1));
    on_the_day.chain(close_by).chain(others).collect()
}

/// 9,500 schedules that have ended: by a date, after a number of times, or because they were for once.
pub fn ended() -> Vec<Value> {
    let schedule = |n: usize| match n % 4 {
        0 => at("2025-01-01", n, "FREQ=WEEKLY;BYDAY=WE;UNTIL=20260930T235900"),
        1 => at("2025-03-05", n, "FREQ=DAILY;COUNT=200"),
        2 => at("2024-05-17", n, "FREQ=MONTHLY;UNTIL=20261231T235900"),
        _ => json!({ "start": "2026-02-17T18:00" }),
    };
    (0..9_500).map(schedule).collect()
}
