//! Stands between the server and a store, and refuses one part.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// The port of one that answers 403 to this part and passes everything else on.
pub fn refusing_part(part: u32, store: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || serve(stream, part, store));
        }
    });
    port
}

/// One request a connection.
fn serve(mut client: TcpStream, part: u32, store: u16) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    if head.lines().next()?.contains(&format!("partNumber={part}&")) {
        let why = "<Error><Code>AccessDenied</Code></Error>";
        let answer = format!(
            "HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{why}",
            why.len()
        );
        return client.write_all(answer.as_bytes()).ok();
    }
    let mut upstream = TcpStream::connect(("127.0.0.1", store)).ok()?;
    let head = head.trim_end().to_owned() + "\r\nconnection: close\r\n\r\n";
    upstream.write_all(head.as_bytes()).ok()?;
    upstream.write_all(&body).ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).ok()?;
    client.write_all(&answer).ok()
}
