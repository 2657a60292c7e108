//! Live events: who hears what, how a stream goes on after a break, and when it ends.

use crate::{
    app::{Client, TestApp},
    planning::{
        create, edit, occurrence, planned, routine, routine_id, run_id, send_seen, step_id, two_people,
    },
    stream::Stream,
};
use daymark_server::{db::Told, sessions};
use daymark_shared::{event::Event, ids::AccountId};
use jiff::SignedDuration;
use serde_json::{Value, json};

const KEY: &str = "1-20260302T0900";

fn changed(n: u32) -> Value {
    json!({ "kind": "routine", "id": routine_id(n) })
}

fn happened(n: u32, key: &str) -> Value {
    json!({ "kind": "occurrence", "routine": routine_id(n), "key": key })
}

fn run(n: u32) -> Value {
    json!({ "kind": "run", "id": run_id(n) })
}

fn account(me: &Client<'_>) -> AccountId {
    me.get("/api/v1/account").json(200)["id"].as_str().unwrap().parse().unwrap()
}

/// The session of whoever asks.
fn session(me: &Client<'_>) -> String {
    let sessions = me.get("/api/v1/sessions").json(200);
    let items = sessions["items"].as_array().unwrap();
    items.iter().find(|session| session["current"] == true).unwrap()["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_changes_is_told_by_its_id() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let mut stream = Stream::live(&app, me.token());
    for header in [
        "http/1.1 200 ok\r\n",
        "\r\ncontent-type: text/event-stream\r\n",
        "\r\ncache-control: no-store\r\n",
        "\r\nx-accel-buffering: no\r\n",
        "\r\nx-request-id: ",
    ] {
        assert!(stream.head.contains(header), "{header} {}", stream.head);
    }

    create(&me, &planned(1, "2026-03-02T09:00", Some("FREQ=DAILY")));
    stream.expect(&[changed(1)]);
    let time = json!({ "start": "2026-03-02T10:00" });
    send_seen(&me, "PUT", &format!("{}/time", occurrence(1, KEY)), 0, &time).json(200);
    stream.expect(&[happened(1, KEY)]);
    let new = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": KEY });
    me.post("/api/v1/runs", &new).json(201);
    stream.expect(&[run(1), happened(1, KEY)]);
    me.post(&format!("/api/v1/runs/{}/done", run_id(1)), &json!({ "step": step_id(1) })).json(200);
    stream.expect(&[run(1)]);
    me.send("POST", &format!("/api/v1/runs/{}/finish", run_id(1)), &[], None).json(200);
    stream.expect(&[run(1), happened(1, KEY)]);
    edit(&me, 1, &json!({ "scope": "all", "title": "Evening" })).json(200);
    stream.expect(&[changed(1)]);
    me.send_json("PATCH", "/api/v1/account", &[("if-match", "*")], &json!({ "name": "Mira" })).json(200);
    stream.expect(&[json!({ "kind": "account" })]);
    me.delete(&format!("/api/v1/routines/{}", routine_id(1))).empty(204);
    stream.expect(&[changed(1)]);
}

#[test]
fn what_changes_nothing_is_not_told() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &routine(1));
    let new = planned(2, "2026-03-02T09:00", None);
    create(&me, &new);
    let mut stream = Stream::live(&app, me.token());
    // The same again, refused, and what is so already.
    me.post("/api/v1/routines", &new).json(200);
    me.post("/api/v1/routines", &crate::planning::with(new, "/title", json!("Another")))
        .problem("id_conflict");
    send_seen(
        &me,
        "PATCH",
        &format!("/api/v1/routines/{}", routine_id(1)),
        9,
        &json!({ "scope": "all", "title": "No" }),
    )
    .problem("precondition_failed");
    me.send_json("PATCH", "/api/v1/account", &[("if-match", "*")], &json!({ "locale": "en" })).json(200);
    me.delete(&format!("{}/done", occurrence(2, KEY))).json(200);
    create(&me, &routine(3));
    stream.expect(&[changed(3)]);
}

#[test]
fn others_hear_nothing() {
    let app = TestApp::start();
    let (me, other) = two_people(&app);
    let mut theirs = Stream::live(&app, other.token());
    create(&me, &routine(1));
    create(&other, &routine(2));
    theirs.expect(&[changed(2)]);
    app.anonymous().get("/api/v1/events").problem("unauthenticated");
}

#[test]
fn a_broken_stream_goes_on_where_it_was() {
    let app = TestApp::start();
    let (me, other) = two_people(&app);
    let mut stream = Stream::live(&app, me.token());
    create(&me, &routine(1));
    stream.expect(&[changed(1)]);
    let seen = stream.last.clone();
    drop(stream);
    create(&me, &routine(2));
    create(&other, &routine(3));
    create(&me, &routine(4));
    let mut stream = Stream::open(&app, me.token(), Some(&seen));
    stream.expect(&[changed(2), changed(4)]);
    create(&me, &routine(5));
    stream.expect(&[changed(5)]);
}

#[test]
fn what_may_have_been_missed_is_a_resync() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let resync = json!({ "kind": "resync" });
    // Of another process, of none, and from the time to come.
    let mut elsewhere = String::new();
    for seen in ["0123456789abcdef-1", "nonsense", &{
        let mut stream = Stream::live(&app, me.token());
        create(&me, &routine(1));
        stream.next();
        elsewhere.push_str(&stream.last);
        elsewhere + "000"
    }] {
        Stream::open(&app, me.token(), Some(seen)).expect(std::slice::from_ref(&resync));
    }
    // So many changes since that this one is forgotten.
    let mut stream = Stream::live(&app, me.token());
    create(&me, &routine(2));
    stream.expect(&[changed(2)]);
    let account = account(&me);
    for _ in 0..5_000 {
        app.state.events.told(Told { events: vec![(account, Event::Account)], wake: None, set_aside: 0 });
    }
    Stream::open(&app, me.token(), Some(&stream.last)).expect(&[resync]);
}

#[test]
fn a_slow_reader_loses_events_but_not_the_knowledge_of_it() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let mut stream = Stream::live(&app, me.token());
    let account = account(&me);
    // More than the sockets' buffers hold, while nobody reads.
    for _ in 0..300_000 {
        app.state.events.told(Told { events: vec![(account, Event::Account)], wake: None, set_aside: 0 });
    }
    create(&me, &routine(1));
    let mut resyncs = 0;
    loop {
        let event = stream.next().unwrap();
        match event["kind"].as_str().unwrap() {
            "account" => {}
            "resync" => resyncs += 1,
            _ => break assert_eq!(event, changed(1)),
        }
    }
    assert!(resyncs > 0);
}

#[test]
fn a_stream_ends_with_its_session() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let (phone, laptop, tablet) =
        (app.sign_in("mira@example.org"), app.sign_in("mira@example.org"), app.sign_in("mira@example.org"));
    let mut mine = Stream::live(&app, me.token());
    let mut streams = [&phone, &laptop, &tablet].map(|device| Stream::live(&app, device.token()));
    let sessions = [&phone, &laptop, &tablet].map(session);

    // Ended by another browser, signed out, and ended by another process.
    me.delete(&format!("/api/v1/sessions/{}", sessions[0])).empty(204);
    assert_eq!(streams[0].next(), None);
    laptop.delete("/api/v1/sessions/current").empty(204);
    assert_eq!(streams[1].next().unwrap()["kind"], "session_ended", "of the phone");
    assert_eq!(streams[1].next(), None);
    let elsewhere = app.another_process();
    let ended = sessions::end(&elsewhere, account(&me), sessions[2].parse().unwrap());
    actix_web::rt::System::new().block_on(ended).unwrap();
    assert_eq!(streams[2].next().unwrap()["id"], sessions[0]);
    assert_eq!(streams[2].next().unwrap()["id"], sessions[1]);
    assert_eq!(streams[2].next(), None);

    for session in &sessions[..2] {
        mine.expect(&[json!({ "kind": "session_ended", "id": session })]);
    }
    // The token ends before the session does: the stream goes on.
    app.advance(SignedDuration::from_mins(11));
    me.get("/api/v1/account").problem("unauthenticated");
    create(&app.sign_in("mira@example.org"), &routine(1));
    mine.expect(&[changed(1)]);
    // Until that is over, too.
    app.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!(mine.next(), None);
}

#[test]
fn an_account_has_so_many_streams() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let mut streams: Vec<Stream> = (0..21).map(|_| Stream::live(&app, me.token())).collect();
    assert_eq!(streams[0].next(), None);
    create(&me, &routine(1));
    streams[1].expect(&[changed(1)]);
    streams[20].expect(&[changed(1)]);
}
