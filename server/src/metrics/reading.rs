//! What is not counted but looked at, when somebody asks.

use crate::{
    db::{Readers, Sizes},
    kv,
};
use jiff::Timestamp;
use prometheus_client::{
    metrics::{counter::ConstCounter, family::Family, gauge::ConstGauge, gauge::Gauge, info::Info},
    registry::Registry,
};

/// What is owed to channels, whoever's it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outbox {
    /// Not due yet.
    pub pending: u64,
    /// Due, and nobody is at it.
    pub due: u64,
    /// On their way.
    pub leased: u64,
    /// Late, failed or expired, and not yet seen by their person.
    pub missed: u64,
    /// How long the one that is due longest has been, in seconds; 0 where none is.
    pub oldest_due_s: f64,
}

/// What became of scheduled backups.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Backups {
    /// When the last one was made, if any was.
    pub last: Option<Timestamp>,
    /// How often in a row none was made.
    pub failures: u32,
}

/// How things stand at one moment.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What the process does: `api`, `jobs` or `all`.
    pub mode: &'static str,
    /// On the disk.
    pub sizes: Sizes,
    /// Connections of the database.
    pub readers: Readers,
    /// The outbox; absent where the database did not answer.
    pub outbox: Option<Outbox>,
    /// How it stands with Valkey.
    pub valkey: kv::State,
    /// What has happened with it.
    pub valkey_counts: kv::Counts,
    /// Live streams of events.
    pub streams: usize,
    /// What became of scheduled backups, whoever made them.
    pub backups: Backups,
}

impl Reading {
    pub(super) fn registry(self) -> Registry {
        let mut all = Registry::with_prefix("daymark");
        let build = [("version", env!("CARGO_PKG_VERSION")), ("mode", self.mode)];
        all.register("build", "What runs here", Info::new(build));
        let mut size = |name, help, bytes: u64| all.register(name, help, ConstGauge::new(bytes as f64));
        size("database_size_bytes", "Size of the database", self.sizes.database);
        size("wal_size_bytes", "Size of the database's log", self.sizes.log);
        size("disk_free_bytes", "What is free where the database lies", self.sizes.free);
        size("disk_size_bytes", "Size of the file system that the database lies on", self.sizes.disk);
        let readers: Family<[(&str, &str); 1], Gauge> = Family::default();
        readers.get_or_create(&[("state", "busy")]).set(self.readers.busy.into());
        readers.get_or_create(&[("state", "idle")]).set(self.readers.idle.into());
        all.register("readers", "Connections that read", readers);
        all.register(
            "event_streams",
            "Open streams of live events",
            ConstGauge::new(self.streams as u64 as f64),
        );
        let last = self.backups.last.map_or(0.0, |last| last.as_second() as f64);
        all.register(
            "backup_last_success_timestamp_seconds",
            "When the last scheduled backup was made",
            ConstGauge::new(last),
        );
        all.register(
            "backup_failures",
            "How often in a row no scheduled backup was made",
            ConstGauge::new(f64::from(self.backups.failures)),
        );
        if let Some(outbox) = self.outbox {
            register_outbox(&mut all, &outbox);
        }
        if self.valkey != kv::State::None {
            let is_connected = i64::from(self.valkey == kv::State::Connected);
            all.register("valkey_connected", "Whether Valkey answers", ConstGauge::new(is_connected));
            let mut count = |name, help, value: u64| all.register(name, help, ConstCounter::new(value));
            let counts = self.valkey_counts;
            count("valkey_losses", "Times that Valkey was lost", counts.losses);
            count("valkey_returns", "Times that it came back", counts.returns);
            count("valkey_failures", "Commands and connections that failed", counts.failures);
            count("valkey_unsent_messages", "Messages to other processes that were not sent", counts.unsent);
        }
        all
    }
}

fn register_outbox(all: &mut Registry, outbox: &Outbox) {
    let states: Family<[(&str, &str); 1], Gauge> = Family::default();
    let each = [
        ("pending", outbox.pending),
        ("due", outbox.due),
        ("leased", outbox.leased),
        ("missed", outbox.missed),
    ];
    for (state, count) in each {
        states.get_or_create(&[("state", state)]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    all.register("outbox_reminders", "Reminders in the outbox", states);
    all.register(
        "outbox_oldest_due_seconds",
        "How long the reminder has been due that waits longest",
        ConstGauge::new(outbox.oldest_due_s),
    );
}
