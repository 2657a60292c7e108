//! The program: the state, the language, and which page is shown to whom.

use crate::{
    api::{ApiError, session},
    i18n::{Hours, I18n, use_i18n},
    kept::use_watch,
    live::use_live,
    not_found::NotFound,
    platform::{browser, events::use_window_event, storage},
    problems,
    reminders::{MissedKeeper, RemindersPage},
    route::{Route, use_route},
    routine::{self, RoutinePage, RoutinesPage},
    run::{Keeper, RunPage, StartPage},
    settings::SettingsPage,
    shell::{self, Announcer, Messages, Shell},
    store::{Action, Dispatch, Session, Settings, State, state::Theme, use_dispatch, use_slice},
    today::{InboxPage, TodayPage},
    ui::trouble,
    welcome::WelcomePage,
    words::Words,
};
use daymark_shared::account::Locale;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What this browser remembers.
pub fn remembered() -> State {
    let preferred: Rc<[String]> = browser::languages().into();
    let theme = match storage::get("theme").as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    };
    let hours = match storage::get("hours").as_deref() {
        Some("24") => Hours::Day,
        Some("12") => Hours::Half,
        _ => Hours::Usual,
    };
    let language = storage::get("language")
        .and_then(|tag| Locale::of_tag(&tag))
        .or_else(|| preferred.iter().find_map(|tag| Locale::of_tag(tag)))
        .unwrap_or_default();
    State::of(Settings { theme, language, hours, preferred })
}

/// Asks once who is signed in, and shows them what is at the address.
#[component]
pub fn App() -> Html {
    let (session, dispatch) = (use_slice::<Session>(), use_dispatch());
    let asking = matches!(*session, Session::Unknown);
    let heard = dispatch.clone();
    use_watch(asking, move |asking| {
        let dispatch = heard.clone();
        session::listen(Callback::from(move |event| {
            heard.dispatch(match event {
                session::SessionEvent::Renewed(account) => Action::SignedIn(account),
                session::SessionEvent::Ended => Action::SignedOut { ended: true },
            });
        }));
        if asking {
            ask(dispatch);
        }
    });
    let left = dispatch.clone();
    use_window_event(
        "storage",
        Callback::from(move |()| {
            if session::left_elsewhere() {
                left.dispatch(Action::SignedOut { ended: false });
            }
        }),
    );
    use_live(session.account().is_some());
    let i18n = use_i18n();
    use_watch(i18n.language, |language| {
        browser::set_page_language(language.as_str());
        // So that the page speaks it from the first word next time.
        storage::set("language", Some(language.as_str()));
    });
    let route = use_route();
    let welcomed = route == Route::Welcome && session.account().is_some();
    use_watch(welcomed, |welcomed| {
        if welcomed {
            Route::Today.push();
        }
    });
    // What a sheet lies over: the page that it was opened from stays as it is.
    let below = use_mut_ref(|| None::<Route>);
    html! {
        <>
            { page(&session, route, &mut below.borrow_mut(), i18n, dispatch) }
            <Keeper />
            <MissedKeeper />
            <Messages />
            <Announcer />
        </>
    }
}

/// Finds out who is signed in.
fn ask(dispatch: Dispatch) {
    if !session::may_exist() {
        dispatch.dispatch(Action::SignedOut { ended: false });
        return;
    }
    spawn_local(async move {
        match session::resume().await {
            // The listener has heard who it is.
            Ok(()) => {}
            Err(error) if !error.is_passing() => {
                dispatch.dispatch(Action::SignedOut { ended: true });
            }
            Err(_) => dispatch.dispatch(Action::Unreachable),
        }
    });
}

/// What is shown at an address. Who is not signed in sees Welcome there, and then what they came for.
fn page(session: &Session, route: Route, below: &mut Option<Route>, i18n: I18n, dispatch: Dispatch) -> Html {
    match session {
        Session::Unknown => shell::waiting(route, &Words(i18n)),
        Session::Unreachable => unreachable(i18n, dispatch),
        Session::SignedOut { ended } => html! { <WelcomePage ended={*ended} /> },
        Session::SignedIn(_) => match route {
            // On the way to today.
            Route::Welcome => Html::default(),
            // Nothing else on the screen.
            Route::Run { id } => html! { <RunPage {id} /> },
            Route::Start { routine, occurrence } => {
                let key = [routine.to_string(), occurrence.to_string()].concat();
                html! { <StartPage {key} {routine} {occurrence} /> }
            }
            Route::NewRoutine => shelled(below.clone(), html! { <RoutinePage key="new" id={None} /> }),
            Route::Routine { id } => {
                shelled(below.clone(), html! { <RoutinePage key={id.to_string()} id={Some(id)} /> })
            }
            route => {
                *below = Some(route.clone());
                shelled(Some(route), Html::default())
            }
        },
    }
}

/// A page, and the sheet over it if there is one. The page keeps its place, so that it stays what it is under the sheet.
fn shelled(route: Option<Route>, sheet: Html) -> Html {
    let route = route.unwrap_or_else(routine::behind);
    html! {
        <Shell route={route.clone()}>
            { inside(route) }
            { sheet }
        </Shell>
    }
}

fn inside(route: Route) -> Html {
    match route {
        Route::Today => html! { <TodayPage date={None} /> },
        Route::Day { date } => html! { <TodayPage date={Some(date)} /> },
        Route::Inbox => html! { <InboxPage /> },
        Route::Routines => html! { <RoutinesPage /> },
        Route::Reminders => html! { <RemindersPage /> },
        Route::Settings => html! { <SettingsPage /> },
        Route::Welcome
        | Route::Run { .. }
        | Route::Start { .. }
        | Route::NewRoutine
        | Route::Routine { .. }
        | Route::NotFound => {
            html! { <NotFound /> }
        }
    }
}

/// The server could not be asked who is signed in.
fn unreachable(i18n: I18n, dispatch: Dispatch) -> Html {
    let failure = problems::Words(i18n).failure(&ApiError::Offline);
    let onretry = Callback::from(move |()| dispatch.dispatch(Action::Asking));
    html! {
        <main class="alone">
            { trouble(&failure, &onretry, true) }
        </main>
    }
}
