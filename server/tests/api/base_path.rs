//! All of it below a path of its host.

use crate::app::{Answer, PASSWORD, TestApp};
use serde_json::json;
use std::fs;

const PAGE: &str = "<!doctype html><base href=\"/\"><script src=\"./app.js\"></script>";

fn app() -> (TestApp, tempfile::TempDir) {
    let client = tempfile::tempdir().unwrap();
    fs::write(client.path().join("index.html"), PAGE).unwrap();
    fs::write(client.path().join("index.html.gz"), "built elsewhere").unwrap();
    fs::write(client.path().join("sw.js"), "self.x").unwrap();
    (TestApp::with(&[("CLIENT_DIR", client.path().to_str().unwrap()), ("BASE_PATH", "/our/day")]), client)
}

fn get(app: &TestApp, path: &str) -> Answer {
    app.anonymous().send("GET", path, &[("accept-encoding", "gzip"), ("sec-fetch-mode", "navigate")], None)
}

#[test]
fn what_lies_below_is_served() {
    let (app, _client) = app();
    for path in ["/our/day/", "/our/day/today", "/our/day/day/2026-03-02", "/our/day/index.html"] {
        let answer = get(&app, path);
        let page = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!((answer.status, page), (200, PAGE.replace("\"/\"", "\"/our/day/\"")), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert_eq!(answer.header("content-encoding"), None);
        assert!(answer.header("content-security-policy").is_some());
    }
    assert_eq!(get(&app, "/our/day/sw.js").body, b"self.x");
    assert_eq!(get(&app, "/our/day/api/v1/instance").status, 200);
    get(&app, "/our/day/api/v1/account").problem("unauthenticated");
    get(&app, "/our/day/missing.js").problem("not_found");
}

#[test]
fn what_lies_beside_is_not_there() {
    let (app, _client) = app();
    for path in ["/", "/today", "/sw.js", "/api/v1/instance", "/our", "/our/daylight/"] {
        let answer = get(&app, path);
        answer.problem("not_found");
        assert!(answer.header("content-security-policy").is_some(), "{path}");
    }
    // But for whoever watches the process.
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&app, path).status, 204);
    }
}

#[test]
fn the_path_without_its_slash_leads_there() {
    let (app, _client) = app();
    for (asked, meant) in [("/our/day", "/our/day/"), ("/our/day?setup=x", "/our/day/?setup=x")] {
        let answer = get(&app, asked);
        assert_eq!((answer.status, answer.header("location")), (308, Some(meant)));
    }
}

#[test]
fn the_cookie_is_for_that_path_alone() {
    let (app, _client) = app();
    let person =
        json!({ "email": "mira@example.org", "password": PASSWORD, "zone": "Europe/Berlin", "locale": "en" });
    let answer = app.anonymous().post("/our/day/api/v1/accounts", &person);
    assert_eq!(answer.status, 201);
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("__Secure-daymark="), "{cookie}");
    for attribute in ["; Path=/our/day;", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(attribute), "{cookie} lacks {attribute}");
    }
    let brought = cookie.split(';').next().unwrap();
    let refreshed =
        app.anonymous().send("POST", "/our/day/api/v1/sessions/refresh", &[("cookie", brought)], None);
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
}
