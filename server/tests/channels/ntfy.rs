//! ntfy: JSON to the server's root.

use crate::{
    desk::{Desk, SITE, reminder},
    sink::Sink,
};
use daymark_server::channels::{Message, MessageKind, Outcome};
use serde_json::{Value, json};

#[actix_web::test]
async fn a_topic_gets_title_links_and_buttons() {
    let (sink, desk) = (Sink::start().await, Desk::open(&[]).await);
    let target = json!({ "server": sink.origin, "topic": "day", "token": "tk_1", "priority": 5 });
    let channel = desk.channel(json!({ "ntfy": target })).await;
    assert_eq!(desk.send(channel.id, &reminder()).await, Outcome::Delivered);

    let asked = sink.next();
    assert_eq!((asked.line.as_str(), asked.header("authorization")), ("POST /", "Bearer tk_1"));
    let open = format!("{SITE}/start/r/1-20260302T0700");
    let act = |name: &str| format!("{SITE}/api/v1/reminder-actions/capability/{name}");
    let headers = json!({ "Content-Type": "application/json" });
    let expected = json!({
        "topic": "day",
        "sequence_id": reminder().id,
        "title": "Morning <start>",
        "message": "Begins now",
        "priority": 5,
        "tags": ["alarm_clock"],
        "click": open,
        "actions": [
            { "action": "view", "label": "Start", "url": open, "clear": true },
            { "action": "http", "label": "In 10 minutes", "url": act("snooze"), "method": "POST", "headers": headers,
              "body": "{\"minutes\":10}", "clear": true },
            { "action": "http", "label": "Done", "url": act("done"), "method": "POST", "headers": headers, "clear": true },
        ],
    });
    assert_eq!(asked.json(), expected);
}

#[actix_web::test]
async fn without_a_token_nothing_is_claimed_and_nothing_can_be_done() {
    let (sink, desk) = (Sink::start().await, Desk::open(&[]).await);
    let channel = desk.channel(json!({ "ntfy": { "server": sink.origin, "topic": "day" } })).await;
    let message =
        Message { kind: MessageKind::Ended, token: None, path: "settings".to_owned(), ..reminder() };
    assert_eq!(desk.send(channel.id, &message).await, Outcome::Delivered);
    let asked = sink.next();
    assert!(!asked.has("authorization"));
    let read = asked.json();
    assert_eq!((&read["actions"], &read["priority"]), (&json!([]), &json!(4)));
    assert_eq!(read["click"], format!("{SITE}/settings"));
    // What only a browser understands is not sent.
    let close = Message { kind: MessageKind::Close, ..reminder() };
    sink.say("/", crate::sink::Say::status(500));
    assert_eq!(desk.send(channel.id, &close).await, Outcome::Delivered);
    assert_ne!(read["title"], Value::Null);
}
