//! Channels: where reminders go.

use crate::{
    ids::ChannelId,
    problem::{Code, Violation},
    reminder::Reason,
    text::{Credential, Email, Title, WebAddress, parse_str},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de};

/// The most channels that an account has.
pub const CHANNELS_MAX: usize = 20;

/// What kind of channel it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// A browser, by Web Push (RFC 8030).
    Push,
    /// A topic of an ntfy server.
    Ntfy,
    /// A mailbox.
    Email,
    /// An address that takes JSON, signed as Standard Webhooks says.
    Webhook,
}

/// When a channel is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelRole {
    /// For every reminder.
    #[default]
    Always,
    /// When another channel has failed for a reminder; the one with the least `position` first.
    Fallback,
}

/// A browser's push subscription, as `PushSubscription.toJSON()` writes it (Push API §8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PushSubscription {
    /// Where the push service takes messages for this browser.
    pub endpoint: WebAddress,
    /// What messages are encrypted with.
    pub keys: PushKeys,
}

/// The keys of a push subscription (RFC 8291 §2), in Base64 for addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PushKeys {
    /// The browser's public key: an uncompressed point of P-256.
    pub p256dh: Credential,
    /// The shared secret.
    pub auth: Credential,
}

/// A topic of ntfy: letters, digits, `_` and `-`, 1–64 of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Topic(String);

impl Topic {
    /// Checks the name.
    ///
    /// # Errors
    /// [`Code::BadValue`].
    pub fn new(name: &str) -> Result<Self, Violation> {
        let well_formed = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if well_formed {
            Ok(Self(name.to_owned()))
        } else {
            Err(Violation::new(Code::BadValue, "letters, digits, _ and -, at most 64"))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, Self::new)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(Topic, max 64);

/// How loud ntfy is: 1 (barely) to 5 (as loud as it goes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// Checks the number.
    ///
    /// # Errors
    /// [`Code::BadValue`] for other than 1 to 5.
    pub fn new(priority: i64) -> Result<Self, Violation> {
        match priority {
            1..=5 => Ok(Self(priority as u8)),
            _ => Err(Violation::new(Code::BadValue, "1 to 5")),
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self(4)
    }
}

impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Where a topic of ntfy is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NtfyTarget {
    /// The server's address, such as `https://ntfy.sh`.
    pub server: WebAddress,
    /// The topic.
    pub topic: Topic,
    /// An access token of that server; in answers absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Credential>,
    /// How loud.
    #[serde(default)]
    pub priority: Priority,
}

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailTarget {
    /// Its address.
    pub address: Email,
}

/// An address that takes JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookTarget {
    /// The address.
    pub url: WebAddress,
}

/// Where a channel leads, as the person says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A browser.
    Push(PushSubscription),
    /// A topic of ntfy.
    Ntfy(NtfyTarget),
    /// A mailbox.
    Email(EmailTarget),
    /// A webhook.
    Webhook(WebhookTarget),
}

impl Target {
    /// What kind of channel it makes.
    pub const fn kind(&self) -> ChannelKind {
        match self {
            Self::Push(_) => ChannelKind::Push,
            Self::Ntfy(_) => ChannelKind::Ntfy,
            Self::Email(_) => ChannelKind::Email,
            Self::Webhook(_) => ChannelKind::Webhook,
        }
    }
}

/// A channel to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    /// Minted by the client.
    pub id: ChannelId,
    /// What the person calls it: `Firefox on the laptop`.
    pub name: Title,
    /// Where it leads.
    pub target: Target,
    /// When it is used.
    #[serde(default)]
    pub role: ChannelRole,
}

/// What is to be different about a channel; fields that are absent stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ChannelEdit {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Title>,
    /// Where it leads from now on; of the same kind. A browser's renewed subscription comes this way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// When it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<ChannelRole>,
    /// Its place in the order of fallbacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u16>,
}

/// What went wrong last on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelError {
    /// When.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// Where a channel leads, as far as it is shown: no keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The push service's host, and a fingerprint of the endpoint: the first eight bytes of its SHA-256, in hexadecimal.
    /// By it a browser knows its own channel.
    Push {
        /// The host.
        host: String,
        /// Of the endpoint.
        fingerprint: String,
    },
    /// The topic, without its token.
    Ntfy(NtfyTarget),
    /// The mailbox.
    Email(EmailTarget),
    /// The address.
    Webhook(WebhookTarget),
}

/// A channel as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// What the person calls it.
    pub name: Title,
    /// What kind it is.
    pub kind: ChannelKind,
    /// Where it leads.
    pub target: Shown,
    /// Whether it is the browser of the session that asks, as far as the server knows. A browser that finds that it is not
    /// brings its subscription anew: with a session that ends, its browser's channel goes.
    #[serde(default)]
    pub current: bool,
    /// When it is used.
    pub role: ChannelRole,
    /// Its place in the order of fallbacks.
    pub position: u16,
    /// Why it is not used any more: the push service has said that the subscription is gone, or a mailbox has
    /// unsubscribed. Absent while it works.
    #[serde(default)]
    pub ended: Option<ChannelError>,
    /// When a message last got through.
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = "date-time"))]
    pub last_success_at: Option<Timestamp>,
    /// What went wrong last.
    #[serde(default)]
    pub last_error: Option<ChannelError>,
    /// When it was made.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub created_at: Timestamp,
    /// Counts the changes: the `ETag` of this channel.
    pub revision: u64,
    /// What only its maker is told, when it is made: what a webhook's messages are signed with (`whsec_…`), or what a
    /// browser's service worker renews its subscription with. A webhook's is told again when it is rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A subscription that a service worker renews; the address that it is put to says whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// The new one.
    pub subscription: PushSubscription,
}

/// The key that browsers subscribe with (`applicationServerKey`, RFC 8292 §4): an uncompressed point of P-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushKey {
    /// In Base64 for addresses.
    pub key: String,
}

/// Which ways of reminding this instance can offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelOffer {
    /// The key for Web Push.
    pub push: PushKey,
    /// Whether mail can be sent: the operator has named a mail server.
    pub email: bool,
}

/// How a test message fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestResult {
    /// Whether the other end took it.
    pub delivered: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}
