//! Two of `server api` and two of `server jobs` on one folder, with a Valkey between them: killed at any moment, started
//! again at once.

use crate::{chance::Chance, ledger::Ledger, server, valkey_server::ValkeyServer};
use daymark_server::clock::{Clock, monotonic};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long a process may take to start, or to stop when it is asked to.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it is waited for a moment at which a kill hurts.
const BUSY_BY: Duration = Duration::from_millis(700);

/// What the processes have said so far.
#[derive(Default)]
struct Heard {
    /// Where each `server api` listens; none while it does not.
    urls: [Option<String>; 2],
    /// Which processes are at work.
    ready: HashSet<String>,
    said: Said,
}

/// What workers have said about reminders: process and id.
#[derive(Default, Clone)]
pub struct Said {
    /// It came back with a message that had become somebody else's.
    pub outlived: HashSet<(String, String)>,
    /// It had no answer in time.
    pub silent: HashSet<(String, String)>,
    /// Which process could not write down what had become of all that it had in hand, and when it said so.
    pub given_up: Vec<(String, Timestamp)>,
}

struct Process {
    mode: &'static str,
    slot: usize,
    /// What it is called in the links of the messages that it sends.
    name: String,
    child: Child,
}

impl Drop for Process {
    fn drop(&mut self) {
        // Where it has ended by itself, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Which process died when.
pub struct Death {
    pub name: String,
    pub at: Timestamp,
}

/// A request that is under way.
pub struct Asking<'a>(&'a AtomicUsize);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The processes: 0 and 1 serve the API, 2 and 3 work.
pub struct Fleet {
    data: PathBuf,
    processes: Mutex<Vec<Process>>,
    heard: Arc<Mutex<Heard>>,
    deaths: Mutex<Vec<Death>>,
    started: Mutex<usize>,
    /// How many requests are under way at each `server api`.
    asking: [AtomicUsize; 2],
    /// What reads their logs.
    listeners: Mutex<Vec<JoinHandle<()>>>,
    /// Whose messages are believed as those of push services.
    push_services: String,
    /// What they share; nothing where it is not installed.
    valkey: Option<Mutex<ValkeyServer>>,
}

impl Fleet {
    /// Starts all four and waits until they are at work.
    pub fn start(data: &Path, push_services: &str) -> Self {
        let fleet = Self {
            data: data.to_owned(),
            push_services: push_services.to_owned(),
            valkey: ValkeyServer::start().map(Mutex::new),
            processes: Mutex::default(),
            heard: Arc::default(),
            deaths: Mutex::default(),
            started: Mutex::default(),
            asking: Default::default(),
            listeners: Mutex::default(),
        };
        for (mode, slot) in [("api", 0), ("api", 1), ("jobs", 0), ("jobs", 1)] {
            let process = fleet.spawn(mode, slot);
            let name = process.name.clone();
            fleet.processes.lock().unwrap().push(process);
            fleet.wait_until_ready(&name);
        }
        fleet
    }

    fn spawn(&self, mode: &'static str, slot: usize) -> Process {
        let number = {
            let mut started = self.started.lock().unwrap();
            *started += 1;
            *started
        };
        let name = format!("{mode}{slot}-{number}");
        let valkey = self.valkey.as_ref().map(|valkey| valkey.lock().unwrap().url());
        // It is in each link, and push services are told it: that tells who has sent a message.
        let site = format!("https://{name}.test");
        let mut variables = vec![
            ("OUTBOUND_ALLOW", "127.0.0.0/8"),
            ("PUSH_SERVICES", &self.push_services),
            ("PUBLIC_URL", &site),
        ];
        variables.extend(valkey.as_deref().map(|url| ("VALKEY_URL", url)));
        let (child, log) = server::launch(&self.data, mode, &variables);
        let (heard, who) = (Arc::clone(&self.heard), name.clone());
        let listener = thread::spawn(move || listen(log, &heard, slot, &who));
        self.listeners.lock().unwrap().push(listener);
        Process { mode, slot, name, child }
    }

    /// Waits until the n-th process is at work: on a busy machine, who is killed sooner has never done anything.
    pub fn wait_until_at_work(&self, n: usize) {
        let name = self.processes.lock().unwrap()[n].name.clone();
        self.wait_until_ready(&name);
    }

    fn wait_until_ready(&self, name: &str) {
        let began = monotonic();
        while !self.heard.lock().unwrap().ready.contains(name) {
            assert!(began.elapsed() < PATIENCE, "{name} does not start");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Where to ask: one of the two that listen. What comes with it is held while it is asked.
    pub fn ask(&self, chance: u64) -> Option<(String, Asking<'_>)> {
        let heard = self.heard.lock().unwrap();
        let first = (chance % 2) as usize;
        let slot = if heard.urls[first].is_some() { first } else { 1 - first };
        let url = heard.urls[slot].clone()?;
        self.asking[slot].fetch_add(1, Ordering::SeqCst);
        Some((url, Asking(&self.asking[slot])))
    }

    /// Waits, but not for long, until the n-th process has something in hand: a request, or a message on its way.
    pub fn wait_until_busy(&self, n: usize, ledger: &Ledger) {
        let name = self.processes.lock().unwrap()[n].name.clone();
        let before = ledger.sent_by(&name);
        let is_busy = || match self.asking.get(n) {
            Some(asking) => asking.load(Ordering::SeqCst) > 0,
            None => ledger.sent_by(&name) > before,
        };
        let began = monotonic();
        while !is_busy() && began.elapsed() < BUSY_BY {
            thread::sleep(Duration::from_micros(300));
        }
    }

    /// Kills the n-th process and starts another in its place.
    pub fn kill(&self, n: usize) {
        let mut processes = self.processes.lock().unwrap();
        let process = &mut processes[n];
        let at = Clock::system().now();
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        self.deaths.lock().unwrap().push(Death { name: process.name.clone(), at });
        let (mode, slot) = (process.mode, process.slot);
        if mode == "api" {
            self.heard.lock().unwrap().urls[slot] = None;
        }
        *process = self.spawn(mode, slot);
    }

    /// Does to Valkey what a bad day does: ends it and starts it anew, empties it, or lets it hang for a moment. Answers
    /// whether there is one.
    pub fn disturb_valkey(&self, chance: &mut Chance) -> bool {
        let Some(valkey) = &self.valkey else { return false };
        let mut valkey = valkey.lock().unwrap();
        match chance.among(0..3) {
            0 => {
                valkey.kill();
                thread::sleep(Duration::from_millis(chance.among(0..500)));
                valkey.restart();
            }
            1 => drop(valkey.command(&["FLUSHALL"])),
            _ => {
                valkey.signal("-STOP");
                thread::sleep(Duration::from_millis(chance.among(0..500)));
                valkey.signal("-CONT");
            }
        }
        true
    }

    /// Which have died, in order.
    pub fn deaths(&self) -> Vec<Death> {
        let deaths = self.deaths.lock().unwrap();
        deaths.iter().map(|death| Death { name: death.name.clone(), at: death.at }).collect()
    }

    /// Asks all to stop, and waits until they have. Answers what they have said.
    pub fn stop(&self) -> Said {
        for process in self.processes.lock().unwrap().iter_mut() {
            let pid = process.child.id().to_string();
            assert!(Command::new("kill").arg(pid).status().unwrap().success());
        }
        for process in self.processes.lock().unwrap().iter_mut() {
            let began = monotonic();
            while process.child.try_wait().unwrap().is_none() {
                assert!(began.elapsed() < PATIENCE, "{} does not stop", process.name);
                thread::sleep(Duration::from_millis(5));
            }
        }
        for listener in self.listeners.lock().unwrap().drain(..) {
            listener.join().unwrap();
        }
        self.heard.lock().unwrap().said.clone()
    }
}

fn listen(log: BufReader<ChildStdout>, heard: &Mutex<Heard>, slot: usize, name: &str) {
    for line in log.lines().map_while(Result::ok) {
        // Most lines tell of requests.
        let words = ["listening", "working", "\"is_ours\":false", "\"silent\"", "was not recorded"];
        if !words.iter().any(|word| line.contains(word)) {
            continue;
        }
        let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
        let mut heard = heard.lock().unwrap();
        match line["msg"].as_str() {
            Some("listening") => {
                heard.urls[slot] = Some(format!("http://{}", line["addr"].as_str().unwrap()));
                heard.ready.insert(name.to_owned());
            }
            Some("working") => {
                heard.ready.insert(name.to_owned());
            }
            Some("what became of messages was not recorded") => {
                heard.said.given_up.push((name.to_owned(), Clock::system().now()));
            }
            Some("a message was settled") => {
                let place = (name.to_owned(), line["reminder.id"].as_str().unwrap().to_owned());
                if line["is_ours"] == false {
                    heard.said.outlived.insert(place.clone());
                }
                if line["reason"] == "silent" {
                    heard.said.silent.insert(place);
                }
            }
            _ => {}
        }
    }
}
