//! Restoring: on an empty machine, over a database, with keyrings of all kinds.

use crate::house::{Api, House, word_in};
use serde_json::{Value, json};
use std::{fs, path::Path};

fn back_up(house: &House) -> String {
    let to = house.outside("backup");
    house.report(&["backup", "--to", to.to_str().unwrap()]);
    to.to_str().unwrap().to_owned()
}

#[test]
fn everything_is_there_again_on_an_empty_machine() {
    let mut house = House::new();
    house.set("BACKUP_PASSPHRASE", "a long passphrase");
    let name = {
        let api = Api::start(&house);
        let token = api.sign_up();
        api.get("account", &token).1
    };
    let backup = back_up(&house);
    let mut new = House::new();
    new.set("BACKUP_PASSPHRASE", "a long passphrase");
    let report = new.report(&["restore", &backup]);
    assert_eq!((&report["keyring"], &report["before"]), (&json!("restored"), &Value::Null));
    let api = Api::start(&new);
    let token = api.sign_in();
    assert_eq!(api.get("account", &token), (200, name));
}

#[test]
fn what_was_there_is_kept_aside_with_what_its_log_held() {
    let house = House::with("first");
    let backup = back_up(&house);
    // A process that died has left a log.
    let connection = rusqlite::Connection::open(house.database()).unwrap();
    connection.execute_batch("PRAGMA wal_autocheckpoint=0; UPDATE words SET word = 'second'").unwrap();
    std::mem::forget(connection);

    let report = house.report(&["restore", &backup]);
    assert_eq!(house.word(), "first");
    assert_eq!(report["keyring"], "kept");
    let before = Path::new(report["before"].as_str().unwrap());
    assert!(before.starts_with(house.data().join("backups")));
    assert_eq!(word_in(before), "second");
    house.state();
    // And back again.
    house.report(&["restore", before.to_str().unwrap()]);
    assert_eq!(house.word(), "second");
}

#[test]
fn a_check_changes_nothing_and_may_be_made_while_the_server_runs() {
    let house = House::with("first");
    let backup = back_up(&house);
    house.write("second");
    let api = Api::start(&house);
    let report = house.report(&["restore", "--check", &backup]);
    assert_eq!((&report["checked_only"], &report["before"]), (&json!(true), &Value::Null));
    let refused = house.refusal(&["restore", &backup]);
    assert!(refused.contains("in use") && refused.contains("server jobs"), "{refused}");
    drop(api);
    assert_eq!(house.word(), "second");
    assert!(!house.files().keys().any(|path| path.to_string_lossy().contains("before-restore")));
}

/// A keyring that was rotated since holds more than the one in the backup.
#[test]
fn the_present_keyring_stays_where_it_fits() {
    let house = House::with("first");
    let backup = house.sealed_backup();
    let mut keyring: Value = serde_json::from_slice(&fs::read(house.keyring()).unwrap()).unwrap();
    keyring["keys"]["2"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    keyring["current"] = json!(2);
    fs::write(house.keyring(), keyring.to_string()).unwrap();
    assert_eq!(house.report(&["restore", &backup, "--identity", &house.identity()])["keyring"], "kept");
    let after: Value = serde_json::from_slice(&fs::read(house.keyring()).unwrap()).unwrap();
    assert_eq!(after, keyring);
    house.state();
}

#[test]
fn a_keyring_that_does_not_fit_makes_room_for_the_one_in_the_backup() {
    let other = House::with("first");
    let backup = other.sealed_backup();
    let house = House::with("second");
    let own = fs::read(house.keyring()).unwrap();
    let report = house.report(&["restore", &backup, "--identity", &house.identity()]);
    assert_eq!(report["keyring"], "restored");
    assert_eq!(fs::read(report["keyring_before"].as_str().unwrap()).unwrap(), own);
    assert_eq!(fs::read(house.keyring()).unwrap(), fs::read(other.keyring()).unwrap());
    house.state();
    assert_eq!(house.word(), "first");
}

#[test]
fn without_a_keyring_that_fits_nothing_is_restored() {
    let other = House::with("first");
    let backup = back_up(&other);
    let house = House::with("second");
    let before = house.files();
    let refused = house.refusal(&["restore", &backup]);
    assert!(refused.contains("does not open it") && refused.contains("master key 1"), "{refused}");
    assert_eq!(house.files(), before);

    let empty = House::new();
    let refused = empty.refusal(&["restore", &backup]);
    assert!(refused.contains("keyring.json: it is missing"), "{refused}");
    // Put where it belongs, it does.
    fs::create_dir_all(empty.keyring().parent().unwrap()).unwrap();
    fs::copy(other.keyring(), empty.keyring()).unwrap();
    empty.report(&["restore", &backup]);
    assert_eq!(empty.word(), "first");
}

#[test]
fn a_keyring_of_master_key_needs_no_file() {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let mut house = House::new();
    house.set("MASTER_KEY", key);
    drop(Api::start(&house));
    house.write("first");
    let backup = back_up(&house);
    let mut new = House::new();
    new.set("MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4=");
    assert!(new.refusal(&["restore", &backup]).contains("does not open it"));
    new.set("MASTER_KEY", key);
    assert_eq!(new.report(&["restore", &backup])["keyring"], "from_master_key");
    drop(Api::start(&new));
    assert_eq!(new.word(), "first");
}

#[test]
fn a_database_that_is_damaged_does_not_stand_in_the_way() {
    let house = House::with("first");
    let backup = back_up(&house);
    fs::write(house.database(), "this was a database").unwrap();
    fs::write(house.data().join("daymark.db-wal"), "and this its log").unwrap();
    let report = house.report(&["restore", &backup]);
    assert_eq!(house.word(), "first");
    let before = report["before"].as_str().unwrap();
    assert_eq!(fs::read_to_string(before).unwrap(), "this was a database");
    assert_eq!(fs::read_to_string(format!("{before}-wal")).unwrap(), "and this its log");
}
