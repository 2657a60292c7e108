//! The server as a process: started, watched, stopped.

use daymark_server::clock::monotonic;
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

/// Longest that it may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. It is killed where it is dropped without having been stopped.
pub struct Server {
    child: Child,
    pub addr: SocketAddr,
    /// From its start until it said that it is ready.
    pub ready_after: Duration,
}

/// What it has used so far.
#[derive(Clone, Copy)]
pub struct Usage {
    /// Of all its threads, in user and system mode.
    pub cpu: Duration,
    /// Resident memory in MB (10⁶ bytes).
    pub resident: f64,
    /// The part of it that is no file's.
    pub anonymous: f64,
}

impl Server {
    /// Starts it with its data in `data`; its log goes to a file there.
    pub fn start(program: &Path, data: &Path) -> io::Result<Self> {
        Self::start_as("all", program, data, &[])
    }

    /// The same in another mode, with more in its environment.
    pub fn start_as(
        mode: &str,
        program: &Path,
        data: &Path,
        environment: &[(&str, String)],
    ) -> io::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let file = data.join(format!("log-{port}"));
        let log = File::options().create(true).append(true).open(&file)?;
        let began = monotonic();
        let child = Command::new(program)
            .arg(mode)
            .env("BIND", addr.to_string())
            .env("DATA_DIR", data)
            .env("REGISTRATION", "open")
            .env_remove("LOG")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut server = Self { child, addr, ready_after: Duration::ZERO };
        // Who only works does not listen, and says so in the log.
        let is_at_work = || fs::read_to_string(&file).is_ok_and(|log| log.contains("\"working\""));
        while !(if mode == "jobs" { is_at_work() } else { is_ready(addr) }) {
            if let Some(ended) = server.child.try_wait()? {
                return Err(io::Error::other(format!("the server {ended}: see {}", file.display())));
            }
            if began.elapsed() > PATIENCE {
                return Err(io::ErrorKind::TimedOut.into());
            }
            sleep(Duration::from_micros(500));
        }
        server.ready_after = began.elapsed();
        Ok(server)
    }

    /// Kills it, without a word.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    pub fn usage(&self) -> io::Result<Usage> {
        let unreadable = || io::Error::other("/proc tells something else than expected");
        let of = |file| fs::read_to_string(format!("/proc/{}/{file}", self.child.id()));
        let stat = of("stat")?;
        // The name in parentheses may hold anything; the fields are counted from behind it. Ticks are of 10 ms.
        let (_, fields) = stat.rsplit_once(')').ok_or_else(unreadable)?;
        let ticks: u64 =
            fields.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<u64>().ok()).sum();
        let status = of("status")?;
        let megabytes = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(unreadable)?;
            let number = line.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
            number.map(|kib| kib * 1024.0 / 1e6).ok_or_else(unreadable)
        };
        Ok(Usage {
            cpu: Duration::from_millis(ticks * 10),
            resident: megabytes("VmRSS:")?,
            anonymous: megabytes("RssAnon:")?,
        })
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> io::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let began = monotonic();
        while self.child.try_wait()?.is_none() {
            if began.elapsed() > PATIENCE {
                return Err(io::Error::other("the server does not stop"));
            }
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where it has ended by itself, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_ready(addr: SocketAddr) -> bool {
    let ask = || -> io::Result<bool> {
        let mut stream = TcpStream::connect(addr)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 204"))
    };
    ask().unwrap_or(false)
}
