//! The body of a sealed file: chunks of 64 KiB, each sealed by itself; the last one says that it is (STREAM).

use super::{FILE_KEY, derive};
use crate::vault::random;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use std::io::{self, BufRead, Read, Write};
use zeroize::Zeroizing;

const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// Seals one chunk after the other, or opens them.
struct Chunks {
    key: LessSafeKey,
    next: u64,
}

impl Chunks {
    fn new(file_key: &[u8; FILE_KEY], nonce: &[u8; 16]) -> io::Result<Self> {
        let key = derive(nonce, file_key, b"payload")?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, &*key)
            .map_err(|_| io::Error::other("no key of this length"))?;
        Ok(Self { key: LessSafeKey::new(key), next: 0 })
    }

    /// Eleven octets that count, and one that says whether it is the last.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.next.to_be_bytes());
        nonce[11] = last.into();
        self.next += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Encrypts what is written to it.
pub struct Sealer<W> {
    out: W,
    chunks: Chunks,
    buffer: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(mut out: W, file_key: &[u8; FILE_KEY]) -> io::Result<Self> {
        let nonce = random::<16>();
        out.write_all(&nonce)?;
        Ok(Self { out, chunks: Chunks::new(file_key, &nonce)?, buffer: Vec::with_capacity(CHUNK + TAG) })
    }

    /// Writes the last chunk, without which the file does not open, and answers what it was written to.
    ///
    /// # Errors
    /// Where that fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_chunk(true)?;
        Ok(self.out)
    }

    fn write_chunk(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.chunks.nonce(last);
        let sealed = self.chunks.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut self.buffer);
        sealed.map_err(|_| io::Error::other("a chunk could not be encrypted"))?;
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only once there is more: the last chunk is not empty.
        if self.buffer.len() == CHUNK && !bytes.is_empty() {
            self.write_chunk(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// What is in hand stays there: a chunk in between is always full.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads what a sealed file holds. It ends only where the last chunk has been read; a file that was cut off is an error.
pub struct Opener<R> {
    input: R,
    chunks: Chunks,
    buffer: Zeroizing<Vec<u8>>,
    at: usize,
    ended: bool,
}

impl<R: BufRead> Opener<R> {
    pub(super) fn new(mut input: R, file_key: &[u8; FILE_KEY]) -> io::Result<Self> {
        let mut nonce = [0; 16];
        input.read_exact(&mut nonce)?;
        let chunks = Chunks::new(file_key, &nonce)?;
        Ok(Self { input, chunks, buffer: Zeroizing::default(), at: 0, ended: false })
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.at = 0;
        let wanted = (CHUNK + TAG) as u64;
        self.input.by_ref().take(wanted).read_to_end(&mut self.buffer)?;
        let last = self.input.fill_buf()?.is_empty();
        let first = self.chunks.next == 0;
        let nonce = self.chunks.nonce(last);
        let opened = self.chunks.key.open_in_place(nonce, Aad::empty(), &mut self.buffer);
        let length = opened.map_err(|_| damaged())?.len();
        if length == 0 && !first {
            return Err(damaged());
        }
        self.buffer.truncate(length);
        self.ended = last;
        Ok(())
    }
}

impl<R: BufRead> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.buffer.len() {
            if self.ended {
                return Ok(0);
            }
            self.next_chunk()?;
        }
        let given = into.len().min(self.buffer.len() - self.at);
        into[..given].copy_from_slice(&self.buffer[self.at..self.at + given]);
        self.at += given;
        Ok(given)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is damaged or was cut off")
}
