//! The program itself: two of it on one database, and how it starts and stops.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::disallowed_methods,
    reason = "the processes have the system's clock, and so has whoever drives them"
)]

#[path = "support/program.rs"]
mod program;

use daymark_shared::ids::{RoutineId, StepId};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Command},
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};
use ureq::Agent;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, in one of its modes.
struct Server {
    child: Child,
    log: BufReader<ChildStdout>,
    url: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::start_as("api", "listening", data)
    }

    /// `server` in a mode, once it has said that it is ready.
    fn start_as(mode: &str, ready: &str, data: &Path) -> Self {
        let (child, log) = program::launch(data, mode, &[("OUTBOUND_ALLOW", "127.0.0.0/8")]);
        let mut server = Self { child, log, url: String::new() };
        server.url = format!("http://{}", server.line(ready)["addr"].as_str().unwrap_or_default());
        server
    }

    /// The next line with this message.
    fn line(&mut self, msg: &str) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "it ended without a word of: {msg}");
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["msg"] == msg {
                return line;
            }
        }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Asks it to stop, and answers what it logged meanwhile.
    fn stop(self) -> Vec<Value> {
        self.stop_by("-TERM")
    }

    fn stop_by(self, signal: &str) -> Vec<Value> {
        self.signal(signal);
        self.rest()
    }

    /// What it logs until it has ended well.
    fn rest(mut self) -> Vec<Value> {
        let lines = self.log.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        assert!(self.child.wait().unwrap().success());
        lines
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

fn post(agent: &Agent, url: String, token: &str, body: &Value) -> (u16, Value) {
    let request = agent.post(url).header("authorization", format!("Bearer {token}"));
    let mut response = request.send_json(body).unwrap();
    (response.status().as_u16(), response.body_mut().read_json().unwrap())
}

fn status(agent: &Agent, url: String, token: &str) -> u16 {
    agent.get(url).header("authorization", format!("Bearer {token}")).call().unwrap().status().as_u16()
}

fn sign_up(server: &Server) -> String {
    let person = json!({
        "email": "mira@example.org", "password": "seven green lamps sing", "zone": "Etc/UTC", "locale": "en",
    });
    let (status, answer) = post(&agent(), format!("{}/api/v1/accounts", server.url), "", &person);
    assert_eq!(status, 201, "{answer}");
    answer["access_token"].as_str().unwrap().to_owned()
}

/// A routine of one step, and its id.
fn routine() -> (RoutineId, Value) {
    static COUNT: AtomicU64 = AtomicU64::new(1_700_000_000_000);
    let stamp = COUNT.fetch_add(1, Ordering::Relaxed);
    let id = RoutineId::mint(stamp, [7; 10]);
    let step = StepId::mint(stamp, [8; 10]);
    (
        id,
        json!({ "id": id, "title": "Water the plants", "steps": [{ "id": step, "title": "All", "minutes": 5 }] }),
    )
}

#[test]
fn two_processes_serve_one_database_and_refuse_nothing() {
    const TIME: Duration = Duration::from_millis(1_500);
    let data = tempfile::tempdir().unwrap();
    let servers = [Server::start(data.path()), Server::start(data.path())];
    let token = sign_up(&servers[0]);

    let made: Vec<Vec<RoutineId>> = thread::scope(|scope| {
        let writers = (0..8).map(|writer| {
            let (url, token) = (&servers[writer % 2].url, &token);
            scope.spawn(move || {
                let (agent, end, mut made) = (agent(), Instant::now() + TIME, Vec::new());
                while Instant::now() < end {
                    let (id, body) = routine();
                    let (status, answer) = post(&agent, format!("{url}/api/v1/routines"), token, &body);
                    assert_eq!(status, 201, "{answer}");
                    made.push(id);
                }
                made
            })
        });
        writers.collect::<Vec<_>>().into_iter().map(|writer| writer.join().unwrap()).collect()
    });

    // What one has answered, the other can read.
    let agent = agent();
    for (writer, ids) in made.iter().enumerate() {
        assert!(!ids.is_empty(), "writer {writer} starved");
        let other = &servers[(writer + 1) % 2].url;
        for id in ids.iter().rev().take(20) {
            assert_eq!(status(&agent, format!("{other}/api/v1/routines/{id}"), &token), 200);
        }
    }
    for (server, signal) in servers.into_iter().zip(["-TERM", "-INT"]) {
        server.stop_by(signal);
    }
}

#[test]
fn a_stop_finishes_what_is_under_way() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let token = sign_up(&server);
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (url, token) = (format!("{}/api/v1/routines", server.url), format!("Bearer {token}"));
            thread::spawn(move || {
                let (agent, mut made) = (agent(), Vec::new());
                // Until nobody listens any more. Whatever is answered before that is a success.
                loop {
                    let (id, body) = routine();
                    match agent.post(&url).header("authorization", &token).send_json(&body) {
                        Ok(answer) => assert_eq!(answer.status(), 201),
                        Err(_) => return made,
                    }
                    made.push(id);
                }
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    server.stop();
    let made: Vec<RoutineId> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    assert!(!made.is_empty());

    let server = Server::start(data.path());
    let agent = agent();
    for id in made.iter().rev().take(50) {
        assert_eq!(status(&agent, format!("{}/api/v1/routines/{id}", server.url), &token), 200);
    }
    server.stop();
}

/// Each process has its own knowledge of who is signed in: what counts is the database.
#[test]
fn a_session_that_one_process_ended_is_refused_by_the_other() {
    let data = tempfile::tempdir().unwrap();
    let servers = [Server::start(data.path()), Server::start(data.path())];
    let (agent, token) = (agent(), sign_up(&servers[0]));
    let account = |server: &Server| status(&agent, format!("{}/api/v1/account", server.url), &token);
    assert_eq!((account(&servers[0]), account(&servers[1])), (200, 200));
    let mut stream = listen(&agent, &servers[1], &token);

    let current = format!("{}/api/v1/sessions/current", servers[0].url);
    let left = agent.delete(current).header("authorization", format!("Bearer {token}")).call().unwrap();
    assert_eq!(left.status(), 204);
    assert_eq!(account(&servers[0]), 401);
    let end = Instant::now() + Duration::from_secs(30);
    while account(&servers[1]) != 401 {
        assert!(Instant::now() < end, "the other process never refuses it");
        thread::sleep(Duration::from_millis(50));
    }
    // The stream ends by itself.
    stream.read_to_end(&mut Vec::new()).unwrap();
    servers.into_iter().for_each(|server| drop(server.stop()));
}

/// A stream of events, its beginning read.
fn listen(agent: &Agent, server: &Server, token: &str) -> impl Read + use<> {
    let request = agent.get(format!("{}/api/v1/events", server.url));
    let answer = request.header("authorization", format!("Bearer {token}")).call().unwrap();
    let mut stream = answer.into_body().into_reader();
    let mut some = [0; 16];
    stream.read_exact(&mut some).unwrap();
    assert!(some.starts_with(b"id: "));
    stream
}

#[test]
fn a_stop_waits_for_no_stream() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let (agent, token) = (agent(), sign_up(&server));
    let mut streams: Vec<_> = (0..5).map(|_| listen(&agent, &server, &token)).collect();
    let log = server.stop();
    assert!(log.iter().all(|line| line["msg"] != "not everything was finished in time"), "{log:?}");
    for stream in &mut streams {
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn the_log_tells_the_route_but_no_path_and_nothing_of_the_person() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let token = sign_up(&server);
    let (id, body) = routine();
    assert_eq!(post(&agent(), format!("{}/api/v1/routines", server.url), &token, &body).0, 201);
    assert_eq!(status(&agent(), format!("{}/api/v1/routines/{id}?secret=1", server.url), &token), 200);

    assert_eq!(status(&agent(), format!("{}/readyz", server.url), &token), 204);

    let log = server.stop();
    let requests: Vec<&Value> = log.iter().filter(|line| line["msg"] == "request").collect();
    assert!(
        requests.iter().all(|line| line["route"] != "/readyz"),
        "what is asked every few seconds is not told"
    );
    let get = requests.iter().find(|line| line["method"] == "GET").unwrap();
    assert_eq!(get["route"], "/api/v1/routines/{id}");
    assert!(
        get["account"].is_string() && get["request_id"].is_string() && get["duration_ms"].is_f64(),
        "{get}"
    );
    for line in &log {
        let line = line.to_string();
        for secret in ["mira", "secret", "Water", &id.to_string(), &token] {
            assert!(!line.contains(secret), "{line}");
        }
    }
    assert_eq!(log.iter().filter(|line| line["msg"] == "stopping").count(), 1);
}

#[test]
fn it_says_plainly_why_it_cannot_start() {
    let data = tempfile::tempdir().unwrap();
    let refuse = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        let output =
            command.arg("api").env_clear().env("DATA_DIR", data.path()).env(name, value).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(refuse("PORT", "many"), "server: PORT: must be a port number, not \"many\"\n");

    Server::start(data.path()).stop();
    let database = rusqlite::Connection::open(data.path().join("daymark.db")).unwrap();
    database.pragma_update(None, "user_version", 999).unwrap();
    drop(database);
    assert!(
        refuse("PORT", "0")
            .starts_with("server: the database has schema 999, this version of Daymark knows ")
    );
}

/// A message is on its way when the worker is asked to stop: it waits for the answer, writes it down and ends.
#[test]
fn a_stop_finishes_the_message_that_is_on_its_way() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let token = sign_up(&server);
    let mut worker = Server::start_as("jobs", "working", data.path());
    // The other end says when it has a message, and answers when it is told to.
    let end = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = format!("http://{}/hook", end.local_addr().unwrap());
    let ((tell, told), (answer, answers)) = (mpsc::channel(), mpsc::channel::<()>());
    thread::spawn(move || {
        for connection in end.incoming().map_while(Result::ok) {
            let mut request = BufReader::new(&connection);
            let (mut line, mut length) = (String::new(), 0);
            while request.read_line(&mut line).unwrap_or(0) > 2 {
                let size = line.to_lowercase();
                length = size.strip_prefix("content-length: ").map_or(length, |n| n.trim().parse().unwrap());
                line.clear();
            }
            let _ = request.read_exact(&mut vec![0; length]);
            let _ = tell.send(Instant::now());
            let _ = answers.recv_timeout(PATIENCE);
            let _ = (&connection).write_all(b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n");
        }
    });

    let api = |path: &str| format!("{}/api/v1/{path}", server.url);
    let (routine, mut plan) = routine();
    let channel = json!({ "id": routine, "name": "Hook", "target": { "webhook": { "url": hook } } });
    assert_eq!(post(&agent(), api("channels"), &token, &channel).0, 201);
    // What is planned for a whole day rings in a few seconds.
    let due = (Timestamp::now() + SignedDuration::from_secs(3)).to_zoned(TimeZone::UTC).datetime();
    let time = json!({ "all_day_at": format!("{:02}:{:02}:{:02}", due.hour(), due.minute(), due.second()) });
    let settings = agent().put(api("reminder-settings")).header("authorization", format!("Bearer {token}"));
    assert_eq!(settings.header("if-match", "*").send_json(&time).unwrap().status(), 200);
    plan["schedule"] = json!({ "start": due.date().to_string() });
    assert_eq!(post(&agent(), api("routines"), &token, &plan).0, 201);

    let arrived = told.recv_timeout(PATIENCE).unwrap();
    worker.signal("-TERM");
    worker.line("stopping");
    answer.send(()).unwrap();
    let in_time = arrived.elapsed() < Duration::from_secs(3);
    let log = worker.rest();
    let settled = log.iter().find(|line| line["msg"] == "a message was settled").unwrap();
    // It is the worker's still. Where the machine was too busy to answer in time, it may have been given back.
    assert_eq!(settled["is_ours"], true);
    assert!(settled["outcome"] == "sent" || !in_time, "{settled}");
    assert!(log.iter().all(|line| line["msg"] != "not everything was finished in time"), "{log:?}");
    server.stop();
}
