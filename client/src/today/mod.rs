//! Today: the timeline of a day, and the inbox beside it.

use jiff::civil::Date;
use yew::prelude::*;

/// Properties of [`TodayPage`].
#[derive(Properties, PartialEq)]
pub struct TodayProps {
    /// Which day; today without one.
    pub date: Option<Date>,
}

/// A day.
#[component]
pub fn TodayPage(props: &TodayProps) -> Html {
    html! { <h1>{ props.date.map(|date| date.to_string()) }</h1> }
}

/// The inbox on phones.
#[component]
pub fn InboxPage() -> Html {
    html! {}
}
