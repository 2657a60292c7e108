//! Reminders: planned with their routines, sent by the worker, acted on.

use crate::{
    app::{Client, TestApp},
    planning::{create, planned, routine_id, run_id, webhook, with},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// Gives an account its n-th channel, a webhook.
fn add_channel(me: &Client<'_>, n: u32) {
    me.post("/api/v1/channels", &with(webhook(n), "/target/webhook/url", json!("https://example.org")))
        .json(201);
}

/// What is still to come.
#[track_caller]
pub fn upcoming(me: &Client<'_>) -> Vec<Value> {
    listed(me, "upcoming")
}

/// All that is on a list.
#[track_caller]
pub fn listed(me: &Client<'_>, list: &str) -> Vec<Value> {
    let mut page = me.get(&format!("/api/v1/reminders?list={list}&limit=100")).json(200);
    serde_json::from_value(page["items"].take()).unwrap()
}

/// When what is still to come is due.
#[track_caller]
fn due(me: &Client<'_>) -> Vec<String> {
    upcoming(me).iter().map(|reminder| reminder["due_at"].as_str().unwrap().to_owned()).collect()
}

fn with_plan(mut routine: Value, plan: Value) -> Value {
    routine["reminders"] = plan;
    routine
}

#[test]
fn a_routine_reminds_at_its_start_for_the_days_to_come() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    create(&me, &planned(1, "2026-03-02T08:00", Some("FREQ=DAILY")));
    // It is Monday, six in the morning in UTC: three days ahead.
    assert_eq!(due(&me), ["2026-03-02T07:00:00Z", "2026-03-03T07:00:00Z", "2026-03-04T07:00:00Z"]);
    let first = &upcoming(&me)[0];
    assert_eq!(first["title"], "Morning start 1");
    assert_eq!(first["state"], "pending");
    assert_eq!(first["channel"]["name"], "Lamp 1");
}

#[test]
fn without_a_channel_nothing_is_owed_and_the_first_one_gets_what_is_to_come() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-01T06:30", Some("FREQ=DAILY")));
    assert_eq!(due(&me), [""; 0]);
    add_channel(&me, 1);
    // What was before it, is over.
    assert_eq!(due(&me), ["2026-03-03T05:30:00Z", "2026-03-04T05:30:00Z", "2026-03-05T05:30:00Z"]);
    add_channel(&me, 2);
    assert_eq!(due(&me).len(), 6);
}

#[test]
fn several_offsets_and_again_until_it_is_started() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    let plan = json!({ "offsets": [10, 0], "again": { "every": 5, "times": 2 } });
    create(&me, &with_plan(planned(1, "2026-03-02T08:00", None), plan));
    let wanted = ["06:50", "07:00", "07:05", "07:10"].map(|time| format!("2026-03-02T{time}:00Z"));
    assert_eq!(due(&me), wanted);
    let run = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": "1-20260302T0800" });
    me.post("/api/v1/runs", &run).json(201);
    assert_eq!(due(&me), [""; 0], "it is mute while it is run");
    me.post(&format!("/api/v1/runs/{}/abandon", run_id(1)), &json!({})).json(200);
    assert_eq!(due(&me), wanted, "and owed again, when the person gave up");
}

#[test]
fn rows_follow_every_change() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    create(&me, &planned(1, "2026-03-02T08:00", None));
    let occurrence = format!("/api/v1/routines/{}/occurrences/1-20260302T0800", routine_id(1));
    let any = [("if-match", "*")];

    let time = json!({ "start": "2026-03-02T09:30" });
    me.send_json("PUT", &format!("{occurrence}/time"), &any, &time).json(200);
    assert_eq!(due(&me), ["2026-03-02T08:30:00Z"]);
    me.send("DELETE", &format!("{occurrence}/time"), &any, None).json(200);
    assert_eq!(due(&me), ["2026-03-02T07:00:00Z"]);

    for what in ["skip", "done"] {
        me.send("PUT", &format!("{occurrence}/{what}"), &[], None).json(200);
        assert_eq!(due(&me), [""; 0], "{what}");
        me.delete(&format!("{occurrence}/{what}")).json(200);
        assert_eq!(due(&me), ["2026-03-02T07:00:00Z"], "{what}");
    }

    let edit = json!({ "scope": "all", "reminders": { "offsets": [30] } });
    me.send_json("PATCH", &format!("/api/v1/routines/{}", routine_id(1)), &any, &edit).json(200);
    assert_eq!(due(&me), ["2026-03-02T06:30:00Z"]);
    let edit = json!({ "scope": "all", "schedule": { "start": "2026-03-03T20:00" } });
    me.send_json("PATCH", &format!("/api/v1/routines/{}", routine_id(1)), &any, &edit).json(200);
    assert_eq!(due(&me), ["2026-03-03T18:30:00Z"]);

    me.delete(&format!("/api/v1/routines/{}", routine_id(1))).empty(204);
    assert_eq!(due(&me), [""; 0]);
}

#[test]
fn a_change_of_zone_recomputes_what_is_to_come() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    create(&me, &planned(1, "2026-03-02T08:00", None));
    create(&me, &with(planned(2, "2026-03-02T09:00", None), "/schedule/zone", json!("Europe/Paris")));
    app.advance(SignedDuration::from_secs(1));
    let change = json!({ "zone": "Asia/Kathmandu" });
    me.send_json("PATCH", "/api/v1/account", &[("if-match", "*")], &change).json(200);
    // Eight in Kathmandu was at 02:15 UTC, before the zone was chosen: it stays where it was.
    assert_eq!(due(&me), ["2026-03-02T07:00:00Z", "2026-03-02T08:00:00Z"]);
    app.advance(SignedDuration::from_secs(1));
    let change = json!({ "zone": "America/New_York" });
    me.send_json("PATCH", "/api/v1/account", &[("if-match", "*")], &change).json(200);
    assert_eq!(due(&me), ["2026-03-02T08:00:00Z", "2026-03-02T13:00:00Z"]);
}

#[test]
fn nothing_rings_in_quiet_hours_or_on_vacation() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    create(&me, &planned(1, "2026-03-02T08:00", Some("FREQ=DAILY")));
    create(&me, &planned(2, "2026-03-02T23:30", Some("FREQ=DAILY")));
    let put = |revision: &str, settings: Value| {
        me.send_json("PUT", "/api/v1/reminder-settings", &[("if-match", revision)], &settings)
    };
    let quiet = json!({ "quiet": { "from": "22:00:00", "to": "07:00:00" } });
    assert_eq!(put("\"0\"", quiet.clone()).json(200)["revision"], 1);
    let mornings = ["2026-03-02T07:00:00Z", "2026-03-03T07:00:00Z", "2026-03-04T07:00:00Z"];
    assert_eq!(due(&me), mornings);
    put("\"0\"", quiet).problem("precondition_failed");
    put("\"1\"", json!({ "vacations": [{ "from": "2026-03-03", "to": "2026-03-20" }] })).json(200);
    assert_eq!(due(&me), ["2026-03-02T07:00:00Z", "2026-03-02T22:30:00Z"]);
    put("\"2\"", json!({ "vacations": [{ "from": "2026-03-20", "to": "2026-03-03" }] })).problem("bad_range");
    put("\"2\"", json!({})).json(200);
    assert_eq!(due(&me).len(), 6);
}

#[test]
fn a_whole_day_reminds_in_the_morning() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    create(&me, &with_plan(planned(1, "2026-03-04", None), json!({ "offsets": [0, 1440] })));
    assert_eq!(due(&me), ["2026-03-03T07:00:00Z", "2026-03-04T07:00:00Z"]);
    let later = json!({ "all_day_at": "09:30:00" });
    me.send_json("PUT", "/api/v1/reminder-settings", &[("if-match", "*")], &later).json(200);
    assert_eq!(due(&me), ["2026-03-03T08:30:00Z", "2026-03-04T08:30:00Z"]);
}

#[test]
fn a_snooze_moves_the_alert_and_not_the_plan() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    let plan = json!({ "offsets": [0], "again": { "every": 5, "times": 3 } });
    create(&me, &with_plan(planned(1, "2026-03-02T07:00", None), plan));
    create(&me, &planned(2, "2026-03-02T09:00", None));
    let rings = upcoming(&me);
    assert_eq!(rings.len(), 4);
    let path = format!("/api/v1/reminders/{}/snooze", rings[0]["id"].as_str().unwrap());
    me.post(&path, &json!({ "minutes": 0 })).problem_at("bad_value", "/minutes");
    me.post(&path, &json!({ "minutes": 20 })).empty(204);
    // Ringing again every five minutes is over: it rings when it was asked to.
    assert_eq!(due(&me), ["2026-03-02T06:20:00Z", "2026-03-02T08:00:00Z"]);
    let occurrence = &crate::planning::day(&me, "2026-03-02")[0];
    assert_eq!(occurrence["starts_at"], "2026-03-02T06:00:00Z");
    assert_eq!(occurrence["reminded"]["acknowledged"], true);
    assert_eq!(occurrence["reminded"]["snoozed_until"], "2026-03-02T06:20:00Z");

    let path = format!("/api/v1/reminders/{}/dismiss", upcoming(&me)[0]["id"].as_str().unwrap());
    me.post(&path, &json!({})).empty(204);
    assert_eq!(due(&me), ["2026-03-02T08:00:00Z"]);
    assert_eq!(crate::planning::day(&me, "2026-03-02")[0]["reminded"]["snoozed_until"], Value::Null);
}
