//! The file of a backup: `tar`, in `gzip`, and where it is encrypted in `age`. All three have standard tools, so that a
//! backup can be opened without us: `age --decrypt backup.tar.gz.age | tar --extract --gzip`.
//!
//! In it are, in this order, `manifest.json`, `keyring.json` (only where it is encrypted) and `daymark.db`.

use super::{
    Error,
    age::{self, Key, Lock},
};
use crate::db::backup::Cancel;
use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use jiff::Timestamp;
use ring::digest;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
};
use zeroize::Zeroizing;

/// The form of what is in the file. Another number is another form, that this program does not know.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const KEYRING: &str = "keyring.json";
const DATABASE: &str = "daymark.db";
/// Octets of the two small files at most.
const SMALL: u64 = 1024 * 1024;
const BUFFER: usize = 64 * 1024;
const GZIP: &[u8] = b"\x1f\x8b";
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the file.
    format: u32,
    /// When the copy was made.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub server: String,
    /// The database's schema.
    pub schema: u32,
    /// Whether the keyring is in it.
    pub keyring: bool,
    /// The copy of the database.
    pub database: Measured,
}

impl Manifest {
    /// Of a copy of the database.
    pub fn new(made_at: Timestamp, schema: u32, keyring: bool, database: Measured) -> Self {
        Self {
            format: FORMAT,
            made_at,
            server: env!("CARGO_PKG_VERSION").to_owned(),
            schema,
            keyring,
            database,
        }
    }
}

/// A file's size, and what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Its octets.
    pub bytes: u64,
    /// SHA-256 of it, in hex.
    pub sha256: String,
}

impl Measured {
    /// Reads a file to its end.
    pub fn of(file: &Path, cancel: &Cancel) -> io::Result<Self> {
        let mut measure = Measure::new(io::sink());
        copy(&mut File::open(file)?, &mut measure, cancel)?;
        Ok(measure.done())
    }
}

/// What is in a file, by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An encrypted archive.
    Sealed,
    /// An archive.
    Plain,
    /// A database as it is: the copy that is made before a migration.
    Database,
}

impl Kind {
    /// `None` where it is nothing of ours.
    pub fn of(file: &Path) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        File::open(file)?.take(32).read_to_end(&mut head)?;
        let kinds = [(age::MAGIC, Self::Sealed), (GZIP, Self::Plain), (SQLITE, Self::Database)];
        Ok(kinds.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| kind))
    }
}

/// Writes the archive, and answers what it was written to; it is not flushed.
///
/// # Errors
/// Where reading or writing fails, or somebody asked to stop.
pub fn write<W: Write>(
    out: W,
    lock: Option<&Lock>,
    manifest: &Manifest,
    keyring: Option<&[u8]>,
    database: &Path,
    cancel: &Cancel,
) -> io::Result<W> {
    match lock {
        None => pack(out, manifest, keyring, database, cancel),
        Some(lock) => pack(age::seal(lock, out)?, manifest, keyring, database, cancel)?.finish(),
    }
}

fn pack<W: Write>(
    out: W,
    manifest: &Manifest,
    keyring: Option<&[u8]>,
    database: &Path,
    cancel: &Cancel,
) -> io::Result<W> {
    let mut tar = tar::Builder::new(GzEncoder::new(out, Compression::fast()));
    let entry = |name: &str, size: u64| {
        let mut header = tar::Header::new_gnu();
        header.set_path(name)?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(manifest.made_at.as_second().unsigned_abs());
        header.set_cksum();
        Ok::<_, io::Error>(header)
    };
    let text = serde_json::to_vec_pretty(manifest)?;
    tar.append(&entry(MANIFEST, text.len() as u64)?, text.as_slice())?;
    if let Some(keyring) = keyring {
        tar.append(&entry(KEYRING, keyring.len() as u64)?, keyring)?;
    }
    let file = Patient { input: File::open(database)?, cancel };
    tar.append(&entry(DATABASE, manifest.database.bytes)?, BufReader::with_capacity(BUFFER, file))?;
    tar.into_inner()?.finish()
}

/// Reads until somebody asks to stop.
struct Patient<'a, R> {
    input: R,
    cancel: &'a Cancel,
}

impl<R: Read> Read for Patient<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_asked() {
            // Not `Interrupted`, after which everybody just reads again.
            return Err(io::Error::other("it was stopped"));
        }
        self.input.read(into)
    }
}

/// What an archive holds besides the database.
pub struct Unpacked {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The keyring.
    pub keyring: Option<Zeroizing<String>>,
}

/// Reads an archive to its end. `place` is asked where the database goes once it is known how large it is.
///
/// # Errors
/// [`Error`]: it does not open, is damaged, or is nothing of ours; or writing fails.
pub fn read<W: Write>(
    file: &Path,
    kind: Kind,
    keys: &[Key],
    cancel: &Cancel,
    place: impl FnOnce(&Manifest) -> Result<W, Error>,
) -> Result<Unpacked, Error> {
    let input = File::open(file).map_err(|error| Error::file(file, error))?;
    let input = BufReader::with_capacity(BUFFER, Patient { input, cancel });
    match kind {
        Kind::Sealed => unpack(BufReader::with_capacity(BUFFER, age::open(keys, input)?), cancel, place),
        _ => unpack(input, cancel, place),
    }
}

fn unpack<W: Write>(
    input: impl BufRead,
    cancel: &Cancel,
    place: impl FnOnce(&Manifest) -> Result<W, Error>,
) -> Result<Unpacked, Error> {
    let mut tar = tar::Archive::new(GzDecoder::new(input));
    let mut manifest: Option<Manifest> = None;
    let mut keyring = None;
    let mut place = Some(place);
    let mut found = None;
    for entry in tar.entries().map_err(Error::unreadable)? {
        let mut entry = entry.map_err(Error::unreadable)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match (name.as_str(), &manifest) {
            (MANIFEST, None) => manifest = Some(parse(&small(&mut entry)?)?),
            (KEYRING, Some(manifest)) if manifest.keyring && keyring.is_none() => {
                let text = small(&mut entry)?;
                let text =
                    str::from_utf8(&text).map_err(|_| Error::Damaged("its keyring is no text".to_owned()))?;
                keyring = Some(Zeroizing::new(text.to_owned()));
            }
            (DATABASE, Some(manifest)) if found.is_none() => {
                let Some(place) = place.take() else { return Err(Error::NoBackup) };
                let mut measure = Measure::new(place(manifest)?);
                // Not one octet more than it said that there are.
                copy(&mut entry.take(manifest.database.bytes + 1), &mut measure, cancel)
                    .map_err(Error::unreadable)?;
                measure.out.flush().map_err(Error::unreadable)?;
                found = Some(measure.done());
            }
            _ => return Err(Error::NoBackup),
        }
    }
    // Behind the last entry are the seals of gzip and age.
    io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(Error::unreadable)?;
    let manifest = manifest.ok_or(Error::NoBackup)?;
    let cut = || Error::Damaged("it was cut off".to_owned());
    if found.ok_or_else(cut)? != manifest.database {
        return Err(Error::Damaged("the database in it is not the one that was put in".to_owned()));
    }
    if manifest.keyring && keyring.is_none() {
        return Err(Error::Damaged("its keyring is missing".to_owned()));
    }
    Ok(Unpacked { manifest, keyring })
}

fn small(entry: &mut impl Read) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut text = Zeroizing::new(Vec::new());
    entry.take(SMALL + 1).read_to_end(&mut text).map_err(Error::unreadable)?;
    if text.len() as u64 > SMALL { Err(Error::NoBackup) } else { Ok(text) }
}

fn parse(text: &[u8]) -> Result<Manifest, Error> {
    /// All that is read of a form that is not known.
    #[derive(Deserialize)]
    struct Form {
        format: u32,
    }
    let Form { format } = serde_json::from_slice(text).map_err(|_| Error::NoBackup)?;
    if format > FORMAT {
        return Err(Error::NewerForm(format));
    }
    serde_json::from_slice(text).map_err(|_| Error::NoBackup)
}

/// Counts and digests what goes through.
struct Measure<W> {
    out: W,
    bytes: u64,
    digest: digest::Context,
}

impl<W> Measure<W> {
    fn new(out: W) -> Self {
        Self { out, bytes: 0, digest: digest::Context::new(&digest::SHA256) }
    }

    fn done(self) -> Measured {
        let sha256 = self.digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Measured { bytes: self.bytes, sha256 }
    }
}

impl<W: Write> Write for Measure<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Copies to the end, in pieces of which no one takes long.
pub(super) fn copy(input: &mut impl Read, out: &mut impl Write, cancel: &Cancel) -> io::Result<u64> {
    io::copy(&mut BufReader::with_capacity(BUFFER, Patient { input, cancel }), out)
}
