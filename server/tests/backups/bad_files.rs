//! What is no backup, or not a whole one, is refused in plain words and changes nothing.

use crate::house::House;
use rusqlite::Connection;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

struct Bad {
    house: House,
    plain: PathBuf,
    sealed: PathBuf,
}

impl Bad {
    fn new() -> Self {
        let house = House::with("first");
        let plain = house.outside("plain");
        house.report(&["backup", "--to", plain.to_str().unwrap()]);
        let sealed = house.sealed_backup().into();
        Self { house, plain, sealed }
    }

    /// Why it is not restored; nothing has changed.
    #[track_caller]
    fn refused(&self, file: &Path, more: &[&str]) -> String {
        let before = self.house.files();
        let identity = self.house.identity();
        let arguments = ["restore", file.to_str().unwrap(), "--identity", &identity];
        let refused = self.house.refusal(&[&arguments, more].concat());
        assert!(refused.contains(&format!("{} was not restored: ", file.display())), "{refused}");
        assert!(self.house.files() == before, "something has changed");
        refused
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let file = self.house.outside("bad");
        fs::write(&file, bytes).unwrap();
        file
    }
}

#[test]
fn what_is_something_else_is_told() {
    let bad = Bad::new();
    for text in ["", "a letter to somebody", "\x1f"] {
        assert!(bad.refused(&bad.file(text.as_bytes()), &[]).contains("no backup"), "{text}");
    }
    assert!(bad.refused(&bad.house.outside("nowhere"), &[]).contains("nowhere: No such file"));
    let folder = bad.house.outside("folder");
    fs::create_dir(&folder).unwrap();
    bad.refused(&folder, &[]);

    let theirs = bad.house.outside("theirs.db");
    Connection::open(&theirs).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(bad.refused(&theirs, &[]).contains("not a database of Daymark's"));

    fs::write(folder.join("letter"), "to somebody").unwrap();
    let tar = |names: &[&str]| {
        let packed =
            Command::new("tar").args(["-czf", "../theirs.tar.gz"]).args(names).current_dir(&folder).status();
        assert!(packed.unwrap().success());
        bad.house.outside("theirs.tar.gz")
    };
    assert!(bad.refused(&tar(&["letter"]), &[]).contains("no backup"));
    // Our names, and something else in them.
    fs::write(folder.join("manifest.json"), "{}").unwrap();
    assert!(bad.refused(&tar(&["manifest.json"]), &[]).contains("no backup"));
    fs::write(folder.join("manifest.json"), r#"{"format":2}"#).unwrap();
    assert!(bad.refused(&tar(&["manifest.json"]), &[]).contains("form 2"));
}

#[test]
fn what_was_cut_off_or_changed_is_damaged() {
    let bad = Bad::new();
    for file in [&bad.plain, &bad.sealed] {
        let whole = fs::read(file).unwrap();
        for end in [40, whole.len() / 3, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
            let said = bad.refused(&bad.file(&whole[..end]), &[]);
            assert!(said.contains("damaged"), "{end} of {}: {said}", whole.len());
        }
        for at in [whole.len() / 2, whole.len() - 3] {
            let mut changed = whole.clone();
            changed[at] ^= 0x40;
            assert!(bad.refused(&bad.file(&changed), &[]).contains("damaged"), "{at} of {}", whole.len());
        }
    }
}

#[test]
fn without_what_it_was_encrypted_with_it_stays_shut() {
    let bad = Bad::new();
    let other = bad.house.outside("other");
    fs::write(&other, "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n")
        .unwrap();
    let restore = ["restore", bad.sealed.to_str().unwrap()];
    let said = bad.house.refusal(&[&restore[..], &["--identity", other.to_str().unwrap()]].concat());
    assert!(said.contains("not the one that it was encrypted with"), "{said}");
    assert!(bad.house.refusal(&restore).contains("give the identity file by --identity"));

    let passphrase = bad.house.outside("passphrase");
    fs::write(&passphrase, "a long passphrase\n").unwrap();
    let (sealed, passphrase) = (bad.house.outside("by-passphrase"), passphrase.to_str().unwrap());
    bad.house.report(&["backup", "--to", sealed.to_str().unwrap(), "--passphrase-file", passphrase]);
    let said = bad.refused(&sealed, &[]);
    assert!(said.contains("--passphrase-file or BACKUP_PASSPHRASE"), "{said}");
    let wrong = bad.house.outside("wrong");
    fs::write(&wrong, "another passphrase\n").unwrap();
    let said = bad.refused(&sealed, &["--passphrase-file", wrong.to_str().unwrap()]);
    assert!(said.contains("not the one that it was encrypted with"), "{said}");
    let new = House::new();
    new.report(&["restore", sealed.to_str().unwrap(), "--passphrase-file", passphrase]);
    assert_eq!(new.word(), "first");
}

#[test]
fn a_newer_versions_is_refused() {
    let bad = Bad::new();
    let newer = bad.house.outside("newer.db");
    fs::copy(bad.house.database(), &newer).unwrap();
    Connection::open(&newer).unwrap().execute_batch("PRAGMA user_version = 900").unwrap();
    let said = bad.refused(&newer, &[]);
    assert!(said.contains("schema 900") && said.contains("take the newer version"), "{said}");
}
