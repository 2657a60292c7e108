//! The account of the person who is signed in.

use super::{
    ApiError,
    request::{Asked, Method, ask, json, request},
};
use daymark_shared::account::{Account, AccountChange, PasswordChange};
use daymark_shared::problem::Code;

/// The account as it is now.
pub fn get() -> Asked<Account> {
    ask(Method::Get, "account", None, None)
}

/// Changes the account.
///
/// The person's own latest word counts: when the account was changed elsewhere, the change is made to that. Only what
/// it names is touched, so nothing is lost.
///
/// # Errors
/// [`ApiError`].
pub async fn change(change: &AccountChange) -> Result<Account, ApiError> {
    let mut last = change_once(change).await;
    if last.as_ref().is_err_and(|error| error.code() == Some(Code::PreconditionFailed)) {
        last = change_once(change).await;
    }
    last
}

async fn change_once(change: &AccountChange) -> Result<Account, ApiError> {
    let current = request::<Account>(Method::Get, "account", None, None).await?;
    ask(Method::Patch, "account", json(change), current.etag).await
}

/// Changes the password; all other sessions end.
pub fn change_password(change: &PasswordChange) -> Asked<()> {
    ask(Method::Put, "account/password", json(change), None)
}
