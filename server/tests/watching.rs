//! Whoever watches a process: its internal port, in each mode, and the log that is set while it runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use daymark_server::clock::monotonic;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
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
        let end = monotonic() + Duration::from_secs(30);
        loop {
            if let Some(line) = self.log.lock().unwrap().iter().find(|line| line["msg"] == msg) {
                return line.clone();
            }
            assert!(monotonic() < end, "never logged: {msg}: {:?}", self.log);
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
    let settings = [("PORT", "0"), ("METRICS_BIND", bind), ("CLIENT_DIR", "/nowhere")];
    command.arg(mode).env_clear().env("DATA_DIR", data).envs(settings).stderr(Stdio::null());
    command
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
