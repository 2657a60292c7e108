//! A Valkey (or Redis) of a test's own, which can be killed, stopped and emptied.

use daymark_server::clock::monotonic;
use std::{
    fmt::Write as _,
    io::{Read, Write as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// It listens on a socket in a folder that goes with it.
pub struct ValkeyServer {
    dir: TempDir,
    child: Child,
}

impl ValkeyServer {
    /// Starts one. Where neither program is installed the test says so and has nothing to do, but fails where `CI` is
    /// set.
    #[expect(clippy::disallowed_methods, reason = "it is the test that asks, not the server")]
    pub fn start() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let Some(child) = launch(&dir) else {
            eprintln!("neither valkey-server nor redis-server is installed: nothing is tested here");
            assert!(std::env::var_os("CI").is_none(), "CI must have valkey-server or redis-server");
            return None;
        };
        let server = Self { dir, child };
        server.answers();
        Some(server)
    }

    /// For `VALKEY_URL`.
    pub fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("valkey.sock")
    }

    fn answers(&self) {
        let end = monotonic() + Duration::from_secs(20);
        while UnixStream::connect(self.socket()).is_err() {
            assert!(monotonic() < end, "it does not start");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// `SIGKILL`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again, with nothing in it.
    pub fn restart(&mut self) {
        self.child = launch(&self.dir).unwrap();
        self.answers();
    }

    /// `SIGSTOP` or `SIGCONT`.
    pub fn signal(&self, signal: &str) {
        let done = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Sends a command; the answer as it comes within a moment.
    pub fn command(&self, words: &[&str]) -> String {
        let mut connection = self.connect();
        send(&mut connection, words);
        send(&mut connection, &["QUIT"]);
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Another connection to it.
    pub fn connect(&self) -> UnixStream {
        UnixStream::connect(self.socket()).unwrap()
    }
}

impl Drop for ValkeyServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a command; whoever does reads the answer.
pub fn send(connection: &mut UnixStream, words: &[&str]) {
    let mut command = format!("*{}\r\n", words.len());
    for word in words {
        write!(command, "${}\r\n{word}\r\n", word.len()).unwrap();
    }
    connection.write_all(command.as_bytes()).unwrap();
}

fn launch(dir: &TempDir) -> Option<Child> {
    ["valkey-server", "redis-server"].into_iter().find_map(|program| {
        Command::new(program)
            .args(["--port", "0", "--unixsocket", "valkey.sock", "--save", "", "--appendonly", "no"])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()
    })
}
