//! A mail server on a socket: it speaks as much of SMTP (RFC 5321) as is spoken with it, and keeps what it is given.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};

/// What it says other than yes: the first word of a command, and the answer to it. An empty answer is none at all.
pub type Script = &'static [(&'static str, &'static str)];

/// What was given to it.
pub struct Mail {
    /// All commands of the connection so far, each a line.
    pub commands: Vec<String>,
    /// Head and body.
    pub data: String,
}

/// The server; it goes with the test's process.
pub struct MailServer {
    /// Where it listens.
    pub addr: SocketAddr,
    mails: Receiver<Mail>,
}

impl MailServer {
    /// Starts one that answers by this script.
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (send, mails) = mpsc::channel();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let send = send.clone();
                thread::spawn(move || converse(&connection, script, &send));
            }
        });
        Self { addr, mails }
    }

    /// The next mail.
    pub fn next(&self) -> Mail {
        self.mails.recv_timeout(Duration::from_secs(20)).unwrap()
    }
}

/// Answers until the other end goes.
fn converse(connection: &TcpStream, script: Script, mails: &Sender<Mail>) -> Option<()> {
    let mut lines = BufReader::new(connection).lines();
    let mut out = connection;
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).ok();
    let mut commands = Vec::new();
    say("220 sink.example.org ESMTP")?;
    loop {
        let line = lines.next()?.ok()?;
        let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        commands.push(line);
        match script.iter().find(|(command, _)| *command == word) {
            Some((_, "")) => continue,
            Some((_, answer)) => {
                say(answer)?;
                continue;
            }
            None => {}
        }
        match word.as_str() {
            "EHLO" => say("250-sink.example.org\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME")?,
            "AUTH" => say("235 2.7.0 welcome")?,
            "DATA" => {
                say("354 go on")?;
                let mut data = String::new();
                loop {
                    let line = lines.next()?.ok()?;
                    if line == "." {
                        break;
                    }
                    data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    data.push('\n');
                }
                mails.send(Mail { commands: commands.clone(), data }).ok()?;
                say("250 2.0.0 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 yes")?,
        }
    }
}
