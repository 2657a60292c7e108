//! Welcome.

use yew::prelude::*;

/// Properties of [`WelcomePage`].
#[derive(Properties, PartialEq)]
pub struct WelcomeProps {
    /// Whether a session ended without being asked to.
    pub ended: bool,
}

/// Sign in, or create an account.
#[component]
pub fn WelcomePage(props: &WelcomeProps) -> Html {
    html! { <h1>{ props.ended.to_string() }</h1> }
}
