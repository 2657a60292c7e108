//! Each fault of the other end leads to what is written for it.

use crate::{
    desk::{Desk, reminder},
    sink::{Say, Sink},
};
use daymark_server::{channels, channels::Outcome};
use daymark_shared::reminder::Reason;
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// What a browser subscribes with, at this push service.
pub fn browser(endpoint: &str) -> Value {
    let p256dh = "BLMbF9ffKBiWQLCKvTHb6LO8Nb6dcUh6TItC455vu2kElga6PQvUmaFyCdykxY2nOSSL3yKgfbmFLRTUaGv4yV8";
    json!({ "push": { "endpoint": endpoint, "keys": { "p256dh": p256dh, "auth": "xS03Fi5ErfTNH_l9WHE9Ig" } } })
}

/// The same fault for each kind that is asked by HTTP.
fn targets(origin: &str, path: &str) -> [Value; 3] {
    let url = format!("{origin}{path}");
    [
        browser(&url),
        json!({ "ntfy": { "server": url, "topic": "day" } }),
        json!({ "webhook": { "url": url } }),
    ]
}

fn retry(reason: Reason, after: Option<i64>) -> Outcome {
    Outcome::Retry { reason, after: after.map(SignedDuration::from_secs) }
}

const REFUSED: Outcome = Outcome::Refused(Reason::Refused);

/// It is six o'clock in these tests.
#[actix_web::test]
async fn an_answer_is_what_becomes_of_a_message() {
    let sink = Sink::start().await;
    let desk = Desk::open(&[("PUSH_SERVICES", &sink.origin)]).await;
    let busy = |after| retry(Reason::Busy, after);
    let broken = |after| retry(Reason::Broken, after);
    let date = "Mon, 02 Mar 2026 06:02:00 GMT";
    let cases = [
        (Say::status(200), Outcome::Delivered),
        (Say::status(201), Outcome::Delivered),
        (Say::status(202), Outcome::Delivered),
        (Say::status(204), Outcome::Delivered),
        (Say::status(301), REFUSED),
        (Say::Status(307, "location: /elsewhere\r\n".to_owned()), REFUSED),
        (Say::status(400), REFUSED),
        (Say::status(401), REFUSED),
        (Say::status(403), REFUSED),
        (Say::status(413), REFUSED),
        (Say::status(408), retry(Reason::Silent, None)),
        (Say::status(429), busy(None)),
        (Say::after(429, "17"), busy(Some(17))),
        (Say::after(429, date), busy(Some(120))),
        (Say::after(429, "Mon, 02 Mar 2026 05:00:00 GMT"), busy(Some(0))),
        (Say::after(429, "soon"), busy(None)),
        (Say::status(500), broken(None)),
        (Say::status(502), broken(None)),
        (Say::after(503, "60"), broken(Some(60))),
        (Say::status(507), broken(None)),
        (Say::Rubbish, broken(None)),
        (Say::Reset, retry(Reason::Unreachable, None)),
    ];
    for (n, (say, outcome)) in cases.into_iter().enumerate() {
        let path = format!("/{n}");
        sink.say(&path, say.clone());
        for target in targets(&sink.origin, &path) {
            let id = desk.channel(target).await.id;
            assert_eq!(desk.send(id, &reminder()).await, outcome, "{say:?}");
            desk.write(move |tx, caller| channels::delete(tx, caller, id)).await;
        }
    }
}

/// Only a push service says so of a subscription; a webhook that is not there may come back.
#[actix_web::test]
async fn only_a_browser_can_be_gone() {
    let sink = Sink::start().await;
    let desk = Desk::open(&[("PUSH_SERVICES", &sink.origin)]).await;
    for status in [404, 410] {
        let path = format!("/{status}");
        sink.say(&path, Say::status(status));
        let expected = [Outcome::Gone { seen: 1 }, REFUSED, REFUSED];
        for (target, expected) in targets(&sink.origin, &path).into_iter().zip(expected) {
            assert_eq!(desk.remind(target).await, expected, "{status}");
        }
    }
}

/// All at once, since each takes the five seconds that a message may take.
#[actix_web::test]
async fn who_is_slow_is_not_waited_for() {
    let sink = Sink::start().await;
    let desk = Desk::open(&[("PUSH_SERVICES", &sink.origin)]).await;
    let silent = retry(Reason::Silent, None);
    let cases = [
        ("/stall", Say::Stall, silent.clone()),
        ("/head", Say::DripHead, silent),
        // What it thinks of the message it has said.
        ("/body", Say::Drip(201), Outcome::Delivered),
        ("/busy", Say::Drip(503), retry(Reason::Broken, None)),
    ];
    let mut sends = Vec::new();
    for (path, say, outcome) in cases {
        sink.say(path, say);
        for target in targets(&sink.origin, path) {
            let (desk, outcome) = (&desk, outcome.clone());
            sends.push(async move { assert_eq!(desk.remind(target).await, outcome, "{path}") });
        }
    }
    // Nobody hangs: those who drip would take a minute.
    let all = actix_web::rt::time::timeout(std::time::Duration::from_secs(40), join_all(sends)).await;
    all.unwrap();
}

#[actix_web::test]
async fn where_nobody_listens_it_is_tried_again() {
    let desk = Desk::open(&[("PUSH_SERVICES", "http://127.0.0.1:1")]).await;
    for target in targets("http://127.0.0.1:1", "/") {
        assert_eq!(desk.remind(target).await, retry(Reason::Unreachable, None));
    }
}

/// The operator has changed the rules since the address was entered.
#[actix_web::test]
async fn where_it_may_not_go_any_more_it_does_not_go() {
    let sink = Sink::start().await;
    let desk = Desk::open(&[("PUSH_SERVICES", &sink.origin)]).await;
    let strict = Desk::open(&[("PUSH_SERVICES", &sink.origin), ("OUTBOUND_ALLOW", "")]).await;
    for target in targets(&sink.origin, "/") {
        let id = desk.channel(target).await.id;
        let opened = desk.opened(id).await.unwrap();
        assert_eq!(opened.origin(), sink.origin);
        let outcome = channels::deliver(&strict.state, &opened, &reminder()).await;
        assert_eq!(outcome, Outcome::Refused(Reason::Forbidden));
    }
    let elsewhere = Desk::open(&[("PUSH_SERVICES", "http://127.0.0.1:1")]).await;
    let id = desk.channel(browser(&format!("{}/other", sink.origin))).await.id;
    let opened = desk.opened(id).await.unwrap();
    let outcome = channels::deliver(&elsewhere.state, &opened, &reminder()).await;
    assert_eq!(outcome, Outcome::Refused(Reason::Forbidden));
}
