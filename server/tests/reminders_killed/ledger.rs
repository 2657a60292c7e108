//! What has arrived, written by the other end.

use jiff::Timestamp;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

/// A reminder that has arrived in whole.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Which line it came by.
    pub line: usize,
    /// The reminder's id: a webhook's header, or the reminder that a push's capability is for.
    pub id: String,
    pub routine: String,
    pub due_at: Timestamp,
    /// The process that has sent it.
    pub by: String,
    pub received_at: Timestamp,
    /// The same for all that is said about one occurrence.
    pub tag: String,
    /// What a push may be answered with.
    pub capability: Option<String>,
    /// Whether it was answered with success, in whole.
    pub is_taken: bool,
    /// Whether it was answered in a way that makes another try useless.
    pub is_final: bool,
}

/// What else is said to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Another channel has ended.
    Ended,
    /// What this device shows of the same tag is done with.
    Close,
}

/// Something else that has arrived in whole.
#[derive(Debug, Clone)]
pub struct Notice {
    pub line: usize,
    pub news: News,
    pub tag: String,
    pub received_at: Timestamp,
    pub is_taken: bool,
}

/// A device has said that it is gone.
#[derive(Debug, Clone)]
pub struct Farewell {
    /// To which process.
    pub to: String,
    pub at: Timestamp,
}

/// What a message is.
pub enum Letter {
    Reminder(Receipt),
    Notice(Notice),
}

/// Where it was written down.
#[derive(Clone, Copy)]
pub enum Entry {
    Reminder(usize),
    Notice(usize),
}

/// All that has arrived.
#[derive(Default)]
pub struct Ledger {
    receipts: Mutex<Vec<Receipt>>,
    notices: Mutex<Vec<Notice>>,
    /// Of each line that is gone, in order.
    farewells: Mutex<HashMap<usize, Vec<Farewell>>>,
    /// What was taken: line, routine, and when it was due.
    taken: Mutex<BTreeSet<(usize, String, Timestamp)>>,
    /// How many each process has sent.
    sent: Mutex<HashMap<String, usize>>,
    /// What could not be read.
    strange: Mutex<Vec<String>>,
}

impl Ledger {
    /// Writes down what has come from this process, not taken yet.
    pub fn write(&self, letter: Letter, by: &str) -> Entry {
        *self.sent.lock().unwrap().entry(by.to_owned()).or_default() += 1;
        match letter {
            Letter::Reminder(receipt) => {
                let mut receipts = self.receipts.lock().unwrap();
                receipts.push(receipt);
                Entry::Reminder(receipts.len() - 1)
            }
            Letter::Notice(notice) => {
                let mut notices = self.notices.lock().unwrap();
                notices.push(notice);
                Entry::Notice(notices.len() - 1)
            }
        }
    }

    pub fn write_strange(&self, text: String) {
        self.strange.lock().unwrap().push(text);
    }

    pub fn mark_taken(&self, entry: Entry) {
        match entry {
            Entry::Reminder(at) => {
                let mut receipts = self.receipts.lock().unwrap();
                let receipt = &mut receipts[at];
                receipt.is_taken = true;
                let place = (receipt.line, receipt.routine.clone(), receipt.due_at);
                self.taken.lock().unwrap().insert(place);
            }
            Entry::Notice(at) => self.notices.lock().unwrap()[at].is_taken = true,
        }
    }

    /// It is about to be refused for good.
    pub fn mark_final(&self, entry: Entry) {
        if let Entry::Reminder(at) = entry {
            self.receipts.lock().unwrap()[at].is_final = true;
        }
    }

    /// It is about to be told that this line is gone.
    pub fn write_farewell(&self, line: usize, farewell: Farewell) {
        self.farewells.lock().unwrap().entry(line).or_default().push(farewell);
    }

    /// How many reminders this line has taken.
    pub fn taken_by(&self, line: usize) -> usize {
        let least = (line, String::new(), Timestamp::MIN);
        let most = (line + 1, String::new(), Timestamp::MIN);
        self.taken.lock().unwrap().range(least..most).count()
    }

    /// Whether a message of this routine, due between the two instants, was taken by this line.
    pub fn has_taken(&self, line: usize, routine: &str, (from, to): (Timestamp, Timestamp)) -> bool {
        let places = (line, routine.to_owned(), from)..=(line, routine.to_owned(), to);
        self.taken.lock().unwrap().range(places).next().is_some()
    }

    /// What this line has answered once it was gone; nothing while it is there.
    pub fn farewells(&self, line: usize) -> Vec<Farewell> {
        self.farewells.lock().unwrap().get(&line).cloned().unwrap_or_default()
    }

    /// Whether this line has said that it is gone.
    pub fn is_gone(&self, line: usize) -> bool {
        self.farewells.lock().unwrap().contains_key(&line)
    }

    /// How many messages of this process have arrived.
    pub fn sent_by(&self, name: &str) -> usize {
        self.sent.lock().unwrap().get(name).copied().unwrap_or_default()
    }

    /// All reminders, in the order in which they came.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.receipts.lock().unwrap().clone()
    }

    /// All else that could be read, in the order in which it came.
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.lock().unwrap().clone()
    }

    /// What could not be read.
    pub fn strange(&self) -> Vec<String> {
        self.strange.lock().unwrap().clone()
    }
}
