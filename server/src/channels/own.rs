//! What a person does with their channels: makes, lists, edits, renews and deletes them.

use super::{
    NAME, changed, leaving, open_name,
    opened::{Secret, open_target, seal_target},
    store::{self, Row},
    taken_away,
    target::{PUSH, check, edited, shown},
};
use crate::{
    accounts,
    caller::Caller,
    db::{ReadTx, WriteTx},
    error::Error,
    revision::IfMatch,
    vault::{DataKey, Vault},
};
use daymark_shared::{
    channel::{
        CHANNELS_MAX, Channel, ChannelEdit, ChannelError, ChannelKind, NewChannel, PushSubscription, Target,
    },
    ids::{AccountId, ChannelId, SessionId},
    page::Page,
    problem::{Code, Problem},
    reminder::Reason,
    text::Email,
};

const REQUEST: &str = "channel.request.1";
const ENDPOINT: &str = "channel.endpoint.1";
const RENEWAL: &str = "channel.renewal.1";
const UNSUBSCRIBE: &str = "channel.unsubscribe.1";

/// Makes a channel. The flag tells whether it is new: asked again with the same body, it answers what is there; and a
/// browser or mailbox that has a channel already gets that one, renewed, as its person makes it anew under another id; a
/// mere repetition of the request that made it leaves it ended. The answer tells the secret. `asks` is the session of the
/// browser that does: with it, a channel that is this browser goes.
///
/// # Errors
/// [`Code::IdConflict`] when the id is taken by something else, [`Code::LimitReached`], or what is wrong with the target.
pub fn create(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    asks: Option<SessionId>,
    new: NewChannel,
) -> Result<(Channel, bool), Error> {
    let (account, key) = (caller.account, caller.key(tx)?);
    let body = serde_json::to_vec(&new).map_err(|error| Error::Internal(error.to_string()))?;
    let request = caller.vault.blind(REQUEST, &body);
    if let Some(row) = store::find(tx, account, new.id)? {
        if row.request != request {
            return Err(Problem::field(Code::IdConflict, "/id", "another channel has this id").into());
        }
        return Ok((told(&row, &key, asks)?, false));
    }
    check(tx, caller, &new.target, PUSH)?;
    let endpoint = endpoint(caller.vault, &new.target);
    if let Some(endpoint) = endpoint
        && let Some(mut row) = store::find_by_endpoint(tx, account, &endpoint)?
    {
        row.target = seal_target(&new.target, &key, row.id)?;
        row.ended = None;
        row.session = session(row.kind, asks);
        save(tx, caller, &mut row)?;
        return Ok((told(&row, &key, asks)?, false));
    }
    let (count, position) = store::count(tx, account)?;
    if count >= CHANNELS_MAX {
        return Err(Code::LimitReached.into());
    }
    let secret = Secret::new();
    let row = Row {
        id: new.id,
        kind: new.target.kind(),
        role: new.role,
        position,
        name: key.seal(NAME, new.id.as_bytes(), new.name.as_str()),
        target: seal_target(&new.target, &key, new.id)?,
        secret: secret.seal(&key, new.id)?,
        token: token_tag(new.target.kind()).map(|tag| caller.vault.blind(tag, secret.token().as_bytes())),
        endpoint,
        request,
        session: session(new.target.kind(), asks),
        ended: None,
        last_success_at: None,
        last_error: None,
        created_at: caller.now,
        revision: 1,
    };
    store::insert(tx, account, &row)?;
    changed(tx, caller, row.id)?;
    Ok((told(&row, &key, asks)?, true))
}

/// By what a channel is found again whose target somebody enters twice: an account has each browser once, and one mailbox.
fn endpoint(vault: &Vault, target: &Target) -> Option<[u8; 32]> {
    match target {
        Target::Push(subscription) => Some(vault.blind(ENDPOINT, subscription.endpoint.as_str().as_bytes())),
        Target::Email(_) => Some(vault.blind(ENDPOINT, b"mailto:")),
        Target::Ntfy(_) | Target::Webhook(_) => None,
    }
}

/// In which session a channel of this kind is turned on: a browser's only.
fn session(kind: ChannelKind, asks: Option<SessionId>) -> Option<SessionId> {
    asks.filter(|_| kind == ChannelKind::Push)
}

/// What the secret of such a channel is looked up for.
fn token_tag(kind: ChannelKind) -> Option<&'static str> {
    match kind {
        ChannelKind::Push => Some(RENEWAL),
        ChannelKind::Email => Some(UNSUBSCRIBE),
        ChannelKind::Ntfy | ChannelKind::Webhook => None,
    }
}

/// Writes what has changed about a channel, as another revision.
fn save(tx: &WriteTx<'_>, caller: &Caller<'_>, row: &mut Row) -> Result<(), Error> {
    row.revision += 1;
    store::update(tx, caller.account, row)?;
    changed(tx, caller, row.id)
}

fn show(row: &Row, key: &DataKey, asks: Option<SessionId>) -> Result<Channel, Error> {
    Ok(Channel {
        id: row.id,
        name: open_name(key, row.id, &row.name)?,
        kind: row.kind,
        target: shown(open_target(row, key)?),
        current: asks.is_some() && row.session == asks,
        role: row.role,
        position: row.position,
        ended: row.ended.clone(),
        last_success_at: row.last_success_at,
        last_error: row.last_error.clone(),
        created_at: row.created_at,
        revision: row.revision,
        secret: None,
    })
}

/// The same for who makes it, with what only they are told.
fn told(row: &Row, key: &DataKey, asks: Option<SessionId>) -> Result<Channel, Error> {
    let secret = Secret::open(row, key)?;
    let secret = match row.kind {
        ChannelKind::Push => Some(secret.token()),
        ChannelKind::Webhook => Some(secret.webhook()),
        ChannelKind::Ntfy | ChannelKind::Email => None,
    };
    Ok(Channel { secret, ..show(row, key, asks)? })
}

/// All channels, in the order of fallbacks, as the session shows them that asks.
///
/// # Errors
/// Where storage fails.
pub fn list(tx: &ReadTx<'_>, caller: &Caller<'_>, asks: Option<SessionId>) -> Result<Page<Channel>, Error> {
    let key = caller.key(tx)?;
    let rows = store::list(tx, caller.account)?;
    Ok(Page::only(rows.iter().map(|row| show(row, &key, asks)).collect::<Result<_, _>>()?))
}

/// One channel.
///
/// # Errors
/// [`Code::NotFound`].
pub fn get(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    asks: Option<SessionId>,
    id: ChannelId,
) -> Result<Channel, Error> {
    show(&find(tx, caller.account, id)?, &caller.key(tx)?, asks)
}

fn find(tx: &ReadTx<'_>, account: AccountId, id: ChannelId) -> Result<Row, Error> {
    store::find(tx, account, id)?.ok_or_else(|| Code::NotFound.into())
}

/// Edits a channel. With another target, or the same one given anew, it is used again where it had ended.
///
/// # Errors
/// [`Code::NotFound`], [`Code::PreconditionFailed`], [`Code::BadValue`] for a target of another kind,
/// [`Code::IdConflict`] for a browser that has a channel already, or what is wrong with the target.
pub fn edit(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    asks: Option<SessionId>,
    id: ChannelId,
    (seen, edit): (&IfMatch, ChannelEdit),
) -> Result<Channel, Error> {
    let key = caller.key(tx)?;
    let mut row = find(tx, caller.account, id)?;
    seen.check(row.revision)?;
    if let Some(name) = edit.name {
        row.name = key.seal(NAME, id.as_bytes(), name.as_str());
    }
    if let Some(target) = edit.target {
        retarget(tx, caller, &key, &mut row, target, PUSH)?;
        row.session = session(row.kind, asks);
    }
    row.role = edit.role.unwrap_or(row.role);
    row.position = edit.position.unwrap_or(row.position);
    save(tx, caller, &mut row)?;
    show(&row, &key, asks)
}

fn retarget(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    key: &DataKey,
    row: &mut Row,
    target: Target,
    pointer: &str,
) -> Result<(), Error> {
    if target.kind() != row.kind {
        return Err(Error::field(Code::BadValue, "/target", "a channel keeps its kind"));
    }
    check(tx, caller, &target, pointer)?;
    let endpoint = endpoint(caller.vault, &target);
    if let Some(endpoint) = endpoint
        && store::find_by_endpoint(tx, caller.account, &endpoint)?.is_some_and(|other| other.id != row.id)
    {
        let why = "another channel leads to this browser";
        return Err(Problem::field(Code::IdConflict, format!("{pointer}/endpoint"), why).into());
    }
    row.target = seal_target(&edited(open_target(row, key)?, target), key, row.id)?;
    row.endpoint = endpoint;
    row.ended = None;
    Ok(())
}

/// Deletes a channel. What is owed to it is not owed any more.
///
/// # Errors
/// [`Code::NotFound`].
pub fn delete(tx: &WriteTx<'_>, caller: &Caller<'_>, id: ChannelId) -> Result<(), Error> {
    let worked = store::delete(tx, caller.account, id)?.ok_or(Code::NotFound)?;
    taken_away(tx, caller, &[(id, worked)])
}

/// Gives a webhook another secret, and tells it. For a day, messages are signed with the one before as well.
///
/// # Errors
/// [`Code::NotFound`], also for channels of other kinds.
pub fn rotate(tx: &WriteTx<'_>, caller: &Caller<'_>, id: ChannelId) -> Result<Channel, Error> {
    let key = caller.key(tx)?;
    let mut row = find(tx, caller.account, id)?;
    if row.kind != ChannelKind::Webhook {
        return Err(Code::NotFound.into());
    }
    row.secret = Secret::open(&row, &key)?.rotated(caller.now).seal(&key, id)?;
    save(tx, caller, &mut row)?;
    told(&row, &key, None)
}

/// Whose browser renews its subscription with this secret.
///
/// # Errors
/// [`Code::NotFound`] where nobody's does.
pub fn renewed_by(tx: &ReadTx<'_>, vault: &Vault, secret: &str) -> Result<(AccountId, ChannelId), Error> {
    let found = store::find_by_token(tx, &vault.blind(RENEWAL, secret.as_bytes()))?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Puts another subscription in a browser's channel; it is used again where it had ended.
///
/// # Errors
/// [`Code::NotFound`], or what is wrong with the subscription.
pub fn renew(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    id: ChannelId,
    subscription: PushSubscription,
) -> Result<(), Error> {
    let key = caller.key(tx)?;
    let mut row = find(tx, caller.account, id)?;
    retarget(tx, caller, &key, &mut row, Target::Push(subscription), "/subscription")?;
    save(tx, caller, &mut row)
}

/// Whose mailbox unsubscribes with this token.
///
/// # Errors
/// [`Code::NotFound`] where nobody's does.
pub fn unsubscribed_by(tx: &ReadTx<'_>, vault: &Vault, token: &str) -> Result<(AccountId, ChannelId), Error> {
    let found = store::find_by_token(tx, &vault.blind(UNSUBSCRIBE, token.as_bytes()))?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// What whoever opens the address of a mail to unsubscribe sees, in HTML; it changes nothing.
///
/// # Errors
/// [`Code::NotFound`].
pub fn unsubscribe_page(tx: &ReadTx<'_>, vault: &Vault, token: &str) -> Result<String, Error> {
    let (account, id) = unsubscribed_by(tx, vault, token)?;
    let is_over = find(tx, account, id)?.ended.is_some();
    Ok(leaving::page(accounts::locale(tx, account)?, is_over))
}

/// Ends a mailbox's channel, since whoever reads it wants no more. A second time it is no different.
///
/// # Errors
/// [`Code::NotFound`].
pub fn unsubscribe(tx: &WriteTx<'_>, caller: &Caller<'_>, id: ChannelId) -> Result<(), Error> {
    let mut row = find(tx, caller.account, id)?;
    if row.ended.is_some() {
        return Ok(());
    }
    row.ended = Some(ChannelError { at: caller.now, reason: Reason::Unsubscribed });
    row.revision += 1;
    store::update(tx, caller.account, &row)?;
    taken_away(tx, caller, &[(row.id, true)])
}

/// The account has another address: its mailbox follows.
///
/// # Errors
/// Where storage fails.
pub fn follow_address(tx: &WriteTx<'_>, caller: &Caller<'_>, address: Email) -> Result<(), Error> {
    let target = Target::Email(daymark_shared::channel::EmailTarget { address });
    let Some(endpoint) = endpoint(caller.vault, &target) else { return Ok(()) };
    let Some(mut row) = store::find_by_endpoint(tx, caller.account, &endpoint)? else { return Ok(()) };
    row.target = seal_target(&target, &caller.key(tx)?, row.id)?;
    save(tx, caller, &mut row)
}
