//! Looks whether all is well, and says what to do where it is not. It changes nothing, asks for no running server, and waits
//! for nothing longer than [`LIMIT`].

mod backups;
mod check;
mod data;
mod files;
mod outside;

use super::{report::Report, state::Failure};
use crate::{
    config::{Config, Judged},
    telemetry,
};
use check::Check;
use clap::Args;
use serde::Serialize;
use std::{fmt, time::Duration};

/// How long a check may take.
const LIMIT: Duration = Duration::from_secs(5);
/// How long reading the whole database may take, where that was asked for.
const FULL_LIMIT: Duration = Duration::from_secs(30 * 60);

/// How thoroughly it looks.
#[derive(Debug, Clone, Copy, Args)]
pub struct Arguments {
    /// Reads the whole database: indexes are compared with their tables. It may take minutes.
    #[arg(long)]
    full: bool,
    /// Asks nobody outside: neither PUBLIC_URL nor push services.
    #[arg(long)]
    offline: bool,
}

#[derive(Serialize)]
struct Findings {
    failed: usize,
    warned: usize,
    checks: Vec<Check>,
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            writeln!(f, "{check}")?;
        }
        match (self.failed, self.warned) {
            (0, 0) => f.write_str("All is well."),
            (0, warned) => write!(f, "Nothing failed; {warned} things to look at."),
            (failed, _) => write!(f, "{failed} checks failed."),
        }
    }
}

/// Looks at everything.
///
/// # Errors
/// Never for what it finds: that is the report.
pub async fn run(judged: Judged, arguments: Arguments) -> Result<Report, Failure> {
    let mut checks = vec![configuration(&judged)];
    if let Some(config) = &judged.config {
        everything(config, arguments, &mut checks).await;
    }
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let (failed, warned) = (count(check::State::Fail), count(check::State::Warn));
    let report = Report::new(&Findings { failed, warned, checks })?;
    Ok(if failed > 0 { report.unfinished() } else { report })
}

async fn everything(config: &Config, arguments: Arguments, checks: &mut Vec<Check>) {
    let Arguments { full, offline } = arguments;
    checks.push(files::rights(config));
    checks.push(files::disk(config));
    checks.push(data::schema(config).await);
    checks.push(data::integrity(config, full).await);
    checks.push(data::keys(config).await);
    // Whoever is outside is asked at the same time: each may take all of its time.
    let ((public_url, skew), valkey, mail, (push, outbound)) = futures_util::future::join4(
        outside::public_url(config, offline),
        outside::valkey(config),
        outside::mail(config),
        outside::push(config, offline),
    )
    .await;
    checks.push(data::clock(config, skew).await);
    checks.extend([
        public_url,
        valkey,
        push,
        mail,
        outbound,
        backups::backups(config),
        files::client(config),
    ]);
}

fn configuration(judged: &Judged) -> Check {
    const CHECK: &str = "configuration";
    let mut wrong: Vec<String> = judged.errors.iter().map(ToString::to_string).collect();
    if let Some(config) = &judged.config
        && let Err(error) = telemetry::judge(&config.log)
    {
        wrong.push(error);
    }
    if wrong.is_empty() {
        return match judged.set.len() {
            0 => Check::ok(CHECK, "no variable is set: all have their defaults"),
            1 => Check::ok(CHECK, "1 variable is set, and can be used"),
            set => Check::ok(CHECK, format!("{set} variables are set, and can be used")),
        };
    }
    let is_file = judged.errors.iter().any(|error| error.variable().ends_with("_FILE"));
    let advice = if is_file {
        format!(
            "mend them as .env.example says; a file has to be readable for user {}, and secrets of Compose keep the owner \
             and the mode that they have on the host",
            files::me()
        )
    } else {
        "mend them as .env.example says".to_owned()
    };
    Check::fail(CHECK, wrong.join("; "), advice)
}
