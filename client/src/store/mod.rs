//! What the program knows: one state, changed only by [`reduce()`].
//!
//! A component takes the slice that it shows with [`use_slice`] and says what happened with [`use_dispatch`]. A slice
//! whose `Rc` stays the same renders nobody.

pub mod action;
pub mod days;
pub mod inbox;
pub mod reduce;
pub mod run;
pub mod state;

pub use action::Action;
pub use days::{Days, DaysChange};
pub use inbox::{Inbox, InboxChange};
pub use run::Following;
pub use state::{Session, Settings, State, Toasts};

use std::{ops::Deref, rc::Rc};
use yew::prelude::*;

/// A part of the state, as a context: equal means the very same.
pub struct Slice<T>(Rc<T>);

impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Slice<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Slice<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Says what happened.
pub type Dispatch = UseReducerDispatcher<State>;

/// The slice `T` of the state; renders again when it changes.
#[hook]
pub fn use_slice<T: 'static>() -> Slice<T> {
    use_context::<Slice<T>>().expect("inside the store")
}

/// The dispatcher; it never changes, so it causes no render.
#[hook]
pub fn use_dispatch() -> Dispatch {
    use_context::<Dispatch>().expect("inside the store")
}

/// Properties of [`Store`].
#[derive(Properties, PartialEq)]
pub struct StoreProps {
    /// What it begins with.
    pub initial: State,
    /// The program.
    pub children: Html,
}

/// Holds the state and hands out its slices.
#[component]
pub fn Store(props: &StoreProps) -> Html {
    let state = use_reducer(|| props.initial.clone());
    let session = Slice(state.session.clone());
    let settings = Slice(state.settings.clone());
    let toasts = Slice(state.toasts.clone());
    let days = Slice(state.days.clone());
    let inbox = Slice(state.inbox.clone());
    let following = Slice(state.following.clone());
    html! {
        <ContextProvider<Dispatch> context={state.dispatcher()}>
        <ContextProvider<Slice<Session>> context={session}>
        <ContextProvider<Slice<Settings>> context={settings}>
        <ContextProvider<Slice<Toasts>> context={toasts}>
        <ContextProvider<Slice<Days>> context={days}>
        <ContextProvider<Slice<Inbox>> context={inbox}>
        <ContextProvider<Slice<Following>> context={following}>
            { props.children.clone() }
        </ContextProvider<Slice<Following>>>
        </ContextProvider<Slice<Inbox>>>
        </ContextProvider<Slice<Days>>>
        </ContextProvider<Slice<Toasts>>>
        </ContextProvider<Slice<Settings>>>
        </ContextProvider<Slice<Session>>>
        </ContextProvider<Dispatch>>
    }
}
