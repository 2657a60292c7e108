//! Putting a reminder off: before it was due, long after it was pressed, and twice.

use crate::{
    app::{Client, TestApp},
    delivery::{LOCAL, add_hook, minutes, pass, settled},
    planning::{create, planned, routine_id, with},
    reminders::upcoming,
    sink::Sink,
};
use serde_json::{Value, json};

const ONE_PRESS: &str = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
const ANOTHER: &str = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";

#[track_caller]
fn due(me: &Client<'_>) -> Vec<String> {
    upcoming(me).iter().map(|reminder| reminder["due_at"].as_str().unwrap().to_owned()).collect()
}

/// A reminder that has rung at 06:01, and the address that its message names for a snooze.
fn rung<'a>(app: &'a TestApp, sink: &Sink) -> (Client<'a>, String) {
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &planned(1, "2026-03-02T07:01", None));
    let worker = app.worker();
    pass(app, minutes(1), minutes(1));
    let message = sink.wait_for(1).remove(0).body;
    settled(&me, app.now());
    drop(worker);
    let url = message["data"]["actions"]["snooze"].as_str().unwrap();
    (me, url[url.find("/api/").unwrap()..].to_owned())
}

/// Its answer was lost, so it is sent again: before it rings, and after.
#[test]
fn what_is_sent_again_is_done_once() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let (me, snooze) = rung(&app, &sink);
    let press = |id: &str, seconds_ago: u32| {
        app.anonymous().post(&snooze, &json!({ "minutes": 5, "id": id, "seconds_ago": seconds_ago }))
    };
    press(ONE_PRESS, 0).empty(204);
    assert_eq!(due(&me), ["2026-03-02T06:06:00Z"]);
    let rows = "SELECT count(*) FROM reminders";
    assert_eq!(app.count(rows), 2);
    app.advance(minutes(2));
    // Whatever the time says that it brings.
    press(ONE_PRESS, 0).empty(204);
    assert_eq!((due(&me), app.count(rows)), (vec!["2026-03-02T06:06:00Z".to_owned()], 2));
    let worker = app.worker();
    pass(&app, minutes(3), minutes(1));
    sink.wait_for(2);
    settled(&me, app.now());
    press(ONE_PRESS, 300).empty(204);
    assert_eq!((due(&me), app.count(rows)), (vec![], 2));
    // Pressed once more, it is another one.
    press(ANOTHER, 0).empty(204);
    assert_eq!(due(&me), ["2026-03-02T06:11:00Z"]);
    drop(worker);
}

/// There was no connection when it was pressed.
#[test]
fn it_counts_from_when_it_was_pressed_or_is_too_late() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let (me, snooze) = rung(&app, &sink);
    let press = |body: Value| app.anonymous().post(&snooze, &body);
    press(json!({ "minutes": 10, "seconds_ago": 240 })).empty(204);
    assert_eq!(due(&me), ["2026-03-02T06:07:00Z"]);
    for seconds_ago in [600, 86_400, u32::MAX] {
        press(json!({ "minutes": 10, "seconds_ago": seconds_ago })).problem_at("bad_value", "/seconds_ago");
    }
    press(json!({ "minutes": 10, "id": "mine" })).problem_at("bad_id", "/id");
    assert_eq!(due(&me), ["2026-03-02T06:07:00Z"], "nothing has changed");
}

/// It was to ring an hour before, and at the start; the person puts the first of them off before it has.
#[test]
fn what_is_put_off_before_it_was_due_does_not_ring_when_it_would_have() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    let plan = json!({ "offsets": [30, 0], "again": { "every": 5, "times": 1 } });
    create(&me, &with(planned(1, "2026-03-02T08:00", None), "/reminders", plan));
    assert_eq!(due(&me), ["06:30", "07:00", "07:05"].map(|time| format!("2026-03-02T{time}:00Z")));
    let snooze = |minutes: u16| {
        let id = upcoming(&me)[0]["id"].as_str().unwrap().to_owned();
        me.post(&format!("/api/v1/reminders/{id}/snooze"), &json!({ "minutes": minutes })).empty(204);
    };
    let rename = |title: &str| {
        let edit = json!({ "scope": "all", "title": title });
        let routine = format!("/api/v1/routines/{}", routine_id(1));
        me.send_json("PATCH", &routine, &[("if-match", "*")], &edit).json(200);
    };
    snooze(3);
    let put_off = ["06:03", "07:00", "07:05"].map(|time| format!("2026-03-02T{time}:00Z"));
    assert_eq!(due(&me), put_off);
    rename("Slow start");
    assert_eq!(due(&me), put_off, "nor after an edit");
    let worker = app.worker();
    pass(&app, minutes(3), minutes(1));
    sink.wait_for(1);
    settled(&me, app.now());
    rename("Slower start");
    assert_eq!(due(&me), put_off[1..], "nor once it has rung");
    // That of the start, with what would ring after it.
    snooze(2);
    rename("Slowest start");
    assert_eq!(due(&me), ["2026-03-02T06:05:00Z"]);
    // Seeing one afterwards does not bring it back.
    pass(&app, minutes(2), minutes(1));
    let rang = sink.wait_for(2).remove(1).id;
    me.post(&format!("/api/v1/reminders/{rang}/dismiss"), &json!({})).empty(204);
    rename("Start");
    assert_eq!(due(&me), [""; 0]);
    drop(worker);
}
