//! Files that are encrypted with a passphrase or for a recipient, as the standard tool `age` reads and writes them
//! (age-encryption.org/v1, C2SP).
//!
//! The format is small, and all that is cryptography in it comes from ring and OpenSSL, which the server has anyway. The
//! crate `age` would bring 66 others, half of them to translate its messages. Nothing of the format is left out that
//! backups need; SSH keys, plugins and armour are.

mod header;
mod keys;
mod stream;

pub use keys::{BadKey, Identity, Recipient};
pub use stream::{Opener, Sealer};

use crate::config::Secret;
use header::Stanza;
use ring::hkdf;
use std::io::{self, BufRead, Write};
use zeroize::Zeroizing;

/// What every such file begins with.
pub const MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// Octets of the key that a file is sealed with.
const FILE_KEY: usize = 16;

/// To whom a file is sealed.
#[derive(Debug, Clone)]
pub enum Lock {
    /// Whoever knows the passphrase.
    Passphrase(Secret),
    /// Whoever has the identity.
    Recipient(Recipient),
}

/// What a file may be opened with.
#[derive(Debug, Clone)]
pub enum Key {
    /// The passphrase.
    Passphrase(Secret),
    /// The recipient's secret key.
    Identity(Identity),
}

/// Why a file does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither the passphrase nor the identity is the one.
    #[error("the passphrase or identity is not the one that it was encrypted with")]
    WrongKey,
    /// It wants a passphrase, and there is none.
    #[error("it is encrypted with a passphrase: give it by --passphrase-file or BACKUP_PASSPHRASE")]
    PassphraseNeeded,
    /// It wants an identity, and there is none.
    #[error("it is encrypted for a recipient: give the identity file by --identity")]
    IdentityNeeded,
    /// Its head is not as it was written.
    #[error("it is damaged: its head cannot be read")]
    Damaged,
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Begins a sealed file: what is written to the answer is encrypted into `out`. [`Sealer::finish`] ends it.
///
/// # Errors
/// Where `out` fails, or OpenSSL.
pub fn seal<W: Write>(lock: &Lock, mut out: W) -> io::Result<Sealer<W>> {
    let file_key = Zeroizing::new(crate::vault::random::<FILE_KEY>());
    let stanza = match lock {
        Lock::Passphrase(passphrase) => keys::wrap_by_passphrase(passphrase, &file_key)?,
        Lock::Recipient(recipient) => recipient.wrap(&file_key)?,
    };
    out.write_all(&header::write(&[stanza], &file_key))?;
    Sealer::new(out, &file_key)
}

/// Opens a sealed file: the answer reads what is in it.
///
/// # Errors
/// [`OpenError`].
pub fn open<R: BufRead>(keys: &[Key], mut input: R) -> Result<Opener<R>, OpenError> {
    let header = header::read(&mut input)?;
    let file_key = unwrap(keys, &header.stanzas)?;
    if !header.is_sealed_by(&file_key) {
        return Err(OpenError::Damaged);
    }
    Ok(Opener::new(input, &file_key)?)
}

fn unwrap(keys: &[Key], stanzas: &[Stanza]) -> Result<Zeroizing<[u8; FILE_KEY]>, OpenError> {
    let by_passphrase = stanzas.iter().any(|stanza| stanza.kind() == keys::SCRYPT);
    // A passphrase stands alone: otherwise whoever knows it could pass a file on as another's.
    if by_passphrase && stanzas.len() > 1 {
        return Err(OpenError::Damaged);
    }
    let mut fits = false;
    for key in keys {
        for stanza in stanzas {
            let opened = match (key, stanza.kind()) {
                (Key::Passphrase(passphrase), keys::SCRYPT) => {
                    keys::unwrap_by_passphrase(passphrase, stanza)?
                }
                (Key::Identity(identity), keys::X25519) => identity.unwrap(stanza)?,
                _ => continue,
            };
            fits = true;
            if let Some(file_key) = opened {
                return Ok(file_key);
            }
        }
    }
    match (fits, by_passphrase) {
        (true, _) => Err(OpenError::WrongKey),
        (false, true) => Err(OpenError::PassphraseNeeded),
        (false, false) => Err(OpenError::IdentityNeeded),
    }
}

/// HKDF-SHA256 (RFC 5869) to 32 octets.
fn derive(salt: &[u8], input: &[u8], info: &[u8]) -> io::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(input);
    let info = [info];
    let okm = prk.expand(&info, hkdf::HKDF_SHA256).map_err(|_| io::Error::other("HKDF failed"))?;
    okm.fill(&mut *key).map_err(|_| io::Error::other("HKDF failed"))?;
    Ok(key)
}

#[cfg(test)]
mod tests;
