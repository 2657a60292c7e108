//! What a test sees of Valkey besides.

use crate::valkey_server::{ValkeyServer, send};
use daymark_server::clock::monotonic;
use std::{io::Read, thread, time::Duration};

impl ValkeyServer {
    /// Returns once a server listens to it.
    pub fn subscribed(&self) {
        let end = monotonic() + Duration::from_secs(20);
        while !self.command(&["PUBSUB", "NUMPAT"]).starts_with(":1\r\n") {
            assert!(monotonic() < end, "nobody subscribes");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything that it is asked from now on, until it ends.
    pub fn monitor(&self) -> thread::JoinHandle<Vec<u8>> {
        let mut connection = self.connect();
        send(&mut connection, &["MONITOR"]);
        let mut ok = [0; 5];
        connection.read_exact(&mut ok).unwrap();
        assert_eq!(&ok, b"+OK\r\n");
        thread::spawn(move || {
            let mut seen = Vec::new();
            // It ends with an error where the server was killed; what came before counts.
            let _ = connection.read_to_end(&mut seen);
            seen
        })
    }
}
