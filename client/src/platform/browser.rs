//! What the browser says of itself and of the page's address.

use super::{document, window};
use crate::kept::use_watch;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

/// Whether the page came over HTTPS or from this machine, which is what push, offline use and passkeys ask for.
pub fn is_secure_context() -> bool {
    window().is_secure_context()
}

/// The languages the person prefers, as BCP 47 tags, best first.
pub fn languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// The value of `?name=…` in the page's address.
pub fn query_parameter(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name).filter(|value| !value.is_empty())
}

/// The first input inside `node` that `selector` matches.
fn input(node: &NodeRef, selector: &str) -> Option<HtmlInputElement> {
    node.cast::<Element>()?.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// What is in the first input inside `node` that `selector` matches.
pub fn input_value(node: &NodeRef, selector: &str) -> Option<String> {
    input(node, selector).map(|input| input.value())
}

/// Puts something into the first input inside `node` that `selector` matches.
pub fn set_input_value(node: &NodeRef, selector: &str, value: &str) {
    if let Some(input) = input(node, selector) {
        input.set_value(value);
    }
}

/// A text in small letters. The browser knows them all; Rust's tables of them would have to be downloaded.
pub fn lower_case(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// Says in which language the page is, for screen readers, hyphenation and quotation marks.
pub fn set_page_language(tag: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("lang", tag);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn write_text(text: &str) -> Result<js_sys::Promise, JsValue>;
}

/// Puts a text into the clipboard; `false` where the browser has none (over plain http).
pub fn copy(text: &str) -> bool {
    write_text(text).is_ok()
}

/// Where the page is: path and query.
pub fn address() -> String {
    let location = window().location();
    [location.pathname().unwrap_or_default(), location.search().unwrap_or_default()].concat()
}

/// Sets the title of the page as long as the component lives that calls it: “Settings · Daymark”. After that, it is what
/// it was.
#[hook]
pub fn use_title(title: &str) {
    use_watch(title.to_owned(), |mut full| {
        if !full.is_empty() {
            full.push_str(" · ");
        }
        full.push_str("Daymark");
        let before = document().title();
        document().set_title(&full);
        move || document().set_title(&before)
    });
}
