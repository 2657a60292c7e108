//! What a message says: a webhook's in clear, a push's once its browser has decrypted it.

use crate::{
    browser::Browser,
    ledger::{Letter, News, Notice, Receipt},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_server::clock::Clock;
use daymark_shared::ids::ReminderId;
use serde_json::Value;

/// A request's head and body.
pub struct Asked {
    pub head: String,
    pub body: Vec<u8>,
}

impl Asked {
    /// A header field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// What came by this line and which process has sent it; `None` where it is nothing that Daymark says.
pub fn read(line: usize, browser: Option<&Browser>, asked: &Asked) -> Option<(Letter, String)> {
    match browser {
        None => hook(line, asked),
        Some(browser) => push(line, browser, asked),
    }
}

/// The name is in each link, and in each token for push services.
fn process(site: &str) -> Option<(&str, &str)> {
    site.strip_prefix("https://")?.split_once(".test")
}

/// The routine in the address of an occurrence.
fn routine(path: &str) -> Option<String> {
    Some(path.strip_prefix("start/")?.split_once('/')?.0.to_owned())
}

fn hook(line: usize, asked: &Asked) -> Option<(Letter, String)> {
    let message: Value = serde_json::from_slice(&asked.body).ok()?;
    let data = &message["data"];
    let (by, path) = process(data["url"].as_str()?)?;
    let id = asked.field("webhook-id")?;
    if data["id"] != id {
        return None;
    }
    let tag = data["tag"].as_str()?.to_owned();
    let received_at = Clock::system().now();
    let letter = match message["type"].as_str()? {
        "reminder.due" => Letter::Reminder(Receipt {
            line,
            id: id.to_owned(),
            routine: routine(path.strip_prefix('/')?)?,
            due_at: data["due_at"].as_str()?.parse().ok()?,
            by: by.to_owned(),
            received_at,
            tag,
            capability: None,
            is_taken: false,
            is_final: false,
        }),
        "channel.ended" => {
            Letter::Notice(Notice { line, news: News::Ended, tag, received_at, is_taken: false })
        }
        _ => return None,
    };
    Some((letter, by.to_owned()))
}

fn push(line: usize, browser: &Browser, asked: &Asked) -> Option<(Letter, String)> {
    let is_push = asked.field("content-encoding")? == "aes128gcm"
        && asked.field("ttl")?.parse::<u32>().is_ok()
        && ["high", "normal"].contains(&asked.field("urgency")?);
    let message = browser.reads(&asked.body).filter(|_| is_push)?;
    let tag = message["tag"].as_str()?.to_owned();
    if asked.field("topic")? != tag {
        return None;
    }
    let by = sender(asked)?;
    let received_at = Clock::system().now();
    let letter = match message["kind"].as_str()? {
        "reminder" => {
            let capability = message["token"].as_str()?;
            Letter::Reminder(Receipt {
                line,
                id: named(capability)?,
                routine: routine(message["url"].as_str()?)?,
                due_at: message["due_at"].as_str()?.parse().ok()?,
                by: by.clone(),
                received_at,
                tag,
                capability: Some(capability.to_owned()),
                is_taken: false,
                is_final: false,
            })
        }
        "ended" => Letter::Notice(Notice { line, news: News::Ended, tag, received_at, is_taken: false }),
        "close" if message["silent"] == true => {
            Letter::Notice(Notice { line, news: News::Close, tag, received_at, is_taken: false })
        }
        _ => return None,
    };
    Some((letter, by))
}

/// Who has signed it (RFC 8292): each process tells push services its own site.
fn sender(asked: &Asked) -> Option<String> {
    let (token, _) = asked.field("authorization")?.strip_prefix("vapid t=")?.split_once(", k=")?;
    let claims = BASE64.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Some(process(claims["sub"].as_str()?)?.0.to_owned())
}

/// The reminder that a capability is for, as logs call it: its second sixteen bytes.
fn named(capability: &str) -> Option<String> {
    let id = BASE64.decode(capability).ok()?.get(16..32)?.try_into().ok()?;
    Some(ReminderId::from_bytes(id).to_string())
}
