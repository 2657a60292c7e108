//! `/runs`: an occurrence walked through; the server's clock is the only one.

use crate::{
    app::{Client, TestApp},
    planning::{create, day, occurrence, planned, routine, routine_id, run_id, step_id, two_people},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

const RUNS: &str = "/api/v1/runs";

fn path(n: u32) -> String {
    format!("{RUNS}/{}", run_id(n))
}

fn new_run(n: u32) -> Value {
    json!({ "id": run_id(n), "routine": routine_id(1), "occurrence": "1-20260302T0700" })
}

/// Steps of 2, 8 and 20 minutes, daily at 07:00.
fn daily(app: &TestApp) -> Client<'_> {
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY")));
    me
}

fn started(app: &TestApp) -> Client<'_> {
    let me = daily(app);
    me.post(RUNS, &new_run(1)).json(201);
    me
}

fn step(n: u32) -> Value {
    json!({ "step": step_id(n) })
}

fn state(me: &Client<'_>, date: &str) -> String {
    day(me, date)[0]["state"].as_str().unwrap().to_owned()
}

/// Current step, state, and milliseconds that the steps have taken.
fn standing(run: &Value) -> (u64, String, Vec<u64>) {
    let progress = &run["progress"];
    let spent =
        progress["steps"].as_array().unwrap().iter().map(|s| s["spent_ms"].as_u64().unwrap()).collect();
    (progress["current"].as_u64().unwrap(), progress["phase"]["state"].as_str().unwrap().to_owned(), spent)
}

#[test]
fn a_run_is_a_snapshot_of_its_occurrence() {
    let app = TestApp::start();
    let me = daily(&app);
    let run = me.post(RUNS, &new_run(1)).json(201);
    assert_eq!(run["title"], "Morning start 1");
    assert_eq!(run["steps"][1], json!({ "id": step_id(2), "title": "Stretch", "note": "Shoulders first" }));
    assert_eq!(run["now"], "2026-03-02T06:00:00Z");
    assert_eq!(run["progress"]["steps"][1]["allowed_ms"], 480_000);
    let occurrence = &day(&me, "2026-03-02")[0];
    assert_eq!(occurrence["run"], json!({ "id": run_id(1), "active": true, "took_seconds": null }));
    me.delete(&format!("/api/v1/routines/{}/schedule", routine_id(1))).problem("precondition_required");
    let all = json!({ "scope": "all", "title": "Renamed" });
    crate::planning::edit(&me, 1, &all).json(200);
    assert_eq!(me.get(&path(1)).json(200)["title"], "Morning start 1");
    assert_eq!(day(&me, "2026-03-02")[0]["title"], "Morning start 1");
    assert_eq!(day(&me, "2026-03-03")[0]["title"], "Renamed");
}

#[test]
fn a_second_start_answers_the_run_that_goes_on() {
    let app = TestApp::start();
    let me = started(&app);
    app.advance(SignedDuration::from_secs(30));
    assert_eq!(me.post(RUNS, &new_run(2)).json(200)["id"], run_id(1));
    assert_eq!(me.post(RUNS, &new_run(1)).json(200)["id"], run_id(1));
    let other = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": "1-20260303T0700" });
    me.post(RUNS, &other).problem_at("id_conflict", "/id");
}

#[test]
fn of_many_starts_at_once_there_is_one_run() {
    let app = TestApp::start();
    let me = daily(&app);
    let runs: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let start = |n| {
            let me = &me;
            scope.spawn(move || {
                let answer = me.post(RUNS, &new_run(n));
                (answer.status, answer.json(answer.status)["id"].clone())
            })
        };
        let threads: Vec<_> = (1..=8).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(runs.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert!(runs.iter().all(|(_, id)| *id == runs[0].1));
}

#[test]
fn steps_advance_with_no_browser_open_and_the_occurrence_is_done() {
    let app = TestApp::start();
    let me = started(&app);
    app.advance(SignedDuration::from_secs(150));
    assert_eq!(standing(&me.get(&path(1)).json(200)), (1, "running".into(), vec![120_000, 0, 0]));
    app.advance(SignedDuration::from_hours(3));
    let me = app.sign_in("mira@example.org");
    let run = me.get(&path(1)).json(200);
    assert_eq!(standing(&run), (2, "finished".into(), vec![120_000, 480_000, 1_200_000]));
    assert_eq!(run["progress"]["phase"]["at"], "2026-03-02T06:30:00Z");
    let occurrence = day(&me, "2026-03-02").remove(0);
    assert_eq!(
        (&occurrence["state"], &occurrence["done_at"]),
        (&json!("done"), &json!("2026-03-02T06:30:00Z"))
    );
    assert_eq!(occurrence["run"]["took_seconds"], 1800);
    assert_eq!(me.get(&format!("{RUNS}?state=active")).json(200)["items"], json!([]));
    me.post(RUNS, &new_run(2)).problem("occurrence_begun");
}

#[test]
fn pause_and_resume() {
    let app = TestApp::start();
    let me = started(&app);
    app.advance(SignedDuration::from_secs(60));
    let pause = format!("{}/pause", path(1));
    let paused = me.put(&pause, &step(1)).json(200);
    assert_eq!(standing(&paused), (0, "paused".into(), vec![60_000, 0, 0]));
    assert_eq!(me.put(&pause, &step(1)).json(200)["revision"], paused["revision"], "twice is once");
    app.advance(SignedDuration::from_hours(1));
    let me = app.sign_in("mira@example.org");
    assert_eq!(standing(&me.get(&path(1)).json(200)), (0, "paused".into(), vec![60_000, 0, 0]));
    let resumed = me.send_json("DELETE", &pause, &[], &step(1)).json(200);
    assert_eq!(resumed["progress"]["phase"], json!({ "state": "running", "since": "2026-03-02T07:01:00Z" }));
}

#[test]
fn done_skip_back_and_the_end() {
    let app = TestApp::start();
    let me = started(&app);
    let post = |action: &str, n: u32| me.post(&format!("{}/{action}", path(1)), &step(n)).json(200);
    app.advance(SignedDuration::from_secs(30));
    assert_eq!(standing(&post("done", 1)), (1, "running".into(), vec![30_000, 0, 0]));
    assert_eq!(standing(&post("done", 1)).0, 1, "a repeated action is done once");
    app.advance(SignedDuration::from_secs(10));
    assert_eq!(standing(&post("skip", 2)), (2, "running".into(), vec![30_000, 10_000, 0]));
    assert_eq!(standing(&post("back", 3)).0, 1);
    assert_eq!(standing(&post("skip", 2)).0, 2);
    app.advance(SignedDuration::from_secs(20));
    let end = post("done", 3);
    assert_eq!(standing(&end), (2, "finished".into(), vec![30_000, 10_000, 20_000]));
    let outcomes: Vec<&Value> =
        end["progress"]["steps"].as_array().unwrap().iter().map(|step| &step["outcome"]).collect();
    assert_eq!(outcomes, [&json!("done"), &json!("skipped"), &json!("done")]);
    assert_eq!(standing(&post("done", 3)).1, "finished", "a repetition of the last action has no effect");
    me.put(&format!("{}/auto-advance", path(1)), &json!({ "on": false })).problem("run_ended");
    assert_eq!(state(&me, "2026-03-02"), "done");
}

#[test]
fn a_stale_action_has_no_effect() {
    let app = TestApp::start();
    let me = started(&app);
    app.advance(SignedDuration::from_secs(125));
    let before = me.get(&path(1)).json(200);
    for (method, action) in [("PUT", "pause"), ("POST", "done"), ("POST", "skip"), ("POST", "back")] {
        let after = me.send_json(method, &format!("{}/{action}", path(1)), &[], &step(1)).json(200);
        assert_eq!(standing(&after), standing(&before), "{action}");
    }
    let adjustment = json!({ "step": step_id(1), "minutes": 5 });
    let after = me.post(&format!("{}/adjustments", path(1)), &adjustment).json(200);
    assert_eq!(after["progress"]["steps"], before["progress"]["steps"]);
}

#[test]
fn more_and_less_time() {
    let app = TestApp::start();
    let me = started(&app);
    let adjust = |minutes: Value| {
        me.post(&format!("{}/adjustments", path(1)), &json!({ "step": step_id(1), "minutes": minutes }))
    };
    assert_eq!(adjust(json!(5)).json(200)["progress"]["steps"][0]["allowed_ms"], 420_000);
    adjust(json!(0)).problem_at("duration_out_of_range", "/minutes");
    adjust(json!(1441)).problem_at("duration_out_of_range", "/minutes");
    adjust(json!(1440)).problem("illegal_move");
    adjust(json!("5")).problem_at("wrong_type", "/minutes");
    assert_eq!(standing(&adjust(json!(-60)).json(200)).0, 1, "nothing left: on to the next");
}

#[test]
fn without_auto_advance_a_step_waits() {
    let app = TestApp::start();
    let me = daily(&app);
    let mut body = new_run(1);
    body["auto_advance"] = json!(false);
    me.post(RUNS, &body).json(201);
    app.advance(SignedDuration::from_hours(1));
    let me = app.sign_in("mira@example.org");
    assert_eq!(standing(&me.get(&path(1)).json(200)).0, 0);
    let on = me.put(&format!("{}/auto-advance", path(1)), &json!({ "on": true })).json(200);
    assert_eq!(standing(&on), (1, "running".into(), vec![3_600_000, 0, 0]));
    me.put(&format!("{}/auto-advance", path(1)), &json!({ "on": "yes" })).problem_at("wrong_type", "/on");
}

#[test]
fn finished_early_or_given_up() {
    let app = TestApp::start();
    let me = started(&app);
    app.advance(SignedDuration::from_secs(60));
    let end = me.send("POST", &format!("{}/finish", path(1)), &[], None).json(200);
    assert_eq!(standing(&end), (0, "finished".into(), vec![60_000, 0, 0]));
    me.send("POST", &format!("{}/abandon", path(1)), &[], None).problem("run_ended");
    assert_eq!(state(&me, "2026-03-02"), "done");
    // Not done after all, and begun again.
    me.delete(&format!("{}/done", occurrence(1, "1-20260302T0700"))).json(200);
    assert_eq!(state(&me, "2026-03-02"), "planned");
    me.post(RUNS, &new_run(2)).json(201);
    me.put(&format!("{}/done", occurrence(1, "1-20260302T0700")), &json!(null)).problem("occurrence_begun");
    let up = me.send("POST", &format!("{}/abandon", path(2)), &[], None).json(200);
    assert_eq!(standing(&up).1, "abandoned");
    me.send("POST", &format!("{}/finish", path(2)), &[], None).problem("run_ended");
    assert_eq!(state(&me, "2026-03-02"), "planned");
    me.post(RUNS, &new_run(3)).json(201);
}

#[test]
fn back_from_the_first_step_is_an_illegal_move() {
    let app = TestApp::start();
    let me = started(&app);
    me.post(&format!("{}/back", path(1)), &step(1)).problem("illegal_move");
    me.post(&format!("{}/back", path(1)), &step(9)).problem_at("bad_id", "/step");
    me.post(&format!("{}/back", path(1)), &json!({})).problem_at("missing_field", "/step");
    me.post(&format!("{}/back", path(1)), &json!({ "step": 1 })).problem_at("wrong_type", "/step");
}

#[test]
fn the_list_by_state_in_pages() {
    let app = TestApp::start();
    let me = daily(&app);
    for n in 1..=3 {
        let key = format!("1-2026030{}T0700", n + 1);
        me.post(RUNS, &json!({ "id": run_id(n), "routine": routine_id(1), "occurrence": key })).json(201);
    }
    me.send("POST", &format!("{}/finish", path(2)), &[], None).json(200);
    let ids = |query: &str| -> Vec<String> {
        let page = me.get(&format!("{RUNS}{query}")).json(200);
        page["items"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(""), [run_id(3), run_id(2), run_id(1)]);
    assert_eq!(ids("?state=active"), [run_id(3), run_id(1)]);
    assert_eq!(ids("?state=ended"), [run_id(2)]);
    let first = me.get(&format!("{RUNS}?limit=2")).json(200);
    let cursor = first["next"].as_str().unwrap();
    assert_eq!(ids(&format!("?limit=2&cursor={cursor}")), [run_id(1)]);
    me.get(&format!("{RUNS}?state=late")).problem_at("bad_value", "?state");
    me.get(&format!("{RUNS}?cursor=x")).problem_at("bad_cursor", "?cursor");
    me.get(&format!("{RUNS}?limit=0")).problem_at("bad_value", "?limit");
}

#[test]
fn what_cannot_be_started() {
    let app = TestApp::start();
    let me = daily(&app);
    create(&me, &routine(2));
    let run = |routine: String, occurrence: &str| {
        me.post(RUNS, &json!({ "id": run_id(1), "routine": routine, "occurrence": occurrence }))
    };
    run(routine_id(9), "1-20260302T0700").problem("not_found");
    run(routine_id(1), "1-20260302T0701").problem("not_found");
    run(routine_id(2), "1-20260302T0700").problem("not_found");
    run(routine_id(1), "soon").problem_at("bad_value", "/occurrence");
    me.post(RUNS, &json!({ "id": run_id(1), "routine": routine_id(1) }))
        .problem_at("missing_field", "/occurrence");
    me.put(&format!("{}/skip", occurrence(1, "1-20260302T0700")), &json!(null)).json(200);
    run(routine_id(1), "1-20260302T0700").json(201);
    assert_eq!(state(&me, "2026-03-02"), "planned", "what is started is not skipped");
}

#[test]
fn another_account_finds_nothing_and_nobody_nothing_at_all() {
    let app = TestApp::start();
    let (me, other) = two_people(&app);
    create(&me, &planned(1, "2026-03-02T07:00", None));
    me.post(RUNS, &new_run(1)).json(201);
    let nobody = app.anonymous();
    other.post(RUNS, &new_run(2)).problem("not_found");
    nobody.post(RUNS, &new_run(2)).problem("unauthenticated");
    nobody.get(RUNS).problem("unauthenticated");
    assert_eq!(other.get(RUNS).json(200)["items"], json!([]));
    let adjustment = json!({ "step": step_id(1), "minutes": 5 });
    for (method, action, body) in [
        ("GET", "", json!(null)),
        ("PUT", "/pause", step(1)),
        ("DELETE", "/pause", step(1)),
        ("POST", "/done", step(1)),
        ("POST", "/skip", step(1)),
        ("POST", "/back", step(1)),
        ("POST", "/adjustments", adjustment),
        ("PUT", "/auto-advance", json!({ "on": false })),
        ("POST", "/finish", json!(null)),
        ("POST", "/abandon", json!(null)),
    ] {
        let path = format!("{}{action}", path(1));
        other.send_json(method, &path, &[], &body).problem("not_found");
        nobody.send_json(method, &path, &[], &body).problem("unauthenticated");
    }
    assert_eq!(standing(&me.get(&path(1)).json(200)).1, "running");
}
