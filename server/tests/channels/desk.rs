//! A server without its listener: an account, its channels, and messages to them.

use daymark_server::{
    accounts,
    caller::Caller,
    channels::{self, Message, MessageKind, Opened, Outcome},
    clock::Clock,
    config::Config,
    db::WriteTx,
    error::Error,
    origin::Origin,
    sessions::Device,
    state::State,
};
use daymark_shared::{
    account::Locale,
    channel::Channel,
    ids::{AccountId, ChannelId, ReminderId},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// The account's address.
pub const MIRA: &str = "mira@example.org";
/// What all messages of these tests are about.
pub const TAG: &str = "AAECAwQFBgcICQoLDA0ODw";
/// The site, as its people open it.
pub const SITE: &str = "https://day.example.org";

/// The instant at which every test begins.
pub fn start() -> Timestamp {
    "2026-03-02T06:00:00Z".parse().unwrap()
}

/// The server, and an account of it.
pub struct Desk {
    _data: tempfile::TempDir,
    pub state: Arc<State>,
    pub account: AccountId,
}

impl Desk {
    /// Opens one that may reach this machine, with these variables besides.
    pub async fn open(variables: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut vars: HashMap<&str, &str> =
            HashMap::from([("PUBLIC_URL", SITE), ("OUTBOUND_ALLOW", "127.0.0.1/32")]);
        vars.insert("DATA_DIR", data.path().to_str().unwrap());
        vars.extend(variables.iter().copied());
        let config = Config::from_source(&|name| vars.get(name).map(|value| (*value).to_owned())).unwrap();
        let state = Arc::new(State::open(config, Clock::manual(start())).await.unwrap());
        let new =
            json!({ "email": MIRA, "password": "seven quiet herons at noon", "zone": "UTC", "locale": "en" });
        let new = serde_json::from_value(new).unwrap();
        let made = accounts::create(&state, new, true, Device::default()).await.unwrap();
        Self { _data: data, state, account: made.account.id }
    }

    /// A write on behalf of the account.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&WriteTx<'_>, &Caller<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let (vault, account, now) = (self.state.vault.clone(), self.account, self.state.clock.now());
        self.state.db.write(move |tx| work(tx, &Caller { account, vault: &vault, now })).await.unwrap()
    }

    /// Makes a channel, or renews that of the same browser.
    pub async fn channel(&self, target: Value) -> Channel {
        let id = self.state.clock.mint(ChannelId::mint);
        let new = json!({ "id": id, "name": "Lamp", "target": target });
        let new = serde_json::from_value(new).unwrap();
        self.write(|tx, caller| channels::create(tx, caller, None, new)).await.0
    }

    /// Opens a channel; `None` where it has ended.
    pub async fn opened(&self, id: ChannelId) -> Option<Opened> {
        let (vault, account) = (self.state.vault.clone(), self.account);
        let opened = self.state.db.read(move |tx| {
            let key = vault.data_key(tx, account)?;
            channels::open(tx, &key, account, id)
        });
        opened.await.unwrap()
    }

    /// Sends a message to a channel that has not ended.
    pub async fn send(&self, id: ChannelId, message: &Message) -> Outcome {
        let channel = self.opened(id).await.unwrap();
        channels::deliver(&self.state, &channel, message).await
    }

    /// A channel, and what a reminder to it comes to.
    pub async fn remind(&self, target: Value) -> Outcome {
        let id = self.channel(target).await.id;
        self.send(id, &reminder()).await
    }
}

/// A reminder that is of use for half an hour.
pub fn reminder() -> Message {
    Message {
        origin: Origin::default(),
        kind: MessageKind::Reminder,
        id: ReminderId::mint(1_772_431_200_000, [7; 10]),
        tag: TAG.to_owned(),
        title: "Morning <start>".to_owned(),
        body: "Begins now".to_owned(),
        locale: Locale::En,
        path: "start/r/1-20260302T0700".to_owned(),
        token: Some("capability".to_owned()),
        snooze_minutes: 10,
        due_at: start(),
        starts_at: start(),
        useful_until: start() + SignedDuration::from_mins(30),
        late: false,
    }
}
