//! How hard a password is to guess.

use crate::error::Error;
use daymark_shared::{problem::Code, text::Password};

/// Fewest characters of a password.
const SHORTEST: usize = 10;

/// Judges a new password; `about` is what a guesser knows of the person: address and name.
///
/// # Errors
/// `weak_password` at `pointer`.
pub fn judge(password: &Password, _about: &[&str], pointer: &str) -> Result<(), Error> {
    if password.expose().chars().count() < SHORTEST {
        return Err(Error::field(Code::WeakPassword, pointer, format!("at least {SHORTEST} characters")));
    }
    Ok(())
}
