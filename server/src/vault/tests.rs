use super::*;
use crate::{clock::Clock, config::Config};
use daymark_shared::ids::RoutineId;
use proptest::prelude::*;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

fn config(dir: &Path) -> Config {
    let dir = dir.to_str().unwrap().to_owned();
    Config::from_source(&|name| (name == "DATA_DIR").then(|| dir.clone())).unwrap()
}

async fn open(dir: &Path) -> (Db, Result<Vault, OpenError>) {
    let config = config(dir);
    let db = Db::open(&config.storage).unwrap();
    let vault = Vault::open(&config.keys, &db).await;
    (db, vault)
}

fn account(n: u8) -> AccountId {
    AccountId::mint(0, [n; 10])
}

#[actix_web::test]
async fn what_was_sealed_opens_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let row = Clock::system().mint(RoutineId::mint);
    let (db, vault) = open(dir.path()).await;
    let vault = vault.unwrap();
    let (writer, hash) = (vault.clone(), vault.blind("email", b"a@b"));
    let sealed = db
        .write(move |tx| {
            Ok(writer.create_data_key(tx, account(1))?.seal("t", row.as_bytes(), "Walk the dog"))
        })
        .await
        .unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"Walk"));
    db.close();

    let (db, vault) = open(dir.path()).await;
    let vault = vault.unwrap();
    assert_eq!(vault.blind("email", b"a@b"), hash);
    assert_ne!(vault.blind("name", b"a@b"), hash);
    let text =
        db.read(move |tx| vault.data_key(tx, account(1))?.open_text("t", row.as_bytes(), &sealed)).await;
    assert_eq!(text.unwrap(), "Walk the dog");
}

#[actix_web::test]
async fn a_destroyed_key_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (db, vault) = open(dir.path()).await;
    let vault = vault.unwrap();
    let at = vault.clone();
    db.write(move |tx| at.create_data_key(tx, account(1)).map(drop)).await.unwrap();
    let at = vault.clone();
    db.read(move |tx| at.data_key(tx, account(1)).map(drop)).await.unwrap();
    let at = vault.clone();
    db.write(move |tx| at.destroy_data_key(tx, account(1))).await.unwrap();
    let gone = db.read(move |tx| vault.data_key(tx, account(1)).map(drop)).await;
    assert!(matches!(gone, Err(Error::Sealed(_))));
}

#[actix_web::test]
async fn the_keyring_is_private_and_missed_when_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (db, vault) = open(dir.path()).await;
    vault.unwrap();
    db.close();
    let file = dir.path().join("keys/keyring.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(dir.path().join("keys")).unwrap().permissions().mode() & 0o777, 0o700);

    fs::rename(&file, dir.path().join("elsewhere.json")).unwrap();
    let (_, refused) = open(dir.path()).await;
    assert!(matches!(refused, Err(OpenError::Keyring { .. })), "a new keyring would open nothing");

    let other = tempfile::tempdir().unwrap();
    open(other.path()).await.1.unwrap();
    fs::copy(other.path().join("keys/keyring.json"), &file).unwrap();
    let (_, refused) = open(dir.path()).await;
    assert!(matches!(refused, Err(OpenError::WrongKeyring { version: 1, .. })));
}

#[actix_web::test]
async fn a_rotated_keyring_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let (db, vault) = open(dir.path()).await;
    let vault = vault.unwrap();
    let file = dir.path().join("keys/keyring.json");
    let text = fs::read_to_string(&file).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["keys"]["2"] = json["keys"]["1"].clone();
    json["current"] = 2.into();
    fs::write(&file, json.to_string()).unwrap();

    // Another process, which has rotated already.
    let (other_db, other) = open(dir.path()).await;
    let other = other.unwrap();
    other_db.write(move |tx| other.create_data_key(tx, account(9)).map(drop)).await.unwrap();
    db.read(move |tx| vault.data_key(tx, account(9)).map(drop)).await.unwrap();
}

proptest! {
    #[test]
    fn a_ciphertext_opens_only_where_it_was_sealed(
        text in ".{0,64}",
        row: [u8; 16],
        other_row: [u8; 16],
        flip in any::<prop::sample::Index>(),
    ) {
        prop_assume!(row != other_row);
        let key = DataKey::new(account(1), 1, &[7; 32]);
        let sealed = key.seal("routine.title.1", &row, &text);
        prop_assert_eq!(key.open_text("routine.title.1", &row, &sealed).unwrap(), text);

        prop_assert!(key.open("routine.notes.1", &row, &sealed).is_err(), "another field");
        prop_assert!(key.open("routine.title.1", &other_row, &sealed).is_err(), "another row");
        let stranger = DataKey::new(account(2), 1, &[7; 32]);
        prop_assert!(stranger.open("routine.title.1", &row, &sealed).is_err(), "another account");
        let later = DataKey::new(account(1), 2, &[7; 32]);
        prop_assert!(later.open("routine.title.1", &row, &sealed).is_err(), "another version of the key");
        let other = DataKey::new(account(1), 1, &[8; 32]);
        prop_assert!(other.open("routine.title.1", &row, &sealed).is_err(), "another key");

        let mut damaged = sealed;
        let at = flip.index(damaged.len());
        damaged[at] ^= 1;
        prop_assert!(key.open("routine.title.1", &row, &damaged).is_err(), "a flipped bit");
    }

    #[test]
    fn a_field_and_its_row_cannot_run_into_each_other(row in prop::collection::vec(any::<u8>(), 1..20)) {
        let key = DataKey::new(account(1), 1, &[7; 32]);
        let mut longer = b"x".to_vec();
        longer.extend_from_slice(&row);
        let sealed = key.seal("ta", &longer, "text");
        prop_assert!(key.open("tax", &row, &sealed).is_err());
    }
}
