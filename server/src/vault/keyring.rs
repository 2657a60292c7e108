//! The master keys: a file of their own, made on first start, read again when a version turns up that is not known.

use super::{
    OpenError,
    cipher::{Cipher, KEY_LEN},
    random,
};
use crate::{config::Keys, error::Error};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
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

struct Masters {
    current: u32,
    keys: BTreeMap<u32, Zeroizing<[u8; KEY_LEN]>>,
}

/// The file: Base64 keys by version, and the version that wraps what is new.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDisk {
    current: u32,
    keys: BTreeMap<u32, String>,
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
            create(&path, &first).map_err(|error| failed(error.to_string()))?;
        }
        let keys = read(&path).map_err(failed)?;
        Ok(Self(Arc::new(Inner { path, keys: RwLock::new(keys) })))
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Wraps a key with the current master key. Answers that one's version beside the wrapped key.
    pub(super) fn wrap(&self, tag: &str, owner: &[u8], key: &[u8; KEY_LEN]) -> Result<(u32, Vec<u8>), Error> {
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
        let master = self.master(version)?;
        let key = Zeroizing::new(Cipher::new(&master).open(&place(version, tag, owner), wrapped).ok()?);
        Some(Zeroizing::new(key.as_slice().try_into().ok()?))
    }

    fn master(&self, version: u32) -> Option<Zeroizing<[u8; KEY_LEN]>> {
        let known = |masters: &Masters| masters.keys.get(&version).cloned();
        let found = known(&self.0.keys.read().unwrap_or_else(|poisoned| poisoned.into_inner()));
        if found.is_some() {
            return found;
        }
        // Somebody rotated the keys meanwhile.
        match read(&self.0.path) {
            Ok(masters) => {
                let found = known(&masters);
                *self.0.keys.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = masters;
                found
            }
            Err(reason) => {
                tracing::error!(version, reason, "the keyring cannot be read again");
                None
            }
        }
    }
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
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| error.to_string())?);
    let mut file: OnDisk = serde_json::from_str(&text).map_err(|error| format!("it is damaged: {error}"))?;
    let keys = file.keys.iter().map(|(version, text)| Some((*version, decode(text)?))).collect::<Option<_>>();
    file.keys.values_mut().for_each(Zeroize::zeroize);
    let keys: BTreeMap<_, _> = keys.ok_or("it is damaged: a key is not 32 bytes in Base64")?;
    if !keys.contains_key(&file.current) {
        return Err(format!("it is damaged: its current key {} is missing", file.current));
    }
    Ok(Masters { current: file.current, keys })
}

/// Makes the file with its first key, whole or not at all; where another process was quicker, its file stands.
fn create(path: &Path, first: &[u8; KEY_LEN]) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let lock = private().create(true).truncate(false).open(dir.join(".lock"))?;
    lock.lock()?;
    if path.exists() {
        return Ok(());
    }
    let file = OnDisk { current: 1, keys: BTreeMap::from([(1, STANDARD.encode(first))]) };
    let text = Zeroizing::new(serde_json::to_string_pretty(&file)?);
    let partial = path.with_extension("partial");
    let mut out = private().create(true).truncate(true).open(&partial)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(&partial, path)?;
    File::open(dir)?.sync_all()
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}
