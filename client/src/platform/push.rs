//! Web Push in this browser. What is done is in `client/push.js`, which is a fraction of the size that it would have here.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = daymarkPush, js_name = state, catch)]
    fn ask_state() -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(js_namespace = daymarkPush, js_name = subscribe, catch)]
    fn ask_subscribe(key: &str, anew: bool) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(js_namespace = daymarkPush, js_name = unsubscribe, catch)]
    fn ask_unsubscribe() -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(js_namespace = daymarkPush, js_name = keep, catch)]
    fn ask_keep(secret: &str, key: &str) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(js_namespace = daymarkPush, js_name = close, catch)]
    fn ask_close(url: &str) -> Result<js_sys::Promise, JsValue>;
}

/// How it stands with push here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushState {
    /// The page came over plain http.
    Insecure,
    /// An iPhone or iPad: it must be put on the home screen first.
    Install,
    /// The browser has none.
    Unsupported,
    /// The person has refused it to this site.
    Denied,
    /// It could be turned on.
    Off,
    /// It is on, by the subscription of this fingerprint (`Shown::Push`).
    On(String),
}

impl PushState {
    fn named(name: String) -> Self {
        match name.as_str() {
            "insecure" => Self::Insecure,
            "install" => Self::Install,
            "unsupported" => Self::Unsupported,
            "denied" => Self::Denied,
            "off" => Self::Off,
            _ => Self::On(name),
        }
    }
}

async fn text(asked: Result<js_sys::Promise, JsValue>) -> Option<String> {
    JsFuture::from(asked.ok()?).await.ok()?.as_string()
}

/// How it stands now.
pub async fn state() -> PushState {
    text(ask_state()).await.map_or(PushState::Unsupported, PushState::named)
}

/// Why there is no subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The person does not want it.
    Denied,
    /// The browser could not: its push service was not to be reached, say.
    Failed,
}

/// Asks the person, and subscribes for messages of the server whose VAPID key this is: the subscription in JSON. With
/// `anew` nobody is asked, and the subscription is another than before.
///
/// # Errors
/// [`Refusal`].
pub async fn subscribe(key: &str, anew: bool) -> Result<String, Refusal> {
    match text(ask_subscribe(key, anew)).await {
        Some(json) if json.starts_with('{') => Ok(json),
        Some(why) if why == "denied" => Err(Refusal::Denied),
        _ => Err(Refusal::Failed),
    }
}

/// Takes no more messages.
pub async fn unsubscribe() {
    text(ask_unsubscribe()).await;
}

/// Keeps with what the service worker renews the subscription when the browser changes it.
pub async fn keep(secret: &str, key: &str) {
    text(ask_keep(secret, key)).await;
}

/// Takes notifications off the screen that lead to this address below the program's: the person is there.
pub fn close(url: &str) {
    // Nobody waits for it, and where there is none nothing is lost.
    let _ = ask_close(url);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_state_is_a_fingerprint() {
        assert_eq!(PushState::named("off".to_owned()), PushState::Off);
        assert_eq!(PushState::named("00ff12".to_owned()), PushState::On("00ff12".to_owned()));
    }
}
