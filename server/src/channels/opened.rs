//! Channels that are opened: what is sealed in storage, in clear and in memory only.

use super::store::Row;
use crate::{
    error::Error,
    vault::{DataKey, random},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use daymark_shared::{
    channel::{ChannelKind, Target},
    ids::{AccountId, ChannelId},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use url::Url;

const TARGET: &str = "channel.target.1";
const SECRET: &str = "channel.secret.1";
/// How long messages are signed with the secret before, too.
const BOTH: SignedDuration = SignedDuration::from_hours(24);

/// A channel that messages can be sent to. Clones are the same one.
#[derive(Clone)]
pub struct Opened(Arc<Inner>);

struct Inner {
    account: AccountId,
    id: ChannelId,
    revision: u64,
    origin: String,
    target: Target,
    secret: Secret,
}

impl Opened {
    pub(super) fn of(row: &Row, key: &DataKey, account: AccountId) -> Result<Self, Error> {
        let target = open_target(row, key)?;
        let origin = match &target {
            Target::Push(subscription) => origin(subscription.endpoint.as_str()),
            Target::Ntfy(ntfy) => origin(ntfy.server.as_str()),
            Target::Email(_) => "smtp".to_owned(),
            Target::Webhook(webhook) => origin(webhook.url.as_str()),
        };
        let secret = Secret::open(row, key)?;
        Ok(Self(Arc::new(Inner { account, id: row.id, revision: row.revision, origin, target, secret })))
    }

    /// Whose it is.
    pub fn account(&self) -> AccountId {
        self.0.account
    }

    /// Which one.
    pub fn id(&self) -> ChannelId {
        self.0.id
    }

    /// What kind it is.
    pub fn kind(&self) -> ChannelKind {
        self.0.target.kind()
    }

    /// Who is at the other end, for limits per other end: `https://push.example.org`, or `smtp`. It is not to be logged.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    pub(super) fn revision(&self) -> u64 {
        self.0.revision
    }

    pub(super) fn target(&self) -> &Target {
        &self.0.target
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.0.secret
    }
}

/// Scheme, host and port; empty where there is none.
fn origin(address: &str) -> String {
    Url::parse(address).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

/// The host, with the port where it is not the usual one.
pub(super) fn host_and_port(address: &str) -> String {
    let origin = origin(address);
    origin.split_once("://").map(|(_, host)| host.to_owned()).unwrap_or_default()
}

/// Where a channel leads.
pub(super) fn open_target(row: &Row, key: &DataKey) -> Result<Target, Error> {
    let text = key.open(TARGET, row.id.as_bytes(), &row.target)?;
    serde_json::from_slice(&text).map_err(|_| Error::Sealed(TARGET))
}

/// The same to be stored.
pub(super) fn seal_target(target: &Target, key: &DataKey, id: ChannelId) -> Result<Vec<u8>, Error> {
    let text = serde_json::to_vec(target).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(key.seal(TARGET, id.as_bytes(), text))
}

/// 32 random bytes in Base64: what a webhook's messages are signed with, a browser renews its subscription with, or a
/// mailbox unsubscribes with.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secret {
    current: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Previous>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Previous {
    secret: String,
    /// In microseconds since 1970, UTC.
    until: i64,
}

impl Secret {
    pub(super) fn new() -> Self {
        Self { current: BASE64.encode(random::<32>()), previous: None }
    }

    /// Another one; this one goes on for a day beside it.
    pub(super) fn rotated(self, now: Timestamp) -> Self {
        let until = now.checked_add(BOTH).unwrap_or(Timestamp::MAX).as_microsecond();
        Self { previous: Some(Previous { secret: self.current, until }), ..Self::new() }
    }

    /// The one that holds, as Standard Webhooks writes it.
    pub(super) fn webhook(&self) -> String {
        format!("whsec_{}", self.current)
    }

    /// The one that holds, fit for an address.
    pub(super) fn token(&self) -> String {
        self.current.replace('+', "-").replace('/', "_").replace('=', "")
    }

    /// All that hold at `now`, the current one first.
    pub(super) fn keys(&self, now: Timestamp) -> Vec<Vec<u8>> {
        let previous = self.previous.as_ref().filter(|previous| now.as_microsecond() < previous.until);
        let texts = [Some(&self.current), previous.map(|previous| &previous.secret)];
        texts.into_iter().flatten().filter_map(|text| BASE64.decode(text).ok()).collect()
    }

    pub(super) fn open(row: &Row, key: &DataKey) -> Result<Self, Error> {
        let text = key.open(SECRET, row.id.as_bytes(), &row.secret)?;
        serde_json::from_slice(&text).map_err(|_| Error::Sealed(SECRET))
    }

    pub(super) fn seal(&self, key: &DataKey, id: ChannelId) -> Result<Vec<u8>, Error> {
        let text = serde_json::to_vec(self).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(key.seal(SECRET, id.as_bytes(), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_secrets_hold_for_a_day() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let first = Secret::new();
        let second = first.clone().rotated(now);
        assert_eq!(second.keys(now)[1], first.keys(now)[0]);
        assert_eq!(second.keys(now + SignedDuration::from_hours(23)).len(), 2);
        assert_eq!(second.keys(now + BOTH), [second.keys(now)[0].clone()]);
        // A third one: the first holds no longer, whenever it was.
        let third = second.clone().rotated(now);
        assert_eq!(third.keys(now), [third.keys(now)[0].clone(), second.keys(now)[0].clone()]);
    }

    #[test]
    fn a_token_is_fit_for_an_address() {
        let token = Secret::new().token();
        assert_eq!(token.len(), 43);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    }
}
