//! What was acknowledged is on disk: under `SIGKILL`, and among several processes.
//!
//! The writers are processes of their own: this very test program, run again as [`writer`]. `CRASH_KILLS=100` makes
//! the long form.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the parent tells its children by environment what to do")]

use daymark_server::{config::Storage, db::Db};
use rusqlite::Connection;
use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, Write, stderr},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

const SHORT: usize = 6;
/// Writers in each process.
const WRITERS: usize = 16;

fn storage(dir: &Path) -> Storage {
    Storage { data_dir: dir.to_owned(), database: dir.join("test.db") }
}

/// Not a test: what the tests below run as a process. Prints `ack <id>` for each write that was acknowledged, and
/// `fail <why>` for each that was not.
#[test]
#[ignore = "run by the others"]
fn writer() {
    let (Ok(dir), Ok(name)) = (env::var("CRASH_DIR"), env::var("CRASH_NAME")) else { return };
    let limit: usize = env::var("CRASH_WRITES").map_or(usize::MAX, |text| text.parse().unwrap());
    let writers = if limit == usize::MAX { WRITERS } else { 1 };
    actix_web::rt::System::new().block_on(async {
        let db = Db::open(&storage(Path::new(&dir))).unwrap();
        let table = "CREATE TABLE IF NOT EXISTS acks (id TEXT PRIMARY KEY, filler BLOB)";
        db.write(move |tx| Ok(tx.execute_batch(table)?)).await.unwrap();
        let tasks = (0..writers).map(|writer| {
            let (db, name) = (db.clone(), name.clone());
            actix_web::rt::spawn(async move {
                for n in 0..limit {
                    let id = format!("{name}-{writer}-{n}");
                    let row = id.clone();
                    let written = db.write(move |tx| {
                        tx.prepare_cached("INSERT INTO acks VALUES (?1, randomblob(300))")?.execute([row])?;
                        Ok(())
                    });
                    match written.await {
                        Ok(()) => println!("ack {id}"),
                        Err(error) => println!("fail {error}"),
                    }
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        db.close();
    });
}

/// This program again, as [`writer`], through `wrapper` where there is one.
fn start(dir: &Path, name: &str, wrapper: &[&str], more: &[(&str, &str)]) -> (Child, Receiver<String>) {
    let this = env::current_exe().unwrap();
    let mut words = wrapper.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    words.push(this.to_str().unwrap().to_owned());
    let mut child = Command::new(&words[0])
        .args(&words[1..])
        .args(["writer", "--exact", "--ignored", "--nocapture"])
        .env("CRASH_DIR", dir)
        .env("CRASH_NAME", name)
        .envs(more.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (send, lines_read) = mpsc::channel();
    thread::spawn(move || {
        for line in
            lines.map_while(Result::ok).filter(|line| line.starts_with("ack ") || line.starts_with("fail "))
        {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    (child, lines_read)
}

fn acknowledged(lines: impl Iterator<Item = String>) -> Vec<String> {
    lines
        .map(|line| match line.strip_prefix("ack ") {
            Some(id) => id.to_owned(),
            None => panic!("a write was refused: {line}"),
        })
        .collect()
}

fn stored(dir: &Path) -> BTreeSet<String> {
    let connection = Connection::open(dir.join("test.db")).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let mut query = connection.prepare("SELECT id FROM acks").unwrap();
    query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_kill_loses_nothing_that_was_acknowledged() {
    let kills = env::var("CRASH_KILLS").map_or(SHORT, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let mut all = 0;
    for kill in 0..kills {
        let (mut child, lines) = start(dir.path(), &kill.to_string(), &[], &[]);
        let first = lines.recv_timeout(Duration::from_secs(20)).unwrap();
        // At another moment each time: while a group gathers, is written, is synced, or the log is copied.
        thread::sleep(Duration::from_millis(20 + (kill as u64 * 37) % 180));
        child.kill().unwrap();
        child.wait().unwrap();

        let acks = acknowledged(std::iter::once(first).chain(lines));
        let stored = stored(dir.path());
        let lost: Vec<_> = acks.iter().filter(|id| !stored.contains(*id)).collect();
        assert!(lost.is_empty(), "kill {kill}: {} of {} are lost: {lost:?}", lost.len(), acks.len());
        all += acks.len();
    }
    println!("{kills} kills, {all} acknowledged writes, none lost");
}

/// How many writes were acknowledged by what `strace` saw; the line of the first one that was acknowledged though the log
/// had not been synced since the one before it.
fn synced_acknowledgements(trace: &str) -> Result<usize, &str> {
    let (mut synced, mut acks) = (false, 0);
    for line in trace.lines() {
        if line.contains("sync(") && line.contains("test.db-wal") {
            synced = true;
        } else if line.contains("\"ack s-0-") {
            if !synced {
                return Err(line);
            }
            (synced, acks) = (false, acks + 1);
        }
    }
    Ok(acks)
}

/// A kill alone loses nothing with `synchronous=OFF` either, since the system keeps what was written. So the syncs are
/// counted.
#[test]
fn each_group_is_synced_before_it_is_acknowledged() {
    const WRITES: usize = 20;
    if Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        assert!(env::var_os("CI").is_none(), "strace is not installed: nothing was checked");
        // Past the capture of the test's output, which nobody reads of a test that passed.
        let _ = writeln!(stderr(), "NOT CHECKED: strace is not installed, so no sync was counted");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("trace");
    let strace = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o", trace.to_str().unwrap()];
    let (mut child, lines) = start(dir.path(), "s", &strace, &[("CRASH_WRITES", &WRITES.to_string())]);
    assert_eq!(acknowledged(lines.into_iter()).len(), WRITES);
    assert!(child.wait().unwrap().success());

    let trace = std::fs::read_to_string(trace).unwrap();
    assert_eq!(synced_acknowledgements(&trace), Ok(WRITES));
    // The check itself: the same without its syncs.
    let (with, without): (Vec<&str>, Vec<&str>) = trace.lines().partition(|line| line.contains("sync("));
    assert!(!with.is_empty());
    assert!(synced_acknowledgements(&without.join("\n")).is_err());
}

/// The same where there is no `strace`: on lines as it writes them.
#[test]
fn a_missing_sync_is_seen() {
    let write = |n: usize| format!("7 write(1</dev/pts/0>, \"ack s-0-{n}\\n\", 10) = 10");
    let sync = |file: &str| format!("8 fdatasync(5</tmp/x/{file}>) = 0");
    let good = [sync("test.db-wal"), write(0), sync("test.db-wal"), sync("test.db"), write(1)];
    assert_eq!(synced_acknowledgements(&good.join("\n")), Ok(2));
    for missing in [0, 2] {
        let mut bad = good.to_vec();
        bad.remove(missing);
        let acknowledged = write(missing / 2);
        assert_eq!(synced_acknowledgements(&bad.join("\n")), Err(acknowledged.as_str()));
    }
    // That of another file does not count.
    let other = [sync("test.db"), write(0)];
    assert!(synced_acknowledgements(&other.join("\n")).is_err());
}

#[test]
fn two_processes_write_one_database_and_neither_is_ever_busy() {
    const TIME: Duration = Duration::from_secs(2);
    let dir = tempfile::tempdir().unwrap();
    let mut processes = ["a", "b"].map(|name| start(dir.path(), name, &[], &[]));
    let firsts = processes.each_ref().map(|(_, lines)| lines.recv_timeout(Duration::from_secs(20)).unwrap());
    let began = Instant::now();
    thread::sleep(TIME);
    for (child, _) in &mut processes {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let acks: Vec<_> = processes
        .into_iter()
        .zip(firsts)
        .map(|((_, lines), first)| acknowledged(std::iter::once(first).chain(lines)))
        .collect();
    let stored = stored(dir.path());
    assert!(acks.iter().flatten().all(|id| stored.contains(id)), "an acknowledged write is missing");
    let (fewer, more) = (acks[0].len().min(acks[1].len()), acks[0].len().max(acks[1].len()));
    println!("{fewer} and {more} writes in {:?}", began.elapsed());
    assert!(fewer * 10 > more, "one of them starved: {fewer} and {more}");
}
