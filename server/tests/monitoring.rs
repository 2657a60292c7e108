//! `docker/monitoring` before a real Prometheus: it collects from a server and its jobs, and every query of the dashboard
//! and every alert finds what it asks for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "the processes have the system's clock, and so has whoever drives them"
)]

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use ureq::Agent;

/// How long anything may take that has to come.
const PATIENCE: Duration = Duration::from_secs(60);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/monitoring").canonicalize().unwrap()
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap()
}

/// Whether Prometheus is installed. Where it is not, the test says so and has nothing to do, but fails where `CI` is set.
fn is_installed() -> bool {
    let is_there = ["prometheus", "promtool"].iter().all(|program| {
        let asked =
            Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    });
    if !is_there {
        eprintln!("prometheus is not installed: nothing is tested here");
        assert!(std::env::var_os("CI").is_none(), "CI must have prometheus");
    }
    is_there
}

#[track_caller]
fn wait_until(what: &str, is_true: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_true() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[track_caller]
fn promtool(arguments: &[&str]) {
    let output = Command::new("promtool").args(arguments).current_dir(folder()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn rules_and_configuration_are_what_prometheus_reads_and_the_alerts_come_when_they_should() {
    if is_installed() {
        promtool(&["check", "rules", "alerts.yml"]);
        promtool(&["check", "config", "prometheus.yml"]);
        promtool(&["test", "rules", "alerts_test.yml"]);
    }
}

/// The names after `key: `, wherever it stands.
fn values<'a>(text: &'a str, key: &str) -> BTreeSet<&'a str> {
    let key = format!("{key}: ");
    let found = text.lines().filter_map(|line| line.split_once(&key));
    found.map(|(_, rest)| rest.split([',', ' ', '}']).next().unwrap()).collect()
}

#[test]
fn every_alert_has_a_test_and_is_explained() {
    let (rules, tests) = (read("alerts.yml"), read("alerts_test.yml"));
    let guide = fs::read_to_string(folder().join("../../docs/operations.md")).unwrap();
    let alerts = values(&rules, "alert");
    assert!(alerts.len() >= 10, "{alerts:?}");
    // One that is expected, and one that is not.
    let expected: String = tests.split("alertname:").filter(|part| part.contains("exp_labels")).collect();
    let unexpected: String =
        tests.split("alertname:").filter(|part| part.contains("exp_alerts: []")).collect();
    for alert in alerts {
        let is_tested = |part: &str| part.split_whitespace().any(|word| word.trim_matches(',') == alert);
        assert!(is_tested(&expected), "no test expects {alert}");
        assert!(is_tested(&unexpected), "no test of {alert} tells when it does not come");
        assert!(guide.contains(&format!("| `{alert}` |")), "docs/operations.md does not tell of {alert}");
    }
}

#[test]
fn what_is_started_beside_daymark_is_reached_from_this_machine_only() {
    let compose = read("compose.yml");
    let ports: Vec<_> = compose.lines().filter(|line| line.contains("ports:")).collect();
    assert!(ports.len() == 2 && ports.iter().all(|line| line.contains("[\"127.0.0.1:")), "{ports:?}");
    let mounted = compose.lines().filter_map(|line| line.trim().strip_prefix("- ./docker/monitoring/"));
    let mounted: Vec<_> = mounted.map(|line| line.split(':').next().unwrap()).collect();
    assert!(mounted.len() >= 5 && mounted.iter().all(|file| folder().join(file).is_file()), "{mounted:?}");
    assert!(compose.matches("<<: *monitoring").count() == 2 && !compose.contains(":latest"));
}

/// Killed when it is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Where it has ended by itself, there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What follows `mark` on the first line that has it, up to `end`. What comes later is read, and forgotten.
fn first_line_with(output: impl Read + Send + 'static, mark: &'static str, end: &'static [char]) -> String {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some((_, rest)) = line.split_once(mark) {
                // Only the first one is waited for.
                let _ = tell.send(rest.split(end).next().unwrap().to_owned());
            }
        }
    });
    told.recv_timeout(PATIENCE).unwrap()
}

/// Starts `server` in a mode. Answers where it is watched, and where it listens.
fn server(mode: &str, data: &Path) -> (Process, String, Option<String>) {
    let settings = [
        ("PORT", "0"),
        ("METRICS_BIND", "127.0.0.1:0"),
        ("REGISTRATION", "open"),
        ("OUTBOUND_ALLOW", "127.0.0.0/8"),
        // Nobody is there, but it is configured: so its numbers are served.
        ("VALKEY_URL", "unix:///nowhere/valkey.sock"),
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command.arg(mode).env_clear().env("DATA_DIR", data).envs(settings).stderr(Stdio::null());
    let mut process = Process(command.stdout(Stdio::piped()).spawn().unwrap());
    let (tell, told) = mpsc::channel();
    let log = BufReader::new(process.0.stdout.take().unwrap());
    thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let line: Value = serde_json::from_str(&line).unwrap();
            if let Some(addr) = line["addr"].as_str() {
                // Only the first two are waited for.
                let _ = tell.send(addr.to_owned());
            }
        }
    });
    let watched = told.recv_timeout(PATIENCE).unwrap();
    let listens = (mode == "api").then(|| format!("http://{}", told.recv_timeout(PATIENCE).unwrap()));
    (process, watched, listens)
}

/// Prometheus with our configuration, but for how often it looks, and where.
fn prometheus(dir: &Path, targets: &[&str]) -> (Process, String) {
    let config = read("prometheus.yml")
        .replace("15s", "1s")
        .replace("alerts.yml", folder().join("alerts.yml").to_str().unwrap());
    let (before, found) = config.split_once("    dns_sd_configs:\n").unwrap();
    let after = found.lines().skip_while(|line| line.starts_with("      "));
    let after = after.map(|line| format!("{line}\n")).collect::<String>();
    let targets = json!([{ "targets": targets }]);
    let config = format!("{before}    static_configs: {targets}\n{after}");
    fs::write(dir.join("prometheus.yml"), config).unwrap();
    let mut command = Command::new("prometheus");
    command.args([
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--web.listen-address=127.0.0.1:0",
    ]);
    command.current_dir(dir).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = Process(command.spawn().unwrap());
    let log = process.0.stderr.take().unwrap();
    let addr = first_line_with(log, "msg=\"Listening on\" address=", &[' ']);
    (process, format!("http://{addr}"))
}

struct Api {
    agent: Agent,
    url: String,
    token: String,
}

impl Api {
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/api/v1{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("if-match", "*");
        let mut answer = match body {
            Some(body) => self.agent.run(request.body(body.to_string()).unwrap()).unwrap(),
            None => self.agent.run(request.body(()).unwrap()).unwrap(),
        };
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap_or_default())
    }

    #[track_caller]
    fn expect(&self, method: &str, path: &str, body: &Value, status: u16) -> Value {
        let (answered, answer) = self.ask(method, path, Some(body));
        assert_eq!(answered, status, "{path}: {answer}");
        answer
    }
}

/// Takes webhooks on a port of its own, as long as the test runs.
fn sink() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let mut request = BufReader::new(&connection);
            let (mut line, mut length) = (String::new(), 0);
            while request.read_line(&mut line).unwrap_or(0) > 2 {
                let text = line.to_lowercase();
                length = text.strip_prefix("content-length: ").map_or(length, |n| n.trim().parse().unwrap());
                line.clear();
            }
            // What is closed before it was read is lost.
            let _ = request.read_exact(&mut vec![0; length]);
            let _ = (&connection).write_all(b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n");
        }
    });
    url
}

/// Somebody whose reminders ring in a few seconds, one after the other.
fn somebody(url: String) -> Api {
    let agent = Agent::config_builder().http_status_as_error(false).build().into();
    let mut me = Api { agent, url, token: String::new() };
    let person = json!({ "email": "mira@example.org", "password": "seven green lamps sing", "zone": "Etc/UTC", "locale": "en" });
    me.token = me.expect("POST", "/accounts", &person, 201)["access_token"].as_str().unwrap().to_owned();
    let hook = json!({ "id": id(4, 1), "name": "Hook", "target": { "webhook": { "url": sink() } } });
    me.expect("POST", "/channels", &hook, 201);
    // What is planned for a whole day rings at this time.
    let due = Timestamp::now() + SignedDuration::from_secs(5);
    let due = due.to_zoned(TimeZone::UTC).datetime();
    let time = format!("{:02}:{:02}:{:02}", due.hour(), due.minute(), due.second());
    me.expect("PUT", "/reminder-settings", &json!({ "all_day_at": time }), 200);
    me.expect("POST", "/routines", &routine(1, Some(&due.date().to_string())), 201);
    me
}

/// A routine; one with a day reminds on it.
fn routine(n: u32, day: Option<&str>) -> Value {
    let step = json!({ "id": id(3, 1), "title": "All", "minutes": 5 });
    let mut body = json!({ "id": id(1, n), "title": "Water the plants", "steps": [step] });
    if let Some(day) = day {
        body["schedule"] = json!({ "start": day });
        body["reminders"] = json!({ "offsets": [0] });
    }
    body
}

fn id(kind: u8, n: u32) -> String {
    format!("018f0000-{n:04x}-7{kind:03x}-8000-{n:012x}")
}

/// Prometheus' answer to a query, or to any other question.
fn ask(prometheus: &str, path: &str, query: &str) -> Value {
    let request = ureq::get(format!("{prometheus}/api/v1/{path}")).query("query", query);
    let mut answer = request.config().http_status_as_error(false).build().call().unwrap();
    let answer: Value = answer.body_mut().read_json().unwrap();
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    answer["data"].clone()
}

/// Every query of the dashboard, as Grafana would ask it.
fn queries() -> Vec<(String, String)> {
    let dashboard: Value = serde_json::from_str(&read("grafana/daymark.json")).unwrap();
    let mut all = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(
            panel["type"] == "row" || panel["datasource"]["uid"] == "${datasource}",
            "{}",
            panel["title"]
        );
        for target in panel["targets"].as_array().into_iter().flatten() {
            let query = target["expr"].as_str().unwrap().replace("$__rate_interval", "10s");
            assert!(!query.contains('$'), "{query}");
            all.push((panel["title"].as_str().unwrap().to_owned(), query));
        }
    }
    all
}

/// Whether a query has found a number.
fn has_found(answer: &Value) -> bool {
    let of = |series: &Value| series["value"][1].as_str().unwrap().parse::<f64>().unwrap();
    answer["result"].as_array().unwrap().iter().any(|series| of(series).is_finite())
}

/// Names of ours, and of processes, in a query.
fn names(query: &str) -> BTreeSet<&str> {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("daymark_") || word.starts_with("process_")).collect()
}

#[test]
fn what_the_dashboard_shows_and_the_alerts_look_at_is_there() {
    if !is_installed() {
        return;
    }
    let (data, dir) = (tempfile::tempdir().unwrap(), TempDir::new().unwrap());
    let (_api, api_addr, url) = server("api", data.path());
    let (jobs, jobs_addr, _) = server("jobs", data.path());
    let (_prometheus, prometheus) = prometheus(dir.path(), &[&api_addr, &jobs_addr]);
    wait_until("Prometheus is ready", || ureq::get(format!("{prometheus}/-/ready")).call().is_ok());
    // What was counted before it looks for the first time is no change to it.
    wait_until("both are looked at", || has_found(&ask(&prometheus, "query", "sum(up) == 2")));
    let me = somebody(url.unwrap());

    // Whatever each of them asks for comes sooner or later, while somebody uses it.
    let (begun, mut left) = (Instant::now(), queries());
    assert!(left.len() >= 30, "{left:?}");
    for round in 2.. {
        if left.is_empty() {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing is found by {left:#?}");
        me.expect("POST", "/routines", &routine(round, None), 201);
        for _ in 0..20 {
            assert_eq!(me.ask("GET", &format!("/routines/{}", id(1, 1)), None).0, 200);
            assert_eq!(me.ask("GET", &format!("/routines/{}", id(2, 1)), None).0, 404);
        }
        thread::sleep(Duration::from_millis(200));
        left.retain(|(_, query)| !has_found(&ask(&prometheus, "query", query)));
    }

    let known = ask(&prometheus, "label/__name__/values", "");
    let known: BTreeSet<&str> = known.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let groups = ask(&prometheus, "rules", "");
    let rules = groups["groups"][0]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), values(&read("alerts.yml"), "alert").len());
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        let names = names(rule["query"].as_str().unwrap());
        let lacking: Vec<_> = names.difference(&known).collect();
        assert!(lacking.is_empty(), "{} asks for {lacking:?}", rule["name"]);
    }

    // And one of them comes.
    drop(jobs);
    let is_seen = || {
        let alerts = ask(&prometheus, "alerts", "");
        let mut alerts = alerts["alerts"].as_array().unwrap().clone().into_iter();
        alerts.any(|alert| {
            alert["labels"]["alertname"] == "DaymarkDown" && alert["labels"]["instance"] == *jobs_addr
        })
    };
    wait_until("somebody notices that the jobs are gone", is_seen);
}
