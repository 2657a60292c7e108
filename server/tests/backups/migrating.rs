//! `server migrate`: from an older schema, from none, and not from a newer one.

use crate::house::House;
use daymark_server::db::migrate::LATEST;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt};

/// Data as an older version left it: with the first two steps' tables.
fn older() -> House {
    let house = House::new();
    fs::create_dir_all(house.data()).unwrap();
    let connection = Connection::open(house.database()).unwrap();
    for step in
        [include_str!("../../migrations/0001_keys.sql"), include_str!("../../migrations/0002_accounts.sql")]
    {
        connection.execute_batch(step).unwrap();
    }
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA user_version = 2").unwrap();
    connection.close().unwrap();
    house.write("old");
    house
}

#[test]
fn it_says_from_which_to_which_and_backs_up_before() {
    let house = older();
    let check = house.run(&["migrate", "--check", "--json"]);
    assert_eq!(check.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(report, json!({ "from": 2, "to": LATEST, "done": false }));

    assert_eq!(house.report(&["migrate"]), json!({ "from": 2, "to": LATEST, "done": true }));
    assert_eq!(house.report(&["migrate"]), json!({ "from": LATEST, "to": LATEST, "done": false }));
    assert!(house.run(&["migrate", "--check"]).status.success());

    let backups = house.data().join("backups");
    let names = fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap().path());
    let [backup]: [_; 1] = names.filter(|path| path.is_file()).collect::<Vec<_>>().try_into().unwrap();
    assert!(backup.file_name().unwrap().to_str().unwrap().starts_with("schema-2-"));
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&backups).unwrap().permissions().mode() & 0o777, 0o700);
    // The way back, with the older version; nothing was sealed yet, so that any keyring will do.
    house.state();
    let report = house.report(&["restore", backup.to_str().unwrap()]);
    assert_eq!((&report["schema"], &report["migrates_to"]), (&json!(2), &json!(LATEST)));
    assert_eq!(house.word(), "old");
}

#[test]
fn where_there_is_none_it_is_made() {
    let house = House::new();
    assert_eq!(house.run(&["migrate", "--check"]).status.code(), Some(1));
    assert!(!house.database().exists());
    assert_eq!(house.report(&["migrate"]), json!({ "from": 0, "to": LATEST, "done": true }));
}

#[test]
fn a_newer_one_is_left_alone_and_the_way_back_is_told() {
    let house = House::with("new");
    Connection::open(house.database()).unwrap().execute_batch("PRAGMA user_version = 900").unwrap();
    for command in
        [&["migrate"][..], &["migrate", "--check"], &["api"], &["jobs"], &["all"], &["account", "invite"]]
    {
        let output = house.run(command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = format!(
            "server: the database has schema 900, this version of Daymark knows {LATEST} at most: start the newer \
             version again, or restore the backup made before the upgrade\n"
        );
        assert_eq!(said, expected, "{command:?}");
    }
    Connection::open(house.database()).unwrap().execute_batch("PRAGMA user_version = 0").unwrap();
    assert!(house.refusal(&["migrate"]).contains("not Daymark's"));
}
