//! Backups at an S3-compatible store: moto's, which `scripts/setup s3` installs.

use crate::house::{House, Jobs, until};
use daymark_server::clock::Clock;
use rusqlite::Connection;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use serde_json::Value;
use std::{
    env, fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};
use ureq::Agent;

const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY";

/// A store, which is killed with it.
struct Store {
    child: Child,
    port: u16,
    agent: Agent,
}

#[expect(clippy::disallowed_methods, reason = "it is the test that asks, not the server")]
fn program() -> Option<PathBuf> {
    let there = env::var_os("DAYMARK_MOTO").map(PathBuf::from).filter(|path| path.exists());
    if there.is_none() {
        eprintln!("DAYMARK_MOTO names no store: nothing is tested here");
        assert!(env::var_os("CI").is_none(), "CI must have it: scripts/setup s3");
    }
    there
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Store {
    /// One with an empty bucket, at this port.
    fn start(port: u16) -> Option<Self> {
        let mut command = Command::new(program()?);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
        Some(Self::of(command, port))
    }

    /// One that lets nobody in whose signature is not right, by another opinion than ours: botocore's.
    fn verifying(port: u16) -> Option<Self> {
        let mut command = Command::new(program()?);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/backups/verifying_store.py"));
        command.arg(port.to_string()).envs([("KEY_ID", KEY_ID), ("SECRET", SECRET)]);
        Some(Self::of(command, port))
    }

    fn of(mut command: Command, port: u16) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let store = Self { child, port, agent };
        until("the store answers", || {
            let (bucket, credentials) = store.bucket();
            let address = store.sign(&bucket.create_bucket(&credentials));
            store.agent.put(address).send_empty().is_ok_and(|answer| answer.status().is_success())
        });
        store
    }

    fn bucket(&self) -> (Bucket, Credentials) {
        let (store, style) = (format!("http://127.0.0.1:{}", self.port).parse().unwrap(), UrlStyle::Path);
        let bucket = Bucket::new(store, style, "backups", "us-east-1").unwrap();
        (bucket, Credentials::new(KEY_ID, SECRET))
    }

    fn sign<'a>(&self, action: &impl S3Action<'a>) -> String {
        action.sign_with_time(Duration::from_secs(60), &Clock::system().now()).into()
    }

    fn address(&self, key: &str) -> String {
        format!("http://127.0.0.1:{}/backups/{key}", self.port)
    }

    fn get(&self, key: &str) -> Vec<u8> {
        // What was sent in parts is nobody's but the sender's.
        let (bucket, credentials) = self.bucket();
        let signed = self.sign(&bucket.get_object(Some(&credentials), key));
        let mut answer = self.agent.get(signed).call().unwrap();
        assert_eq!(answer.status(), 200, "{key}");
        answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap()
    }

    fn put(&self, key: &str) {
        let (bucket, credentials) = self.bucket();
        let signed = self.sign(&bucket.put_object(Some(&credentials), key));
        assert_eq!(self.agent.put(signed).send("something").unwrap().status(), 200);
    }

    fn text(&self, query: &str) -> String {
        self.agent.get(self.address(query)).call().unwrap().body_mut().read_to_string().unwrap()
    }

    /// All keys, in order.
    fn keys(&self) -> Vec<String> {
        let listed = self.text("?list-type=2");
        let keys = listed.split("<Key>").skip(1).map(|rest| rest.split_once("</Key>").unwrap().0.to_owned());
        keys.collect()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn house(port: u16) -> House {
    let mut house = House::with("first");
    house.set("BACKUP_TO", "s3://backups/day/mark");
    house.set("S3_ENDPOINT", &format!("http://127.0.0.1:{port}"));
    house.set("S3_ACCESS_KEY_ID", KEY_ID);
    let file = house.outside("secret");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    house.set("S3_SECRET_ACCESS_KEY_FILE", file.to_str().unwrap());
    house
}

/// Makes a backup larger than two parts: of what cannot be packed.
fn fill(house: &House) {
    let fill = "CREATE TABLE IF NOT EXISTS filler (x);
                WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20)
                INSERT INTO filler SELECT randomblob(1000000) FROM n";
    Connection::open(house.database()).unwrap().execute_batch(fill).unwrap();
}

fn status(house: &House) -> Value {
    let file = house.data().join("backups/status.json");
    fs::read(file).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap())
}

#[test]
fn small_and_large_ones_arrive_whole_and_can_be_restored() {
    let Some(store) = Store::start(free_port()) else { return };
    let house = house(store.port);
    for large in [false, true] {
        if large {
            fill(&house);
        }
        let report = house.report(&["backup"]);
        let file = report["file"].as_str().unwrap();
        let key = file.strip_prefix("s3://backups/").unwrap();
        assert!(key.starts_with("day/mark/manual-"), "{key}");
        assert!(!large || report["bytes"].as_u64().unwrap() > 2 * 8 * 1024 * 1024, "{report}");
        let fetched = house.outside("fetched");
        fs::write(&fetched, store.get(key)).unwrap();
        assert_eq!(fs::metadata(&fetched).unwrap().len(), report["bytes"].as_u64().unwrap());
        house.report(&["restore", "--check", fetched.to_str().unwrap()]);
        // Nothing stays here.
        let left = fs::read_dir(house.data().join("backups")).unwrap();
        let left: Vec<_> =
            left.map(|entry| entry.unwrap().file_name()).filter(|name| name != ".lock").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_is_kept_no_longer_goes_and_nothing_else() {
    let Some(store) = Store::start(free_port()) else { return };
    let mut house = house(store.port);
    house.set("BACKUP_KEEP", "2d");
    // More than one page of them.
    for day in 1..=28 {
        store.put(&format!("day/mark/scheduled-202602{day:02}T030000Z.tar.gz.age"));
        store.put(&format!("day/mark/scheduled-202601{day:02}T030000Z.tar.gz"));
    }
    let others = [
        "day/mark/manual-20260101T030000Z.tar.gz",
        "day/mark/scheduled-20260101T030000Z.tar.gz/more",
        "day/mark/scheduled-mine.tar.gz",
        "day/scheduled-20260101T030000Z.tar.gz",
        "scheduled-20260101T030000Z.tar.gz",
    ];
    others.into_iter().for_each(|key| store.put(key));
    let report = house.report(&["backup", "--scheduled"]);
    assert_eq!(report["removed"].as_array().unwrap().len(), 28 + 27);
    let made = report["file"].as_str().unwrap().strip_prefix("s3://backups/").unwrap();
    let mut expected = others.to_vec();
    expected.extend(["day/mark/scheduled-20260228T030000Z.tar.gz.age", made]);
    expected.sort_unstable();
    assert_eq!(store.keys(), expected);
}

#[test]
fn a_store_that_is_away_or_refuses_is_told_without_secrets_and_asked_again() {
    let port = free_port();
    let mut house = house(port);
    house.set("BACKUP_EVERY", "1s");
    if program().is_none() {
        return;
    }
    let jobs = Jobs::start(&house);
    until("it failed", || status(&house)["failures"].as_u64() >= Some(1));
    let why = status(&house)["failure"]["why"].as_str().unwrap().to_owned();
    assert_eq!(why, "the store was not reached for PutObject: it did not take the connection");
    let store = Store::start(port).unwrap();
    until("one arrived", || status(&house)["success"]["file"].is_string());
    assert!(!store.keys().is_empty());

    house.set("BACKUP_TO", "s3://nobodys-bucket");
    let refused = house.refusal(&["backup"]);
    assert!(refused.contains("the store refused PutObject with 404: NoSuchBucket"), "{refused}");
    let said = format!("{}{refused}{}", jobs.stop(), status(&house));
    assert!(said.contains("a backup was made"));
    for hidden in [SECRET, KEY_ID, "X-Amz", "Signature"] {
        assert!(!said.contains(hidden), "{hidden}: {said}");
    }
}

/// Every request that is made: of a small one and a large one, of looking through them, and of removing.
#[test]
fn signatures_are_right_and_a_wrong_key_is_named() {
    let Some(store) = Store::verifying(free_port()) else { return };
    let mut house = house(store.port);
    house.set("BACKUP_KEEP", "1d");
    for _ in 0..2 {
        store.put("day/mark/scheduled-20200101T030000Z.tar.gz");
        let report = house.report(&["backup", "--scheduled"]);
        assert!(report["removed"].to_string().contains("scheduled-20200101T030000Z"), "{report}");
        let key = report["file"].as_str().unwrap().strip_prefix("s3://backups/").unwrap();
        assert_eq!(store.get(key).len() as u64, report["bytes"].as_u64().unwrap());
        fill(&house);
    }
    let refused = |name: &str, value: &str| {
        let mut house = self::house(store.port);
        house.set(name, value);
        let said = house.refusal(&["backup"]);
        for hidden in [SECRET, KEY_ID, "X-Amz", "another"] {
            assert!(!said.contains(hidden), "{hidden}: {said}");
        }
        said
    };
    let file = house.outside("another");
    fs::write(&file, "another secret").unwrap();
    let said = refused("S3_SECRET_ACCESS_KEY_FILE", file.to_str().unwrap());
    let wanted = "the store refused PutObject with 403: SignatureDoesNotMatch (S3_SECRET_ACCESS_KEY is not that of S3_ACCESS_KEY_ID)";
    assert!(said.contains(wanted), "{said}");
    let said = refused("S3_ACCESS_KEY_ID", "another");
    assert!(said.contains("403: InvalidAccessKeyId (nobody there knows S3_ACCESS_KEY_ID)"), "{said}");
}

/// A part that cannot be sent ends the upload, so that no parts are left that cost money.
#[test]
fn an_upload_that_breaks_off_leaves_no_parts() {
    let Some(store) = Store::start(free_port()) else { return };
    let mut house = house(store.port);
    fill(&house);
    // Another store's half way there: a proxy that refuses the second part.
    let proxy = crate::proxy::refusing_part(2, store.port);
    house.set("S3_ENDPOINT", &format!("http://127.0.0.1:{proxy}"));
    let refused = house.refusal(&["backup"]);
    assert!(refused.contains("the store refused UploadPart with 403: AccessDenied"), "{refused}");
    assert!(!store.text("?uploads").contains("<Upload>"), "{}", store.text("?uploads"));
    assert!(store.keys().is_empty());
}
