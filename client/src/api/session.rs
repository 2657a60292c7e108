//! Signing in and out, and the access token: in memory only, renewed by one request at a time.

use super::{
    ApiError,
    request::{Asked, Method, ask, ask_openly, json},
};
use crate::platform::{clock, locks, storage};
use daymark_shared::{
    account::{Account, Instance, NewAccount, PasswordReset},
    ids::SessionId,
    page::Page,
    problem::Code,
    session::{Session, SessionAnswer, SignIn},
};
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use yew::Callback;

/// A token is renewed so long before it ends that no request is refused on its way.
const MARGIN_MS: f64 = 20_000.0;
/// Where this browser remembers that somebody is signed in, so that nobody is asked for in vain.
const HINT: &str = "signed_in";

/// What the session tells the store.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionEvent {
    /// It was renewed; the account may have changed elsewhere.
    Renewed(Account),
    /// It has ended.
    Ended,
}

struct Access {
    token: String,
    /// By the monotonic clock.
    ends: f64,
}

thread_local! {
    static ACCESS: RefCell<Option<Access>> = const { RefCell::new(None) };
    static RENEWING: RefCell<Option<js_sys::Promise>> = const { RefCell::new(None) };
    static FAILURE: RefCell<Option<ApiError>> = const { RefCell::new(None) };
    static LISTENER: RefCell<Option<Callback<SessionEvent>>> = const { RefCell::new(None) };
    /// Goes up with each sign-in and sign-out: a renewal that began before does not count any more.
    static GENERATION: Cell<u32> = const { Cell::new(0) };
}

/// Who hears when a session is renewed or has ended.
pub fn listen(listener: Callback<SessionEvent>) {
    LISTENER.set(Some(listener));
}

fn tell(event: SessionEvent) {
    if let Some(listener) = LISTENER.with_borrow(Clone::clone) {
        listener.emit(event);
    }
}

/// Whether somebody may be signed in here: asking would not be in vain.
pub fn may_exist() -> bool {
    !storage::is_available() || storage::get(HINT).is_some()
}

fn keep(answer: SessionAnswer, sent: f64) -> Account {
    clock::learn(answer.now, sent, clock::device_ms());
    let ends = clock::monotonic_ms() + f64::from(answer.expires_in) * 1000.0;
    ACCESS.set(Some(Access { token: answer.access_token.expose().to_owned(), ends }));
    storage::set(HINT, Some("1"));
    answer.account
}

fn forget() {
    GENERATION.set(GENERATION.get() + 1);
    ACCESS.set(None);
    storage::set(HINT, None);
}

/// The session has ended without being asked to.
pub(super) fn ended() {
    forget();
    tell(SessionEvent::Ended);
}

/// Whether the session of this browser was ended in another tab; this one then forgets it, too.
pub fn left_elsewhere() -> bool {
    let left = ACCESS.with_borrow(Option::is_some) && !may_exist();
    if left {
        forget();
    }
    left
}

/// A token that holds, renewed if it must be.
pub(super) async fn fresh_token() -> Result<String, ApiError> {
    let token = ACCESS.with_borrow(|access| {
        access
            .as_ref()
            .filter(|access| access.ends - MARGIN_MS > clock::monotonic_ms())
            .map(|access| access.token.clone())
    });
    match token {
        Some(token) => Ok(token),
        None => renew().await,
    }
}

/// Another token than the one that was refused; renewed unless that has happened in the meantime.
pub(super) async fn renewed_token(refused: &str) -> Result<String, ApiError> {
    let other = ACCESS.with_borrow(|access| {
        access.as_ref().filter(|access| access.token != refused).map(|access| access.token.clone())
    });
    match other {
        Some(token) => Ok(token),
        None => renew().await,
    }
}

/// Renews the token: one request for all who wait, and one tab after the other.
async fn renew() -> Result<String, ApiError> {
    let running = RENEWING.with_borrow(Clone::clone);
    let promise = running.unwrap_or_else(|| {
        let promise = future_to_promise(async {
            locks::exclusively("daymark.session", Box::pin(renew_now())).await;
            RENEWING.set(None);
            Ok(JsValue::UNDEFINED)
        });
        RENEWING.set(Some(promise.clone()));
        promise
    });
    let _ = JsFuture::from(promise).await;
    let token = ACCESS.with_borrow(|access| access.as_ref().map(|access| access.token.clone()));
    match (FAILURE.with_borrow(Clone::clone), token) {
        (None, Some(token)) => Ok(token),
        (Some(error), _) => Err(error),
        (None, None) => Err(ApiError::Refused(Code::Unauthenticated)),
    }
}

async fn renew_now() {
    let generation = GENERATION.get();
    let sent = clock::device_ms();
    let answer = ask_openly(Method::Post, "sessions/refresh", None).await;
    if generation != GENERATION.get() {
        return;
    }
    FAILURE.set(None);
    match answer {
        Ok(answer) => {
            let account = keep(answer, sent);
            tell(SessionEvent::Renewed(account));
        }
        Err(error) => {
            if matches!(error.code(), Some(Code::Unauthenticated | Code::SessionRevoked)) {
                ended();
            }
            FAILURE.set(Some(error));
        }
    }
}

/// What the server tells everybody.
pub fn instance() -> Asked<Instance> {
    ask_openly(Method::Get, "instance", None)
}

/// Takes up the session that this browser has, if it has one; what comes of it the listener hears.
///
/// # Errors
/// [`ApiError`], also when there is none.
pub async fn resume() -> Result<(), ApiError> {
    renew().await.map(drop)
}

/// Signs in.
///
/// # Errors
/// [`ApiError`].
pub async fn sign_in(body: &SignIn) -> Result<Account, ApiError> {
    begin("sessions", json(body)).await
}

/// Creates an account and signs in.
///
/// # Errors
/// [`ApiError`].
pub async fn register(body: &NewAccount) -> Result<Account, ApiError> {
    begin("accounts", json(body)).await
}

/// Sets a password by the link that the operator gave, and signs in.
///
/// # Errors
/// [`ApiError`].
pub async fn reset_password(body: &PasswordReset) -> Result<Account, ApiError> {
    begin("password-resets", json(body)).await
}

async fn begin(path: &'static str, body: Option<String>) -> Result<Account, ApiError> {
    let sent = clock::device_ms();
    let answer = ask_openly(Method::Post, path, body).await?;
    GENERATION.set(GENERATION.get() + 1);
    Ok(keep(answer, sent))
}

/// Signs out, here and on the server.
///
/// # Errors
/// [`ApiError`]: the session then goes on.
pub async fn sign_out() -> Result<(), ApiError> {
    match ask(Method::Delete, "sessions/current", None, None).await {
        Ok(()) => {}
        // It has ended already, which is what was wanted.
        Err(error) if matches!(error.code(), Some(Code::Unauthenticated | Code::SessionRevoked)) => {}
        Err(error) => return Err(error),
    }
    forget();
    Ok(())
}

/// All sessions of the account.
///
/// # Errors
/// [`ApiError`].
pub async fn sessions() -> Result<Vec<Session>, ApiError> {
    Ok(ask::<Page<Session>>(Method::Get, "sessions", None, None).await?.items)
}

/// Ends another session.
///
/// # Errors
/// [`ApiError`].
pub async fn revoke(id: SessionId) -> Result<(), ApiError> {
    let path = ["sessions/", &id.to_string()].concat();
    match ask(Method::Delete, &path, None, None).await {
        // Somebody was quicker.
        Err(error) if error.code() == Some(Code::NotFound) => Ok(()),
        other => other,
    }
}
