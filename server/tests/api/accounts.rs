//! Accounts: making one, who may, changing it, its password.

use crate::app::{Answer, Client, PASSWORD, TestApp};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_server::accounts::{self, operate, registration};
use daymark_shared::{account::Account, ids::AccountId, session::SessionAnswer};
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::{Value, json};
use std::{process::Command, thread};

const ACCOUNTS: &str = "/api/v1/accounts";
const ACCOUNT: &str = "/api/v1/account";
const PASSWORD_PATH: &str = "/api/v1/account/password";
const MIRA: &str = "mira@example.org";
const NOOR: &str = "noor@example.org";
/// As if a proxy had passed it on.
const PROXIED: (&str, &str) = ("x-forwarded-for", "192.0.2.7");

/// What somebody sends who wants an account.
fn person(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "zone": "Europe/Berlin", "locale": "en" })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn create(app: &TestApp, body: &Value) -> Answer {
    app.anonymous().post(ACCOUNTS, body)
}

fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous().post("/api/v1/sessions", &json!({ "email": email, "password": password }))
}

fn instance(app: &TestApp, headers: &[(&str, &str)]) -> Value {
    app.anonymous().send("GET", "/api/v1/instance", headers, None).json(200)
}

fn change(me: &Client<'_>, revision: u64, body: Value) -> Answer {
    me.send_json("PATCH", ACCOUNT, &[("if-match", &format!("\"{revision}\""))], &body)
}

/// The value of a parameter of a link.
fn parameter(link: &str, name: &str) -> String {
    link.split_once(&format!("/welcome?{name}=")).unwrap().1.to_owned()
}

fn setup_token(app: &TestApp) -> String {
    let link = registration::setup_link(&app.state, "127.0.0.1:4000".parse().unwrap());
    parameter(&actix_web::rt::System::new().block_on(link).unwrap().unwrap(), "setup")
}

fn invite(app: &TestApp, days: u16) -> String {
    let link = registration::invite(&app.state, days);
    parameter(&actix_web::rt::System::new().block_on(link).unwrap(), "invite")
}

/// An instance that takes people by invitation, with a first account.
fn by_invitation() -> TestApp {
    let app = TestApp::with(&[("REGISTRATION", "invite")]);
    app.sign_up(MIRA);
    app
}

// Making one.

#[test]
fn a_new_account_is_signed_in() {
    let app = TestApp::start();
    let body = with(with(person(" Mira@Example.org "), "locale", json!("de")), "name", json!("Mira"));
    let made: SessionAnswer = create(&app, &with(body, "week_start", json!("sunday"))).expect(201);
    let account = &made.account;
    assert_eq!(
        (account.email.as_str(), account.name.as_str(), account.zone.as_str()),
        (MIRA, "Mira", "Europe/Berlin")
    );
    assert_eq!((account.locale.as_str(), account.week_start.as_str()), ("de", "sunday"));
    assert_eq!((account.created_at, account.revision), (app.now(), 1));
    let seen = app.with_token(made.access_token.expose()).get(ACCOUNT);
    assert_eq!(seen.expect::<Account>(200), made.account);
    assert_eq!(seen.header("etag"), Some("\"1\""));
}

#[test]
fn the_first_account_is_admin_and_the_others_are_not() {
    let app = TestApp::start();
    let role = |answer: Answer| answer.json(201)["account"]["role"].clone();
    assert_eq!(role(create(&app, &person(MIRA))), "admin");
    assert_eq!(role(create(&app, &person(NOOR))), "member");
}

#[rstest]
#[case::missing(json!({ "email": MIRA }), "missing_field", "/password")]
#[case::unknown(with(person(MIRA), "role", json!("admin")), "unknown_field", "/role")]
#[case::wrong_type(with(person(MIRA), "password", json!(12345678)), "wrong_type", "/password")]
#[case::address(with(person(MIRA), "email", json!("mira")), "bad_email", "/email")]
#[case::long_address(with(person(MIRA), "email", json!(format!("a@{}", "b".repeat(254)))), "text_too_long", "/email")]
#[case::name(with(person(MIRA), "name", json!("a\nb")), "control_character", "/name")]
#[case::long_name(with(person(MIRA), "name", json!("é".repeat(201))), "text_too_long", "/name")]
#[case::zone_shape(with(person(MIRA), "zone", json!("../etc/passwd")), "bad_zone", "/zone")]
#[case::zone(with(person(MIRA), "zone", json!("Europe/Atlantis")), "bad_zone", "/zone")]
#[case::no_zone(with(person(MIRA), "zone", json!("Etc/Unknown")), "bad_zone", "/zone")]
#[case::locale(with(person(MIRA), "locale", json!("tlh")), "bad_value", "/locale")]
#[case::week_start(with(person(MIRA), "week_start", json!("tuesday")), "bad_value", "/week_start")]
#[case::token(with(person(MIRA), "setup", json!("a b")), "bad_value", "/setup")]
#[case::empty_password(with(person(MIRA), "password", json!("")), "text_empty", "/password")]
#[case::short_password(with(person(MIRA), "password", json!("k7#Qz!x2v")), "weak_password", "/password")]
#[case::common_password(with(person(MIRA), "password", json!("password12345")), "weak_password", "/password")]
#[case::own_password(with(person(MIRA), "password", json!("mira@example.org")), "weak_password", "/password")]
fn an_account_is_refused_by_field(#[case] body: Value, #[case] code: &str, #[case] pointer: &str) {
    let app = TestApp::start();
    create(&app, &body).problem_at(code, pointer);
    assert_eq!(instance(&app, &[])["registration"], "setup", "nothing was made");
}

#[test]
fn a_zone_is_kept_as_the_zone_database_spells_it() {
    let app = TestApp::start();
    let made = create(&app, &with(person(MIRA), "zone", json!("europe/berlin"))).json(201);
    assert_eq!(made["account"]["zone"], "Europe/Berlin");
}

#[test]
fn an_address_has_one_account_however_it_is_spelled() {
    let app = TestApp::start();
    create(&app, &person(MIRA)).json(201);
    create(&app, &person("MIRA@example.org")).problem_at("email_taken", "/email");
    create(&app, &person("jürgen@example.org")).json(201);
    create(&app, &person("JÜRGEN@example.org")).problem_at("email_taken", "/email");
    sign_in(&app, "Jürgen@Example.org", PASSWORD).json(201);
}

#[test]
fn of_two_who_take_an_address_at_once_one_gets_it() {
    let app = TestApp::start();
    app.sign_up(NOOR);
    let mut statuses = at_once(&app, 4, |app, _| create(app, &person(MIRA)).status);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}

/// Does something `n` times at the same time.
fn at_once<T: Send>(app: &TestApp, n: usize, work: impl Fn(&TestApp, usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..n).map(|n| scope.spawn(move || work(app, n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

// Who may.

#[test]
fn the_first_account_needs_the_link_unless_made_at_this_machine() {
    let app = TestApp::with(&[("REGISTRATION", "invite")]);
    assert_eq!(instance(&app, &[])["setup_needs_token"], false);
    for through in [PROXIED, ("via", "1.1 proxy"), ("host", "day.lan")] {
        let seen = instance(&app, &[through]);
        assert_eq!((&seen["registration"], &seen["setup_needs_token"]), (&json!("setup"), &json!(true)));
        let create = |body: &Value| app.anonymous().send_json("POST", ACCOUNTS, &[through], body);
        create(&person(MIRA)).problem("setup_required");
        create(&with(person(MIRA), "setup", json!("A".repeat(43)))).problem("setup_required");
        create(&with(person(MIRA), "invitation", json!(setup_token(&app)))).problem("setup_required");
    }
    let body = with(person(MIRA), "setup", json!(setup_token(&app)));
    let made = app.anonymous().send_json("POST", ACCOUNTS, &[PROXIED], &body);
    assert_eq!(made.json(201)["account"]["role"], "admin");
}

#[test]
fn the_link_is_dead_once_there_is_an_account() {
    let app = TestApp::with(&[("REGISTRATION", "invite")]);
    let token = setup_token(&app);
    app.sign_up(MIRA);
    let link = registration::setup_link(&app.state, "127.0.0.1:4000".parse().unwrap());
    assert_eq!(actix_web::rt::System::new().block_on(link).unwrap(), None);
    create(&app, &with(person(NOOR), "setup", json!(token))).problem("registration_closed");
    create(&app, &person(NOOR)).problem("registration_closed");
}

#[test]
fn all_processes_print_the_same_link_and_it_leads_to_the_right_address() {
    let app = TestApp::with(&[("PUBLIC_URL", "https://day.example.org")]);
    let other = app.another_process();
    let listening = "0.0.0.0:4000".parse().unwrap();
    let link =
        |state| actix_web::rt::System::new().block_on(registration::setup_link(state, listening)).unwrap();
    assert_eq!(link(&app.state), link(&other));
    assert!(link(&other).unwrap().starts_with("https://day.example.org/welcome?setup="));
    let app = TestApp::start();
    assert!(link(&app.state).unwrap().starts_with("http://localhost:4000/welcome?setup="));
}

#[test]
fn of_two_first_accounts_at_once_one_is_made() {
    let app = TestApp::with(&[("REGISTRATION", "invite")]);
    let answers = at_once(&app, 4, |app, n| {
        let answer = create(app, &person(&format!("person{n}@example.org")));
        (answer.status, serde_json::from_slice::<Value>(&answer.body).unwrap())
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == 201);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].1["account"]["role"], "admin");
    assert!(refused.iter().all(|(_, problem)| problem["code"] == "registration_closed"), "{refused:?}");
}

#[test]
fn an_invitation_makes_one_account() {
    let app = by_invitation();
    assert_eq!(instance(&app, &[])["registration"], "invite");
    create(&app, &person(NOOR)).problem("registration_closed");
    create(&app, &with(person(NOOR), "invitation", json!("A".repeat(43)))).problem("invitation_invalid");
    let token = invite(&app, 7);
    // What is refused for another reason does not use it up.
    let weak = with(with(person(NOOR), "invitation", json!(token)), "password", json!("password12345"));
    create(&app, &weak).problem("weak_password");
    let made = create(&app, &with(person(NOOR), "invitation", json!(token)));
    assert_eq!(made.json(201)["account"]["role"], "member");
    create(&app, &with(person("ada@example.org"), "invitation", json!(token))).problem("invitation_invalid");
}

#[test]
fn the_operator_invites_from_the_command_line() {
    let app = by_invitation();
    let command = |days: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.env_clear().env("DATA_DIR", &app.state.config.storage.data_dir);
        command.env("PUBLIC_URL", "https://day.example.org/");
        command.args(["account", "invite", "--days", days]).output().unwrap()
    };
    let printed = String::from_utf8(command("3").stdout).unwrap();
    let link = printed.strip_suffix('\n').unwrap();
    assert!(link.starts_with("https://day.example.org/welcome?invite="), "{printed}");
    let body = with(person(NOOR), "invitation", json!(parameter(link, "invite")));
    create(&app, &body).json(201);
    for days in ["0", "366", "many"] {
        assert!(!command(days).status.success());
    }
}

#[rstest]
#[case::every_address("0.0.0.0", "http://localhost:4000")]
#[case::every_address_of_ipv6("::", "http://localhost:4000")]
#[case::one("127.0.0.2:8080", "http://127.0.0.2:8080")]
fn an_invitation_leads_to_where_the_server_can_be_reached(#[case] bind: &str, #[case] base: &str) {
    let app = TestApp::with(&[("BIND", bind)]);
    let link = registration::invite(&app.state, 7);
    let link = actix_web::rt::System::new().block_on(link).unwrap();
    assert!(link.starts_with(&format!("{base}/welcome?invite=")), "{link}");
}

#[test]
fn an_invitation_expires() {
    let app = by_invitation();
    let token = invite(&app, 2);
    app.advance(SignedDuration::from_hours(48));
    create(&app, &with(person(NOOR), "invitation", json!(token))).problem("invitation_invalid");
}

#[test]
fn of_two_who_use_an_invitation_at_once_one_gets_in() {
    let app = by_invitation();
    let token = invite(&app, 7);
    let mut statuses = at_once(&app, 4, |app, n| {
        create(app, &with(person(&format!("p{n}@example.org")), "invitation", json!(token))).status
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403, 403, 403]);
}

#[test]
fn who_has_an_account_is_not_told_to_strangers() {
    let app = by_invitation();
    create(&app, &person(MIRA)).problem("registration_closed");
    create(&app, &with(person(MIRA), "invitation", json!("A".repeat(43)))).problem("invitation_invalid");
}

#[test]
fn an_open_instance_takes_everybody() {
    let app = TestApp::start();
    assert_eq!(instance(&app, &[])["registration"], "setup", "the first account is the admin's");
    app.sign_up(MIRA);
    assert_eq!(instance(&app, &[PROXIED])["registration"], "open");
    app.anonymous().send_json("POST", ACCOUNTS, &[PROXIED], &person(NOOR)).json(201);
}

#[test]
fn other_sites_cannot_make_accounts() {
    let app = TestApp::start();
    let theirs = [("sec-fetch-site", "cross-site")];
    app.anonymous().send_json("POST", ACCOUNTS, &theirs, &person(MIRA)).problem("forbidden");
}

#[test]
fn a_household_is_told_apart_by_the_proxy_it_comes_through() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "127.0.0.1"), ("REGISTRATION", "invite")]);
    let setup = with(person(MIRA), "setup", json!(setup_token(&app)));
    app.anonymous().send_json("POST", ACCOUNTS, &[PROXIED], &setup).json(201);
    let try_from = |from: &str, n: u32| {
        let body = person(&format!("p{n}@example.org"));
        app.anonymous().send_json("POST", ACCOUNTS, &[("x-forwarded-for", from)], &body)
    };
    for n in 0..99 {
        try_from("192.0.2.7", n).problem("registration_closed");
    }
    try_from("192.0.2.7", 99).problem("rate_limited");
    try_from("192.0.2.8", 99).problem("registration_closed");
}

// Changing it.

#[test]
fn a_change_is_made_to_what_was_seen() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    me.patch(ACCOUNT, &json!({ "name": "Mira" })).problem("precondition_required");
    let changed = change(&me, 1, json!({ "name": "Mira", "locale": "de", "week_start": "saturday" }));
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let account: Account = changed.expect(200);
    assert_eq!((account.name.as_str(), account.email.as_str(), account.revision), ("Mira", MIRA, 2));
    assert_eq!(me.get(ACCOUNT).expect::<Account>(200), account);
    change(&me, 1, json!({ "name": "Nobody" })).problem("precondition_failed");
    // What is so already is no change.
    assert_eq!(change(&me, 2, json!({ "name": "Mira" })).header("etag"), Some("\"2\""));
    assert_eq!(change(&me, 2, json!({})).json(200)["revision"], 2);
}

#[test]
fn of_two_changes_at_once_one_is_made() {
    let app = TestApp::start();
    let token = create(&app, &person(MIRA)).expect::<SessionAnswer>(201).access_token;
    let mut statuses = at_once(&app, 4, |app, n| {
        change(&app.with_token(token.expose()), 1, json!({ "name": format!("Mira {n}") })).status
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
}

#[rstest]
#[case::unknown(json!({ "role": "admin" }), "unknown_field", "/role")]
#[case::wrong_type(json!({ "name": 7 }), "wrong_type", "/name")]
#[case::name(json!({ "name": "a\u{0}b" }), "control_character", "/name")]
#[case::address(json!({ "email": "@" }), "bad_email", "/email")]
#[case::zone(json!({ "zone": "Mars/Olympus_Mons" }), "bad_zone", "/zone")]
#[case::taken(json!({ "email": NOOR, "current": PASSWORD }), "email_taken", "/email")]
#[case::no_password(json!({ "email": "new@example.org" }), "missing_field", "/current")]
#[case::no_password_for_a_taken_one(json!({ "email": NOOR }), "missing_field", "/current")]
#[case::empty_password(json!({ "email": NOOR, "current": "" }), "text_empty", "/current")]
#[case::another_password(json!({ "email": "new@example.org", "current": "a guess" }), "wrong_credentials", "/current")]
#[case::another_password_for_a_taken_one(json!({ "email": NOOR, "current": "a guess" }), "wrong_credentials", "/current")]
fn a_change_is_refused_by_field(#[case] body: Value, #[case] code: &str, #[case] pointer: &str) {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    app.sign_up(NOOR);
    change(&me, 1, body).problem_at(code, pointer);
    assert_eq!(me.get(ACCOUNT).json(200)["revision"], 1);
}

#[test]
fn a_new_address_is_the_one_to_sign_in_with() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    change(&me, 1, json!({ "email": "New@example.org", "current": PASSWORD })).json(200);
    sign_in(&app, MIRA, PASSWORD).problem("wrong_credentials");
    sign_in(&app, "new@example.org", PASSWORD).json(201);
    // The old one is free again.
    app.sign_up(MIRA);
}

#[test]
fn only_another_address_needs_the_password() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    change(&me, 1, json!({ "email": " MIRA@example.org ", "name": "Mira" })).json(200);
    change(&me, 2, json!({ "name": "M.", "current": "whatever is sent along" })).json(200);
    // What is not as it was seen is told before the password is asked for.
    change(&me, 1, json!({ "email": "new@example.org" })).problem("precondition_failed");
}

#[test]
fn asking_for_addresses_one_after_the_other_is_slowed_down() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    app.sign_up(NOOR);
    let taken = json!({ "email": NOOR, "current": PASSWORD });
    for _ in 0..10 {
        change(&me, 1, taken.clone()).problem("email_taken");
    }
    change(&me, 1, taken).problem("rate_limited");
}

#[test]
fn a_change_of_zone_leaves_the_past_where_it_was() {
    let app = TestApp::start();
    let made: SessionAnswer = create(&app, &person(MIRA)).expect(201);
    let me = app.with_token(made.access_token.expose());
    let before = app.now();
    app.advance(SignedDuration::from_mins(5));
    change(&me, 1, json!({ "zone": "Asia/Kathmandu" })).json(200);
    let at = |instant: Timestamp| zone_at(&app, made.account.id, instant);
    assert_eq!(at(before), "Europe/Berlin");
    assert_eq!(at(app.now() - SignedDuration::from_secs(1)), "Europe/Berlin");
    assert_eq!(at(app.now()), "Asia/Kathmandu");
    // Changed again in the same instant: the one in between has never held.
    change(&me, 2, json!({ "zone": "Asia/Tokyo" })).json(200);
    assert_eq!(at(app.now()), "Asia/Tokyo");
}

#[test]
fn there_is_an_end_to_changes_of_zone() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    app.write(
        "INSERT INTO account_zones (account, since, zone)
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 999)
         SELECT account, since - n, 'UTC' FROM account_zones, n",
    );
    change(&me, 1, json!({ "zone": "Asia/Tokyo" })).problem("limit_reached");
    change(&me, 1, json!({ "name": "Mira" })).json(200);
}

fn zone_at(app: &TestApp, account: AccountId, instant: Timestamp) -> String {
    let zones = app.state.db.read(move |tx| accounts::zones(tx, account));
    let zones = actix_web::rt::System::new().block_on(zones).unwrap();
    zones.at(instant).iana_name().unwrap().to_owned()
}

// Its password.

#[test]
fn another_password_ends_all_other_sessions() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    let there: SessionAnswer = sign_in(&app, MIRA, PASSWORD).expect(201);
    let there = app.with_token(there.access_token.expose());
    there.get(ACCOUNT).json(200);
    let new = "nine slow otters by the lake";
    me.put(PASSWORD_PATH, &json!({ "current": PASSWORD, "new": new })).empty(204);
    there.get(ACCOUNT).problem("unauthenticated");
    me.get(ACCOUNT).json(200);
    sign_in(&app, MIRA, PASSWORD).problem("wrong_credentials");
    sign_in(&app, MIRA, new).json(201);
}

#[rstest]
#[case::current(json!({ "current": "not my password", "new": PASSWORD }), "wrong_credentials", "/current")]
#[case::weak(json!({ "current": PASSWORD, "new": "password12345" }), "weak_password", "/new")]
#[case::own(json!({ "current": PASSWORD, "new": "mira@example.org" }), "weak_password", "/new")]
#[case::missing(json!({ "current": PASSWORD }), "missing_field", "/new")]
#[case::unknown(json!({ "current": PASSWORD, "new": "x", "hint": "y" }), "unknown_field", "/hint")]
fn another_password_is_refused_by_field(#[case] body: Value, #[case] code: &str, #[case] pointer: &str) {
    let app = TestApp::start();
    app.sign_up(MIRA).put(PASSWORD_PATH, &body).problem_at(code, pointer);
    sign_in(&app, MIRA, PASSWORD).json(201);
}

#[test]
fn a_borrowed_browser_cannot_guess_the_password() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    let guess = json!({ "current": "a guess", "new": "nine slow otters by the lake" });
    let address = json!({ "email": "new@example.org", "current": "a guess" });
    for _ in 0..5 {
        me.put(PASSWORD_PATH, &guess).problem("wrong_credentials");
        change(&me, 1, address.clone()).problem("wrong_credentials");
    }
    me.put(PASSWORD_PATH, &guess).problem("rate_limited");
    change(&me, 1, address).problem("rate_limited");
    // Everything else goes on.
    change(&me, 1, json!({ "name": "Mira" })).json(200);
}

/// What the operator's `reset-password` answers.
fn reset(app: &TestApp, email: &str) -> (String, usize) {
    let state = app.state.clone().into_inner();
    let reset = operate::reset_password(&state, email.parse().unwrap(), None, 7);
    let outcome = actix_web::rt::System::new().block_on(reset).unwrap();
    let link = outcome.link.unwrap();
    (link.split_once("/welcome?reset=").unwrap().1.to_owned(), outcome.sessions_ended)
}

fn redeem(app: &TestApp, token: &str, password: &str) -> Answer {
    app.anonymous().post("/api/v1/password-resets", &json!({ "reset": token, "password": password }))
}

#[test]
fn a_link_sets_a_password_once_and_only_the_newest_does() {
    let app = TestApp::start();
    let me = app.sign_up(MIRA);
    let (old, ended) = reset(&app, "MIRA@example.org");
    assert_eq!(ended, 1);
    me.get(ACCOUNT).problem("unauthenticated");
    sign_in(&app, MIRA, PASSWORD).problem("wrong_credentials");
    let (new, ended) = reset(&app, MIRA);
    assert_eq!(ended, 0);

    let password = "nine slow otters by the lake";
    redeem(&app, &old, password).problem("reset_invalid");
    redeem(&app, &new, "mira@example.org").problem_at("weak_password", "/password");
    let answer: SessionAnswer = redeem(&app, &new, password).expect(201);
    assert_eq!(answer.account.email.as_str(), MIRA);
    app.with_token(answer.access_token.expose()).get(ACCOUNT).json(200);
    redeem(&app, &new, password).problem("reset_invalid");
    sign_in(&app, MIRA, password).json(201);

    // Signed in meanwhile: whoever has the link is in alone.
    let (token, _) = reset(&app, MIRA);
    let changed: SessionAnswer = redeem(&app, &token, PASSWORD).expect(201);
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 1, "{changed:?}");
}

#[test]
fn a_link_ends_and_cannot_be_made_up() {
    let app = TestApp::start();
    app.sign_up(MIRA);
    app.sign_up(NOOR);
    let ((mira, _), (noor, _)) = (reset(&app, MIRA), reset(&app, NOOR));
    let bytes = |token: &str| BASE64.decode(token).unwrap();
    // One account's name before the other's hash, and a later end.
    let forged = [&bytes(&noor)[..16], &bytes(&mira)[16..]].concat();
    let mut longer = bytes(&mira);
    longer[22] += 1;
    for token in [BASE64.encode(forged), BASE64.encode(longer), "abc".to_owned(), mira[1..].to_owned()] {
        redeem(&app, &token, PASSWORD).problem("reset_invalid");
    }
    app.advance(SignedDuration::from_hours(24 * 7) - SignedDuration::from_secs(1));
    redeem(&app, &noor, PASSWORD).json(201);
    app.advance(SignedDuration::from_secs(1));
    redeem(&app, &mira, PASSWORD).problem("reset_invalid");
}
