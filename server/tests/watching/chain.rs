//! One id from a request to what comes of it.

use crate::{
    process::{Process, send, sign_up},
    sink::Sink,
};
use daymark_server::clock::Clock;
use jiff::{SignedDuration, tz::TimeZone};
use serde_json::{Value, json};

/// From the request that plans it to the message that goes out: each line says what it belongs to.
#[test]
fn a_request_is_followed_to_what_comes_of_it() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::start("all", data.path());
    assert_eq!(process.put("/log", "info,daymark_server::reminders=debug").0, 200);
    let (base, sink) = (process.api(), Sink::start());
    let api = |path: &str| format!("{base}{path}");
    let last_id = || sink.received().last().unwrap().id.clone();

    let token = &sign_up(&base);
    let (channel, routine, step) = (
        "018f0000-0001-7004-8000-000000000001",
        "018f0000-0001-7001-8000-000000000001",
        "018f0000-0001-7003-8000-000000000001",
    );
    let hook = json!({ "id": channel, "name": "Hook", "target": { "webhook": { "url": format!("{}/hook", sink.url) } } });
    send(&api("/channels"), token, "of-the-channel", "POST", &hook);

    // A test message is a person's: it goes out with the id of their request.
    send(&api(&format!("/channels/{channel}/test")), token, "of-the-test", "POST", &json!({}));
    assert_eq!(last_id(), "of-the-test");

    // What is planned for a whole day rings in a few seconds.
    let due = (Clock::system().now() + SignedDuration::from_secs(3)).to_zoned(TimeZone::UTC).datetime();
    let time = format!("{:02}:{:02}:{:02}", due.hour(), due.minute(), due.second());
    send(&api("/reminder-settings"), token, "of-the-settings", "PUT", &json!({ "all_day_at": time }));
    let plan = json!({
        "id": routine,
        "title": "Water the plants",
        "steps": [{ "id": step, "title": "All", "minutes": 5 }],
        "schedule": { "start": due.date().to_string() },
        "reminders": { "offsets": [0] },
    });
    send(&api("/routines"), token, "of-the-routine", "POST", &plan);
    let is_its = |line: &Value| line["request_id"] == "of-the-routine";
    let planned = process.line_of("a reminder is planned", is_its);
    assert_eq!(process.line_of("request", is_its)["route"], "/api/v1/routines");
    assert_eq!(process.line_of("woken", is_its)["job"], "reminders.delivery");

    // The clock sends it: by an id of its own, which the line of its planning names.
    let reminder = planned["reminder.id"].clone();
    let settled = process.line_of("a message was settled", |line| line["request_id"] == reminder);
    assert_eq!((&settled["outcome"], &settled["job"]), (&json!("sent"), &json!("reminders.delivery")));
    assert_eq!(last_id(), reminder.as_str().unwrap());

    for line in process.log.lock().unwrap().iter() {
        let line = line.to_string();
        for secret in ["mira", "Water", "Hook", &sink.url, token] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
