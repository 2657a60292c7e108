//! From a handler to a use case: one transaction on behalf of whoever is signed in.

use super::CurrentAccount;
use crate::{
    caller::Caller,
    db::{ReadTx, WriteTx},
    error::Error,
    state::State,
};
use actix_web::web;
use daymark_shared::problem::Code;

/// Reads on behalf of an account.
///
/// # Errors
/// What `work` answers, or [`Error::Unavailable`].
pub async fn read<T: Send + 'static>(
    state: &web::Data<State>,
    who: CurrentAccount,
    work: impl FnOnce(&ReadTx<'_>, &Caller<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (at, now) = (state.clone(), state.clock.now());
    state.db.read(move |tx| work(tx, &Caller { account: who.account, vault: &at.vault, now })).await
}

/// Writes on behalf of an account: all of `work`, or nothing.
///
/// # Errors
/// What `work` answers, or [`Error::Unavailable`].
pub async fn write<T: Send + 'static>(
    state: &web::Data<State>,
    who: CurrentAccount,
    work: impl FnOnce(&WriteTx<'_>, &Caller<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (at, now) = (state.clone(), state.clock.now());
    state.db.write(move |tx| work(tx, &Caller { account: who.account, vault: &at.vault, now })).await
}

/// How many things a page has: what was asked for, 1–100, or 50.
///
/// # Errors
/// [`Code::BadValue`].
pub fn page_size(limit: Option<u16>) -> Result<usize, Error> {
    match limit {
        None => Ok(50),
        Some(limit @ 1..=100) => Ok(usize::from(limit)),
        Some(_) => Err(Error::field(Code::BadValue, "?limit", "between 1 and 100")),
    }
}
