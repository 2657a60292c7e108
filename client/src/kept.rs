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
