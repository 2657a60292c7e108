//! Sessions: signing in, refreshing, replays, signing out.

use crate::{
    app::{Answer, Client, PASSWORD, TestApp},
    planning::{browser as push, channel_id, create, planned, subscription, webhook},
    reminders::upcoming,
};
use daymark_server::sessions::{self, Device, token};
use daymark_shared::{
    ids::{AccountId, SessionId},
    page::Page,
    session::{Session, SessionAnswer},
};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::json;
use std::thread;

const REFRESH: &str = "/api/v1/sessions/refresh";
const CURRENT: &str = "/api/v1/sessions/current";
const ACCOUNT: &str = "/api/v1/account";
const MIRA: &str = "mira@example.org";

/// A browser that is signed in: what it holds.
#[derive(Debug, Clone)]
struct Browser {
    access: String,
    cookie: String,
}

impl Browser {
    fn of(answer: &Answer, status: u16) -> Self {
        let body: SessionAnswer = answer.expect(status);
        Self { access: body.access_token.expose().to_owned(), cookie: cookie(answer).unwrap() }
    }

    fn refreshed(app: &TestApp, cookie: &str) -> Self {
        Self::of(&refresh(app, cookie), 200)
    }

    fn client<'a>(&self, app: &'a TestApp) -> Client<'a> {
        app.with_token(self.access.clone())
    }

    /// Does something with its access token.
    fn uses_it(&self, app: &TestApp) {
        self.client(app).get(ACCOUNT).json(200);
    }
}

/// `name=value` of the cookie that an answer sets.
fn cookie(answer: &Answer) -> Option<String> {
    answer.header("set-cookie").map(|set| set.split(';').next().unwrap().to_owned())
}

fn refresh(app: &TestApp, cookie: &str) -> Answer {
    app.anonymous().send("POST", REFRESH, &[("cookie", cookie)], None)
}

fn sign_in(app: &TestApp) -> Browser {
    let body = json!({ "email": MIRA, "password": PASSWORD });
    Browser::of(&app.anonymous().post("/api/v1/sessions", &body), 201)
}

/// Mira has an account, and a browser of hers is signed in; the session of the sign-up is left alone.
fn mira() -> (TestApp, Browser) {
    let app = TestApp::start();
    app.sign_up(MIRA);
    let browser = sign_in(&app);
    (app, browser)
}

/// The session of a browser.
fn id(app: &TestApp, browser: &Browser) -> SessionId {
    let page: Page<Session> = browser.client(app).get("/api/v1/sessions").expect(200);
    page.items.iter().find(|session| session.current).unwrap().id
}

/// The cookie is no good any more, and is taken away.
#[track_caller]
fn is_ended(app: &TestApp, browser: &Browser) {
    browser.client(app).get(ACCOUNT).problem("unauthenticated");
    let answer = refresh(app, &browser.cookie);
    answer.problem("session_revoked");
    assert!(answer.header("set-cookie").is_some_and(|set| set.contains("Max-Age=0")), "{answer:?}");
}

#[test]
fn signing_in_gives_an_access_token_and_a_cookie_that_scripts_cannot_read() {
    let app = TestApp::start();
    app.sign_up(MIRA);
    let body = json!({ "email": " Mira@Example.org ", "password": PASSWORD });
    let answer = app.anonymous().post("/api/v1/sessions", &body);
    let signed_in: SessionAnswer = answer.expect(201);
    assert_eq!((signed_in.account.email.as_str(), signed_in.expires_in), (MIRA, 600));
    assert_eq!(signed_in.now, app.now());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let set = answer.header("set-cookie").unwrap();
    for part in ["__Host-daymark=", "HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=2592000"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    app.with_token(signed_in.access_token.expose()).get(ACCOUNT).json(200);
}

#[test]
fn away_from_this_machine_plain_http_gets_a_plain_cookie_and_a_proxy_with_https_a_safe_one() {
    let app = TestApp::start();
    app.sign_up(MIRA);
    let body = json!({ "email": MIRA, "password": PASSWORD });
    let from = |headers: &[(&str, &str)]| {
        let answer = app.anonymous().send_json("POST", "/api/v1/sessions", headers, &body);
        answer.json(201);
        answer.header("set-cookie").unwrap().to_owned()
    };
    let plain = from(&[("host", "192.168.1.5:4000")]);
    assert!(plain.starts_with("daymark=") && !plain.contains("Secure"), "{plain}");
    let safe = from(&[("host", "day.lan"), ("x-forwarded-proto", "https")]);
    assert!(safe.starts_with("__Host-daymark=") && safe.contains("Secure"), "{safe}");

    let cookie = plain.split(';').next().unwrap();
    let headers = [("host", "192.168.1.5:4000"), ("cookie", cookie)];
    app.anonymous().send("POST", REFRESH, &headers, None).json(200);
    // Where the way is safe, a plain cookie may have been planted.
    let headers = [("host", "day.lan"), ("x-forwarded-proto", "https"), ("cookie", cookie)];
    app.anonymous().send("POST", REFRESH, &headers, None).problem("unauthenticated");
}

#[test]
fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let (app, _) = mira();
    let tried = |email: &str, password: &str| {
        let answer =
            app.anonymous().post("/api/v1/sessions", &json!({ "email": email, "password": password }));
        assert_eq!((answer.status, cookie(&answer)), (401, None));
        let mut problem = answer.problem("wrong_credentials");
        problem.request_id = None;
        problem
    };
    assert_eq!(tried(MIRA, "not my password"), tried("nobody@example.org", PASSWORD));
}

#[rstest]
#[case::missing(json!({ "email": MIRA }), "missing_field", "/password")]
#[case::unknown(json!({ "email": MIRA, "password": "x", "admin": true }), "unknown_field", "/admin")]
#[case::wrong_type(json!({ "email": 7, "password": "x" }), "wrong_type", "/email")]
#[case::no_address(json!({ "email": "mira", "password": "x" }), "bad_email", "/email")]
#[case::empty(json!({ "email": MIRA, "password": "" }), "text_empty", "/password")]
#[case::too_long(json!({ "email": MIRA, "password": "x".repeat(1025) }), "text_too_long", "/password")]
fn a_sign_in_is_refused_by_field(#[case] body: serde_json::Value, #[case] code: &str, #[case] pointer: &str) {
    TestApp::start().anonymous().post("/api/v1/sessions", &body).problem_at(code, pointer);
}

#[test]
fn a_body_that_is_none_is_refused() {
    let app = TestApp::start();
    for path in ["/api/v1/sessions", "/api/v1/accounts"] {
        let send = |kind: &str, body: Vec<u8>| {
            app.anonymous().send("POST", path, &[("content-type", kind)], Some(body))
        };
        send("application/json", b"{".to_vec()).problem("malformed_json");
        send("text/plain", b"{}".to_vec()).problem("unsupported_media_type");
        send("application/json", vec![b' '; (1 << 20) + 1]).problem("body_too_large");
    }
    app.anonymous().get(REFRESH).problem("method_not_allowed");
}

#[test]
fn too_many_tries_are_refused_for_a_while() {
    let (app, _) = mira();
    let try_as = |email: &str| {
        app.anonymous().post("/api/v1/sessions", &json!({ "email": email, "password": "a guess" }))
    };
    // Sign-up and sign-in counted as well.
    for _ in 0..18 {
        try_as(MIRA).problem("wrong_credentials");
    }
    let refused = try_as(MIRA);
    refused.problem("rate_limited");
    assert_eq!(refused.header("retry-after"), Some("601"));
    try_as("noor@example.org").problem("wrong_credentials");
    app.advance(SignedDuration::from_mins(10));
    sign_in(&app);
}

#[test]
fn one_address_cannot_try_everybody_and_lies_about_it_do_not_help() {
    let app = TestApp::with(&[("REGISTRATION", "invite")]);
    app.sign_up(MIRA);
    // No proxy is trusted, so the header is not believed. Nothing is hashed for a closed registration.
    let try_as = |n: u32| {
        let body = json!({
            "email": format!("p{n}@example.org"), "password": PASSWORD, "zone": "UTC", "locale": "en"
        });
        let from = format!("192.0.2.{n}");
        app.anonymous().send_json("POST", "/api/v1/accounts", &[("x-forwarded-for", &from)], &body)
    };
    for n in 0..99 {
        try_as(n).problem("registration_closed");
    }
    try_as(100).problem("rate_limited");
}

#[test]
fn a_refresh_gives_other_tokens_of_the_same_session() {
    let (app, first) = mira();
    app.advance(SignedDuration::from_mins(9));
    let second = Browser::refreshed(&app, &first.cookie);
    assert_ne!((&second.cookie, &second.access), (&first.cookie, &first.access));
    assert_eq!(id(&app, &second), id(&app, &first));
    app.advance(SignedDuration::from_mins(1));
    first.client(&app).get(ACCOUNT).problem("unauthenticated");
    second.uses_it(&app);
}

#[test]
fn two_refreshes_at_once_get_the_same_successor() {
    let (app, browser) = mira();
    let cookies: Vec<String> = thread::scope(|scope| {
        let tabs: Vec<_> =
            (0..8).map(|_| scope.spawn(|| Browser::refreshed(&app, &browser.cookie).cookie)).collect();
        tabs.into_iter().map(|tab| tab.join().unwrap()).collect()
    });
    assert!(cookies.iter().all(|cookie| *cookie == cookies[0]), "{cookies:?}");
    Browser::refreshed(&app, &cookies[0]).uses_it(&app);
}

#[test]
fn a_lost_answer_can_be_asked_for_again_within_ten_seconds_whatever_happened_since() {
    let (app, browser) = mira();
    let next = Browser::refreshed(&app, &browser.cookie);
    next.uses_it(&app);
    app.advance(SignedDuration::from_millis(9_999));
    assert_eq!(Browser::refreshed(&app, &browser.cookie).cookie, next.cookie);
}

#[test]
fn a_lost_answer_can_be_asked_for_again_later_as_long_as_nobody_has_used_it() {
    let (app, browser) = mira();
    let next = Browser::refreshed(&app, &browser.cookie);
    app.advance(SignedDuration::from_hours(20));
    let again = Browser::refreshed(&app, &browser.cookie);
    assert_eq!(again.cookie, next.cookie);
    again.uses_it(&app);
}

#[test]
fn a_replay_after_the_access_token_was_used_ends_the_session() {
    let (app, browser) = mira();
    let next = Browser::refreshed(&app, &browser.cookie);
    next.uses_it(&app);
    app.advance(SignedDuration::from_secs(10));
    is_revoked_by(&app, &browser, &next);
}

#[test]
fn a_replay_after_the_successor_was_used_ends_the_session() {
    let (app, browser) = mira();
    let next = Browser::refreshed(&app, &browser.cookie);
    let last = Browser::refreshed(&app, &next.cookie);
    app.advance(SignedDuration::from_secs(10));
    is_revoked_by(&app, &browser, &last);
    is_ended(&app, &next);
}

/// Presenting the token of `old` again is a replay: it ends the session, for whoever holds `newest` too, but no other.
#[track_caller]
fn is_revoked_by(app: &TestApp, old: &Browser, newest: &Browser) {
    let other = sign_in(app);
    let answer = refresh(app, &old.cookie);
    answer.problem("session_revoked");
    assert!(answer.header("set-cookie").unwrap().starts_with("__Host-daymark=;"), "{answer:?}");
    is_ended(app, newest);
    other.uses_it(app);
    Browser::refreshed(app, &other.cookie);
}

#[rstest]
#[case::none("other=1")]
#[case::empty("__Host-daymark=")]
#[case::rubbish("__Host-daymark=rubbish")]
#[case::made_up(&format!("__Host-daymark={}", "A".repeat(112)))]
fn a_token_that_was_not_given_here_is_nothing(#[case] cookie: &str) {
    let app = TestApp::start();
    refresh(&app, cookie).problem("unauthenticated");
}

#[test]
fn a_changed_refresh_token_is_nothing_and_harms_nobody() {
    let (app, browser) = mira();
    let value = browser.cookie.strip_prefix("__Host-daymark=").unwrap();
    for at in (0..value.len()).step_by(7) {
        let mut changed = value.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        refresh(&app, &format!("__Host-daymark={changed}")).problem("unauthenticated");
    }
    Browser::refreshed(&app, &browser.cookie);
}

#[test]
fn a_session_that_is_not_used_for_thirty_days_is_over() {
    let (app, browser) = mira();
    app.advance(SignedDuration::from_hours(30 * 24));
    let answer = refresh(&app, &browser.cookie);
    answer.problem("session_revoked");
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
}

#[test]
fn a_session_is_over_after_half_a_year_however_much_it_is_used() {
    let (app, mut browser) = mira();
    for _ in 0..8 {
        app.advance(SignedDuration::from_hours(20 * 24));
        browser = Browser::refreshed(&app, &browser.cookie);
    }
    app.advance(SignedDuration::from_hours(19 * 24));
    let answer = refresh(&app, &browser.cookie);
    answer.json(200);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=86400"), "{answer:?}");
    app.advance(SignedDuration::from_hours(24));
    refresh(&app, &cookie(&answer).unwrap()).problem("session_revoked");
}

#[test]
fn signing_out_ends_both_tokens_at_once() {
    let (app, browser) = mira();
    browser.uses_it(&app);
    let answer = browser.client(&app).send("DELETE", CURRENT, &[("cookie", &browser.cookie)], None);
    answer.empty(204);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"), "{answer:?}");
    is_ended(&app, &browser);
    browser.client(&app).delete(CURRENT).problem("unauthenticated");
}

#[test]
fn another_session_can_be_ended_and_is_so_at_once() {
    let (app, here) = mira();
    let there = sign_in(&app);
    there.uses_it(&app);
    let path = format!("/api/v1/sessions/{}", id(&app, &there));
    let answer = here.client(&app).send("DELETE", &path, &[("cookie", &here.cookie)], None);
    answer.empty(204);
    assert_eq!(answer.header("set-cookie"), None);
    is_ended(&app, &there);
    here.uses_it(&app);
    here.client(&app).delete(&path).problem("not_found");
}

#[test]
fn what_another_process_ended_is_refused_within_two_seconds() {
    let (app, browser) = mira();
    let session = id(&app, &browser);
    let other = app.another_process();
    let account = account(&app, &browser);
    actix_web::rt::System::new().block_on(sessions::end(&other, account, session)).unwrap();
    browser.uses_it(&app);
    app.advance(sessions::BELIEVED);
    is_ended(&app, &browser);
}

fn account(app: &TestApp, browser: &Browser) -> AccountId {
    browser.client(app).get(ACCOUNT).json(200)["id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn sessions_of_others_are_not_there() {
    let (app, mira) = mira();
    let noor = app.sign_up("noor@example.org");
    let path = format!("/api/v1/sessions/{}", id(&app, &mira));
    noor.delete(&path).problem("not_found");
    noor.delete("/api/v1/sessions/not-an-id").problem("not_found");
    noor.delete(&format!("/api/v1/sessions/{}", app.clock.mint(SessionId::mint))).problem("not_found");
    let page: Page<Session> = noor.get("/api/v1/sessions").expect(200);
    assert_eq!(page.items.len(), 1);
    mira.uses_it(&app);
}

#[test]
fn sessions_are_listed_with_what_tells_them_apart() {
    let app = TestApp::start();
    app.sign_up(MIRA);
    app.advance(SignedDuration::from_mins(1));
    let body = json!({ "email": MIRA, "password": PASSWORD });
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
    let headers = [("user-agent", agent)];
    let browser = Browser::of(&app.anonymous().send_json("POST", "/api/v1/sessions", &headers, &body), 201);
    let began = app.now();
    app.advance(SignedDuration::from_mins(5));
    let browser = Browser::refreshed(&app, &browser.cookie);
    let page: Page<Session> = browser.client(&app).get("/api/v1/sessions").expect(200);
    let [newest, oldest] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!(newest.user_agent_summary.as_deref(), Some("Firefox · Linux"));
    assert_eq!((newest.created_at, newest.last_used_at, newest.current), (began, app.now(), true));
    assert_eq!((oldest.user_agent_summary.as_deref(), oldest.current), (None, false));
    assert_eq!(page.next, None);
}

#[test]
fn the_session_used_longest_ago_makes_room_for_the_hundred_and_first() {
    let (app, first) = mira();
    let who = account(&app, &first);
    let begin = |count: usize| {
        let state = app.state.clone();
        let begun = app.state.db.write(move |tx| {
            (0..count).try_for_each(|_| sessions::begin(tx, &state, who, &Device::default()).map(drop))
        });
        actix_web::rt::System::new().block_on(begun).unwrap();
    };
    app.advance(SignedDuration::from_secs(1));
    let first = Browser::refreshed(&app, &first.cookie);
    app.advance(SignedDuration::from_secs(1));
    begin(99);
    let page: Page<Session> = first.client(&app).get("/api/v1/sessions").expect(200);
    assert_eq!(page.items.len(), 100, "that of the sign-up has made room");
    begin(1);
    app.advance(sessions::BELIEVED);
    is_ended(&app, &first);
}

#[test]
fn signing_in_again_ends_the_session_that_the_browser_had() {
    let (app, before) = mira();
    let again = |path: &str, cookie: &str, body: &serde_json::Value| {
        Browser::of(&app.anonymous().send_json("POST", path, &[("cookie", cookie)], body), 201)
    };
    let body = json!({ "email": MIRA, "password": PASSWORD });
    let after = again("/api/v1/sessions", &before.cookie, &body);
    is_ended(&app, &before);
    after.uses_it(&app);
    let noor = json!({ "email": "noor@example.org", "password": PASSWORD, "zone": "UTC", "locale": "en" });
    let noor = again("/api/v1/accounts", &after.cookie, &noor);
    is_ended(&app, &after);
    noor.uses_it(&app);
}

#[rstest]
#[case("GET", ACCOUNT, "")]
#[case("PATCH", ACCOUNT, "{}")]
#[case("PUT", "/api/v1/account/password", r#"{"current":"a","new":"b"}"#)]
#[case("GET", "/api/v1/sessions", "")]
#[case("DELETE", CURRENT, "")]
#[case("DELETE", "/api/v1/sessions/018f0000-0000-7000-8000-000000000000", "")]
fn without_a_session_nothing_is_answered(#[case] method: &str, #[case] path: &str, #[case] body: &str) {
    let app = TestApp::start();
    let nobodies = [app.anonymous(), app.with_token("rubbish"), app.with_token(""), app.stranger()];
    for nobody in nobodies {
        let headers = [("if-match", "*"), ("content-type", "application/json")];
        let answer = nobody.send(method, path, &headers, Some(body.as_bytes().to_vec()));
        answer.problem("unauthenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}

#[test]
fn a_token_that_is_not_ours_is_refused_however_it_is_made() {
    let (app, browser) = mira();
    let (header, rest) = browser.access.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let (who, session, now) = (account(&app, &browser), id(&app, &browser), app.now());
    let other_key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"another key");
    // {"alg":"none","typ":"JWT"} and {"alg":"HS512","typ":"JWT"}
    let (none, other) = ("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9");
    for token in [
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{other}.{claims}.{signature}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}..{signature}"),
        format!("{header}.{claims}x.{signature}"),
        token::issue(&other_key, who, session, 0, now),
        token::issue(app.state.vault.token_key(), who, session, 0, now - SignedDuration::from_mins(10)),
    ] {
        app.with_token(token).get(ACCOUNT).problem("unauthenticated");
    }
    browser.uses_it(&app);
    let basic = [("authorization", format!("Basic {}", browser.access))];
    let basic: Vec<_> = basic.iter().map(|(name, value)| (*name, value.as_str())).collect();
    app.anonymous().send("GET", ACCOUNT, &basic, None).problem("unauthenticated");
}

#[test]
fn a_token_of_one_account_does_not_open_a_session_of_another() {
    let (app, mira) = mira();
    app.sign_up("noor@example.org");
    let session = id(&app, &mira);
    let stranger = app.clock.mint(AccountId::mint);
    let mixed = token::issue(app.state.vault.token_key(), stranger, session, 1, app.now());
    app.with_token(mixed).get(ACCOUNT).problem("unauthenticated");
}

#[test]
fn other_sites_cannot_use_the_cookie() {
    let (app, browser) = mira();
    let body = json!({ "email": MIRA, "password": PASSWORD });
    let theirs = [("sec-fetch-site", "cross-site"), ("cookie", browser.cookie.as_str())];
    app.anonymous().send("POST", REFRESH, &theirs, None).problem("forbidden");
    app.anonymous().send_json("POST", "/api/v1/sessions", &theirs, &body).problem("forbidden");
    let theirs = [("origin", "https://evil.example"), ("cookie", browser.cookie.as_str())];
    app.anonymous().send("POST", REFRESH, &theirs, None).problem("forbidden");
    let ours = [("sec-fetch-site", "same-origin"), ("cookie", browser.cookie.as_str())];
    app.anonymous().send("POST", REFRESH, &ours, None).json(200);
}

#[test]
fn a_page_that_asks_without_end_is_slowed_down() {
    let (app, mut browser) = mira();
    for _ in 0..300 {
        browser = Browser::refreshed(&app, &browser.cookie);
    }
    refresh(&app, &browser.cookie).problem("rate_limited");
    app.advance(SignedDuration::from_mins(10));
    Browser::refreshed(&app, &browser.cookie);
}

const CHANNELS: &str = "/api/v1/channels";

/// Which channels there are, and whether each is the browser that asks.
fn channels(client: &Client<'_>) -> Vec<(String, bool)> {
    let list = client.get(CHANNELS).json(200);
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item["current"] == true)).collect()
}

/// Has the n-th browser remind, in the session of `by`: the secret that its worker renews it with.
fn turned_on(app: &TestApp, by: &Browser, n: u32) -> String {
    let made = by.client(app).post(CHANNELS, &push(n)).json(201);
    assert_eq!(made["current"], true);
    made["secret"].as_str().unwrap().to_owned()
}

#[test]
fn a_browser_whose_session_is_ended_shows_nothing_more() {
    let (app, here) = mira();
    let there = sign_in(&app);
    here.client(&app).post(CHANNELS, &webhook(1)).json(201);
    turned_on(&app, &here, 2);
    let secret = turned_on(&app, &there, 3);
    create(&here.client(&app), &planned(1, "2026-03-02T08:00", None));
    let all = channels(&here.client(&app));
    assert_eq!(all, [(channel_id(1), false), (channel_id(2), true), (channel_id(3), false)]);
    let session = id(&app, &there);
    here.client(&app).delete(&format!("/api/v1/sessions/{session}")).empty(204);
    assert_eq!(channels(&here.client(&app)), [(channel_id(1), false), (channel_id(2), true)]);
    let owed = upcoming(&here.client(&app));
    assert_eq!(owed.len(), 2);
    assert!(owed.iter().all(|owed| owed["channel"]["id"] != channel_id(3)), "{owed:?}");
    // Its worker does not turn it on again; its person does.
    let renewal = json!({ "subscription": subscription(3) });
    let path = format!("/api/v1/push-subscriptions/{secret}");
    app.anonymous().send_json("PUT", &path, &[], &renewal).problem("not_found");
    let again = sign_in(&app);
    assert_eq!(channels(&again.client(&app)).len(), 2);
    turned_on(&app, &again, 3);
    // Its own person signs out.
    again.client(&app).delete(CURRENT).empty(204);
    assert_eq!(channels(&here.client(&app)).len(), 2);
}

#[test]
fn another_password_turns_all_other_browsers_off() {
    let (app, here) = mira();
    let there = sign_in(&app);
    turned_on(&app, &here, 1);
    turned_on(&app, &there, 2);
    // Of one that was there before sessions were noted nobody knows whose it is.
    turned_on(&app, &there, 3);
    app.write("UPDATE channels SET session = NULL WHERE position = 2");
    let change = json!({ "current": PASSWORD, "new": "nine loud geese at dawn" });
    here.client(&app).send_json("PUT", "/api/v1/account/password", &[], &change).empty(204);
    assert_eq!(channels(&here.client(&app)), [(channel_id(1), true)]);
}

#[test]
fn a_replay_turns_the_browser_off() {
    let (app, first) = mira();
    turned_on(&app, &first, 1);
    let next = Browser::refreshed(&app, &first.cookie);
    next.uses_it(&app);
    app.advance(SignedDuration::from_secs(11));
    refresh(&app, &first.cookie).problem("session_revoked");
    assert_eq!(channels(&sign_in(&app).client(&app)), []);
}

#[test]
fn a_browser_stays_a_channel_when_its_person_signs_in_anew_and_not_for_another() {
    let (app, before) = mira();
    turned_on(&app, &before, 1);
    let sign_in_at = |browser: &Browser, email: &str| {
        let body = serde_json::to_vec(&json!({ "email": email, "password": PASSWORD })).unwrap();
        let headers = [("cookie", browser.cookie.as_str()), ("content-type", "application/json")];
        Browser::of(&app.anonymous().send("POST", "/api/v1/sessions", &headers, Some(body)), 201)
    };
    let anew = sign_in_at(&before, MIRA);
    assert_eq!(channels(&anew.client(&app)), [(channel_id(1), true)]);
    // Somewhere else it is not this browser, until that brings a subscription of its own.
    let there = sign_in(&app);
    assert_eq!(channels(&there.client(&app)), [(channel_id(1), false)]);
    app.sign_up("noor@example.org");
    let noor = sign_in_at(&anew, "noor@example.org");
    noor.uses_it(&app);
    assert_eq!(channels(&there.client(&app)), []);
}
