//! Reminders: planned with their routines, sent by the worker, acted on.

use crate::{
    app::{Client, TestApp},
    planning::{create, planned, routine_id, run_id, webhook, with},
};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeSet;

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

/// All that is on a list, page by page.
#[track_caller]
pub fn listed(me: &Client<'_>, list: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = me.get(&format!("/api/v1/reminders?list={list}&limit=100{cursor}")).json(200);
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
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

#[test]
fn what_was_put_off_stays_with_its_occurrence() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    let routine = create(&me, &planned(1, "2026-03-02T08:00", None));
    let routine = format!("/api/v1/routines/{}", routine["id"].as_str().unwrap());
    let snooze = format!("/api/v1/reminders/{}/snooze", upcoming(&me)[0]["id"].as_str().unwrap());
    me.post(&snooze, &json!({ "minutes": 20 })).empty(204);
    let put_off = "2026-03-02T06:20:00Z";
    // Another name, and a week later: the alert stays where the person put it.
    let any = [("if-match", "*")];
    let edit = |edit: Value| me.send_json("PATCH", &routine, &any, &edit).json(200);
    edit(json!({ "scope": "all", "title": "Water the garden" }));
    assert!(due(&me).iter().any(|due| due == put_off), "{:?}", due(&me));
    let key = upcoming(&me)[0]["occurrence"].as_str().unwrap().to_owned();
    let time = format!("{routine}/occurrences/{key}/time");
    me.send_json("PUT", &time, &any, &json!({ "start": "2026-03-09T08:00" })).json(200);
    assert_eq!(due(&me), [put_off]);
    assert_eq!(upcoming(&me)[0]["starts_at"], "2026-03-09T07:00:00Z", "it says when it begins by now");
    // Another time for good is another occurrence, which reminds by itself.
    me.send_json("DELETE", &time, &any, &Value::Null).json(200);
    edit(json!({ "scope": "all", "schedule": { "start": "2026-03-02T18:00" } }));
    assert_eq!(due(&me), ["2026-03-02T17:00:00Z"]);
}

/// Numbers that look random and are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len() as u64) as usize]
    }

    fn start(&mut self) -> String {
        let (day, hour, minute) = (1 + self.roll(5), self.roll(24), 5 * self.roll(12));
        format!("2026-03-{day:02}T{hour:02}:{minute:02}")
    }

    fn schedule(&mut self) -> Value {
        let start = self.start();
        let start = if self.roll(6) == 0 { start[..10].to_owned() } else { start };
        let zone = self.one(&["mine", "mine", "Asia/Kathmandu", "America/New_York"]);
        match self.one(&["", "FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=DAILY;COUNT=3"]) {
            "" => json!({ "start": start, "zone": zone }),
            repeat => json!({ "start": start, "zone": zone, "repeat": repeat }),
        }
    }

    fn plan(&mut self) -> Value {
        match self.roll(4) {
            0 => json!({}),
            1 => json!({ "offsets": [] }),
            2 => json!({ "offsets": [0, 15, 1440] }),
            _ => json!({ "offsets": [10], "again": { "every": 7, "times": 3 } }),
        }
    }
}

/// Does something at random, as a person may; whether it can be done or not.
fn meddle(me: &Client<'_>, dice: &mut Dice, n: u32) -> String {
    let routine = routine_id(1 + dice.roll(u64::from(n.min(8))) as u32);
    let path = format!("/api/v1/routines/{routine}");
    let date = format!("2026-03-{:02}", 2 + dice.roll(4));
    let occurrences = me.get(&format!("/api/v1/days/{date}")).json(200)["occurrences"].take();
    let occurrences: Vec<Value> = serde_json::from_value(occurrences).unwrap();
    let occurrence =
        (!occurrences.is_empty()).then(|| occurrences[dice.roll(occurrences.len() as u64) as usize].clone());
    let any = [("if-match", "*")];
    let (what, answer) = match (dice.roll(20), occurrence) {
        (0 | 1 | 12.., _) => {
            let mut body = with_plan(crate::planning::routine(n), dice.plan());
            body["schedule"] = dice.schedule();
            ("create", me.post("/api/v1/routines", &body))
        }
        (2, _) => {
            let body = json!({ "scope": "all", "reminders": dice.plan() });
            ("edit all", me.send_json("PATCH", &path, &any, &body))
        }
        (3, _) => {
            let body = json!({ "scope": "all", "schedule": dice.schedule() });
            ("edit all schedule", me.send_json("PATCH", &path, &any, &body))
        }
        (4, _) => {
            let quiet = json!({ "from": format!("{:02}:00:00", dice.roll(24)), "to": format!("{:02}:00:00", dice.roll(24)) });
            let quiet = if dice.roll(3) > 0 { Value::Null } else { quiet };
            let body = json!({ "quiet": quiet, "all_day_at": format!("{:02}:30:00", dice.roll(24)) });
            ("settings", me.send_json("PUT", "/api/v1/reminder-settings", &any, &body))
        }
        (5, _) => {
            let body = json!({ "zone": dice.one(&["Europe/Berlin", "Asia/Tokyo", "Australia/Lord_Howe"]) });
            ("zone", me.send_json("PATCH", "/api/v1/account", &any, &body))
        }
        (roll, Some(occurrence)) => {
            let path = format!("/api/v1/routines/{}", occurrence["routine"].as_str().unwrap());
            let key = occurrence["key"].as_str().unwrap();
            let one = format!("{path}/occurrences/{key}");
            match roll {
                6 | 7 => {
                    let body = json!({ "start": dice.start() });
                    ("move", me.send_json("PUT", &format!("{one}/time"), &any, &body))
                }
                8 => {
                    let verb = dice.one(&["skip", "done"]);
                    let method = dice.one(&["PUT", "DELETE"]);
                    ("mark", me.send(method, &format!("{one}/{verb}"), &[], None))
                }
                9 => {
                    let body = json!({ "scope": dice.one(&["this", "later"]), "occurrence": key, "title": "Anew",
                                       "reminders": dice.plan() });
                    ("edit from here", me.send_json("PATCH", &path, &any, &body))
                }
                10 => {
                    let run = json!({ "id": run_id(n), "routine": occurrence["routine"], "occurrence": key });
                    let answer = me.post("/api/v1/runs", &run);
                    if dice.roll(2) == 0 {
                        me.post(&format!("/api/v1/runs/{}/abandon", run_id(n)), &json!({}));
                    }
                    ("run", answer)
                }
                _ => {
                    let body = json!({ "scope": dice.one(&["later", "later", "all"]), "occurrence": key });
                    ("end", me.send_json("POST", &format!("{path}/end"), &any, &body))
                }
            }
        }
        _ => ("delete", me.delete(&path)),
    };
    assert!(answer.status < 500, "{what}: {answer:?}");
    format!("{what}: {}", answer.status)
}

/// What was brought up to date change by change is what would be planned from nothing.
#[rstest]
#[case(1)]
#[case(20)]
#[case(300)]
fn after_any_changes_the_rows_are_as_if_planned_anew(#[case] seed: u64) {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    add_channel(&me, 1);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
    let to_come = |me: &Client<'_>| -> BTreeSet<(String, String, String)> {
        let text = |reminder: &Value, field: &str| reminder[field].as_str().unwrap().to_owned();
        let now = app.now();
        // Planned anew, it reaches two seconds further.
        let end = now + SignedDuration::from_hours(71);
        let later = |reminder: &Value| {
            let due = text(reminder, "due_at").parse::<jiff::Timestamp>().unwrap();
            now < due && due < end
        };
        let all = upcoming(me).into_iter().filter(later);
        all.map(|it| (text(&it, "due_at"), text(&it, "routine"), text(&it, "occurrence"))).collect()
    };
    let (mut history, mut most) = (Vec::new(), 0);
    for n in 1..=150 {
        app.advance(SignedDuration::from_secs(2));
        history.push(meddle(&me, &mut dice, n));
        let kept = to_come(&me);
        most = most.max(kept.len());
        me.delete(&format!("/api/v1/channels/{}", webhook(n)["id"].as_str().unwrap())).empty(204);
        add_channel(&me, n + 1);
        let anew = to_come(&me);
        let (gone, lacking) = (kept.difference(&anew), anew.difference(&kept));
        let differ: Vec<_> =
            gone.map(|it| ("too many", it)).chain(lacking.map(|it| ("lacking", it))).collect();
        assert!(differ.is_empty(), "{differ:#?} after {history:#?}");
    }
    assert!(most > 10, "there was something to plan: {most}");
}
