//! What becomes of reminders whose channel is there no more: lost to its push service, or taken away by its person.

use crate::{
    app::{Client, TestApp},
    delivery::{add_browser, add_hook, idle, minutes, missed, pass, with_push},
    planning::{channel_id, create, planned},
    reminders::listed,
    sink::{Reply, Sink},
};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};

const EMAIL: &str = "mira@example.org";

fn delete_channel(me: &Client<'_>, n: u32) {
    me.delete(&format!("/api/v1/channels/{}", channel_id(n))).empty(204);
}

fn due(reminders: &[Value]) -> Vec<&str> {
    reminders.iter().map(|reminder| reminder["due_at"].as_str().unwrap()).collect()
}

/// Nobody has chosen that: what would have rung is missed, day after day, until there is a channel again.
#[test]
fn when_the_last_device_is_gone_what_comes_after_it_is_missed() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up(EMAIL);
    add_browser(&me, 1, &sink);
    sink.script("/push/1", &[Reply::Status(410, "")]);
    create(&me, &planned(1, "2026-03-02T07:01", Some("FREQ=DAILY")));
    let worker = app.worker();
    pass(&app, minutes(1), minutes(1));
    assert_eq!(missed(&me, 1)[0]["reason"], "gone");
    assert_eq!(listed(&me, "upcoming"), [Value::Null; 0], "nothing will arrive");

    // Further than had been planned by then; one routine is even newer.
    create(&me, &planned(2, "2026-03-02T12:00", None));
    pass(&app, SignedDuration::from_hours(5 * 24), minutes(20));
    let me = app.sign_in(EMAIL);
    let all = missed(&me, 7);
    assert!(all.iter().all(|reminder| reminder["reason"] == "gone"), "{all:?}");
    assert!(all.iter().all(|reminder| reminder["channel"]["name"] == "Browser 1"), "{all:?}");
    assert_eq!(due(&all)[..2], ["2026-03-07T06:01:00Z", "2026-03-06T06:01:00Z"]);
    assert_eq!(sink.ledger().len(), 1, "it was asked once");
    // It could ring nowhere.
    let snooze = format!("/api/v1/reminders/{}/snooze", all[0]["id"].as_str().unwrap());
    me.post(&snooze, &json!({ "minutes": 10 })).problem("not_found");

    // Another one gets what is to come, and nothing of what was.
    add_hook(&me, 2, &sink.url("/hook"), "always");
    assert_eq!(due(&listed(&me, "upcoming"))[0], "2026-03-08T06:01:00Z");
    pass(&app, SignedDuration::from_hours(24), minutes(20));
    assert_eq!(sink.wait_for(2).len(), 2);
    let me = app.sign_in(EMAIL);
    assert_eq!(missed(&me, 7).len(), 7);
    drop(worker);
}

/// Who takes the channels away wants no list of what they would have brought.
#[test]
fn when_its_person_takes_the_last_channel_away_nothing_is_owed() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up(EMAIL);
    add_browser(&me, 1, &sink);
    sink.script("/push/1", &[Reply::Status(410, "")]);
    create(&me, &planned(1, "2026-03-02T07:01", Some("FREQ=DAILY")));
    let worker = app.worker();
    pass(&app, minutes(1), minutes(1));
    missed(&me, 1);
    // That one was gone, and is still there to be seen; a second one works, until it is taken away.
    assert_eq!(app.count("SELECT count(*) FROM reminder_plans"), 1);
    add_hook(&me, 2, &sink.url("/hook"), "always");
    delete_channel(&me, 2);
    assert_eq!(app.count("SELECT count(*) FROM reminder_plans"), 0);
    // Nor does another name of what was lost bring it back.
    let name = json!({ "name": "Old laptop" });
    let lost = format!("/api/v1/channels/{}", channel_id(1));
    me.send_json("PATCH", &lost, &[("if-match", "*")], &name).json(200);
    assert_eq!(app.count("SELECT count(*) FROM reminder_plans"), 0);
    pass(&app, SignedDuration::from_hours(3 * 24), minutes(60));
    idle(&app);
    let me = app.sign_in(EMAIL);
    assert_eq!(missed(&me, 1).len(), 1);
    drop(worker);
}

/// It is lost, and then its person takes it off the list of channels: they know.
#[test]
fn when_its_person_takes_what_was_lost_away_nothing_is_owed() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up(EMAIL);
    add_browser(&me, 1, &sink);
    sink.script("/push/1", &[Reply::Status(410, "")]);
    create(&me, &planned(1, "2026-03-02T07:01", Some("FREQ=DAILY")));
    let worker = app.worker();
    pass(&app, minutes(1), minutes(1));
    missed(&me, 1);
    let plans = || app.count("SELECT count(*) FROM reminder_plans");
    assert_eq!(plans(), 1);
    // Another name changes nothing.
    let lost = format!("/api/v1/channels/{}", channel_id(1));
    me.send_json("PATCH", &lost, &[("if-match", "*")], &json!({ "name": "Old laptop" })).json(200);
    assert_eq!(plans(), 1);
    delete_channel(&me, 1);
    assert_eq!(plans(), 0);
    assert_eq!(app.count("SELECT count(*) FROM reminders WHERE settled_at IS NULL"), 0);
    drop(worker);
}

/// Neither does an account without channels cost anything.
#[test]
fn without_a_channel_nothing_is_planned() {
    let app = TestApp::start();
    let me = app.sign_up(EMAIL);
    create(&me, &planned(1, "2026-03-02T07:01", Some("FREQ=DAILY")));
    assert_eq!(
        app.count("SELECT (SELECT count(*) FROM reminder_plans) + (SELECT count(*) FROM reminders)"),
        0
    );
}

/// It was tried, and waits for another try, when its person takes the channel away.
#[rstest]
#[case::nobody_is_left(&[], &[])]
#[case::a_fallback_is_left(&[(2, "fallback")], &["/2"])]
#[case::the_first_of_them_gets_it(&[(2, "fallback"), (3, "fallback")], &["/2"])]
#[case::the_others_have_it(&[(2, "always"), (3, "fallback")], &["/2"])]
fn what_waits_for_a_channel_that_is_taken_away_is_not_missed(
    #[case] others: &[(u32, &str)],
    #[case] told: &[&str],
) {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up(EMAIL);
    add_hook(&me, 1, &sink.url("/1"), "always");
    for (n, role) in others {
        add_hook(&me, *n, &sink.url(&format!("/{n}")), role);
    }
    // No longer than what lets the fallback wait.
    sink.script("/1", &[Reply::Status(429, "retry-after: 50\r\n")]);
    create(&me, &planned(1, "2026-03-02T07:01", None));
    let worker = app.worker();
    pass(&app, minutes(1), minutes(1));
    sink.wait_for(1);
    delete_channel(&me, 1);
    // Well before the other try.
    pass(&app, SignedDuration::from_secs(10), SignedDuration::from_secs(1));
    let arrived = || sink.ledger().into_iter().map(|message| message.path).filter(|path| path != "/1");
    assert_eq!(arrived().collect::<Vec<_>>(), told);
    pass(&app, minutes(45), minutes(1));
    assert_eq!(arrived().count(), told.len(), "nobody is told twice");
    let me = app.sign_in(EMAIL);
    assert_eq!(listed(&me, "missed"), [Value::Null; 0]);
    let rows = app.count("SELECT count(*) FROM reminders");
    assert_eq!(rows as usize, told.len(), "nothing of it stays");
    drop(worker);
}

/// It is on its way when its person takes the channel away: what the other end makes of it is of no interest.
#[test]
fn what_is_on_its_way_to_a_channel_that_is_taken_away_is_not_missed() {
    let sink = Sink::start();
    let app = with_push(&sink);
    let me = app.sign_up(EMAIL);
    add_hook(&me, 1, &sink.url("/1"), "always");
    add_hook(&me, 2, &sink.url("/2"), "fallback");
    let (refuse, answer) = Reply::held(400);
    sink.script("/1", &[refuse]);
    create(&me, &planned(1, "2026-03-02T07:01", None));
    let worker = app.worker();
    app.advance(minutes(1));
    sink.wait_for(1);
    delete_channel(&me, 1);
    answer.send(()).unwrap();
    sink.wait_for(2);
    idle(&app);
    let paths: Vec<String> = sink.ledger().into_iter().map(|message| message.path).collect();
    assert_eq!(paths, ["/1", "/2"]);
    assert_eq!(listed(&me, "missed"), [Value::Null; 0]);
    drop(worker);
}
