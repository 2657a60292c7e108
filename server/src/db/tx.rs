//! Transactions as use cases see them.

use crate::origin::Origin;
use daymark_shared::{event::Event, ids::AccountId};
use rusqlite::Connection;
use std::{
    cell::{Cell, RefCell},
    ops::Deref,
};

/// A transaction that reads. It derefs to the connection: `tx.prepare_cached(…)`.
pub struct ReadTx<'c>(&'c Connection);

/// A transaction that writes; wherever a [`ReadTx`] is asked for, it will do.
pub struct WriteTx<'c> {
    read: ReadTx<'c>,
    events: RefCell<Vec<(AccountId, Event)>>,
    wake: Cell<Option<Origin>>,
    set_aside: Cell<u64>,
}

/// What is told once a transaction is on disk. One that is undone tells nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What has changed, and whose it is.
    pub events: Vec<(AccountId, Event)>,
    /// Something may be due earlier than before, and what set that off.
    pub wake: Option<Origin>,
    /// How many rows were set aside.
    pub set_aside: u64,
}

impl<'c> ReadTx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self(connection)
    }
}

impl<'c> WriteTx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            read: ReadTx(connection),
            events: RefCell::default(),
            wake: Cell::default(),
            set_aside: Cell::default(),
        }
    }

    /// Tells the account's browsers of a change, after the commit; the same twice is told once.
    pub fn emit(&self, account: AccountId, event: Event) {
        let mut events = self.events.borrow_mut();
        if !events.contains(&(account, event)) {
            events.push((account, event));
        }
    }

    /// Wakes those who wait for what is due, after the commit: something may be due earlier than they think.
    pub fn wake(&self) {
        self.wake.set(Some(Origin::current()));
    }

    /// Counts, after the commit, a row that could not be read and is in nobody's way any more.
    pub fn set_aside(&self) {
        self.set_aside.set(self.set_aside.get() + 1);
    }

    /// What there is to tell so far; from now on it is nothing again.
    pub(super) fn take_told(&self) -> Told {
        Told { events: self.events.take(), wake: self.wake.take(), set_aside: self.set_aside.take() }
    }
}

impl Told {
    pub(super) fn add(&mut self, other: Self) {
        self.events.extend(other.events);
        self.wake = other.wake.or(self.wake.take());
        self.set_aside += other.set_aside;
    }

    fn is_nothing(&self) -> bool {
        self.events.is_empty() && self.wake.is_none()
    }

    /// Tells it, where there is anything to tell.
    pub(super) fn tell(self, listener: Option<&(dyn Fn(Self) + Send + Sync)>) {
        if let Some(listener) = listener.filter(|_| !self.is_nothing()) {
            listener(self);
        }
    }
}

impl Deref for ReadTx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl<'c> Deref for WriteTx<'c> {
    type Target = ReadTx<'c>;

    fn deref(&self) -> &ReadTx<'c> {
        &self.read
    }
}
