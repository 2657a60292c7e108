//! The stream of what changes: server-sent events (WHATWG HTML §9.2), read as they come.
//!
//! `EventSource` cannot send the access token, so this reads a streamed answer.

use super::{ApiError, read::read, request::open, session};
use crate::platform::timer::Timeout;
use daymark_shared::{event::Event, problem::Code};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Response};

/// The server says something every 20 seconds; a stream that has been silent for so long is dead.
const SILENCE_MS: u32 = 50_000;

/// What an event says.
///
/// `None` for one that this version does not know.
pub fn event(data: &str) -> Option<Event> {
    read(data)
}

/// Reads the stream after the event with this id until it ends, breaks, or is aborted, and calls `heard` with the id and
/// the data of each event.
///
/// # Errors
/// [`ApiError`]; `Ok` means that there was a stream.
pub async fn listen(
    seen: Option<&str>,
    abort: &AbortController,
    mut heard: impl FnMut(&str, &str),
) -> Result<(), ApiError> {
    let token = session::fresh_token().await?;
    let mut response = connect(seen, &token, abort).await?;
    if response.status() == 401 {
        let token = session::renewed_token(&token).await?;
        response = connect(seen, &token, abort).await?;
    }
    match response.status() {
        200 => {}
        401 => return Err(ApiError::Refused(Code::Unauthenticated)),
        status => return Err(ApiError::Unreadable { status }),
    }
    let mut lines = Lines::default();
    // A stream that breaks is over like one that ends: whoever listens comes again.
    let _ = chunks(&response, abort, |text| lines.feed(text, &mut heard)).await;
    Ok(())
}

async fn connect(seen: Option<&str>, token: &str, abort: &AbortController) -> Result<Response, ApiError> {
    let _limit = silence(abort);
    open("events", seen, token, abort).await.map_err(|_| ApiError::Offline)
}

fn silence(abort: &AbortController) -> Timeout {
    let abort = abort.clone();
    Timeout::new(SILENCE_MS, move || abort.abort())
}

/// Gives the body of an answer piece by piece.
async fn chunks(
    response: &Response,
    abort: &AbortController,
    mut take: impl FnMut(&str),
) -> Result<(), JsValue> {
    let Some(body) = response.body() else { return Ok(()) };
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let _limit = silence(abort);
        let read = JsFuture::from(reader.read()).await?;
        let value = js_sys::Reflect::get(&read, &JsValue::from_str("value"))?;
        let Ok(bytes) = value.dyn_into::<js_sys::Uint8Array>() else { return Ok(()) };
        // Ids and JSON of ids: all of it is ASCII, so no character is torn apart.
        take(&String::from_utf8_lossy(&bytes.to_vec()));
    }
}

/// Lines of the stream, as far as they have come.
#[derive(Default)]
struct Lines {
    rest: String,
    id: String,
    data: String,
}

impl Lines {
    fn feed(&mut self, text: &str, heard: &mut impl FnMut(&str, &str)) {
        self.rest.push_str(text);
        while let Some((line, rest)) = self.rest.split_once('\n') {
            let (line, rest) = (line.to_owned(), rest.to_owned());
            self.rest = rest;
            if let Some(id) = line.strip_prefix("id: ") {
                id.clone_into(&mut self.id);
            } else if let Some(data) = line.strip_prefix("data: ") {
                data.clone_into(&mut self.data);
            } else if line.is_empty() && !self.data.is_empty() {
                heard(&self.id, &std::mem::take(&mut self.data));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&str]) -> Vec<String> {
        let (mut lines, mut all) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.feed(piece, &mut |id: &str, data: &str| all.push([id, "|", data].concat()));
        }
        all
    }

    #[test]
    fn events_are_read_however_they_are_torn() {
        let text = ":\n\nid: a-1\ndata: {\"kind\":\"account\"}\n\nid: a-2\ndata: {}\n\n:\n\n";
        let expected = ["a-1|{\"kind\":\"account\"}", "a-2|{}"];
        assert_eq!(all(&[text]), expected);
        let bytes: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(all(&bytes.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_has_not_ended_is_not_told() {
        assert!(all(&["id: a-1\ndata: {}\n"]).is_empty());
    }

    #[test]
    fn kinds_of_a_newer_server_are_passed_over() {
        assert_eq!(event(r#"{"kind":"resync"}"#), Some(Event::Resync));
        assert_eq!(event(r#"{"kind":"weather","id":"x"}"#), None);
    }
}
