//! One way to ask the server: JSON in, JSON out, problems as errors, a time limit, and the session kept alive.

use super::{ApiError, read::read, session};
use crate::platform::{timer::Timeout, window};
use daymark_shared::problem::{Code, Problem};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, Response};

/// How long an answer may take.
const LIMIT_MS: u32 = 10_000;

/// What to do with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read it.
    Get,
    /// Add to it.
    Post,
    /// Put it there.
    Put,
    /// Change parts of it.
    Patch,
    /// Take it away.
    Delete,
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// The thing. `()` where there is none.
    pub body: T,
    /// Which version of it, for `If-Match`.
    pub etag: Option<String>,
}

/// What is asked for, on its way. It has nothing of the question in it, so that each type of answer comes in one way only.
pub type Asked<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// A body to send.
pub fn json(body: &impl Serialize) -> Option<String> {
    // DTOs have string keys and nothing that can refuse.
    serde_json::to_string(body).ok()
}

/// The `If-Match` for a thing that was seen at this revision.
pub fn etag(revision: u64) -> Option<String> {
    Some(["\"", &revision.to_string(), "\""].concat())
}

/// Asks the server, as the person who is signed in.
///
/// `path` lies below `api/v1/`, as in `routines?limit=50`. `if_match` is the version that a change is meant for. An
/// access token that has run out is renewed on the way; when the session has ended, the store hears of it. It gives
/// an [`ApiError`] when it does not work.
pub fn request<T: DeserializeOwned + 'static>(
    method: Method,
    path: &str,
    body: Option<String>,
    if_match: Option<String>,
) -> Asked<Answer<T>> {
    let raw = authorised(method, path.to_owned(), body, if_match);
    Box::pin(Reading { raw, read: decode })
}

/// The same, for whom the thing alone matters.
pub fn ask<T: DeserializeOwned + 'static>(
    method: Method,
    path: &str,
    body: Option<String>,
    if_match: Option<String>,
) -> Asked<T> {
    let raw = authorised(method, path.to_owned(), body, if_match);
    Box::pin(Reading { raw, read: body_of })
}

/// Asks without a session: signing in, say.
pub(super) fn ask_openly<T: DeserializeOwned + 'static>(
    method: Method,
    path: &'static str,
    body: Option<String>,
) -> Asked<T> {
    Box::pin(Reading { raw: openly(method, path, body), read: body_of })
}

fn openly(method: Method, path: &'static str, body: Option<String>) -> Asked<Raw> {
    Box::pin(async move { checked(exchange(method, path, body.as_deref(), None, None).await?) })
}

/// Reads an answer when it has come. By hand: what an `async` block becomes is several times its size, for each type.
struct Reading<T> {
    raw: Asked<Raw>,
    read: fn(Raw) -> Result<T, ApiError>,
}

impl<T> Future for Reading<T> {
    type Output = Result<T, ApiError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.raw.as_mut().poll(context).map(|raw| (self.read)(raw?))
    }
}

/// An answer before it is read.
struct Raw {
    status: u16,
    etag: Option<String>,
    text: String,
}

fn decode<T: DeserializeOwned>(raw: Raw) -> Result<Answer<T>, ApiError> {
    let text = if raw.text.is_empty() { "null" } else { &raw.text };
    match read(text) {
        Some(body) => Ok(Answer { body, etag: raw.etag }),
        None => Err(ApiError::Unreadable { status: raw.status }),
    }
}

fn body_of<T: DeserializeOwned>(raw: Raw) -> Result<T, ApiError> {
    decode(raw).map(|answer| answer.body)
}

fn checked(raw: Raw) -> Result<Raw, ApiError> {
    if (200..300).contains(&raw.status) {
        return Ok(raw);
    }
    Err(match read::<Problem>(&raw.text) {
        Some(problem) => ApiError::Problem(Box::new(problem)),
        None => ApiError::Unreadable { status: raw.status },
    })
}

fn authorised(method: Method, path: String, body: Option<String>, if_match: Option<String>) -> Asked<Raw> {
    Box::pin(async move { send_authorised(method, &path, body.as_deref(), if_match.as_deref()).await })
}

async fn send_authorised(
    method: Method,
    path: &str,
    body: Option<&str>,
    if_match: Option<&str>,
) -> Result<Raw, ApiError> {
    let token = session::fresh_token().await?;
    let answer = checked(exchange(method, path, body, if_match, Some(&token)).await?);
    match answer {
        // The token was refused before its time, after a change of keys, say. What was asked has not been done.
        Err(error) if error.code() == Some(Code::Unauthenticated) => {
            let token = session::renewed_token(&token).await?;
            checked(exchange(method, path, body, if_match, Some(&token)).await?)
        }
        // Revoked elsewhere: nothing to renew.
        Err(error) if error.code() == Some(Code::SessionRevoked) => {
            session::ended();
            Err(error)
        }
        answer => answer,
    }
}

async fn exchange(
    method: Method,
    path: &str,
    body: Option<&str>,
    if_match: Option<&str>,
    token: Option<&str>,
) -> Result<Raw, ApiError> {
    let abort = AbortController::new().ok();
    let limit = abort.clone().map(|abort| Timeout::new(LIMIT_MS, move || abort.abort()));
    let sent = send(method, path, body, if_match, token, abort.as_ref()).await;
    drop(limit);
    sent.map_err(|_| {
        if abort.is_some_and(|abort| abort.signal().aborted()) {
            ApiError::TimedOut
        } else {
            ApiError::Offline
        }
    })
}

async fn send(
    method: Method,
    path: &str,
    body: Option<&str>,
    if_match: Option<&str>,
    token: Option<&str>,
    abort: Option<&AbortController>,
) -> Result<Raw, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    if body.is_some() {
        headers.set("content-type", "application/json")?;
    }
    if let Some(etag) = if_match {
        headers.set("if-match", etag)?;
    }
    if let Some(token) = token {
        headers.set("authorization", &["Bearer ", token].concat())?;
    }
    let init = RequestInit::new();
    init.set_method(method.as_str());
    if let Some(body) = body {
        init.set_body(&JsValue::from_str(body));
    }
    let response = fetch(path, &init, &headers, abort).await?;
    let text = JsFuture::from(response.text()?).await?;
    Ok(Raw {
        status: response.status(),
        etag: response.headers().get("etag").ok().flatten(),
        text: text.as_string().unwrap_or_default(),
    })
}

/// Opens the stream that is at this path, after the event with this id. What comes of it is for the caller to read.
pub(super) async fn open(
    path: &str,
    seen: Option<&str>,
    token: &str,
    abort: &AbortController,
) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("authorization", &["Bearer ", token].concat())?;
    if let Some(seen) = seen {
        headers.set("last-event-id", seen)?;
    }
    fetch(path, &RequestInit::new(), &headers, Some(abort)).await
}

async fn fetch(
    path: &str,
    init: &RequestInit,
    headers: &Headers,
    abort: Option<&AbortController>,
) -> Result<Response, JsValue> {
    init.set_headers(headers);
    init.set_signal(abort.map(AbortController::signal).as_ref());
    // Relative, so that the program works below any path.
    let url = ["api/v1/", path].concat();
    Ok(JsFuture::from(window().fetch_with_str_and_init(&url, init)).await?.unchecked_into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::page::Page;

    fn raw(status: u16, text: &str) -> Raw {
        Raw { status, etag: None, text: text.to_owned() }
    }

    #[test]
    fn an_empty_body_is_nothing() {
        assert_eq!(decode::<()>(raw(204, "")), Ok(Answer { body: (), etag: None }));
    }

    #[test]
    fn a_body_is_read_or_refused() {
        let page = decode::<Page<u8>>(raw(200, r#"{"items":[1,2],"next":"c"}"#)).map(|answer| answer.body);
        assert_eq!(page, Ok(Page { items: vec![1, 2], next: Some("c".to_owned()) }));
        assert_eq!(decode::<Page<u8>>(raw(200, "<html>")), Err(ApiError::Unreadable { status: 200 }));
    }

    #[test]
    fn a_problem_is_an_error_with_its_code() {
        let text = serde_json::to_string(&Problem::new(Code::WrongCredentials)).unwrap();
        assert_eq!(
            checked(raw(401, &text)).err().and_then(|error| error.code()),
            Some(Code::WrongCredentials)
        );
        assert!(matches!(checked(raw(502, "Bad gateway")), Err(ApiError::Unreadable { status: 502 })));
    }
}
