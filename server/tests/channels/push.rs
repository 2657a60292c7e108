//! Web Push: decrypted with the browser's key, verified with the key that it subscribed with.

use crate::{
    browser::Browser,
    desk::{Desk, SITE, TAG, reminder, start},
    sink::{Asked, Sink},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_server::channels::{self, Message, MessageKind, Outcome};
use daymark_shared::account::Locale;
use jiff::SignedDuration;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

fn reads(browser: &Browser, asked: &Asked) -> Value {
    assert_eq!(asked.header("content-encoding"), "aes128gcm");
    browser.reads(&asked.body).unwrap()
}

/// The token and the claims in it, once the signature is that of the key which browsers subscribe with.
fn vapid(desk: &Desk, asked: &Asked) -> (String, Value) {
    let (token, key) =
        asked.header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(key, channels::offer(&desk.state).push.key);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, BASE64.decode(key).unwrap());
    key.verify(signed.as_bytes(), &BASE64.decode(signature).unwrap()).unwrap();
    let json = |part: &str| serde_json::from_slice::<Value>(&BASE64.decode(part).unwrap()).unwrap();
    assert_eq!((&json(head)["alg"], &json(head)["typ"]), (&json!("ES256"), &json!("JWT")));
    (token.to_owned(), json(claims))
}

async fn desk(sink: &Sink) -> Desk {
    Desk::open(&[("PUSH_SERVICES", &sink.origin)]).await
}

#[actix_web::test]
async fn a_browser_reads_what_nobody_else_can() {
    let sink = Sink::start().await;
    let (desk, browser) = (desk(&sink).await, Browser::new());
    let channel = desk.channel(browser.target(&format!("{}/push/1", sink.origin))).await;
    assert_eq!(desk.send(channel.id, &reminder()).await, Outcome::Delivered);

    let asked = sink.next();
    assert_eq!(asked.line, "POST /push/1");
    assert_eq!((asked.header("ttl"), asked.header("urgency"), asked.header("topic")), ("1800", "high", TAG));
    let expected = json!({
        "kind": "reminder",
        "tag": TAG,
        "title": "Morning <start>",
        "body": "Begins now",
        "lang": "en",
        "url": "start/r/1-20260302T0700",
        "token": "capability",
        "snooze": 10,
        "labels": { "start": "Start", "snooze": "In 10 minutes", "done": "Done" },
        "silent": false,
        "due_at": "2026-03-02T06:00:00Z",
    });
    assert_eq!(reads(&browser, &asked), expected);
    assert_eq!(Browser::new().reads(&asked.body), None);
    let (_, claims) = vapid(&desk, &asked);
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(sink.origin), &json!(SITE)));
    assert_eq!(claims["exp"], start().as_second() + 12 * 60 * 60);
}

#[actix_web::test]
async fn each_kind_says_how_urgent_it_is() {
    let sink = Sink::start().await;
    let (desk, browser) = (desk(&sink).await, Browser::new());
    let channel = desk.channel(browser.target(&format!("{}/push/1", sink.origin))).await;
    for (kind, urgency, silent) in [
        (MessageKind::Reminder, "high", false),
        (MessageKind::Test, "high", false),
        (MessageKind::Close, "normal", true),
        (MessageKind::Ended, "normal", false),
    ] {
        let message = Message { kind, token: None, locale: Locale::De, ..reminder() };
        assert_eq!(desk.send(channel.id, &message).await, Outcome::Delivered);
        let asked = sink.next();
        let read = reads(&browser, &asked);
        assert_eq!((asked.header("urgency"), &read["silent"]), (urgency, &json!(silent)));
        assert_eq!((&read["kind"], &read["token"]), (&json!(kind.as_str()), &Value::Null));
        assert_eq!(read["labels"]["snooze"], "In 10 Minuten");
    }
}

#[actix_web::test]
async fn a_token_serves_many_messages_and_lasts_as_long_as_it_says() {
    let sink = Sink::start().await;
    let (desk, browser) = (desk(&sink).await, Browser::new());
    let mut tokens = Vec::new();
    for (n, hours) in [(1, 0), (2, 10), (3, 2)] {
        desk.state.clock.advance(SignedDuration::from_hours(hours));
        let channel = desk.channel(browser.target(&format!("{}/push/{n}", sink.origin))).await;
        desk.send(channel.id, &reminder()).await;
        let asked = sink.next();
        let (token, claims) = vapid(&desk, &asked);
        assert!(claims["exp"].as_i64().unwrap() >= desk.state.clock.now().as_second() + 3600);
        // Of no use any more: a browser that is away gets nothing.
        assert_eq!(asked.header("ttl"), if hours == 0 { "1800" } else { "0" });
        tokens.push(token);
    }
    assert!(tokens[0] == tokens[1] && tokens[1] != tokens[2]);
}

#[actix_web::test]
async fn the_longest_texts_fit() {
    let sink = Sink::start().await;
    let (desk, browser) = (desk(&sink).await, Browser::new());
    let channel = desk.channel(browser.target(&format!("{}/push/1", sink.origin))).await;
    let message = Message {
        title: "🌞".repeat(200),
        body: "\"🌞".repeat(1_000),
        token: Some("t".repeat(80)),
        path: "p".repeat(80),
        ..reminder()
    };
    assert_eq!(desk.send(channel.id, &message).await, Outcome::Delivered);
    let asked = sink.next();
    assert!(asked.body.len() <= 4_096, "{}", asked.body.len());
    let read = reads(&browser, &asked);
    assert_eq!(read["title"].as_str().unwrap(), message.title);
    assert!(message.body.starts_with(read["body"].as_str().unwrap()));
}
