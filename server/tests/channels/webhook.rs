//! Webhooks: verified as somebody at the other end would, by Standard Webhooks.

use crate::{
    desk::{Desk, SITE, TAG, reminder, start},
    sink::{Asked, Sink},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use daymark_server::{
    caller::Caller,
    channels::{self, Message, MessageKind, Outcome},
    db::WriteTx,
};
use daymark_shared::channel::Channel;
use jiff::SignedDuration;
use ring::hmac;
use serde_json::{Value, json};

/// Whether one of the signatures is by this secret.
fn is_signed_with(secret: &str, asked: &Asked) -> bool {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let mut signed =
        format!("{}.{}.", asked.header("webhook-id"), asked.header("webhook-timestamp")).into_bytes();
    signed.extend_from_slice(&asked.body);
    asked.header("webhook-signature").split(' ').any(|signature| {
        let tag = BASE64.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed, &tag).is_ok()
    })
}

#[actix_web::test]
async fn a_message_is_signed_and_says_what_can_be_done() {
    let (sink, desk) = (Sink::start().await, Desk::open(&[]).await);
    let channel = desk.channel(json!({ "webhook": { "url": format!("{}/hook?x=1", sink.origin) } })).await;
    let secret = channel.secret.unwrap();
    assert_eq!(desk.send(channel.id, &reminder()).await, Outcome::Delivered);

    let asked = sink.next();
    assert_eq!((asked.line.as_str(), asked.header("content-type")), ("POST /hook?x=1", "application/json"));
    assert_eq!(asked.header("webhook-id"), reminder().id.to_string());
    assert_eq!(asked.header("webhook-timestamp"), start().as_second().to_string());
    assert!(is_signed_with(&secret, &asked));
    let act = |name: &str| format!("{SITE}/api/v1/reminder-actions/capability/{name}");
    let expected = json!({
        "type": "reminder.due",
        "timestamp": "2026-03-02T06:00:00Z",
        "data": {
            "id": reminder().id,
            "tag": TAG,
            "title": "Morning <start>",
            "body": "Begins now",
            "due_at": "2026-03-02T06:00:00Z",
            "starts_at": "2026-03-02T06:00:00Z",
            "late": false,
            "url": format!("{SITE}/start/r/1-20260302T0700"),
            "actions": { "snooze": act("snooze"), "done": act("done"), "dismiss": act("dismiss") },
        },
    });
    assert_eq!(asked.json(), expected);

    // Sent again, it is the same message at another time.
    desk.state.clock.advance(SignedDuration::from_secs(7));
    desk.send(channel.id, &reminder()).await;
    let again = sink.next();
    assert_eq!(again.header("webhook-id"), asked.header("webhook-id"));
    assert_eq!(again.header("webhook-timestamp"), (start().as_second() + 7).to_string());
    assert!(is_signed_with(&secret, &again));

    let ended = Message { kind: MessageKind::Ended, token: None, ..reminder() };
    desk.send(channel.id, &ended).await;
    let news = sink.next().json();
    assert_eq!((&news["type"], &news["data"]["actions"]), (&json!("channel.ended"), &Value::Null));
}

#[actix_web::test]
async fn two_secrets_hold_for_a_day_after_a_rotation() {
    let (sink, desk) = (Sink::start().await, Desk::open(&[]).await);
    let channel = desk.channel(json!({ "webhook": { "url": format!("{}/hook", sink.origin) } })).await;
    let (id, first) = (channel.id, channel.secret.unwrap());
    let rotate = move |tx: &WriteTx<'_>, caller: &Caller<'_>| channels::rotate(tx, caller, id);
    let rotated: Channel = desk.write(rotate).await;
    let second = rotated.secret.unwrap();
    for (hours, signatures) in [(0, 2), (23, 2), (1, 1)] {
        desk.state.clock.advance(SignedDuration::from_hours(hours));
        desk.send(id, &reminder()).await;
        let asked = sink.next();
        assert_eq!(asked.header("webhook-signature").split(' ').count(), signatures);
        assert!(is_signed_with(&second, &asked));
        assert_eq!(is_signed_with(&first, &asked), signatures == 2);
    }
}
