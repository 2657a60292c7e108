//! Whoever watches a process: its internal port, in each mode, and the log that is set while it runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use daymark_server::clock::{Clock, monotonic};
use jiff::{SignedDuration, tz::TimeZone};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use ureq::Agent;

/// A process in some mode, on free ports, until it is dropped.
struct Process {
    child: Child,
    /// What it has logged.
    log: Arc<Mutex<Vec<Value>>>,
    /// Its internal port.
    watch: String,
}

impl Process {
    fn start(mode: &str, data: &Path) -> Self {
        let mut child = command(mode, data, "127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
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
    fn line(&self, msg: &str) -> Value {
        self.line_of(msg, |_| true)
    }

    /// The first line with this message of which that is true, once it is there.
    #[track_caller]
    fn line_of(&self, msg: &str, is_it: impl Fn(&Value) -> bool) -> Value {
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

    fn get(&self, path: &str) -> (u16, String) {
        let mut answer = agent().get(format!("{}{path}", self.watch)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn put(&self, path: &str, body: &str) -> (u16, String) {
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

fn command(mode: &str, data: &Path, bind: &str) -> Command {
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

/// Takes webhooks on a port of its own, as long as the test runs. Answers its address, and where it keeps the `x-request-id`s.
fn sink() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let ids = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&ids);
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let mut request = BufReader::new(&connection);
            let (mut line, mut length) = (String::new(), 0);
            while request.read_line(&mut line).unwrap_or(0) > 2 {
                let text = line.trim_end().to_lowercase();
                if let Some(id) = text.strip_prefix("x-request-id: ") {
                    kept.lock().unwrap().push(id.to_owned());
                }
                length = text.strip_prefix("content-length: ").map_or(length, |n| n.parse().unwrap());
                line.clear();
            }
            // What is closed before it was read is lost.
            let _ = request.read_exact(&mut vec![0; length]);
            let _ = (&connection).write_all(b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n");
        }
    });
    (url, ids)
}

/// Sends JSON to the API with this request id, and expects to be understood.
#[track_caller]
fn send(url: &str, token: &str, request_id: &str, method: &str, body: &Value) -> Value {
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

/// From the request that plans it to the message that goes out: each line says what it belongs to.
#[test]
fn a_request_is_followed_to_what_comes_of_it() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::start("all", data.path());
    assert_eq!(process.put("/log", "info,daymark_server::reminders=debug").0, 200);
    let addr = process.line("listening")["addr"].as_str().unwrap().to_owned();
    let api = |path: &str| format!("http://{addr}/api/v1{path}");
    let (url, ids) = sink();

    let person = json!({
        "email": "mira@example.org", "password": "seven green lamps sing", "zone": "Etc/UTC", "locale": "en",
    });
    let session = send(&api("/accounts"), "", "of-the-account", "POST", &person);
    let token = session["access_token"].as_str().unwrap();
    let (channel, routine, step) = (
        "018f0000-0001-7004-8000-000000000001",
        "018f0000-0001-7001-8000-000000000001",
        "018f0000-0001-7003-8000-000000000001",
    );
    let hook = json!({ "id": channel, "name": "Hook", "target": { "webhook": { "url": url } } });
    send(&api("/channels"), token, "of-the-channel", "POST", &hook);

    // A test message is a person's: it goes out with the id of their request.
    send(&api(&format!("/channels/{channel}/test")), token, "of-the-test", "POST", &json!({}));
    assert_eq!(*ids.lock().unwrap(), ["of-the-test"]);

    // What is planned for a whole day rings in a few seconds.
    let due = (Clock::system().now() + SignedDuration::from_secs(3)).to_zoned(TimeZone::UTC).datetime();
    let time = format!("{:02}:{:02}:{:02}", due.hour(), due.minute(), due.second());
    send(&api("/reminder-settings"), token, "of-the-settings", "PUT", &json!({ "all_day_at": time }));
    let plan = json!({
        "id": routine,
        "title": "Water the plants",
        "steps": [{ "id": step, "title": "All", "minutes": 5 }],
        "schedule": { "start": due.date().to_string() },
        "reminders": { "offsets": [0] },
    });
    send(&api("/routines"), token, "of-the-routine", "POST", &plan);
    let is_its = |line: &Value| line["request_id"] == "of-the-routine";
    let planned = process.line_of("a reminder is planned", is_its);
    assert_eq!(process.line_of("request", is_its)["route"], "/api/v1/routines");
    assert_eq!(process.line_of("woken", is_its)["job"], "reminders.delivery");

    // The clock sends it: by an id of its own, which the line of its planning names.
    let reminder = planned["reminder.id"].clone();
    let settled = process.line_of("a message was settled", |line| line["request_id"] == reminder);
    assert_eq!((&settled["outcome"], &settled["job"]), (&json!("sent"), &json!("reminders.delivery")));
    assert_eq!(ids.lock().unwrap().last().unwrap(), reminder.as_str().unwrap());

    for line in process.log.lock().unwrap().iter() {
        let line = line.to_string();
        for secret in ["mira", "Water", "Hook", &url, token] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

#[test]
fn every_mode_can_be_watched() {
    let data = tempfile::tempdir().unwrap();
    for mode in ["api", "jobs", "all"] {
        let process = Process::start(mode, data.path());
        assert_eq!(process.get("/healthz").0, 204);
        assert_eq!(process.get("/readyz").0, 204);
        let (status, text) = process.get("/metrics");
        assert_eq!(status, 200);
        assert!(text.contains(&format!("mode=\"{mode}\"")), "{text}");
        let end = monotonic() + Duration::from_secs(30);
        let works = || process.get("/metrics").1.contains("name=\"reminders.delivery\"");
        while works() != (mode != "api") {
            assert!(monotonic() < end, "{mode}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn without_an_address_nobody_is_answered() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let output = command("jobs", data.path(), &addr).stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success());
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.starts_with(&format!("server: METRICS_BIND: cannot listen on {addr}: ")), "{why}");
}

#[test]
fn the_log_is_set_while_it_runs() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::start("all", data.path());
    assert_eq!(process.get("/log"), (200, "info".to_owned()));
    let addr = process.line("listening")["addr"].as_str().unwrap().to_owned();
    let probe = || {
        agent().get(format!("http://{addr}/healthz")).call().unwrap();
    };
    probe();
    assert_eq!(process.put("/log", "info,daymark_server::telemetry=debug\n").0, 200);
    assert!(process.get("/log").1.contains("daymark_server::telemetry=debug"));
    assert_eq!(process.line("the log has another filter")["level"], "warn");
    probe();
    assert_eq!(process.line("probe")["level"], "debug");
    assert_eq!(process.log.lock().unwrap().iter().filter(|line| line["msg"] == "probe").count(), 1);

    for bad in ["", "loud", "info,daymark_server=loud", &"x".repeat(5_000)] {
        let (status, why) = process.put("/log", bad);
        assert!((400..=422).contains(&status), "{bad}: {status} {why}");
        let why: Value = serde_json::from_str(&why).unwrap();
        if status == 422 {
            let detail = why["errors"][0]["detail"].as_str().unwrap();
            assert!(
                detail.starts_with("LOG: must be a level (error, warn, info, debug, trace, off)"),
                "{why}"
            );
        }
    }
    assert!(process.get("/log").1.contains("daymark_server::telemetry=debug"), "a bad one changes nothing");
    assert_eq!(process.put("/log", "off"), (200, "off".to_owned()));
}
