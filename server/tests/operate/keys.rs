//! `server keys …`: rotated under load, killed at any moment, and what is refused.

use crate::{
    accounts::live,
    program::{PASSWORD, PATIENCE, Server, command, run, until},
};
use daymark_server::{
    accounts::operate::{self, Made},
    clock::Clock,
    config::Config,
    state::State,
    vault::random,
};
use daymark_shared::{account::Locale, text::Name, zone::Zone};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

fn keys(data: &Path, words: &[&str]) -> Value {
    run(data, &[&["--json", "keys"], words].concat(), &[]).json(0)
}

/// Versions that the keyring holds, and how many keys each wraps.
fn wraps(data: &Path) -> Vec<(u64, u64)> {
    let listed = keys(data, &["list"]);
    let number = |value: &Value| value.as_u64().unwrap();
    let line = |key: &Value| (number(&key["version"]), number(&key["wraps"]));
    listed["keys"].as_array().unwrap().iter().map(line).collect()
}

/// So many accounts without a password: quick to make, and each with a data key of its own.
fn populate(data: &Path, accounts: usize) {
    let dir = data.to_str().unwrap().to_owned();
    let config = Config::from_source(&|name| (name == "DATA_DIR").then(|| dir.clone())).unwrap();
    actix_web::rt::System::new().block_on(async {
        let state = Arc::new(State::open(config, Clock::system()).await.unwrap());
        for n in 0..accounts {
            let made = Made {
                email: daymark_shared::text::Email::new(&format!("person{n}@example.org")).unwrap(),
                name: Name::default(),
                zone: Zone::utc(),
                locale: Locale::En,
                admin: false,
            };
            operate::create(&state, made, None, 1).await.unwrap();
        }
        state.db.close();
    });
}

/// How many accounts there are whose address opens, and how many whose does not.
fn readable(data: &Path) -> (usize, usize) {
    let listed = run(data, &["--json", "account", "list", "--limit", "1000"], &[]).json(0);
    let (opened, sealed): (Vec<_>, Vec<_>) =
        listed["accounts"].as_array().unwrap().iter().partition(|account| account["email"].is_string());
    (opened.len(), sealed.len())
}

#[test]
fn a_rotation_wraps_everything_anew_and_shows_no_key() {
    let data = tempfile::tempdir().unwrap();
    populate(data.path(), 5);
    assert_eq!(wraps(data.path()), [(1, 8)]);
    let file = data.path().join("keys/keyring.json");
    let first = fs::read_to_string(&file).unwrap();

    let said = run(data.path(), &["keys", "rotate", "--json"], &[]);
    assert_eq!(said.json(0), json!({ "version": 2, "resumed": false, "rewrapped": 8, "unopened": 0 }));
    assert_eq!(wraps(data.path()), [(1, 0), (2, 8)]);
    let meta = fs::metadata(&file).unwrap();
    assert_eq!(
        (meta.permissions().mode() & 0o777, meta.uid()),
        (0o600, fs::metadata(data.path()).unwrap().uid())
    );
    let listed = keys(data.path(), &["list"]);
    assert!(listed["keys"][1]["made_at"].is_string() && listed["keys"][1]["current"] == true, "{listed}");
    assert_eq!(readable(data.path()), (5, 0));

    let words = run(data.path(), &["keys", "list"], &[]);
    let ring: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    for key in ring["keys"].as_object().unwrap().values() {
        let key = key.as_str().unwrap();
        assert!(![&said.out, &said.err, &words.out, &words.err].iter().any(|text| text.contains(key)));
    }

    // What is pruned is gone from the file, and what it opened is gone with it.
    assert_eq!(keys(data.path(), &["prune"]), json!({ "removed": [1] }));
    assert_eq!(keys(data.path(), &["prune"]), json!({ "removed": [] }));
    assert_eq!(wraps(data.path()), [(2, 8)]);
    assert_eq!(readable(data.path()), (5, 0));
    fs::write(&file, first).unwrap();
    let refused = run(data.path(), &["keys", "list"], &[]);
    assert!(refused.refused().contains("sealed with master key 2"), "{refused:?}");
}

#[test]
fn what_is_not_finished_is_not_pruned() {
    let data = tempfile::tempdir().unwrap();
    populate(data.path(), 3);
    // As if it had been killed once the key was on disk.
    let file = data.path().join("keys/keyring.json");
    let mut ring: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    ring["keys"]["2"] = json!(base64_of_32());
    ring["current"] = json!(2);
    fs::write(&file, ring.to_string()).unwrap();
    let refused = run(data.path(), &["keys", "prune"], &[]);
    assert!(refused.refused().contains("6 keys are still wrapped by older master keys"), "{refused:?}");
    assert_eq!(wraps(data.path()), [(1, 6), (2, 0)]);
    let report = keys(data.path(), &["rotate"]);
    assert_eq!(report, json!({ "version": 2, "resumed": true, "rewrapped": 6, "unopened": 0 }));
    assert_eq!(keys(data.path(), &["prune"]), json!({ "removed": [1] }));
    assert_eq!(readable(data.path()), (3, 0));
}

fn base64_of_32() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(random::<32>())
}

/// Two servers under load while the key is rotated and old ones are pruned, again and again: nobody is refused anything.
#[test]
fn nobody_notices_a_rotation() {
    let data = tempfile::tempdir().unwrap();
    populate(data.path(), 300);
    let variables = [("TRUSTED_PROXIES", "127.0.0.1"), ("HASH_CONCURRENCY", "8")];
    let servers = [Server::api(data.path(), &variables), Server::api(data.path(), &variables)];
    let (over, made, looked) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for who in 0..4_usize {
            let (servers, over, made, looked) = (&servers, &over, &made, &looked);
            scope.spawn(move || {
                let mut n = 0;
                while !over.load(Ordering::SeqCst) {
                    // Made by one process, met by the other, which may not know the master key yet.
                    let email = format!("new{who}-{n}@example.org");
                    let (here, there) = (&servers[(who + n) % 2], &servers[(who + n + 1) % 2]);
                    let person =
                        json!({ "email": email, "password": PASSWORD, "zone": "UTC", "locale": "en" });
                    let from = format!("10.{who}.{}.{}", n / 200, n % 200);
                    let (status, answer) = here.send_from(Some(&from), "POST", "accounts", "", Some(&person));
                    assert_eq!(status, 201, "{answer}");
                    let token = answer["access_token"].as_str().unwrap();
                    for server in [there, here, there] {
                        let (status, answer) = server.send("GET", "account", token, None);
                        assert_eq!((status, &answer["email"]), (200, &json!(email)), "{answer}");
                        looked.fetch_add(1, Ordering::SeqCst);
                    }
                    made.fetch_add(1, Ordering::SeqCst);
                    n += 1;
                }
            });
        }
        let work = || {
            for round in 2..=5_u64 {
                let before = made.load(Ordering::SeqCst);
                let report = keys(data.path(), &["rotate"]);
                assert_eq!((&report["version"], &report["unopened"]), (&json!(round), &json!(0)), "{report}");
                assert_eq!(keys(data.path(), &["prune"]), json!({ "removed": [round - 1] }));
                until("accounts are made meanwhile", || made.load(Ordering::SeqCst) > before + 2);
            }
        };
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        over.store(true, Ordering::SeqCst);
        done.unwrap();
    });
    let (made, looked) = (made.into_inner() as usize, looked.into_inner());
    assert!(made >= 8 && looked >= 24, "there was load: {made} {looked}");
    assert_eq!(wraps(data.path()), [(5, (made + 303) as u64)]);
    assert_eq!(readable(data.path()), (made + 300, 0));
}

/// The worker, who has begun with the first master key, reminds somebody whose key the second one wraps.
#[test]
fn reminders_go_on_after_a_rotation() {
    let data = tempfile::tempdir().unwrap();
    let allow = [("OUTBOUND_ALLOW", "127.0.0.1/32")];
    let (server, _jobs) = (Server::api(data.path(), &allow), Server::jobs(data.path(), &allow));
    keys(data.path(), &["rotate"]);
    keys(data.path(), &["prune"]);
    let (token, _) = server.sign_up("mira@example.org");
    let sink = TcpListener::bind("127.0.0.1:0").unwrap();
    live(&server, &token, &format!("http://{}/hook", sink.local_addr().unwrap()));
    assert_eq!(wraps(data.path()), [(2, 4)]);

    // What is due tomorrow is due now.
    let database = Connection::open(data.path().join("daymark.db")).unwrap();
    database.busy_timeout(PATIENCE).unwrap();
    let now = Clock::system().now().as_microsecond();
    let due = "UPDATE reminders SET due_at = ?1, next_at = ?1, starts_at = ?1, until = ?1 + 3600000000
               WHERE seq = (SELECT min(seq) FROM reminders WHERE state = 0)";
    assert_eq!(database.execute(due, [now]).unwrap(), 1);
    sink.set_nonblocking(true).unwrap();
    until("the reminder arrives", || sink.accept().is_ok());
}

/// Killed at any moment, it leaves a keyring and a database that fit, and the next one finishes.
#[test]
fn a_rotation_that_is_killed_goes_on() {
    let data = tempfile::tempdir().unwrap();
    populate(data.path(), 400);
    let mut unfinished = 0;
    for round in 0..12_u64 {
        let mut child = command(data.path(), &["keys", "rotate"], &[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let [chance] = random::<1>();
        thread::sleep(Duration::from_micros(400 * u64::from(chance) + 2_000 * round));
        // Where it has ended already, there is nothing to kill.
        let _ = child.kill();
        child.wait().unwrap();
        let wraps = wraps(data.path());
        assert_eq!(wraps.iter().map(|(_, wraps)| wraps).sum::<u64>(), 403, "{wraps:?}");
        let (current, _) = wraps.last().unwrap();
        unfinished += u32::from(wraps.iter().any(|(version, wraps)| version != current && *wraps > 0));
        let mode = fs::metadata(data.path().join("keys/keyring.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    println!("{unfinished} of 12 were killed in the middle");
    let report = keys(data.path(), &["rotate"]);
    assert_eq!(report["unopened"], 0);
    keys(data.path(), &["prune"]);
    assert_eq!(wraps(data.path()), [(report["version"].as_u64().unwrap(), 403)]);
    assert_eq!(readable(data.path()), (400, 0));
    assert!(!data.path().join("keys/keyring.partial").exists());
}
