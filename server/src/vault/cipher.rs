//! AES-256-GCM in the one form that is stored: format byte, nonce, ciphertext with tag.

use super::random;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// A 256-bit key.
pub(super) const KEY_LEN: usize = 32;
const FORMAT: u8 = 1;
const HEADER: usize = 1 + NONCE_LEN;

/// A key that is ready to use.
pub(super) struct Cipher(LessSafeKey);

/// It was not sealed with this key for this place.
#[derive(Debug)]
pub(super) struct DoesNotOpen;

impl Cipher {
    /// # Panics
    /// Never: AES-256 takes any 32 bytes.
    pub(super) fn new(key: &[u8; KEY_LEN]) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes 32 bytes")))
    }

    /// Seals under a fresh random nonce; `place` must be given again to open.
    ///
    /// # Panics
    /// Never for what fits a request: GCM takes 64 GiB.
    pub(super) fn seal(&self, place: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce = random::<NONCE_LEN>();
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + AES_256_GCM.tag_len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place),
                &mut sealed[HEADER..],
            )
            .expect("the text is far below 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    pub(super) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let (&[FORMAT, ref nonce @ ..], body) = sealed.split_first_chunk::<HEADER>().ok_or(DoesNotOpen)?
        else {
            return Err(DoesNotOpen);
        };
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut body = body.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(place), &mut body).map_err(|_| DoesNotOpen)?.len();
        body.truncate(length);
        Ok(body)
    }
}
