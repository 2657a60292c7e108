//! What is counted and measured, for whoever watches the process: `/metrics`, as OpenMetrics 1.0 writes it.
//!
//! Features count here as things happen ([`Metrics`]); what only needs a look is read when somebody asks ([`Reading`]).
//! `docs/metrics.md` lists all of it. Labels hold routes, kinds and outcomes: never what a person wrote, no id, and so few
//! values that the number of series is bounded.

mod process;
mod reading;

pub use reading::{Backups, Outbox, Reading};

use crate::db::Db;
use daymark_shared::channel::ChannelKind;
use jiff::{SignedDuration, Timestamp};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::time::Duration;

/// What `/metrics` is (`Content-Type`).
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds of requests and sends.
const DURATIONS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// Seconds of lateness: a reminder is on time within a second, and late after a minute.
const LATENESS: [f64; 11] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0];

/// Kinds of channels, and what may become of a message to one.
const CHANNELS: [ChannelKind; 4] =
    [ChannelKind::Push, ChannelKind::Ntfy, ChannelKind::Email, ChannelKind::Webhook];
const OUTCOMES: [&str; 4] = ["delivered", "gone", "refused", "retry"];
/// What may become of a reminder that is due.
const FATES: [&str; 5] = ["sent", "again", "failed", "expired", "dropped"];

type Labelled<const N: usize, Metric> = Family<[(&'static str, &'static str); N], Metric>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

type Durations<Labels> = Family<Labels, Histogram, fn() -> Histogram>;

fn durations() -> Histogram {
    Histogram::new(DURATIONS)
}

/// What is counted as it happens, since the process began. Counting a request was measured at 0.2 µs.
pub struct Metrics {
    registry: Registry,
    began: Timestamp,
    requests: Family<Answered, Counter>,
    request_durations: Durations<Asked>,
    sends: Labelled<2, Counter>,
    send_durations: Durations<[(&'static str, &'static str); 1]>,
    fates: Labelled<1, Counter>,
    lateness: Histogram,
    passes: Labelled<1, Gauge>,
    backups: Labelled<1, Counter>,
}

impl Metrics {
    /// For a process that has just begun. What has few labels is there from the start, at zero.
    pub fn new(db: &Db, now: Timestamp) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("daymark"),
            began: now,
            requests: Family::default(),
            request_durations: Family::new_with_constructor(durations),
            sends: Family::default(),
            send_durations: Family::new_with_constructor(durations),
            fates: Family::default(),
            lateness: Histogram::new(LATENESS),
            passes: Family::default(),
            backups: Family::default(),
        };
        for channel in CHANNELS {
            drop(metrics.send_durations.get_or_create(&[("channel", name(channel))]));
            for outcome in OUTCOMES {
                drop(metrics.sends.get_or_create(&[("channel", name(channel)), ("outcome", outcome)]));
            }
        }
        for outcome in ["made", "failed"] {
            drop(metrics.backups.get_or_create(&[("outcome", outcome)]));
        }
        for fate in FATES {
            drop(metrics.fates.get_or_create(&[("outcome", fate)]));
        }
        metrics.registered(db)
    }

    fn registered(mut self, db: &Db) -> Self {
        let all = &mut self.registry;
        all.register("http_requests", "Requests that were answered", self.requests.clone());
        all.register(
            "http_request_duration_seconds",
            "How long answers took, to their head",
            self.request_durations.clone(),
        );
        all.register("sends", "Messages that were sent to channels", self.sends.clone());
        all.register("send_duration_seconds", "How long sending a message took", self.send_durations.clone());
        all.register("reminder_outcomes", "What became of reminders that were due", self.fates.clone());
        all.register(
            "reminder_lateness_seconds",
            "How long after they were due reminders were delivered",
            self.lateness.clone(),
        );
        all.register(
            "job_last_pass_timestamp_seconds",
            "When a job last looked for work",
            self.passes.clone(),
        );
        all.register("scheduled_backups", "Backups by the schedule", self.backups.clone());
        let db = db.meters();
        all.register("writer_queue_length", "Writes that wait", db.queue.clone());
        all.register("writer_group_size", "Writes in one commit", db.group.clone());
        all.register(
            "writer_commit_duration_seconds",
            "How long a commit took, with all that it wrote",
            db.commit.clone(),
        );
        all.register("writer_queue_full", "Writes refused because the queue was full", db.full.clone());
        all.register(
            "rows_set_aside",
            "Rows that could not be read and were set aside",
            db.set_aside.clone(),
        );
        all.register("writer_timeouts", "Writes whose caller waited too long", db.slow.clone());
        all.register(
            "reader_wait_seconds",
            "How long reads waited for a connection, where they had to",
            db.reader_wait.clone(),
        );
        all.register("reader_timeouts", "Reads that got no connection in time", db.reader_timeouts.clone());
        self
    }

    /// A request was answered. The route is its pattern, not its path.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, status) = (known_method(method), class(status));
        let asked = Asked { method, route: route.to_owned() };
        self.request_durations.get_or_create(&asked).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route: asked.route, status }).inc();
    }

    /// A message was sent; `outcome` is one of `delivered`, `gone`, `refused` and `retry`.
    pub fn sent(&self, channel: ChannelKind, outcome: &'static str, took: Duration) {
        let channel = ("channel", name(channel));
        self.sends.get_or_create(&[channel, ("outcome", outcome)]).inc();
        self.send_durations.get_or_create(&[channel]).observe(took.as_secs_f64());
    }

    /// Something became of so many reminders: `sent`, `again` (tried later), `failed`, `expired` or `dropped`.
    pub fn reminders(&self, outcome: &'static str, count: usize) {
        self.fates.get_or_create(&[("outcome", outcome)]).inc_by(count as u64);
    }

    /// A reminder was delivered so long after it was due.
    pub fn delivered(&self, lateness: SignedDuration) {
        self.lateness.observe(lateness.as_secs_f64().max(0.0));
    }

    /// A job looks for work: it lives.
    pub fn pass(&self, job: &'static str, now: Timestamp) {
        self.passes.get_or_create(&[("name", job)]).set(now.as_second());
    }

    /// A backup was made by the schedule; or it failed.
    pub fn backed_up(&self, made: bool) {
        self.backups.get_or_create(&[("outcome", if made { "made" } else { "failed" })]).inc();
    }

    /// All of it as text, with what was read just now.
    pub fn text(&self, reading: Reading) -> String {
        let mut text = String::with_capacity(16 * 1024);
        // Writing to a string cannot fail.
        let _ = text::encode_registry(&mut text, &self.registry)
            .and_then(|()| text::encode_registry(&mut text, &reading.registry()))
            .and_then(|()| text::encode_registry(&mut text, &process::registry(self.began)))
            .and_then(|()| text::encode_eof(&mut text));
        text
    }
}

/// What a kind of channel is called.
pub const fn name(channel: ChannelKind) -> &'static str {
    match channel {
        ChannelKind::Push => "push",
        ChannelKind::Ntfy => "ntfy",
        ChannelKind::Email => "email",
        ChannelKind::Webhook => "webhook",
    }
}

/// Anybody may send any method: what is none of HTTP's is one of many.
fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

const fn class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_bounded_whoever_asks() {
        assert_eq!((known_method("PATCH"), known_method("BREW")), ("PATCH", "other"));
        assert_eq!((class(204), class(404), class(503), class(999)), ("2xx", "4xx", "5xx", "5xx"));
    }
}
