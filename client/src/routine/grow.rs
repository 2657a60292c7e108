//! A text of several lines that is as high as it needs to be.

use crate::{
    kept::{use_node, use_watch},
    platform::focus::focus,
};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// Properties of [`Grow`].
#[derive(Properties, PartialEq)]
pub struct GrowProps {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// What is in it.
    pub value: AttrValue,
    /// Its name, where no label stands beside it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// What it asks for.
    #[prop_or_default]
    pub placeholder: Option<AttrValue>,
    /// The id of what is wrong with it.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    /// Whether it takes the focus when it appears.
    #[prop_or_default]
    pub focus: bool,
    /// Hears each change.
    pub oninput: Callback<String>,
}

/// A text area that grows: behind it the same text, which makes the room.
#[component]
pub fn Grow(props: &GrowProps) -> Html {
    let node = use_node();
    {
        let (node, wanted) = (node.clone(), props.focus);
        use_watch((), move |()| {
            if wanted {
                focus(&node);
            }
        });
    }
    let oninput = props.oninput.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlTextAreaElement>().map_or_else(String::new, |area| area.value())
    });
    html! {
        <div class="grow" data-text={props.value.clone()}>
            <textarea
                ref={node}
                id={props.id.clone()}
                rows="1"
                maxlength="10000"
                value={props.value.clone()}
                aria-label={props.label.clone()}
                placeholder={props.placeholder.clone()}
                aria-invalid={props.error.is_some().then_some("true")}
                aria-describedby={props.error.clone()}
                {oninput}
            />
        </div>
    }
}
