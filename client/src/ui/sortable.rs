//! A list that is put in order by hand: dragged by pointer, or moved by key. Whoever uses it says aloud what happened.
//!
//! Its things are the children of the list, of class `sortable`. While one is dragged, the list has the class `sorting`,
//! the thing the class `lifted`, and each is moved by `--shift`.

use crate::kept::use_node;
use crate::platform::{
    document,
    drag::{self, Drag},
    style::{pixels, remove_property, set_property},
    timer::sleep,
};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// What [`use_sortable`] gives.
#[derive(Clone, PartialEq)]
pub struct Sortable {
    /// The list.
    pub list: NodeRef,
    onmove: Callback<(usize, usize)>,
}

/// A list that is put in order by hand. `onmove` hears from which place to which, counted from 0.
#[hook]
pub fn use_sortable(onmove: Callback<(usize, usize)>) -> Sortable {
    Sortable { list: use_node(), onmove }
}

/// Where a thing lies in the window: its upper edge and its height.
type Slot = (f64, f64);

/// The place that a thing comes to, dragged so far: others give way when it covers half of them.
pub fn place(slots: &[Slot], from: usize, dy: f64) -> usize {
    let Some(&(top, height)) = slots.get(from) else { return from };
    let (top, bottom) = (top + dy, top + height + dy);
    let middle = |&(top, height): &Slot| top + height / 2.0;
    let above = slots.iter().take(from).filter(|slot| top < middle(slot)).count();
    let below = slots.iter().skip(from + 1).filter(|slot| bottom > middle(slot)).count();
    from - above + below
}

/// How far a thing gives way to the one that is dragged.
pub fn shift(slots: &[Slot], from: usize, to: usize, index: usize) -> f64 {
    let height = slots.get(from).map_or(0.0, |slot| slot.1);
    if (from + 1..=to).contains(&index) {
        -height
    } else if (to..from).contains(&index) {
        height
    } else {
        0.0
    }
}

struct Lift {
    list: Element,
    things: Vec<HtmlElement>,
    slots: Vec<Slot>,
    from: usize,
    to: usize,
}

impl Lift {
    fn begin(list: Element, from: usize) -> Self {
        let things: Vec<HtmlElement> = things(&list);
        let slots = things.iter().map(|thing| thing.get_bounding_client_rect());
        let slots = slots.map(|rect| (rect.top(), rect.height())).collect();
        let _ = list.class_list().add_1("sorting");
        if let Some(thing) = things.get(from) {
            let _ = thing.class_list().add_1("lifted");
        }
        Self { list, things, slots, from, to: from }
    }

    fn drag(&mut self, dy: f64) {
        self.to = place(&self.slots, self.from, dy);
        for (index, thing) in self.things.iter().enumerate() {
            let by = if index == self.from { dy } else { shift(&self.slots, self.from, self.to, index) };
            set_property(thing, "--shift", &pixels(by));
        }
    }

    fn end(self) -> (usize, usize) {
        let _ = self.list.class_list().remove_1("sorting");
        for thing in &self.things {
            let _ = thing.class_list().remove_1("lifted");
            remove_property(thing, "--shift");
        }
        (self.from, self.to)
    }
}

fn things(list: &Element) -> Vec<HtmlElement> {
    let children = list.children();
    (0..children.length())
        .filter_map(|index| children.item(index))
        .filter(|child| child.class_list().contains("sortable"))
        .filter_map(|child| child.dyn_into().ok())
        .collect()
}

impl Sortable {
    /// What the handle of a thing does when it is pressed: it may become a drag.
    pub fn grip(&self, index: usize) -> Callback<PointerEvent> {
        let (list, onmove) = (self.list.clone(), self.onmove.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(list) = list.cast::<Element>() else { return };
            let Some(thing) = things(&list).into_iter().nth(index) else { return };
            let lift = Rc::new(RefCell::new(None::<Lift>));
            let onmove = onmove.clone();
            drag::follow(
                &event,
                &thing,
                Callback::from(move |step| match step {
                    Drag::Begin => *lift.borrow_mut() = Some(Lift::begin(list.clone(), index)),
                    Drag::Move { dy, .. } => {
                        if let Some(lift) = lift.borrow_mut().as_mut() {
                            lift.drag(dy);
                        }
                    }
                    Drag::Drop | Drag::Cancel => {
                        let ended = lift.borrow_mut().take().map(Lift::end);
                        if let (Drag::Drop, Some((from, to))) = (step, ended)
                            && from != to
                        {
                            onmove.emit((from, to));
                        }
                    }
                }),
            );
        })
    }

    /// What keys do anywhere in a thing: Alt with the arrows up and down moves it, and the focus stays where it is.
    pub fn keys(&self, index: usize) -> Callback<KeyboardEvent> {
        let (list, onmove) = (self.list.clone(), self.onmove.clone());
        Callback::from(move |event: KeyboardEvent| {
            let up = match event.key().as_str() {
                "ArrowUp" if event.alt_key() => true,
                "ArrowDown" if event.alt_key() => false,
                _ => return,
            };
            event.prevent_default();
            let last = list.cast::<Element>().map_or(0, |list| things(&list).len().saturating_sub(1));
            let to = if up { index.saturating_sub(1) } else { (index + 1).min(last) };
            if to != index {
                keep_focus();
                onmove.emit((index, to));
            }
        })
    }
}

/// An element that is put elsewhere loses the focus: it gets it back.
fn keep_focus() {
    let active = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = active {
        spawn_local(async move {
            sleep(0).await;
            let _ = element.focus();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const SLOTS: [Slot; 4] = [(0.0, 50.0), (50.0, 50.0), (100.0, 100.0), (200.0, 50.0)];

    #[rstest]
    #[case::not_moved(1, 0.0, 1)]
    #[case::not_far_enough(0, 24.0, 0)]
    #[case::one_down(0, 26.0, 1)]
    #[case::over_a_tall_one(0, 101.0, 2)]
    #[case::to_the_end(0, 900.0, 3)]
    #[case::one_up(1, -26.0, 0)]
    #[case::to_the_top(3, -900.0, 0)]
    fn a_thing_comes_where_it_covers_half_of_another(
        #[case] from: usize,
        #[case] dy: f64,
        #[case] to: usize,
    ) {
        assert_eq!(place(&SLOTS, from, dy), to);
    }

    #[test]
    fn the_others_give_way() {
        let shifts = |from, to| (0..4).map(|index| shift(&SLOTS, from, to, index)).collect::<Vec<_>>();
        assert_eq!(shifts(0, 2), [0.0, -50.0, -50.0, 0.0]);
        assert_eq!(shifts(2, 1), [0.0, 100.0, 0.0, 0.0]);
        assert_eq!(shifts(1, 1), [0.0; 4]);
    }
}
