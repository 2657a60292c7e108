//! What every endpoint shares.

use crate::app::TestApp;
use daymark_server::http::headers::SECURITY;

#[test]
fn the_server_is_alive_and_ready() {
    let app = TestApp::start();
    app.anonymous().get("/healthz").empty(204);
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
