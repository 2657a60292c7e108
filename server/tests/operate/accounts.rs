//! `server account …`

use crate::{
    program::{PASSWORD, Server, agent, run, run_with, until},
    valkey_server::{self, ValkeyServer},
};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, io::Read, path::Path};

const MIRA: &str = "mira@example.org";
const NOOR: &str = "noor@example.org";
const OTHER_PASSWORD: &str = "nine slow otters by the lake";

fn list(data: &Path, words: &[&str]) -> Value {
    run(data, &[&["--json", "account", "list"], words].concat(), &[]).json(0)
}

fn who<'a>(listed: &'a Value, email: &str) -> &'a Value {
    listed["accounts"].as_array().unwrap().iter().find(|account| account["email"] == email).unwrap()
}

#[test]
fn accounts_are_listed_in_pages() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::api(data.path(), &[]);
    let (_, mira) = server.sign_up(MIRA);
    server.sign_up(NOOR);
    assert_eq!(server.sign_in(NOOR, PASSWORD), 201);
    let made = run(data.path(), &["--json", "account", "create", "ada@example.org"], &[]).json(0);

    let all = list(data.path(), &[]);
    let emails: Vec<_> = all["accounts"].as_array().unwrap().iter().map(|one| &one["email"]).collect();
    assert_eq!(emails, [MIRA, NOOR, "ada@example.org"]);
    assert_eq!(all["next"], Value::Null);
    let (first, noor, ada) = (who(&all, MIRA), who(&all, NOOR), who(&all, "ada@example.org"));
    assert_eq!((&first["id"], &first["role"]), (&json!(mira), &json!("admin")));
    assert_eq!(
        (&noor["role"], &noor["sessions"], &noor["has_password"]),
        (&json!("member"), &json!(2), &json!(true))
    );
    assert!(noor["last_used_at"].is_string() && noor["created_at"].is_string());
    assert_eq!(
        (&ada["id"], &ada["has_password"], &ada["last_used_at"]),
        (&made["id"], &json!(false), &Value::Null)
    );

    let page = list(data.path(), &["--limit", "2"]);
    assert_eq!(page["accounts"].as_array().unwrap().len(), 2);
    let rest = list(data.path(), &["--after", page["next"].as_str().unwrap()]);
    assert_eq!(rest["accounts"].as_array().unwrap().len(), 1);
    for bad in [["--limit", "0"], ["--limit", "1001"], ["--after", "mira"]] {
        assert_eq!(run(data.path(), &[&["account", "list"], &bad[..]].concat(), &[]).code, 2);
    }
    let words = run(data.path(), &["account", "list"], &[]).out;
    assert!(words.contains(&format!("{mira}  ")) && words.contains(MIRA), "{words}");
}

#[test]
fn an_account_is_made_with_a_password_or_a_link() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::api(data.path(), &[]);
    let file = data.path().join("password");
    fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let file = file.to_str().unwrap();
    let create = |words: &[&str], input: &str| {
        let before = ["--json", "account", "create"];
        run_with(data.path(), &[&before, words].concat(), &[("PUBLIC_URL", "https://day.example.org")], input)
    };
    create(&[MIRA, "--password-file", file, "--name", "Mira", "--zone", "Europe/Berlin"], "").json(0);
    create(&[NOOR, "--password-file", "-", "--locale", "de", "--admin"], PASSWORD).json(0);
    assert_eq!((server.sign_in("MIRA@example.org", PASSWORD), server.sign_in(NOOR, PASSWORD)), (201, 201));

    let link = create(&["ada@example.org"], "").json(0)["link"].as_str().unwrap().to_owned();
    let token = link.strip_prefix("https://day.example.org/welcome?reset=").unwrap();
    let reset = json!({ "reset": token, "password": OTHER_PASSWORD });
    let (status, answer) = server.send("POST", "password-resets", "", Some(&reset));
    assert_eq!((status, &answer["account"]["role"]), (201, &json!("member")), "{answer}");
    let listed = list(data.path(), &[]);
    assert_eq!(who(&listed, MIRA)["role"], "admin", "the first account looks after the instance");
    assert_eq!(who(&listed, NOOR)["role"], "admin");

    // The rules are those of the API.
    let wrong = |words: &[&str], input: &str, why: &str| {
        let said = create(words, input).json(1)["error"].as_str().unwrap().to_owned();
        assert!(said.contains(why), "{said}");
    };
    wrong(&["Mira@Example.org"], "", "There is an account with this e-mail address.");
    wrong(&["eve@example.org", "--password-file", "-"], "short", "at least 10 characters");
    wrong(&["eve@example.org", "--password-file", "-"], "eve@example.org", "too easy to guess");
    wrong(&["eve@example.org", "--password-file", "-"], "", "the password: at least one character");
    wrong(
        &["eve@example.org", "--password-file", "-"],
        &"a b ".repeat(300),
        "the password: at most 1,024 bytes",
    );
    wrong(
        &["eve@example.org", "--password-file", "/nowhere"],
        "",
        "the password cannot be read from /nowhere",
    );
    wrong(&["eve@example.org", "--zone", "Mars/Olympus"], "", "no zone has this name");
    for bad in [&["eve"][..], &["eve@example.org", "--locale", "tlh"], &["eve@example.org", "--days", "0"]] {
        assert!(create(bad, "").json(2)["error"].is_string(), "{bad:?}");
    }
    assert_eq!(list(data.path(), &[])["accounts"].as_array().unwrap().len(), 3);
}

/// Other processes notice: without Valkey within the two seconds that they believe in a session.
#[test]
fn a_reset_ends_all_sessions_while_servers_run() {
    let data = tempfile::tempdir().unwrap();
    let servers = [Server::api(data.path(), &[]), Server::api(data.path(), &[])];
    let (token, id) = servers[0].sign_up(MIRA);
    let status = |server: &Server| server.send("GET", "account", &token, None).0;
    assert_eq!((status(&servers[0]), status(&servers[1])), (200, 200));

    let words = ["account", "reset-password", "Mira@example.ORG", "--password-file", "-", "--json"];
    let report = run_with(data.path(), &words, &[], OTHER_PASSWORD).json(0);
    assert_eq!(report, json!({ "id": id, "sessions_ended": 1 }));
    for server in &servers {
        until("the session is refused", || status(server) == 401);
        assert_eq!((server.sign_in(MIRA, PASSWORD), server.sign_in(MIRA, OTHER_PASSWORD)), (401, 201));
    }

    let said = run(data.path(), &["account", "reset-password", &id, "--days", "1"], &[]).out;
    assert!(said.contains("2 sessions have ended") && said.contains("/welcome?reset="), "{said}");
    assert_eq!(servers[0].sign_in(MIRA, OTHER_PASSWORD), 401);
    let nobody = ["account", "reset-password", "eve@example.org"];
    assert_eq!(run(data.path(), &nobody, &[]).refused(), "there is no such account");
    assert_eq!(run(data.path(), &["account", "reset-password", "eve"], &[]).code, 2);
}

/// With Valkey they have been told when the command has ended.
#[test]
fn a_reset_is_told_by_valkey() {
    let Some(mut valkey) = ValkeyServer::start() else { return };
    let data = tempfile::tempdir().unwrap();
    let url = valkey.url();
    let server = Server::api(data.path(), &[("VALKEY_URL", &url)]);
    server.sign_up(MIRA);
    until("the server listens", || valkey.command(&["PUBSUB", "NUMPAT"]).starts_with(":1\r\n"));
    let mut monitor = valkey.connect();
    valkey_server::send(&mut monitor, &["MONITOR"]);
    assert_eq!(run(data.path(), &["account", "reset-password", MIRA], &[("VALKEY_URL", &url)]).code, 0);
    valkey.kill();
    let mut heard = Vec::new();
    // It ends with an error, since the other end was killed; what came before counts.
    let _ = monitor.read_to_end(&mut heard);
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.contains("daymark:events") && heard.contains("session_ended"), "{heard}");
}

#[test]
fn the_last_admin_stays() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::api(data.path(), &[]);
    let (token, mira) = server.sign_up(MIRA);
    let (_, noor) = server.sign_up(NOOR);
    let account = |words: &[&str]| run(data.path(), &[&["account"], words].concat(), &[]);

    let last = "this is the last admin: make another account admin first";
    assert_eq!(account(&["revoke-admin", MIRA]).refused(), last);
    assert_eq!(account(&["delete", MIRA, "--yes"]).refused(), last);
    assert!(account(&["delete", MIRA]).refused().contains("--yes"));
    assert_eq!(account(&["make-admin", NOOR, "--json"]).json(0), json!({ "id": noor, "changed": true }));
    assert_eq!(account(&["make-admin", &noor, "--json"]).json(0), json!({ "id": noor, "changed": false }));
    assert_eq!(account(&["revoke-admin", MIRA, "--json"]).json(0), json!({ "id": mira, "changed": true }));
    // Its person sees it, as another revision.
    let (_, seen) = server.send("GET", "account", &token, None);
    assert_eq!((&seen["role"], &seen["revision"]), (&json!("member"), &json!(2)));
    assert_eq!(account(&["revoke-admin", &noor]).refused(), last);
    assert_eq!(account(&["make-admin", "eve@example.org"]).refused(), "there is no such account");
    account(&["delete", NOOR, "--yes", "--force", "--json"]).json(0);
    assert_eq!(list(data.path(), &[])["accounts"].as_array().unwrap().len(), 1);
}

fn id(n: u8) -> String {
    format!("018f0000-0000-7000-8000-0000000000{n:02x}")
}

/// Plans, walks, changes an occurrence, has settings and a channel at this address: a row in every table that knows accounts.
pub fn live(server: &Server, token: &str, hook: &str) {
    let send = |method: &str, path: &str, seen: Option<&str>, body: Value| {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/api/v1/{path}", server.url))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        if let Some(seen) = seen {
            request = request.header("if-match", seen);
        }
        let mut answer = agent().run(request.body(body.to_string()).unwrap()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {text}");
    };
    let (routine, step) = (id(1), json!({ "id": id(2), "title": "All", "minutes": 5 }));
    send(
        "POST",
        "channels",
        None,
        json!({ "id": id(3), "role": "always", "name": "Lamp",
            "target": { "webhook": { "url": hook } } }),
    );
    send(
        "POST",
        "routines",
        None,
        json!({ "id": routine, "title": "Water the plants", "steps": [step],
            "schedule": { "start": "2026-01-01T07:00", "repeat": "FREQ=DAILY" } }),
    );
    send("PUT", "reminder-settings", Some("\"0\""), json!({ "hide_titles": true }));
    // Far away, so that it is ahead whenever this runs.
    send(
        "PUT",
        &format!("routines/{routine}/occurrences/1-20900101T0700/time"),
        Some("\"0\""),
        json!({ "start": "2090-01-01T09:00" }),
    );
    send("POST", "runs", None, json!({ "id": id(4), "routine": routine, "occurrence": "1-20900101T0700" }));
}

/// How many rows each table has of this account.
fn rows(data: &Path, account: &str) -> BTreeMap<String, u32> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = Connection::open_with_flags(data.join("daymark.db"), flags).unwrap();
    let hex = account.replace('-', "");
    let mut query = database
        .prepare(
            "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'account'",
        )
        .unwrap();
    let tables: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    tables
        .into_iter()
        .map(|table| {
            let sql = format!("SELECT count(*) FROM {table} WHERE account = unhex(?1)");
            let count = database.query_row(&sql, [&hex], |row| row.get(0)).unwrap();
            (table, count)
        })
        .collect()
}

#[test]
fn nothing_is_left_of_a_deleted_account() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::api(data.path(), &[("OUTBOUND_ALLOW", "127.0.0.1/32")]);
    let _jobs = Server::jobs(data.path(), &[]);
    server.sign_up(MIRA);
    let (token, noor) = server.sign_up(NOOR);
    live(&server, &token, "http://127.0.0.1:1/hook");
    let owed = rows(data.path(), &noor);
    let unused: Vec<_> = owed.iter().filter(|(_, count)| **count == 0).map(|(table, _)| table).collect();
    assert_eq!(unused, [""; 0], "each table is tried: {owed:?}");

    let report = run(data.path(), &["account", "delete", NOOR, "--yes", "--json"], &[]).json(0);
    assert_eq!((&report["id"], &report["sessions_ended"]), (&json!(noor), &json!(1)));
    let left: Vec<_> = rows(data.path(), &noor).into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(left, []);
    assert_eq!(server.send("GET", "account", &token, None).0, 401);
    assert_eq!(server.sign_in(NOOR, PASSWORD), 401);
    let again = ["account", "delete", &noor, "--yes"];
    assert_eq!(run(data.path(), &again, &[]).refused(), "there is no such account");
    // Somebody else may have the address now, and Mira noticed nothing.
    server.sign_up(NOOR);
    assert_eq!(server.sign_in(MIRA, PASSWORD), 201);
}

/// As a command leaves it that was killed once the data key was gone.
#[test]
fn an_account_whose_key_is_gone_can_still_be_deleted() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::api(data.path(), &[]);
    server.sign_up(MIRA);
    let (_, noor) = server.sign_up(NOOR);
    drop(server);
    let database = Connection::open(data.path().join("daymark.db")).unwrap();
    let gone = "DELETE FROM data_keys WHERE account = unhex(?1)";
    assert_eq!(database.execute(gone, [noor.replace('-', "")]).unwrap(), 1);
    drop(database);
    let listed = list(data.path(), &[]);
    assert_eq!((&listed["accounts"][1]["id"], &listed["accounts"][1]["email"]), (&json!(noor), &Value::Null));
    assert!(run(data.path(), &["account", "list"], &[]).out.contains("(its key is gone)"));
    let refused = run(data.path(), &["account", "reset-password", NOOR], &[]);
    assert_eq!(refused.refused(), "the sealed data key does not open");
    assert_eq!(run(data.path(), &["account", "delete", NOOR, "--yes"], &[]).code, 0);
    assert!(rows(data.path(), &noor).values().all(|count| *count == 0));
}

/// A slip in `DATA_DIR` must not look like an instance without accounts.
#[test]
fn a_folder_without_a_database_is_not_taken_for_an_empty_one() {
    let data = tempfile::tempdir().unwrap();
    for words in [&["account", "list"][..], &["account", "invite"], &["keys", "list"], &["keys", "rotate"]] {
        let output = run(data.path(), words, &[]);
        assert!(output.refused().starts_with("there is no database at "), "{output:?}");
    }
    assert!(fs::read_dir(data.path()).unwrap().next().is_none());
    // Somebody prepares the first account before the first start.
    let made = run(data.path(), &["account", "create", MIRA, "--json"], &[]).json(0);
    assert_eq!(list(data.path(), &[])["accounts"][0]["id"], made["id"]);
    assert_eq!(list(data.path(), &[])["accounts"][0]["role"], "admin");
}
