//! Restores a backup.

use super::{backup::passphrase, report::Report};
use crate::{
    backups::{
        self,
        age::{Identity, Key, Lock},
    },
    clock::Clock,
    config::Config,
    db::backup::Cancel,
};
use clap::Args;
use std::{error::Error, fs, path::PathBuf};
use zeroize::Zeroizing;

/// Which one, and what opens it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The backup, as `server backup` made it; or a database out of the folder `backups`.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Says only whether it can be restored; the server may be running.
    #[arg(long)]
    check: bool,
    /// A file with the passphrase that it was encrypted with, in place of BACKUP_PASSPHRASE.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// A file with the identity of the recipient that it was encrypted for, as `age-keygen` writes it.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Restores it.
///
/// # Errors
/// In words for the operator.
pub fn run(config: &Config, arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let mut keys = Vec::new();
    match (&arguments.passphrase_file, &config.backups.lock) {
        (Some(file), _) => keys.push(Key::Passphrase(passphrase(file)?)),
        (None, Some(Lock::Passphrase(passphrase))) => keys.push(Key::Passphrase(passphrase.clone())),
        (None, _) => {}
    }
    if let Some(file) = &arguments.identity {
        let said = |error: &dyn Error| format!("--identity {}: {error}", file.display());
        let text = Zeroizing::new(fs::read_to_string(file).map_err(|error| said(&error))?);
        keys.extend(Identity::in_file(&text).map_err(|error| said(&error))?.into_iter().map(Key::Identity));
    }
    let now = Clock::system().now();
    let done = backups::restore(config, &arguments.file, &keys, arguments.check, now, &Cancel::default());
    let done = done.map_err(|error| format!("{} was not restored: {error}", arguments.file.display()))?;
    Report::new(&done)
}
