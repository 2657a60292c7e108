//! The worker: what is due leaves, once, whatever happens. The clock is the test's: days pass in milliseconds.

use crate::{
    app::{Client, TestApp},
    planning::{browser, channel_id, create, day, planned, routine_id, run_id, with},
    reminders::listed,
    sink::{Reply, Sink},
};
use daymark_server::clock::monotonic;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::Duration,
};

/// Loopback is not for everybody.
pub const LOCAL: [(&str, &str); 1] = [("OUTBOUND_ALLOW", "127.0.0.0/8")];

/// Gives an account its n-th webhook.
pub fn add_hook(me: &Client<'_>, n: u32, url: &str, role: &str) {
    let target = json!({ "webhook": { "url": url } });
    let body = json!({ "id": channel_id(n), "name": format!("Hook {n}"), "target": target, "role": role });
    me.post("/api/v1/channels", &body).json(201);
}

/// Waits until `found` is, looking again and again.
#[track_caller]
pub fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let end = monotonic() + Duration::from_secs(30);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(monotonic() < end, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until the person has missed so many.
#[track_caller]
pub fn missed(me: &Client<'_>, count: usize) -> Vec<Value> {
    until(&format!("{count} missed: {:?}", listed(me, "missed")), || {
        Some(listed(me, "missed")).filter(|missed| missed.len() == count)
    })
}

/// Waits until nothing is to come before this instant.
#[track_caller]
pub fn settled(me: &Client<'_>, before: Timestamp) {
    let is_over = |reminder: &Value| {
        let due: Timestamp = reminder["due_at"].as_str().unwrap().parse().unwrap();
        due > before
    };
    until("all that is due is settled", || listed(me, "upcoming").iter().all(is_over).then_some(()));
}

pub fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// Waits until the worker has nothing to do now: else a lease would end while it is at work, and be taken again.
#[track_caller]
pub fn idle(app: &TestApp) {
    until("the worker has done what is due", || {
        let due = app.count("SELECT count(*) FROM reminders WHERE state = 1 OR next_at <= ?1");
        (due == 0).then_some(())
    });
}

/// Lets time pass, step by step, as the worker gets along.
#[track_caller]
pub fn pass(app: &TestApp, time: SignedDuration, step: SignedDuration) {
    let end = app.now() + time;
    while app.now() < end {
        app.advance(step.min(end.duration_since(app.now())));
        idle(app);
    }
}

#[test]
fn what_is_due_leaves_once_and_says_what_begins() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &planned(1, "2026-03-02T07:05", None));
    // Two of them, as in two processes: each message is one worker's.
    let workers = [app.worker(), app.worker()];
    pass(&app, minutes(4), minutes(4));
    thread::sleep(Duration::from_millis(200));
    assert!(sink.ledger().is_empty(), "not before it is due");
    app.advance(minutes(1));
    let message = sink.wait_for(1).remove(0);
    let said = &message.body["data"];
    assert_eq!((&said["title"], &said["body"]), (&json!("Morning start 1"), &json!("Begins now")));
    assert_eq!(said["late"], false);
    assert_eq!(said["due_at"], "2026-03-02T06:05:00Z");
    settled(&me, app.now());
    app.advance(minutes(5));
    drop(workers);
    let me = app.sign_in("mira@example.org");
    assert_eq!(sink.ledger().len(), 1);
    assert_eq!(listed(&me, "missed"), [Value::Null; 0]);
    let channel = me.get(&format!("/api/v1/channels/{}", channel_id(1))).json(200);
    assert_eq!(channel["last_success_at"], "2026-03-02T06:05:00Z");
}

#[test]
fn titles_stay_here_where_the_person_wants_that() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    let hidden = json!({ "hide_titles": true });
    me.send_json("PUT", "/api/v1/reminder-settings", &[("if-match", "*")], &hidden).json(200);
    create(&me, &planned(1, "2026-03-02T07:05", None));
    let _worker = app.worker();
    pass(&app, minutes(5), minutes(5));
    let message = sink.wait_for(1).remove(0);
    assert_eq!(message.body["data"]["title"], "A routine begins");
    assert!(!message.body.to_string().contains("Morning start 1"), "{}", message.body);
}

/// A routine of three hours is of use for three hours, and so is what was put off.
#[test]
fn what_was_put_off_is_of_use_as_long_as_its_routine() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &with(planned(1, "2026-03-02T07:05", None), "/steps/0/minutes", json!(180)));
    let worker = app.worker();
    pass(&app, minutes(5), minutes(5));
    let rung = sink.wait_for(1).remove(0).id;
    settled(&me, app.now());
    me.post(&format!("/api/v1/reminders/{rung}/snooze"), &json!({ "minutes": 10 })).empty(204);
    drop(worker);
    app.advance(minutes(60));
    let _worker = app.worker();
    assert_eq!(sink.wait_for(2).remove(1).body["data"]["late"], true);
}

#[test]
fn what_was_missed_can_be_dismissed_when_no_channel_is_left() {
    let app = TestApp::with(&LOCAL);
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, "http://127.0.0.1:9/hook", "always");
    create(&me, &planned(1, "2026-03-02T07:05", None));
    app.advance(minutes(120));
    let _worker = app.worker();
    let me = app.sign_in("mira@example.org");
    let reminder = missed(&me, 1).remove(0);
    let path = |act: &str| format!("/api/v1/reminders/{}/{act}", reminder["id"].as_str().unwrap());
    me.delete(&format!("/api/v1/channels/{}", channel_id(1))).empty(204);
    // Nothing could ring.
    me.post(&path("snooze"), &json!({ "minutes": 10 })).problem("not_found");
    assert_eq!(listed(&me, "missed").len(), 1);
    me.post(&path("dismiss"), &json!({})).empty(204);
    assert_eq!(listed(&me, "missed"), [Value::Null; 0]);
}

/// Three days without a worker, all of it planned before; and a week, most of which nobody had planned.
#[rstest]
#[case::three_days(72)]
#[case::a_week(168)]
fn after_an_outage_each_is_late_or_missed_with_its_reason(#[case] hours: i64) {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    // Each half an hour long (grace: 30 minutes), at 24 times of the day; the clock is one hour behind Berlin.
    let times: Vec<String> = (0..24).map(|hour| format!("{hour:02}:50")).collect();
    for (n, time) in (1..).zip(&times) {
        create(&me, &planned(n, &format!("2026-03-01T{time}"), Some("FREQ=DAILY")));
    }
    let (begin, end) = (app.now(), app.now() + SignedDuration::from_hours(hours));
    app.advance(SignedDuration::from_hours(hours));
    let worker = app.worker();
    let me = app.sign_in("mira@example.org");
    // By counting hours, not by asking the planner: at ten to every hour from 05:50 on, UTC.
    let due: Vec<Timestamp> =
        (0..hours).map(|hour| begin + minutes(50) + SignedDuration::from_hours(hour)).collect();
    let useful = |at: &&Timestamp| **at + minutes(30) >= end;
    let (late, lost): (Vec<Timestamp>, Vec<Timestamp>) = due.iter().partition(useful);
    assert_eq!((late.len(), lost.len() as i64), (1, hours - 1));

    // What is late is listed too: it was sent, and it says so.
    let missed = missed(&me, due.len());
    let of = |state: &str| -> BTreeSet<String> {
        let of_state = missed.iter().filter(|reminder| reminder["state"] == state);
        of_state.map(|reminder| reminder["due_at"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("expired"), lost.iter().map(Timestamp::to_string).collect());
    assert_eq!(of("sent"), late.iter().map(Timestamp::to_string).collect());
    assert!(
        missed.iter().filter(|reminder| reminder["state"] == "expired").all(|r| r["reason"] == "too_late")
    );
    let said = sink.wait_for(1).remove(0).body["data"].take();
    assert_eq!(said["late"], true);
    assert_eq!(said["body"], "Began 10 minutes ago. This comes late: it was due at 06:50.");
    drop(worker);
    assert_eq!(sink.ledger().len(), 1);

    me.post("/api/v1/reminders/dismiss", &json!({})).empty(204);
    assert_eq!(listed(&me, "missed"), [Value::Null; 0]);
}

#[rstest]
#[case::an_error_of_theirs(&[Reply::Status(503, ""), Reply::Status(500, "")], 3, None)]
#[case::a_broken_connection(&[Reply::Close], 2, None)]
#[case::no_answer(&[Reply::Stall(Duration::from_secs(8))], 2, None)]
#[case::patience_in_seconds(&[Reply::Status(429, "retry-after: 120\r\n")], 2, None)]
#[case::a_redirect(&[Reply::Status(302, "location: http://127.0.0.1:1/\r\n")], 1, Some("refused"))]
#[case::no_such_hook(&[Reply::Status(404, "")], 1, Some("refused"))]
#[case::patience_beyond_its_use(&[Reply::Status(429, "retry-after: 7200\r\n")], 1, Some("busy"))]
#[case::errors_until_it_is_of_no_use(&[const { Reply::Status(500, "") }; 40], 7, Some("broken"))]
fn each_fault_has_its_answer(#[case] faults: &[Reply], #[case] least: usize, #[case] reason: Option<&str>) {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    sink.script("/hook", faults);
    create(&me, &planned(1, "2026-03-02T07:05", None));
    create(&me, &planned(2, "2026-03-02T09:00", None));
    let worker = app.worker();
    pass(&app, minutes(45), SignedDuration::from_secs(15));
    let me = app.sign_in("mira@example.org");
    settled(&me, app.now());
    let ledger = sink.ledger();
    assert!(ledger.len() >= least, "{} tries", ledger.len());
    let ids: BTreeSet<_> = ledger.iter().map(|message| &message.id).collect();
    assert_eq!(ids.len(), 1, "tried again, it is the same message");
    match reason {
        Some(reason) => {
            let missed = missed(&me, 1);
            assert_eq!((&missed[0]["state"], &missed[0]["reason"]), (&json!("failed"), &json!(reason)));
        }
        // Late, it is on the list as well; but it was sent.
        None => assert!(listed(&me, "missed").iter().all(|reminder| reminder["state"] == "sent")),
    }
    // Whatever went wrong, the channel is still there, and the next one comes.
    pass(&app, minutes(135), minutes(5));
    until("the next one came", || {
        sink.ledger().iter().any(|message| message.body["data"]["title"] == "Morning start 2").then_some(())
    });
    drop(worker);
}

#[test]
fn patience_is_kept() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    sink.script("/hook", &[Reply::Status(429, "retry-after: 120\r\n")]);
    create(&me, &planned(1, "2026-03-02T07:05", None));
    let worker = app.worker();
    app.advance(minutes(5));
    sink.wait_for(1);
    idle(&app);
    pass(&app, SignedDuration::from_secs(115), SignedDuration::from_secs(5));
    assert_eq!(sink.ledger().len(), 1, "it was asked to wait two minutes");
    pass(&app, SignedDuration::from_secs(15), SignedDuration::from_secs(5));
    sink.wait_for(2);
    drop(worker);
}

#[test]
fn when_a_channel_fails_the_next_one_gets_it() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/first"), "always");
    add_hook(&me, 2, &sink.url("/second"), "fallback");
    add_hook(&me, 3, &sink.url("/third"), "fallback");
    sink.script("/first", &[Reply::Status(400, "")]);
    sink.script("/second", &[const { Reply::Status(500, "") }; 40]);
    create(&me, &planned(1, "2026-03-02T07:05", None));
    let worker = app.worker();
    app.advance(minutes(5));
    let third = until("the third gets it", || {
        pass(&app, SignedDuration::from_secs(1), SignedDuration::from_secs(1));
        sink.ledger().into_iter().find(|message| message.path == "/third")
    });
    assert_eq!(third.body["data"]["title"], "Morning start 1");
    drop(worker);
    let paths: Vec<String> = sink.ledger().into_iter().map(|message| message.path).collect();
    assert_eq!(paths, ["/first", "/second", "/second", "/second", "/second", "/third"]);
    let missed = missed(&me, 2);
    assert!(missed.iter().all(|reminder| reminder["told_elsewhere"] == true), "{missed:?}");
}

#[test]
fn it_is_acted_on_from_within_the_message() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &planned(1, "2026-03-02T07:05", None));
    let worker = app.worker();
    app.advance(minutes(5));
    let message = sink.wait_for(1).remove(0);
    // The address that the message names, without the host.
    let action = |message: &Value, what: &str| {
        let url = message["data"]["actions"][what].as_str().unwrap();
        url[url.find("/api/").unwrap()..].to_owned()
    };
    let nobody = app.anonymous();
    nobody.post(&action(&message.body, "snooze"), &json!({ "minutes": 10 })).empty(204);
    settled(&me, app.now());
    app.advance(minutes(10));
    let again = sink.wait_for(2).remove(1);
    assert_eq!(again.body["data"]["tag"], message.body["data"]["tag"]);
    assert_ne!(again.id, message.id);
    assert_eq!(again.body["data"]["body"], "Began 10 minutes ago");
    nobody.post(&action(&again.body, "done"), &json!({})).empty(204);
    let me = app.sign_in("mira@example.org");
    assert_eq!(day(&me, "2026-03-02")[0]["state"], "done");
    // A capability ends: a day after its reminder is of no use.
    app.advance(SignedDuration::from_hours(25));
    nobody.post(&action(&again.body, "dismiss"), &json!({})).problem("not_found");
    drop(worker);
}

#[test]
fn late_it_does_not_come_into_quiet_hours() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    let quiet = json!({ "quiet": { "from": "07:10:00", "to": "08:00:00" } });
    me.send_json("PUT", "/api/v1/reminder-settings", &[("if-match", "*")], &quiet).json(200);
    create(&me, &planned(1, "2026-03-02T07:05", None));
    app.advance(minutes(15));
    let worker = app.worker();
    let me = app.sign_in("mira@example.org");
    assert_eq!(missed(&me, 1)[0]["reason"], "quiet");
    drop(worker);
    assert!(sink.ledger().is_empty());
}

/// A worker has leased it when the edit comes: it knows the version before.
#[test]
fn an_edit_while_it_is_on_its_way_does_not_stop_it() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &planned(1, "2026-03-02T07:01", None));
    let routine = format!("/api/v1/routines/{}", routine_id(1));
    let edit = json!({ "scope": "all", "title": "Slow start" });
    let version = me.send_json("PATCH", &routine, &[("if-match", "*")], &edit).json(200)["version"].take();
    assert_eq!(version, 2);
    app.write("UPDATE reminders SET version = 1");
    let worker = app.worker();
    app.advance(minutes(1));
    let said = sink.wait_for(1).remove(0).body["data"].take();
    assert_eq!(said["title"], "Slow start");
    assert!(said["url"].as_str().unwrap().ends_with("/2-20260302T0701"), "{said}");
    idle(&app);
    assert_eq!(listed(&me, "missed"), [Value::Null; 0]);
    drop(worker);
}

/// Gives an account its n-th browser, whose push service is the sink.
pub fn add_browser(me: &Client<'_>, n: u32, sink: &Sink) {
    let endpoint = json!(sink.url(&format!("/push/{n}")));
    me.post("/api/v1/channels", &with(browser(n), "/target/push/endpoint", endpoint)).json(201);
}

pub fn with_push(sink: &Sink) -> TestApp {
    TestApp::with(&[LOCAL[0], ("PUSH_SERVICES", &sink.url(""))])
}

/// How many messages came to each path.
pub fn paths(sink: &Sink) -> BTreeMap<String, usize> {
    let mut paths = BTreeMap::new();
    sink.ledger().into_iter().for_each(|message| *paths.entry(message.path).or_default() += 1);
    paths
}

#[test]
fn a_device_that_is_gone_is_removed_and_the_person_told() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up("mira@example.org");
    add_browser(&me, 1, &sink);
    add_hook(&me, 2, &sink.url("/hook"), "always");
    sink.script("/push/1", &[Reply::Status(503, ""), Reply::Status(410, "")]);
    create(&me, &planned(1, "2026-03-02T07:01", Some("FREQ=DAILY")));
    let worker = app.worker();
    app.advance(minutes(1));
    idle(&app);
    let channel = || me.get(&format!("/api/v1/channels/{}", channel_id(1))).json(200);
    assert_eq!(channel()["ended"], Value::Null, "a 503 removes nothing");
    assert_eq!(channel()["last_error"]["reason"], "broken");
    pass(&app, SignedDuration::from_secs(5), SignedDuration::from_secs(1));
    assert_eq!(channel()["ended"]["reason"], "gone");
    let told = sink.wait_for(4).into_iter().filter(|message| message.path == "/hook").collect::<Vec<_>>();
    let kinds: Vec<_> = told.iter().map(|message| message.body["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["reminder.due", "channel.ended"]);
    assert!(told[1].body["data"]["url"].as_str().unwrap().ends_with("/settings"));
    assert_ne!(told[0].body["data"]["tag"], told[1].body["data"]["tag"], "the reminder stays to be seen");
    let missed = missed(&me, 1);
    assert_eq!((&missed[0]["reason"], &missed[0]["told_elsewhere"]), (&json!("gone"), &json!(true)));
    // What is to come goes to those that are left.
    let rest = listed(&me, "upcoming");
    assert!(!rest.is_empty() && rest.iter().all(|reminder| reminder["channel"]["id"] == channel_id(2)));
    drop(worker);
}

/// All that was on its way to it, or was to be, is missed with its reason; and another channel gets it, if there is one.
#[rstest]
#[case::alone(false)]
#[case::with_a_fallback(true)]
fn a_device_that_is_gone_takes_no_reminder_with_it(#[case] has_fallback: bool) {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up("mira@example.org");
    add_browser(&me, 1, &sink);
    if has_fallback {
        add_hook(&me, 2, &sink.url("/hook"), "fallback");
    }
    sink.script("/push/1", &[const { Reply::Status(410, "") }; 5]);
    for n in 1..=5 {
        create(&me, &planned(n, "2026-03-02T07:01", None));
    }
    let worker = app.worker();
    app.advance(minutes(1));
    idle(&app);
    let missed = missed(&me, 5);
    assert!(missed.iter().all(|reminder| reminder["reason"] == "gone"), "{missed:?}");
    assert!(missed.iter().all(|reminder| reminder["told_elsewhere"] == has_fallback), "{missed:?}");
    let told = sink.ledger().iter().filter(|message| message.body["type"] == "reminder.due").count();
    assert_eq!(told, if has_fallback { 5 } else { 0 });
    drop(worker);
}

/// A fallback's turn ends with its device: the next one gets it, not the first one again.
#[test]
fn a_fallback_that_is_gone_hands_on_to_the_next() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up("mira@example.org");
    for (n, path, role) in [(1, "/first", "always"), (2, "/second", "fallback")] {
        add_hook(&me, n, &sink.url(path), role);
        sink.script(path, &[const { Reply::Status(400, "") }; 2]);
    }
    add_browser(&me, 3, &sink);
    let role = json!({ "role": "fallback" });
    let push = format!("/api/v1/channels/{}", channel_id(3));
    me.send_json("PATCH", &push, &[("if-match", "*")], &role).json(200);
    add_hook(&me, 4, &sink.url("/last"), "fallback");
    sink.script("/push/3", &[const { Reply::Status(410, "") }; 2]);
    // Of two at once, one ends the channel, and the other finds it ended.
    for n in [1, 2] {
        create(&me, &planned(n, "2026-03-02T07:01", None));
    }
    let worker = app.worker();
    app.advance(minutes(1));
    until("the last one gets both", || (paths(&sink).get("/last") == Some(&2)).then_some(()));
    idle(&app);
    assert_eq!(
        (paths(&sink)["/first"], paths(&sink)["/second"]),
        (3, 2),
        "the first is told of the end, too"
    );
    drop(worker);
}

/// What was put off for a device that is gone by then is for whoever is told instead.
#[rstest]
#[case::by_a_fallback("fallback")]
#[case::by_another_device("always")]
fn what_was_put_off_outlives_its_device(#[case] role: &str) {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up("mira@example.org");
    add_browser(&me, 1, &sink);
    add_hook(&me, 2, &sink.url("/hook"), role);
    create(&me, &planned(1, "2026-03-02T07:01", None));
    create(&me, &planned(2, "2026-03-02T07:02", None));
    let ring = listed(&me, "upcoming").remove(0)["id"].take();
    let worker = app.worker();
    pass(&app, minutes(1), minutes(1));
    let snooze = format!("/api/v1/reminders/{}/snooze", ring.as_str().unwrap());
    me.post(&snooze, &json!({ "minutes": 5 })).empty(204);
    sink.script("/push/1", &[Reply::Status(410, "")]);
    pass(&app, minutes(5), minutes(1));
    let to_hook = sink.ledger().into_iter().filter(|message| message.path == "/hook");
    let put_off = to_hook.filter(|message| message.body["data"]["due_at"] == "2026-03-02T06:06:00Z");
    let titles: Vec<Value> = put_off.map(|mut message| message.body["data"]["title"].take()).collect();
    assert_eq!(titles, ["Morning start 1"]);
    drop(worker);
}

/// A plan that cannot be read comes to light when something else is recorded.
#[test]
fn one_account_that_cannot_be_planned_makes_nobody_hear_twice() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let broken = app.sign_up("mira@example.org");
    add_browser(&broken, 1, &sink);
    create(&broken, &planned(1, "2026-03-02T07:01", None));
    create(&broken, &planned(2, "2026-03-03T07:01", Some("FREQ=DAILY")));
    app.write("UPDATE versions SET repeat = 'never' WHERE repeat IS NOT NULL");
    sink.script("/push/1", &[Reply::Status(410, "")]);
    let other = app.sign_up("noor@example.org");
    add_hook(&other, 2, &sink.url("/hook"), "always");
    create(&other, &planned(3, "2026-03-02T07:01", None));
    let worker = app.worker();
    app.advance(minutes(1));
    idle(&app);
    pass(&app, minutes(2), SignedDuration::from_secs(5));
    drop(worker);
    assert_eq!(paths(&sink), [("/hook".to_owned(), 1), ("/push/1".to_owned(), 1)].into());
    assert_eq!(missed(&broken, 1)[0]["state"], "failed");
}

#[test]
fn an_edit_leaves_what_is_on_the_screen_of_use() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    let again = json!({ "offsets": [0], "again": { "every": 5, "times": 3 } });
    create(&me, &with(planned(1, "2026-03-02T07:01", None), "/reminders", again));
    let worker = app.worker();
    app.advance(minutes(1));
    let message = sink.wait_for(1).remove(0).body["data"].take();
    idle(&app);
    let edit = json!({ "scope": "all", "title": "Slow start" });
    let routine = format!("/api/v1/routines/{}", routine_id(1));
    let version = me.send_json("PATCH", &routine, &[("if-match", "*")], &edit).json(200)["version"].take();
    assert_eq!(version, 2);
    let act = |what: &str, body: &Value| {
        let url = message["actions"][what].as_str().unwrap();
        app.anonymous().post(&url[url.find("/api/").unwrap()..], body).empty(204);
    };
    // What it says has another version in it; the occurrence is the same.
    act("dismiss", &json!({}));
    assert_eq!(listed(&me, "upcoming"), [Value::Null; 0], "it does not ring again");
    let edit = json!({ "scope": "all", "title": "Slower start" });
    me.send_json("PATCH", &routine, &[("if-match", "*")], &edit).json(200);
    assert_eq!(listed(&me, "upcoming"), [Value::Null; 0], "nor after another edit");
    act("snooze", &json!({ "minutes": 5 }));
    app.advance(minutes(5));
    let later = sink.wait_for(2).remove(1).body["data"].take();
    assert_eq!((&later["tag"], &later["title"]), (&message["tag"], &json!("Slower start")));
    let run = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": "1-20260302T0701" });
    let run = me.post("/api/v1/runs", &run).json(201);
    assert_eq!((&run["occurrence"], &run["title"]), (&json!("3-20260302T0701"), &json!("Slower start")));
    drop(worker);
}

#[test]
fn seeing_an_early_reminder_leaves_the_later_ones() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    let plan = json!({ "offsets": [0, 4], "again": { "every": 5, "times": 3 } });
    create(&me, &with(planned(1, "2026-03-02T07:05", None), "/reminders", plan));
    let worker = app.worker();
    app.advance(minutes(1));
    let message = sink.wait_for(1).remove(0);
    idle(&app);
    me.post(&format!("/api/v1/reminders/{}/dismiss", message.id), &json!({})).empty(204);
    assert_eq!(listed(&me, "upcoming").len(), 4, "at the start, and three times again");
    pass(&app, minutes(4), minutes(1));
    let message = sink.wait_for(2).remove(1);
    me.post(&format!("/api/v1/reminders/{}/dismiss", message.id), &json!({})).empty(204);
    assert_eq!(listed(&me, "upcoming").len(), 0);
    drop(worker);
}

#[test]
fn what_arrives_after_the_person_has_acted_is_closed_as_well() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up("mira@example.org");
    add_browser(&me, 1, &sink);
    sink.script("/push/1", &[Reply::Slow(Duration::from_millis(1_500))]);
    create(&me, &planned(1, "2026-03-02T07:01", None));
    let worker = app.worker();
    app.advance(minutes(1));
    sink.wait_for(1);
    let run = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": "1-20260302T0701" });
    me.post("/api/v1/runs", &run).json(201);
    // The reminder is on its way yet; whatever the device gets after it has the last word.
    until("it is told after the reminder", || {
        app.advance(SignedDuration::from_millis(100));
        (sink.ledger().len() == 3).then_some(())
    });
    drop(worker);
}

#[test]
fn a_clock_that_was_ahead_loses_nothing() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &planned(1, "2026-03-02T09:00", None));
    let worker = app.worker();
    let day = SignedDuration::from_hours(24);
    app.advance(day);
    until("it is given up", || {
        (app.count("SELECT count(*) FROM reminders WHERE state = 4") == 1).then_some(())
    });
    app.advance(-day);
    // The next look at planning.
    pass(&app, minutes(6), minutes(1));
    until("it is owed again", || {
        (app.count("SELECT count(*) FROM reminders WHERE state = 0") == 1).then_some(())
    });
    pass(&app, minutes(120), minutes(5));
    assert_eq!(sink.wait_for(1).len(), 1);
    drop(worker);
}

#[rstest]
#[case::told(true)]
#[case::left_alone(false)]
fn acting_on_one_device_closes_it_on_the_others(#[case] closes: bool) {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up("mira@example.org");
    let settings = json!({ "close_elsewhere": closes });
    me.send_json("PUT", "/api/v1/reminder-settings", &[("if-match", "*")], &settings).json(200);
    add_browser(&me, 1, &sink);
    add_browser(&me, 2, &sink);
    add_hook(&me, 3, &sink.url("/hook"), "always");
    create(&me, &planned(1, "2026-03-02T07:01", None));
    let worker = app.worker();
    app.advance(minutes(1));
    let told = sink.wait_for(3);
    idle(&app);
    let run = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": "1-20260302T0701" });
    me.post("/api/v1/runs", &run).json(201);
    app.advance(SignedDuration::from_secs(1));
    idle(&app);
    let again = if closes { 2 } else { 1 };
    let wanted = [("/hook".to_owned(), 1), ("/push/1".to_owned(), again), ("/push/2".to_owned(), again)];
    assert_eq!(paths(&sink), wanted.into());
    // The same topic: a browser that was away gets the last word alone.
    let topics: BTreeSet<_> = sink
        .ledger()
        .into_iter()
        .filter(|message| message.path != "/hook")
        .map(|message| message.id)
        .collect();
    assert_eq!(topics.len(), 1);
    assert_eq!(told.len(), 3);
    assert_eq!(day(&me, "2026-03-02")[0]["reminded"]["acknowledged"], true);
    drop(worker);
}

#[test]
fn what_is_settled_is_forgotten_in_time_and_what_was_missed_too() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &planned(1, "2026-03-02T07:01", None));
    create(&me, &planned(2, "2026-03-02T07:02", None));
    sink.script("/hook", &[Reply::TAKEN, Reply::Status(400, "")]);
    let worker = app.worker();
    pass(&app, minutes(3), minutes(1));
    let rows = || app.count("SELECT count(*) FROM reminders");
    assert_eq!(rows(), 2);
    pass(&app, SignedDuration::from_hours(29 * 24), SignedDuration::from_hours(29 * 24));
    let me = app.sign_in("mira@example.org");
    missed(&me, 1);
    assert_eq!(rows(), 2);
    // Nobody has looked at it.
    app.advance(SignedDuration::from_hours(2 * 24));
    until("what was sent and what was missed is forgotten", || (rows() == 0).then_some(()));
    drop(worker);
}

/// Across both changes of the clocks, in zones with odd rules. The wanted instants are those of RFC 5545 §3.3.5.
#[rstest]
#[case::berlin_gap("Europe/Berlin", "2026-03-28T02:30", &["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"])]
#[case::berlin_fold("Europe/Berlin", "2026-10-24T02:30", &["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])]
#[case::new_york_gap("America/New_York", "2026-03-07T02:30", &["2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"])]
#[case::new_york_fold("America/New_York", "2026-10-31T01:30", &["2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"])]
#[case::lord_howe_gap("Australia/Lord_Howe", "2026-10-03T02:15", &["2026-10-02T15:45:00Z", "2026-10-03T15:45:00Z", "2026-10-04T15:15:00Z"])]
#[case::lord_howe_fold("Australia/Lord_Howe", "2026-04-04T01:45", &["2026-04-03T14:45:00Z", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"])]
#[case::kathmandu("Asia/Kathmandu", "2026-03-28T02:30", &["2026-03-27T20:45:00Z", "2026-03-28T20:45:00Z", "2026-03-29T20:45:00Z"])]
fn the_same_time_of_day_right_through_changes_of_the_clocks(
    #[case] zone: &str,
    #[case] start: &str,
    #[case] wanted: &[&str],
) {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    let change = json!({ "zone": zone });
    me.send_json("PATCH", "/api/v1/account", &[("if-match", "*")], &change).json(200);
    add_hook(&me, 1, &sink.url("/hook"), "always");
    create(&me, &planned(1, start, Some("FREQ=DAILY")));
    let worker = app.worker();
    for (n, at) in (1..).zip(wanted) {
        let at: Timestamp = at.parse().unwrap();
        // A day at a time, so that the worker plans ahead; then to a second before, and to the instant itself.
        while at.duration_since(app.now()) > SignedDuration::from_hours(20) {
            app.advance(SignedDuration::from_hours(12));
            let mut looks = 0;
            until("it is planned ahead", || {
                looks += 1;
                if looks % 50 == 0 {
                    // A look at planning that began before the clock moved on saw less: the next one is in five minutes.
                    app.advance(minutes(6));
                }
                let behind = "SELECT count(*) FROM reminder_plans WHERE planned_until < ?1 + 86400000000";
                (app.count(behind) == 0).then_some(())
            });
        }
        let second = SignedDuration::from_secs(1);
        app.advance(at.duration_since(app.now()) - second);
        idle(&app);
        assert_eq!(sink.ledger().len(), n - 1, "nothing a second before {at}");
        app.advance(second);
        let message = sink.wait_for(n).remove(n - 1);
        assert_eq!(message.body["data"]["due_at"], at.to_string());
        assert_eq!(message.body["data"]["late"], false);
    }
    drop(worker);
}
