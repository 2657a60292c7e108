//! Sending: to whichever kind of channel it is, in five seconds at most.

use super::{
    Message, MessageKind, Opened, Outcome, mail, mail::Mail, ntfy, push, push::Push, smtp, store, webhook,
    words,
};
use crate::{
    accounts,
    caller::Caller,
    clock::monotonic,
    config::Config,
    error::Error,
    metrics,
    origin::Origin,
    outbound,
    state::State,
    vault::{Vault, random},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{
    channel::{ChannelKind, ChannelOffer, PushKey, Target, TestResult},
    ids::{AccountId, ChannelId, ReminderId},
    problem::Code,
    reminder::Reason,
};
use jiff::SignedDuration;
use std::time::Duration;
use tokio::time::timeout;
use tracing::{Instrument as _, field, trace_span};

/// How long sending a message takes at most.
const WHOLE: Duration = Duration::from_secs(5);
/// How long the other end may take of that.
pub(super) const DEADLINE: Duration = Duration::from_millis(4_500);
/// Test messages of an account within [`WINDOW`].
const TESTS: u32 = 10;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// How long a test message is of use: a browser that is away need not show it tomorrow.
const TEST_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// What messages are sent with.
pub struct Senders {
    pub(super) push: Push,
    /// Absent where the operator has named no mail server.
    pub(super) mail: Option<Mail>,
}

/// Why messages cannot be sent, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The key for push services.
    #[error(transparent)]
    Push(#[from] Error),
    /// The mail server.
    #[error(transparent)]
    Mail(#[from] smtp::OpenError),
}

impl Senders {
    /// Everything that messages are sent with, by the operator's configuration. Nobody is connected to yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new(config: &Config, vault: &Vault) -> Result<Self, OpenError> {
        let push = Push::new(vault.push_key(), config)?;
        let server = config.mail.server.clone().zip(config.mail.from.clone());
        let mail = server.map(|(server, from)| Mail::new(server, from, config)).transpose()?;
        Ok(Self { push, mail })
    }
}

/// Which ways of reminding this instance can offer.
pub fn offer(state: &State) -> ChannelOffer {
    ChannelOffer {
        push: PushKey { key: state.senders.push.public_key() },
        email: state.senders.mail.is_some(),
    }
}

/// Sends a message, in five seconds at most, and tells what came of it. To be called outside of any transaction. What
/// only browsers understand ([`MessageKind::Close`]) is not sent to others.
pub async fn deliver(state: &State, channel: &Opened, message: &Message) -> Outcome {
    if message.kind == MessageKind::Close && channel.kind() != ChannelKind::Push {
        return Outcome::Delivered;
    }
    let sending = async {
        match channel.target() {
            Target::Push(subscription) => push::deliver(state, channel, subscription, message).await,
            Target::Ntfy(target) => ntfy::deliver(state, target, message).await,
            Target::Email(target) => mail::deliver(state, channel, target, message).await,
            Target::Webhook(target) => webhook::deliver(state, channel, target, message).await,
        }
    };
    let begun = monotonic();
    let span = trace_span!("deliver", channel = metrics::name(channel.kind()), outcome = field::Empty);
    let sending = outbound::on_behalf_of(channel.account(), timeout(WHOLE, sending));
    let outcome = sending.instrument(span.clone()).await;
    let outcome = outcome.unwrap_or(Outcome::Retry { reason: Reason::Silent, after: None });
    span.record("outcome", outcome.name());
    state.metrics.sent(channel.kind(), outcome.name(), begun.elapsed());
    outcome
}

/// Sends a test message now. One that has ended is not sent to.
///
/// # Errors
/// [`Code::NotFound`], [`Error::RateLimited`].
pub async fn test(state: &State, account: AccountId, id: ChannelId) -> Result<TestResult, Error> {
    let whose = BASE64.encode(&state.vault.blind("limit.channel_test.1", account.as_bytes())[..16]);
    state.kv.allow(whose, TESTS, WINDOW, state.clock.now()).await?;
    let vault = state.vault.clone();
    let found = state.db.read(move |tx| {
        let row = store::find(tx, account, id)?.ok_or(Code::NotFound)?;
        let locale = accounts::load(tx, &vault, account)?.locale;
        Ok((row.ended.clone(), Opened::of(&row, &vault.data_key(tx, account)?, account)?, locale))
    });
    let (ended, channel, locale) = found.await?;
    if let Some(ended) = ended {
        return Ok(TestResult { delivered: false, reason: Some(ended.reason) });
    }
    let (title, body) = words::test(locale);
    let now = state.clock.now();
    let message = Message {
        kind: MessageKind::Test,
        id: state.clock.mint(ReminderId::mint),
        origin: Origin::current(),
        tag: BASE64.encode(random::<16>()),
        title: title.to_owned(),
        body: body.to_owned(),
        locale,
        path: "settings".to_owned(),
        token: None,
        snooze_minutes: 0,
        due_at: now,
        starts_at: now,
        useful_until: now.checked_add(TEST_LASTS).unwrap_or(now),
        late: false,
    };
    let outcome = deliver(state, &channel, &message).await;
    let (vault, now, reason) = (state.vault.clone(), state.clock.now(), outcome.reason());
    let noted = state.db.write(move |tx| {
        if super::record(tx, account, id, now, &outcome)? {
            super::changed(tx, &Caller { account, vault: &vault, now }, id)?;
        }
        Ok(())
    });
    noted.await?;
    Ok(TestResult { delivered: reason.is_none(), reason })
}
