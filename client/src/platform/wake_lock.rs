//! Keeps the screen on while somebody follows along. Browsers drop the lock when the page is hidden, so it is asked for
//! again when it is shown; where there is none (plain http, some browsers) nothing happens.

use super::visibility::use_visible;
use crate::kept::use_watch;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "wakeLock"], js_name = request, catch)]
    fn request(kind: &str) -> Result<js_sys::Promise, JsValue>;

    type Sentinel;
    #[wasm_bindgen(method, catch)]
    fn release(this: &Sentinel) -> Result<js_sys::Promise, JsValue>;
}

/// What became of the request.
enum Lock {
    Asked,
    Held(Sentinel),
    Given,
}

/// Keeps the screen on while `wanted` is true and the page is visible.
#[hook]
pub fn use_wake_lock(wanted: bool) {
    let visible = use_visible();
    use_watch(wanted && visible, |on| {
        let lock = Rc::new(RefCell::new(if on { Lock::Asked } else { Lock::Given }));
        if on && let Ok(promise) = request("screen") {
            let lock = lock.clone();
            spawn_local(async move {
                let Ok(sentinel) = JsFuture::from(promise).await else { return };
                let sentinel = sentinel.unchecked_into::<Sentinel>();
                let mut lock = lock.borrow_mut();
                if matches!(*lock, Lock::Asked) {
                    *lock = Lock::Held(sentinel);
                } else {
                    let _ = sentinel.release();
                }
            });
        }
        move || {
            if let Lock::Held(sentinel) = lock.replace(Lock::Given) {
                let _ = sentinel.release();
            }
        }
    });
}
