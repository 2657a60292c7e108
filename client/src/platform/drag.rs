//! Dragging with mouse, pen or finger: one gesture from the press to the end of it.
//!
//! A mouse drags once it has moved a little; a finger has to rest first, because a finger that moves at once scrolls.
//! Near the upper and the lower edge of the window the page, or the dialog that the thing is in, scrolls along.

use super::{
    events::{Listener, listen},
    scroll::{self, Scroller},
    timer::{Frames, Timeout},
    window,
};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent, PointerEvent};
use yew::Callback;

/// How far a mouse moves before it drags, in CSS pixels.
const SLACK: f64 = 4.0;
/// How long a finger rests before it drags, in milliseconds.
const HOLD_MS: u32 = 280;
/// So near to the upper or lower edge of the window the page scrolls, in CSS pixels.
const EDGE: f64 = 76.0;
/// How far it scrolls with each frame at the very edge.
const FASTEST: f64 = 16.0;

/// What happens in a drag. Distances are CSS pixels from where it was pressed, and count how far the page was scrolled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drag {
    /// It has begun: the thing may be lifted.
    Begin,
    /// It is so far from where it began.
    Move {
        /// To the right.
        dx: f64,
        /// Downwards, scrolling included.
        dy: f64,
        /// Where the pointer is in the window.
        x: f64,
        /// Where the pointer is in the window.
        y: f64,
    },
    /// Let go here.
    Drop,
    /// Given up (Esc, or the browser took over): put it back. Only after [`Drag::Begin`].
    Cancel,
}

struct Gesture {
    target: Element,
    pointer: i32,
    start: (f64, f64),
    begun: bool,
    touch: bool,
    /// Where the pointer was last, once it drags.
    last: Option<(f64, f64)>,
    scroller: Scroller,
    scrolling: Option<Frames>,
    on: Callback<Drag>,
    listeners: Vec<Listener>,
    hold: Option<Timeout>,
}

type Shared = Rc<RefCell<Option<Gesture>>>;

/// Follows a press on `target` (take it from a `NodeRef`: in Yew, an event's `current_target` is the root) until it
/// ends. A press that never becomes a drag says nothing, and its click comes as usual.
pub fn follow(event: &PointerEvent, target: &Element, on: Callback<Drag>) {
    if event.button() != 0 || !event.is_primary() {
        return;
    }
    let touch = event.pointer_type() == "touch";
    let scroller = Scroller::of(target);
    let scrolled = scroller.y();
    let shared: Shared = Rc::new(RefCell::new(Some(Gesture {
        target: target.clone(),
        pointer: event.pointer_id(),
        start: (f64::from(event.client_x()), f64::from(event.client_y()) + scrolled),
        begun: false,
        touch,
        last: None,
        scroller,
        scrolling: None,
        on,
        listeners: Vec::new(),
        hold: None,
    })));
    let hold = touch.then(|| {
        let shared = shared.clone();
        Timeout::new(HOLD_MS, move || begin(&shared))
    });
    let handle = |name: &'static str, act: fn(&Shared, &Event)| {
        let shared = shared.clone();
        listen(&window(), name, move |event| act(&shared, &event))
    };
    let listeners = vec![
        handle("pointermove", moved),
        handle("pointerup", |shared, event| end(shared, event, Drag::Drop)),
        handle("pointercancel", |shared, event| end(shared, event, Drag::Cancel)),
        // Once a finger drags, the page must not scroll under it.
        handle("touchmove", |shared, event| {
            if is_begun(shared) {
                event.prevent_default();
            }
        }),
        handle("contextmenu", |shared, event| {
            if is_begun(shared) {
                event.prevent_default();
            }
        }),
        handle("keydown", |shared, event| {
            if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape")
                && is_begun(shared)
            {
                event.prevent_default();
                event.stop_propagation();
                finish(shared, Drag::Cancel);
            }
        }),
    ];
    if let Some(gesture) = shared.borrow_mut().as_mut() {
        gesture.listeners = listeners;
        gesture.hold = hold;
    }
}

/// How far the page scrolls with each frame while the pointer is at this height of the window.
fn speed(y: f64, height: f64) -> f64 {
    let depth = |inside: f64| ((EDGE - inside) / EDGE).clamp(0.0, 1.0) * FASTEST;
    depth(height - y) - depth(y)
}

fn scroll_along(shared: &Shared) {
    let Some((x, y, scroller)) = shared.borrow().as_ref().and_then(|gesture| {
        let (x, y) = gesture.last?;
        Some((x, y, gesture.scroller.clone()))
    }) else {
        return;
    };
    let speed = speed(y, scroll::window_height());
    if speed != 0.0 && scroller.by(speed) {
        tell_where(shared, x, y);
    }
}

fn tell_where(shared: &Shared, x: f64, y: f64) {
    let told = shared.borrow().as_ref().map(|gesture| {
        let (dx, dy) = (x - gesture.start.0, y + gesture.scroller.y() - gesture.start.1);
        (gesture.on.clone(), Drag::Move { dx, dy, x, y })
    });
    if let Some((on, drag)) = told {
        on.emit(drag);
    }
}

fn is_begun(shared: &Shared) -> bool {
    shared.borrow().as_ref().is_some_and(|gesture| gesture.begun)
}

fn begin(shared: &Shared) {
    let on = shared.borrow_mut().as_mut().map(|gesture| {
        gesture.begun = true;
        let along = Rc::downgrade(shared);
        gesture.scrolling = Some(Frames::start(Callback::from(move |()| {
            if let Some(shared) = along.upgrade() {
                scroll_along(&shared);
            }
        })));
        let _ = gesture.target.set_pointer_capture(gesture.pointer);
        gesture.on.clone()
    });
    if let Some(on) = on {
        on.emit(Drag::Begin);
    }
}

fn moved(shared: &Shared, event: &Event) {
    let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    let Some((dx, dy, begun, touch)) = shared.borrow().as_ref().and_then(|gesture| {
        (gesture.pointer == event.pointer_id()).then(|| {
            (x - gesture.start.0, y + gesture.scroller.y() - gesture.start.1, gesture.begun, gesture.touch)
        })
    }) else {
        return;
    };
    if !begun {
        if dx.abs().max(dy.abs()) < SLACK * if touch { 2.0 } else { 1.0 } {
            return;
        }
        if touch {
            // It scrolls.
            finish(shared, Drag::Cancel);
            return;
        }
        begin(shared);
    }
    event.prevent_default();
    if let Some(gesture) = shared.borrow_mut().as_mut() {
        gesture.last = Some((x, y));
    }
    tell_where(shared, x, y);
}

fn end(shared: &Shared, event: &Event, how: Drag) {
    let ours = event.dyn_ref::<PointerEvent>().is_some_and(|event| {
        shared.borrow().as_ref().is_some_and(|gesture| gesture.pointer == event.pointer_id())
    });
    if ours {
        finish(shared, how);
    }
}

fn finish(shared: &Shared, how: Drag) {
    let Some(gesture) = shared.borrow_mut().take() else { return };
    if gesture.begun {
        let _ = gesture.target.release_pointer_capture(gesture.pointer);
        swallow_click();
        gesture.on.emit(how);
    }
    // One of the listeners is running: they are freed when the stack is empty.
    wasm_bindgen_futures::spawn_local(async move { drop(gesture) });
}

/// The click that follows a drag is not meant.
fn swallow_click() {
    thread_local! {
        static GUARD: RefCell<Option<(web_sys::EventTarget, js_sys::Function, Timeout)>> = const { RefCell::new(None) };
    }
    let release = || {
        if let Some((target, function, _)) = GUARD.take() {
            let _ = target.remove_event_listener_with_callback_and_bool("click", &function, true);
        }
    };
    release();
    let function = wasm_bindgen::closure::Closure::once_into_js(move |event: Event| {
        event.stop_propagation();
        event.prevent_default();
    })
    .unchecked_into::<js_sys::Function>();
    let target: web_sys::EventTarget = window().into();
    let _ = target.add_event_listener_with_callback_and_bool("click", &function, true);
    GUARD.set(Some((
        target,
        function,
        Timeout::new(0, move || {
            // Not from within: this very timeout is part of what is released.
            wasm_bindgen_futures::spawn_local(async move { release() });
        }),
    )));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_scrolls_faster_towards_its_edges() {
        assert_eq!(speed(400.0, 800.0), 0.0);
        assert_eq!(speed(800.0, 800.0), FASTEST);
        assert_eq!(speed(-20.0, 800.0), -FASTEST);
        assert!(speed(780.0, 800.0) > speed(760.0, 800.0));
    }
}
