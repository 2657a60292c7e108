//! The built client as `server all` serves it.

use crate::app::{Answer, TestApp};
use std::fs;

const SCRIPT: &str = "/app-0123456789abcdef.js";

/// A client of a few files. The folder is the app's own data folder, so that it goes with it.
fn app() -> (TestApp, tempfile::TempDir) {
    let client = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("index.html", "<!doctype html>"),
        ("index.html.br", "br of index"),
        ("sw.js", "self.x"),
        (&SCRIPT[1..], "console"),
        (&format!("{}.br", &SCRIPT[1..]), "br of script"),
        (&format!("{}.gz", &SCRIPT[1..]), "gz of script"),
    ] {
        fs::write(client.path().join(name), text).unwrap();
    }
    fs::create_dir(client.path().join("folder.d")).unwrap();
    fs::write(client.path().parent().unwrap().join("outside.txt"), "no").unwrap();
    let app = TestApp::with(&[("CLIENT_DIR", client.path().to_str().unwrap())]);
    (app, client)
}

fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    app.anonymous().send("GET", path, headers, None)
}

#[test]
fn addresses_of_the_program_are_answered_with_the_page() {
    let (app, _client) = app();
    for path in ["/", "/day/2026-03-02", "/index.html"] {
        let answer = get(&app, path, &[]);
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"<!doctype html>".as_slice()), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
    }
    assert_eq!(get(&app, "/day", &[("sec-fetch-mode", "navigate")]).status, 200);
    get(&app, "/day", &[("sec-fetch-mode", "cors")]).problem("not_found");
}

#[test]
fn files_that_are_missing_or_private_are_not_found() {
    let (app, _client) = app();
    for path in
        ["/nothing.js", "/index.html.br", "/.env", "/folder.d", "//etc/hostname.txt", "/..%2foutside.txt"]
    {
        let answer = get(&app, path, &[]);
        answer.problem("not_found");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[test]
fn the_best_encoding_that_is_accepted_is_sent() {
    let (app, _client) = app();
    for (accepted, sent, body) in [
        ("br, gzip", Some("br"), "br of script"),
        ("gzip", Some("gzip"), "gz of script"),
        ("br;q=0, gzip", Some("gzip"), "gz of script"),
        ("identity", None, "console"),
    ] {
        let answer = get(&app, SCRIPT, &[("accept-encoding", accepted)]);
        assert_eq!(answer.header("content-encoding"), sent, "{accepted}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        assert_eq!(answer.header("content-type"), Some("text/javascript"));
        assert_eq!(String::from_utf8_lossy(&answer.body), body);
    }
}

#[test]
fn names_with_a_hash_are_kept_and_the_rest_is_asked_for_again() {
    let (app, _client) = app();
    let script = get(&app, SCRIPT, &[]);
    assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(get(&app, "/sw.js", &[]).header("cache-control"), Some("no-cache"));

    let tag = script.header("etag").unwrap();
    let again = get(&app, SCRIPT, &[("if-none-match", tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("cache-control"), Some("public, max-age=31536000, immutable"));
}

#[test]
fn the_client_is_only_read() {
    let (app, _client) = app();
    let answer = app.anonymous().delete("/index.html");
    answer.problem("method_not_allowed");
    assert_eq!(answer.header("allow"), Some("GET, HEAD"));
}
