//! What holds for every endpoint: it works, refuses bad input, asks who it is before anything else, and keeps accounts
//! apart. The endpoints are those of the description; one that [`good`] does not know fails here.

use crate::{
    app::{Answer, Client, PASSWORD, TestApp},
    planning::{
        browser, channel_id, create, planned, routine, routine_id, run_id, step_id, subscription, webhook,
        with,
    },
    reminders::upcoming,
};
use daymark_server::{http::openapi::document, reminders::token, sessions};
use daymark_shared::{page::Page, session::Session};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::{collections::BTreeSet, thread};

const MIRA: &str = "mira@example.org";
/// Anybody may ask these.
const PUBLIC: [&str; 11] = [
    "GET /api/v1/instance",
    "POST /api/v1/accounts",
    "POST /api/v1/password-resets",
    "POST /api/v1/reminder-actions/{token}/dismiss",
    "POST /api/v1/reminder-actions/{token}/done",
    "POST /api/v1/reminder-actions/{token}/snooze",
    "POST /api/v1/sessions",
    "POST /api/v1/sessions/refresh",
    "PUT /api/v1/push-subscriptions/{secret}",
    "GET /api/v1/unsubscribe/{token}",
    "POST /api/v1/unsubscribe/{token}",
];
/// Whoever has the cookie, the address or the link may ask these; without it there is nothing: `sessions.rs`, `channels.rs`
/// and `accounts.rs` have the tests of them.
const BY_SECRET: [&str; 5] = [
    "POST /api/v1/password-resets",
    "POST /api/v1/sessions/refresh",
    "PUT /api/v1/push-subscriptions/{secret}",
    "GET /api/v1/unsubscribe/{token}",
    "POST /api/v1/unsubscribe/{token}",
];

/// An endpoint, as the description has it.
struct Endpoint {
    method: String,
    path: String,
    description: Value,
}

impl Endpoint {
    fn all() -> Vec<Self> {
        let json = serde_json::to_value(document()).unwrap();
        let mut all = Vec::new();
        for (path, methods) in json["paths"].as_object().unwrap() {
            for (method, description) in methods.as_object().unwrap() {
                let (method, path) = (method.to_uppercase(), path.clone());
                all.push(Self { method, path, description: description.clone() });
            }
        }
        all
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn is_public(&self) -> bool {
        self.description["security"] == json!([{}])
    }

    fn has_parameter(&self, name: &str, place: &str) -> bool {
        let parameters = self.description["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|one| one["name"] == name && one["in"] == place))
    }

    fn has_query(&self) -> bool {
        let parameters = self.description["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|one| one["in"] == "query"))
    }

    fn has_body(&self) -> bool {
        self.description["requestBody"].is_object()
    }

    /// Whether it is said to answer this; what refuses, with a problem.
    fn describes(&self, status: u16) -> bool {
        let response = &self.description["responses"][status.to_string()];
        response.is_object() && (status < 400 || response["content"]["application/problem+json"].is_object())
    }

    /// The address, with what a [`planner`] has in place of what stands in braces.
    fn address(&self, ids: &Ids) -> String {
        let id = match self.path.split('/').nth(3).unwrap() {
            "routines" => routine_id(1),
            "runs" => run_id(1),
            "channels" => channel_id(1),
            "reminders" => ids.reminder.clone(),
            _ => ids.session.clone(),
        };
        let key = if self.path.ends_with("time") { "1-20260304T0700" } else { "1-20260303T0700" };
        let path = self.path.replace("{id}", &id).replace("{key}", key).replace("{number}", "1");
        let path = path.replace("{date}", "2026-03-02").replace("{token}", &ids.token);
        if self.has_parameter("list", "query") {
            return path + "?list=upcoming";
        }
        if self.has_parameter("from", "query") { path + "?from=2026-03-02&to=2026-03-03" } else { path }
    }

    /// Sends a good request, as of the first revision.
    fn send(&self, who: &Client<'_>, ids: &Ids, body: &Value) -> Answer {
        let is_new = self.path.ends_with("time") || self.path.ends_with("reminder-settings");
        let revision = if is_new { "\"0\"" } else { "\"1\"" };
        let revision = if self.has_parameter("If-Match", "header") { revision } else { "\"none\"" };
        self.send_seen(who, ids, Some(revision), body)
    }

    fn send_seen(&self, who: &Client<'_>, ids: &Ids, seen: Option<&str>, body: &Value) -> Answer {
        let seen: Vec<(&str, &str)> = seen.map(|seen| ("if-match", seen)).into_iter().collect();
        let address = self.address(ids);
        if self.has_body() {
            who.send_json(&self.method, &address, &seen, body)
        } else {
            who.send(&self.method, &address, &seen, None)
        }
    }
}

/// A body that is taken, for each endpoint that takes one.
fn good(endpoint: &Endpoint) -> Value {
    let step = json!({ "step": step_id(2) });
    match endpoint.name().replace(" /api/v1/", " /").as_str() {
        "POST /accounts" => {
            json!({ "email": "ada@example.org", "password": PASSWORD, "zone": "UTC", "locale": "en" })
        }
        "POST /sessions" => json!({ "email": MIRA, "password": PASSWORD }),
        "PATCH /account" => json!({ "name": "Mira" }),
        "POST /password-resets" => json!({ "reset": "abc", "password": PASSWORD }),
        "PUT /account/password" => json!({ "current": PASSWORD, "new": "nine slow otters by the lake" }),
        "POST /routines" => routine(2),
        "PATCH /routines/{id}" => json!({ "scope": "all", "title": "Evening" }),
        "PUT /routines/{id}/schedule" => json!({ "schedule": { "start": "2026-03-09T18:00" } }),
        "POST /routines/{id}/end" => json!({ "scope": "all" }),
        "PUT /routines/{id}/occurrences/{key}/time" => json!({ "start": "2026-03-04T09:00" }),
        "POST /runs" => {
            json!({ "id": run_id(2), "routine": routine_id(1), "occurrence": "1-20260305T0700" })
        }
        "PUT /runs/{id}/pause" | "DELETE /runs/{id}/pause" => step,
        "POST /runs/{id}/done" | "POST /runs/{id}/skip" | "POST /runs/{id}/back" => step,
        "POST /runs/{id}/adjustments" => json!({ "step": step_id(2), "minutes": 5 }),
        "PUT /runs/{id}/auto-advance" => json!({ "on": false }),
        "POST /reminders/{id}/snooze" | "POST /reminder-actions/{token}/snooze" => json!({ "minutes": 10 }),
        "PUT /reminder-settings" => json!({ "hide_titles": true }),
        "POST /channels" => webhook(2),
        "PATCH /channels/{id}" => json!({ "name": "Lamp" }),
        "PUT /push-subscriptions/{secret}" => json!({ "subscription": subscription(9) }),
        _ if !endpoint.has_body() => Value::Null,
        other => panic!("say what a good body for {other} is"),
    }
}

/// What the server has made for a [`planner`].
struct Ids {
    /// Another session than the one that asks.
    session: String,
    /// A reminder of the routine.
    reminder: String,
    /// The capability to act on it.
    token: String,
}

/// Somebody with a channel, a routine that happens daily, one run of it, now at its second step, and another session.
fn planner<'a>(app: &'a TestApp, email: &str) -> (Client<'a>, Ids) {
    let me = app.sign_up(email);
    me.post("/api/v1/channels", &webhook(1)).json(201);
    create(&me, &planned(1, "2026-03-02T07:00", Some("FREQ=DAILY")));
    let run = json!({ "id": run_id(1), "routine": routine_id(1), "occurrence": "1-20260302T0700" });
    me.post("/api/v1/runs", &run).json(201);
    me.post(&format!("/api/v1/runs/{}/done", run_id(1)), &json!({ "step": step_id(1) })).json(200);
    app.sign_in(email);
    let session = session(&me, false);
    let reminder = upcoming(&me)[0]["id"].as_str().unwrap().to_owned();
    let until = app.now() + SignedDuration::from_hours(1);
    let account = me.get("/api/v1/account").json(200)["id"].as_str().unwrap().parse().unwrap();
    let token = token::issue(&app.state.vault, account, reminder.parse().unwrap(), until);
    (me, Ids { session, reminder, token })
}

/// The id of the session that asks, or of another one of the account.
fn session(me: &Client<'_>, current: bool) -> String {
    let sessions: Page<Session> = me.get("/api/v1/sessions").expect(200);
    sessions.items.iter().find(|session| session.current == current).unwrap().id.to_string()
}

/// Does something for each of these endpoints, a dozen of them after each other with a server of their own: more sign-ups
/// would be too many tries.
fn for_each(endpoints: impl Iterator<Item = Endpoint>, work: impl Fn(&TestApp, usize, &Endpoint) + Sync) {
    let endpoints: Vec<Endpoint> = endpoints.collect();
    let dozen = |dozen: &[Endpoint]| {
        let app = TestApp::start();
        app.sign_up(MIRA);
        dozen.iter().enumerate().for_each(|(n, endpoint)| work(&app, n, endpoint));
    };
    thread::scope(|scope| endpoints.chunks(12).for_each(|some| drop(scope.spawn(|| dozen(some)))));
}

#[test]
fn a_good_request_succeeds_as_described() {
    let endpoints =
        Endpoint::all().into_iter().filter(|endpoint| !BY_SECRET.contains(&endpoint.name().as_str()));
    for_each(endpoints, |app, n, endpoint| {
        let (me, ids) = planner(app, &format!("person{n}@example.org"));
        let answer = endpoint.send(&me, &ids, &good(endpoint));
        assert!((200..300).contains(&answer.status), "{} {answer:?}", endpoint.name());
        assert!(endpoint.describes(answer.status), "{} {}", endpoint.name(), answer.status);
    });
}

#[test]
fn bad_input_is_refused() {
    let app = TestApp::start();
    let (me, ids) = planner(&app, MIRA);
    for endpoint in Endpoint::all() {
        let name = endpoint.name();
        let address = endpoint.address(&ids);
        let send = |address: &str, kind: &str, body: Option<&str>| {
            let headers = [("if-match", "*"), ("content-type", kind)];
            me.send(&endpoint.method, address, &headers, body.map(|body| body.as_bytes().to_vec()))
        };
        if endpoint.has_body() {
            assert!([400, 408, 413, 415, 422].iter().all(|status| endpoint.describes(*status)), "{name}");
            send(&address, "application/json", Some(r#"{"nonsense":1}"#))
                .problem_at("unknown_field", "/nonsense");
            send(&address, "application/json", Some("[]")).problem_at("wrong_type", "");
            send(&address, "application/json", Some("{")).problem("malformed_json");
            send(&address, "text/plain", Some("{}")).problem("unsupported_media_type");
        }
        if endpoint.has_query() {
            assert!(endpoint.describes(422), "{name}");
            let address = format!("{}?nonsense=1", address.split('?').next().unwrap());
            send(&address, "", None).problem_at("unknown_field", "?nonsense");
        }
        if endpoint.path.contains('{') {
            let nonsense = endpoint.path.replace(['{', '}'], "");
            let body = good(&endpoint).to_string();
            let code = if endpoint.path.contains("{date}") { "bad_date" } else { "not_found" };
            send(&nonsense, "application/json", Some(&body)).problem(code);
        }
    }
}

/// Before the address, the query, the headers or the body are looked at.
#[test]
fn who_it_is_comes_first() {
    let app = TestApp::start();
    let (me, ids) = planner(&app, MIRA);
    // Ended by another process: this one has to ask the database.
    let ended = app.sign_in(MIRA);
    let account = me.get("/api/v1/account").json(200)["id"].as_str().unwrap().parse().unwrap();
    let (elsewhere, id) = (app.another_process(), session(&ended, true).parse().unwrap());
    actix_web::rt::System::new().block_on(sessions::end(&elsewhere, account, id)).unwrap();
    app.advance(sessions::BELIEVED);

    let (public, others): (Vec<_>, Vec<_>) = Endpoint::all().into_iter().partition(Endpoint::is_public);
    assert_eq!(public.iter().map(Endpoint::name).collect::<BTreeSet<_>>(), PUBLIC.map(str::to_owned).into());
    for endpoint in others {
        let name = endpoint.name();
        assert!(endpoint.describes(401), "{name}");
        let nonsense = endpoint.path.replace(['{', '}'], "") + "?nonsense=1";
        for nobody in
            [app.anonymous(), app.with_token("rubbish"), app.stranger(), app.with_token(ended.token())]
        {
            for address in [&nonsense, &endpoint.address(&ids)] {
                for body in ["{", r#"{"nonsense":1}"#] {
                    let headers = [("content-type", "application/json")];
                    let answer = nobody.send(&endpoint.method, address, &headers, Some(body.into()));
                    assert_eq!(answer.status, 401, "{name} {answer:?}");
                    answer.problem("unauthenticated");
                }
            }
        }
    }
}

#[test]
fn what_is_anothers_is_not_there() {
    let app = TestApp::start();
    let (me, ids) = planner(&app, MIRA);
    let other = app.sign_up("noor@example.org");
    for endpoint in Endpoint::all().iter().filter(|endpoint| !endpoint.is_public()) {
        let name = endpoint.name();
        // A new run names its routine in the body, all others what they are about in the address.
        if endpoint.path.contains("{id}") || name == "POST /api/v1/runs" {
            assert!(endpoint.describes(404), "{name}");
            let answer = endpoint.send(&other, &ids, &good(endpoint));
            assert_eq!(answer.status, 404, "{name} {answer:?}");
            answer.problem("not_found");
        } else if endpoint.method == "GET" {
            let answer = endpoint.send(&other, &ids, &Value::Null);
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert_eq!(answer.status, 200, "{name} {text}");
            let mine = [
                routine_id(1),
                run_id(1),
                channel_id(1),
                ids.session.clone(),
                ids.reminder.clone(),
                MIRA.to_owned(),
            ];
            assert!(!mine.iter().any(|id| text.contains(id)), "{name} {text}");
        }
    }
    // And nothing of it has changed.
    assert_eq!(me.get(&format!("/api/v1/routines/{}", routine_id(1))).json(200)["revision"], 1);
    assert_eq!(me.get(&format!("/api/v1/runs/{}", run_id(1))).json(200)["revision"], 2);
}

#[test]
fn what_two_may_edit_asks_what_was_seen() {
    let app = TestApp::start();
    let (me, ids) = planner(&app, MIRA);
    for endpoint in Endpoint::all().iter().filter(|endpoint| endpoint.has_parameter("If-Match", "header")) {
        let name = endpoint.name();
        assert!(endpoint.describes(412) && endpoint.describes(428), "{name}");
        let body = good(endpoint);
        let send = |seen| endpoint.send_seen(&me, &ids, seen, &body);
        send(None).problem("precondition_required");
        assert_eq!(send(Some("\"99\"")).problem("precondition_failed").status, 412, "{name}");
    }
}

/// Brings about what the endpoint then refuses, and answers the body to be refused.
fn conflict(endpoint: &Endpoint, app: &TestApp, me: &Client<'_>) -> Value {
    let body = good(endpoint);
    match endpoint.name().replace(" /api/v1/", " /").as_str() {
        "POST /accounts" => with(body, "/email", json!(MIRA)),
        "PATCH /account" => json!({ "email": MIRA, "current": PASSWORD }),
        "POST /routines" => with(body, "/id", json!(routine_id(1))),
        "PATCH /routines/{id}" => {
            json!({ "scope": "this", "occurrence": "1-20260302T0700", "title": "Begun" })
        }
        "POST /runs" => with(body, "/id", json!(run_id(1))),
        "PUT /routines/{id}/schedule" | "DELETE /routines/{id}/schedule" => {
            app.write(
                "INSERT INTO versions (account, routine, number, single, from_day, last_day, wide, weekdays,
                                       month_days, months, minutes, content)
                 WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
                 SELECT account, routine, n, 0, 0, 0, 0, 0, 0, 0, 1, x'' FROM versions, n WHERE number = 1
                 ON CONFLICT DO NOTHING",
            );
            body
        }
        "POST /channels" => with(body, "/id", json!(channel_id(1))),
        "PATCH /channels/{id}" => {
            me.delete(&format!("/api/v1/channels/{}", channel_id(1))).empty(204);
            for n in [1, 2] {
                me.post("/api/v1/channels", &browser(n)).json(201);
            }
            json!({ "target": { "push": subscription(2) } })
        }
        // It was sent, and is being run by now.
        name if name.contains("/reminder") => {
            app.write("UPDATE reminders SET state = 2, next_at = NULL, settled_at = due_at");
            let run = json!({ "id": run_id(3), "routine": routine_id(1), "occurrence": "1-20260303T0700" });
            me.post("/api/v1/runs", &run).json(201);
            body
        }
        // Finished twice is finished once, and so with what is given up.
        name if name.contains("/runs/") => {
            let end = if name.ends_with("abandon") { "finish" } else { "abandon" };
            me.send("POST", &format!("/api/v1/runs/{}/{end}", run_id(1)), &[], None).json(200);
            body
        }
        name if name.contains("/occurrences/") => {
            let key = if name.ends_with("time") { "1-20260304T0700" } else { "1-20260303T0700" };
            let run = json!({ "id": run_id(3), "routine": routine_id(1), "occurrence": key });
            me.post("/api/v1/runs", &run).json(201);
            body
        }
        other => panic!("say what a conflict for {other} is"),
    }
}

#[test]
fn what_cannot_be_is_a_conflict() {
    let endpoints = Endpoint::all().into_iter();
    let endpoints = endpoints
        .filter(|endpoint| endpoint.describes(409) && !BY_SECRET.contains(&endpoint.name().as_str()));
    for_each(endpoints, |app, n, endpoint| {
        let (me, ids) = planner(app, &format!("person{n}@example.org"));
        let body = conflict(endpoint, app, &me);
        let answer = endpoint.send_seen(&me, &ids, Some("*"), &body);
        assert_eq!(answer.status, 409, "{} {answer:?}", endpoint.name());
    });
}
