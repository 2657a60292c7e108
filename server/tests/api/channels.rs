//! `/channels`: made, edited, renewed, ended.

use crate::{
    app::{Client, TestApp},
    planning::{NOBODY, browser, channel_id, send_seen, subscription, two_people, webhook, with},
    sink::{Reply, Sink},
    smtp::MailServer,
};
use daymark_server::{
    channels::{self, Outcome},
    vault::DataKey,
};
use daymark_shared::{channel::CHANNELS_MAX, ids::AccountId, reminder::Reason};
use jiff::SignedDuration;
use ring::digest::{SHA256, digest};
use rstest::rstest;
use serde_json::{Value, json};

const CHANNELS: &str = "/api/v1/channels";
const MIRA: &str = "mira@example.org";

fn path(n: u32) -> String {
    format!("{CHANNELS}/{}", channel_id(n))
}

fn ntfy(n: u32) -> Value {
    let target = json!({ "server": NOBODY, "topic": "day", "token": "tk_1", "priority": 5 });
    json!({ "id": channel_id(n), "name": "Phone", "target": { "ntfy": target } })
}

fn mailbox(n: u32) -> Value {
    json!({ "id": channel_id(n), "name": "Mail", "target": { "email": { "address": MIRA } } })
}

fn with_mail() -> TestApp {
    TestApp::with(&[("SMTP_URL", "smtp://127.0.0.1:1"), ("MAIL_FROM", "day@example.org")])
}

fn account(me: &Client<'_>) -> AccountId {
    me.get("/api/v1/account").json(200)["id"].as_str().unwrap().parse().unwrap()
}

/// What a worker notes on a channel after a send. Answers whether it has ended by this.
fn record(app: &TestApp, me: &Client<'_>, n: u32, outcome: Outcome) -> bool {
    let (account, id, at) = (account(me), channel_id(n).parse().unwrap(), app.now());
    let noted = app.state.db.write(move |tx| channels::record(tx, account, id, at, &outcome));
    actix_web::rt::System::new().block_on(noted).unwrap()
}

/// Which channels the planner would use: always, then fallbacks.
fn routing(app: &TestApp, me: &Client<'_>) -> (Vec<String>, Vec<String>) {
    let account = account(me);
    let found = app.state.db.read(move |tx| channels::routing(tx, account));
    let routing = actix_web::rt::System::new().block_on(found).unwrap();
    let ids = |ids: Vec<daymark_shared::ids::ChannelId>| ids.iter().map(ToString::to_string).collect();
    (ids(routing.always), ids(routing.fallbacks))
}

#[test]
fn answers_show_no_keys() {
    let app = with_mail();
    let me = app.sign_up(MIRA);
    let made = me.post(CHANNELS, &browser(1)).json(201);
    assert_eq!(made["kind"], "push");
    assert_eq!(made["role"], "always");
    assert_eq!(made["created_at"], "2026-03-02T06:00:00Z");
    let fingerprint: String = digest(&SHA256, subscription(1)["endpoint"].as_str().unwrap().as_bytes())
        .as_ref()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let shown = json!({ "push": { "host": "127.0.0.1:1", "fingerprint": fingerprint } });
    assert_eq!(made["target"], shown);
    let signed = me.post(CHANNELS, &webhook(2)).json(201);
    assert!(signed["secret"].as_str().unwrap().starts_with("whsec_"));
    let target = json!({ "ntfy": { "server": NOBODY, "topic": "day", "priority": 5 } });
    let plain = me.post(CHANNELS, &ntfy(3)).json(201);
    assert_eq!((&plain["target"], &plain["secret"]), (&target, &Value::Null));
    let mail = me.post(CHANNELS, &mailbox(4)).json(201);
    assert_eq!((&mail["target"], &mail["secret"]), (&json!({ "email": { "address": MIRA } }), &Value::Null));

    let list = me.get(CHANNELS).json(200);
    let ids: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [1, 2, 3, 4].map(channel_id));
    let text = list.to_string();
    for secret in [&made["secret"], &signed["secret"], &json!("tk_1"), &subscription(1)["endpoint"]] {
        assert!(!text.contains(secret.as_str().unwrap()), "{text}");
    }
    let one = me.get(&path(1));
    assert_eq!(one.header("etag"), Some("\"1\""));
    assert_eq!(one.json(200)["secret"], Value::Null);
}

#[test]
fn made_twice_is_made_once() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    let first = me.post(CHANNELS, &webhook(1)).json(201);
    assert_eq!(me.post(CHANNELS, &webhook(1)).json(200), first);
    me.post(CHANNELS, &with(webhook(1), "/name", json!("Other"))).problem_at("id_conflict", "/id");
}

#[test]
fn a_browser_has_one_channel_and_a_mailbox_too() {
    let app = with_mail();
    let me = app.sign_up(MIRA);
    let first = me.post(CHANNELS, &browser(1)).json(201);
    record(&app, &me, 1, Outcome::Gone { seen: 1 });
    assert_eq!(me.get(&path(1)).json(200)["ended"]["reason"], "gone");
    let again = me.post(CHANNELS, &with(browser(1), "/id", json!(channel_id(2)))).json(200);
    assert_eq!((&again["id"], &again["secret"]), (&first["id"], &first["secret"]));
    assert_eq!((&again["ended"], &again["name"]), (&Value::Null, &json!("Browser 1")));
    me.get(&path(2)).problem("not_found");
    // Another person at the same browser has a channel of their own.
    let other = app.sign_up("noor@example.org");
    other.post(CHANNELS, &browser(1)).json(201);

    me.post(CHANNELS, &mailbox(3)).json(201);
    assert_eq!(me.post(CHANNELS, &mailbox(4)).json(200)["id"], channel_id(3));
    assert_eq!(me.get(CHANNELS).json(200)["items"].as_array().unwrap().len(), 2);
}

#[rstest]
#[case::scheme(webhook(1), "/target/webhook/url", json!("ftp://example.org"), "bad_address")]
#[case::network(webhook(1), "/target/webhook/url", json!("https://10.0.0.1/"), "bad_address")]
#[case::text(webhook(1), "/target/webhook/url", json!(""), "text_empty")]
#[case::network(ntfy(1), "/target/ntfy/server", json!("http://192.168.1.5"), "bad_address")]
#[case::topic(ntfy(1), "/target/ntfy/topic", json!("a/b"), "bad_value")]
#[case::loudness(ntfy(1), "/target/ntfy/priority", json!(6), "bad_value")]
#[case::service(browser(1), "/target/push/endpoint", json!("https://push.example.org/1"), "bad_address")]
#[case::key(browser(1), "/target/push/keys/p256dh", json!("AAAA"), "bad_value")]
#[case::secret(browser(1), "/target/push/keys/auth", json!("AAAA"), "bad_value")]
#[case::strangers(mailbox(1), "/target/email/address", json!("noor@example.org"), "bad_value")]
#[case::name(webhook(1), "/name", json!(""), "text_empty")]
#[case::role(webhook(1), "/role", json!("sometimes"), "bad_value")]
#[case::kind(webhook(1), "/target", json!({ "pigeon": {} }), "bad_value")]
fn bad_input_is_refused_by_field(
    #[case] body: Value,
    #[case] field: &str,
    #[case] value: Value,
    #[case] code: &str,
) {
    let app = with_mail();
    let me = app.sign_up(MIRA);
    let answer = me.post(CHANNELS, &with(body, field, value));
    assert_eq!(answer.status, 422);
    answer.problem_at(code, field);
    assert_eq!(me.get(CHANNELS).json(200)["items"], json!([]));
}

#[test]
fn without_a_mail_server_there_is_no_mail() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    let offer = me.get("/api/v1/channel-offer").json(200);
    assert_eq!(offer["email"], false);
    // An uncompressed point, and the same one always.
    assert_eq!(offer["push"]["key"].as_str().unwrap().len(), 87);
    assert!(offer["push"]["key"].as_str().unwrap().starts_with('B'));
    assert_eq!(offer, serde_json::to_value(channels::offer(&app.another_process())).unwrap());
    me.post(CHANNELS, &mailbox(1)).problem_at("bad_value", "/target/email");
    let app = with_mail();
    assert_eq!(app.sign_up(MIRA).get("/api/v1/channel-offer").json(200)["email"], true);
}

#[test]
fn there_are_twenty_at_most() {
    let app = TestApp::start();
    let (me, other) = two_people(&app);
    for n in 1..=CHANNELS_MAX as u32 {
        me.post(CHANNELS, &webhook(n)).json(201);
    }
    me.post(CHANNELS, &webhook(99)).problem("limit_reached");
    me.post(CHANNELS, &webhook(1)).json(200);
    other.post(CHANNELS, &webhook(99)).json(201);
    me.delete(&path(1)).empty(204);
    me.post(CHANNELS, &webhook(99)).json(201);
}

#[test]
fn edits_keep_what_they_do_not_name() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    me.post(CHANNELS, &ntfy(1)).json(201);
    let edit = |revision: u64, body: Value| send_seen(&me, "PATCH", &path(1), revision, &body);
    let named = edit(1, json!({ "name": "Tablet", "role": "fallback", "position": 7 })).json(200);
    assert_eq!(
        (&named["name"], &named["role"], &named["position"]),
        (&json!("Tablet"), &json!("fallback"), &json!(7))
    );
    assert_eq!(named["revision"], 2);
    edit(1, json!({ "name": "Late" })).problem("precondition_failed");
    edit(2, json!({ "target": { "webhook": { "url": NOBODY } } })).problem_at("bad_value", "/target");
    let elsewhere = json!({ "target": { "ntfy": { "server": "http://127.0.0.1:2", "topic": "day" } } });
    let moved = edit(2, elsewhere).json(200);
    assert_eq!(
        moved["target"]["ntfy"],
        json!({ "server": "http://127.0.0.1:2", "topic": "day", "priority": 4 })
    );
    assert_eq!(moved["name"], "Tablet");
}

#[test]
fn fallbacks_come_in_their_order_and_what_has_ended_does_not_come() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    assert_eq!(routing(&app, &me), (vec![], vec![]));
    me.post(CHANNELS, &browser(1)).json(201);
    for n in [2, 3, 4] {
        me.post(CHANNELS, &with(webhook(n), "/role", json!("fallback"))).json(201);
    }
    send_seen(&me, "PATCH", &path(4), 1, &json!({ "position": 0 })).json(200);
    let (always, fallbacks) = routing(&app, &me);
    assert_eq!((always, fallbacks), (vec![channel_id(1)], [4, 2, 3].map(channel_id).to_vec()));
    record(&app, &me, 1, Outcome::Gone { seen: 1 });
    me.delete(&path(2)).empty(204);
    assert_eq!(routing(&app, &me), (vec![], [4, 3].map(channel_id).to_vec()));
}

#[test]
fn what_came_of_a_send_is_noted() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    me.post(CHANNELS, &browser(1)).json(201);
    record(&app, &me, 1, Outcome::Delivered);
    app.advance(SignedDuration::from_secs(59));
    record(&app, &me, 1, Outcome::Delivered);
    record(&app, &me, 1, Outcome::Retry { reason: Reason::Busy, after: None });
    let me = app.sign_in(MIRA);
    let noted = me.get(&path(1)).json(200);
    // A minute has not passed: it was not worth a write.
    assert_eq!(noted["last_success_at"], "2026-03-02T06:00:00Z");
    assert_eq!(noted["last_error"], json!({ "at": "2026-03-02T06:00:59Z", "reason": "busy" }));
    app.advance(SignedDuration::from_secs(1));
    record(&app, &me, 1, Outcome::Delivered);
    record(&app, &me, 1, Outcome::Refused(Reason::Refused));
    let noted = me.get(&path(1)).json(200);
    assert_eq!(noted["last_success_at"], "2026-03-02T06:01:00Z");
    assert_eq!(noted["last_error"], json!({ "at": "2026-03-02T06:01:00Z", "reason": "refused" }));
    assert_eq!((&noted["ended"], &noted["revision"]), (&Value::Null, &json!(1)));
}

/// The service said that it is gone, but of the subscription that it was before.
#[test]
fn a_browser_that_was_renewed_meanwhile_is_not_ended() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    let secret = me.post(CHANNELS, &browser(1)).json(201)["secret"].as_str().unwrap().to_owned();
    let renew = |secret: &str, n: u32| {
        app.anonymous()
            .put(&format!("/api/v1/push-subscriptions/{secret}"), &json!({ "subscription": subscription(n) }))
    };
    renew(&secret, 5).empty(204);
    assert!(!record(&app, &me, 1, Outcome::Gone { seen: 1 }));
    let renewed = me.get(&path(1)).json(200);
    assert_eq!((&renewed["ended"], &renewed["revision"]), (&Value::Null, &json!(2)));
    assert!(record(&app, &me, 1, Outcome::Gone { seen: 2 }));
    assert!(!record(&app, &me, 1, Outcome::Gone { seen: 2 }), "told once");
    assert_eq!(me.get(&path(1)).json(200)["ended"]["reason"], "gone");
    renew(&secret, 6).empty(204);
    assert_eq!(me.get(&path(1)).json(200)["ended"], Value::Null);

    renew(&secret[1..], 7).problem("not_found");
    me.post(CHANNELS, &browser(2)).json(201);
    renew(&secret, 2).problem_at("id_conflict", "/subscription/endpoint");
    let wrong = |pointer: &str, value: Value| {
        let body = with(json!({ "subscription": subscription(7) }), pointer, value);
        app.anonymous().put(&format!("/api/v1/push-subscriptions/{secret}"), &body)
    };
    wrong("/subscription/endpoint", json!("https://127.0.0.1/"))
        .problem_at("bad_address", "/subscription/endpoint");
    wrong("/subscription/keys/auth", json!("AA")).problem_at("bad_value", "/subscription/keys/auth");
    // What signs a webhook, or unsubscribes a mailbox, renews nothing.
    let signs = me.post(CHANNELS, &webhook(3)).json(201)["secret"].as_str().unwrap().replace("whsec_", "");
    renew(&signs, 8).problem("not_found");
}

#[test]
fn a_webhooks_secret_is_rotated_and_nobody_elses() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    let first = me.post(CHANNELS, &webhook(1)).json(201);
    let rotate = |n: u32| me.send("PUT", &format!("{}/secret", path(n)), &[], None);
    let second = rotate(1).json(200);
    assert_ne!(first["secret"], second["secret"]);
    assert_eq!(second["revision"], 2);
    me.post(CHANNELS, &browser(2)).json(201);
    rotate(2).problem("not_found");
}

/// A test of a channel that nobody listens to fails with its reason, and there are ten in ten minutes.
#[test]
fn tests_tell_what_is_wrong_and_are_few() {
    let app = with_mail();
    let me = app.sign_up(MIRA);
    for body in [browser(1), webhook(2), ntfy(3), mailbox(4)] {
        me.post(CHANNELS, &body).json(201);
    }
    let test = |n: u32| me.send("POST", &format!("{}/test", path(n)), &[], None);
    for n in 1..=4 {
        assert_eq!(test(n).json(200), json!({ "delivered": false, "reason": "unreachable" }), "{n}");
        assert_eq!(me.get(&path(n)).json(200)["last_error"]["reason"], "unreachable");
    }
    record(&app, &me, 1, Outcome::Gone { seen: 1 });
    assert_eq!(test(1).json(200), json!({ "delivered": false, "reason": "gone" }));
    for _ in 0..5 {
        test(1).json(200);
    }
    test(1).problem("rate_limited");
    app.advance(SignedDuration::from_mins(10));
    let me = app.sign_in(MIRA);
    me.send("POST", &format!("{}/test", path(1)), &[], None).json(200);
}

/// As a mail program does it (RFC 8058 §3.2): a form, and nothing that says who it is.
#[test]
fn a_mailbox_unsubscribes_with_one_click() {
    let server = MailServer::start(&[]);
    let url = format!("smtp://{}", server.addr);
    let site = "https://day.example.org";
    let app = TestApp::with(&[("SMTP_URL", &url), ("MAIL_FROM", "day@example.org"), ("PUBLIC_URL", site)]);
    let me = app.sign_up(MIRA);
    me.post(CHANNELS, &mailbox(1)).json(201);
    let test = || me.send("POST", &format!("{}/test", path(1)), &[], None).json(200);
    assert_eq!(test(), json!({ "delivered": true }));
    assert_eq!(me.get(&path(1)).json(200)["last_success_at"], "2026-03-02T06:00:00Z");
    let mail = server.next();
    let address = mail.data.split_once("List-Unsubscribe: <").unwrap().1.split_once('>').unwrap().0;
    let address = address.strip_prefix(site).unwrap();
    let click = |address: &str| {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        app.anonymous().send("POST", address, &form, Some(b"List-Unsubscribe=One-Click".to_vec()))
    };
    click(&address[..address.len() - 1]).problem("not_found");
    // Opened as a link it changes nothing, and says what to do.
    let page = |address: &str| {
        let page = app.anonymous().get(address);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        String::from_utf8(page.body).unwrap()
    };
    assert!(page(address).contains("<form method=\"post\"><button>"), "{}", page(address));
    assert_eq!(me.get(&path(1)).json(200)["ended"], Value::Null);
    app.anonymous().get(&address[..address.len() - 1]).problem("not_found");
    for _ in 0..2 {
        click(address).empty(204);
        let ended = &me.get(&path(1)).json(200)["ended"];
        assert_eq!(*ended, json!({ "at": "2026-03-02T06:00:00Z", "reason": "unsubscribed" }));
    }
    // A browser goes back to the page, which has nothing more to press.
    let pressed = app.anonymous().send("POST", address, &[("accept", "text/html,*/*;q=0.8")], None);
    let token = address.rsplit('/').next().unwrap();
    assert_eq!((pressed.status, pressed.header("location")), (303, Some(format!("./{token}").as_str())));
    assert!(page(address).contains("No more mail is sent") && !page(address).contains("<form"));
    assert_eq!(routing(&app, &me), (vec![], vec![]));
    assert_eq!(test(), json!({ "delivered": false, "reason": "unsubscribed" }));
    // The request that made it comes once more: nobody has asked for mail again.
    assert_eq!(me.post(CHANNELS, &mailbox(1)).json(200)["ended"]["reason"], "unsubscribed");
    assert_eq!(routing(&app, &me), (vec![], vec![]));
    // The person wants it after all.
    assert_eq!(me.post(CHANNELS, &mailbox(2)).json(200)["ended"], Value::Null);
    assert_eq!(routing(&app, &me).0, [channel_id(1)]);
}

#[test]
fn a_test_that_finds_a_browser_gone_ends_its_channel() {
    let sink = Sink::start();
    sink.script("/push", &[Reply::Status(410, "")]);
    let origin = sink.url("");
    let app = TestApp::with(&[("PUSH_SERVICES", &origin)]);
    let me = app.sign_up(MIRA);
    let gone = with(browser(1), "/target/push/endpoint", json!(sink.url("/push")));
    me.post(CHANNELS, &gone).json(201);
    let answer = me.send("POST", &format!("{}/test", path(1)), &[], None).json(200);
    assert_eq!(answer, json!({ "delivered": false, "reason": "gone" }));
    assert_eq!(me.get(&path(1)).json(200)["ended"]["reason"], "gone");
}

#[test]
fn a_mailbox_follows_the_accounts_address() {
    let app = with_mail();
    let me = app.sign_up(MIRA);
    me.post(CHANNELS, &mailbox(1)).json(201);
    let change = json!({ "email": "mira@example.net", "current": crate::app::PASSWORD });
    send_seen(&me, "PATCH", "/api/v1/account", 1, &change).json(200);
    let followed = me.get(&path(1)).json(200);
    assert_eq!(followed["target"], json!({ "email": { "address": "mira@example.net" } }));
    assert_eq!(followed["revision"], 2);
}

#[test]
fn a_channel_is_opened_for_its_account_until_it_ends() {
    let app = TestApp::start();
    let (me, other) = two_people(&app);
    me.post(CHANNELS, &browser(1)).json(201);
    let opened = |who: &Client<'_>| {
        let (vault, account, id) = (app.state.vault.clone(), account(who), channel_id(1).parse().unwrap());
        let found = app.state.db.read(move |tx| {
            let key: DataKey = vault.data_key(tx, account)?;
            let brief = channels::brief(tx, &key, account, id)?;
            let pushed = channels::push_channels(tx, account)?;
            Ok((channels::open(tx, &key, account, id)?.map(|one| one.origin().to_owned()), brief, pushed))
        });
        actix_web::rt::System::new().block_on(found).unwrap()
    };
    let (origin, brief, pushed) = opened(&me);
    assert_eq!((origin.as_deref(), pushed.len()), (Some(NOBODY), 1));
    assert_eq!(brief.unwrap().name.as_str(), "Browser 1");
    let (origin, brief, pushed) = opened(&other);
    assert!(origin.is_none() && brief.is_none() && pushed.is_empty());
    record(&app, &me, 1, Outcome::Gone { seen: 1 });
    let (origin, brief, pushed) = opened(&me);
    assert!(origin.is_none() && brief.is_some() && pushed.is_empty());
}
