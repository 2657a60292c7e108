//! The head of a sealed file: for each who may open it a stanza with the wrapped file key, and a seal over all of them.

use super::{FILE_KEY, MAGIC, OpenError, derive};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::general_purpose::{GeneralPurpose, NO_PAD},
};
use ring::hmac;
use std::io::{BufRead, Read};

/// Base64 as the format wants it: without padding, and only the one form.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, NO_PAD);

/// Octets that a head has at most. Ours have about 200.
const LONGEST: u64 = 64 * 1024;
/// Characters of a body's line.
const COLUMNS: usize = 64;

/// A way to the file key.
#[derive(Debug)]
pub(super) struct Stanza {
    /// Its kind, then what belongs to it.
    pub arguments: Vec<String>,
    /// The wrapped file key.
    pub body: Vec<u8>,
}

impl Stanza {
    /// `X25519`, `scrypt`, or one that is not known here.
    pub(super) fn kind(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

/// A head that was read.
pub(super) struct Header {
    pub stanzas: Vec<Stanza>,
    sealed: Vec<u8>,
    mac: Vec<u8>,
}

impl Header {
    /// Whether whoever wrote it had the file key.
    pub(super) fn is_sealed_by(&self, file_key: &[u8; FILE_KEY]) -> bool {
        mac_key(file_key).is_some_and(|key| hmac::verify(&key, &self.sealed, &self.mac).is_ok())
    }
}

fn mac_key(file_key: &[u8; FILE_KEY]) -> Option<hmac::Key> {
    Some(hmac::Key::new(hmac::HMAC_SHA256, derive(&[], file_key, b"header").ok()?.as_slice()))
}

pub(super) fn write(stanzas: &[Stanza], file_key: &[u8; FILE_KEY]) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    for stanza in stanzas {
        head.extend_from_slice(format!("-> {}\n", stanza.arguments.join(" ")).as_bytes());
        let body = BASE64.encode(&stanza.body);
        for line in body.as_bytes().chunks(COLUMNS) {
            head.extend_from_slice(line);
            head.push(b'\n');
        }
        // A body ends with a line that is not full.
        if body.len().is_multiple_of(COLUMNS) {
            head.push(b'\n');
        }
    }
    head.extend_from_slice(b"---");
    if let Some(key) = mac_key(file_key) {
        let mac = BASE64.encode(hmac::sign(&key, &head));
        head.extend_from_slice(format!(" {mac}\n").as_bytes());
    }
    head
}

pub(super) fn read(input: &mut impl BufRead) -> Result<Header, OpenError> {
    let mut lines = Lines { input: input.take(LONGEST), read: Vec::new() };
    if format!("{}\n", lines.next()?).as_bytes() != MAGIC {
        return Err(OpenError::Damaged);
    }
    let mut stanzas = Vec::new();
    loop {
        let before = lines.read.len();
        let line = lines.next()?;
        if let Some(mac) = line.strip_prefix("--- ") {
            let mac = decode(mac)?;
            let mut sealed = lines.read;
            sealed.truncate(before + "---".len());
            return Ok(Header { stanzas, sealed, mac });
        }
        let arguments = line.strip_prefix("-> ").ok_or(OpenError::Damaged)?;
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        if arguments.iter().any(String::is_empty) {
            return Err(OpenError::Damaged);
        }
        let mut body = String::new();
        loop {
            let line = lines.next()?;
            if line.len() > COLUMNS {
                return Err(OpenError::Damaged);
            }
            body.push_str(&line);
            if line.len() < COLUMNS {
                break;
            }
        }
        stanzas.push(Stanza { arguments, body: decode(&body)? });
    }
}

/// Decodes what stands in a head.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, OpenError> {
    BASE64.decode(text).map_err(|_| OpenError::Damaged)
}

struct Lines<R> {
    input: R,
    read: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The next line, without its end, which is there.
    fn next(&mut self) -> Result<String, OpenError> {
        let before = self.read.len();
        self.input.read_until(b'\n', &mut self.read)?;
        let line = self.read[before..].strip_suffix(b"\n").ok_or(OpenError::Damaged)?;
        if line.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            Ok(String::from_utf8_lossy(line).into_owned())
        } else {
            Err(OpenError::Damaged)
        }
    }
}
