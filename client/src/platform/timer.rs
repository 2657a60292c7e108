//! Timers that end with what holds them, and hooks that render again as time passes.

use super::{clock, document, events::listen, window};
use crate::kept::use_watch;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use yew::prelude::*;

pub use gloo::timers::callback::Timeout;

/// Waits so many milliseconds.
pub async fn sleep(ms: u32) {
    gloo::timers::future::TimeoutFuture::new(ms).await;
}

/// Ticks on every multiple of its period by the server's clock; rests while the page is hidden, and ticks at once when
/// it is shown again. What is displayed must be computed from instants: ticks may be late.
struct Ticker {
    period: u32,
    tick: Callback<()>,
    timeout: RefCell<Option<Timeout>>,
}

impl Ticker {
    fn schedule(self: &Rc<Self>) {
        let this = Rc::downgrade(self);
        let period = f64::from(self.period);
        let now = clock::now_ms();
        let wait = period - (now - (now / period).floor() * period);
        // A millisecond more, or a timer that fires early ticks twice.
        let timeout = Timeout::new(wait as u32 + 1, move || {
            if let Some(this) = this.upgrade() {
                this.schedule();
                this.tick.emit(());
            }
        });
        // The one that is being replaced may be running: it must not be freed yet.
        let old = self.timeout.borrow_mut().replace(timeout);
        if let Some(old) = old {
            wasm_bindgen_futures::spawn_local(async move { drop(old) });
        }
    }
}

/// Calls back on every multiple of `period_ms` while the page is visible; with `0` never.
#[hook]
pub fn use_ticks(period_ms: u32, tick: Callback<()>) {
    use_watch((period_ms, tick), |(period, tick)| {
        let held = (period > 0).then(|| {
            let ticker = Rc::new(Ticker { period, tick, timeout: RefCell::new(None) });
            ticker.schedule();
            let weak = Rc::downgrade(&ticker);
            let listener = listen(&document(), "visibilitychange", move |_| {
                if let Some(ticker) = weak.upgrade() {
                    if document().hidden() {
                        ticker.timeout.borrow_mut().take();
                    } else {
                        ticker.schedule();
                        ticker.tick.emit(());
                    }
                }
            });
            (ticker, listener)
        });
        move || drop(held)
    });
}

/// Renders the component again on every multiple of `period_ms`, and gives the server's clock in milliseconds.
#[hook]
pub fn use_now(period_ms: u32) -> f64 {
    let update = use_force_update();
    let tick = use_callback((), move |(), ()| update.force_update());
    use_ticks(period_ms, tick);
    clock::now_ms()
}

/// Calls back before every frame while `active`: for a ring that empties smoothly. Set properties, do not render.
#[hook]
pub fn use_frames(active: bool, frame: Callback<()>) {
    use_watch((active, frame), |(active, frame)| {
        let held = active.then(|| Frames::start(frame));
        move || drop(held)
    });
}

type FrameClosure = Rc<RefCell<Option<Closure<dyn FnMut()>>>>;

/// Calls back before every frame until it is dropped.
pub(super) struct Frames {
    closure: FrameClosure,
    id: Rc<std::cell::Cell<i32>>,
}

impl Frames {
    pub(super) fn start(frame: Callback<()>) -> Self {
        let closure: FrameClosure = Rc::default();
        let id = Rc::new(std::cell::Cell::new(0));
        let (weak, next) = (Rc::downgrade(&closure), id.clone());
        *closure.borrow_mut() = Some(Closure::new(move || {
            frame.emit(());
            if let Some(closure) = weak.upgrade() {
                next.set(request_frame(&closure));
            }
        }));
        id.set(request_frame(&closure));
        Self { closure, id }
    }
}

fn request_frame(closure: &FrameClosure) -> i32 {
    closure
        .borrow()
        .as_ref()
        .and_then(|closure| window().request_animation_frame(closure.as_ref().unchecked_ref()).ok())
        .unwrap_or_default()
}

impl Drop for Frames {
    fn drop(&mut self) {
        let _ = window().cancel_animation_frame(self.id.get());
        let closure = self.closure.borrow_mut().take();
        // It may be running: freed when the stack is empty.
        wasm_bindgen_futures::spawn_local(async move { drop(closure) });
    }
}
