//! Routines: all of them, and one to edit.

use daymark_shared::ids::RoutineId;
use yew::prelude::*;

mod form;

/// All routines.
#[component]
pub fn RoutinesPage() -> Html {
    html! {}
}

/// Properties of [`RoutinePage`].
#[derive(Properties, PartialEq)]
pub struct RoutineProps {
    /// Which; a new one without.
    pub id: Option<RoutineId>,
}

/// One routine, to edit.
#[component]
pub fn RoutinePage(props: &RoutineProps) -> Html {
    html! { <h1>{ props.id.map(|id| id.to_string()) }</h1> }
}
