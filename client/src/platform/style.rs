//! Positions that must be computed: custom properties through the CSSOM, since the content security policy forbids
//! `style` attributes.

use web_sys::HtmlElement;
use yew::prelude::*;

/// Sets custom properties on an element after each render that changes them: `[("--top", "120px".into())]`.
#[hook]
pub fn use_properties<const N: usize>(node: NodeRef, properties: [(&'static str, AttrValue); N]) {
    use_effect_with((node, properties), |(node, properties)| {
        if let Some(element) = node.cast::<HtmlElement>() {
            for (name, value) in properties {
                let _ = element.style().set_property(name, value);
            }
        }
    });
}

/// Sets one custom property at once, without a render: while something is being dragged, say.
pub fn set_property(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}

/// Takes a custom property off again.
pub fn remove_property(element: &HtmlElement, name: &str) {
    let _ = element.style().remove_property(name);
}
