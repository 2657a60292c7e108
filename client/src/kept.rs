//! What a component keeps between renders, and what it does after them.
//!
//! Yew's own states are reducers, with a dispatcher and a history of what was borrowed, compiled anew for each type. A
//! cell does for all that is set as a whole.

use std::{any::Any, cell::RefCell, rc::Rc};
use yew::{
    functional::{Hook, UseForceUpdateHandle},
    prelude::*,
};

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

/// A reference to a node, as Yew's `use_node_ref`, which keeps it in a reducer.
#[hook]
pub fn use_node() -> NodeRef {
    (*use_ref(NodeRef::default)).clone()
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

/// What is watched, of whatever type.
trait Watched: Any {
    fn is(&self, other: &dyn Watched) -> bool;
}

impl<T: PartialEq + 'static> Watched for T {
    fn is(&self, other: &dyn Watched) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<T>().is_some_and(|other| self == other)
    }
}

struct Watches(Box<dyn Watched>);

impl PartialEq for Watches {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(&*other.0)
    }
}

type End = Box<dyn FnOnce()>;

/// How an effect of [`use_watch`] ends: with nothing, or with something to do.
pub trait Ends {
    /// What is to be done.
    fn end(self) -> End;
}

impl Ends for () {
    fn end(self) -> End {
        Box::new(|| ())
    }
}

impl<F: FnOnce() + 'static> Ends for F {
    fn end(self) -> End {
        Box::new(self)
    }
}

/// Does something after the first render and after each at which `watched` is something else, and ends what was done
/// before. As Yew's `use_effect_with`, which would be compiled anew for each call.
pub fn use_watch<T, F, D>(watched: T, act: F) -> impl Hook<Output = ()> + use<T, F, D>
where
    T: PartialEq + Clone + 'static,
    F: FnOnce(T) -> D + 'static,
    D: Ends,
{
    let given = watched.clone();
    use_effect_of(Watches(Box::new(watched)), Box::new(move || act(given).end()))
}

/// One type for all effects.
#[hook]
fn use_effect_of(watched: Watches, act: Box<dyn FnOnce() -> End>) {
    use_effect_with(watched, move |_| act());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_watched_is_compared_by_value_and_type() {
        let watches = |watched: Box<dyn Watched>| Watches(watched);
        assert!(watches(Box::new((1, "a".to_owned()))) == watches(Box::new((1, "a".to_owned()))));
        assert!(watches(Box::new(1)) != watches(Box::new(2)));
        assert!(watches(Box::new(1_u8)) != watches(Box::new(1_u16)));
    }
}
