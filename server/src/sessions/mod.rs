//! Sessions: who is signed in.

pub mod token;

use crate::{error::Error, http::CurrentAccount, state::State};

/// Who presents this access token.
///
/// # Errors
/// `unauthenticated` where it is none of ours or has expired.
pub fn authenticate(state: &State, token: &str) -> Result<CurrentAccount, Error> {
    let claims = token::verify(state.vault.token_key(), token, state.clock.now())?;
    Ok(CurrentAccount { account: claims.sub, session: claims.sid })
}
