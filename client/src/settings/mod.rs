//! Settings.

use yew::prelude::*;

/// Settings.
#[component]
pub fn SettingsPage() -> Html {
    html! {}
}
