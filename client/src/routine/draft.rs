//! What was typed on a sheet that went without being saved, by the browser's way back or with the session: kept until it
//! is opened again, as long as the program runs.

use super::{form::Form, words::use_words};
use crate::{
    kept::use_watch,
    platform::{browser, history},
    store::{
        Action,
        state::{Offer, Tone},
        use_dispatch,
    },
};
use std::{cell::RefCell, rc::Rc};
use yew::prelude::*;

/// What was typed, on top of what.
struct Draft {
    address: String,
    before: Rc<Form>,
    form: Rc<Form>,
}

thread_local! {
    static KEPT: RefCell<Option<Draft>> = const { RefCell::new(None) };
}

/// Keeps what was typed at an address. One is kept: the latest.
fn keep(address: String, before: Rc<Form>, form: Rc<Form>) {
    KEPT.set(Some(Draft { address, before, form }));
}

/// What was typed at an address, on top of what is there now. It is kept no longer.
pub fn take(address: &str, now: &Form) -> Option<Form> {
    KEPT.with_borrow_mut(|kept| {
        let draft = kept.take_if(|draft| draft.address == address)?;
        Some((*draft.form).clone().on_top_of(&draft.before, now.clone()))
    })
}

/// Keeps what was typed when the sheet goes without being asked to: by the browser's way back, or with the session. It says
/// so, and offers to go on. Leaving by the callback it gives is meant.
#[hook]
pub fn use_draft(typed: Option<(Rc<Form>, Rc<Form>)>, onleave: &Callback<()>) -> Callback<()> {
    let (words, dispatch) = (use_words(), use_dispatch());
    let meant = use_mut_ref(|| false);
    let address = use_mut_ref(browser::address);
    let latest = use_mut_ref(|| None);
    *latest.borrow_mut() = typed;
    {
        let meant = meant.clone();
        use_watch((), move |()| {
            move || {
                if let (Some((before, form)), false) = (latest.take(), *meant.borrow()) {
                    keep(address.borrow().clone(), before, form);
                    dispatch.dispatch(Action::Say {
                        tone: Tone::Bad,
                        text: words.not_saved().into(),
                        offer: Some(Offer {
                            label: words.go_on().into(),
                            act: Callback::from(|()| history::forward()),
                        }),
                    });
                }
            }
        });
    }
    let onleave = onleave.clone();
    Callback::from(move |()| {
        *meant.borrow_mut() = true;
        onleave.emit(());
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::form::{Act, form_for_tests},
        *,
    };

    #[test]
    fn a_draft_is_given_back_once_and_only_where_it_was_typed() {
        let before = form_for_tests();
        let typed = before.clone().after(Act::Title("Gym".into()));
        keep("/routines/new".into(), Rc::new(before.clone()), Rc::new(typed));
        assert!(take("/routines/1", &before).is_none());
        assert_eq!(take("/routines/new", &before).map(|form| form.title), Some("Gym".to_owned()));
        assert!(take("/routines/new", &before).is_none());
    }
}
