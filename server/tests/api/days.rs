//! `/days` and the occurrences: seen in the person's zone, moved, resized, skipped, done.

use crate::{
    app::TestApp,
    planning::{
        create, day, edit, occurrence, planned, routine, routine_id, send_seen, starts, step_id, two_people,
        with,
    },
};
use jiff::SignedDuration;
use serde_json::{Value, json};

const NOTHING: Value = Value::Null;

fn times(me: &crate::app::Client<'_>, date: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    day(me, date).iter().map(|occurrence| (text(&occurrence["start"]), text(&occurrence["end"]))).collect()
}

#[test]
fn a_day_has_what_happens_on_it_whole_days_first() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T18:00", None));
    create(&me, &planned(2, "2026-03-02T07:00", Some("FREQ=DAILY;INTERVAL=2")));
    create(&me, &planned(3, "2026-03-02", None));
    create(&me, &routine(4));
    let today = me.get("/api/v1/days/2026-03-02").json(200);
    let starts: Vec<&str> =
        today["occurrences"].as_array().unwrap().iter().map(|o| o["start"].as_str().unwrap()).collect();
    assert_eq!(starts, ["2026-03-02", "2026-03-02T07:00", "2026-03-02T18:00"]);
    assert_eq!((&today["zone"], &today["truncated"]), (&json!("Europe/Berlin"), &json!(false)));
    let early = &today["occurrences"][1];
    assert_eq!(early["key"], "1-20260302T0700");
    assert_eq!(early["starts_at"], "2026-03-02T06:00:00Z");
    assert_eq!(early["steps"][2], json!({ "id": step_id(3), "title": "Shower", "minutes": 20 }));
    assert_eq!((&early["minutes"], &early["repeats"]), (&json!(30), &json!(true)));
    assert_eq!(day(&me, "2026-03-03").len(), 0);
    assert_eq!(day(&me, "2026-03-04").len(), 1);
}

#[test]
fn a_range_is_one_day_after_the_other() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=WEEKLY;BYDAY=MO,WE")));
    let days = me.get("/api/v1/days?from=2026-03-02&to=2026-03-08").json(200);
    let counts: Vec<usize> = days["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["occurrences"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [1, 0, 1, 0, 0, 0, 0]);
    me.get("/api/v1/days?from=2026-03-01&to=2026-04-11").json(200);
    for (query, code, pointer) in [
        ("from=2026-03-01&to=2026-04-12", "bad_range", "?to"),
        ("from=2026-03-02&to=2026-03-01", "bad_range", "?to"),
        ("from=2026-03-32&to=2026-03-01", "bad_date", "?from"),
        ("from=2026-03-02", "missing_field", "?to"),
        ("from=2026-03-02&to=2026-03-02&zone=UTC", "unknown_field", "?zone"),
    ] {
        me.get(&format!("/api/v1/days?{query}")).problem_at(code, pointer);
    }
    me.get("/api/v1/days/2026-02-30").problem_at("bad_date", "{date}");
    me.get("/api/v1/days/tomorrow").problem_at("bad_date", "{date}");
}

#[test]
fn past_midnight_shows_on_both_days() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T23:45", None));
    let expected = [("2026-03-02T23:45".to_owned(), "2026-03-03T00:15:00".to_owned())];
    assert_eq!(times(&me, "2026-03-02"), expected);
    assert_eq!(times(&me, "2026-03-03"), expected);
    assert_eq!(times(&me, "2026-03-04"), []);
    create(&me, &planned(2, "2026-03-05T23:30", None));
    assert_eq!(times(&me, "2026-03-06"), [], "what ends at midnight is over");
}

#[test]
fn overlaps_get_lanes_and_skipped_ones_take_no_room() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    for (n, start) in [(1, "07:00"), (2, "07:15"), (3, "07:30"), (4, "09:00")] {
        create(&me, &planned(n, &format!("2026-03-02T{start}"), None));
    }
    let lanes = || -> Vec<(u64, u64)> {
        let lane = |o: &Value| (o["lane"].as_u64().unwrap(), o["lanes"].as_u64().unwrap());
        day(&me, "2026-03-02").iter().map(lane).collect()
    };
    assert_eq!(lanes(), [(0, 2), (1, 2), (0, 2), (0, 1)]);
    me.put(&format!("{}/skip", occurrence(2, "1-20260302T0715")), &NOTHING).json(200);
    assert_eq!(lanes()[0], (0, 1));
    assert_eq!(lanes()[2], (0, 1));
}

#[test]
fn seven_stays_seven_when_the_clocks_change() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY")));
    create(&me, &planned(2, "2026-03-02T02:30", Some("FREQ=DAILY")));
    let at = |date: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        day(&me, date).iter().map(|o| (text(&o["start"]), text(&o["starts_at"]))).collect()
    };
    let pair = |start: &str, instant: &str| (start.to_owned(), instant.to_owned());
    assert_eq!(
        at("2026-03-28"),
        [pair("2026-03-28T02:30", "2026-03-28T01:30:00Z"), pair("2026-03-28T07:00", "2026-03-28T06:00:00Z")]
    );
    // 02:30 does not exist: read with the offset before the gap.
    assert_eq!(
        at("2026-03-29"),
        [pair("2026-03-29T03:30", "2026-03-29T01:30:00Z"), pair("2026-03-29T07:00", "2026-03-29T05:00:00Z")]
    );
    // 02:30 exists twice: it happens the first time.
    assert_eq!(
        at("2026-10-25"),
        [pair("2026-10-25T02:30", "2026-10-25T00:30:00Z"), pair("2026-10-25T07:00", "2026-10-25T06:00:00Z")]
    );
}

#[test]
fn a_fixed_zone_is_shown_on_the_persons_own_clock() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let mut body = planned(1, "2026-03-02T08:00", Some("FREQ=DAILY"));
    body["schedule"]["zone"] = json!("Asia/Tokyo");
    create(&me, &body);
    // 08:00 in Tokyo is midnight in Berlin.
    assert_eq!(times(&me, "2026-03-02"), [("2026-03-02T00:00".into(), "2026-03-02T00:30:00".into())]);
    // Moved on the person's clock, stored on the schedule's.
    let key = occurrence(1, "1-20260303T0800");
    let time = json!({ "start": "2026-03-03T10:00" });
    let moved = send_seen(&me, "PUT", &format!("{key}/time"), 0, &time).json(200);
    assert_eq!(
        (&moved["start"], &moved["starts_at"]),
        (&json!("2026-03-03T10:00"), &json!("2026-03-03T09:00:00Z"))
    );
    assert_eq!(times(&me, "2026-03-03"), [("2026-03-03T10:00".into(), "2026-03-03T10:30:00".into())]);
    // After the clocks change in Berlin it is one o'clock.
    assert_eq!(times(&me, "2026-04-02"), [("2026-04-02T01:00".into(), "2026-04-02T01:30:00".into())]);
}

#[test]
fn a_change_of_zone_leaves_the_past_and_moves_what_is_to_come() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-01T06:00", Some("FREQ=DAILY")));
    app.advance(SignedDuration::from_mins(5));
    let instants = || -> Vec<Value> {
        ["2026-03-01", "2026-03-02", "2026-03-03"]
            .iter()
            .map(|d| day(&me, d)[0]["starts_at"].clone())
            .collect()
    };
    assert_eq!(instants(), ["2026-03-01T05:00:00Z", "2026-03-02T05:00:00Z", "2026-03-03T05:00:00Z"]);
    let revision = me.get("/api/v1/account").json(200)["revision"].as_u64().unwrap();
    send_seen(&me, "PATCH", "/api/v1/account", revision, &json!({ "zone": "Asia/Tokyo" })).json(200);
    // It is 07:00 in Berlin, 15:00 in Tokyo: today's has been.
    let past = json!("2026-03-01T05:00:00Z");
    assert_eq!(instants()[0], past);
    assert_eq!(instants()[2], "2026-03-02T21:00:00Z");
    assert_eq!(day(&me, "2026-03-03")[0]["start"], "2026-03-03T06:00");
}

#[test]
fn a_moved_occurrence_keeps_its_key_and_leaves_the_others_alone() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY")));
    let path = occurrence(1, "1-20260303T0700");
    let time = format!("{path}/time");
    let body = json!({ "start": "2026-03-05T09:15", "minutes": 60 });
    me.put(&time, &body).problem("precondition_required");
    let moved = send_seen(&me, "PUT", &time, 0, &body);
    assert_eq!(moved.header("etag"), Some("\"1\""));
    let moved = moved.json(200);
    assert_eq!((&moved["key"], &moved["changed"]), (&json!("1-20260303T0700"), &json!(true)));
    assert_eq!((&moved["start"], &moved["end"]), (&json!("2026-03-05T09:15"), &json!("2026-03-05T10:15:00")));
    // Two, eight and twenty minutes, stretched to an hour.
    let minutes: Vec<u64> =
        moved["steps"].as_array().unwrap().iter().map(|s| s["minutes"].as_u64().unwrap()).collect();
    assert_eq!(minutes.iter().sum::<u64>(), 60);
    assert!(minutes[0] < minutes[1] && minutes[1] < minutes[2]);
    assert_eq!(starts(&me, "2026-03-03"), []);
    assert_eq!(starts(&me, "2026-03-05").len(), 2);
    send_seen(&me, "PUT", &time, 0, &body).problem("precondition_failed");
    me.send("DELETE", &time, &[("if-match", "\"1\"")], None).json(200);
    assert_eq!(starts(&me, "2026-03-03"), [("2026-03-03T07:00".into(), "planned".into())]);
    assert_eq!(me.get(&path).json(200)["changed"], json!(false));
}

#[test]
fn where_an_occurrence_cannot_be_put() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY")));
    let time = format!("{}/time", occurrence(1, "1-20260303T0700"));
    let refused =
        |body: Value, code: &str, at: &str| send_seen(&me, "PUT", &time, 0, &body).problem_at(code, at);
    refused(json!({ "start": "2026-03-05T09:15", "minutes": 2 }), "too_short_for_steps", "/minutes");
    refused(json!({ "start": "2026-03-05T09:15", "minutes": 1441 }), "duration_out_of_range", "/minutes");
    refused(json!({ "start": "2026-03-05 09:15" }), "bad_date", "/start");
    refused(json!({ "minutes": 20 }), "missing_field", "/start");
    refused(json!({ "start": "2026-03-05", "zone": "UTC" }), "unknown_field", "/zone");
    // To the whole of another day, and back.
    let whole = send_seen(&me, "PUT", &time, 0, &json!({ "start": "2026-03-05" })).json(200);
    assert_eq!(whole["start"], "2026-03-05");
}

#[test]
fn only_what_happens_can_be_changed() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=WEEKLY")));
    for key in
        ["1-20260303T0700", "1-20260302T0800", "1-20260302", "2-20260302T0700", "1-20260223T0700", "x", "1-"]
    {
        let path = occurrence(1, key);
        me.get(&path).problem("not_found");
        for mark in ["skip", "done"] {
            me.put(&format!("{path}/{mark}"), &NOTHING).problem("not_found");
            me.delete(&format!("{path}/{mark}")).problem("not_found");
        }
        send_seen(&me, "PUT", &format!("{path}/time"), 0, &json!({ "start": "2026-03-05" }))
            .problem("not_found");
    }
    me.get(&occurrence(9, "1-20260302T0700")).problem("not_found");
}

#[test]
fn skipped_and_done_and_neither() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY")));
    let path = occurrence(1, "1-20260302T0700");
    let put = |mark: &str| me.put(&format!("{path}/{mark}"), &NOTHING);
    let delete = |mark: &str| me.delete(&format!("{path}/{mark}"));
    let first = put("skip").json(200);
    assert_eq!(first["state"], "skipped");
    assert_eq!(put("skip").json(200), first, "skipping twice is skipping once");
    assert_eq!(delete("skip").json(200)["state"], "planned");
    let done = put("done").json(200);
    assert_eq!((&done["state"], &done["done_at"]), (&json!("done"), &json!("2026-03-02T06:00:00Z")));
    app.advance(SignedDuration::from_mins(5));
    assert_eq!(put("done").json(200), done, "done twice is done once");
    put("skip").problem("occurrence_begun");
    let time = json!({ "start": "2026-03-02T09:00" });
    let revision = done["revision"].as_u64().unwrap();
    send_seen(&me, "PUT", &format!("{path}/time"), revision, &time).problem("occurrence_begun");
    assert_eq!(delete("done").json(200)["state"], "planned");
    put("skip").json(200);
    assert_eq!(put("done").json(200)["state"], "done", "a skipped one may be done after all");
}

#[test]
fn the_list_of_one_routine_comes_in_pages() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY;COUNT=7")));
    create(&me, &planned(2, "2026-03-02T07:00", None));
    let time = json!({ "start": "2026-03-06T09:00" });
    send_seen(&me, "PUT", &format!("{}/time", occurrence(1, "1-20260303T0700")), 0, &time).json(200);
    let list = format!("/api/v1/routines/{}/occurrences?from=2026-03-01&to=2027-02-28", routine_id(1));
    let starts = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| o["start"].as_str().unwrap()[8..].to_owned())
            .collect()
    };
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let page = me.get(&format!("{list}&limit=3{next}")).json(200);
        all.extend(starts(&page));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(all, ["02T07:00", "04T07:00", "05T07:00", "06T07:00", "06T09:00", "07T07:00", "08T07:00"]);
    me.get(&format!("{list}&cursor=x")).problem_at("bad_cursor", "?cursor");
    let long = format!("/api/v1/routines/{}/occurrences?from=2026-03-01&to=2027-03-02", routine_id(1));
    me.get(&long).problem_at("bad_range", "?to");
}

#[test]
fn another_account_finds_nothing_and_nobody_nothing_at_all() {
    let app = TestApp::start();
    let (me, other) = two_people(&app);
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY")));
    let path = occurrence(1, "1-20260302T0700");
    assert_eq!(day(&other, "2026-03-02"), [] as [Value; 0]);
    let nobody = app.anonymous();
    for (method, path) in [
        ("GET", path.clone()),
        ("PUT", format!("{path}/skip")),
        ("DELETE", format!("{path}/skip")),
        ("PUT", format!("{path}/done")),
        ("DELETE", format!("{path}/done")),
        ("DELETE", format!("{path}/time")),
    ] {
        other.send(method, &path, &[("if-match", "\"0\"")], None).problem("not_found");
        nobody.send(method, &path, &[("if-match", "\"0\"")], None).problem("unauthenticated");
    }
    let time = json!({ "start": "2026-03-05" });
    send_seen(&other, "PUT", &format!("{path}/time"), 0, &time).problem("not_found");
    nobody.put(&format!("{path}/time"), &time).problem("unauthenticated");
    nobody.get("/api/v1/days/2026-03-02").problem("unauthenticated");
    nobody.get("/api/v1/days?from=2026-03-02&to=2026-03-03").problem("unauthenticated");
    assert_eq!(starts(&me, "2026-03-02"), [("2026-03-02T07:00".into(), "planned".into())]);
}

#[test]
fn a_resized_occurrence_runs_on_into_the_next_day() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &planned(1, "2026-03-02T22:00", Some("FREQ=WEEKLY")));
    let time = json!({ "start": "2026-03-02T22:00", "minutes": 300 });
    send_seen(&me, "PUT", &format!("{}/time", occurrence(1, "1-20260302T2200")), 0, &time).json(200);
    assert_eq!(times(&me, "2026-03-03"), [("2026-03-02T22:00".into(), "2026-03-03T03:00:00".into())]);
    // Steps are added later: an occurrence that is too short for them keeps a minute for each.
    let steps: Vec<Value> =
        (1..=90).map(|n| json!({ "id": step_id(n), "title": "x", "minutes": 2 })).collect();
    let short = json!({ "start": "2026-03-09T22:00", "minutes": 3 });
    send_seen(&me, "PUT", &format!("{}/time", occurrence(1, "1-20260309T2200")), 0, &short).json(200);
    edit(&me, 1, &json!({ "scope": "all", "steps": steps })).json(200);
    assert_eq!(day(&me, "2026-03-09")[0]["steps"].as_array().unwrap().len(), 90);
}

#[test]
fn a_rule_may_end_at_an_instant_in_its_own_zone() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    let mut body = planned(1, "2026-03-02T07:00", Some("FREQ=DAILY;UNTIL=20260304T060000Z"));
    me.post("/api/v1/routines", &body).problem_at("bad_repeat", "/schedule");
    body = with(body, "/schedule/zone", json!("Europe/Berlin"));
    let made = create(&me, &body);
    assert_eq!(made["schedule"]["repeat"], "FREQ=DAILY;UNTIL=20260304T070000");
    assert_eq!(made["last"], "2026-03-04");
}
