//! Logs: one JSON object a line on standard output (of commands: standard error), in the manner of pino.
//!
//! `{"level":"info","time":"…Z","msg":"request","status":200,…,"request_id":"…"}`. Lines are handed to a thread that
//! writes them, so that a slow reader slows no request; when it is thousands of lines behind, lines are dropped.

use crate::{
    clock::{Clock, monotonic},
    config::{Config, Log},
    http::{CurrentAccount, request_id::RequestId},
    origin::{self, Origin},
    state::State,
    traces::{self, Exporter},
};
use actix_web::{
    HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    web,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    fmt::{self, Write as _},
    io::{self, BufWriter, Write as _, stderr, stdout},
    thread::sleep,
    time::{Duration, Instant},
};
use tracing::{
    Event, Level, Metadata, Span, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_actix_web::RootSpanBuilder;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    Layer, Registry,
    filter::{FilterExt, LevelFilter, Targets, filter_fn},
    layer::Context,
    layer::SubscriberExt,
    registry::LookupSpan,
    reload,
    util::SubscriberInitExt,
};

/// Lines that may wait to be written.
const BACKLOG: usize = 8_192;

/// What is still waiting to be written or sent is, when this is dropped.
pub struct Guard {
    _traces: Option<Exporter>,
    _log: WorkerGuard,
}

/// Starts logging for the whole process, and tracing where there is somebody to tell.
///
/// # Errors
/// A filter that cannot be read, or a collector that cannot be asked.
pub fn init(config: &Config) -> Result<(Guard, Switch), String> {
    let (lines, guard, switch) = lines(&config.log.filter, stdout())?;
    let registry = tracing_subscriber::registry().with(lines);
    let traces = match traces::start(config)? {
        None => registry.try_init().map(|()| None),
        Some((exporter, spans)) => registry.with(spans).try_init().map(|()| Some(exporter)),
    };
    let traces = traces.map_err(|error| error.to_string())?;
    Ok((Guard { _traces: traces, _log: guard }, switch))
}

/// The same for a command that does one thing: to standard error, since its report is on standard output; and where `LOG`
/// asks for nothing else, only what went wrong.
///
/// # Errors
/// A filter that cannot be read.
pub fn init_command(config: &Log) -> Result<Guard, String> {
    let filter = if config.filter == "info" { "warn" } else { &config.filter };
    let (lines, guard, _) = lines(filter, stderr())?;
    tracing_subscriber::registry().with(lines).try_init().map_err(|error| error.to_string())?;
    Ok(Guard { _traces: None, _log: guard })
}

/// Whether the filter can be read.
///
/// # Errors
/// In words for the operator.
pub fn judge(config: &Log) -> Result<(), String> {
    parsed(&config.filter).map(drop)
}

/// Lines that pass the filter, on their way to `to`.
fn lines<To: io::Write + Send + 'static>(
    filter: &str,
    to: To,
) -> Result<(impl Layer<Registry> + use<To>, WorkerGuard, Switch), String> {
    let (filter, handle) = reload::Layer::new(parsed(filter)?);
    let (out, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(BACKLOG)
        .thread_name("log")
        .finish(Unhurried(BufWriter::new(to)));
    let lines = JsonLines { out, clock: Clock::system() };
    Ok((lines.with_filter(filter.and(filter_fn(names_nobody))), guard, Switch(handle)))
}

/// Sets what is logged while the process runs. Clones set the same.
#[derive(Clone)]
pub struct Switch(reload::Handle<Targets, Registry>);

impl Switch {
    /// The filter in force, as `LOG` would say it.
    pub fn filter(&self) -> String {
        self.0.with_current(Targets::to_string).unwrap_or_default()
    }

    /// Takes another filter, until the process ends.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn set(&self, filter: &str) -> Result<(), String> {
        self.0.reload(parsed(filter)?).map_err(|error| error.to_string())?;
        tracing::warn!(filter = self.filter(), "the log has another filter");
        Ok(())
    }
}

/// A filter as `LOG` says it. A word alone has to be a level: taken for a target, a slip would hide all others. And so has what
/// stands behind a target: nothing at all would be taken for everything.
fn parsed(filter: &str) -> Result<Targets, String> {
    let mut parts = filter.split(',').map(str::trim);
    let level = |part: &str| part.rsplit_once('=').map_or(part, |(_, level)| level).trim().to_owned();
    let is_none = |level: String| level.is_empty() || level.parse::<LevelFilter>().is_err();
    match parts.find(|part| is_none(level(part))) {
        Some(part) => Err(format!("{part:?} is no level")),
        None => filter.parse::<Targets>().map_err(|error| error.to_string()),
    }
    .map_err(|why| {
        format!(
            "LOG: must be a level (error, warn, info, debug, trace, off), or targets with levels such as \
             info,daymark_server::db=debug: {why}"
        )
    })
}

/// Whatever the filter: hyper tells of its connections, and so of hosts that people gave.
fn names_nobody(event: &Metadata<'_>) -> bool {
    *event.level() <= Level::WARN || !event.target().starts_with("hyper")
}

/// Rests after each flush, so that under load lines are written in batches: waking the thread for each would cost
/// whoever logs more than all the rest of logging.
struct Unhurried<W>(W);

/// How long lines gather. The first after a silence is written at once.
const REST: Duration = Duration::from_millis(10);

impl<W: io::Write> io::Write for Unhurried<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()?;
        sleep(REST);
        Ok(())
    }
}

/// Writes events, with the fields of the spans around them.
struct JsonLines {
    out: NonBlocking,
    clock: Clock,
}

/// A span's fields as they will stand in each line: `,"request_id":"…"`.
struct SpanFields(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            let mut extensions = span.extensions_mut();
            extensions.insert(SpanFields(fields.json));
            if let Some(origin) = fields.origin {
                extensions.insert(origin);
            }
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(span) = context.span(id)
            && let Some(known) = span.extensions_mut().get_mut::<SpanFields>()
        {
            known.0.push_str(&fields.json);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(SpanFields(more)) = span.extensions().get() {
                fields.json.push_str(more);
            }
        }
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        let line = format!(
            "{{\"level\":\"{level}\",\"time\":\"{:.3}\",\"msg\":{}{}}}\n",
            self.clock.now(),
            quoted(&fields.message),
            fields.json
        );
        // Nowhere is left to say that the log cannot be written.
        let _ = self.out.clone().write_all(line.as_bytes());
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    json: String,
    origin: Option<Origin>,
}

impl Fields {
    fn push(&mut self, field: &Field, value: impl fmt::Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.json, ",\"{}\":{value}", field.name());
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = value.to_owned();
        } else {
            if field.name() == origin::FIELD {
                self.origin = Some(Origin::of(value));
            }
            self.push(field, quoted(value));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.push(field, value);
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The span around a request, and its line in the log: route, not path; no address, no query, no account in clear.
pub struct RequestSpan;

/// When a request began.
struct Began(Instant);

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = RequestId::of(request);
        // At the level of errors, so that every line has the request's id whatever the filter.
        let span = tracing::error_span!("request", request_id = id.as_str());
        let mut extensions = request.extensions_mut();
        extensions.insert(id);
        extensions.insert(Began(monotonic()));
        span
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, actix_web::Error>) {
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return tracing::error!(%error, "a request failed outside its handler"),
        };
        let request = response.request();
        let route = request.match_pattern();
        let extensions = request.extensions();
        let took = extensions.get::<Began>().map_or(Duration::ZERO, |began| began.0.elapsed());
        let state = request.app_data::<web::Data<State>>();
        let (method, status) = (request.method().as_str(), response.status().as_u16());
        if let Some(state) = state {
            state.metrics.answered(method, route.as_deref().unwrap_or("none"), status, took);
        }
        traces::answered(&span, method, route.as_deref().unwrap_or("none"), status);
        if response.status().is_success() && matches!(route.as_deref(), Some("/healthz" | "/readyz")) {
            // Somebody's health check: one every few seconds, all the same.
            return tracing::debug!(route, "probe");
        }
        let account = extensions.get::<CurrentAccount>().zip(state).map(|(who, state)| {
            let hash = state.vault.blind("log.account", who.account.as_bytes());
            URL_SAFE_NO_PAD.encode(&hash[..6])
        });
        tracing::info!(
            method,
            route = route.as_deref().unwrap_or("none"),
            status,
            duration_ms = took.as_micros() as f64 / 1000.0,
            account = account.as_deref(),
            "request"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config,
        outbound::{HeaderMap, Method, Outbound, Purpose, Request},
    };
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_json_with_the_fields_of_the_event_and_its_span() {
        let memory = Memory::default();
        let (out, guard) = NonBlockingBuilder::default().finish(memory.clone());
        let clock = Clock::manual(jiff::Timestamp::UNIX_EPOCH);
        tracing::subscriber::with_default(
            tracing_subscriber::registry().with(JsonLines { out, clock }),
            || {
                let _span = tracing::info_span!("request", request_id = "r-1").entered();
                tracing::warn!(status = 503, why = %"a \"quoted\" reason", "it {}", "happened");
            },
        );
        drop(guard);
        let line: serde_json::Value = serde_json::from_slice(&memory.0.lock().unwrap()).unwrap();
        let expected = serde_json::json!({
            "level": "warn", "time": "1970-01-01T00:00:00.000Z", "msg": "it happened", "status": 503,
            "why": "a \"quoted\" reason", "request_id": "r-1",
        });
        assert_eq!(line, expected);
    }

    #[actix_web::test]
    async fn no_filter_shows_whom_the_server_asks() {
        assert!(shown_of_a_request(|_| true).await.contains("127.0.0.1"), "hyper tells nothing any more");
        assert!(!shown_of_a_request(names_nobody).await.contains("127.0.0.1"));
    }

    /// All that is logged while the server asks somebody, where `pass` lets it.
    async fn shown_of_a_request(pass: fn(&Metadata<'_>) -> bool) -> String {
        let nobody_listens = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let allow = vec!["127.0.0.0/8".parse().unwrap()];
        let outbound = Outbound::new(&config::Outbound { allow, ..Default::default() }).unwrap();
        let request = Request {
            target: outbound.target(&format!("http://{nobody_listens}/"), Purpose::Any).unwrap(),
            method: Method::GET,
            headers: HeaderMap::new(),
            body: Vec::new(),
            deadline: Duration::MAX,
        };
        let memory = Memory::default();
        let (out, guard) = NonBlockingBuilder::default().finish(memory.clone());
        let lines = JsonLines { out, clock: Clock::system() };
        let logging = tracing::subscriber::set_default(
            tracing_subscriber::registry().with(lines.with_filter(filter_fn(pass))),
        );
        outbound.send(request).await.unwrap_err();
        drop((logging, guard));
        String::from_utf8(memory.0.lock().unwrap().clone()).unwrap()
    }
}
