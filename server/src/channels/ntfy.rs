//! ntfy: a message to a topic, as JSON to the server's root.

use super::{Message, MessageKind, Outcome, answer, links::Links, words};
use crate::{
    outbound::{HeaderMap, Method, Purpose, Request, header::HeaderValue},
    state::State,
};
use daymark_shared::{channel::NtfyTarget, reminder::Reason};
use serde_json::{Value, json};

/// Sends it.
pub(super) async fn deliver(state: &State, ntfy: &NtfyTarget, message: &Message) -> Outcome {
    let Ok(target) = state.outbound.target(ntfy.server.as_str(), Purpose::Any) else {
        return Outcome::Refused(Reason::Forbidden);
    };
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-request-id", message.request_id());
    if let Some(token) = &ntfy.token {
        let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {}", token.as_str())) else {
            return Outcome::Refused(Reason::Unreadable);
        };
        headers.insert("authorization", bearer);
    }
    let body =
        body(ntfy, message, &Links::of(&state.config.site.public_url, message)).to_string().into_bytes();
    let request = Request { target, method: Method::POST, headers, body, deadline: super::DEADLINE };
    answer::outcome(state.outbound.send(request).await, state.clock.now())
}

fn body(ntfy: &NtfyTarget, message: &Message, links: &Links) -> Value {
    let tag = match message.kind {
        MessageKind::Reminder => "alarm_clock",
        MessageKind::Test | MessageKind::Close => "wave",
        MessageKind::Ended => "warning",
    };
    json!({
        "topic": ntfy.topic,
        // A repetition takes the place of what is shown already (ntfy 2.16); older servers pass over it.
        "sequence_id": message.id,
        "title": message.title,
        "message": message.body,
        "priority": ntfy.priority,
        "tags": [tag],
        "click": links.open,
        "actions": actions(message, links),
    })
}

/// Three at most, which is what ntfy shows.
fn actions(message: &Message, links: &Links) -> Vec<Value> {
    let Some(act) = &links.act else { return Vec::new() };
    let labels = words::labels(message.locale, message.snooze_minutes);
    let post = |label: &str, url: &str| {
        let headers = json!({ "Content-Type": "application/json" });
        json!({ "action": "http", "label": label, "url": url, "method": "POST", "headers": headers, "clear": true })
    };
    let mut snooze = post(&labels.snooze, &act.snooze);
    snooze["body"] = json!(json!({ "minutes": message.snooze_minutes }).to_string());
    let start = json!({ "action": "view", "label": labels.start, "url": links.open, "clear": true });
    vec![start, snooze, post(labels.done, &act.done)]
}
