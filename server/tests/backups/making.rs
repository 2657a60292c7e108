//! Backups while the server is in use.

use crate::house::{Api, House};
use daymark_shared::ids::{RoutineId, StepId};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

/// A routine with a title that `n` makes unlike others.
fn routine(n: u64) -> (RoutineId, Value) {
    let id = RoutineId::mint(1_700_000_000_000 + n, [7; 10]);
    let step = StepId::mint(1_700_000_000_000 + n, [8; 10]);
    let step = json!({ "id": step, "title": "All", "minutes": 5 });
    (id, json!({ "id": id, "title": format!("Water plant {n}"), "steps": [step] }))
}

#[test]
fn while_it_is_written_a_backup_is_whole_and_holds_what_was_answered_before() {
    let house = House::new();
    let api = Api::start(&house);
    let token = api.sign_up();
    let (count, end) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for writer in 0..4 {
            let (api, token, count, end) = (&api, &token, &count, &end);
            scope.spawn(move || {
                for n in 0.. {
                    if end.load(Ordering::SeqCst) {
                        return;
                    }
                    let (status, answer) = api.post("routines", token, &routine(writer * 100_000 + n).1);
                    assert_eq!(status, 201, "{answer}");
                    count.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for round in 0..3 {
            let before = count.load(Ordering::SeqCst);
            let to = house.outside(&format!("{round}.tar.gz"));
            let report = house.report(&["backup", "--to", to.to_str().unwrap()]);
            let after = count.load(Ordering::SeqCst) + 4;
            assert_eq!(report["read_back"], true);

            let there = House::new();
            fs::create_dir_all(there.keyring().parent().unwrap()).unwrap();
            fs::copy(house.keyring(), there.keyring()).unwrap();
            there.report(&["restore", to.to_str().unwrap()]);
            there.state();
            let rows: u64 = Connection::open(there.database())
                .unwrap()
                .query_row("SELECT count(*) FROM routines", [], |row| row.get(0))
                .unwrap();
            assert!((before..=after).contains(&rows), "{before} {rows} {after}");
        }
        end.store(true, Ordering::SeqCst);
    });
    assert!(count.load(Ordering::SeqCst) > 0);
}

#[test]
fn a_report_tells_what_was_made_and_what_to_save_apart() {
    let house = House::with("first");
    let report = house.report(&["backup"]);
    let file = Path::new(report["file"].as_str().unwrap());
    assert_eq!(file.parent(), Some(house.data().join("backups").as_path()));
    assert!(file.file_name().unwrap().to_str().unwrap().starts_with("manual-"));
    let found = fs::metadata(file).unwrap();
    assert_eq!(report["bytes"], found.len());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    assert_eq!((&report["encrypted"], &report["keyring"]), (&Value::Null, &json!(false)));
    assert_eq!(report["save_apart"], house.keyring().to_str().unwrap());
    assert_eq!(report["schema"], daymark_server::db::migrate::LATEST);
    assert!(report["database_bytes"].as_u64().unwrap() > 300 * 2000);
    // Nothing else is left.
    let left: Vec<_> =
        house.files().into_keys().filter(|path| path.starts_with(house.data().join("backups"))).collect();
    assert_eq!(left, [file]);

    let said = String::from_utf8(house.run(&["backup"]).stdout).unwrap();
    assert!(said.contains("KEYRING IS NOT IN IT") && said.contains("keyring.json"), "{said}");
}

#[test]
fn into_a_folder_it_gets_a_name_and_to_a_stream_its_report_goes_beside_it() {
    let house = House::with("first");
    let folder = house.outside("elsewhere");
    fs::create_dir(&folder).unwrap();
    let report = house.report(&["backup", "--to", folder.to_str().unwrap()]);
    assert_eq!(Path::new(report["file"].as_str().unwrap()).parent(), Some(folder.as_path()));

    let output = house.run(&["backup", "--to", "-", "--json"]);
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&report["file"], &report["bytes"]), (&Value::Null, &json!(output.stdout.len())));
    let file = house.outside("streamed.tar.gz");
    fs::write(&file, output.stdout).unwrap();
    house.report(&["restore", "--check", file.to_str().unwrap()]);
}

#[test]
fn without_a_database_or_with_a_keyring_of_another_there_is_no_backup() {
    let empty = House::new();
    assert!(empty.refusal(&["backup"]).contains("daymark.db"));

    let mut house = House::with("first");
    house.set("BACKUP_PASSPHRASE", "a long passphrase");
    fs::copy(House::with("other").keyring(), house.keyring()).unwrap();
    assert!(house.refusal(&["backup"]).contains("does not open it"));
    fs::remove_file(house.keyring()).unwrap();
    assert!(house.refusal(&["backup"]).contains("keyring.json"));
    let made = house.files().into_keys().filter(|path| path.to_string_lossy().contains("backups/"));
    assert_eq!(made.count(), 0);
}

#[test]
fn what_cannot_be_used_is_named() {
    let mut house = House::with("first");
    assert!(house.refusal(&["backup", "--recipient", "age1nobody"]).contains("--recipient must be"));
    assert!(
        house.refusal(&["backup", "--passphrase-file", "/nowhere"]).contains("--passphrase-file /nowhere")
    );
    let nowhere = house.refusal(&["backup", "--to", "/nowhere/at/all.tar.gz"]);
    assert!(nowhere.contains("/nowhere/at"), "{nowhere}");
    house.set("BACKUP_RECIPIENT", "age1nobody");
    assert!(house.refusal(&["backup"]).contains("BACKUP_RECIPIENT: must be"));
}
