//! The account of the person who is signed in.

use super::{
    ApiError,
    request::{Method, NOTHING, request},
};
use daymark_shared::account::{Account, AccountChange, PasswordChange};
use daymark_shared::problem::Code;

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
    let current = request::<Account>(Method::Get, "account", NOTHING, None).await?;
    let etag = current.etag.as_deref();
    Ok(request(Method::Patch, "account", Some(change), etag).await?.body)
}

/// Changes the password; all other sessions end.
///
/// # Errors
/// [`ApiError`].
pub async fn change_password(change: &PasswordChange) -> Result<(), ApiError> {
    request::<()>(Method::Put, "account/password", Some(change), None).await.map(drop)
}
