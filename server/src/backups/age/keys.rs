//! How a file key is wrapped: by a passphrase (scrypt), or for a recipient (X25519).

use super::{
    FILE_KEY, OpenError, derive,
    header::{BASE64, Stanza, decode},
};
use crate::config::Secret;
use base64::Engine;
use bech32::{Bech32, Hrp};
use openssl::{
    derive::Deriver,
    error::ErrorStack,
    pkcs5::scrypt,
    pkey::{Id, PKey, Private},
};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use std::{fmt, io, str::FromStr};
use zeroize::Zeroizing;

pub(super) const SCRYPT: &str = "scrypt";
pub(super) const X25519: &str = "X25519";

const SCRYPT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const X25519_LABEL: &[u8] = b"age-encryption.org/v1/X25519";
/// scrypt's cost: 2 to the power of this. It takes half a second and 128 MiB, which fits into the containers' limits; the
/// tool `age` takes twice that.
const WORK: u8 = 17;
/// The most that a file may ask for: 4 GiB would be more than a file should cost.
const MOST_WORK: u8 = 22;
/// scrypt's block size.
const BLOCK: u64 = 8;
/// A wrapped file key: the key, and its seal.
const WRAPPED: usize = FILE_KEY + 16;

/// No key: it says what was expected. The text itself is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {0}")]
pub struct BadKey(&'static str);

/// Whom a file is for: `age1…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient(…)")
    }
}

impl FromStr for Recipient {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        from_bech32(text, "age").map(|key| Self(*key)).ok_or(BadKey("a recipient of age, such as age1…"))
    }
}

/// The secret key of a recipient: `AGE-SECRET-KEY-1…`.
#[derive(Clone)]
pub struct Identity(Zeroizing<[u8; 32]>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

impl FromStr for Identity {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let bad = BadKey("an identity of age, AGE-SECRET-KEY-1…");
        from_bech32(text, "age-secret-key-").map(Self).ok_or(bad)
    }
}

impl Identity {
    /// The identities of a file as `age-keygen` writes it: one a line, besides comments.
    ///
    /// # Errors
    /// [`BadKey`], also where there is none.
    pub fn in_file(text: &str) -> Result<Vec<Self>, BadKey> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let found = lines.map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() {
            Err(BadKey("a file with an identity of age, as age-keygen writes it"))
        } else {
            Ok(found)
        }
    }

    /// The file key, where the stanza was written for this identity.
    pub(super) fn unwrap(&self, stanza: &Stanza) -> Result<Option<Zeroizing<[u8; FILE_KEY]>>, OpenError> {
        let [_, share] = stanza.arguments.as_slice() else { return Err(OpenError::Damaged) };
        let share: [u8; 32] = decode(share)?.try_into().map_err(|_| OpenError::Damaged)?;
        let own = PKey::private_key_from_raw_bytes(&*self.0, Id::X25519).map_err(io::Error::from)?;
        let public = own.raw_public_key().map_err(io::Error::from)?;
        // A share of which nothing secret comes (RFC 7748 §6.1) is nobody's.
        let Ok(shared) = agree(&own, &share) else { return Err(OpenError::Damaged) };
        let key = derive(&[share.as_slice(), &public].concat(), &shared, X25519_LABEL)?;
        open(&key, &stanza.body)
    }
}

impl Recipient {
    pub(super) fn wrap(&self, file_key: &[u8; FILE_KEY]) -> io::Result<Stanza> {
        let ephemeral = PKey::generate_x25519()?;
        let share = ephemeral.raw_public_key()?;
        let shared = agree(&ephemeral, &self.0)?;
        let key = derive(&[share.as_slice(), &self.0].concat(), &shared, X25519_LABEL)?;
        let arguments = vec![X25519.to_owned(), BASE64.encode(share)];
        Ok(Stanza { arguments, body: seal(&key, file_key)? })
    }
}

/// X25519. OpenSSL refuses a result of zeros.
fn agree(own: &PKey<Private>, other: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let other = PKey::public_key_from_raw_bytes(other, Id::X25519)?;
    let mut deriver = Deriver::new(own)?;
    deriver.set_peer(&other)?;
    deriver.derive_to_vec().map(Zeroizing::new)
}

pub(super) fn wrap_by_passphrase(passphrase: &Secret, file_key: &[u8; FILE_KEY]) -> io::Result<Stanza> {
    let salt = crate::vault::random::<16>();
    let key = stretch(passphrase, &salt, WORK)?;
    let arguments = vec![SCRYPT.to_owned(), BASE64.encode(salt), WORK.to_string()];
    Ok(Stanza { arguments, body: seal(&key, file_key)? })
}

/// The file key, where the passphrase is the one.
pub(super) fn unwrap_by_passphrase(
    passphrase: &Secret,
    stanza: &Stanza,
) -> Result<Option<Zeroizing<[u8; FILE_KEY]>>, OpenError> {
    let [_, salt, work] = stanza.arguments.as_slice() else { return Err(OpenError::Damaged) };
    let salt: [u8; 16] = decode(salt)?.try_into().map_err(|_| OpenError::Damaged)?;
    let work: u8 =
        work.parse().ok().filter(|work| (1..=MOST_WORK).contains(work)).ok_or(OpenError::Damaged)?;
    let key = stretch(passphrase, &salt, work)?;
    open(&key, &stanza.body)
}

fn stretch(passphrase: &Secret, salt: &[u8; 16], work: u8) -> io::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let (cost, salt) = (1_u64 << work, [SCRYPT_LABEL, salt].concat());
    // What it needs (RFC 7914 §2), and some more for OpenSSL itself.
    let memory = 128 * BLOCK * (cost + 16);
    scrypt(passphrase.expose().as_bytes(), &salt, cost, BLOCK, 1, memory, &mut *key)?;
    Ok(key)
}

fn cipher(key: &[u8; 32]) -> io::Result<LessSafeKey> {
    let key =
        UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| io::Error::other("no key of this length"))?;
    Ok(LessSafeKey::new(key))
}

/// Each key wraps one file key, so the nonce may be zero.
fn seal(key: &[u8; 32], file_key: &[u8; FILE_KEY]) -> io::Result<Vec<u8>> {
    let mut body = file_key.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), &mut body)
        .map_err(|_| io::Error::other("the file key could not be wrapped"))?;
    Ok(body)
}

fn open(key: &[u8; 32], body: &[u8]) -> Result<Option<Zeroizing<[u8; FILE_KEY]>>, OpenError> {
    // Of another length it could be one that opens under two keys.
    if body.len() != WRAPPED {
        return Err(OpenError::Damaged);
    }
    let mut body = Zeroizing::new(body.to_vec());
    let opened = cipher(key)?.open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), &mut body);
    Ok(opened.ok().and_then(|key| Some(Zeroizing::new(<[u8; FILE_KEY]>::try_from(&*key).ok()?))))
}

fn from_bech32(text: &str, kind: &str) -> Option<Zeroizing<[u8; 32]>> {
    let hrp = Hrp::parse(kind).ok()?;
    let parsed = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(text).ok()?;
    let key = Zeroizing::new(parsed.byte_iter().collect::<Vec<u8>>());
    let right = parsed.hrp() == hrp;
    right.then_some(())?;
    Some(Zeroizing::new(key.as_slice().try_into().ok()?))
}
