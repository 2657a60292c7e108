use super::*;
use crate::clock::monotonic;
use crate::origin::Origin;
use daymark_shared::{event::Event, ids::AccountId};
use futures_util::future::join_all;
use rusqlite::Connection;
use std::{
    os::unix::fs::PermissionsExt,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// A database with a table of numbers, beside those of the schema.
async fn scratch() -> (Db, Storage, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let storage = Storage { data_dir: dir.path().into(), database: dir.path().join("test.db") };
    let db = Db::open(&storage).unwrap();
    let table = "CREATE TABLE numbers (n INTEGER PRIMARY KEY);
                 CREATE TABLE pointers (n INTEGER REFERENCES numbers (n) DEFERRABLE INITIALLY DEFERRED)";
    db.write(move |tx| Ok(tx.execute_batch(table)?)).await.unwrap();
    (db, storage, dir)
}

fn insert(tx: &WriteTx<'_>, n: i64) -> Result<(), Error> {
    tx.prepare_cached("INSERT INTO numbers VALUES (?1)")?.execute([n])?;
    Ok(())
}

async fn numbers(db: &Db) -> Vec<i64> {
    db.read(|tx| {
        let mut query = tx.prepare_cached("SELECT n FROM numbers ORDER BY n")?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
    .await
    .unwrap()
}

/// Another process that holds the lock.
fn held(storage: &Storage) -> File {
    let file = File::open(format!("{}.lock", storage.database.display())).unwrap();
    file.lock().unwrap();
    file
}

#[actix_web::test]
async fn what_fails_or_panics_is_undone_alone() {
    let (db, storage, _dir) = scratch().await;
    let lock = held(&storage); // so that all land in one group
    let writes = (0..10).map(|n| {
        db.write(move |tx| {
            insert(tx, n)?;
            match n {
                3 => Err(daymark_shared::problem::Code::NotFound.into()),
                5 => panic!("five"),
                _ => Ok(n),
            }
        })
    });
    let (answers, ()) = tokio::join!(join_all(writes), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(lock);
    });
    for (n, answer) in answers.into_iter().enumerate() {
        match (n, answer) {
            (3, Err(Error::Refused(_))) => {}
            (5, Err(Error::Panicked(why))) => assert_eq!(why, "five"),
            (_, answer) => assert_eq!(answer.unwrap(), n as i64),
        }
    }
    assert_eq!(numbers(&db).await, [0, 1, 2, 4, 6, 7, 8, 9]);
}

#[actix_web::test]
async fn when_the_commit_fails_everybody_is_told() {
    let (db, storage, _dir) = scratch().await;
    let lock = held(&storage);
    let good = db.write(|tx| insert(tx, 1));
    let dangling = db.write(|tx| Ok(tx.execute_batch("INSERT INTO pointers VALUES (7)")?));
    let (good, dangling, ()) = tokio::join!(good, dangling, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(lock);
    });
    assert!(matches!((good, dangling), (Err(Error::Internal(_)), Err(Error::Internal(_)))));
    db.write(|tx| insert(tx, 2)).await.unwrap();
    assert_eq!(numbers(&db).await, [2]);
}

#[actix_web::test]
async fn waiting_is_bounded_and_what_nobody_waits_for_is_not_run() {
    let (db, storage, _dir) = scratch().await;
    let lock = held(&storage);
    // Taken by the writer, which now waits for the lock; given up all the same.
    let first = db.write(|tx| insert(tx, 1));
    let second = db.write(|tx| insert(tx, 2));
    let (first, second) = tokio::join!(first, second);
    assert!(matches!((first, second), (Err(Error::Unavailable(_)), Err(Error::Unavailable(_)))));
    drop(lock);
    db.write(|tx| insert(tx, 3)).await.unwrap();
    assert_eq!(numbers(&db).await, [3]);
}

/// Somebody's shell, say, which knows nothing of the lock.
#[actix_web::test]
async fn another_program_that_holds_the_database_is_no_fault_of_ours() {
    let (db, storage, _dir) = scratch().await;
    let other = Connection::open(&storage.database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(db.write(|tx| insert(tx, 1)).await, Err(Error::Unavailable(_))));
    other.execute_batch("ROLLBACK").unwrap();
    db.write(|tx| insert(tx, 2)).await.unwrap();
    assert_eq!(numbers(&db).await, [2]);
}

#[actix_web::test]
async fn a_full_queue_refuses_at_once() {
    static RUN: AtomicU32 = AtomicU32::new(0);
    let (db, storage, _dir) = scratch().await;
    let lock = held(&storage);
    let writes = (0..1_100).map(|_| {
        db.write(|_| {
            RUN.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    });
    let (answers, ()) = tokio::join!(join_all(writes), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(lock);
    });
    let refused = answers.iter().filter(|answer| matches!(answer, Err(Error::Unavailable(_)))).count();
    assert!((70..=76).contains(&refused), "{refused}: 1,024 wait, and one or none is with the writer");
    assert_eq!(RUN.load(Ordering::Relaxed) as usize, answers.len() - refused);
}

#[actix_web::test]
async fn an_outdated_process_writes_no_more() {
    let (db, storage, _dir) = scratch().await;
    let newer = Connection::open(&storage.database).unwrap();
    newer.pragma_update(None, "user_version", migrate::LATEST + 1).unwrap();
    assert!(matches!(db.write(|tx| insert(tx, 1)).await, Err(Error::Unavailable(_))));
    tokio::time::timeout(Duration::from_secs(1), db.outdated()).await.unwrap();
    assert!(numbers(&db).await.is_empty());
}

#[actix_web::test]
async fn a_commit_is_on_disk_and_a_read_writes_nothing() {
    let (db, _, _dir) = scratch().await;
    let pragma = |name: &'static str| {
        db.write(move |tx| Ok(tx.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, String>(0))?))
    };
    let sync = db.write(|tx| Ok(tx.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0))?)).await;
    assert_eq!(sync.unwrap(), 2, "FULL");
    assert_eq!(pragma("journal_mode").await.unwrap(), "wal");
    let refused = db.read(|tx| Ok(tx.execute("INSERT INTO numbers VALUES (1)", [])?)).await;
    assert!(matches!(refused, Err(Error::Database(_))));
}

#[actix_web::test]
async fn the_files_are_their_owners_alone() {
    let (db, storage, _dir) = scratch().await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let file = fs::metadata(format!("{}{suffix}", storage.database.display())).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{suffix}");
    }
}

#[actix_web::test]
async fn a_reader_that_panics_leaves_its_connection_usable() {
    let (db, _, _dir) = scratch().await;
    for _ in 0..20 {
        let panicked = db.read(|_| -> Result<(), Error> { panic!("oh") }).await;
        assert!(matches!(panicked, Err(Error::Panicked(_))));
    }
    db.write(|tx| insert(tx, 1)).await.unwrap();
    assert_eq!(numbers(&db).await, [1]);
}

#[actix_web::test]
async fn sqlite_is_compiled_without_what_makes_connections_wait_for_each_other() {
    let (db, _, _dir) = scratch().await;
    let options = db.read(|tx| {
        let mut query = tx.prepare("PRAGMA compile_options")?;
        Ok(query.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?)
    });
    let options = options.await.unwrap();
    let has = |option: &str| options.iter().any(|known| known == option);
    assert!(!has("ENABLE_MEMORY_MANAGEMENT") && has("DEFAULT_MEMSTATUS=0"), "see .cargo/config.toml");
}

#[actix_web::test]
async fn closing_writes_what_is_queued_and_refuses_the_rest() {
    let (db, _, _dir) = scratch().await;
    // No more than are polled before this one goes on: 61.
    let queued: Vec<_> = (0..50)
        .map(|n| {
            actix_web::rt::spawn({
                let db = db.clone();
                async move { db.write(move |tx| insert(tx, n)).await }
            })
        })
        .collect();
    tokio::task::yield_now().await;
    let closing = db.clone();
    tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
    for write in queued {
        write.await.unwrap().unwrap();
    }
    assert!(matches!(db.write(|tx| insert(tx, 100)).await, Err(Error::Unavailable(_))));
    assert_eq!(numbers(&db).await.len(), 50);
}

#[actix_web::test]
async fn the_log_stays_small_under_readers_that_never_pause() {
    let (db, storage, _dir) = scratch().await;
    let reading = actix_web::rt::spawn({
        let db = db.clone();
        async move {
            let count = |tx: &ReadTx<'_>| Ok(tx.query_row("SELECT count(*) FROM numbers", [], |_| Ok(()))?);
            while db.read(count).await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
    });
    db.write(|tx| Ok(tx.execute_batch("CREATE TABLE big (x)")?)).await.unwrap();
    for _ in 0..400 {
        // 64 pages each: without checkpoints the log would hold 100 MiB.
        let work = |tx: &WriteTx<'_>| Ok(tx.execute("INSERT INTO big VALUES (zeroblob(262144))", [])?);
        db.write(work).await.unwrap();
    }
    reading.abort();
    let log = fs::metadata(format!("{}-wal", storage.database.display())).unwrap().len();
    assert!(log < 80 << 20, "{log} bytes");
}

/// A backup reads for as long as it takes: the log may grow meanwhile, but nobody waits at each write.
#[actix_web::test]
async fn a_reader_that_takes_long_does_not_slow_each_write_down() {
    let (db, storage, _dir) = scratch().await;
    db.write(|tx| Ok(tx.execute_batch("CREATE TABLE big (x)")?)).await.unwrap();
    let slow = Connection::open(&storage.database).unwrap();
    slow.execute_batch("BEGIN; SELECT count(*) FROM big").unwrap();
    let write = async || {
        let work = |tx: &WriteTx<'_>| Ok(tx.execute("INSERT INTO big VALUES (zeroblob(262144))", [])?);
        db.write(work).await.unwrap();
    };
    let log = || fs::metadata(format!("{}-wal", storage.database.display())).unwrap().len();
    // Until the log is so long that readers are waited for.
    while log() < 66 << 20 {
        write().await;
    }
    let mut waited = 0;
    for _ in 0..100 {
        let begun = monotonic();
        write().await;
        waited += u32::from(begun.elapsed() >= Duration::from_millis(250));
    }
    // Once or twice; a busy machine may delay some more.
    assert!(waited < 50, "{waited} of 100 writes waited");
    slow.execute_batch("COMMIT").unwrap();
}

/// Two writes that are told, one that is undone, and one that has nothing to tell.
#[actix_web::test]
async fn what_is_on_disk_is_told_and_nothing_else() {
    let (db, _storage, _dir) = scratch().await;
    let (tell, told) = std::sync::mpsc::channel();
    let account = AccountId::mint(1, [1; 10]);
    let reader = db.clone();
    db.on_commit(move |told| {
        // By now whoever hears it can read it.
        let count = reader
            .0
            .readers
            .read(|tx| Ok(tx.query_row("SELECT count(*) FROM numbers", [], |row| row.get(0))?));
        tell.send((told, count.unwrap_or(0_u32))).unwrap();
    });
    for n in 0..4 {
        let written = db.write(move |tx| {
            if n < 3 {
                tx.emit(account, Event::Account);
                tx.emit(account, Event::Account);
            }
            if n == 2 {
                tx.wake();
            }
            insert(tx, n)?;
            if n == 1 { Err(daymark_shared::problem::Code::NotFound.into()) } else { Ok(()) }
        });
        assert_eq!(written.await.is_ok(), n != 1);
    }
    let events = vec![(account, Event::Account)];
    assert_eq!(told.try_recv().unwrap(), (Told { events: events.clone(), wake: None, set_aside: 0 }, 1));
    assert_eq!(told.try_recv().unwrap(), (Told { events, wake: Some(Origin::default()), set_aside: 0 }, 2));
    assert!(told.try_recv().is_err());
}

#[actix_web::test]
async fn the_file_of_one_that_was_stopped_is_whole_without_its_log() {
    let (db, storage, dir) = scratch().await;
    db.write(|tx| insert(tx, 7)).await.unwrap();
    let closing = db.clone();
    tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
    let copy = dir.path().join("copy.db");
    fs::copy(&storage.database, &copy).unwrap();
    let copied = Connection::open(copy).unwrap();
    assert_eq!(copied.query_row("SELECT n FROM numbers", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
}
