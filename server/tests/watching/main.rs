//! Whoever watches a process: its internal port, its log, its traces.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chain;
mod process;
mod sink;
mod traces;

use daymark_server::clock::monotonic;
use process::{Process, agent, command};
use serde_json::Value;
use std::{net::TcpListener, process::Stdio, thread, time::Duration};

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
    let url = process.api().replace("/api/v1", "/healthz");
    let probe = || drop(agent().get(&url).call().unwrap());
    probe();
    assert_eq!(process.put("/log", "info,daymark_server::telemetry=debug\n").0, 200);
    assert!(process.get("/log").1.contains("daymark_server::telemetry=debug"));
    assert_eq!(process.line("the log has another filter")["level"], "warn");
    probe();
    assert_eq!(process.line("probe")["level"], "debug");
    assert_eq!(process.log.lock().unwrap().iter().filter(|line| line["msg"] == "probe").count(), 1);

    for bad in ["", "loud", "info,daymark_server=loud", "info,daymark_server=", &"x".repeat(5_000)] {
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
