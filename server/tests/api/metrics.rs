//! The internal port: each number moves when its subject happens, and the document lists them all.

use crate::{
    app::{Client, TestApp},
    planning::{NOBODY, browser, channel_id, create, planned, routine},
    sink::{Reply, Sink},
    stream::Stream,
    valkey_server::ValkeyServer,
};
use actix_web::web;
use daymark_server::{clock::monotonic, error::Error, http::internal, state::State};
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    net::TcpListener,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

/// Somebody who watches a process: the internal port of its state.
struct Watch {
    url: String,
    handle: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    fn start(state: web::Data<State>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let server = internal::serve(state, listener, "api", None).unwrap();
                tell.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { url, handle: told.recv().unwrap(), thread: Some(thread) }
    }

    fn text(&self) -> String {
        let mut answer = ureq::get(format!("{}/metrics", self.url)).call().unwrap();
        let kind = answer.headers().get("content-type").unwrap().to_str().unwrap();
        assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
        answer.body_mut().read_to_string().unwrap()
    }

    /// A number; `series` is written as Prometheus does, with its labels in the order of the alphabet. 0 where it is not
    /// there.
    fn number(&self, series: &str) -> f64 {
        samples(&self.text()).get(series).copied().unwrap_or_default()
    }

    /// Waits until a number is this one.
    #[track_caller]
    fn expect(&self, series: &str, number: f64) {
        let end = monotonic() + Duration::from_secs(30);
        while self.number(series) != number {
            assert!(monotonic() < end, "{series} is {}, not {number}", self.number(series));
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        actix_web::rt::System::new().block_on(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Each series with its number, its labels in the order of the alphabet.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (series, number) = line.rsplit_once(' ').unwrap();
        let series = match series.split_once('{') {
            None => series.to_owned(),
            Some((name, labels)) => {
                let mut labels: Vec<_> = labels.strip_suffix('}').unwrap().split("\",").collect();
                labels.sort_unstable();
                let labels: Vec<_> = labels.iter().map(|label| label.trim_end_matches('"')).collect();
                format!("{name}{{{}\"}}", labels.join("\","))
            }
        };
        (series, number.parse().unwrap())
    };
    lines.map(sample).collect()
}

fn outbound() -> [(&'static str, &'static str); 1] {
    [("OUTBOUND_ALLOW", "127.0.0.0/8")]
}

fn add_hook(me: &Client<'_>, n: u32, url: &str) {
    let body =
        json!({ "id": channel_id(n), "name": format!("Hook {n}"), "target": { "webhook": { "url": url } } });
    me.post("/api/v1/channels", &body).json(201);
}

/// Name, type and meaning, as they are served: with the ends that queries need.
fn served(text: &str) -> BTreeMap<String, (String, String)> {
    let mut meanings = BTreeMap::new();
    let mut all = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            meanings.insert(name.to_owned(), help.trim_end_matches('.').to_owned());
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' '))
        {
            let end = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            all.insert(format!("{name}{end}"), (kind.to_owned(), meanings[name].clone()));
        }
    }
    all
}

#[test]
fn the_document_lists_what_is_served() {
    // Nobody is there, but it is configured: so its numbers are served.
    let app = TestApp::with(&[("VALKEY_URL", "unix:///nowhere/valkey.sock")]);
    app.anonymous().get("/healthz").empty(204);
    app.state.metrics.pass("reminders.delivery", app.now());
    let served = served(&Watch::start(app.state.clone()).text());
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md")).unwrap();
    let mut listed = BTreeMap::new();
    for row in document.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, name, kind, _, meaning, _] = cells[..] else { panic!("{row}") };
        listed.insert(name.trim_matches('`').to_owned(), (kind.to_owned(), meaning.to_owned()));
    }
    for (name, (kind, meaning)) in &served {
        let (listed_kind, told) =
            listed.remove(name).unwrap_or_else(|| panic!("docs/metrics.md lacks {name}"));
        assert_eq!(&listed_kind, kind, "{name}");
        assert!(told.starts_with(meaning.as_str()), "{name}: {told}, not {meaning}");
    }
    assert!(listed.is_empty(), "docs/metrics.md lists what is not there: {listed:?}");
}

#[test]
fn requests_are_counted_by_their_pattern() {
    let app = TestApp::start();
    let watch = Watch::start(app.state.clone());
    let me = app.sign_up("mira@example.org");
    create(&me, &routine(1));
    for _ in 0..3 {
        let id = crate::planning::routine_id(1);
        me.get(&format!("/api/v1/routines/{id}?secret=kohlrabi")).json(200);
    }
    me.get(&format!("/api/v1/routines/{}", crate::planning::routine_id(2))).problem("not_found");
    me.get("/api/v1/kohlrabi").problem("not_found");
    app.connect().write_all(b"BREW /api/v1/kohlrabi HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();

    let of = |route: &str, status: &str| {
        format!(r#"daymark_http_requests_total{{method="GET",route="{route}",status="{status}"}}"#)
    };
    watch.expect(&of("/api/v1/routines/{id}", "2xx"), 3.0);
    watch.expect(&of("/api/v1/routines/{id}", "4xx"), 1.0);
    let times = r#"daymark_http_request_duration_seconds_count{method="GET",route="/api/v1/routines/{id}"}"#;
    watch.expect(times, 4.0);
    assert!(watch.number(&times.replace("_count", "_sum")) > 0.0);
    watch.expect(r#"daymark_http_requests_total{method="other",route="none",status="4xx"}"#, 1.0);
    let text = watch.text();
    for secret in ["kohlrabi", "mira", &crate::planning::routine_id(1)] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// Writes that wait, that are committed together, that are refused, and that wait too long.
#[test]
fn the_writer_tells_of_its_queue() {
    let app = TestApp::start();
    let watch = Watch::start(app.state.clone());
    let before = watch.number("daymark_writer_group_size_count");
    let ((let_go, held), (tell, told)) = (mpsc::channel::<()>(), mpsc::channel());
    let (state, others) = (app.state.clone(), app.state.clone());
    let holder = thread::spawn(move || {
        let hold = state.db.write(move |_| {
            tell.send(()).unwrap();
            Ok(held.recv().is_ok())
        });
        actix_web::rt::System::new().block_on(hold)
    });
    told.recv().unwrap();
    // The one that is held is not in the queue any more.
    let crowd = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let one = || others.db.write(|_| Ok(()));
            join_all((0..1_100).map(|_| one())).await
        })
    });
    watch.expect("daymark_writer_queue_length", 1_024.0);
    let refused = watch.number("daymark_writer_queue_full_total");
    assert_eq!(refused, 76.0);
    watch.expect("daymark_writer_timeouts_total", 1_025.0);
    let_go.send(()).unwrap();
    assert!(matches!(holder.join().unwrap(), Err(Error::Unavailable(_))));
    assert!(crowd.join().unwrap().iter().all(Result::is_err));
    watch.expect("daymark_writer_queue_length", 0.0);

    // What is asked at once is committed together.
    let state = app.state.clone();
    let together = join_all((0..50).map(|_| state.db.write(|_| Ok(()))));
    assert!(actix_web::rt::System::new().block_on(together).iter().all(Result::is_ok));
    let text = samples(&watch.text());
    let commits = text["daymark_writer_group_size_count"] - before;
    assert!(text["daymark_writer_group_size_sum"] >= 50.0 && commits >= 1.0, "{text:?}");
    assert_eq!(text["daymark_writer_commit_duration_seconds_count"], text["daymark_writer_group_size_count"]);
    assert!(text["daymark_writer_commit_duration_seconds_sum"] >= 2.0, "the one that was held took longer");
}

#[test]
fn readers_tell_who_had_to_wait() {
    let app = TestApp::start();
    let watch = Watch::start(app.state.clone());
    let readers = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 16)) + 1;
    // All but one are held, so that the watcher still has one.
    let (mut held, (tell, told)) = (Vec::new(), mpsc::channel());
    for _ in 1..readers {
        let (let_go, wait) = mpsc::channel::<()>();
        let (state, tell) = (app.state.clone(), tell.clone());
        let thread = thread::spawn(move || {
            let read = state.db.read(move |_| {
                tell.send(()).unwrap();
                Ok(wait.recv().is_ok())
            });
            actix_web::rt::System::new().block_on(read).unwrap()
        });
        told.recv().unwrap();
        held.push((let_go, thread));
    }
    watch.expect(r#"daymark_readers{state="busy"}"#, (readers - 1) as f64);
    let waits = watch.number("daymark_reader_wait_seconds_count");
    assert_eq!(watch.number("daymark_reader_timeouts_total"), 0.0);
    // Within the last free one there is none left.
    let (state, inner) = (app.state.clone(), app.state.clone());
    let nested = state.db.read(move |_| {
        let one_more = inner.db.read(|_| Ok(()));
        Ok(futures_util::FutureExt::now_or_never(one_more).unwrap().is_err())
    });
    assert!(actix_web::rt::System::new().block_on(nested).unwrap());
    for (let_go, thread) in held {
        let_go.send(()).unwrap();
        assert!(thread.join().unwrap());
    }
    watch.expect("daymark_reader_timeouts_total", 1.0);
    assert!(watch.number("daymark_reader_wait_seconds_count") > waits);
    assert!(watch.number("daymark_reader_wait_seconds_sum") >= 2.0);
    watch.expect(r#"daymark_readers{state="busy"}"#, 0.0);
}

#[test]
fn sizes_follow_what_is_written() {
    let app = TestApp::start();
    let watch = Watch::start(app.state.clone());
    let before = samples(&watch.text());
    let me = app.sign_up("mira@example.org");
    (1..=20).for_each(|n| drop(create(&me, &routine(n))));
    let after = samples(&watch.text());
    let grown = |name: &str| after[name] - before[name];
    assert!(grown("daymark_wal_size_bytes") > 0.0, "{after:?}");
    assert!(after["daymark_database_size_bytes"] > 0.0);
    assert!(after["daymark_disk_free_bytes"] > 0.0);
    assert!(after["daymark_disk_size_bytes"] >= after["daymark_disk_free_bytes"]);
}

#[test]
fn reminders_are_followed_from_the_outbox_to_the_channel() {
    let (app, sink) = (TestApp::with(&outbound()), Sink::start());
    let me = app.sign_up("mira@example.org");
    let api = Watch::start(app.state.clone());
    add_hook(&me, 1, &sink.url("/hook"));
    create(&me, &planned(1, "2026-03-02T07:05", None));
    create(&me, &planned(2, "2026-03-02T07:20", None));
    let outbox = |state: &str| format!(r#"daymark_outbox_reminders{{state="{state}"}}"#);
    api.expect(&outbox("pending"), 2.0);
    api.expect(&outbox("due"), 0.0);
    app.advance(SignedDuration::from_mins(8));
    // Nobody works, and it shows.
    api.expect(&outbox("due"), 1.0);
    api.expect("daymark_outbox_oldest_due_seconds", 180.0);

    // The first try fails, and the next one comes half an hour later, so that another one is too late.
    sink.script("/hook", &[Reply::Status(429, "retry-after: 60\r\n")]);
    let worker = app.worker();
    let jobs = Watch::start(worker.state.clone());
    let of = |outcome: &str| format!(r#"daymark_reminder_outcomes_total{{outcome="{outcome}"}}"#);
    let sends = |outcome: &str| format!(r#"daymark_sends_total{{channel="webhook",outcome="{outcome}"}}"#);
    jobs.expect(&of("again"), 1.0);
    assert_eq!((jobs.number(&sends("retry")), jobs.number(&sends("delivered"))), (1.0, 0.0));
    app.advance(SignedDuration::from_secs(90));
    jobs.expect(&of("sent"), 1.0);
    assert_eq!(jobs.number(&sends("delivered")), 1.0);
    assert_eq!(jobs.number(r#"daymark_send_duration_seconds_count{channel="webhook"}"#), 2.0);
    assert_eq!(jobs.number("daymark_reminder_lateness_seconds_count"), 1.0);
    assert_eq!(jobs.number("daymark_reminder_lateness_seconds_sum"), 270.0);
    let job = r#"daymark_job_last_pass_timestamp_seconds{name="reminders.delivery"}"#;
    jobs.expect(job, app.now().as_second() as f64);
    jobs.expect(&outbox("missed"), 1.0);

    // Of the second one nothing is heard for hours.
    drop(worker);
    app.advance(SignedDuration::from_hours(5));
    let worker = app.worker();
    let jobs = Watch::start(worker.state.clone());
    jobs.expect(&of("expired"), 1.0);
    jobs.expect(&outbox("missed"), 2.0);
    jobs.expect(&outbox("pending"), 0.0);
    app.sign_in("mira@example.org").post("/api/v1/reminders/dismiss", &json!({})).empty(204);
    jobs.expect(&outbox("missed"), 0.0);
}

#[test]
fn sends_are_counted_by_kind_and_outcome() {
    let (app, sink) = (TestApp::with(&outbound()), Sink::start());
    let watch = Watch::start(app.state.clone());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/hook"));
    let ntfy = json!({ "ntfy": { "server": sink.url("/"), "topic": "kohlrabi" } });
    me.post("/api/v1/channels", &json!({ "id": channel_id(2), "name": "Phone", "target": ntfy })).json(201);
    me.post("/api/v1/channels", &browser(3)).json(201);
    sink.script("/", &[Reply::Status(403, "")]);
    for (n, channel, outcome) in [(1, "webhook", "delivered"), (2, "ntfy", "refused"), (3, "push", "retry")] {
        me.post(&format!("/api/v1/channels/{}/test", channel_id(n)), &json!({})).json(200);
        let series = format!(r#"daymark_sends_total{{channel="{channel}",outcome="{outcome}"}}"#);
        assert_eq!(watch.number(&series), 1.0, "{series}");
    }
    let text = watch.text();
    assert!(!text.contains("kohlrabi") && !text.contains(NOBODY));
}

#[test]
fn valkey_is_seen_to_go_and_to_come_back() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let app = TestApp::with(&[("VALKEY_URL", &valkey.url())]);
    let watch = Watch::start(app.state.clone());
    watch.expect("daymark_valkey_connected", 1.0);
    assert_eq!(watch.number("daymark_valkey_losses_total"), 0.0);
    valkey.kill();
    watch.expect("daymark_valkey_connected", 0.0);
    watch.expect("daymark_valkey_losses_total", 1.0);
    assert!(watch.number("daymark_valkey_failures_total") >= 1.0);
    app.sign_up("mira@example.org");
    create(&app.sign_in("mira@example.org"), &routine(1));
    assert!(watch.number("daymark_valkey_unsent_messages_total") >= 1.0);
    valkey.restart();
    watch.expect("daymark_valkey_connected", 1.0);
    watch.expect("daymark_valkey_returns_total", 1.0);
}

#[test]
fn without_valkey_nothing_is_said_of_it() {
    let app = TestApp::start();
    let text = Watch::start(app.state.clone()).text();
    assert!(!text.contains("valkey"), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn open_streams_are_counted() {
    let app = TestApp::start();
    let watch = Watch::start(app.state.clone());
    let me = app.sign_up("mira@example.org");
    let streams: Vec<_> = (0..3).map(|_| Stream::live(&app, me.token())).collect();
    watch.expect("daymark_event_streams", 3.0);
    me.delete("/api/v1/sessions/current").empty(204);
    watch.expect("daymark_event_streams", 0.0);
    drop(streams);
}

#[test]
fn the_process_tells_of_itself() {
    let app = TestApp::start();
    let watch = Watch::start(app.state.clone());
    let before = samples(&watch.text());
    let open: Vec<_> = (0..10).map(|_| app.connect()).collect();
    let spent = |seconds: f64| seconds - before["process_cpu_seconds_total"];
    while spent(watch.number("process_cpu_seconds_total")) < 0.02 {
        drop(app.anonymous().get("/healthz"));
    }
    let after = samples(&watch.text());
    assert!(after["process_open_fds"] >= before["process_open_fds"] + open.len() as f64);
    assert!(after["process_max_fds"] > after["process_open_fds"]);
    assert!(after["process_resident_memory_bytes"] > 1e6 && after["process_threads"] > 1.0);
    assert_eq!(after["process_start_time_seconds"], app.now().as_second() as f64);
    let build = format!(r#"daymark_build_info{{mode="api",version="{}"}}"#, env!("CARGO_PKG_VERSION"));
    assert_eq!(after[&build], 1.0);
}

#[test]
fn what_people_reach_has_no_metrics() {
    let app = TestApp::start();
    for path in ["/metrics", "/api/metrics", "/api/v1/metrics", "/log"] {
        assert!(!app.anonymous().get(path).status.to_string().starts_with('2'), "{path}");
        assert!(
            !app.anonymous()
                .send("PUT", path, &[], Some(b"off".to_vec()))
                .status
                .to_string()
                .starts_with('2')
        );
    }
    let watch = Watch::start(app.state.clone());
    for (path, status) in [("/healthz", 204), ("/readyz", 204), ("/api/v1/account", 404), ("/log", 404)] {
        let request = ureq::get(format!("{}{path}", watch.url)).config().http_status_as_error(false).build();
        assert_eq!(request.call().unwrap().status(), status, "{path}");
    }
}
