//! What the tests of planning share: people, routines and moments.

use crate::app::{Answer, Client, TestApp};
use serde_json::{Value, json};

/// The n-th id of a kind; the same in every test, since each has a server of its own.
pub fn id(kind: u8, n: u32) -> String {
    format!("018f0000-{n:04x}-7{kind:03x}-8000-{n:012x}")
}

/// The n-th routine's id.
pub fn routine_id(n: u32) -> String {
    id(1, n)
}

/// The n-th run's id.
pub fn run_id(n: u32) -> String {
    id(2, n)
}

/// The n-th step's id.
pub fn step_id(n: u32) -> String {
    id(3, n)
}

/// The n-th channel's id.
pub fn channel_id(n: u32) -> String {
    id(4, n)
}

/// Where nobody listens on this machine.
pub const NOBODY: &str = "http://127.0.0.1:1";

/// A webhook, which nobody listens to.
pub fn webhook(n: u32) -> Value {
    json!({
        "id": channel_id(n),
        "name": format!("Lamp {n}"),
        "target": { "webhook": { "url": format!("{NOBODY}/hook") } },
    })
}

/// What the n-th browser subscribes with, at a push service that nobody listens to.
pub fn subscription(n: u32) -> Value {
    let p256dh = "BLMbF9ffKBiWQLCKvTHb6LO8Nb6dcUh6TItC455vu2kElga6PQvUmaFyCdykxY2nOSSL3yKgfbmFLRTUaGv4yV8";
    let keys = json!({ "p256dh": p256dh, "auth": "xS03Fi5ErfTNH_l9WHE9Ig" });
    json!({ "endpoint": format!("{NOBODY}/push/{n}"), "keys": keys })
}

/// The n-th browser.
pub fn browser(n: u32) -> Value {
    json!({
        "id": channel_id(n),
        "name": format!("Browser {n}"),
        "target": { "push": subscription(n) },
    })
}

/// A routine of three steps (2, 8 and 20 minutes), without a schedule.
pub fn routine(n: u32) -> Value {
    json!({
        "id": routine_id(n),
        "title": format!("Morning start {n}"),
        "notes": "Slowly.",
        "colour": "sun",
        "icon": "sun",
        "steps": [
            { "id": step_id(1), "title": "Glass of water", "minutes": 2 },
            { "id": step_id(2), "title": "Stretch", "minutes": 8, "note": "Shoulders first" },
            { "id": step_id(3), "title": "Shower", "minutes": 20 },
        ],
    })
}

/// The same with a schedule.
pub fn planned(n: u32, start: &str, repeat: Option<&str>) -> Value {
    let mut body = routine(n);
    body["schedule"] = json!({ "start": start });
    if let Some(repeat) = repeat {
        body["schedule"]["repeat"] = json!(repeat);
    }
    body
}

/// With one field set to something else.
pub fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        parent => parent[name] = value,
    }
    body
}

/// Creates a routine and answers its JSON.
#[track_caller]
pub fn create(me: &Client<'_>, body: &Value) -> Value {
    me.post("/api/v1/routines", body).json(201)
}

/// The occurrences of a date.
#[track_caller]
pub fn day(me: &Client<'_>, date: &str) -> Vec<Value> {
    match me.get(&format!("/api/v1/days/{date}")).json(200)["occurrences"].take() {
        Value::Array(occurrences) => occurrences,
        other => panic!("{other}"),
    }
}

/// The starts of a date's occurrences, and what became of each.
#[track_caller]
pub fn starts(me: &Client<'_>, date: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    day(me, date).iter().map(|occurrence| (text(&occurrence["start"]), text(&occurrence["state"]))).collect()
}

/// The address of an occurrence.
pub fn occurrence(n: u32, key: &str) -> String {
    format!("/api/v1/routines/{}/occurrences/{key}", routine_id(n))
}

/// Sends JSON with the revision that was seen.
pub fn send_seen(me: &Client<'_>, method: &str, path: &str, revision: u64, body: &Value) -> Answer {
    me.send_json(method, path, &[("if-match", &format!("\"{revision}\""))], body)
}

/// Edits routine `n` as if it had just been read.
pub fn edit(me: &Client<'_>, n: u32, body: &Value) -> Answer {
    let path = format!("/api/v1/routines/{}", routine_id(n));
    let revision = me.get(&path).json(200)["revision"].as_u64().unwrap();
    send_seen(me, "PATCH", &path, revision, body)
}

/// Two people who know nothing of each other.
pub fn two_people(app: &TestApp) -> (Client<'_>, Client<'_>) {
    (app.sign_up("mira@example.org"), app.sign_up("noor@example.org"))
}
