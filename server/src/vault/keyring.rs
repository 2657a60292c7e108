//! The master keys: a file of their own, made on first start, read again when a version turns up that is not known.

use super::{
    OpenError,
    cipher::{Cipher, KEY_LEN},
    random,
};
use crate::{clock::Clock, config::Keys, error::Error};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
};
use zeroize::{Zeroize, Zeroizing};

/// The keyring: clones are the same one.
#[derive(Clone)]
pub(super) struct Keyring(Arc<Inner>);

struct Inner {
    path: PathBuf,
    keys: RwLock<Masters>,
}

#[derive(Clone)]
struct Masters {
    current: u32,
    keys: BTreeMap<u32, Zeroizing<[u8; KEY_LEN]>>,
    /// Of the first key of an older version of this program nobody knows.
    made: BTreeMap<u32, Timestamp>,
}

/// Versions, each with the instant at which it was made, where that is known.
pub(super) type Versions = Vec<(u32, Option<Timestamp>)>;

/// The file: Base64 keys by version, and the version that wraps what is new.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDisk {
    current: u32,
    keys: BTreeMap<u32, String>,
    /// When they were made.
    #[serde(default)]
    made: BTreeMap<u32, Timestamp>,
}

impl Keyring {
    /// Reads the file. Where there is none and `may_create`, makes it, of `MASTER_KEY` if that is set.
    pub(super) fn open(config: &Keys, may_create: bool) -> Result<Self, OpenError> {
        let path = config.keyring_file.clone();
        let failed = |reason: String| OpenError::Keyring { path: path.display().to_string(), reason };
        if !path.exists() {
            let first = match &config.master_key {
                Some(secret) => decode(secret.expose())
                    .ok_or_else(|| failed("MASTER_KEY: must be 32 bytes in Base64".to_owned()))?,
                None if may_create => Zeroizing::new(random()),
                None => {
                    return Err(failed(
                        "it is missing, and the database is sealed with it: put it back, or set MASTER_KEY"
                            .to_owned(),
                    ));
                }
            };
            create(&path, first).map_err(|error| failed(error.to_string()))?;
        }
        let keys = read(&path).map_err(failed)?;
        Ok(Self(Arc::new(Inner { path, keys: RwLock::new(keys) })))
    }

    /// Reads the file, which has to be there.
    pub(super) fn existing(config: &Keys) -> Result<Self, OpenError> {
        let path = config.keyring_file.clone();
        let keys =
            read(&path).map_err(|reason| OpenError::Keyring { path: path.display().to_string(), reason })?;
        Ok(Self(Arc::new(Inner { path, keys: RwLock::new(keys) })))
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Wraps a key with the current master key. Answers that one's version beside the wrapped key.
    ///
    /// To be called in the transaction that stores it: the file is read again, since the key that was current may have been
    /// taken out of it, which happens in a transaction too ([`remove`](Self::remove)). Without the file nothing is wrapped,
    /// for after the next start nobody could open it.
    pub(super) fn wrap(&self, tag: &str, owner: &[u8], key: &[u8; KEY_LEN]) -> Result<(u32, Vec<u8>), Error> {
        self.read_again()?;
        let masters = self.0.keys.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let master = masters.keys.get(&masters.current).ok_or(Error::Sealed("master key"))?;
        Ok((masters.current, Cipher::new(master).seal(&place(masters.current, tag, owner), key)))
    }

    /// Unwraps a key; `None` where no master key of that version opens it.
    pub(super) fn unwrap(
        &self,
        version: u32,
        tag: &str,
        owner: &[u8],
        wrapped: &[u8],
    ) -> Option<Zeroizing<[u8; KEY_LEN]>> {
        open(&*self.master(version)?, version, tag, owner, wrapped)
    }

    fn master(&self, version: u32) -> Option<Zeroizing<[u8; KEY_LEN]>> {
        let known = |masters: &Masters| masters.keys.get(&version).cloned();
        let found = known(&self.0.keys.read().unwrap_or_else(|poisoned| poisoned.into_inner()));
        if found.is_some() {
            return found;
        }
        // Somebody rotated the keys meanwhile.
        if let Err(error) = self.read_again() {
            tracing::error!(version, %error, "a master key is not known");
        }
        known(&self.0.keys.read().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Reads the file again. What it holds no longer stays known here: it may still be needed for what was read before.
    fn read_again(&self) -> Result<(), Error> {
        let read = read(&self.0.path);
        let mut fresh =
            read.map_err(|reason| Error::Internal(format!("the keyring cannot be read again: {reason}")))?;
        let mut masters = self.0.keys.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        for (version, key) in &masters.keys {
            fresh.keys.entry(*version).or_insert_with(|| key.clone());
        }
        *masters = fresh;
        Ok(())
    }

    /// The versions that the file holds, each with the instant at which it was made, where that is known; and which of them
    /// is current.
    pub(super) fn versions(&self) -> Result<(Versions, u32), Error> {
        let file = read(&self.0.path).map_err(Error::Internal)?;
        let versions = file.keys.keys().map(|version| (*version, file.made.get(version).copied()));
        Ok((versions.collect(), file.current))
    }

    /// Makes a new master key, current from now on; answers its version. It is on disk when this returns.
    pub(super) fn add(&self, now: Timestamp) -> Result<u32, Error> {
        let mut version = 0;
        self.change(|masters| {
            version = masters.keys.keys().max().map_or(1, |last| last + 1);
            masters.keys.insert(version, Zeroizing::new(random()));
            masters.made.insert(version, now);
            masters.current = version;
        })?;
        Ok(version)
    }

    /// Takes these out of the file, but the current one. Nothing may be wrapped by them.
    pub(super) fn remove(&self, versions: &[u32]) -> Result<(), Error> {
        self.change(|masters| {
            let current = masters.current;
            masters.keys.retain(|version, _| *version == current || !versions.contains(version));
            masters.made.retain(|version, _| masters.keys.contains_key(version));
        })
    }

    /// Changes the file: whole or not at all, one process at a time.
    fn change(&self, work: impl FnOnce(&mut Masters)) -> Result<(), Error> {
        let changed = || {
            let _alone = lock(&self.0.path).map_err(|error| error.to_string())?;
            let mut masters = read(&self.0.path)?;
            work(&mut masters);
            write(&self.0.path, &masters).map_err(|error| error.to_string())
        };
        changed().map_err(|reason| {
            Error::Internal(format!("the keyring {} cannot be changed: {reason}", self.0.path.display()))
        })?;
        self.read_again()
    }
}

/// The keyring of a file's text, to see whether it is the one of a database.
pub(super) struct Loose(Masters);

impl Loose {
    /// Why it is none, where it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        parse(text).map(Self)
    }

    /// The only key of a keyring that `MASTER_KEY` would make.
    pub(super) fn of_first(master_key: &str) -> Option<Self> {
        let keys = BTreeMap::from([(1, decode(master_key)?)]);
        Some(Self(Masters { current: 1, keys, made: BTreeMap::new() }))
    }

    /// Whether it unwraps this key.
    pub(super) fn unwraps(&self, version: u32, tag: &str, owner: &[u8], wrapped: &[u8]) -> bool {
        self.0.keys.get(&version).is_some_and(|master| open(master, version, tag, owner, wrapped).is_some())
    }
}

fn open(
    master: &[u8; KEY_LEN],
    version: u32,
    tag: &str,
    owner: &[u8],
    wrapped: &[u8],
) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    let key = Zeroizing::new(Cipher::new(master).open(&place(version, tag, owner), wrapped).ok()?);
    Some(Zeroizing::new(key.as_slice().try_into().ok()?))
}

fn place(version: u32, tag: &str, owner: &[u8]) -> Vec<u8> {
    let mut place = version.to_be_bytes().to_vec();
    place.extend_from_slice(&(tag.len() as u32).to_be_bytes());
    place.extend_from_slice(tag.as_bytes());
    place.extend_from_slice(owner);
    place
}

fn decode(text: &str) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}

fn read(path: &Path) -> Result<Masters, String> {
    parse(&Zeroizing::new(fs::read_to_string(path).map_err(|error| error.to_string())?))
}

fn parse(text: &str) -> Result<Masters, String> {
    let mut file: OnDisk = serde_json::from_str(text).map_err(|error| format!("it is damaged: {error}"))?;
    let keys = file.keys.iter().map(|(version, text)| Some((*version, decode(text)?))).collect::<Option<_>>();
    file.keys.values_mut().for_each(Zeroize::zeroize);
    let keys: BTreeMap<_, _> = keys.ok_or("it is damaged: a key is not 32 bytes in Base64")?;
    if !keys.contains_key(&file.current) {
        return Err(format!("it is damaged: its current key {} is missing", file.current));
    }
    Ok(Masters { current: file.current, keys, made: file.made })
}

/// Makes the file with its first key; where another process was quicker, its file stands.
fn create(path: &Path, first: Zeroizing<[u8; KEY_LEN]>) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder(path))?;
    let _alone = lock(path)?;
    if path.exists() {
        return Ok(());
    }
    let made = BTreeMap::from([(1, Clock::system().now())]);
    write(path, &Masters { current: 1, keys: BTreeMap::from([(1, first)]), made })
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Held until it is dropped: one process at a time changes the file.
fn lock(path: &Path) -> io::Result<File> {
    let lock = private().create(true).truncate(false).open(folder(path).join(".lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Writes the file, whole or not at all, for its owner only: the one that it had before.
fn write(path: &Path, masters: &Masters) -> io::Result<()> {
    let encoded = masters.keys.iter().map(|(version, key)| (*version, STANDARD.encode(key.as_slice())));
    let mut file = OnDisk { current: masters.current, keys: encoded.collect(), made: masters.made.clone() };
    let text = serde_json::to_string_pretty(&file).map(Zeroizing::new);
    file.keys.values_mut().for_each(Zeroize::zeroize);
    let partial = path.with_extension("partial");
    // One that was left by a process that died, and perhaps with another mode.
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut out = private().create_new(true).open(&partial)?;
    if let Ok(before) = fs::metadata(path)
        && let Ok(now) = out.metadata()
        && (before.uid(), before.gid()) != (now.uid(), now.gid())
    {
        fchown(&out, Some(before.uid()), Some(before.gid()))?;
    }
    out.write_all(text?.as_bytes())?;
    out.sync_all()?;
    fs::rename(&partial, path)?;
    File::open(folder(path))?.sync_all()
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}
