//! `/routines`: made once, edited for this, later or all, ended, deleted.

use crate::{
    app::TestApp,
    planning::{
        create, day, edit, occurrence, planned, routine, routine_id, run_id, send_seen, starts, step_id,
        two_people, with,
    },
};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};

const ROUTINES: &str = "/api/v1/routines";

fn path(n: u32) -> String {
    format!("{ROUTINES}/{}", routine_id(n))
}

fn version(n: u32, number: u32) -> String {
    format!("{}/versions/{number}", path(n))
}

#[test]
fn a_routine_is_answered_as_it_was_sent() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let body = planned(1, "2026-03-02T07:00", Some("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"));
    let answer = me.post(ROUTINES, &body);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let made = answer.json(201);
    for field in ["id", "title", "notes", "colour", "icon", "steps"] {
        assert_eq!(made[field], body[field], "{field}");
    }
    assert_eq!(made["schedule"]["zone"], "mine");
    assert_eq!((&made["version"], &made["revision"]), (&json!(1), &json!(1)));
    assert_eq!(me.get(&path(1)).json(200), made);
}

#[test]
fn a_create_sent_twice_is_one_create_and_another_body_a_conflict() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let made = create(&me, &routine(1));
    assert_eq!(me.post(ROUTINES, &routine(1)).json(200), made);
    me.post(ROUTINES, &with(routine(1), "/title", json!("Another"))).problem_at("id_conflict", "/id");
    // Edited since: the repetition still answers, with what it is now.
    edit(&me, 1, &json!({ "scope": "all", "title": "Evening" })).json(200);
    assert_eq!(me.post(ROUTINES, &routine(1)).json(200)["title"], "Evening");
}

#[test]
fn two_accounts_may_use_the_same_id_and_see_only_their_own() {
    let app = TestApp::start();
    let (me, other) = two_people(&app);
    create(&me, &planned(1, "2026-03-02T07:00", None));
    for (method, path) in [
        ("GET", path(1)),
        ("GET", version(1, 1)),
        ("DELETE", path(1)),
        ("DELETE", format!("{}/schedule", path(1))),
        ("GET", format!("{}/occurrences?from=2026-03-01&to=2026-03-09", path(1))),
    ] {
        other.send(method, &path, &[("if-match", "\"1\"")], None).problem("not_found");
    }
    let all = json!({ "scope": "all" });
    send_seen(&other, "PATCH", &path(1), 1, &all).problem("not_found");
    send_seen(&other, "POST", &format!("{}/end", path(1)), 1, &all).problem("not_found");
    let schedule = json!({ "schedule": { "start": "2026-03-02" } });
    send_seen(&other, "PUT", &format!("{}/schedule", path(1)), 1, &schedule).problem("not_found");
    assert_eq!(other.get(ROUTINES).json(200)["items"], json!([]));
    create(&other, &with(routine(1), "/title", json!("Mine")));
    assert_eq!(me.get(&path(1)).json(200)["title"], "Morning start 1");
}

#[test]
fn without_a_session_nothing_is_answered() {
    let app = TestApp::start();
    let nobody = app.anonymous();
    nobody.get(ROUTINES).problem("unauthenticated");
    nobody.post(ROUTINES, &routine(1)).problem("unauthenticated");
    let (end, schedule) = (format!("{}/end", path(1)), format!("{}/schedule", path(1)));
    let occurrences = format!("{}/occurrences?from=2026-03-01&to=2026-03-02", path(1));
    for (method, path) in [
        ("GET", &path(1)),
        ("GET", &version(1, 1)),
        ("PATCH", &path(1)),
        ("DELETE", &path(1)),
        ("POST", &end),
        ("PUT", &schedule),
        ("DELETE", &schedule),
        ("GET", &occurrences),
    ] {
        nobody.send_json(method, path, &[("if-match", "\"1\"")], &json!({})).problem("unauthenticated");
    }
}

#[rstest]
#[case::unknown("/extra", json!(1), "unknown_field", "/extra")]
#[case::unknown_in_step("/steps/1/extra", json!(1), "unknown_field", "/steps/1/extra")]
#[case::no_id("/id", json!("7"), "bad_id", "/id")]
#[case::wrong_type("/title", json!(7), "wrong_type", "/title")]
#[case::empty("/title", json!("  "), "text_empty", "/title")]
#[case::long("/title", json!("x".repeat(201)), "text_too_long", "/title")]
#[case::control("/title", json!("a\u{7}b"), "control_character", "/title")]
#[case::long_notes("/notes", json!("x".repeat(10_001)), "text_too_long", "/notes")]
#[case::control_in_notes("/notes", json!("a\u{0}"), "control_character", "/notes")]
#[case::colour("/colour", json!("pink"), "bad_value", "/colour")]
#[case::icon("/icon", json!("<svg>"), "bad_value", "/icon")]
#[case::no_steps("/steps", json!([]), "no_steps", "/steps")]
#[case::step_title("/steps/2/title", json!("x".repeat(201)), "text_too_long", "/steps/2/title")]
#[case::step_note("/steps/2/note", json!("x".repeat(10_001)), "text_too_long", "/steps/2/note")]
#[case::no_time("/steps/1/minutes", json!(0), "duration_out_of_range", "/steps/1/minutes")]
#[case::over_a_day("/steps/1/minutes", json!(1441), "duration_out_of_range", "/steps/1/minutes")]
#[case::huge("/steps/1/minutes", json!(70_000), "duration_out_of_range", "/steps/1/minutes")]
#[case::not_whole("/steps/1/minutes", json!(1.5), "wrong_type", "/steps/1/minutes")]
#[case::all_over_a_day("/steps/1/minutes", json!(1440), "routine_too_long", "/steps")]
#[case::step_twice("/steps/1/id", json!(step_id(1)), "duplicate_step", "/steps")]
#[case::start("/schedule", json!({"start": "2026-02-30T07:00"}), "bad_date", "/schedule/start")]
#[case::seconds("/schedule", json!({"start": "2026-03-02T07:00:30"}), "bad_date", "/schedule/start")]
#[case::instant("/schedule", json!({"start": "2026-03-02T07:00Z"}), "bad_date", "/schedule/start")]
#[case::far("/schedule", json!({"start": "2200-01-01"}), "bad_date", "/schedule/start")]
#[case::zone_shape("/schedule", json!({"start": "2026-03-02T07:00", "zone": "../x"}), "bad_zone", "/schedule/zone")]
#[case::zone("/schedule", json!({"start": "2026-03-02T07:00", "zone": "Europe/Atlantis"}), "bad_zone", "/schedule/zone")]
#[case::part("/schedule", json!({"start": "2026-03-02T07:00", "repeat": "FREQ=DAILY;BYHOUR=7"}), "bad_repeat", "/schedule/repeat")]
#[case::off_rule("/schedule", json!({"start": "2026-03-03T07:00", "repeat": "FREQ=WEEKLY;BYDAY=MO"}), "start_off_rule", "/schedule")]
#[case::never("/schedule", json!({"start": "2026-03-03", "repeat": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}), "repeat_never_matches", "/schedule")]
fn bad_input_names_its_field(
    #[case] at: &str,
    #[case] value: Value,
    #[case] code: &str,
    #[case] pointer: &str,
) {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    me.post(ROUTINES, &with(routine(1), at, value)).problem_at(code, pointer);
    me.get(&path(1)).problem("not_found");
}

#[test]
fn the_repeat_part_that_is_not_supported_is_named() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let body = planned(1, "2026-03-02T07:00", Some("FREQ=DAILY;BYWEEKNO=7"));
    let problem = me.post(ROUTINES, &body).problem("bad_repeat");
    assert!(problem.errors[0].detail.contains("BYWEEKNO"), "{problem:?}");
}

#[test]
fn the_limits_themselves_are_allowed() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let steps: Vec<Value> = (1..=100)
        .map(|n| json!({ "id": step_id(n), "title": "é".repeat(200), "minutes": 14, "note": "x".repeat(5_000) }))
        .collect();
    let body = with(with(routine(1), "/steps", json!(steps)), "/notes", json!("ß".repeat(10_000)));
    let made = create(&me, &body);
    assert_eq!(made["steps"], body["steps"]);
    let more: Vec<Value> =
        (1..=101).map(|n| json!({ "id": step_id(n), "title": "x", "minutes": 1 })).collect();
    me.post(ROUTINES, &with(routine(2), "/steps", json!(more))).problem_at("too_many_steps", "/steps");
}

#[test]
fn bodies_that_are_no_json_too_large_or_of_another_type() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let json = [("content-type", "application/json")];
    me.send("POST", ROUTINES, &json, Some(b"{".to_vec())).problem("malformed_json");
    me.send("POST", ROUTINES, &json, Some(vec![b' '; (1 << 20) + 1])).problem("body_too_large");
    me.send("POST", ROUTINES, &[("content-type", "text/plain")], Some(b"{}".to_vec()))
        .problem("unsupported_media_type");
    me.post(ROUTINES, &json!({ "id": routine_id(1) })).problem_at("missing_field", "/title");
}

#[test]
fn the_list_comes_in_pages_newest_first_and_by_place() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    for n in 1..=5 {
        let body = if n % 2 == 0 { planned(n, "2026-03-02T07:00", None) } else { routine(n) };
        create(&me, &body);
    }
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = me.get(&format!("{ROUTINES}?limit=3")).json(200);
    assert_eq!(ids(&first), [routine_id(5), routine_id(4), routine_id(3)]);
    let cursor = first["next"].as_str().unwrap();
    let last = me.get(&format!("{ROUTINES}?limit=3&cursor={cursor}")).json(200);
    assert_eq!(ids(&last), [routine_id(2), routine_id(1)]);
    assert_eq!(last.get("next"), None);
    let inbox = me.get(&format!("{ROUTINES}?in=inbox")).json(200);
    assert_eq!(ids(&inbox), [routine_id(5), routine_id(3), routine_id(1)]);
    assert_eq!(ids(&me.get(&format!("{ROUTINES}?in=planned")).json(200)), [routine_id(4), routine_id(2)]);
    for (query, code, pointer) in [
        ("limit=0", "bad_value", "?limit"),
        ("limit=101", "bad_value", "?limit"),
        ("limit=x", "wrong_type", "?limit"),
        ("cursor=x", "bad_cursor", "?cursor"),
        ("in=drawer", "bad_value", "?in"),
        ("page=2", "unknown_field", "?page"),
    ] {
        me.get(&format!("{ROUTINES}?{query}")).problem_at(code, pointer);
    }
}

#[test]
fn an_edit_needs_the_revision_that_was_seen() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &routine(1));
    let body = json!({ "scope": "all", "title": "Evening" });
    me.patch(&path(1), &body).problem("precondition_required");
    let edited = send_seen(&me, "PATCH", &path(1), 1, &body);
    assert_eq!(edited.header("etag"), Some("\"2\""));
    send_seen(&me, "PATCH", &path(1), 1, &body).problem("precondition_failed");
    assert_eq!(me.get(&path(1)).json(200)["title"], "Evening");
    send_seen(&me, "PATCH", &path(9), 1, &body).problem("not_found");
    let pointer = |body: Value, code: &str, at: &str| {
        send_seen(&me, "PATCH", &path(1), 2, &body).problem_at(code, at);
    };
    pointer(json!({ "title": "x" }), "missing_field", "/scope");
    pointer(json!({ "scope": "some" }), "bad_value", "/scope");
    pointer(json!({ "scope": "later" }), "missing_field", "/occurrence");
    pointer(json!({ "scope": "later", "occurrence": "yesterday" }), "bad_value", "/occurrence");
    pointer(json!({ "scope": "all", "steps": [] }), "no_steps", "/steps");
}

/// 2 March 2026 is a Monday, and today.
fn weekdays(n: u32) -> Value {
    planned(n, "2026-03-02T07:00", Some("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"))
}

fn titles(me: &crate::app::Client<'_>, date: &str) -> Vec<String> {
    day(me, date).iter().map(|o| o["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn this_and_later_leaves_what_is_before() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &weekdays(1));
    let body = json!({
        "scope": "later", "occurrence": "1-20260304T0700", "title": "Later",
        "schedule": { "start": "2026-03-04T08:00", "repeat": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" },
    });
    let edited = edit(&me, 1, &body).json(200);
    assert_eq!((&edited["version"], &edited["from"]), (&json!(2), &json!("2026-03-04")));
    assert_eq!(titles(&me, "2026-03-03"), ["Morning start 1"]);
    assert_eq!(titles(&me, "2026-03-04"), ["Later"]);
    assert_eq!(starts(&me, "2026-03-05"), [("2026-03-05T08:00".into(), "planned".into())]);
    assert_eq!(starts(&me, "2026-03-07"), []);
}

#[test]
fn only_this_one_leaves_its_series() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &weekdays(1));
    let body = json!({ "scope": "this", "occurrence": "1-20260304T0700", "title": "Once" });
    let edited = edit(&me, 1, &body).json(200);
    assert_eq!((&edited["version"], &edited["title"]), (&json!(1), &json!("Morning start 1")));
    assert_eq!(titles(&me, "2026-03-03"), ["Morning start 1"]);
    assert_eq!(titles(&me, "2026-03-04"), ["Once"]);
    assert_eq!(titles(&me, "2026-03-05"), ["Morning start 1"]);
}

#[test]
fn each_version_has_the_contents_and_the_rule_of_its_occurrences() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let first = create(&me, &weekdays(1));
    let later = json!({
        "scope": "later", "occurrence": "1-20260305T0700", "title": "Later", "notes": "Faster.",
        "schedule": { "start": "2026-03-05T08:00", "repeat": "FREQ=DAILY" },
    });
    let current = edit(&me, 1, &later).json(200);
    let once = json!({ "scope": "this", "occurrence": "1-20260303T0700", "title": "Once" });
    edit(&me, 1, &once).json(200);

    let seen = |key: &str| -> Value {
        let number = key.split_once('-').unwrap().0.parse().unwrap();
        let answer = me.get(&version(1, number));
        assert_eq!(answer.header("etag"), Some("\"3\""), "the routine's revision, to edit it with");
        answer.json(200)
    };
    let key = |date: &str| day(&me, date)[0]["key"].as_str().unwrap().to_owned();
    let old = seen(&key("2026-03-04"));
    assert_eq!((&old["title"], &old["notes"]), (&first["title"], &first["notes"]));
    assert_eq!((&old["schedule"], &old["steps"]), (&first["schedule"], &first["steps"]));
    assert_eq!((&old["from"], &old["last"]), (&json!("2026-03-02"), &json!("2026-03-04")));
    let single = seen(&key("2026-03-03"));
    assert_eq!((&single["title"], &single["notes"]), (&json!("Once"), &first["notes"]));
    assert_eq!(single["schedule"], json!({ "start": "2026-03-03T07:00", "zone": "mine" }));
    let newest = seen(&key("2026-03-06"));
    assert_eq!(newest, with(current, "/revision", json!(3)));
    assert_eq!(newest, me.get(&path(1)).json(200));
}

#[test]
fn a_version_that_is_none_is_not_found() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &routine(1));
    me.get(&version(1, 1)).json(200);
    for number in ["0", "2", "-1", "1.0", "x", "4294967296", "1-20260302T0700"] {
        me.get(&format!("{}/versions/{number}", path(1))).problem("not_found");
    }
    me.get(&version(2, 1)).problem("not_found");
    me.get(&format!("{ROUTINES}/x/versions/1")).problem("not_found");
}

#[test]
fn all_keeps_what_is_past_started_or_done() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &weekdays(1));
    app.advance(SignedDuration::from_hours(24 * 2));
    let me = app.sign_in("mira@example.org");
    me.put(&format!("{}/done", occurrence(1, "1-20260304T0700")), &json!(null)).json(200);
    me.put(&format!("{}/done", occurrence(1, "1-20260306T0700")), &json!(null)).json(200);
    edit(&me, 1, &json!({ "scope": "all", "title": "New" })).json(200);
    let titles = ["02", "03", "04", "05", "06", "09"].map(|d| titles(&me, &format!("2026-03-{d}")));
    let old = || vec!["Morning start 1".to_owned()];
    let new = || vec!["New".to_owned()];
    assert_eq!(titles, [old(), old(), old(), new(), old(), new()]);
    let refused = json!({ "scope": "later", "occurrence": "1-20260303T0700", "title": "x" });
    edit(&me, 1, &refused).problem("occurrence_begun");
    edit(&me, 1, &json!({ "scope": "later", "occurrence": "1-20260303T0800" })).problem("not_found");
}

#[test]
fn a_count_carries_over_what_remains_and_skipped_ones_count() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY;COUNT=5")));
    me.put(&format!("{}/skip", occurrence(1, "1-20260303T0700")), &json!(null)).json(200);
    let body = json!({ "scope": "later", "occurrence": "1-20260304T0700", "title": "Later" });
    let edited = edit(&me, 1, &body).json(200);
    assert_eq!(edited["schedule"]["repeat"], "FREQ=DAILY;COUNT=3");
    assert_eq!(edited["last"], "2026-03-06");
    assert_eq!(starts(&me, "2026-03-06").len(), 1);
    assert_eq!(starts(&me, "2026-03-07"), []);
}

#[test]
fn skipped_stays_skipped_and_moved_stays_moved_while_the_schedule_carries_on() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &weekdays(1));
    me.put(&format!("{}/skip", occurrence(1, "1-20260303T0700")), &json!(null)).json(200);
    let time = json!({ "start": "2026-03-04T09:30", "minutes": 60 });
    send_seen(&me, "PUT", &format!("{}/time", occurrence(1, "1-20260304T0700")), 0, &time).json(200);
    edit(&me, 1, &json!({ "scope": "all", "title": "New" })).json(200);
    assert_eq!(starts(&me, "2026-03-03"), [("2026-03-03T07:00".into(), "skipped".into())]);
    let moved = &day(&me, "2026-03-04")[0];
    assert_eq!((&moved["start"], &moved["minutes"]), (&json!("2026-03-04T09:30"), &json!(60)));
    assert_eq!(moved["title"], "New");

    let schedule = json!({ "start": "2026-03-02T06:00", "repeat": "FREQ=DAILY" });
    edit(&me, 1, &json!({ "scope": "all", "schedule": schedule })).json(200);
    assert_eq!(starts(&me, "2026-03-03"), [("2026-03-03T06:00".into(), "skipped".into())]);
    assert_eq!(starts(&me, "2026-03-04"), [("2026-03-04T06:00".into(), "planned".into())]);
}

#[test]
fn an_inbox_routine_is_scheduled_and_put_back() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &routine(1));
    let schedule = format!("{}/schedule", path(1));
    let body = json!({ "schedule": { "start": "2026-03-02T18:00" } });
    me.put(&schedule, &body).problem("precondition_required");
    send_seen(&me, "PUT", &schedule, 1, &body).json(200);
    assert_eq!(starts(&me, "2026-03-02"), [("2026-03-02T18:00".into(), "planned".into())]);
    me.send("DELETE", &schedule, &[("if-match", "\"1\"")], None).problem("precondition_failed");
    let back = me.send("DELETE", &schedule, &[("if-match", "\"2\"")], None).json(200);
    assert_eq!(back["schedule"], Value::Null);
    assert_eq!(starts(&me, "2026-03-02"), []);
}

#[test]
fn an_ended_routine_keeps_its_past() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &weekdays(1));
    let end = format!("{}/end", path(1));
    let later = json!({ "scope": "later", "occurrence": "1-20260304T0700" });
    send_seen(&me, "POST", &end, 1, &later).json(200);
    let counts = ["02", "03", "04", "05"].map(|d| starts(&me, &format!("2026-03-{d}")).len());
    assert_eq!(counts, [1, 1, 0, 0]);
    app.advance(SignedDuration::from_hours(24));
    let me = app.sign_in("mira@example.org");
    send_seen(&me, "POST", &end, 2, &json!({ "scope": "all" })).json(200);
    let counts = ["02", "03"].map(|d| starts(&me, &format!("2026-03-{d}")).len());
    assert_eq!(counts, [1, 0]);
    let answer = |body: Value| send_seen(&me, "POST", &end, 3, &body);
    answer(json!({ "scope": "this" })).problem_at("bad_value", "/scope");
    answer(json!({ "scope": "later" })).problem_at("missing_field", "/occurrence");
    answer(json!({ "scope": "later", "occurrence": "1-20270304T0700" })).problem("not_found");
    me.post(&end, &json!({ "scope": "all" })).problem("precondition_required");
    send_seen(&me, "POST", &end, 1, &json!({ "scope": "all" })).problem("precondition_failed");
}

#[test]
fn deleted_is_gone_with_its_history() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &weekdays(1));
    let run = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": "1-20260302T0700" });
    me.post("/api/v1/runs", &run).json(201);
    me.delete(&path(1)).empty(204);
    me.delete(&path(1)).problem("not_found");
    me.get(&path(1)).problem("not_found");
    me.get(&format!("/api/v1/runs/{}", run_id(1))).problem("not_found");
    assert_eq!(starts(&me, "2026-03-02"), []);
}

#[test]
fn of_two_edits_at_once_one_wins_and_the_other_is_told() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &weekdays(1));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let me = &me;
                let body = json!({ "scope": "all", "title": format!("Title {n}") });
                scope.spawn(move || send_seen(me, "PATCH", &path(1), 1, &body).status)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 7, "{statuses:?}");
}
