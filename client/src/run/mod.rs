//! Run: one step at a time.

use daymark_shared::ids::RunId;
use yew::prelude::*;

/// Properties of [`RunPage`].
#[derive(Properties, PartialEq)]
pub struct RunProps {
    /// Which.
    pub id: RunId,
}

/// A run.
#[component]
pub fn RunPage(props: &RunProps) -> Html {
    html! { <h1>{ props.id.to_string() }</h1> }
}
