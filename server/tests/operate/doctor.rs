//! `server doctor`: each check where all is well, and where it is not.

use crate::{
    program::{Output, Server, run},
    smtp::MailServer,
    valkey_server::ValkeyServer,
};
use daymark_server::clock::{Clock, monotonic};
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::Path,
    process::Command,
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// What it found: by check, its state, what was found, and what there is to do.
struct Findings(BTreeMap<String, (String, String)>, i32);

impl Findings {
    fn of(output: &Output) -> Self {
        let report = output.json(output.code);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let checks = report["checks"].as_array().unwrap().iter().map(|check| {
            let (state, found) = (text(&check["state"]), text(&check["found"]));
            assert_eq!(check["advice"].is_string(), state != "ok", "{check}");
            (text(&check["check"]), (state, found))
        });
        let found = Self(checks.collect(), output.code);
        let failed = found.0.values().filter(|(state, _)| state == "fail").count();
        assert_eq!((report["failed"].as_u64(), output.code), (Some(failed as u64), i32::from(failed > 0)));
        found
    }

    #[track_caller]
    fn is(&self, check: &str, state: &str, found: &str) {
        let (its, has) = &self.0[check];
        assert!(its == state && has.contains(found), "{check}: {its} {has}");
    }

    /// All but these are well.
    #[track_caller]
    fn well_but(&self, others: &[&str]) {
        let unwell = |(check, (state, _)): &(&String, &(String, String))| {
            state != "ok" && !others.contains(&check.as_str())
        };
        let unwell: Vec<_> = self.0.iter().filter(unwell).collect();
        assert!(unwell.is_empty(), "{unwell:?}");
    }
}

/// By which the address that people use is set, and nobody outside is asked.
const USUAL: (&str, &str) = ("PUBLIC_URL", "https://day.example.org");

fn doctor(data: &Path, words: &[&str], variables: &[(&str, &str)]) -> Findings {
    let words = [&["--json", "doctor"], words].concat();
    Findings::of(&run(data, &words, &[&[USUAL], variables].concat()))
}

fn offline(data: &Path, variables: &[(&str, &str)]) -> Findings {
    doctor(data, &["--offline"], variables)
}

/// The folder of a server that somebody has used, and that has stopped.
fn used() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o700)).unwrap();
    Server::api(data.path(), &[]).sign_up("mira@example.org");
    // It was killed: what its log holds belongs to the database.
    change(data.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
    // As `server jobs` begins the schedule.
    let status = json!({ "since": Clock::system().now().to_string(), "success": null, "failure": null, "failures": 0 });
    fs::create_dir_all(data.path().join("backups")).unwrap();
    fs::write(data.path().join("backups/status.json"), status.to_string()).unwrap();
    data
}

fn change(data: &Path, sql: &str) {
    let database = Connection::open(data.join("daymark.db")).unwrap();
    database.execute_batch(sql).unwrap();
}

fn files(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in [data.to_owned(), data.join("keys")] {
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            let path = entry.path();
            found.insert(path.display().to_string(), fs::read(&path).unwrap_or_default());
        }
    }
    found
}

#[test]
fn nothing_is_made_where_nothing_is() {
    let data = tempfile::tempdir().unwrap();
    let found = offline(data.path(), &[]);
    found.well_but(&[]);
    for check in ["files", "schema", "integrity", "keys"] {
        found.is(check, "ok", "nothing is there yet");
    }
    let nowhere = data.path().join("not/yet");
    offline(&nowhere, &[]).well_but(&[]);
    assert!(fs::read_dir(data.path()).unwrap().next().is_none());
}

#[test]
fn all_is_well_whether_a_server_runs_or_not_and_nothing_is_changed() {
    let data = used();
    let before = files(data.path());
    let found = offline(data.path(), &[]);
    found.well_but(&[]);
    found.is("keys", "ok", "master key 1 is current; data keys of accounts tried: 1");
    found.is("schema", "ok", "that of this version");
    doctor(data.path(), &["--offline", "--full"], &[]).is("integrity", "ok", "the whole file was read");
    assert_eq!(files(data.path()), before);

    let server = Server::api(data.path(), &[]);
    offline(data.path(), &[]).well_but(&[]);
    server.sign_up("noor@example.org");
    offline(data.path(), &[]).is("keys", "ok", "tried: 2");
    let words = run(data.path(), &["doctor", "--offline"], &[USUAL]);
    assert!(words.code == 0 && words.out.ends_with("All is well.\n"), "{words:?}");
}

#[rstest]
#[case(&[("PORT", "many")], "PORT: must be a port number")]
#[case(&[("PORT", "many"), ("REGISTRATION", "closed")], "REGISTRATION: must be invite or open")]
#[case(&[("SMTP_URL", "smtp://localhost")], "MAIL_FROM: must be set where SMTP_URL is")]
#[case(&[("VALKEY_URL_FILE", "/run/secrets/none")], "VALKEY_URL_FILE: /run/secrets/none cannot be read")]
#[case(&[("LOG", "loud")], "loud")]
fn what_cannot_be_used_is_found(#[case] variables: &[(&str, &str)], #[case] why: &str) {
    let data = tempfile::tempdir().unwrap();
    let found = offline(data.path(), variables);
    found.is("configuration", "fail", why);
    found.well_but(&["configuration"]);
    assert_eq!(found.1, 1);
}

#[test]
fn rights_of_others_are_seen() {
    let data = used();
    let mode = |file: &str, mode: u32| {
        fs::set_permissions(data.path().join(file), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("keys/keyring.json", 0o644);
    offline(data.path(), &[]).is("files", "fail", "keyring.json is open to others (mode 644)");
    mode("keys/keyring.json", 0o600);
    mode("daymark.db", 0o640);
    offline(data.path(), &[]).is("files", "warn", "daymark.db is open to others (mode 640)");
    mode("daymark.db", 0o600);
    offline(data.path(), &[]).well_but(&[]);
    // Something else in its place.
    fs::remove_file(data.path().join("daymark.db.lock")).unwrap();
    fs::create_dir(data.path().join("daymark.db.lock")).unwrap();
    offline(data.path(), &[]).is("files", "fail", "daymark.db.lock");
}

/// What belongs to another user, as a volume that was made by one.
#[test]
fn files_of_another_user_are_seen() {
    let data = used();
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        eprintln!("only root can be somebody else: nothing is tested here");
        return;
    }
    let secret = tempfile::NamedTempFile::new().unwrap();
    // Nobody else may enter the folder of a clone that root has at home.
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = place.path().join("server");
    fs::copy(env!("CARGO_BIN_EXE_server"), &program).unwrap();
    let as_another = |folder_mode: u32| {
        fs::set_permissions(data.path(), fs::Permissions::from_mode(folder_mode)).unwrap();
        let mut command = Command::new(&program);
        command.args(["--json", "doctor", "--offline"]).env_clear().env("DATA_DIR", data.path());
        command.envs([USUAL]).env("MASTER_KEY_FILE", secret.path()).current_dir("/").uid(10_001);
        let output = command.output().unwrap();
        Findings::of(&Output {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        })
    };
    let found = as_another(0o700);
    found.is("files", "fail", "Permission denied");
    found.is("schema", "fail", "Permission denied");
    found.is("configuration", "fail", "MASTER_KEY_FILE");
    let found = as_another(0o755);
    found.is("files", "fail", "daymark.db: Permission denied (os error 13), it belongs to user 0");
    found.is("integrity", "fail", "cannot be read");
}

#[test]
fn another_keyring_and_none_are_seen() {
    let (data, other) = (used(), used());
    let ring = data.path().join("keys/keyring.json");
    let own = fs::read(&ring).unwrap();
    fs::copy(other.path().join("keys/keyring.json"), &ring).unwrap();
    let found = offline(data.path(), &[]);
    found.is("keys", "fail", "of 1 data keys 1 do not open, and 3 of the server's own");
    fs::remove_file(&ring).unwrap();
    offline(data.path(), &[]).is("keys", "fail", "keyring.json: No such file");
    fs::write(&ring, "{}").unwrap();
    offline(data.path(), &[]).is("keys", "fail", "it is damaged");
    fs::write(&ring, own).unwrap();
    assert_eq!(run(data.path(), &["keys", "rotate"], &[]).code, 0);
    offline(data.path(), &[]).is("keys", "ok", "1 older ones wrap nothing here any more");
    change(data.path(), "UPDATE data_keys SET master_version = 7");
    offline(data.path(), &[]).is("keys", "fail", "without master key 7");
}

#[test]
fn other_schemas_are_told() {
    let data = used();
    change(data.path(), "PRAGMA user_version = 999");
    offline(data.path(), &[]).is("schema", "fail", "999, this version knows");
    change(data.path(), "PRAGMA user_version = 1");
    let found = offline(data.path(), &[]);
    found.is("schema", "warn", "1, this version has");
    assert_eq!(found.1, 0);
    change(data.path(), "PRAGMA user_version = 0");
    offline(data.path(), &[]).is("schema", "fail", "not Daymark's");
}

#[test]
fn damage_is_found() {
    let data = used();
    change(data.path(), "PRAGMA foreign_keys = OFF; INSERT INTO account_zones VALUES (x'01', 1, 'UTC')");
    offline(data.path(), &[]).is("integrity", "ok", "");
    doctor(data.path(), &["--offline", "--full"], &[]).is(
        "integrity",
        "fail",
        "a row of account_zones belongs to nothing",
    );

    change(data.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
    let file = data.path().join("daymark.db");
    let mut bytes = fs::read(&file).unwrap();
    // The pages between the schema and the end.
    let (first, last) = (bytes.len() / 4096 / 2, bytes.len() / 4096 - 1);
    bytes[first * 4096..last * 4096].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let found = offline(data.path(), &[]);
    found.is("integrity", "fail", "the file is damaged");
    fs::write(&file, "this is no database, and never was one").unwrap();
    offline(data.path(), &[]).is("integrity", "fail", "not a database");
}

#[test]
fn a_clock_that_is_behind_is_found() {
    let data = used();
    let ahead = Clock::system().now() + SignedDuration::from_hours(1);
    change(data.path(), &format!("UPDATE sessions SET used_at = {}", ahead.as_microsecond()));
    offline(data.path(), &[]).is("clock", "fail", "s behind what was written before");
}

#[test]
fn valkey_is_asked() {
    let data = tempfile::tempdir().unwrap();
    if let Some(mut valkey) = ValkeyServer::start() {
        let url = valkey.url();
        let answers = || {
            let (state, found) = &offline(data.path(), &[("VALKEY_URL", &url)]).0["valkey"];
            assert!(state != "fail" && found.contains(" answers in "), "{state} {found}");
        };
        answers();
        valkey.signal("-STOP");
        offline(data.path(), &[("VALKEY_URL", &url)]).is("valkey", "fail", "timed out");
        valkey.signal("-CONT");
        valkey.kill();
        offline(data.path(), &[("VALKEY_URL", &url)]).is("valkey", "fail", "it cannot be used");
        valkey.restart();
        answers();
    }
    offline(data.path(), &[("VALKEY_URL", "redis://127.0.0.1:1")]).is("valkey", "fail", "it cannot be used");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let begun = monotonic();
    offline(data.path(), &[("VALKEY_URL", &url)]).is("valkey", "fail", "");
    assert!(begun.elapsed() < Duration::from_secs(30), "every wait has an end");
}

#[test]
fn the_mail_server_is_asked_and_sent_nothing() {
    let data = tempfile::tempdir().unwrap();
    let check = |url: &str, state: &str, found: &str| {
        let variables = [("SMTP_URL", url), ("MAIL_FROM", "day@example.org")];
        offline(data.path(), &variables).is("mail", state, found);
    };
    let at = |server: &MailServer| format!("smtp://me:hunter2@{}", server.addr);
    check(&at(&MailServer::start(&[])), "ok", "lets it in");
    check(&at(&MailServer::start(&[("AUTH", "535 5.7.8 who are you")])), "fail", "535");
    check(&at(&MailServer::start(&[("EHLO", "")])), "fail", "in time");
    check("smtp://127.0.0.1:1", "fail", "cannot be used");
    check(&format!("{}?tls=required", at(&MailServer::start(&[]))), "fail", "cannot be used");
}

/// A site that answers every request with this status, date and body.
fn site(date: Timestamp, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            let head = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
            head.take_while(|line| !line.is_empty()).for_each(drop);
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            // Whoever asked may have gone.
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn the_address_that_people_open_is_asked() {
    let data = used();
    let server = Server::api(data.path(), &[]);
    let at = |url: &str| doctor(data.path(), &[], &[("PUBLIC_URL", url)]);
    let found = at(&server.url);
    found.is("public_url", "warn", "is reached");
    found.is("clock", "ok", "and with the one at PUBLIC_URL");
    at("http://127.0.0.1:1").is(
        "public_url",
        "warn",
        "cannot be reached from here: it did not take the connection",
    );
    let now = Clock::system().now();
    at(&site(now, "hello")).is("public_url", "warn", "but not as Daymark");
    let other = r#"{"version":"999.0.0","registration":"open","setup_needs_token":false}"#;
    let found = at(&site(now - SignedDuration::from_hours(1), other));
    found.is("public_url", "warn", "is Daymark 999.0.0");
    found.is("clock", "fail", "from the one at PUBLIC_URL");
    at(&site(now + SignedDuration::from_mins(2), other)).is("clock", "warn", "from the one at PUBLIC_URL");
    // Whether push services are reached is nobody's fault but the network's.
    assert_ne!(found.0["push"].0, "fail");
    let unset = run(data.path(), &["--json", "doctor", "--offline"], &[]);
    Findings::of(&unset).is("public_url", "warn", "it is not set");
}

#[test]
fn authorities_that_cannot_be_read_are_found() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("ca.pem");
    fs::write(&file, "no certificate").unwrap();
    let found = offline(data.path(), &[("OUTBOUND_CA_FILE", file.to_str().unwrap())]);
    found.is("outbound", "fail", "OUTBOUND_CA_FILE: no certificates can be read");
}

#[test]
fn backups_that_fail_or_are_missing_are_found() {
    let data = used();
    let file = data.path().join("backups/status.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let now = Clock::system().now();
    let ago = |hours: i64| (now - SignedDuration::from_hours(hours)).to_string();
    let success = |hours: i64| json!({ "at": ago(hours), "file": "daymark.tar.gz", "bytes": 3_145_728 });
    let check = |status: &Value, state: &str, found: &str| {
        fs::write(&file, status.to_string()).unwrap();
        offline(data.path(), &[("BACKUP_EVERY", "24h")]).is("backups", state, found);
    };
    let failure = json!({ "at": ago(0), "why": "the disk is full" });
    check(
        &json!({ "since": ago(0), "success": null, "failure": null, "failures": 0 }),
        "ok",
        "none was made yet",
    );
    check(
        &json!({ "since": ago(99), "success": success(20), "failure": failure, "failures": 0 }),
        "ok",
        "20 h old and has 3.0 MiB",
    );
    check(
        &json!({ "since": ago(99), "success": success(27), "failure": null, "failures": 0 }),
        "warn",
        "overdue",
    );
    check(
        &json!({ "since": ago(99), "success": success(20), "failure": failure, "failures": 2 }),
        "warn",
        "2 tries failed: the disk is full",
    );
    check(
        &json!({ "since": ago(99), "success": success(99), "failure": failure, "failures": 9 }),
        "fail",
        "9 tries failed",
    );
    check(
        &json!({ "since": ago(99), "success": null, "failure": failure, "failures": 9 }),
        "fail",
        "none was made yet",
    );
    check(&json!("nonsense"), "warn", "status.json");
    fs::remove_file(&file).unwrap();
    offline(data.path(), &[]).is("backups", "warn", "none was ever scheduled here");
    offline(data.path(), &[("BACKUP_EVERY", "off")]).is("backups", "warn", "BACKUP_EVERY=off");
}
