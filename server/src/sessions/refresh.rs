//! Refresh tokens. Each names its session and how many came before it, and carries 256 random bits.
//!
//! The successor is derived from the token with a key that only the server has: asked twice, it is the same. A tag says
//! that a token was given here, so that strangers' tokens cost no look-up, and an old one is known without keeping it.

use crate::vault::{Vault, random};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::ids::{AccountId, SessionId};

const HASH: &str = "session.refresh.hash.1";
const SUCCESSOR: &str = "session.refresh.successor.1";
const TAG: &str = "session.refresh.tag.1";
/// Account, session, generation, secret.
const BODY: usize = 16 + 16 + 4 + 32;
const TAG_LENGTH: usize = 16;

/// A refresh token that was given here.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Refresh {
    pub(super) account: AccountId,
    pub(super) session: SessionId,
    /// How many were given before it in its session.
    pub(super) generation: u32,
    secret: [u8; 32],
}

impl Refresh {
    /// The first one of a session.
    pub(super) fn first(account: AccountId, session: SessionId) -> Self {
        Self { account, session, generation: 0, secret: random() }
    }

    /// The one after it: always the same.
    pub(super) fn successor(&self, vault: &Vault) -> Self {
        let secret = vault.blind(SUCCESSOR, &self.body());
        Self { generation: self.generation.saturating_add(1), secret, ..*self }
    }

    /// What is stored of it.
    pub(super) fn hash(&self, vault: &Vault) -> [u8; 32] {
        vault.blind(HASH, &self.body())
    }

    /// Its text, for the cookie.
    pub(super) fn text(&self, vault: &Vault) -> String {
        let body = self.body();
        BASE64.encode([&body[..], &vault.blind(TAG, &body)[..TAG_LENGTH]].concat())
    }

    /// Reads a token; `None` for one that was not given here.
    pub(super) fn parse(vault: &Vault, text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text).ok()?;
        let (body, tag) = bytes.split_first_chunk::<BODY>()?;
        let expected = vault.blind(TAG, body);
        // Both hashed once more: how long the comparison takes tells nothing about the tag.
        if vault.blind(TAG, tag) != vault.blind(TAG, &expected[..TAG_LENGTH]) {
            return None;
        }
        let (account, rest) = body.split_first_chunk()?;
        let (session, rest) = rest.split_first_chunk()?;
        let (generation, secret) = rest.split_first_chunk()?;
        Some(Self {
            account: AccountId::from_bytes(*account),
            session: SessionId::from_bytes(*session),
            generation: u32::from_be_bytes(*generation),
            secret: secret.try_into().ok()?,
        })
    }

    fn body(&self) -> [u8; BODY] {
        let mut body = [0; BODY];
        body[..16].copy_from_slice(self.account.as_bytes());
        body[16..32].copy_from_slice(self.session.as_bytes());
        body[32..36].copy_from_slice(&self.generation.to_be_bytes());
        body[36..].copy_from_slice(&self.secret);
        body
    }
}
