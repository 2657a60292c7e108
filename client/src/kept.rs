//! What a component keeps between renders.
//!
//! Yew's own states are reducers, with a dispatcher and a history of what was borrowed, compiled anew for each type. A
//! cell does for all that is set as a whole.

use std::{cell::RefCell, rc::Rc};
use yew::{functional::UseForceUpdateHandle, prelude::*};

/// What [`use_kept`] gives: always what is kept now, not what it was at a render.
pub struct Kept<T> {
    value: Rc<RefCell<T>>,
    update: UseForceUpdateHandle,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), update: self.update.clone() }
    }
}

impl<T: Clone + PartialEq> Kept<T> {
    /// What is kept now.
    pub fn get(&self) -> T {
        self.value.borrow().clone()
    }

    /// Keeps something else; renders again if it is something else.
    pub fn set(&self, value: T) {
        let before = self.value.replace(value);
        if before != *self.value.borrow() {
            self.update.force_update();
        }
    }
}

impl<T: Clone + PartialEq + 'static> Kept<T> {
    /// Keeps what it hears.
    pub fn hears(&self) -> Callback<T> {
        let kept = self.clone();
        Callback::from(move |value| kept.set(value))
    }

    /// Keeps this, whatever it hears.
    pub fn becomes<E: 'static>(&self, value: T) -> Callback<E> {
        let kept = self.clone();
        Callback::from(move |_| kept.set(value.clone()))
    }
}

impl Kept<bool> {
    /// Turns from on to off and back.
    pub fn turns<E: 'static>(&self) -> Callback<E> {
        let kept = self.clone();
        Callback::from(move |_| kept.set(!kept.get()))
    }
}

/// Keeps something as long as the component lives.
#[hook]
pub fn use_kept<T, F>(begin: F) -> Kept<T>
where
    T: 'static,
    F: FnOnce() -> T,
{
    let update = use_force_update();
    Kept { value: use_mut_ref(begin), update }
}
