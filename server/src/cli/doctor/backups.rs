//! Whether backups are made, as far as the schedule knows: those that are made by hand it does not count.

use super::{check::Check, data::NOTHING};
use crate::{
    backups::{Status, Success},
    clock::Clock,
    config::Config,
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A backup may be so late: the first is made within an hour, and each takes its time.
const LATE: SignedDuration = SignedDuration::from_hours(2);
const CHECK: &str = "backups";

/// Whether the last one is as young as the schedule has it.
pub fn backups(config: &Config) -> Check {
    let Some(every) = config.backups.every else {
        let advice =
            "make them with `server backup`, by whatever runs things on time here; or set BACKUP_EVERY";
        return Check::warn(CHECK, "none are scheduled (BACKUP_EVERY=off)", advice);
    };
    if matches!(config.storage.database.try_exists(), Ok(false)) {
        return Check::ok(CHECK, NOTHING);
    }
    let locked = config.backups.lock.is_some();
    match Status::read(&config.storage) {
        Err(error) => Check::warn(CHECK, error.to_string(), "let the server's user read it"),
        Ok(None) => Check::warn(
            CHECK,
            "none was ever scheduled here",
            "run `server jobs` (or `server all`): it makes them",
        ),
        Ok(Some(status)) => judge(&status, every, locked, Clock::system().now()),
    }
}

fn judge(status: &Status, every: Duration, locked: bool, now: Timestamp) -> Check {
    let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
    let age = |at: Timestamp| now.duration_since(at);
    let is_late = |at: Timestamp| age(at) > every.saturating_add(LATE);
    let last = match &status.success {
        None => "none was made yet".to_owned(),
        Some(Success { at, bytes, .. }) => {
            let keyring =
                if locked { "it is encrypted" } else { "it holds no keyring: keep a copy of that elsewhere" };
            let bytes = *bytes as f64 / f64::from(1 << 20);
            format!(
                "the last one is {:.0} h old and has {bytes:.1} MiB; {keyring}",
                age(*at).as_secs_f64() / 3_600.0
            )
        }
    };
    let since = status.success.as_ref().map_or(status.since, |success| success.at);
    match &status.failure {
        Some(failure) if status.failures > 0 => {
            let found = format!("{last}; the last {} tries failed: {}", status.failures, failure.why);
            let advice = "do away with the reason; it is tried again every hour at least";
            if is_late(since) { Check::fail(CHECK, found, advice) } else { Check::warn(CHECK, found, advice) }
        }
        _ if is_late(since) => {
            let advice = "look whether `server jobs` (or `server all`) runs: it makes them";
            Check::warn(CHECK, format!("{last}; the next one is overdue"), advice)
        }
        _ => Check::ok(CHECK, last),
    }
}
