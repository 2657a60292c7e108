//! The server under test, and clients that talk to it.

use actix_web::web;
use daymark_server::{
    clock::Clock,
    config::Config,
    http::app::{Mode, Patience, serve},
    jobs,
    sessions::token,
    state::State,
};
use daymark_shared::{
    ids::{AccountId, SessionId},
    problem::Problem,
    session::SessionAnswer,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io::{BufReader, Read},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};
use tempfile::TempDir;
use tokio::sync::oneshot;
use ureq::{Agent, http};

/// The instant at which every test begins: a Monday.
const START: &str = "2026-03-02T06:00:00Z";

/// The password of whoever signs up.
pub const PASSWORD: &str = "seven quiet herons at noon";

/// A server of its own: database and keys in a folder that goes with it, a clock that stands still.
pub struct TestApp {
    /// Its clock.
    pub clock: Clock,
    /// Its data folder: it goes when the test ends.
    _data: TempDir,
    /// What the server itself can reach, for what no endpoint does.
    pub state: web::Data<State>,
    url: String,
    agent: Agent,
    handle: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl TestApp {
    /// Starts one with the default configuration.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts one with these environment variables.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        Self::launch(variables, Patience::default())
    }

    /// Starts one that waits no longer than this.
    pub fn with_patience(patience: Patience) -> Self {
        Self::launch(&[], patience)
    }

    fn launch(variables: &[(&str, &str)], patience: Patience) -> Self {
        let data = tempfile::tempdir().unwrap();
        let open = [
            ("REGISTRATION", "open"),
            ("OUTBOUND_ALLOW", "127.0.0.1/32"),
            ("PUSH_SERVICES", crate::planning::NOBODY),
        ];
        let mut vars: HashMap<String, String> = open
            .iter()
            .chain(variables)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        vars.insert("DATA_DIR".to_owned(), data.path().to_str().unwrap().to_owned());
        let config = Config::from_source(&|name| vars.get(name).cloned()).unwrap();
        let clock = Clock::manual(START.parse().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());

        let (tell, told) = mpsc::channel();
        let at = clock.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let state = web::Data::new(State::open(config, at).await.unwrap());
                let server = serve(state.clone(), listener, Mode::All, patience).unwrap();
                tell.send((state.clone(), server.handle())).unwrap();
                server.await.unwrap();
                state.db.close();
            });
        });
        let (state, handle) = told.recv().unwrap();
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Self { clock, _data: data, state, url, agent, handle, thread: Some(thread) }
    }

    /// What another process would have that serves the same files.
    pub fn another_process(&self) -> State {
        let state = State::open(self.state.config.clone(), self.clock.clone());
        actix_web::rt::System::new().block_on(state).unwrap()
    }

    /// Starts what `server jobs` does, as another process would: with a state of its own on the same files.
    pub fn worker(&self) -> Worker {
        let (config, clock) = (self.state.config.clone(), self.clock.clone());
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let state = web::Data::new(State::open(config, clock).await.unwrap());
                let jobs = jobs::start(&state.clone().into_inner());
                tell.send(state.clone()).unwrap();
                // Whoever drops the sender asks as well.
                let _ = stopped.await;
                jobs.stop().await;
                state.db.close();
            });
        });
        let state = told.recv().unwrap();
        Worker { state, stop: Some(stop), thread: Some(thread) }
    }

    /// Changes the database behind the server's back, for what would take very many requests.
    pub fn write(&self, sql: &'static str) {
        let written = self.state.db.write(|tx| Ok(tx.execute(sql, [])?));
        assert!(actix_web::rt::System::new().block_on(written).unwrap() > 0);
    }

    /// A number from the database, for what no endpoint tells; `?1` is now, in microseconds.
    pub fn count(&self, sql: &'static str) -> u32 {
        let now = self.now().as_microsecond();
        let count = self.state.db.read(move |tx| {
            let mut query = tx.prepare(sql)?;
            let key: &[i64] = if query.parameter_count() == 0 { &[] } else { &[now] };
            Ok(query.query_row(rusqlite::params_from_iter(key), |row| row.get(0))?)
        });
        actix_web::rt::System::new().block_on(count).unwrap()
    }

    /// A bare connection, for what no client does. Reading from it fails after a while.
    pub fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        connection
    }

    /// Lets time pass.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Now, as the server sees it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A client that is not signed in.
    pub fn anonymous(&self) -> Client<'_> {
        Client { app: self, bearer: None }
    }

    /// A client with this access token.
    pub fn with_token(&self, token: impl Into<String>) -> Client<'_> {
        Client { app: self, bearer: Some(token.into()) }
    }

    /// A client whose person has just made an account, in Berlin. Anybody may, unless the test says otherwise.
    pub fn sign_up(&self, email: &str) -> Client<'_> {
        let body = json!({ "email": email, "password": PASSWORD, "zone": "Europe/Berlin", "locale": "en" });
        let answer: SessionAnswer = self.anonymous().post("/api/v1/accounts", &body).expect(201);
        self.with_token(answer.access_token.expose())
    }

    /// A client that signed in anew: access tokens end when time passes.
    pub fn sign_in(&self, email: &str) -> Client<'_> {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer: SessionAnswer = self.anonymous().post("/api/v1/sessions", &body).expect(201);
        self.with_token(answer.access_token.expose())
    }

    /// A client with a well-signed token of an account that does not exist.
    pub fn stranger(&self) -> Client<'_> {
        let (account, session) = (self.clock.mint(AccountId::mint), self.clock.mint(SessionId::mint));
        self.with_token(token::issue(self.state.vault.token_key(), account, session, 0, self.now()))
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Not gracefully: idle connections of the agent would be waited for.
        actix_web::rt::System::new().block_on(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Stops, and has finished what it had in hand, when it is dropped.
pub struct Worker {
    /// What the process itself can reach, for what no endpoint does.
    pub state: web::Data<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Sends requests, with or without an access token.
pub struct Client<'a> {
    app: &'a TestApp,
    bearer: Option<String>,
}

impl Client<'_> {
    /// The access token.
    pub fn token(&self) -> &str {
        self.bearer.as_deref().unwrap_or_default()
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], None)
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send_json("POST", path, &[], body)
    }

    /// `PUT` with a JSON body.
    pub fn put(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send_json("PUT", path, &[], body)
    }

    /// `PATCH` with a JSON body.
    pub fn patch(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send_json("PATCH", path, &[], body)
    }

    /// A JSON body with headers of the test's own, such as `If-Match`.
    pub fn send_json(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, Some(serde_json::to_vec(body).unwrap()))
    }

    /// Anything at all.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.app.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut response = match body {
            Some(body) => self.app.agent.run(request.body(body).unwrap()).unwrap(),
            None => self.app.agent.run(request.body(()).unwrap()).unwrap(),
        };
        let headers = response.headers().clone();
        let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = match is_stream {
            true => first_event(response.body_mut().as_reader()),
            false => response.body_mut().read_to_vec().unwrap(),
        };
        Answer { status: response.status().as_u16(), headers, body }
    }
}

/// A stream has no end: what comes until its first empty line.
pub fn first_event(stream: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    for byte in BufReader::new(stream).bytes() {
        bytes.push(byte.unwrap());
        if bytes.ends_with(b"\n\n") {
            break;
        }
    }
    bytes
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    headers: http::HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body, once the status is this one.
    #[track_caller]
    pub fn expect<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body as plain JSON, once the status is this one.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        self.expect(status)
    }

    /// Nothing but the status.
    #[track_caller]
    pub fn empty(&self, status: u16) {
        assert_eq!((self.status, &*String::from_utf8_lossy(&self.body)), (status, ""));
    }

    /// The problem; it must say the same as status and headers do.
    #[track_caller]
    pub fn problem(&self, code: &str) -> Problem {
        let problem: Problem = self.expect(self.status);
        assert_eq!(problem.code.as_str(), code, "{problem:?}");
        assert_eq!(self.status, problem.status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("x-request-id"), problem.request_id.as_deref());
        problem
    }

    /// The problem, with the field that it names.
    #[track_caller]
    pub fn problem_at(&self, code: &str, pointer: &str) {
        let problem = self.problem(code);
        assert_eq!(problem.errors.first().map(|error| error.pointer.as_str()), Some(pointer), "{problem:?}");
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
