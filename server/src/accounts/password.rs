//! Password hashes: Argon2id (RFC 9106) with 19 MiB, two passes, one lane, as PHC strings.
//!
//! Only so many are computed at once: each takes its memory and some 20 ms of a core. Whoever waits too long for a place
//! is sent away with 503.

use crate::{error::Error, vault::random};
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::text::Password;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Memory of one hash, in KiB.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const LENGTH: usize = 32;
/// How long a caller waits for a place.
const PATIENCE: Duration = Duration::from_secs(2);
/// Blocks of 1 KiB of address space asked for, whatever is used of them. Beyond 32 MiB glibc maps memory of its own for
/// an allocation and gives it back at once; what is smaller would stay with the process after the second hash.
const ROOM: usize = 33 * 1024;

/// No hash begins so.
const NONE: char = '-';

/// No password has this hash: signing in to an account that does not exist takes as long as to one that does.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What stands in a hash's place where there is no password. It is random, so that a link to set one is good for this time
/// only ([`super::reset`]).
pub(super) fn none() -> String {
    format!("{NONE}{}", BASE64.encode(random::<16>()))
}

/// Whether this is a password's hash.
pub(super) fn is_set(hash: &str) -> bool {
    !hash.starts_with(NONE)
}

/// Hashes and verifies passwords, so many at once.
#[derive(Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Hasher {
    /// A hasher that computes `at_once` hashes at the same time.
    pub fn new(at_once: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once)), patience: PATIENCE }
    }

    /// The password's hash, with a salt of its own.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where no place becomes free.
    pub async fn hash(&self, password: Password) -> Result<String, Error> {
        self.run(move || {
            let params = Params::new(MEMORY, PASSES, LANES, Some(LENGTH)).map_err(failed)?;
            let salt = random::<16>();
            let hash = PasswordHash {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(&params).map_err(failed)?,
                salt: Some(Salt::new(&salt).map_err(failed)?),
                hash: Some(compute(params, &password, &salt)?),
            };
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password has this hash. Without a hash it does not, and that takes as long to find out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where no place becomes free.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool, Error> {
        let hash = hash.filter(|hash| is_set(hash));
        self.run(move || {
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(failed)?;
            let (Some(salt), Some(expected)) = (&parsed.salt, &parsed.hash) else {
                return Err(failed("it has no salt or no hash"));
            };
            let computed = compute(Params::try_from(&parsed).map_err(failed)?, &password, salt)?;
            // Takes the same time wherever they differ.
            Ok(computed == *expected && hash.is_some())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = tokio::time::timeout(self.patience, Arc::clone(&self.places).acquire_owned());
        let Ok(Ok(place)) = place.await else { return Err(Error::Unavailable("too many passwords at once")) };
        // The place goes with the work: whoever stops waiting does not make room before it is done.
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Error::Unavailable("the server is going down"))?
    }
}

fn compute(params: Params, password: &Password, salt: &[u8]) -> Result<Output, Error> {
    let mut memory = Vec::with_capacity(ROOM);
    memory.resize(params.block_count(), Block::default());
    let mut out = [0; LENGTH];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.expose().as_bytes(), salt, &mut out, &mut memory)
        .map_err(failed)?;
    Output::new(&out).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a password cannot be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text).unwrap()
    }

    #[actix_web::test]
    async fn only_the_same_password_has_the_hash() {
        let hasher = Hasher::new(1);
        let hash = hasher.hash(password("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(password("correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(password("correct Horse"), Some(hash.clone())).await.unwrap());
        assert_ne!(hasher.hash(password("correct horse")).await.unwrap(), hash);
    }

    #[actix_web::test]
    async fn nobody_has_a_password() {
        assert!(!Hasher::new(1).verify(password("anything"), None).await.unwrap());
        let none = none();
        assert!(!is_set(&none) && is_set(NOBODY));
        assert!(!Hasher::new(1).verify(password(&none), Some(none.clone())).await.unwrap());
    }

    #[actix_web::test]
    async fn the_hash_is_that_of_everybody_else() {
        use argon2::{PasswordHasher, PasswordVerifier};
        let argon = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(MEMORY, PASSES, LANES, None).unwrap(),
        );
        let theirs: PasswordHash = argon.hash_password_with_salt(b"correct horse", &[7; 16]).unwrap();
        assert!(Hasher::new(1).verify(password("correct horse"), Some(theirs.to_string())).await.unwrap());
        let ours = Hasher::new(1).hash(password("correct horse")).await.unwrap();
        assert!(argon.verify_password(b"correct horse", ours.as_str()).is_ok());
    }

    #[actix_web::test]
    async fn whoever_waits_too_long_is_sent_away() {
        let hasher = Hasher { patience: Duration::from_millis(5), ..Hasher::new(1) };
        let _taken = Arc::clone(&hasher.places).acquire_owned().await.unwrap();
        let refused = hasher.hash(password("correct horse")).await.unwrap_err();
        assert!(matches!(refused, Error::Unavailable(_)), "{refused}");
    }
}
