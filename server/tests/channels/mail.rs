//! E-mail: to a server that speaks SMTP.

use crate::{
    desk::{Desk, MIRA, SITE, TAG, reminder},
    smtp::{MailServer, Script},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use daymark_server::channels::{Message, Outcome};
use daymark_shared::{account::Locale, ids::ReminderId, reminder::Reason};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};

fn mailbox() -> Value {
    json!({ "email": { "address": MIRA } })
}

async fn desk(url: &str, site: &str) -> Desk {
    Desk::open(&[("SMTP_URL", url), ("MAIL_FROM", "Daymark <day@example.net>"), ("PUBLIC_URL", site)]).await
}

/// A header field of a mail, unfolded.
#[track_caller]
fn field<'a>(mail: &'a str, name: &str) -> Option<&'a str> {
    let head = mail.split_once("\n\n").unwrap().0;
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[actix_web::test]
async fn a_mail_is_readable_in_both_ways_and_can_be_refused_with_one_click() {
    let server = MailServer::start(&[]);
    let desk = desk(&format!("smtp://me:se%2Fcret@{}", server.addr), SITE).await;
    let channel = desk.channel(mailbox()).await;
    assert_eq!(desk.send(channel.id, &reminder()).await, Outcome::Delivered);
    let first = server.next();
    let expected = BASE64.encode("\0me\0se/cret");
    let commands: Vec<&str> = first.commands.iter().map(String::as_str).collect();
    assert_eq!(commands[..2], ["EHLO day.example.org", &format!("AUTH PLAIN {expected}")]);
    assert!(commands[2].starts_with("MAIL FROM:<day@example.net>"), "{commands:?}");
    assert_eq!(commands[3], format!("RCPT TO:<{MIRA}>"));

    let mail = &first.data;
    let id = format!("<{}.{TAG}@example.net>", reminder().id);
    for (name, value) in [
        ("From", "Daymark <day@example.net>"),
        ("To", MIRA),
        ("Subject", "Morning <start>"),
        ("Date", "Mon, 02 Mar 2026 06:00:00 +0000"),
        ("Message-ID", &id),
        ("References", &format!("<{TAG}@example.net>")),
        ("Auto-Submitted", "auto-generated"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ] {
        assert_eq!(field(mail, name), Some(value), "{mail}");
    }
    let unsubscribe = field(mail, "List-Unsubscribe").unwrap();
    assert!(unsubscribe.starts_with(&format!("<{SITE}/api/v1/unsubscribe/")), "{unsubscribe}");
    assert!(
        mail.contains("multipart/alternative") && mail.contains("text/plain") && mail.contains("text/html")
    );
    // Long lines are folded as quoted-printable does.
    let whole = mail.replace("=\n", "").replace("=3D", "=");
    let open = format!("{SITE}/start/r/1-20260302T0700");
    assert!(
        whole.contains(&format!("Start: {open}")) && whole.contains(&format!("href=\"{open}\"")),
        "{whole}"
    );
    assert!(whole.contains("Morning &lt;start&gt;</h1>"), "{whole}");

    // The same once more: the same message, over the same connection.
    assert_eq!(desk.send(channel.id, &reminder()).await, Outcome::Delivered);
    let second = server.next();
    assert_eq!(field(&second.data, "Message-ID"), Some(id.as_str()));
    assert_eq!(second.commands[..commands.len()], first.commands);
}

/// Mail servers need not take anything but ASCII in a head (RFC 5322 §2.2).
#[actix_web::test]
async fn a_head_is_ascii_in_every_language() {
    let server = MailServer::start(&[]);
    let desk = desk(&format!("smtp://{}", server.addr), SITE).await;
    let channel = desk.channel(mailbox()).await;
    let title = "Frühstück 🥐 ".repeat(15);
    let message = Message { title, locale: Locale::De, ..reminder() };
    assert_eq!(desk.send(channel.id, &message).await, Outcome::Delivered);
    let mail = server.next().data;
    let head = mail.split_once("\n\n").unwrap().0;
    assert!(
        head.is_ascii() && head.lines().all(|line| line.len() <= 78 || !line.starts_with("Subject")),
        "{head}"
    );
    assert!(head.contains("=?utf-8?b?"), "{head}");
    assert_eq!(field(&mail, "Content-Language"), Some("de"));
}

/// One click by HTTP is not what RFC 8058 allows.
#[actix_web::test]
async fn without_https_there_is_no_click() {
    let server = MailServer::start(&[]);
    let desk = desk(&format!("smtp://{}", server.addr), "http://day.lan").await;
    assert_eq!(desk.remind(mailbox()).await, Outcome::Delivered);
    let mail = server.next();
    assert!(field(&mail.data, "List-Unsubscribe").is_none());
    assert!(!mail.commands.iter().any(|command| command.starts_with("AUTH")));
}

const fn later(reason: Reason) -> Outcome {
    Outcome::Retry { reason, after: None }
}

#[rstest]
#[case::busy(&[("RCPT", "451 4.7.1 greylisted")], later(Reason::Busy))]
#[case::closing(&[("MAIL", "421 4.3.2 closing")], later(Reason::Busy))]
#[case::unknown(&[("RCPT", "550 5.1.1 nobody here")], Outcome::Refused(Reason::Refused))]
#[case::too_much(&[("DATA", "552 5.2.2 full")], Outcome::Refused(Reason::Refused))]
#[case::rubbish(&[("EHLO", "what?")], later(Reason::Broken))]
#[case::silent(&[("RCPT", "")], later(Reason::Silent))]
#[actix_web::test]
async fn what_the_server_says_is_what_becomes_of_it(#[case] script: Script, #[case] outcome: Outcome) {
    let server = MailServer::start(script);
    let desk = desk(&format!("smtp://{}", server.addr), SITE).await;
    assert_eq!(desk.remind(mailbox()).await, outcome);
}

#[actix_web::test]
async fn where_nobody_listens_it_is_tried_again() {
    let desk = desk("smtp://127.0.0.1:1", SITE).await;
    assert_eq!(desk.remind(mailbox()).await, later(Reason::Unreachable));
}

/// A server that offers no TLS gets neither the password nor the mail.
#[actix_web::test]
async fn without_tls_nothing_is_sent() {
    let server = MailServer::start(&[]);
    let strict = desk(&format!("smtp://me:secret@{}?tls=required", server.addr), SITE).await;
    assert_eq!(strict.remind(mailbox()).await, later(Reason::Unreachable));
    let open = desk(&format!("smtp://{}", server.addr), SITE).await;
    assert_eq!(open.remind(mailbox()).await, Outcome::Delivered);
    // The only mail there is came from the other one.
    let only = server.next();
    assert!(only.commands.iter().all(|command| !command.starts_with("AUTH")), "{:?}", only.commands);
}

#[actix_web::test]
async fn without_a_mail_server_it_is_not_set_up() {
    let desk = Desk::open(&[]).await;
    assert_eq!(desk.remind(mailbox()).await, Outcome::Refused(Reason::NotSetUp));
}

/// Nobody's mailbox is filled, and a mail server in trouble uses nothing up.
#[actix_web::test]
async fn an_account_gets_so_many_mails_a_day() {
    let server = MailServer::start(&[]);
    let desk = desk(&format!("smtp://{}", server.addr), SITE).await;
    let channel = desk.channel(mailbox()).await;
    for _ in 0..5 {
        assert_eq!(desk.send(channel.id, &reminder()).await, Outcome::Delivered);
    }
    let another = |n: u64| {
        let id = ReminderId::mint(1_772_431_200_000 + n, [8; 10]);
        Message { id, ..reminder() }
    };
    for n in 1..200 {
        assert_eq!(desk.send(channel.id, &another(n)).await, Outcome::Delivered, "{n}");
    }
    let Outcome::Retry { reason: Reason::Busy, after: Some(after) } =
        desk.send(channel.id, &another(200)).await
    else {
        panic!("one more was sent");
    };
    assert!(after > SignedDuration::from_hours(23), "{after}");
    assert_eq!(desk.send(channel.id, &another(1)).await, Outcome::Delivered, "a repetition is no other mail");
    desk.state.clock.advance(after);
    assert_eq!(desk.send(channel.id, &another(201)).await, Outcome::Delivered);
}
