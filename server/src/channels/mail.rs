//! E-mail: one message, in plain text and in HTML, to the account's own address.

use super::{
    Message, Opened, Outcome,
    links::Links,
    smtp::{OpenError, Smtp, SmtpServer},
    words,
};
use crate::{config::Config, error, state::State};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{
    channel::EmailTarget,
    ids::{AccountId, ReminderId},
    reminder::Reason,
};
use jiff::{SignedDuration, Timestamp};
use lettre::{
    Address,
    message::{
        Mailbox, MessageBuilder, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::Error,
};

/// Mails to one account within a [`DAY`]: nobody proves that an address is theirs when they sign up.
const MAILS: u32 = 200;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Within this, the same message is a repetition.
const REPETITION: SignedDuration = SignedDuration::from_hours(1);

/// Sends mail.
pub(super) struct Mail {
    smtp: Smtp,
    from: Mailbox,
}

impl Mail {
    pub(super) fn new(server: SmtpServer, from: Mailbox, config: &Config) -> Result<Self, OpenError> {
        Ok(Self { smtp: Smtp::new(server, config)?, from })
    }
}

/// Sends it, where the operator has set mail up.
pub(super) async fn deliver(state: &State, channel: &Opened, to: &EmailTarget, message: &Message) -> Outcome {
    let Some(mail) = &state.senders.mail else { return Outcome::Refused(Reason::NotSetUp) };
    let Ok(to) = to.address.as_str().parse::<Address>() else { return Outcome::Refused(Reason::Unreadable) };
    if let Some(wait) = has_had_enough(state, channel.account(), message.id).await {
        return Outcome::Retry { reason: Reason::Busy, after: Some(wait) };
    }
    let site = &state.config.site.public_url;
    let unsubscribe = format!("{site}/api/v1/unsubscribe/{}", channel.secret().token());
    let links = Links::of(site, message);
    let Some(composed) = compose(&mail.from, to, message, &links, &unsubscribe, state.clock.now()) else {
        return Outcome::Refused(Reason::Unreadable);
    };
    match mail.smtp.send(composed.envelope(), &composed.formatted()).await {
        Ok(()) => Outcome::Delivered,
        Err(error) => outcome(&error),
    }
}

/// How long an account has to wait that has had its mails of the day. One that is tried again within an hour, since the
/// mail server was in trouble, counts once; one that was turned away here comes again when the day is over.
async fn has_had_enough(state: &State, account: AccountId, id: ReminderId) -> Option<SignedDuration> {
    let now = state.clock.now();
    if state.kv.allow(format!("mail.{id}"), 1, REPETITION, now).await.is_err() {
        return None;
    }
    let whose = BASE64.encode(&state.vault.blind("limit.mail.1", account.as_bytes())[..16]);
    match state.kv.allow(whose, MAILS, DAY, now).await {
        Err(error::Error::RateLimited { retry_after }) => {
            Some(SignedDuration::from_secs(i64::try_from(retry_after).unwrap_or(i64::MAX)))
        }
        Ok(()) | Err(_) => None,
    }
}

/// What the server's answer says (RFC 5321 §4.2.1): 5yz is for good, 4yz for now.
fn outcome(error: &Error) -> Outcome {
    if let Some(code) = error.status() {
        tracing::warn!(smtp.code = u16::from(code), "the mail server refuses");
    }
    let reason = match error {
        error if error.is_permanent() => return Outcome::Refused(Reason::Refused),
        error if error.is_transient() => Reason::Busy,
        error if error.is_timeout() => Reason::Silent,
        error if error.is_response() => Reason::Broken,
        _ => Reason::Unreachable,
    };
    Outcome::Retry { reason, after: None }
}

fn compose(
    from: &Mailbox,
    to: Address,
    message: &Message,
    links: &Links,
    unsubscribe: &str,
    now: Timestamp,
) -> Option<lettre::Message> {
    let domain = from.email.domain();
    // The same when it is sent again, so that a mailbox can tell; all about one occurrence hang together.
    let id = format!("<{}.{}@{domain}>", message.id, message.tag);
    let thread = format!("<{}@{domain}>", message.tag);
    let mail = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(message.title.as_str())
        .date(now.into())
        .message_id(Some(id))
        .references(thread);
    let mail = raw(mail, "Auto-Submitted", "auto-generated");
    let mail = raw(mail, "Content-Language", message.locale.as_str());
    // One click works by HTTPS only (RFC 8058 §3.1), and a link by HTTP nobody should open.
    let mail = if unsubscribe.starts_with("https://") && unsubscribe.is_ascii() {
        let mail = raw(mail, "List-Unsubscribe", &format!("<{unsubscribe}>"));
        raw(mail, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    } else {
        mail
    };
    mail.multipart(MultiPart::alternative_plain_html(plain(message, links), html(message, links))).ok()
}

/// A field that is ASCII and short enough for a line.
fn raw(mail: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    let name = HeaderName::new_from_ascii_str(name);
    mail.raw_header(HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned()))
}

fn plain(message: &Message, links: &Links) -> String {
    let (why, change) = words::why_this_mail(message.locale);
    let start = words::labels(message.locale, message.snooze_minutes).start;
    let Message { title, body, .. } = message;
    let Links { open, settings, .. } = links;
    format!("{title}\n{body}\n\n{start}: {open}\n\n-- \n{why}\n{change}: {settings}\n")
}

fn html(message: &Message, links: &Links) -> String {
    let (why, change) = words::why_this_mail(message.locale);
    let start = words::labels(message.locale, message.snooze_minutes).start;
    let (title, body) = (escaped(&message.title), escaped(&message.body));
    let (open, settings) = (escaped(&links.open), escaped(&links.settings));
    let lang = message.locale.as_str();
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font-family:system-ui,sans-serif;color:#18181b;background:#ffffff\">\
         <h1 style=\"font-size:20px\">{title}</h1><p>{body}</p>\
         <p><a href=\"{open}\" style=\"color:#2563eb\">{start}</a></p>\
         <p style=\"font-size:13px;color:#52525b\">{why} <a href=\"{settings}\" style=\"color:#52525b\">{change}</a></p>\
         </body></html>"
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_is_no_markup() {
        assert_eq!(escaped("<b onclick=\"a('&')\">"), "&lt;b onclick=&quot;a(&#39;&amp;&#39;)&quot;&gt;");
    }
}
