//! The standard tools read our backups, and we read theirs.

use crate::house::{House, word_in};
use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

/// Whether `age` is there. It fails where `CI` is set.
#[expect(clippy::disallowed_methods, reason = "it is the test that asks, not the server")]
fn age_is_installed() -> bool {
    let there = Command::new("age").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !there {
        eprintln!("age is not installed: nothing is tested here");
        assert!(env::var_os("CI").is_none(), "CI must have age");
    }
    there
}

fn shell(line: &str, folder: &Path) {
    let output = Command::new("sh").args(["-euc", line]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Makes an identity; its recipient.
fn identity(file: &Path) -> String {
    let output = Command::new("age-keygen").arg("-o").arg(file).output().unwrap();
    assert!(output.status.success());
    let text = fs::read_to_string(file).unwrap();
    text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned()
}

#[test]
fn age_and_tar_open_what_is_for_a_recipient() {
    if !age_is_installed() {
        return;
    }
    let house = House::with("first");
    let recipient = identity(&house.outside("identity"));
    let to = house.outside("backup.tar.gz.age");
    let report = house.report(&["backup", "--to", to.to_str().unwrap(), "--recipient", &recipient]);
    assert_eq!(report["encrypted"], "recipient");
    assert_eq!((&report["keyring"], &report["read_back"]), (&true.into(), &false.into()));

    let there = house.outside("there");
    fs::create_dir(&there).unwrap();
    shell("age --decrypt --identity ../identity ../backup.tar.gz.age | tar --extract --gzip", &there);
    assert_eq!(word_in(&there.join("daymark.db")), "first");
    assert_eq!(fs::read(there.join("keyring.json")).unwrap(), fs::read(house.keyring()).unwrap());
    assert!(fs::read_to_string(there.join("manifest.json")).unwrap().contains("\"format\": 1"));

    // The other way round: packed and encrypted by them, with a key that we do not know before ours.
    let theirs = house.outside("theirs.age");
    let other = identity(&house.outside("other"));
    let line = format!(
        "tar --create --gzip manifest.json keyring.json daymark.db | age -r {other} -r {recipient} > ../theirs.age"
    );
    shell(&line, &there);
    let new = House::new();
    let identity = house.outside("identity");
    new.report(&["restore", theirs.to_str().unwrap(), "--identity", identity.to_str().unwrap()]);
    new.state();
    assert_eq!(new.word(), "first");
}

/// It asks for a passphrase at a terminal only, which `script` makes.
#[test]
fn age_opens_what_has_a_passphrase() {
    if !age_is_installed() {
        return;
    }
    let mut house = House::with("first");
    house.set("BACKUP_PASSPHRASE", "a long passphrase");
    let to = house.outside("backup.tar.gz.age");
    let report = house.report(&["backup", "--to", to.to_str().unwrap()]);
    assert_eq!((&report["encrypted"], &report["read_back"]), (&"passphrase".into(), &true.into()));
    let line = "(sleep 1; echo 'a long passphrase') | script --quiet --return --command \
                'age --decrypt --output opened.tar.gz backup.tar.gz.age' /dev/null";
    shell(line, to.parent().unwrap());
    shell("tar --extract --gzip --file opened.tar.gz daymark.db", to.parent().unwrap());
    assert_eq!(word_in(&house.outside("daymark.db")), "first");
}

#[test]
fn tar_opens_what_is_not_encrypted() {
    let house = House::with("first");
    let to = house.outside("backup.tar.gz");
    house.report(&["backup", "--to", to.to_str().unwrap()]);
    shell(
        "tar --list --gzip --file backup.tar.gz > listed; tar --extract --gzip --file backup.tar.gz",
        to.parent().unwrap(),
    );
    assert_eq!(fs::read_to_string(house.outside("listed")).unwrap(), "manifest.json\ndaymark.db\n");
    assert_eq!(word_in(&house.outside("daymark.db")), "first");
}
