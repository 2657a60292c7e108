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

use std::{
    cell::{Cell, RefCell},
    ops::Deref,
    rc::Rc,
};
use yew::prelude::*;

/// A part of the state: equal means the very same.
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

/// What can be a slice.
pub trait Part: Sized {
    /// Its place in the state.
    fn of(state: &State) -> &Rc<Self>;

    /// Whether it is another than it was.
    fn differs(before: &State, now: &State) -> bool {
        !Rc::ptr_eq(Self::of(before), Self::of(now))
    }
}

macro_rules! parts {
    ($($part:ty: $field:ident),+) => {$(
        impl Part for $part {
            fn of(state: &State) -> &Rc<Self> {
                &state.$field
            }
        }
    )+};
}

parts!(Session: session, Settings: settings, Toasts: toasts, Days: days, Inbox: inbox, Following: following);

/// Says what happened.
pub type Dispatch = UseReducerDispatcher<State>;

/// Whether a listener's part of the state has changed.
type Differs = fn(&State, &State) -> bool;

/// Somebody who shows a part of the state.
struct Listener {
    id: u32,
    differs: Differs,
    render: UseForceUpdateHandle,
}

/// The state and who shows it. It stays the same for as long as the program runs: as a context it renders nobody.
///
/// One context for all slices: each type of context costs every browser a kilobyte.
struct Shared {
    state: RefCell<State>,
    dispatch: Dispatch,
    listeners: RefCell<Vec<Listener>>,
    next: Cell<u32>,
}

impl Shared {
    /// Renders those whose part has changed since.
    fn tell(&self, before: &State) {
        let now = self.state.borrow();
        for listener in self.listeners.borrow().iter().filter(|listener| (listener.differs)(before, &now)) {
            listener.render.force_update();
        }
    }

    fn listen(&self, differs: Differs, render: UseForceUpdateHandle) -> u32 {
        let id = self.next.replace(self.next.get() + 1);
        self.listeners.borrow_mut().push(Listener { id, differs, render });
        id
    }

    fn forget(&self, id: u32) {
        self.listeners.borrow_mut().retain(|listener| listener.id != id);
    }
}

/// [`Shared`] as a context.
#[derive(Clone)]
struct Handle(Rc<Shared>);

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[hook]
fn use_handle() -> Handle {
    use_context::<Handle>().expect("inside the store")
}

/// The state as it is; renders again when the part that `differs` compares has changed.
#[hook]
fn use_state_of(differs: Differs) -> State {
    let (Handle(shared), render) = (use_handle(), use_force_update());
    let state = shared.state.borrow().clone();
    let seen = state.clone();
    use_effect_with((), move |()| {
        // It may have changed between the render and now.
        if differs(&seen, &shared.state.borrow()) {
            render.force_update();
        }
        let id = shared.listen(differs, render);
        move || shared.forget(id)
    });
    state
}

/// The slice `T` of the state; renders again when it changes.
#[hook]
pub fn use_slice<T: Part>() -> Slice<T> {
    Slice(T::of(&use_state_of(T::differs)).clone())
}

/// The dispatcher; it never changes, so it causes no render.
#[hook]
pub fn use_dispatch() -> Dispatch {
    use_handle().0.dispatch.clone()
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
    let shared = {
        let (state, dispatch) = ((*state).clone(), state.dispatcher());
        use_memo((), |()| Shared {
            state: RefCell::new(state),
            dispatch,
            listeners: RefCell::default(),
            next: Cell::default(),
        })
    };
    // Whoever renders along with the store sees the new state; whoever does not is told once it is done.
    let before = shared.state.replace((*state).clone());
    {
        let shared = shared.clone();
        use_effect(move || shared.tell(&before));
    }
    html! {
        <ContextProvider<Handle> context={Handle(shared)}>{ props.children.clone() }</ContextProvider<Handle>>
    }
}
