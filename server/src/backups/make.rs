//! Makes a backup.

use super::{
    Error,
    age::{Key, Lock},
    archive::{self, Kind, Manifest, Measured},
    folder_of, room_for,
    turn::Turn,
};
use crate::{
    config::Config,
    db::{
        backup::{self, Cancel, Candidate},
        private_file,
    },
    vault::{Fit, Keyrings, fit},
};
use jiff::Timestamp;
use serde::Serialize;
use std::{
    fmt,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Where it goes.
pub enum Out<'a> {
    /// Into this file, which is whole once it is there. Another one is replaced.
    File(&'a Path),
    /// To whoever reads; it cannot be read back.
    Stream(&'a mut dyn Write),
}

/// What it is encrypted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sealing {
    /// A passphrase.
    Passphrase,
    /// For the holder of an identity.
    Recipient,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Where it is, a file or `s3://…`; `None` for a stream.
    pub file: Option<String>,
    /// Its octets.
    pub bytes: u64,
    /// Those of the database in it.
    pub database_bytes: u64,
    /// The database's schema.
    pub schema: u32,
    /// When the copy was made.
    pub made_at: Timestamp,
    /// How it is encrypted, if it is.
    pub encrypted: Option<Sealing>,
    /// Whether the keyring is in it.
    pub keyring: bool,
    /// Whether the file was read again, to its end, and is what was put in. The database in it was checked in any case.
    pub read_back: bool,
    /// The keyring that has to be saved apart, where it is not in the backup.
    pub save_apart: Option<PathBuf>,
    /// The scheduled backups that were removed after it, which are kept no longer.
    pub removed: Vec<String>,
    /// Why they could not be removed.
    pub not_removed: Option<String>,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => writeln!(f, "Backed up to {file}")?,
            None => writeln!(f, "Backed up to standard output")?,
        }
        let checked = if self.read_back { "checked, and read back" } else { "checked" };
        writeln!(
            f,
            "{} bytes, of a database of {}, schema {}: {checked}",
            self.bytes, self.database_bytes, self.schema
        )?;
        if !self.removed.is_empty() {
            writeln!(f, "No longer kept, and removed: {}", self.removed.join(", "))?;
        }
        if let Some(why) = &self.not_removed {
            writeln!(f, "Those that are no longer kept were not removed: {why}")?;
        }
        match (self.encrypted, &self.save_apart) {
            (Some(Sealing::Passphrase), _) => {
                write!(f, "Encrypted with the passphrase; the keyring is in it.")
            }
            (Some(Sealing::Recipient), _) => write!(f, "Encrypted for the recipient; the keyring is in it."),
            (None, Some(keyring)) => write!(
                f,
                "Not encrypted, so the KEYRING IS NOT IN IT. Without it nobody can read the backup: save {} apart from it.",
                keyring.display()
            ),
            (None, None) => Ok(()),
        }
    }
}

/// A backup's name by what made it, such as `manual-20261122T154500Z.tar.gz.age`.
pub(super) fn name(by: &str, at: Timestamp, lock: Option<&Lock>) -> String {
    let end = if lock.is_some() { ".tar.gz.age" } else { ".tar.gz" };
    format!("{by}-{}{end}", at.strftime("%Y%m%dT%H%M%SZ"))
}

/// The file that is asked for, or where that is a folder, one in it with a name of its own.
pub fn named(config: &Config, to: &Path, at: Timestamp) -> PathBuf {
    if to.is_dir() { to.join(name("manual", at, config.backups.lock.as_ref())) } else { to.to_owned() }
}

/// Makes a backup while others read and write. Blocks.
///
/// # Errors
/// [`Error`]; then there is no file, or the one that was there before.
pub fn make(
    config: &Config,
    turn: &Turn,
    out: Out<'_>,
    at: Timestamp,
    cancel: &Cancel,
) -> Result<Made, Error> {
    let (database, lock) = (&config.storage.database, config.backups.lock.as_ref());
    let copy = turn.work().join("daymark.db");
    let size = fs::metadata(database).map_err(|error| Error::file(database, error))?.len();
    room_for(size, turn.work())?;
    backup::copy(database, &copy, cancel)?;
    let candidate = Candidate::check(&copy, cancel)?;
    let keyring = match lock {
        None => None,
        Some(_) => Some(keyring(config, &candidate)?),
    };
    let measured = Measured::of(&copy, cancel).map_err(|error| Error::file(&copy, error))?;
    let manifest = Manifest::new(at, candidate.schema(), keyring.is_some(), measured);
    drop(candidate);

    let keyring = keyring.as_ref().map(|text| text.as_bytes());
    let pack = |out: &mut dyn Write| {
        let mut counted = Counted { out: BufWriter::new(out), bytes: 0 };
        archive::write(&mut counted, lock, &manifest, keyring, &copy, cancel)?;
        counted.out.flush()?;
        Ok::<_, io::Error>(counted.bytes)
    };
    let (file, bytes, read_back) = match out {
        Out::Stream(out) => {
            let bytes = pack(out).map_err(|error| Error::file(Path::new("standard output"), error))?;
            (None, bytes, false)
        }
        Out::File(file) => {
            room_for(manifest.database.bytes, folder_of(file))?;
            let partial = Partial::beside(file);
            let bytes = partial.fill(pack)?;
            let read_back = read_back(&partial.0, lock, &manifest, cancel)?;
            partial.keep_as(file)?;
            (Some(file.display().to_string()), bytes, read_back)
        }
    };
    Ok(Made {
        file,
        bytes,
        database_bytes: manifest.database.bytes,
        schema: manifest.schema,
        made_at: at,
        encrypted: lock.map(|lock| match lock {
            Lock::Passphrase(_) => Sealing::Passphrase,
            Lock::Recipient(_) => Sealing::Recipient,
        }),
        keyring: manifest.keyring,
        read_back,
        save_apart: lock.is_none().then(|| config.keys.keyring_file.clone()),
        removed: Vec::new(),
        not_removed: None,
    })
}

/// The keyring, which opens what is in the copy.
fn keyring(config: &Config, candidate: &Candidate) -> Result<Zeroizing<String>, Error> {
    let path = &config.keys.keyring_file;
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| Error::file(path, error))?);
    match candidate.read(|tx| fit(&Keyrings::File(&text), tx))? {
        Fit::Fits => Ok(text),
        Fit::Lacks(version) => Err(Error::WrongKeyring { path: path.clone(), version }),
        Fit::NoKeyring(why) => Err(Error::Keyring { path: path.clone(), why }),
    }
}

/// Reads the file again as a restore would. What is for a recipient, only they can open.
fn read_back(file: &Path, lock: Option<&Lock>, manifest: &Manifest, cancel: &Cancel) -> Result<bool, Error> {
    let (kind, keys) = match lock {
        None => (Kind::Plain, Vec::new()),
        Some(Lock::Passphrase(passphrase)) => (Kind::Sealed, vec![Key::Passphrase(passphrase.clone())]),
        Some(Lock::Recipient(_)) => return Ok(false),
    };
    let read = archive::read(file, kind, &keys, cancel, |_| Ok(io::sink()));
    let read = read.map_err(|error| Error::NotReadBack(Box::new(error)))?;
    if read.manifest == *manifest {
        Ok(true)
    } else {
        Err(Error::NotReadBack(Box::new(Error::Damaged("it says otherwise".to_owned()))))
    }
}

struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file that is not whole yet: it goes when dropped.
struct Partial(PathBuf);

impl Partial {
    fn beside(file: &Path) -> Self {
        let mut path = file.as_os_str().to_owned();
        path.push(".partial");
        Self(path.into())
    }

    /// Writes it, for this user only, and to the disk.
    fn fill(&self, pack: impl FnOnce(&mut dyn Write) -> io::Result<u64>) -> Result<u64, Error> {
        let mut file = private_file(&self.0)?;
        let fill = || {
            file.set_len(0)?;
            let bytes = pack(&mut file)?;
            file.sync_all()?;
            Ok(bytes)
        };
        fill().map_err(|error| Error::file(&self.0, error))
    }

    fn keep_as(self, file: &Path) -> Result<(), Error> {
        let keep = || {
            fs::rename(&self.0, file)?;
            File::open(folder_of(file))?.sync_all()
        };
        keep().map_err(|error| Error::file(file, error))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Mostly it has its name by now.
        let _ = fs::remove_file(&self.0);
    }
}
