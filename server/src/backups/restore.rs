//! Puts a backup in the place of the database. Everything is checked before anything is changed.

use super::{
    Error,
    age::Key,
    archive::{self, Kind},
    folder_of, room_for,
    turn::{self, Turn},
};
use crate::{
    config::Config,
    db::{
        self, InUse, Move,
        backup::{self, Cancel, Candidate},
        migrate, private_dir, private_file,
    },
    vault::{Fit, Keyrings, fit},
};
use jiff::Timestamp;
use serde::Serialize;
use std::{
    fmt,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};
use zeroize::Zeroizing;

/// How long it waits for a backup that is under way.
const PATIENCE: Duration = Duration::from_secs(60);

/// What becomes of the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyringFate {
    /// The present one opens the backup, and stays.
    Kept,
    /// The one in the backup takes its place.
    Restored,
    /// There is none yet: the server will make it of `MASTER_KEY`, which opens the backup.
    FromMasterKey,
}

/// What was restored, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The backup.
    pub file: PathBuf,
    /// Whether it was checked only, and nothing changed.
    pub checked_only: bool,
    /// When it was made, where it says so.
    pub made_at: Option<Timestamp>,
    /// The octets of the database in it.
    pub database_bytes: u64,
    /// Its schema.
    pub schema: u32,
    /// The schema that the next start brings it to, where that is another.
    pub migrates_to: Option<u32>,
    /// The keyring.
    pub keyring: KeyringFate,
    /// Where the database is now that was there before.
    pub before: Option<PathBuf>,
    /// Where the keyring is now that was there before.
    pub keyring_before: Option<PathBuf>,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.checked_only {
            true => writeln!(f, "{file} can be restored; nothing was changed")?,
            false => writeln!(f, "{file} was restored")?,
        }
        if let Some(made_at) = self.made_at {
            writeln!(f, "Made at {made_at}")?;
        }
        write!(f, "A database of {} bytes, schema {}", self.database_bytes, self.schema)?;
        match self.migrates_to {
            Some(latest) => writeln!(f, "; the next start brings it to schema {latest}")?,
            None => writeln!(f)?,
        }
        match self.keyring {
            KeyringFate::Kept => writeln!(f, "The present keyring opens it, and stays")?,
            KeyringFate::Restored => writeln!(f, "The keyring is the one in the backup")?,
            KeyringFate::FromMasterKey => {
                writeln!(f, "The keyring will be made of MASTER_KEY, which opens it")?
            }
        }
        if let Some(before) = &self.before {
            writeln!(f, "The database that was there before is {}", before.display())?;
        }
        if let Some(before) = &self.keyring_before {
            writeln!(f, "The keyring that was there before is {}", before.display())?;
        }
        Ok(())
    }
}

/// Restores `file`, or with `check_only` just says whether that would go well. Blocks.
///
/// # Errors
/// [`Error`]; then nothing has changed.
pub fn restore(
    config: &Config,
    file: &Path,
    keys: &[Key],
    check_only: bool,
    at: Timestamp,
    cancel: &Cancel,
) -> Result<Restored, Error> {
    let database = &config.storage.database;
    let kind = Kind::of(file).map_err(|error| Error::file(file, error))?.ok_or(Error::NoBackup)?;
    private_dir(&config.storage.data_dir)?;
    private_dir(folder_of(database))?;
    let alone = if check_only { None } else { Some(db::alone(database)?.ok_or(Error::InUse)?) };
    let turn = Turn::take(&config.storage, PATIENCE)?;
    let staged = Staged(match check_only {
        true => turn.work().join("daymark.db"),
        false => db::staging(database),
    });

    let (made_at, in_backup) = unpack(file, kind, keys, &staged.0, cancel)?;
    let candidate = Candidate::check(&staged.0, cancel)?;
    let (fate, new_keyring) = judge_keyring(config, &candidate, in_backup)?;
    let schema = candidate.schema();
    drop(candidate);
    let database_bytes = fs::metadata(&staged.0).map_err(|error| Error::file(&staged.0, error))?.len();
    let mut restored = Restored {
        file: file.to_owned(),
        checked_only: check_only,
        made_at,
        database_bytes,
        schema,
        migrates_to: (schema != migrate::LATEST).then_some(migrate::LATEST),
        keyring: fate,
        before: None,
        keyring_before: None,
    };
    if let Some(alone) = alone {
        put_in_place(config, &alone, &staged, new_keyring, at, &mut restored)?;
    }
    Ok(restored)
}

/// A file that goes when dropped, unless it has got its place by then.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

type Manifested = (Option<Timestamp>, Option<Zeroizing<String>>);

/// Writes the database in the backup to `into`, on disk; answers when it was made, and its keyring.
fn unpack(file: &Path, kind: Kind, keys: &[Key], into: &Path, cancel: &Cancel) -> Result<Manifested, Error> {
    let place = |bytes: u64| {
        room_for(bytes, folder_of(into))?;
        let out = private_file(into)?;
        out.set_len(0).map_err(|error| Error::file(into, error))?;
        Ok::<_, Error>(out)
    };
    let found = if kind == Kind::Database {
        let mut input = File::open(file).map_err(|error| Error::file(file, error))?;
        let bytes = input.metadata().map_err(|error| Error::file(file, error))?.len();
        let mut out = place(bytes)?;
        archive::copy(&mut input, &mut out, cancel).map_err(|error| Error::file(into, error))?;
        (None, None)
    } else {
        let unpacked = archive::read(file, kind, keys, cancel, |manifest| place(manifest.database.bytes))?;
        (Some(unpacked.manifest.made_at), unpacked.keyring)
    };
    let synced = File::open(into).and_then(|file| file.sync_all());
    synced.map_err(|error| Error::file(into, error))?;
    Ok(found)
}

/// Which keyring it will be, and its text where it is not there yet.
fn judge_keyring(
    config: &Config,
    candidate: &Candidate,
    in_backup: Option<Zeroizing<String>>,
) -> Result<(KeyringFate, Option<Zeroizing<String>>), Error> {
    let path = &config.keys.keyring_file;
    let judge = |keyring: Keyrings<'_>| candidate.read(|tx| fit(&keyring, tx));
    let present = match fs::read_to_string(path).map(Zeroizing::new) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Error::file(path, error)),
    };
    // It may hold more, and newer, master keys than the one in the backup: where it fits, it stays.
    let mut why = match &present {
        Some(text) => match judge(Keyrings::File(text))? {
            Fit::Fits => return Ok((KeyringFate::Kept, None)),
            why => why,
        },
        None => Fit::NoKeyring(
            "it is missing, and not in the backup either: put the keyring there that was in use when the backup was made"
                .to_owned(),
        ),
    };
    if let Some(text) = in_backup {
        match judge(Keyrings::File(&text))? {
            Fit::Fits => return Ok((KeyringFate::Restored, Some(text))),
            _ => return Err(Error::Damaged("the keyring in it is another database's".to_owned())),
        }
    }
    if present.is_none()
        && let Some(key) = &config.keys.master_key
    {
        match judge(Keyrings::First(key.expose()))? {
            Fit::Fits => return Ok((KeyringFate::FromMasterKey, None)),
            other => why = other,
        }
    }
    Err(match why {
        Fit::Lacks(version) => Error::WrongKeyring { path: path.clone(), version },
        Fit::NoKeyring(why) => Error::Keyring { path: path.clone(), why },
        // It was used above.
        Fit::Fits => Error::NoBackup,
    })
}

fn put_in_place(
    config: &Config,
    alone: &InUse,
    staged: &Staged,
    new_keyring: Option<Zeroizing<String>>,
    at: Timestamp,
    restored: &mut Restored,
) -> Result<(), Error> {
    let (database, keyring) = (&config.storage.database, &config.keys.keyring_file);
    let stamp = format!("before-restore-{}", at.strftime("%Y%m%dT%H%M%S%3fZ"));
    let mut moves = Vec::new();
    if database.exists() {
        // Where it is so damaged that this fails, its log is put aside with it.
        if let Err(error) = backup::fold_log(database) {
            tracing::warn!(%error, "the present database cannot be opened: it is put aside as it is");
        }
        let aside = aside(config, &stamp)?;
        for end in ["", "-wal", "-shm", "-journal"] {
            let with = |path: &Path| {
                let mut path = path.as_os_str().to_owned();
                path.push(end);
                PathBuf::from(path)
            };
            if with(database).exists() {
                moves.push(Move { from: with(database), to: with(&aside) });
            }
        }
        restored.before = Some(aside);
    }
    moves.push(Move { from: staged.0.clone(), to: database.clone() });
    let mut staged_keyring = None;
    if let Some(text) = new_keyring {
        private_dir(folder_of(keyring))?;
        let new = Staged(keyring.with_extension("restoring"));
        let mut out = private_file(&new.0)?;
        let write =
            out.set_len(0).and_then(|()| out.write_all(text.as_bytes())).and_then(|()| out.sync_all());
        write.map_err(|error| Error::file(&new.0, error))?;
        if keyring.exists() {
            let old = keyring.with_extension(format!("{stamp}.json"));
            moves.push(Move { from: keyring.clone(), to: old.clone() });
            restored.keyring_before = Some(old);
        }
        moves.push(Move { from: new.0.clone(), to: keyring.clone() });
        staged_keyring = Some(new);
    }
    let done = db::exchange(database, alone, &moves);
    drop(staged_keyring);
    Ok(done?)
}

/// Where the present database is put: among the backups, or beside itself where those are on another file system.
fn aside(config: &Config, stamp: &str) -> Result<PathBuf, Error> {
    let (backups, own) = (turn::folder(&config.storage), folder_of(&config.storage.database));
    let (here, there) = (own.join(".probe"), backups.join(".probe"));
    drop(private_file(&here)?);
    let folder = match fs::rename(&here, &there) {
        Ok(()) => backups.as_path(),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => own,
        Err(error) => return Err(Error::file(&there, error)),
    };
    for probe in [here, there] {
        // One of them is not there.
        let _ = fs::remove_file(probe);
    }
    Ok(folder.join(format!("{stamp}.db")))
}
