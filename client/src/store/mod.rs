//! What the program knows: one state, changed only by [`reduce()`].
//!
//! A component takes the slice that it shows with [`use_slice`] and says what happened with [`use_dispatch`]. A slice
//! whose `Rc` stays the same renders nobody.
//!
//! The state is the program's, not a component's: no context hands it out, of which each type costs every browser a
//! kilobyte.

pub mod action;
pub mod changes;
pub mod days;
pub mod inbox;
pub mod reduce;
pub mod run;
pub mod state;

pub use action::Action;
pub use changes::Changes;
pub use days::{Days, DaysChange};
pub use inbox::{Inbox, InboxChange};
pub use run::Following;
pub use state::{Missed, Session, Settings, State, Toasts};

use crate::{i18n::I18n, kept::use_watch};
use std::{cell::RefCell, ops::Deref, rc::Rc};
use yew::{functional::UseForceUpdateHandle, prelude::*};

thread_local! {
    static STATE: RefCell<Rc<State>> = RefCell::default();
    static WATCHES: RefCell<Vec<Rc<Watch>>> = const { RefCell::new(Vec::new()) };
}

/// Begins with what is remembered.
pub fn begin(state: State) {
    STATE.set(Rc::new(state));
}

/// Where a part of the state is: another place is another part.
type Place = fn(&State) -> *const ();

/// Renders a component again when a part of the state is another.
struct Watch {
    place: Place,
    update: UseForceUpdateHandle,
}

/// Watches as long as the component lives that holds it.
struct Watching(Rc<Watch>);

impl Watching {
    fn begin(place: Place, update: UseForceUpdateHandle) -> Self {
        let watch = Rc::new(Watch { place, update });
        WATCHES.with_borrow_mut(|watches| watches.push(watch.clone()));
        Self(watch)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        WATCHES.with_borrow_mut(|watches| watches.retain(|watch| !Rc::ptr_eq(watch, &self.0)));
    }
}

/// The state; renders again when the part is another that is in this place.
#[hook]
fn use_part(place: Place) -> Rc<State> {
    let update = use_force_update();
    let _watching = use_ref(|| Watching::begin(place, update));
    STATE.with_borrow(Rc::clone)
}

/// A part of the state that components show.
pub trait Part: 'static {
    /// Where it is.
    fn of(state: &State) -> &Rc<Self>;
}

macro_rules! parts {
    ($($field:ident: $part:ty),+) => {
        $(impl Part for $part {
            fn of(state: &State) -> &Rc<Self> {
                &state.$field
            }
        })+
    };
}

parts! {
    session: Session,
    settings: Settings,
    i18n: I18n,
    toasts: Toasts,
    days: Days,
    inbox: Inbox,
    missed: Missed,
    following: Following,
    changes: Changes
}

/// A part of the state as it was at a render: equal means the very same.
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

/// The slice `T` of the state; renders again when it changes.
#[hook]
pub fn use_slice<T: Part>() -> Slice<T> {
    let state = use_part(|state| Rc::as_ptr(T::of(state)).cast());
    Slice(T::of(&state).clone())
}

/// Calls back when this number is another than it was at the render before: one of [`Changes`].
#[hook]
pub fn use_news(count: u32, callback: Callback<()>) {
    let seen = use_mut_ref(|| count);
    use_watch(count, move |count| {
        if seen.replace(count) != count {
            callback.emit(());
        }
    });
}

/// Says what happened.
#[derive(Clone, PartialEq)]
pub struct Dispatch;

impl Dispatch {
    /// Something happened.
    pub fn dispatch(&self, action: Action) {
        let before = STATE.with_borrow(Rc::clone);
        let after = reduce::reduce(before.clone(), action);
        STATE.set(after.clone());
        let watches = WATCHES.with_borrow(Vec::clone);
        for watch in watches.iter().filter(|watch| (watch.place)(&before) != (watch.place)(&after)) {
            watch.update.force_update();
        }
    }
}

/// What says what happened; it causes no render.
#[hook]
pub fn use_dispatch() -> Dispatch {
    Dispatch
}
