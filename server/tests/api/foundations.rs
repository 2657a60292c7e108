//! What every endpoint shares.

use crate::{
    app::TestApp,
    planning::{create, routine, routine_id},
};
use daymark_server::http::headers::SECURITY;
use std::{fs::File, thread};

#[test]
fn the_server_is_alive_and_ready() {
    let app = TestApp::start();
    app.anonymous().get("/healthz").empty(204);
    app.anonymous().get("/readyz").empty(204);
}

#[test]
fn where_nothing_can_be_written_that_is_said_in_time_and_reading_goes_on() {
    let app = TestApp::start();
    let me = app.sign_up("mira@example.org");
    create(&me, &routine(1));
    // As another process would that never lets go.
    let lock = File::open(format!("{}.lock", app.state.config.storage.database.display())).unwrap();
    lock.lock().unwrap();
    thread::scope(|scope| {
        let writing = scope.spawn(|| me.post("/api/v1/routines", &routine(2)));
        let ready = scope.spawn(|| app.anonymous().get("/readyz"));
        me.get(&format!("/api/v1/routines/{}", routine_id(1))).json(200);
        app.anonymous().get("/healthz").empty(204);
        for answer in [writing.join().unwrap(), ready.join().unwrap()] {
            assert_eq!(answer.problem("unavailable").status, 503);
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
    });
    lock.unlock().unwrap();
    create(&me, &routine(2));
    app.anonymous().get("/readyz").empty(204);
}

#[test]
fn an_unknown_address_is_a_problem_and_a_wrong_method_names_the_right_ones() {
    let app = TestApp::start();
    for path in ["/api", "/api/v1/nothing", "/api/v9", "/nothing.js"] {
        app.anonymous().get(path).problem("not_found");
    }
    let answer = app.anonymous().delete("/healthz");
    answer.problem("method_not_allowed");
    assert_eq!(answer.header("allow"), Some("GET"));
}

#[test]
fn every_answer_has_the_security_headers_and_an_id() {
    let app = TestApp::start();
    for path in ["/healthz", "/api/v1/nothing", "/nothing"] {
        let answer = app.anonymous().get(path);
        for (name, value) in SECURITY {
            assert_eq!(answer.header(name), Some(*value), "{path} {name}");
        }
        assert!(answer.header("x-request-id").is_some_and(|id| id.len() >= 8));
    }
    assert_eq!(app.anonymous().get("/api/v1/nothing").header("cache-control"), Some("no-store"));
}

#[test]
fn a_request_id_is_passed_on() {
    let app = TestApp::start();
    let answer = app.anonymous().send("GET", "/api/v1/nothing", &[("x-request-id", "from-nginx-1")], None);
    assert_eq!(answer.problem("not_found").request_id.as_deref(), Some("from-nginx-1"));
}
