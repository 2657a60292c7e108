//! Addresses, and links to them.

use crate::platform::history;
use daymark_shared::{
    ids::{RoutineId, RunId},
    occurrence::OccurrenceKey,
    schedule::parse_date,
};
use jiff::civil::Date;
use std::collections::HashMap;
use yew::{html::IntoPropValue, prelude::*};
use yew_router::Routable;

/// Where one can be.
///
/// The addresses are matched by hand: the derived `Routable` brings a general matcher of twenty kilobytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    /// `/welcome`: sign in, or create an account, with `?setup=…` or `?invite=…`.
    Welcome,
    /// `/`
    Today,
    /// `/day/2026-11-18`: another day.
    Day {
        /// Which.
        date: Date,
    },
    /// `/routines`: all routines.
    Routines,
    /// `/routines/new`: a new routine.
    NewRoutine,
    /// `/routines/…`: one routine.
    Routine {
        /// Which.
        id: RoutineId,
    },
    /// `/inbox`: what has no date yet; a page on phones, beside the day elsewhere.
    Inbox,
    /// `/run/…`: a run.
    Run {
        /// Which.
        id: RunId,
    },
    /// `/start/…/…`: starts the run of an occurrence, or shows the one that goes on; what reminders lead to.
    Start {
        /// Of which routine.
        routine: RoutineId,
        /// Which occurrence.
        occurrence: OccurrenceKey,
    },
    /// `/reminders`: those that were missed, and those to come.
    Reminders,
    /// `/settings`
    Settings,
    /// Anything else: nothing is here.
    NotFound,
}

impl Routable for Route {
    fn from_path(path: &str, _: &HashMap<&str, &str>) -> Option<Self> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let route = match (segments.next(), segments.next(), segments.next()) {
            (Some("start"), Some(routine), Some(key)) => {
                Self::Start { routine: routine.parse().ok()?, occurrence: key.parse().ok()? }
            }
            (Some("reminders"), None, _) => Self::Reminders,
            (None, ..) => Self::Today,
            (Some("welcome"), None, _) => Self::Welcome,
            (Some("day"), Some(date), None) => Self::Day { date: parse_date(date).ok()? },
            (Some("routines"), None, _) => Self::Routines,
            (Some("routines"), Some("new"), None) => Self::NewRoutine,
            (Some("routines"), Some(id), None) => Self::Routine { id: id.parse().ok()? },
            (Some("inbox"), None, _) => Self::Inbox,
            (Some("run"), Some(id), None) => Self::Run { id: id.parse().ok()? },
            (Some("settings"), None, _) => Self::Settings,
            _ => return None,
        };
        Some(route)
    }

    fn to_path(&self) -> String {
        match self {
            Self::Welcome => "/welcome".to_owned(),
            Self::Today => "/".to_owned(),
            Self::Day { date } => ["/day/", &date.to_string()].concat(),
            Self::Routines => "/routines".to_owned(),
            Self::NewRoutine => "/routines/new".to_owned(),
            Self::Routine { id } => ["/routines/", &id.to_string()].concat(),
            Self::Inbox => "/inbox".to_owned(),
            Self::Run { id } => ["/run/", &id.to_string()].concat(),
            Self::Start { routine, occurrence } => {
                ["/start/", &routine.to_string(), "/", &occurrence.to_string()].concat()
            }
            Self::Reminders => "/reminders".to_owned(),
            Self::Settings => "/settings".to_owned(),
            Self::NotFound => "/not-found".to_owned(),
        }
    }

    fn routes() -> Vec<&'static str> {
        // Only a derived matcher would ask.
        Vec::new()
    }

    fn not_found_route() -> Option<Self> {
        Some(Self::NotFound)
    }

    fn recognize(path: &str) -> Option<Self> {
        Self::from_path(path, &HashMap::new()).or_else(Self::not_found_route)
    }
}

impl Route {
    /// What is at a path.
    pub fn at(path: &str) -> Self {
        Self::recognize(path).unwrap_or(Self::NotFound)
    }

    /// Goes there.
    pub fn push(&self) {
        history::push(&self.to_path());
    }

    /// Goes there with a query, `date=2026-11-18`.
    pub fn push_with(&self, query: &str) {
        history::push(&[&self.to_path(), "?", query].concat());
    }

    /// Goes there in the place of where one is.
    pub fn replace(&self) {
        history::replace(&self.to_path());
    }
}

/// Where one is; renders again on the way elsewhere.
#[hook]
pub fn use_route() -> Route {
    Route::at(&history::use_path())
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
    /// The reminders.
    Reminders,
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
            Self::Reminders => Route::Reminders,
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
            Self::Reminders => Some(Area::Reminders),
            Self::Settings => Some(Area::Settings),
            Self::Welcome | Self::Run { .. } | Self::Start { .. } | Self::NotFound => None,
        }
    }
}

/// A link within the program: a real one, so that it can be opened in another tab.
pub struct RouteLink {
    /// Where it leads.
    pub to: Route,
    /// What it says.
    pub inside: Html,
    /// Its classes.
    pub class: &'static str,
    /// Its name, where it shows an icon only; also its tooltip.
    pub label: Option<AttrValue>,
    /// `page` or `date`, where it leads to what is shown now.
    pub current: Option<&'static str>,
}

impl RouteLink {
    /// One that leads there and says this.
    pub fn to(to: Route, inside: Html) -> Self {
        Self { to, inside, class: "", label: None, current: None }
    }
}

impl From<RouteLink> for Html {
    fn from(link: RouteLink) -> Self {
        let RouteLink { to, inside, class, label, current } = link;
        let href = history::href(&to.to_path());
        let onclick = Callback::from(move |event: MouseEvent| {
            if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
                event.prevent_default();
                to.push();
            }
        });
        html! {
            <a {href} {class} aria-label={label.clone()} title={label} aria-current={current} {onclick}>{ inside }</a>
        }
    }
}

impl IntoPropValue<Html> for RouteLink {
    fn into_prop_value(self) -> Html {
        self.into()
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
            Route::Welcome,
            Route::Routines,
            Route::NewRoutine,
            Route::Routine { id },
            Route::Inbox,
            Route::Run { id: RunId::mint(1, [1; 10]) },
            Route::Start { routine: id, occurrence: "2-20261118T0700".parse().unwrap() },
            Route::Reminders,
            Route::Settings,
        ] {
            assert_eq!(Route::at(&route.to_path()), route);
        }
    }

    #[test]
    fn what_is_no_date_or_id_is_not_found() {
        assert_eq!(Route::at("/day/2026-02-30"), Route::NotFound);
        assert_eq!(Route::at("/routines/mine"), Route::NotFound);
        assert_eq!(Route::at("/start/mine/1-20261118"), Route::NotFound);
        assert_eq!(Route::at("/nowhere"), Route::NotFound);
        assert_eq!(Route::at("/settings/more"), Route::NotFound);
        assert_eq!(Route::at("/settings/"), Route::Settings);
    }
}
