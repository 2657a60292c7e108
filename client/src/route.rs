//! Addresses, and links to them.

use daymark_shared::ids::{RoutineId, RunId};
use jiff::civil::Date;
use yew::prelude::*;
use yew_router::prelude::*;

/// Where one can be.
#[derive(Debug, Clone, PartialEq, Routable)]
pub enum Route {
    /// Sign in, or create an account: with `?setup=…` or `?invite=…`.
    #[at("/welcome")]
    Welcome,
    /// Today.
    #[at("/")]
    Today,
    /// Another day.
    #[at("/day/:date")]
    Day {
        /// Which.
        date: Date,
    },
    /// All routines.
    #[at("/routines")]
    Routines,
    /// A new routine.
    #[at("/routines/new")]
    NewRoutine,
    /// One routine.
    #[at("/routines/:id")]
    Routine {
        /// Which.
        id: RoutineId,
    },
    /// What has no date yet: a page on phones, beside the day elsewhere.
    #[at("/inbox")]
    Inbox,
    /// A run.
    #[at("/run/:id")]
    Run {
        /// Which.
        id: RunId,
    },
    /// Settings.
    #[at("/settings")]
    Settings,
    /// Nothing is here.
    #[not_found]
    #[at("/not-found")]
    NotFound,
}

/// Where one can go from everywhere: one entry in the navigation each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The days.
    Today,
    /// The inbox.
    Inbox,
    /// The routines.
    Routines,
    /// The settings.
    Settings,
}

impl Area {
    /// Its address.
    pub const fn route(self) -> Route {
        match self {
            Self::Today => Route::Today,
            Self::Inbox => Route::Inbox,
            Self::Routines => Route::Routines,
            Self::Settings => Route::Settings,
        }
    }
}

impl Route {
    /// The entry in the navigation that it belongs to.
    pub const fn area(&self) -> Option<Area> {
        match self {
            Self::Today | Self::Day { .. } => Some(Area::Today),
            Self::Inbox => Some(Area::Inbox),
            Self::Routines | Self::NewRoutine | Self::Routine { .. } => Some(Area::Routines),
            Self::Settings => Some(Area::Settings),
            Self::Welcome | Self::Run { .. } | Self::NotFound => None,
        }
    }
}

/// Properties of [`RouteLink`].
#[derive(Properties, PartialEq)]
pub struct RouteLinkProps {
    /// Where it leads.
    pub to: Route,
    /// What it says.
    pub children: Html,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
    /// Its name, where it shows an icon only; also its tooltip.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// `page` or `date`, where it leads to what is shown now.
    #[prop_or_default]
    pub current: Option<AttrValue>,
}

/// A link within the program: a real one, so that it can be opened in another tab.
#[component]
pub fn RouteLink(props: &RouteLinkProps) -> Html {
    let navigator = use_navigator().expect("inside the router");
    let href = [navigator.basename().unwrap_or_default(), &props.to.to_path()].concat();
    let onclick = {
        let to = props.to.clone();
        Callback::from(move |event: MouseEvent| {
            if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
                event.prevent_default();
                navigator.push(&to);
            }
        })
    };
    html! {
        <a
            {href}
            class={props.class.clone()}
            aria-label={props.label.clone()}
            title={props.label.clone()}
            aria-current={props.current.clone()}
            {onclick}
        >
            { props.children.clone() }
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_where_they_came_from() {
        let id = RoutineId::mint(1_700_000_000_000, [7; 10]);
        for route in [
            Route::Today,
            Route::Day { date: jiff::civil::date(2026, 11, 18) },
            Route::NewRoutine,
            Route::Routine { id },
            Route::Settings,
        ] {
            assert_eq!(Route::recognize(&route.to_path()), Some(route));
        }
    }

    #[test]
    fn what_is_no_date_or_id_is_not_found() {
        assert_eq!(Route::recognize("/day/2026-02-30"), Some(Route::NotFound));
        assert_eq!(Route::recognize("/routines/mine"), Some(Route::NotFound));
        assert_eq!(Route::recognize("/nowhere"), Some(Route::NotFound));
    }
}
