//! A data folder of a test's own, and what an operator does with it.

use daymark_server::{
    clock::{Clock, monotonic},
    config::Config,
    state::State,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};
use ureq::Agent;

pub const PASSWORD: &str = "seven green lamps sing";
/// Somebody whose backups are encrypted: it takes no second each, as a passphrase does.
pub const RECIPIENT: &str = "age13we4ee6e7nwz37yn540wu773jnweka6smhh8r6mvu2lfqrdkjpjq5x8hq2";
const IDENTITY: &str = "AGE-SECRET-KEY-1VNEMVLXTCRCMZPK83T44JGTK8JDGS89VAKNXL39WXPTJLJNN0LNSTNTWK9";

/// A data folder, which goes with it.
pub struct House {
    dir: tempfile::TempDir,
    settings: Vec<(String, String)>,
}

impl House {
    /// An empty one.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), settings: Vec::new() }
    }

    /// One with a database in which `word` stands, and its keyring.
    pub fn with(word: &str) -> Self {
        let house = Self::new();
        house.state();
        house.write(word);
        house
    }

    /// From now on every program gets this variable too.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Backs up, encrypted for [`RECIPIENT`].
    pub fn sealed_backup(&self) -> String {
        let to = self.outside("sealed").to_str().unwrap().to_owned();
        self.report(&["backup", "--to", &to, "--recipient", RECIPIENT]);
        to
    }

    /// The file with the identity of [`RECIPIENT`].
    pub fn identity(&self) -> String {
        let file = self.outside("identity");
        fs::write(&file, format!("{IDENTITY}\n")).unwrap();
        file.to_str().unwrap().to_owned()
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("daymark.db")
    }

    pub fn keyring(&self) -> PathBuf {
        self.data().join("keys/keyring.json")
    }

    /// A file beside the data.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Opens everything as a server does, and closes it again: it fails where the keyring is not the database's.
    pub fn state(&self) {
        let data = self.data().to_str().unwrap().to_owned();
        let config = Config::from_source(&|name| (name == "DATA_DIR").then(|| data.clone())).unwrap();
        let system = actix_web::rt::System::new();
        let state = system.block_on(State::open(config, Clock::system())).unwrap();
        state.db.close();
    }

    /// Puts a word into the database, and enough besides that it is not small.
    pub fn write(&self, word: &str) {
        let connection = Connection::open(self.database()).unwrap();
        connection
            .execute_batch(&format!(
                "CREATE TABLE IF NOT EXISTS words (word TEXT, filler BLOB); DELETE FROM words;
                 WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300)
                 INSERT INTO words SELECT '{word}', randomblob(2000) FROM n"
            ))
            .unwrap();
    }

    /// The word that is in the database, which is whole.
    pub fn word(&self) -> String {
        word_in(&self.database())
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.args(arguments).env_clear().env("DATA_DIR", self.data()).env("LOG", "warn");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The report of a command that does what is asked.
    #[track_caller]
    pub fn report(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[&["--json"], arguments].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{arguments:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(text.lines().count(), 1, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// What a command says that does not do what is asked.
    #[track_caller]
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        String::from_utf8(output.stderr).unwrap()
    }

    /// Every file of the data, but for locks.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for path in entries.map(|entry| entry.unwrap().path()) {
                let name = path.file_name().unwrap().to_str().unwrap();
                if path.is_dir() {
                    folders.push(path);
                } else if !name.ends_with(".use") && !name.ends_with(".lock") && !name.ends_with("-shm") {
                    found.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        found
    }
}

/// The word in a database, which is whole.
pub fn word_in(database: &Path) -> String {
    let connection = Connection::open(database).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let found = connection.query_row("SELECT min(word), max(word), count(*) FROM words", [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?))
    });
    let (first, last, count) = found.unwrap();
    assert_eq!((&first, count), (&last, 300));
    first
}

/// `server api` on a house's data; it is killed with it.
pub struct Api {
    child: Child,
    url: String,
    agent: Agent,
}

impl Api {
    pub fn start(house: &House) -> Self {
        let mut command = house.command(&["api"]);
        command.envs([("PORT", "0"), ("REGISTRATION", "open"), ("LOG", "info")]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let line: Value = serde_json::from_str(&log.next().unwrap().unwrap()).unwrap();
            if line["msg"] == "listening" {
                break format!("http://{}/api/v1", line["addr"].as_str().unwrap());
            }
        };
        thread::spawn(move || log.for_each(drop));
        Self { child, url, agent: Agent::config_builder().http_status_as_error(false).build().into() }
    }

    /// Makes an account; a token of it.
    pub fn sign_up(&self) -> String {
        let person = json!({ "email": "mira@example.org", "password": PASSWORD, "zone": "Europe/Berlin", "locale": "en" });
        let (status, answer) = self.post("accounts", "", &person);
        assert_eq!(status, 201, "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub fn sign_in(&self) -> String {
        let person = json!({ "email": "mira@example.org", "password": PASSWORD });
        let (status, answer) = self.post("sessions", "", &person);
        assert_eq!(status, 201, "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub fn post(&self, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.post(format!("{}/{path}", self.url));
        let mut answer = request.header("authorization", format!("Bearer {token}")).send_json(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    pub fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let request = self.agent.get(format!("{}/{path}", self.url));
        let mut answer = request.header("authorization", format!("Bearer {token}")).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// `server jobs` on a house's data; it is killed with it.
pub struct Jobs {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Jobs {
    pub fn start(house: &House) -> Self {
        let mut command = house.command(&["jobs"]);
        command.env("LOG", "info,daymark_server=trace");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let out = BufReader::new(child.stdout.take().unwrap()).lines();
        let err = BufReader::new(child.stderr.take().unwrap()).lines();
        let keep = |lines: Box<dyn Iterator<Item = std::io::Result<String>> + Send>| {
            let log = Arc::clone(&log);
            thread::spawn(move || lines.map_while(Result::ok).for_each(|line| log.lock().unwrap().push(line)))
        };
        let readers = vec![keep(Box::new(out)), keep(Box::new(err))];
        Self { child, log, readers }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// How often it has logged this.
    pub fn said(&self, message: &str) -> usize {
        self.log().matches(&format!("\"msg\":\"{message}\"")).count()
    }

    /// Asks it to stop, and waits for its end. All that it has logged.
    pub fn stop(mut self) -> String {
        assert!(
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success()
        );
        assert!(self.child.wait().unwrap().success());
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        self.log()
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        // Where it was stopped there is nothing left to kill.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

/// Waits until it is true.
#[track_caller]
pub fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = monotonic() + Duration::from_secs(60);
    while !is_true() {
        assert!(monotonic() < end, "it did not come true: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
