//! Valkey is killed, stopped and emptied while people work: nobody notices, and it comes back by itself.

use crate::{
    app::TestApp,
    planning::{channel_id, create, day, planned, routine, routine_id, two_people, webhook},
    reminders::upcoming,
    sink::Sink,
    stream::Stream,
    valkey_server::ValkeyServer,
};
use daymark_server::{
    caller::Caller,
    clock::monotonic,
    kv::{Kv, State},
    origin::Origin,
    reminders::{self, Act},
};
use daymark_shared::event::Event;
use serde_json::json;
use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What a request may take on a machine that does other things too. Waiting for Valkey by mistake would take longer,
/// since it is away for longer.
const SLOW: Duration = Duration::from_secs(3);
/// How long Valkey is away.
const AWAY: Duration = Duration::from_secs(4);

#[track_caller]
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = monotonic() + Duration::from_secs(30);
    while !is_so() {
        assert!(monotonic() < end, "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn with(valkey: &ValkeyServer) -> TestApp {
    let app = TestApp::with(&[("VALKEY_URL", &valkey.url()), ("TRUSTED_PROXIES", "127.0.0.1")]);
    eventually("connected", || app.state.kv.state() == State::Connected);
    app
}

fn wrong_password(email: &str) -> serde_json::Value {
    json!({ "email": email, "password": "not this one at all" })
}

/// Tries to sign in until it is refused; how many times that went.
fn tries(app: &TestApp, email: &str) -> usize {
    let tried = |_: &usize| app.anonymous().post("/api/v1/sessions", &wrong_password(email)).status == 401;
    (0..40).take_while(tried).count()
}

#[test]
fn tries_at_all_processes_count_together() {
    let Some(valkey) = ValkeyServer::start() else { return };
    let (one, other) = (with(&valkey), with(&valkey));
    // Keys are those of the database: two with one database are needed.
    let elsewhere = one.another_process();
    eventually("connected", || elsewhere.kv.state() == State::Connected);
    let count = async |kv: &Kv| {
        kv.allow("some id".into(), 3, jiff::SignedDuration::from_mins(1), one.now()).await.is_ok()
    };
    let counted = actix_web::rt::System::new().block_on(async {
        let both = [&one.state.kv, &elsewhere.kv, &other.state.kv, &elsewhere.kv, &one.state.kv];
        let mut counted = Vec::new();
        for kv in both {
            counted.push(count(kv).await);
        }
        counted
    });
    assert_eq!(counted, [true, true, true, false, false]);
    // A window has an end, and its name is not what was counted under alone.
    let left: u64 =
        valkey.command(&["PTTL", "daymark:limit:some id"])[1..].lines().next().unwrap().parse().unwrap();
    assert!(left > 0 && left <= 60_000, "{left}");
}

#[test]
fn limits_hold_without_it_and_after_it_was_emptied() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let app = with(&valkey);
    app.sign_up("mira@example.org");
    assert_eq!(tries(&app, "mira@example.org"), 19, "signing up was the first");
    valkey.command(&["FLUSHALL"]);
    assert_eq!(tries(&app, "mira@example.org"), 0);
    valkey.kill();
    eventually("lost", || app.state.kv.state() == State::Degraded);
    assert_eq!(tries(&app, "mira@example.org"), 0);
    assert_eq!(tries(&app, "noor@example.org"), 20);
}

#[test]
fn wake_ups_cross_processes_and_come_after_a_loss() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let app = with(&valkey);
    let elsewhere = app.another_process();
    eventually("connected", || elsewhere.kv.state() == State::Connected);
    let woken = |after: &str| {
        let kv = elsewhere.kv.clone();
        actix_web::rt::System::new().block_on(async move {
            tokio::time::timeout(Duration::from_secs(30), kv.woken())
                .await
                .unwrap_or_else(|_| panic!("{after}"))
        })
    };
    woken("connecting");
    app.state.kv.wake(&Origin::of("the-request"));
    assert_eq!(woken("a wake-up").id(), Some("the-request"), "it brings what set it off");
    valkey.kill();
    eventually("lost", || elsewhere.kv.state() == State::Degraded);
    app.state.kv.wake(&Origin::of("the-request"));
    valkey.restart();
    woken("the return");
}

#[test]
fn events_cross_processes_and_a_loss_is_a_resync() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let app = with(&valkey);
    let elsewhere = app.another_process();
    eventually("connected", || elsewhere.kv.state() == State::Connected);
    let (me, other) = two_people(&app);
    let mut stream = Stream::live(&app, me.token());
    let account = me.get("/api/v1/account").json(200)["id"].as_str().unwrap().parse().unwrap();
    let write = |event: Event| {
        let written = elsewhere.db.write(move |tx| {
            tx.emit(account, event);
            Ok(())
        });
        actix_web::rt::System::new().block_on(written).unwrap();
    };
    let resync = json!({ "kind": "resync" });
    // It may have connected only now: then there is one more to begin with.
    create(&me, &routine(1));
    let first = stream.next().unwrap();
    if first == resync {
        assert_eq!(stream.next().unwrap()["id"], routine_id(1));
    } else {
        assert_eq!(first["id"], routine_id(1));
    }
    write(Event::Account);
    stream.expect(&[json!({ "kind": "account" })]);

    // A session that ended there is refused here at once: no database needs to be asked.
    let phone = app.sign_in("mira@example.org");
    let mut phones = Stream::live(&app, phone.token());
    phone.get("/api/v1/account").json(200);
    let sessions = phone.get("/api/v1/sessions").json(200);
    let items = sessions["items"].as_array().unwrap();
    let id = items.iter().find(|session| session["current"] == true).unwrap()["id"].as_str().unwrap();
    let ended = daymark_server::sessions::end(&elsewhere, account, id.parse().unwrap());
    actix_web::rt::System::new().block_on(ended).unwrap();
    assert_eq!(phones.next(), None);
    stream.expect(&[json!({ "kind": "session_ended", "id": id })]);
    // The clock stands still, so the database's word would be believed.
    phone.get("/api/v1/account").problem("unauthenticated");

    valkey.kill();
    eventually("lost", || app.state.kv.state() == State::Degraded && elsewhere.kv.state() == State::Degraded);
    write(Event::Account);
    create(&me, &routine(2));
    assert_eq!(stream.next().unwrap()["id"], routine_id(2), "here all goes on");
    valkey.restart();
    stream.expect(&[resync]);
    eventually("back", || elsewhere.kv.state() == State::Connected);
    let mut theirs = Stream::live(&app, other.token());
    write(Event::Account);
    create(&other, &routine(3));
    assert_ne!(theirs.next().unwrap()["kind"], "account", "of another account");
    while stream.next().unwrap()["kind"] != "account" {}
}

/// What is done about a reminder at one process: every screen at the others hears of it, or sees it when it looks.
#[test]
fn an_act_on_a_reminder_is_known_at_the_other_process() {
    let valkey = ValkeyServer::start();
    let apps = [valkey.as_ref().map(with), Some(TestApp::start())];
    for app in apps.into_iter().flatten() {
        let elsewhere = app.another_process();
        let is_connected = app.state.kv.state() == State::Connected;
        if is_connected {
            eventually("connected", || elsewhere.kv.state() == State::Connected);
        }
        let me = app.sign_up("mira@example.org");
        me.post("/api/v1/channels", &webhook(1)).json(201);
        create(&me, &planned(1, "2026-03-02T07:05", None));
        app.advance(jiff::SignedDuration::from_mins(5));
        let mut stream = Stream::live(&app, me.token());
        let reminder = upcoming(&me).remove(0)["id"].take();
        assert_eq!(day(&me, "2026-03-02")[0]["reminded"], json!(null));

        let account = me.get("/api/v1/account").json(200)["id"].as_str().unwrap().parse().unwrap();
        let (routine, key) = (routine_id(1).parse().unwrap(), "1-20260302T0705".parse().unwrap());
        let (vault, now) = (elsewhere.vault.clone(), app.now());
        let written = elsewhere.db.write(move |tx| {
            let caller = Caller { account, vault: &vault, now };
            reminders::acknowledge(tx, &caller, (routine, key), Act::SeenUntil(now), None)
        });
        actix_web::rt::System::new().block_on(written).unwrap();
        if is_connected {
            // It may have connected only now: then there is a resync before it.
            let told = std::iter::from_fn(|| stream.next()).find(|event| event["kind"] == "reminder");
            assert_eq!(told.unwrap()["id"], reminder);
            stream.expect(&[
                json!({ "kind": "occurrence", "routine": routine_id(1), "key": "1-20260302T0705" }),
            ]);
        }
        assert_eq!(day(&me, "2026-03-02")[0]["reminded"]["acknowledged"], true);
        assert_eq!(upcoming(&me).len(), 0);
    }
}

/// Says that it is over when it goes.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// People read, write and try to sign in while `fault` is done to Valkey. Answers how long the slowest request took.
fn under_load(valkey: &mut ValkeyServer, app: &TestApp, fault: impl FnOnce(&mut ValkeyServer)) -> Duration {
    let me = app.sign_up("mira@example.org");
    create(&me, &routine(1));
    let title = format!("/api/v1/routines/{}", routine_id(1));
    let (over, slowest) = (AtomicBool::new(false), Mutex::new(Duration::ZERO));
    thread::scope(|scope| {
        for person in 0..4 {
            let (over, slowest, me, title) = (&over, &slowest, &me, &title);
            scope.spawn(move || {
                for number in 0u32.. {
                    let began = monotonic();
                    if number % 10 == 0 {
                        // From everywhere, so that the limits are counted but not reached.
                        let [.., c, d] = number.to_be_bytes();
                        let from = format!("198.{person}.{c}.{d}");
                        let email = format!("person{person}.{number}@example.org");
                        let headers = [("x-forwarded-for", from.as_str())];
                        let body = wrong_password(&email);
                        let answer = app.anonymous().send_json("POST", "/api/v1/sessions", &headers, &body);
                        assert_eq!(answer.status, 401, "{answer:?}");
                    } else if number % 10 == 5 {
                        let edit = json!({ "scope": "all", "colour": "sun" });
                        me.send_json("PATCH", title, &[("if-match", "*")], &edit).json(200);
                    } else {
                        me.get("/api/v1/account").json(200);
                    }
                    let mut slowest = slowest.lock().unwrap();
                    *slowest = began.elapsed().max(*slowest);
                    drop(slowest);
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    thread::sleep(Duration::from_millis(10));
                }
            });
        }
        // Also where the fault's own checks fail: the others would go on for ever.
        let _end = End(&over);
        fault(valkey);
    });
    slowest.into_inner().unwrap()
}

fn is_fast(took: Duration) {
    assert!(took < SLOW, "a request took {took:?}");
}

#[test]
fn it_is_killed_under_load() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let app = with(&valkey);
    is_fast(under_load(&mut valkey, &app, |valkey| {
        valkey.kill();
        eventually("lost", || app.state.kv.state() == State::Degraded);
        thread::sleep(AWAY);
        valkey.restart();
        eventually("back", || app.state.kv.state() == State::Connected);
    }));
    let counts = app.state.kv.counts();
    assert!(counts.losses >= 1 && counts.returns == counts.losses && counts.failures >= 1, "{counts:?}");
}

#[test]
fn it_is_stopped_under_load() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let app = with(&valkey);
    is_fast(under_load(&mut valkey, &app, |valkey| {
        valkey.signal("-STOP");
        eventually("lost", || app.state.kv.state() == State::Degraded);
        thread::sleep(AWAY);
        valkey.signal("-CONT");
        eventually("back", || app.state.kv.state() == State::Connected);
    }));
    let counts = app.state.kv.counts();
    assert!(counts.losses >= 1 && counts.returns == counts.losses && counts.failures >= 1, "{counts:?}");
}

#[test]
fn it_is_emptied_under_load() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let app = with(&valkey);
    is_fast(under_load(&mut valkey, &app, |valkey| {
        for _ in 0..20 {
            valkey.command(&["FLUSHALL"]);
            thread::sleep(Duration::from_millis(50));
        }
    }));
    eventually("connected", || app.state.kv.state() == State::Connected);
}

#[test]
fn a_server_starts_without_it_and_finds_it_later() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    valkey.kill();
    let app = TestApp::with(&[("VALKEY_URL", &valkey.url())]);
    app.sign_up("mira@example.org");
    assert_eq!(app.state.kv.state(), State::Degraded);
    valkey.restart();
    eventually("connected", || app.state.kv.state() == State::Connected);
}

/// What is owed lies in the database: Valkey only wakes.
#[test]
fn reminders_leave_whatever_becomes_of_it() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let sink = Sink::start();
    let app = TestApp::with(&[("VALKEY_URL", &valkey.url()), ("OUTBOUND_ALLOW", "127.0.0.0/8")]);
    let me = app.sign_up("mira@example.org");
    let target = json!({ "webhook": { "url": sink.url("/hook") } });
    let hook = json!({ "id": channel_id(1), "name": "Hook", "target": target });
    me.post("/api/v1/channels", &hook).json(201);
    for n in 1..=6 {
        create(&me, &planned(n, &format!("2026-03-02T07:{n:02}"), None));
    }
    let worker = app.worker();
    for n in 1..=6 {
        match n {
            2 => drop(valkey.command(&["FLUSHALL"])),
            3 => valkey.signal("-STOP"),
            4 => valkey.signal("-CONT"),
            5 => valkey.kill(),
            6 => valkey.restart(),
            _ => {}
        }
        app.advance(jiff::SignedDuration::from_mins(1));
        sink.wait_for(n);
        // A clock that leaps on before the worker has written this down would end its lease.
        eventually("recorded", || upcoming(&me).len() == 6 - n);
    }
    drop(worker);
    let titles: Vec<_> = sink
        .ledger()
        .iter()
        .map(|message| message.body["data"]["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(titles, (1..=6).map(|n| format!("Morning start {n}")).collect::<Vec<_>>());
}
