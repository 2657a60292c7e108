//! Backups that `server jobs` makes by itself.

use crate::house::{House, Jobs, until};
use daymark_server::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

fn names_in(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("scheduled-") && !name.ends_with(".partial")).collect()
}

fn folder(house: &House) -> PathBuf {
    house.data().join("backups")
}

fn status(house: &House) -> Value {
    fs::read(folder(house).join("status.json"))
        .map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap())
}

/// Each second, so that a test sees several.
fn each_second(word: &str) -> House {
    let mut house = House::with(word);
    house.set("BACKUP_EVERY", "1s");
    house
}

#[test]
fn several_processes_make_them_one_at_a_time_and_old_ones_go() {
    let mut house = each_second("first");
    house.set("BACKUP_KEEP", "1y");
    let by_hand = house.report(&["backup"])["file"].as_str().unwrap().to_owned();
    let jobs = [Jobs::start(&house), Jobs::start(&house), Jobs::start(&house)];
    let mut seen = BTreeSet::new();
    until("several were made", || {
        seen.extend(names_in(&folder(&house)));
        seen.len() >= 4
    });
    let log: String = jobs.into_iter().map(Jobs::stop).collect();
    seen.extend(names_in(&folder(&house)));
    // Two that were made in one second would have one name. The last one may have been made, and gone, unseen.
    let made = log.matches("\"msg\":\"a backup was made\"").count();
    assert!((seen.len()..=seen.len() + 1).contains(&made), "{made} were made, {} seen", seen.len());
    assert!(!log.contains("no backup was made"));
    // The rule keeps one; nothing half made is left, and nobody else's is gone.
    let left = names_in(&folder(&house));
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(Path::new(&by_hand).exists());
    assert!(!folder(&house).join(".work").exists());
    let newest = folder(&house).join(left.first().unwrap());
    assert_eq!(status(&house)["success"]["file"], newest.to_str().unwrap());
    house.report(&["restore", "--check", newest.to_str().unwrap()]);
}

#[test]
fn what_fails_is_noted_and_tried_again() {
    let mut house = each_second("first");
    let place = house.outside("place");
    fs::write(&place, "no folder").unwrap();
    house.set("BACKUP_TO", place.to_str().unwrap());
    let jobs = Jobs::start(&house);
    until("it failed twice", || status(&house)["failures"].as_u64() >= Some(2));
    let noted = status(&house);
    assert!(noted["failure"]["why"].as_str().unwrap().contains("place"), "{noted}");
    assert_eq!(noted["success"], Value::Null);
    until("it was told", || jobs.said("no backup was made") >= 2);
    fs::remove_file(&place).unwrap();
    until("one was made", || !names_in(&place).is_empty() && status(&house)["failures"] == 0);
    assert!(
        status(&house)["failure"]["why"].as_str().unwrap().contains("place"),
        "the last failure is still told"
    );
    jobs.stop();
}

fn noted(house: &House, at: Timestamp) {
    fs::create_dir_all(folder(house)).unwrap();
    let success = json!({ "at": at, "file": "before", "bytes": 1 });
    let status = json!({ "since": at, "success": success, "failure": null, "failures": 0 });
    fs::write(folder(house).join("status.json"), status.to_string()).unwrap();
}

#[test]
fn one_that_was_missed_is_made_at_the_next_start_and_one_that_is_not_due_is_not() {
    let now = Clock::system().now();
    let missed = House::with("first");
    noted(&missed, now - SignedDuration::from_hours(25));
    let fresh = House::with("first");
    noted(&fresh, now - SignedDuration::from_hours(23));
    let mut off = House::with("first");
    off.set("BACKUP_EVERY", "off");
    noted(&off, now - SignedDuration::from_hours(25));
    let jobs = [&missed, &fresh, &off].map(Jobs::start);
    until("it was made", || names_in(&folder(&missed)).len() == 1);
    thread::sleep(Duration::from_secs(1));
    assert!(names_in(&folder(&fresh)).is_empty() && names_in(&folder(&off)).is_empty());
    jobs.into_iter().map(Jobs::stop).for_each(drop);
}

#[test]
fn a_kill_while_one_is_made_leaves_nothing_in_the_way() {
    let mut house = each_second("first");
    house.set("BACKUP_KEEP", "1y");
    for kill in 0..8 {
        let jobs = Jobs::start(&house);
        let begun = jobs.said("working");
        until("it works", || jobs.said("working") > begun || kill == 0);
        thread::sleep(Duration::from_millis(900 + kill * 45));
        drop(jobs);
    }
    fs::write(folder(&house).join("scheduled-20261122T030000Z.tar.gz.partial"), "half").unwrap();
    let before = names_in(&folder(&house));
    let jobs = Jobs::start(&house);
    until("one was made", || names_in(&folder(&house)).difference(&before).count() > 0);
    jobs.stop();
    let names =
        fs::read_dir(folder(&house)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let half: Vec<_> = names.filter(|name| name.ends_with("z.partial") || name == ".work").collect();
    assert_eq!(half, [""; 0]);
}

#[test]
fn a_timer_of_the_operators_does_the_same() {
    let mut house = House::with("first");
    house.set("BACKUP_EVERY", "off");
    house.set("BACKUP_KEEP", "2d");
    fs::create_dir_all(folder(&house)).unwrap();
    for day in 1..=5 {
        fs::write(folder(&house).join(format!("scheduled-2026010{day}T030000Z.tar.gz")), "old").unwrap();
        fs::write(folder(&house).join(format!("schema-2-2026010{day}T030000123Z.db")), "old").unwrap();
    }
    let report = house.report(&["backup", "--scheduled"]);
    let removed: Vec<_> =
        report["removed"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let scheduled = (1..=4).map(|day| format!("scheduled-2026010{day}T030000Z.tar.gz"));
    let copies = (1..=3).map(|day| format!("schema-2-2026010{day}T030000123Z.db"));
    assert_eq!(removed, scheduled.chain(copies).collect::<Vec<_>>());
    assert_eq!(status(&house)["success"]["file"], report["file"]);
    let file = folder(&house).join("status.json");
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file).unwrap().permissions()) & 0o777,
        0o600
    );
}
