//! Channels: where reminders go.

use super::{
    ApiError,
    request::{Asked, Method, ask, etag, json},
};
use daymark_shared::{
    channel::{Channel, ChannelEdit, ChannelOffer, NewChannel, TestResult},
    ids::ChannelId,
    page::Page,
};

fn path(id: ChannelId, rest: &str) -> String {
    ["channels/", &id.to_string(), rest].concat()
}

/// All channels, in the order in which they are used.
///
/// # Errors
/// [`ApiError`].
pub async fn all() -> Result<Vec<Channel>, ApiError> {
    Ok(ask::<Page<Channel>>(Method::Get, "channels", None, None).await?.items)
}

/// Which kinds there can be here.
pub fn offer() -> Asked<ChannelOffer> {
    ask(Method::Get, "channel-offer", None, None)
}

/// Adds one.
pub fn create(new: &NewChannel) -> Asked<Channel> {
    ask(Method::Post, "channels", json(new), None)
}

/// Adds this browser; `subscription` is JSON, as the browser writes it.
pub fn create_push(id: ChannelId, name: &str, subscription: &str) -> Asked<Channel> {
    let name = json(&name).unwrap_or_default();
    let target = push(subscription);
    let body = [r#"{"id":""#, &id.to_string(), r#"","name":"#, &name, r#","target":"#, &target, "}"].concat();
    ask(Method::Post, "channels", Some(body), None)
}

/// Has a browser's channel that was seen at `revision` lead to its new subscription.
pub fn renew_push(id: ChannelId, revision: u64, subscription: &str) -> Asked<Channel> {
    let body = [r#"{"target":"#, &push(subscription), "}"].concat();
    ask(Method::Patch, &path(id, ""), Some(body), etag(revision))
}

fn push(subscription: &str) -> String {
    [r#"{"push":"#, subscription, "}"].concat()
}

/// Changes the channel that was seen at `revision`.
pub fn edit(id: ChannelId, revision: u64, edit: &ChannelEdit) -> Asked<Channel> {
    ask(Method::Patch, &path(id, ""), json(edit), etag(revision))
}

/// Removes one. One that is gone already is no error.
///
/// # Errors
/// [`ApiError`].
pub async fn remove(id: ChannelId) -> Result<(), ApiError> {
    match ask(Method::Delete, &path(id, ""), None, None).await {
        Err(error) if error.is_gone() => Ok(()),
        other => other,
    }
}

/// Sends a test message, and waits for what became of it.
pub fn test(id: ChannelId) -> Asked<TestResult> {
    ask(Method::Post, &path(id, "/test"), None, None)
}

/// Gives a webhook another secret, which is in the answer only.
pub fn new_secret(id: ChannelId) -> Asked<Channel> {
    ask(Method::Put, &path(id, "/secret"), None, None)
}
