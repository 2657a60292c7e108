//! Makes a backup.

use super::report::Report;
use crate::{
    backups::{self, Out, Turn, age::Lock},
    clock::Clock,
    config::{Config, Secret},
    db::backup::Cancel,
};
use clap::Args;
use std::{
    error::Error,
    fs,
    io::stdout,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long it waits for another backup that is under way.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where to, and encrypted with what.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The file, or a folder in which it gets a name; `-` for standard output. Default: where BACKUP_TO says.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Makes one as `server jobs` does by the schedule, and removes those that BACKUP_KEEP does not keep: for a timer of your
    /// own, with BACKUP_EVERY=off.
    #[arg(long, conflicts_with = "to")]
    scheduled: bool,
    /// A file with the passphrase to encrypt it with, in place of BACKUP_PASSPHRASE or BACKUP_RECIPIENT.
    #[arg(long, value_name = "FILE", conflicts_with = "recipient")]
    passphrase_file: Option<PathBuf>,
    /// Whom to encrypt it for, such as `age1…`, in place of BACKUP_RECIPIENT or BACKUP_PASSPHRASE.
    #[arg(long, value_name = "RECIPIENT")]
    recipient: Option<String>,
}

/// Makes it.
///
/// # Errors
/// In words for the operator.
pub async fn run(mut config: Config, arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    if let Some(file) = &arguments.passphrase_file {
        config.backups.lock = Some(Lock::Passphrase(passphrase(file)?));
    }
    if let Some(recipient) = &arguments.recipient {
        let recipient = recipient.parse().map_err(|error| format!("--recipient {error}"))?;
        config.backups.lock = Some(Lock::Recipient(recipient));
    }
    let (clock, cancel) = (Clock::system(), Cancel::default());
    let now = clock.now();
    let turn = Turn::take(&config.storage, PATIENCE)?;
    let made = match &arguments.to {
        Some(to) if to == Path::new("-") => {
            let made = backups::make(&config, &turn, Out::Stream(&mut stdout().lock()), now, &cancel)?;
            return Ok(Report::new(&made)?.beside_output());
        }
        Some(to) => {
            backups::make(&config, &turn, Out::File(&backups::named(&config, to, now)), now, &cancel)?
        }
        None if arguments.scheduled => backups::scheduled(&config, turn, &clock, &cancel).await?,
        None => backups::by_hand(&config, turn, &clock, &cancel).await?,
    };
    Report::new(&made)
}

/// The passphrase in a file, without the end of its line.
pub(super) fn passphrase(file: &Path) -> Result<Secret, Box<dyn Error>> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("--passphrase-file {}: {error}", file.display()))?;
    let passphrase = Secret::from(text.trim().to_owned());
    if passphrase.expose().is_empty() {
        return Err(format!("--passphrase-file {}: it is empty", file.display()).into());
    }
    Ok(passphrase)
}
