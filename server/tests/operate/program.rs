//! The program: a command that does one thing, and servers that go on.

use crate::server;
use daymark_server::clock::monotonic;
use serde_json::{Value, json};
use std::{
    io::{BufRead, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use ureq::Agent;

/// A password that is good enough.
pub const PASSWORD: &str = "seven green lamps sing";
/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a command came to.
#[derive(Debug)]
pub struct Output {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Output {
    /// The report as JSON, once the exit code is this one. It has to be one line, and all that was said there.
    #[track_caller]
    pub fn json(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// Why it failed, in words.
    #[track_caller]
    pub fn refused(&self) -> &str {
        assert_eq!((self.code, self.out.as_str()), (1, ""), "{self:?}");
        self.err.strip_prefix("server: ").unwrap().trim_end()
    }
}

/// Runs `server` with these words, on this data, with these variables.
pub fn run(data: &Path, words: &[&str], variables: &[(&str, &str)]) -> Output {
    run_with(data, words, variables, "")
}

/// The same with something on standard input.
pub fn run_with(data: &Path, words: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut child = command(data, words, variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The command, ready to be started.
pub fn command(data: &Path, words: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = server::command(data, words);
    command.envs(variables.iter().copied());
    command
}

/// A server that runs; it is killed when it goes.
pub struct Server {
    child: Child,
    /// Where it listens; nothing for `jobs`.
    pub url: String,
}

impl Server {
    /// `server api` on a free port, where anybody may make an account.
    pub fn api(data: &Path, variables: &[(&str, &str)]) -> Self {
        Self::start(data, "api", "listening", variables)
    }

    /// `server jobs`.
    pub fn jobs(data: &Path, variables: &[(&str, &str)]) -> Self {
        Self::start(data, "jobs", "working", variables)
    }

    fn start(data: &Path, mode: &str, ready: &str, variables: &[(&str, &str)]) -> Self {
        let (child, mut log) = server::launch(data, mode, variables);
        let url = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended before it was ready");
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["msg"] == ready {
                break format!("http://{}", line["addr"].as_str().unwrap_or_default());
            }
        };
        // Read on, so that it never waits for a reader.
        thread::spawn(move || log.lines().map_while(Result::ok).for_each(drop));
        Self { child, url }
    }

    /// Sends a request; its status and its body.
    pub fn send(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> (u16, Value) {
        self.send_from(None, method, path, token, body)
    }

    /// The same; from an address, as if a proxy had passed it on.
    pub fn send_from(
        &self,
        from: Option<&str>,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/api/v1/{path}", self.url))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        if let Some(from) = from {
            request = request.header("x-forwarded-for", from);
        }
        let mut response = match body {
            Some(body) => agent().run(request.body(body.to_string()).unwrap()).unwrap(),
            None => agent().run(request.body(()).unwrap()).unwrap(),
        };
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    /// Somebody makes an account; their access token and their id.
    pub fn sign_up(&self, email: &str) -> (String, String) {
        let person = json!({ "email": email, "password": PASSWORD, "zone": "Europe/Berlin", "locale": "en" });
        let (status, answer) = self.send("POST", "accounts", "", Some(&person));
        assert_eq!(status, 201, "{answer}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&answer["access_token"]), text(&answer["account"]["id"]))
    }

    /// The status of an attempt to sign in.
    pub fn sign_in(&self, email: &str, password: &str) -> u16 {
        self.send("POST", "sessions", "", Some(&json!({ "email": email, "password": password }))).0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where it has ended by itself, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that takes every status as an answer.
pub fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into()
}

/// Waits until it is so.
#[track_caller]
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = monotonic() + PATIENCE;
    while !is_so() {
        assert!(monotonic() < end, "never: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
