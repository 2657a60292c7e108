//! What is sent to a channel, and what came of it.

use crate::{origin::Origin, outbound::header::HeaderValue};
use daymark_shared::{account::Locale, ids::ReminderId, reminder::Reason};
use jiff::{SignedDuration, Timestamp};

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// A routine begins.
    Reminder,
    /// The person has acted elsewhere: what this device shows of the same tag is done with.
    Close,
    /// The person wants to see that it works.
    Test,
    /// Another channel does not work any more.
    Ended,
}

impl MessageKind {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Close => "close",
            Self::Test => "test",
            Self::Ended => "ended",
        }
    }
}

/// One message to one channel, in words already. It holds what a person wrote, so it is not shown by `Debug`.
#[derive(Clone)]
pub struct Message {
    /// What it is for.
    pub kind: MessageKind,
    /// The reminder; the same when it is sent again.
    pub id: ReminderId,
    /// What set it off: a person's request, or else the clock.
    pub origin: Origin,
    /// The same for all messages about one occurrence: a device shows one. At most 32 characters of Base64 for addresses
    /// (RFC 8030 §5.4).
    pub tag: String,
    /// In large letters.
    pub title: String,
    /// Below it.
    pub body: String,
    /// The language of both.
    pub locale: Locale,
    /// What a click opens, relative to the app's root: `start/…`.
    pub path: String,
    /// The capability for `/reminder-actions`; without it there is nothing to act on.
    pub token: Option<String>,
    /// How long a snooze lasts, in minutes.
    pub snooze_minutes: u16,
    /// When it was due.
    pub due_at: Timestamp,
    /// When the routine starts.
    pub starts_at: Timestamp,
    /// Later it is of no use to anybody.
    pub useful_until: Timestamp,
    /// Whether it is sent late.
    pub late: bool,
}

impl Message {
    /// The id under which it is found in the logs (`X-Request-Id`): that of the request that set it off, or its own.
    pub(super) fn request_id(&self) -> HeaderValue {
        let own = self.id.to_string();
        let id = self.origin.id().unwrap_or(&own);
        // Both are letters, digits and a few signs.
        HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// What came of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other end has taken it.
    Delivered,
    /// The push service says that the subscription is gone (404 or 410).
    Gone {
        /// The channel's revision when it was opened: one that was renewed since is not ended.
        seen: u64,
    },
    /// It was refused, and there is no use in trying again.
    Refused(Reason),
    /// It may work later.
    Retry {
        /// What went wrong this time.
        reason: Reason,
        /// How long the other end asked to be left alone.
        after: Option<SignedDuration>,
    },
}

impl Outcome {
    /// The name in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Gone { .. } => "gone",
            Self::Refused(_) => "refused",
            Self::Retry { .. } => "retry",
        }
    }

    /// What went wrong, if anything did.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Delivered => None,
            Self::Gone { .. } => Some(Reason::Gone),
            Self::Refused(reason) | Self::Retry { reason, .. } => Some(*reason),
        }
    }
}
