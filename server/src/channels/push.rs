//! Web Push (RFC 8030): a message encrypted for one browser (RFC 8291), signed for its push service (RFC 8292).

use super::{Message, MessageKind, Opened, Outcome, answer, vapid::Vapid, words};
use crate::{
    config::Config,
    error::Error,
    outbound::{HeaderMap, Method, Purpose, Request, header::HeaderValue},
    state::State,
};
use daymark_shared::{channel::PushSubscription, reminder::Reason};
use jiff::Timestamp;
use serde::Serialize;
use std::{sync::Arc, thread::available_parallelism};
use tokio::{sync::Semaphore, task::spawn_blocking};
use web_push::{
    ContentEncoding, SubscriptionInfo, SubscriptionKeys, Urgency, WebPushError, WebPushMessage,
    WebPushMessageBuilder,
};

/// Characters of a body at most: with a title of 200 they fit the 3,052 octets that every push service takes.
const BODY: usize = 400;

/// Encrypts and signs. Clones are the same one.
#[derive(Clone)]
pub(super) struct Push {
    vapid: Arc<Vapid>,
    /// A message takes a core for 200 µs: as many at once as there are cores, on threads of their own.
    turns: Arc<Semaphore>,
}

impl Push {
    pub(super) fn new(private: &[u8; 32], config: &Config) -> Result<Self, Error> {
        let turns = available_parallelism().map_or(1, usize::from);
        Ok(Self { vapid: Arc::new(Vapid::new(private, config)?), turns: Arc::new(Semaphore::new(turns)) })
    }

    pub(super) fn public_key(&self) -> String {
        self.vapid.public_key()
    }

    async fn encrypt(
        &self,
        subscription: &PushSubscription,
        origin: String,
        message: &Message,
        now: Timestamp,
    ) -> Result<WebPushMessage, Reason> {
        let payload = serde_json::to_vec(&Payload::of(message)).map_err(|_| Reason::Unreadable)?;
        let info = info(subscription);
        let (topic, ttl) = (message.tag.clone(), ttl(message, now));
        let urgency = match message.kind {
            MessageKind::Reminder | MessageKind::Test => Urgency::High,
            MessageKind::Close | MessageKind::Ended => Urgency::Normal,
        };
        let vapid = Arc::clone(&self.vapid);
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Reason::TooLate)?;
        let work = move || {
            let _turn = turn;
            let mut builder = WebPushMessageBuilder::new(&info);
            builder.set_vapid_signature(vapid.token(&origin, now)?);
            builder.set_ttl(ttl);
            builder.set_urgency(urgency);
            builder.set_topic(topic);
            builder.set_payload(ContentEncoding::Aes128Gcm, &payload);
            builder.build()
        };
        let built: Result<WebPushMessage, WebPushError> =
            spawn_blocking(work).await.map_err(|_| Reason::Unreadable)?;
        built.map_err(|_| Reason::Unreadable)
    }
}

/// The subscription as the crate takes it: without padding.
fn info(subscription: &PushSubscription) -> SubscriptionInfo {
    let bare = |text: &str| text.trim_end_matches('=').to_owned();
    SubscriptionInfo {
        endpoint: subscription.endpoint.as_str().to_owned(),
        keys: SubscriptionKeys {
            p256dh: bare(subscription.keys.p256dh.as_str()),
            auth: bare(subscription.keys.auth.as_str()),
        },
    }
}

/// For how many seconds the push service keeps it for a browser that is away: as long as it is of use.
fn ttl(message: &Message, now: Timestamp) -> u32 {
    u32::try_from(message.useful_until.duration_since(now).as_secs().max(0)).unwrap_or(u32::MAX)
}

/// What the service worker reads.
#[derive(Serialize)]
struct Payload<'a> {
    kind: &'static str,
    tag: &'a str,
    title: &'a str,
    body: String,
    lang: &'static str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    snooze: u16,
    labels: Labels,
    silent: bool,
    due_at: Timestamp,
}

#[derive(Serialize)]
struct Labels {
    start: &'static str,
    snooze: String,
    done: &'static str,
}

impl<'a> Payload<'a> {
    fn of(message: &'a Message) -> Self {
        let words::Labels { start, snooze, done } = words::labels(message.locale, message.snooze_minutes);
        Self {
            kind: message.kind.as_str(),
            tag: &message.tag,
            title: &message.title,
            body: message.body.chars().take(BODY).collect(),
            lang: message.locale.as_str(),
            url: &message.path,
            token: message.token.as_deref(),
            snooze: message.snooze_minutes,
            labels: Labels { start, snooze, done },
            silent: message.kind == MessageKind::Close,
            due_at: message.due_at,
        }
    }
}

/// Sends it. Only here a channel may turn out to be gone.
pub(super) async fn deliver(
    state: &State,
    channel: &Opened,
    subscription: &PushSubscription,
    message: &Message,
) -> Outcome {
    let now = state.clock.now();
    let Ok(target) = state.outbound.target(subscription.endpoint.as_str(), Purpose::Push) else {
        return Outcome::Refused(Reason::Forbidden);
    };
    let built = state.senders.push.encrypt(subscription, target.origin(), message, now).await;
    let request = built.and_then(|built| {
        let headers = headers(&built).ok_or(Reason::Unreadable)?;
        let body = built.payload.map(|payload| payload.content).unwrap_or_default();
        Ok(Request { target, method: Method::POST, headers, body, deadline: super::DEADLINE })
    });
    let request = match request {
        Ok(request) => request,
        Err(reason) => return Outcome::Refused(reason),
    };
    let answer = state.outbound.send(request).await;
    match &answer {
        Ok(answer) if matches!(answer.status, 404 | 410) => Outcome::Gone { seen: channel.revision() },
        _ => answer::outcome(answer, state.clock.now()),
    }
}

fn headers(built: &WebPushMessage) -> Option<HeaderMap> {
    let payload = built.payload.as_ref()?;
    let mut headers = HeaderMap::new();
    headers.insert("ttl", HeaderValue::from(built.ttl));
    headers.insert("content-type", HeaderValue::from_static("application/octet-stream"));
    headers.insert("content-encoding", HeaderValue::from_static(payload.content_encoding.to_str()));
    headers.insert("urgency", HeaderValue::from_str(&built.urgency?.to_string()).ok()?);
    headers.insert("topic", HeaderValue::from_str(built.topic.as_ref()?).ok()?);
    let (_, authorization) = payload.crypto_headers.iter().find(|(name, _)| *name == "Authorization")?;
    headers.insert("authorization", HeaderValue::from_str(authorization).ok()?);
    Some(headers)
}
