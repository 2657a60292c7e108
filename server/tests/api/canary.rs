//! What a person writes can be read by nobody who gets at the data folder, its backups or the logs.
//!
//! A server of its own process, as it will run, with Valkey where that is installed; a unique word in every field of
//! every endpoint; then every file that it wrote, every line that it logged and every command that Valkey got is searched
//! for those words, as they are and in the usual encodings. A feature
//! that takes text adds a function like [`accounts`] to [`FEATURES`]; whoever forgets one endpoint or one field of the
//! description fails here.

use crate::{app::first_event, smtp::MailServer, valkey_server::ValkeyServer};
use base64::{Engine, engine::general_purpose::STANDARD};
use daymark_server::{
    accounts::operate, caller::Caller, channels, clock::Clock, config::Config, http::openapi::document,
    reminders::token, state::State,
};
use daymark_shared::{ids::RunId, session::SessionAnswer};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};
use ureq::{Agent, http};

/// Fills all fields of a feature.
type Feature = fn(&Instance, &mut Canaries);

const FEATURES: &[Feature] = &[accounts, sessions, resets, routines, runs, channels, reminders, events];

/// Strings of bodies that a person cannot write what they like into: ids, times, rules, names from a list, and points of a
/// curve (for which [`channels`] looks as well).
const NOT_TEXT: [&str; 14] = [
    "reset",
    "id",
    "routine",
    "occurrence",
    "step",
    "start",
    "repeat",
    "zone",
    "locale",
    "week_start",
    "from",
    "to",
    "all_day_at",
    "p256dh",
];
/// Where nobody listens: what is sent there does not get through.
const NOBODY: &str = "http://127.0.0.1:1";

#[test]
fn what_people_write_is_found_nowhere() {
    let mut valkey = ValkeyServer::start();
    let instance = Instance::start(valkey.as_ref());
    let monitor = valkey.as_ref().map(ValkeyServer::monitor);
    let mut canaries = Canaries::default();
    for feature in FEATURES {
        feature(&instance, &mut canaries);
    }
    // While it runs: the write-ahead log is there.
    assert_eq!(canaries.found_in(instance.data.path()), [""; 0]);
    let mut description = serde_json::to_value(document()).unwrap();
    assert_eq!(instance.left_out(&description), [""; 0]);
    // The check itself: texts and an endpoint that nobody thought of, however they are nested.
    let text = json!({ "type": ["string", "null"] });
    description["components"]["schemas"]["NewRoutine"]["properties"]["mantra"] = text.clone();
    description["components"]["schemas"]["Step"]["properties"]["links"] =
        json!({ "type": "array", "items": text });
    description["paths"]["/api/v1/notes"]["post"] = json!({});
    let forgotten = [
        "POST notes",
        "POST routines#mantra",
        "POST routines#steps.*.links.*",
        "PATCH routines/{id}#steps.*.links.*",
    ];
    assert_eq!(instance.left_out(&description), forgotten);
    // Everything that Valkey was told.
    let told = valkey.as_mut().zip(monitor).map(|(valkey, monitor)| {
        valkey.kill();
        monitor.join().unwrap()
    });
    let (data, log, link) = instance.stop();
    canaries.secret("account.setup token", link.split_once("/welcome?setup=").unwrap().1);
    assert!(
        log.contains(r#""msg":"request""#) && log.contains("an account was made"),
        "logs were captured: {log}"
    );
    back_up(data.path());
    let seen = [canaries.found_in(data.path()), canaries.found("the logs", log.as_bytes())].concat();
    assert_eq!(seen, [""; 0]);
    if let Some(told) = told {
        let text = String::from_utf8_lossy(&told);
        for used in ["daymark:limit:", "daymark:events"] {
            assert!(text.contains(used), "Valkey was used for {used} {text}");
        }
        assert_eq!(canaries.found("Valkey", &told), [""; 0]);
    }
}

/// The search itself: whatever is put anywhere in clear is found.
#[test]
fn a_leak_is_found() {
    let mut canaries = Canaries::default();
    let word = canaries.word("account.name");
    let leaks = [
        word.clone().into_bytes(),
        word.to_uppercase().into_bytes(),
        STANDARD.encode(format!("{{\"name\":\"{word}\"}}")).into_bytes(),
        word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(),
    ];
    for leak in leaks {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("backups")).unwrap();
        fs::write(data.path().join("daymark.db"), b"nothing").unwrap();
        assert_eq!(canaries.found_in(data.path()), [""; 0]);
        fs::write(data.path().join("backups/old.db"), [b"SQLite".as_slice(), &leak, b"end"].concat())
            .unwrap();
        assert_eq!(canaries.found_in(data.path()), ["account.name in backups/old.db"]);
    }
}

/// Makes the copy that a migration makes first; and a backup, which is searched unpacked too.
fn back_up(data: &Path) {
    let backups = data.join("backups");
    fs::create_dir_all(&backups).unwrap();
    let database = rusqlite::Connection::open(data.join("daymark.db")).unwrap();
    database.execute("VACUUM INTO ?1", [backups.join("copy.db").to_str().unwrap()]).unwrap();
    assert!(fs::metadata(backups.join("copy.db")).unwrap().len() > 4096);

    let packed = backups.join("packed.tar.gz");
    let server = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["backup", "--to", packed.to_str().unwrap()])
        .env_clear()
        .env("DATA_DIR", data)
        .output()
        .unwrap();
    assert!(server.status.success(), "{}", String::from_utf8_lossy(&server.stderr));
    let mut unpacked = Vec::new();
    GzDecoder::new(fs::File::open(&packed).unwrap()).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked.windows(16).any(|bytes| bytes == b"SQLite format 3\0"), "the database is in it");
    fs::write(backups.join("unpacked.tar"), unpacked).unwrap();
}

fn accounts(instance: &Instance, canaries: &mut Canaries) {
    let password = canaries.word("account.password");
    let body = json!({
        "email": canaries.email("account.email"),
        "password": password,
        "name": canaries.word("account.name"),
        "zone": "UTC",
        "locale": "en",
        "setup": canaries.word("account.setup"),
        "invitation": canaries.word("account.invitation"),
    });
    let made = instance.send("POST", "accounts", None, &[], Some(body.clone())).body(201);
    let answer: SessionAnswer = serde_json::from_value(made).unwrap();
    let me = canaries.secret("session.access_token", answer.access_token.expose());
    // Refused ones must not leave anything either.
    instance.send("POST", "accounts", None, &[], Some(body)).body(403);
    let change = json!({
        "email": canaries.email("account.email changed"),
        "current": password,
        "name": canaries.word("account.name changed"),
    });
    let seen = [("if-match", "\"1\"")];
    instance.send("PATCH", "account", Some(&me), &seen, Some(change)).body(200);
    let refused = json!({ "name": canaries.word("account.name refused"), "zone": canaries.word("account.zone refused") });
    instance.send("PATCH", "account", Some(&me), &[("if-match", "\"2\"")], Some(refused)).body(422);
    let change = json!({ "current": password, "new": canaries.word("account.password changed") });
    instance.send("PUT", "account/password", Some(&me), &[], Some(change)).body(204);
    let unknown = json!({ canaries.word("an unknown field"): canaries.word("an unknown field's value") });
    instance.send("PATCH", "account", Some(&me), &[("if-match", "\"2\"")], Some(unknown)).body(422);
    let path = format!("account?{}={}", canaries.word("a parameter"), canaries.word("a parameter's value"));
    instance.send("GET", &path, Some(&me), &[], None).body(200);
    instance.send("GET", &canaries.word("a path"), Some(&me), &[], None).body(404);
}

fn sessions(instance: &Instance, canaries: &mut Canaries) {
    let me = sign_in(instance, canaries);
    let agent = format!("Mozilla/5.0 ({}) Firefox/153.0", canaries.word("session.agent"));
    let body = json!({ "email": canaries.last("account.email changed"), "password": canaries.last("account.password changed") });
    let answer = instance.send("POST", "sessions", None, &[("user-agent", &agent)], Some(body));
    let first = canaries.cookie(&answer);
    let answer = instance.send("POST", "sessions/refresh", None, &[("cookie", &first)], None);
    canaries.cookie(&answer);
    let list = instance.send("GET", "sessions", Some(&me), &[], None).body(200);
    let other = list["items"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let path = format!("sessions/{}", other["id"].as_str().unwrap());
    instance.send("DELETE", &path, Some(&me), &[], None).body(204);
    instance.send("GET", "instance", None, &[], None).body(200);
    let wrong = json!({ "email": canaries.email("session.email wrong"), "password": canaries.word("session.password wrong") });
    instance.send("POST", "sessions", None, &[], Some(wrong)).body(401);
    let forged = canaries.word("session.cookie forged");
    let cookie = format!("__Host-daymark={forged}");
    instance.send("POST", "sessions/refresh", None, &[("cookie", &cookie)], None).body(401);
    instance.send("GET", "account", Some(&canaries.word("session.access_token forged")), &[], None).body(401);
    instance.send("DELETE", "sessions/current", Some(&me), &[], None).body(204);
}

/// The operator prints a link, and the person sets a password by it.
fn resets(instance: &Instance, canaries: &mut Canaries) {
    let operator = Arc::new(instance.another_process());
    let who = canaries.last("account.email changed").parse().unwrap();
    let reset = operate::reset_password(&operator, who, None, 1);
    let link = actix_web::rt::System::new().block_on(reset).unwrap().link.unwrap();
    let token = link.split_once("/welcome?reset=").unwrap().1;
    let body = json!({ "reset": canaries.secret("account.reset", token), "password": canaries.word("account.password changed") });
    let answer = instance.send("POST", "password-resets", None, &[], Some(body.clone()));
    canaries.cookie(&answer);
    answer.body(201);
    instance.send("POST", "password-resets", None, &[], Some(body)).body(403);
}

fn sign_in(instance: &Instance, canaries: &mut Canaries) -> String {
    let body = json!({ "email": canaries.last("account.email changed"), "password": canaries.last("account.password changed") });
    let answer: SessionAnswer =
        serde_json::from_value(instance.send("POST", "sessions", None, &[], Some(body)).body(201)).unwrap();
    canaries.secret("session.access_token", answer.access_token.expose())
}

fn id(n: u8) -> String {
    format!("018f0000-0000-7000-8000-0000000000{n:02x}")
}

/// The date so many days from now.
fn date(days: i64) -> jiff::civil::Date {
    let today = Clock::system().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.saturating_add(jiff::Span::new().days(days))
}

/// All texts of a routine.
fn texts(canaries: &mut Canaries, what: &str) -> Value {
    let mut step = |n: u8| {
        json!({
            "id": id(n),
            "title": canaries.word(&format!("step.title {what}")),
            "note": canaries.word(&format!("step.note {what}")),
            "minutes": 5,
        })
    };
    json!({
        "steps": [step(0xa1), step(0xa2), step(0xa3)],
        "title": canaries.word(&format!("routine.title {what}")),
        "notes": canaries.word(&format!("routine.notes {what}")),
        "icon": canaries.word(&format!("routine.icon {what}")),
    })
}

/// A routine that happens daily from today on.
fn create(instance: &Instance, canaries: &mut Canaries, me: &str, n: u8) -> Value {
    let mut new = texts(canaries, "new");
    new["id"] = json!(id(n));
    new["schedule"] = json!({ "start": format!("{}T23:40", date(0)), "repeat": "FREQ=DAILY" });
    instance.send("POST", "routines", Some(me), &[], Some(new.clone())).body(201);
    new
}

/// The key of a routine's occurrence so many days from now.
fn key(instance: &Instance, me: &str, n: u8, days: i64) -> String {
    let day = instance.send("GET", &format!("days/{}", date(days)), Some(me), &[], None).body(200);
    let occurrences = day["occurrences"].as_array().unwrap();
    let found = occurrences.iter().find(|occurrence| occurrence["routine"] == id(n));
    found.unwrap_or_else(|| panic!("{day}"))["key"].as_str().unwrap().to_owned()
}

fn routines(instance: &Instance, canaries: &mut Canaries) {
    const ANY: (&str, &str) = ("if-match", "*");
    let me = sign_in(instance, canaries);
    let send = |method: &str, path: &str, body: Option<Value>| {
        let headers: &[_] = if method == "GET" { &[] } else { &[ANY] };
        let answer = instance.send(method, path, Some(&me), headers, body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text);
    };
    let mut again = create(instance, canaries, &me, 2);
    again["title"] = json!(canaries.word("routine.title conflict"));
    instance.send("POST", "routines", Some(&me), &[], Some(again)).body(409);

    let path = format!("routines/{}", id(2));
    for (days, scope) in [(0, "all"), (1, "this"), (2, "later")] {
        let mut edit = texts(canaries, scope);
        edit["scope"] = json!(scope);
        if scope != "all" {
            edit["occurrence"] = json!(key(instance, &me, 2, days));
        }
        send("PATCH", &path, Some(edit));
    }
    let occurrence = format!("{path}/occurrences/{}", key(instance, &me, 2, 3));
    let time = json!({ "start": format!("{}T10:00", date(3)), "minutes": 20 });
    send("PUT", &format!("{occurrence}/time"), Some(time));
    send("GET", &occurrence, None);
    for what in ["time", "skip", "done"] {
        if what != "time" {
            send("PUT", &format!("{occurrence}/{what}"), None);
        }
        send("DELETE", &format!("{occurrence}/{what}"), None);
    }
    let range = format!("?from={}&to={}", date(0), date(7));
    let current = instance.send("GET", &path, Some(&me), &[], None).body(200);
    let version = format!("{path}/versions/{}", current["version"]);
    for path in ["routines", &version, &format!("{path}/occurrences{range}")] {
        send("GET", path, None);
    }
    send("GET", &format!("days{range}"), None);

    // One of its own for what takes away: the rest is to stay in the files.
    create(instance, canaries, &me, 3);
    let path = format!("routines/{}", id(3));
    send("DELETE", &format!("{path}/schedule"), None);
    let schedule = json!({ "schedule": { "start": format!("{}T18:00", date(1)), "repeat": "FREQ=DAILY" } });
    send("PUT", &format!("{path}/schedule"), Some(schedule));
    let end = json!({ "scope": "later", "occurrence": key(instance, &me, 3, 2) });
    send("POST", &format!("{path}/end"), Some(end));
    send("DELETE", &path, None);
}

fn runs(instance: &Instance, canaries: &mut Canaries) {
    let me = sign_in(instance, canaries);
    let send = |method: &str, path: &str, body: Option<Value>| {
        let answer = instance.send(method, path, Some(&me), &[], body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text);
    };
    create(instance, canaries, &me, 4);
    let start = |days: i64| {
        let run = Clock::system().mint(RunId::mint).to_string();
        let occurrence = key(instance, &me, 4, days);
        send("POST", "runs", Some(json!({ "id": run, "routine": id(4), "occurrence": occurrence })));
        format!("runs/{run}")
    };
    let step = |n: u8| Some(json!({ "step": id(n) }));
    let run = start(0);
    send("PUT", &format!("{run}/pause"), step(0xa1));
    send("DELETE", &format!("{run}/pause"), step(0xa1));
    send("POST", &format!("{run}/adjustments"), Some(json!({ "step": id(0xa1), "minutes": 5 })));
    send("POST", &format!("{run}/done"), step(0xa1));
    send("POST", &format!("{run}/skip"), step(0xa2));
    send("POST", &format!("{run}/back"), step(0xa3));
    send("PUT", &format!("{run}/auto-advance"), Some(json!({ "on": true })));
    send("GET", &run, None);
    send("GET", "runs?state=active", None);
    send("POST", &format!("{run}/finish"), None);
    let run = start(1);
    send("POST", &format!("{run}/abandon"), None);
    send("GET", "runs?state=ended", None);
}

fn events(instance: &Instance, canaries: &mut Canaries) {
    let me = sign_in(instance, canaries);
    let seen = canaries.word("events.last_event_id");
    let answer = instance.send("GET", "events", Some(&me), &[("last-event-id", &seen)], None);
    assert!(answer.status == 200 && answer.text.contains("resync"), "{}", answer.text);
}

fn reminders(instance: &Instance, canaries: &mut Canaries) {
    let me = sign_in(instance, canaries);
    let send = |method: &str, path: &str, body: Option<Value>| {
        let headers: &[_] = if method == "PUT" { &[("if-match", "*")] } else { &[] };
        instance.send(method, path, Some(&me), headers, body)
    };
    send("GET", "reminders?list=missed", None).body(200);
    send("GET", "reminders?list=upcoming", None).body(200);
    send("POST", "reminders/dismiss", None).body(204);
    send("GET", "reminder-settings", None).body(200);
    send("PUT", "reminder-settings", Some(json!({ "hide_titles": true }))).body(200);
    let account = send("GET", "account", None).body(200)["id"].as_str().unwrap().parse().unwrap();
    let state = instance.another_process();
    let hook = json!({
        "id": id(0xc1),
        "name": canaries.word("channel.name"),
        "target": { "webhook": { "url": format!("https://{}.example.org/", canaries.word("channel.url")) } },
    });
    let vault = state.vault.clone();
    let made = state.db.write(move |tx| {
        let caller = Caller { account, vault: &vault, now: Clock::system().now() };
        channels::create(tx, &caller, None, serde_json::from_value(hook).unwrap())
    });
    actix_web::rt::System::new().block_on(made).unwrap();
    create(instance, canaries, &me, 5);
    let upcoming = || send("GET", "reminders?list=upcoming", None).body(200)["items"][0]["id"].take();
    let snooze = Some(json!({ "minutes": 5 }));
    let reminder = upcoming().as_str().unwrap().to_owned();
    send("POST", &format!("reminders/{reminder}/snooze"), snooze.clone()).body(204);
    send("POST", &format!("reminders/{reminder}/dismiss"), None).body(204);
    let until = Clock::system().now() + jiff::SignedDuration::from_hours(1);
    let token = token::issue(&state.vault, account, reminder.parse().unwrap(), until);
    for (what, body) in [("snooze", snooze), ("dismiss", None), ("done", None)] {
        instance.send("POST", &format!("reminder-actions/{token}/{what}"), None, &[], body.clone()).body(204);
        let forged = canaries.word("reminder.token forged");
        instance.send("POST", &format!("reminder-actions/{forged}/{what}"), None, &[], body).body(404);
    }
    canaries.secret("reminder.token", &token);
}

/// What a browser subscribes with: all of it is for it and its push service alone.
fn subscription(canaries: &mut Canaries, what: &str) -> Value {
    const POINT: &str =
        "BLMbF9ffKBiWQLCKvTHb6LO8Nb6dcUh6TItC455vu2kElga6PQvUmaFyCdykxY2nOSSL3yKgfbmFLRTUaGv4yV8";
    // 16 octets in Base64 for addresses: 21 letters as they come, and one whose last bits are 0.
    let letters = canaries.word(&format!("channel.push.auth {what}, whole"));
    let auth = format!("{letters:z<21.21}A");
    let keys = json!({
        "p256dh": canaries.secret(&format!("channel.push.p256dh {what}"), POINT),
        "auth": canaries.secret(&format!("channel.push.auth {what}"), &auth),
    });
    let endpoint = format!("{NOBODY}/{}", canaries.word(&format!("channel.push.endpoint {what}")));
    json!({ "endpoint": endpoint, "keys": keys })
}

/// A target of each kind.
fn targets(canaries: &mut Canaries, what: &str) -> [Value; 4] {
    let mut word = |field: &str| canaries.word(&format!("channel.{field} {what}"));
    let ntfy = json!({
        "server": format!("{NOBODY}/{}", word("ntfy.server")),
        "topic": word("ntfy.topic"),
        "token": word("ntfy.token"),
    });
    let webhook = json!({ "url": format!("{NOBODY}/{}", word("webhook.url")) });
    let email = json!({ "address": canaries.last("account.email changed") });
    [
        json!({ "push": subscription(canaries, what) }),
        json!({ "ntfy": ntfy }),
        json!({ "webhook": webhook }),
        json!({ "email": email }),
    ]
}

fn channels(instance: &Instance, canaries: &mut Canaries) {
    let me = sign_in(instance, canaries);
    let send = |method: &str, path: &str, body: Option<Value>| {
        let answer = instance.send(method, path, Some(&me), &[("if-match", "*")], body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text);
        serde_json::from_str::<Value>(&answer.text).unwrap_or_default()
    };
    let mut renewal = String::new();
    for (n, target) in (0xb1..).zip(targets(canaries, "new")) {
        let new = json!({ "id": id(n), "name": canaries.word("channel.name"), "target": target });
        let made = send("POST", "channels", Some(new));
        if let Some(secret) = made["secret"].as_str() {
            let bare = canaries.secret("channel.secret", secret.trim_start_matches("whsec_"));
            if made["kind"] == "push" {
                renewal = bare;
            }
        }
    }
    for (n, target) in (0xb1..).zip(targets(canaries, "edited")) {
        let edit = json!({ "name": canaries.word("channel.name edited"), "target": target });
        send("PATCH", &format!("channels/{}", id(n)), Some(edit));
    }
    for refused in targets(canaries, "refused") {
        let mut new =
            json!({ "id": id(0xb9), "name": canaries.word("channel.name refused"), "target": refused });
        new["role"] = json!(canaries.word("channel.role refused"));
        instance.send("POST", "channels", Some(&me), &[], Some(new)).body(422);
    }
    let renewed = json!({ "subscription": subscription(canaries, "renewed") });
    send("PUT", &format!("push-subscriptions/{renewal}"), Some(renewed));
    let rotated = send("PUT", &format!("channels/{}/secret", id(0xb3)), None);
    canaries
        .secret("channel.secret rotated", rotated["secret"].as_str().unwrap().trim_start_matches("whsec_"));
    for n in 0xb1..=0xb4 {
        send("POST", &format!("channels/{}/test", id(n)), None);
        send("GET", &format!("channels/{}", id(n)), None);
    }
    let mail = instance.mail.next();
    assert!(mail.commands.iter().any(|command| command.starts_with("AUTH PLAIN")), "{:?}", mail.commands);
    let token = mail.data.split_once("/api/v1/unsubscribe/").unwrap().1.split_once('>').unwrap().0;
    let token = canaries.secret("channel.unsubscribe", token);
    instance.send("GET", &format!("unsubscribe/{token}"), None, &[], None).body(200);
    send("POST", &format!("unsubscribe/{token}"), None);
    let forged = canaries.word("channel.unsubscribe forged");
    instance.send("POST", &format!("unsubscribe/{forged}"), None, &[], None).body(404);
    send("GET", "channels", None);
    send("GET", "channel-offer", None);
    let gone =
        json!({ "webhook": { "url": format!("{NOBODY}/{}", canaries.word("channel.webhook.url gone")) } });
    let gone = json!({ "id": id(0xb8), "name": canaries.word("channel.name gone"), "target": gone });
    send("POST", "channels", Some(gone));
    send("DELETE", &format!("channels/{}", id(0xb8)), None);
}

/// The words that must not be found, and the fields that they were put into.
#[derive(Default)]
struct Canaries(Vec<(String, String)>);

impl Canaries {
    /// A word that stands nowhere else.
    fn word(&mut self, field: &str) -> String {
        let letters = ["ka", "ne", "ri", "to", "mu", "sa", "vel", "dor", "pim", "zux"];
        let mut n = self.0.len() + 1;
        let mut word = format!("canary{n}");
        for _ in 0..6 {
            n = n * 31 + 7;
            word.push_str(letters[n % letters.len()]);
        }
        self.secret(field, &word)
    }

    /// The same as an address.
    fn email(&mut self, field: &str) -> String {
        format!("{}@example.org", self.word(field))
    }

    /// Something that the server made and must keep to itself.
    fn secret(&mut self, field: &str, value: &str) -> String {
        self.0.push((field.to_owned(), value.to_owned()));
        value.to_owned()
    }

    /// The refresh token of a cookie that an answer sets; answers the cookie.
    fn cookie(&mut self, answer: &Answer) -> String {
        let cookie = answer.cookie.clone().unwrap();
        self.secret("session.refresh_token", cookie.split_once('=').unwrap().1);
        cookie
    }

    /// What was last put into a field.
    fn last(&self, field: &str) -> String {
        let (_, word) = self.0.iter().rev().find(|(name, _)| name == field).unwrap();
        if field.contains("email") { format!("{word}@example.org") } else { word.clone() }
    }

    /// `field in file` for each word in each file of the folder.
    fn found_in(&self, dir: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                    found.extend(self.found(&name, &fs::read(path).unwrap()));
                }
            }
        }
        found
    }

    fn found(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        // Case does not matter for the words; Base64 and tokens are looked for as they are.
        let lower = bytes.to_ascii_lowercase();
        let is_in =
            |haystack: &[u8], needle: &[u8]| haystack.windows(needle.len()).any(|window| window == needle);
        let hit = |word: &str| {
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            is_in(&lower, word.to_lowercase().as_bytes())
                || is_in(&lower, hex.as_bytes())
                || base64_forms(word).iter().any(|form| is_in(bytes, form.as_bytes()))
        };
        let hits = self.0.iter().filter(|(_, word)| hit(word));
        hits.map(|(field, _)| format!("{field} in {place}")).collect()
    }
}

/// What of a word does not depend on what stands around it, at each of the three offsets.
fn base64_forms(word: &str) -> Vec<String> {
    (0..3)
        .map(|offset| {
            let encoded = STANDARD.encode([&vec![0; offset], word.as_bytes()].concat());
            let whole = (offset + word.len()) / 3 * 4;
            encoded[if offset == 0 { 0 } else { 4 }..whole].to_owned()
        })
        .collect()
}

/// Whether `PATCH routines/018f…#title` is at `PATCH routines/{id}#title`.
fn is_at(used: &str, template: &str) -> bool {
    fn parts(text: &str) -> (Vec<&str>, &str) {
        let (address, field) = text.split_once('#').unwrap_or((text, ""));
        (address.split('/').collect(), field)
    }
    let ((used, field), (template, wanted_field)) = (parts(used), parts(template));
    field == wanted_field
        && used.len() == template.len()
        && used.iter().zip(template).all(|(used, wanted)| *used == wanted || wanted.starts_with('{'))
}

/// The fields of a body that hold a canary, as `#steps.*.title`.
fn fields_with_canaries(body: &Value, at: String, fields: &mut BTreeSet<String>) {
    match body {
        Value::String(text) if text.contains("canary") => drop(fields.insert(at)),
        Value::Array(items) => {
            items.iter().for_each(|item| fields_with_canaries(item, format!("{at}.*"), fields));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| fields_with_canaries(value, inner(&at, name), fields));
        }
        _ => {}
    }
}

/// The fields of a schema that take a text, written in the same way.
fn texts_of(document: &Value, schema: &Value, at: String, fields: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        return texts_of(document, document.pointer(pointer).unwrap(), at, fields);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        for one in schema[several].as_array().into_iter().flatten() {
            texts_of(document, one, at.clone(), fields);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        texts_of(document, property, inner(&at, name), fields);
    }
    for any in [&schema["items"], &schema["additionalProperties"]].into_iter().filter(|any| any.is_object()) {
        texts_of(document, any, format!("{at}.*"), fields);
    }
    let is_string = schema["type"] == "string"
        || schema["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "string"));
    let name = at.rsplit(['#', '.']).next().unwrap();
    if is_string && schema["enum"].is_null() && !NOT_TEXT.contains(&name) {
        fields.insert(at);
    }
}

fn inner(at: &str, name: &str) -> String {
    if at.is_empty() { format!("#{name}") } else { format!("{at}.{name}") }
}

/// A server in a process of its own.
struct Instance {
    child: Child,
    data: tempfile::TempDir,
    /// Where it sends mail.
    mail: MailServer,
    url: String,
    agent: Agent,
    log: Receiver<String>,
    first: String,
    /// The endpoints that did what was asked, and the fields of their bodies that held a canary then.
    used: RefCell<BTreeSet<String>>,
}

struct Answer {
    status: u16,
    cookie: Option<String>,
    text: String,
}

impl Answer {
    #[track_caller]
    fn body(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl Instance {
    fn start(valkey: Option<&ValkeyServer>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mail = MailServer::start(&[]);
        let mut child = Command::new(env!("CARGO_BIN_EXE_server"))
            .arg("api")
            .env_clear()
            .env("DATA_DIR", data.path())
            .env("PORT", "0")
            .env("PUBLIC_URL", "https://day.example.org")
            .env("OUTBOUND_ALLOW", "127.0.0.1/32")
            .env("PUSH_SERVICES", NOBODY)
            .env("SMTP_URL", format!("smtp://me:secret@{}", mail.addr))
            .env("MAIL_FROM", "Daymark <day@example.org>")
            .env("LOG", "info,daymark_server=trace")
            .env("VALKEY_URL", valkey.map(ValkeyServer::url).unwrap_or_default())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, log) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut first = String::new();
        let url = loop {
            let line = log.recv_timeout(Duration::from_secs(20)).unwrap();
            first.push_str(&line);
            first.push('\n');
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["msg"] == "listening" {
                break format!("http://{}/api/v1", line["addr"].as_str().unwrap());
            }
        };
        if let Some(valkey) = valkey {
            valkey.subscribed();
        }
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        Self { child, data, mail, url, agent, log, first, used: RefCell::default() }
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = http::Request::builder().method(method).uri(format!("{}/{path}", self.url));
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut used = BTreeSet::from([String::new()]);
        fields_with_canaries(&body.clone().unwrap_or_default(), String::new(), &mut used);
        let mut response = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(serde_json::to_vec(&body).unwrap()).unwrap()).unwrap()
            }
            None => self.agent.run(request.body(()).unwrap()).unwrap(),
        };
        if response.status().is_success() {
            let address = path.split('?').next().unwrap();
            self.used.borrow_mut().extend(used.iter().map(|field| format!("{method} {address}{field}")));
        }
        let text = match path {
            "events" => String::from_utf8(first_event(response.body_mut().as_reader())).unwrap(),
            _ => response.body_mut().read_to_string().unwrap(),
        };
        let set = response.headers().get("set-cookie").and_then(|set| set.to_str().ok());
        Answer {
            status: response.status().as_u16(),
            cookie: set.and_then(|set| Some(set.split_once(';')?.0.to_owned())),
            text,
        }
    }

    /// Endpoints of a description that were not used, and texts of their bodies that no canary was put into.
    fn left_out(&self, document: &Value) -> Vec<String> {
        let used = self.used.borrow();
        let mut left_out = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, description) in methods.as_object().unwrap() {
                let address = format!("{} {}", method.to_uppercase(), path.strip_prefix("/api/v1/").unwrap());
                let mut texts = BTreeSet::from([String::new()]);
                let body = &description["requestBody"]["content"]["application/json"]["schema"];
                texts_of(document, body, String::new(), &mut texts);
                let wanted = texts.into_iter().map(|field| format!("{address}{field}"));
                left_out.extend(wanted.filter(|wanted| !used.iter().any(|used| is_at(used, wanted))));
            }
        }
        left_out
    }

    /// What another process would have that serves the same files.
    fn another_process(&self) -> State {
        let data = self.data.path().to_str().unwrap().to_owned();
        let config = Config::from_source(&|name| (name == "DATA_DIR").then(|| data.clone())).unwrap();
        actix_web::rt::System::new().block_on(State::open(config, Clock::system())).unwrap()
    }

    /// Stops it; the data folder, all that it said but the link that it printed for its operator, and that link.
    fn stop(mut self) -> (tempfile::TempDir, String, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap();
        let mut all = self.first;
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let link = stderr.lines().find_map(|line| line.strip_prefix("Create the first account: "));
        let link = link.unwrap().to_owned();
        let told = stderr.lines().filter(|line| !line.contains(&link));
        for line in self.log.iter().chain(told.map(str::to_owned)) {
            all.push_str(&line);
            all.push('\n');
        }
        (self.data, all, link)
    }
}
