//! A process of its own, its log and its two ports.

use daymark_server::clock::monotonic;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use ureq::Agent;

/// A process in some mode, on free ports, until it is dropped.
pub struct Process {
    pub child: Child,
    /// What it has logged.
    pub log: Arc<Mutex<Vec<Value>>>,
    /// Its internal port.
    pub watch: String,
}

impl Process {
    /// Starts it, and waits until it can be watched.
    pub fn start(mode: &str, data: &Path) -> Self {
        Self::with(mode, data, &[])
    }

    /// The same with further variables.
    pub fn with(mode: &str, data: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = command(mode, data, "127.0.0.1:0");
        let mut child = command.envs(variables.iter().copied()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = Arc::<Mutex<Vec<Value>>>::default();
        let heard = Arc::clone(&log);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                heard.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        let mut process = Self { child, log, watch: String::new() };
        let addr = process.line("metrics are served")["addr"].as_str().unwrap().to_owned();
        process.watch = format!("http://{addr}");
        process
    }

    /// The first line with this message, once it is there.
    #[track_caller]
    pub fn line(&self, msg: &str) -> Value {
        self.line_of(msg, |_| true)
    }

    /// The first line with this message of which that is true, once it is there.
    #[track_caller]
    pub fn line_of(&self, msg: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let end = monotonic() + Duration::from_secs(30);
        loop {
            let found =
                self.log.lock().unwrap().iter().find(|line| line["msg"] == msg && is_it(line)).cloned();
            if let Some(line) = found {
                return line;
            }
            assert!(monotonic() < end, "never logged: {msg}: {:#?}", self.log);
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Where its API listens.
    pub fn api(&self) -> String {
        format!("http://{}/api/v1", self.line("listening")["addr"].as_str().unwrap())
    }

    /// `SIGTERM`, and waits until it has ended.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    /// Asks its internal port.
    pub fn get(&self, path: &str) -> (u16, String) {
        let mut answer = agent().get(format!("{}{path}", self.watch)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Sends text to its internal port.
    pub fn put(&self, path: &str, body: &str) -> (u16, String) {
        let mut answer = agent().put(format!("{}{path}", self.watch)).send(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Where it has ended by itself, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `server` in a mode, to be watched there.
pub fn command(mode: &str, data: &Path, bind: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    let settings = [
        ("PORT", "0"),
        ("METRICS_BIND", bind),
        ("CLIENT_DIR", "/nowhere"),
        ("REGISTRATION", "open"),
        ("OUTBOUND_ALLOW", "127.0.0.0/8"),
    ];
    command.arg(mode).env_clear().env("DATA_DIR", data).envs(settings).stderr(Stdio::null());
    command
}

/// Sends JSON to the API with this request id, and expects to be understood.
#[track_caller]
pub fn send(url: &str, token: &str, request_id: &str, method: &str, body: &Value) -> Value {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("if-match", "*")
        .header("x-request-id", request_id);
    let mut answer = agent().run(request.body(body.to_string()).unwrap()).unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.body_mut().read_to_string().unwrap());
    answer.body_mut().read_json().unwrap()
}

/// Signs somebody up at this API, and answers their token.
pub fn sign_up(api: &str) -> String {
    let person = json!({
        "email": "mira@example.org", "password": "seven green lamps sing", "zone": "Etc/UTC", "locale": "en",
    });
    let session = send(&format!("{api}/accounts"), "", "of-the-account", "POST", &person);
    session["access_token"].as_str().unwrap().to_owned()
}

/// A client that takes any status.
pub fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}
