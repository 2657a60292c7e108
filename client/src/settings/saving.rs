//! Saving a change to the account at once, and showing it before the server has said so.

use crate::{
    api::account,
    i18n::use_i18n,
    kept::use_kept,
    store::{Action, Session, use_dispatch, use_slice},
    words,
};
use daymark_shared::account::{Account, AccountChange};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The account as the person wants it, and what saves a change to it. `None` on the way out, after signing out.
#[hook]
pub fn use_account() -> (Option<Rc<Account>>, Callback<AccountChange>) {
    let (session, dispatch, i18n) = (use_slice::<Session>(), use_dispatch(), use_i18n());
    let wanted = use_kept(|| None::<Account>);
    let shown = match wanted.get() {
        Some(account) => Some(Rc::new(account)),
        None => session.account().cloned(),
    };
    let save = {
        let (shown, wanted) = (shown.clone(), wanted.clone());
        Callback::from(move |change: AccountChange| {
            let Some(mut account) = shown.as_deref().cloned() else { return };
            if !change.clone().apply(&mut account) {
                return;
            }
            wanted.set(Some(account));
            let (wanted, dispatch, i18n) = (wanted.clone(), dispatch.clone(), i18n.clone());
            spawn_local(async move {
                match account::change(&change).await {
                    Ok(account) => {
                        let i18n = i18n.speaking(account.locale);
                        dispatch.dispatch(Action::SignedIn(account));
                        dispatch.dispatch(Action::good(words::Words(i18n).saved()));
                    }
                    Err(error) => dispatch.dispatch(Action::bad(i18n.error(&error))),
                }
                wanted.set(None);
            });
        })
    };
    (shown, save)
}
