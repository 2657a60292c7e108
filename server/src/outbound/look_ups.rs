//! How many names are looked up at once, and on whose behalf: a look-up that hangs keeps its place for as long as the system
//! lets it, so nobody's names may take all places.

use daymark_shared::ids::AccountId;
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Names looked up at once at most.
const ALL: usize = 64;
/// Names of one account's looked up at once at most.
const EACH: usize = 8;
/// With so many accounts known, those are forgotten that wait for nothing.
const KNOWN: usize = 256;

tokio::task_local! {
    static WHOSE: AccountId;
}

/// Does what is done on behalf of an account: what is asked meanwhile counts as its own.
pub async fn on_behalf_of<F: Future>(account: AccountId, work: F) -> F::Output {
    WHOSE.scope(account, work).await
}

/// On whose behalf it is asked just now, if anybody's.
pub fn whose() -> Option<AccountId> {
    WHOSE.try_with(|account| *account).ok()
}

/// A place to look a name up; it is free again when it goes.
pub(super) struct Place {
    _own: Option<OwnedSemaphorePermit>,
    _all: OwnedSemaphorePermit,
}

/// All places.
pub(super) struct Places {
    all: Arc<Semaphore>,
    each: Mutex<HashMap<AccountId, Arc<Semaphore>>>,
}

impl Default for Places {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(ALL)), each: Mutex::default() }
    }
}

impl Places {
    /// Waits for a place, first among the account's own: who has many names waits for them, and not before others.
    pub(super) fn wait(&self) -> impl Future<Output = io::Result<Place>> + Send + use<> {
        let own = whose().map(|account| self.of(account));
        let all = Arc::clone(&self.all);
        async move {
            let own = match own {
                Some(own) => Some(own.acquire_owned().await.map_err(io::Error::other)?),
                None => None,
            };
            Ok(Place { _own: own, _all: all.acquire_owned().await.map_err(io::Error::other)? })
        }
    }

    fn of(&self, account: AccountId) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if each.len() >= KNOWN {
            // Whoever waits, or has a place, holds it too.
            each.retain(|_, places| Arc::strong_count(places) > 1);
        }
        Arc::clone(each.entry(account).or_insert_with(|| Arc::new(Semaphore::new(EACH))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn account(n: u16) -> AccountId {
        let [a, b] = n.to_be_bytes();
        AccountId::from_bytes([a, b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    /// As many as there are without waiting, at most a hundred; they are kept.
    async fn take(places: &Places) -> Vec<Place> {
        // So that what is free is got at once: a task has only so many turns before it lets others have theirs.
        tokio::task::yield_now().await;
        (0..100).map_while(|_| places.wait().now_or_never()).map(Result::unwrap).collect()
    }

    #[actix_web::test]
    async fn an_account_takes_its_share_and_leaves_the_others_theirs() {
        let places = Places::default();
        let mut hanging = on_behalf_of(account(1), take(&places)).await;
        assert_eq!(hanging.len(), EACH);
        assert_eq!(on_behalf_of(account(2), take(&places)).await.len(), EACH);
        // What is nobody's, the operator's own.
        assert_eq!(take(&places).await.len(), ALL - EACH);
        hanging.pop();
        let (taken, free) = (on_behalf_of(account(1), take(&places)).await.len(), EACH - hanging.len());
        assert_eq!((taken, free), (1, 1));
    }

    #[actix_web::test]
    async fn all_together_there_are_so_many() {
        let places = Places::default();
        let mut all = Vec::new();
        for n in 0..20 {
            all.extend(on_behalf_of(account(n), take(&places)).await);
        }
        assert_eq!(all.len(), ALL);
        all.clear();
        assert_eq!(take(&places).await.len(), ALL);
    }

    #[actix_web::test]
    async fn who_waits_for_nothing_is_forgotten() {
        let places = Places::default();
        let _held = on_behalf_of(account(0), take(&places)).await;
        for n in 1..1_000 {
            drop(on_behalf_of(account(n), take(&places)).await);
        }
        let each = places.each.lock().unwrap();
        assert!(each.len() <= KNOWN && each.contains_key(&account(0)), "{}", each.len());
    }
}
