//! Rows of the outbox that cannot be read: set aside, listed as missed, and in nobody's way.

use crate::{
    app::TestApp,
    delivery::{LOCAL, add_hook, idle, minutes, missed, settled},
    planning::{create, day, planned, routine_id},
    reminders::listed,
    sink::Sink,
};
use rstest::rstest;
use serde_json::{Value, json};

#[test]
fn one_that_cannot_be_read_is_parked_alone() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    for n in 1..=3 {
        create(&me, &planned(n, "2026-03-02T07:05", None));
    }
    // The text of the first does not open any more; of the second not even the row can be read.
    app.write("UPDATE versions SET content = x'00' WHERE id = 1");
    app.write("UPDATE reminders SET original = 'never' WHERE seq = 2");
    let worker = app.worker();
    app.advance(minutes(5));
    let message = sink.wait_for(1).remove(0);
    assert_eq!(message.body["data"]["title"], "Morning start 3");
    let next = routine_id(3);
    settled(&me, app.now());
    drop(worker);
    assert_eq!(sink.ledger().len(), 1);
    assert!(message.body["data"]["url"].as_str().unwrap().contains(&next));
    // They are missed all the same; what of them can be told, is.
    for reminder in missed(&me, 2) {
        assert_eq!(
            (&reminder["reason"], &reminder["title"]),
            (&json!("unreadable"), &json!("A routine begins"))
        );
        assert_eq!(reminder["due_at"], "2026-03-02T06:05:00Z");
    }
}

/// Whatever is damaged of it, and whoever meets it first: its person, by changing something.
#[rstest]
#[case::its_start("UPDATE reminders SET original = 'never' WHERE seq = 1")]
#[case::its_kind("UPDATE reminders SET kind = 9 WHERE seq = 1")]
#[case::its_version("UPDATE reminders SET version = -1 WHERE seq = 1")]
#[case::its_id("UPDATE reminders SET id = x'00' WHERE seq = 1")]
#[case::its_channel("UPDATE reminders SET channel = x'00' WHERE seq = 1")]
fn one_that_cannot_be_read_stops_no_change(#[case] damage: &'static str) {
    let app = TestApp::with(&LOCAL);
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, "http://127.0.0.1:9/hook", "always");
    create(&me, &planned(1, "2026-03-02T07:05", None));
    app.write(damage);
    let any = [("if-match", "*")];
    let edit = json!({ "scope": "all", "title": "Slow start" });
    me.send_json("PATCH", &format!("/api/v1/routines/{}", routine_id(1)), &any, &edit).json(200);
    let set_aside = listed(&me, "missed");
    assert_eq!(set_aside.len(), 1);
    assert_eq!((&set_aside[0]["reason"], &set_aside[0]["state"]), (&json!("unreadable"), &json!("failed")));
    assert_eq!(set_aside[0]["due_at"], "2026-03-02T06:05:00Z");
    assert_eq!(app.state.db.meters().set_aside.get(), 1);
    // In its place there is one that can be read.
    let to_come = listed(&me, "upcoming");
    assert_eq!((to_come.len(), &to_come[0]["title"]), (1, &json!("Slow start")));
    // The others, too: what its person does about the occurrence, the list and this one.
    assert_eq!(day(&me, "2026-03-02").len(), 1);
    let one = format!("/api/v1/reminders/{}/dismiss", set_aside[0]["id"].as_str().unwrap());
    me.post(&one, &json!({})).empty(204);
    assert_eq!(listed(&me, "missed"), [Value::Null; 0]);
    assert_eq!(app.state.db.meters().set_aside.get(), 1, "once");
}

/// A snooze is looked up for the days that are shown, and an act meets what is owed.
#[test]
fn one_that_cannot_be_read_stops_no_day_and_no_act() {
    let app = TestApp::with(&LOCAL);
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, "http://127.0.0.1:9/hook", "always");
    create(&me, &planned(1, "2026-03-02T07:05", None));
    let first = listed(&me, "upcoming")[0]["id"].as_str().unwrap().to_owned();
    me.post(&format!("/api/v1/reminders/{first}/snooze"), &json!({ "minutes": 20 })).empty(204);
    app.write("UPDATE reminders SET original = 'never' WHERE kind = 1");
    assert_eq!(day(&me, "2026-03-02").len(), 1);
    let done = format!("/api/v1/routines/{}/occurrences/1-20260302T0705/done", routine_id(1));
    me.send("PUT", &done, &[], None).json(200);
    assert_eq!(listed(&me, "missed")[0]["reason"], "unreadable");
}

/// That somebody has acted on an occurrence is looked up with each change, and for each day that is shown.
#[test]
fn an_act_that_cannot_be_read_stops_no_change_and_no_day() {
    let app = TestApp::with(&LOCAL);
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, "http://127.0.0.1:9/hook", "always");
    create(&me, &planned(1, "2026-03-02T07:05", None));
    let first = listed(&me, "upcoming")[0]["id"].as_str().unwrap().to_owned();
    me.post(&format!("/api/v1/reminders/{first}/dismiss"), &json!({})).empty(204);
    assert_eq!(day(&me, "2026-03-02")[0]["reminded"]["acknowledged"], true);
    app.write("UPDATE acknowledgements SET original = 'never'");
    assert_eq!(day(&me, "2026-03-02")[0]["reminded"], Value::Null);
    let edit = json!({ "scope": "all", "title": "Slow start" });
    let routine = format!("/api/v1/routines/{}", routine_id(1));
    me.send_json("PATCH", &routine, &[("if-match", "*")], &edit).json(200);
}

/// The worker meets it only when it is of no use any more.
#[test]
fn one_that_cannot_be_read_and_is_too_late_is_listed() {
    let app = TestApp::with(&LOCAL);
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, "http://127.0.0.1:9/hook", "always");
    create(&me, &planned(1, "2026-03-02T07:05", None));
    create(&me, &planned(2, "2026-03-02T07:06", None));
    app.write("UPDATE reminders SET original = 'never' WHERE seq = 1");
    app.advance(minutes(120));
    let worker = app.worker();
    idle(&app);
    let me = app.sign_in("mira@example.org");
    let reasons: Vec<Value> =
        missed(&me, 2).into_iter().map(|mut reminder| reminder["reason"].take()).collect();
    assert_eq!(reasons, ["too_late", "unreadable"]);
    assert_eq!(worker.state.db.meters().set_aside.get(), 1);
    drop(worker);
}
