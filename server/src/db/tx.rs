//! Transactions as use cases see them.

use rusqlite::Connection;
use std::ops::Deref;

/// A transaction that reads. It derefs to the connection: `tx.prepare_cached(…)`.
pub struct ReadTx<'c>(&'c Connection);

/// A transaction that writes; wherever a [`ReadTx`] is asked for, it will do.
pub struct WriteTx<'c>(ReadTx<'c>);

impl<'c> ReadTx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self(connection)
    }
}

impl<'c> WriteTx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self(ReadTx(connection))
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
        &self.0
    }
}
