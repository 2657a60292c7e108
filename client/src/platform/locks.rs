//! One at a time across all tabs (Web Locks), where the browser has them: they need a secure context.

use super::history::own;
use std::{cell::RefCell, future::Future, pin::Pin};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request(name: &str, callback: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

/// Runs `work` while holding the lock `name`; without Web Locks it just runs.
pub async fn exclusively(name: &str, work: Pin<Box<dyn Future<Output = ()>>>) {
    let slot = std::rc::Rc::new(RefCell::new(Some(work)));
    let inner = slot.clone();
    let callback = Closure::once_into_js(move || {
        future_to_promise(async move {
            let work = inner.borrow_mut().take();
            if let Some(work) = work {
                work.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    if let Ok(promise) = request(&own(name), &callback) {
        let _ = JsFuture::from(promise).await;
    }
    let left = slot.borrow_mut().take();
    if let Some(work) = left {
        work.await;
    }
}
