//! Webhooks, signed as Standard Webhooks 1.0 says: id, timestamp, and an HMAC of both with the body.

use super::{Message, MessageKind, Opened, Outcome, answer, links::Links};
use crate::{
    outbound::{HeaderMap, Method, Purpose, Request, header::HeaderValue},
    state::State,
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use daymark_shared::{channel::WebhookTarget, reminder::Reason};
use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

/// Sends it. The id is the reminder's: when it is sent again, the other end can tell.
pub(super) async fn deliver(
    state: &State,
    channel: &Opened,
    webhook: &WebhookTarget,
    message: &Message,
) -> Outcome {
    let now = state.clock.now();
    let Ok(target) = state.outbound.target(webhook.url.as_str(), Purpose::Any) else {
        return Outcome::Refused(Reason::Forbidden);
    };
    let body = body(message, &Links::of(&state.config.site.public_url, message), now).to_string();
    let id = message.id.to_string();
    let signature = sign(&channel.secret().keys(now), &id, now.as_second(), &body);
    let (Ok(id), Ok(signature)) = (HeaderValue::from_str(&id), HeaderValue::from_str(&signature)) else {
        return Outcome::Refused(Reason::Unreadable);
    };
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-request-id", message.request_id());
    headers.insert("webhook-id", id);
    headers.insert("webhook-timestamp", HeaderValue::from(now.as_second()));
    headers.insert("webhook-signature", signature);
    let body = body.into_bytes();
    let request = Request { target, method: Method::POST, headers, body, deadline: super::DEADLINE };
    answer::outcome(state.outbound.send(request).await, state.clock.now())
}

fn body(message: &Message, links: &Links, now: Timestamp) -> Value {
    let kind = match message.kind {
        MessageKind::Reminder => "reminder.due",
        MessageKind::Close => "reminder.closed",
        MessageKind::Test => "test",
        MessageKind::Ended => "channel.ended",
    };
    let actions = links
        .act
        .as_ref()
        .map(|act| json!({ "snooze": act.snooze, "done": act.done, "dismiss": act.dismiss }));
    json!({
        "type": kind,
        "timestamp": now,
        "data": {
            "id": message.id,
            "tag": message.tag,
            "title": message.title,
            "body": message.body,
            "due_at": message.due_at,
            "starts_at": message.starts_at,
            "late": message.late,
            "url": links.open,
            "actions": actions,
        },
    })
}

/// `v1,` and an HMAC-SHA256 in Base64 for each key, separated by blanks.
fn sign(keys: &[Vec<u8>], id: &str, timestamp: i64, body: &str) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let signature = |key: &Vec<u8>| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
        format!("v1,{}", BASE64.encode(tag))
    };
    keys.iter().map(signature).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn it_is_signed_as_others_sign() {
        let key = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            sign(&[key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
