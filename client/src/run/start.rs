//! The way from a reminder into a run: starts it, or goes on with the one that there is. What begins much later is asked
//! about first.

use super::{
    Before,
    words::{Words, use_words},
};
use crate::{
    api::{ApiError, occurrence, remote::use_round, run},
    i18n::Style,
    kept::{use_kept, use_watch},
    platform::{clock, intl, random},
    route::{Route, RouteLink},
    store::{Action, Session, use_dispatch, use_slice},
    ui::{Button, Kind, Notice, glyphs, notice},
};
use daymark_shared::{
    ids::{RoutineId, RunId},
    occurrence::{Occurrence, OccurrenceKey},
    problem::Code,
    run::NewRun,
    schedule::Start,
};
use jiff::civil::Date;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What begins later than this, in seconds from now, is asked about before it is started.
const SOON: i64 = 60 * 60;

/// Properties of [`StartPage`].
#[derive(Properties, PartialEq)]
pub struct StartProps {
    /// Of which routine.
    pub routine: RoutineId,
    /// Which occurrence.
    pub occurrence: OccurrenceKey,
}

/// What a person is told before there is a run.
type Told = Option<Result<Rc<Occurrence>, ApiError>>;

/// What came of going there.
enum Came {
    /// There is a run.
    Run(RunId),
    /// It begins much later: whether to start it is asked.
    Later(Rc<Occurrence>),
}

/// Starts it; unless `sure`, only what begins soon.
async fn go(new: &NewRun, sure: bool) -> Result<Came, ApiError> {
    if !sure {
        let found = occurrence::get(new.routine, new.occurrence).await?;
        let goes_on = found.run.as_ref().is_some_and(|run| run.active);
        if !goes_on && found.starts_at.as_second() - clock::now().as_second() > SOON {
            return Ok(Came::Later(found.into()));
        }
    }
    Ok(Came::Run(run::start(new).await?.id))
}

/// Starts a run and gives way to it; going back leads to where one came from, not here. What is not there any more gives
/// way to its day.
#[component]
pub fn StartPage(props: &StartProps) -> Html {
    let (words, dispatch) = (use_words(), use_dispatch());
    let session = use_slice::<Session>();
    let zone = session.account().map_or("", |account| account.zone.as_str());
    let today = intl::civil_now(zone, clock::now()).date();
    let told = use_kept(|| Told::None);
    let sure = use_kept(|| false);
    // Kept over all tries, so that a lost answer starts no second one.
    let id = use_mut_ref(|| {
        let (ms, random) = random::id_parts();
        RunId::mint(ms, random)
    });
    let (round, again) = use_round();
    {
        let (told, id, gone, sure) = (told.clone(), *id.borrow(), words.changed_since(), sure.get());
        use_watch((props.routine, props.occurrence, round, sure), move |(routine, occurrence, _, sure)| {
            told.set(None);
            let here = Rc::new(Cell::new(true));
            let still = here.clone();
            spawn_local(async move {
                let came = go(&NewRun { id, routine, occurrence, auto_advance: true }, sure).await;
                if !still.get() {
                    return;
                }
                match came {
                    Ok(Came::Run(id)) => Route::Run { id }.replace(),
                    Ok(Came::Later(found)) => told.set(Some(Ok(found))),
                    Err(error) if error.is_gone() => {
                        dispatch.dispatch(Action::bad(gone));
                        day(occurrence.original.date(), today).replace();
                    }
                    Err(error) => told.set(Some(Err(error))),
                }
            });
            move || here.set(false)
        });
    }
    let (asked, error) = match told.get() {
        Some(Ok(found)) => (Some(question(&words, &found, today, sure.becomes(true))), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let done = error.as_ref().is_some_and(|error| error.code() == Some(Code::OccurrenceBegun));
    html! {
        <Before {error} {asked} advice={done.then(|| words.done_already())} onretry={again} />
    }
}

/// The page of a date.
fn day(date: Date, today: Date) -> Route {
    if date == today { Route::Today } else { Route::Day { date } }
}

/// Whether to start what begins much later.
fn question(words: &Words, found: &Occurrence, today: Date, onstart: Callback<MouseEvent>) -> Html {
    let date = found.start.date();
    let on = if date == today {
        words.today().to_owned()
    } else if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) {
        words.tomorrow().to_owned()
    } else {
        words.on(&words.date(date, Style::Day))
    };
    let when = match found.start {
        Start::AllDay(_) => on,
        Start::At(at) => words.at(&on, &words.time(at.time())),
    };
    notice(Notice {
        glyph: glyphs::CALENDAR,
        title: &words.begins(found.title.as_str(), &when),
        alert: true,
        whole: false,
        inside: html! {
            <>
                { Button { kind: Kind::Primary, onclick: Some(onstart), ..Button::says(words.start_now()) } }
                { RouteLink {
                    class: "button",
                    ..RouteLink::to(day(date, today), html! { words.show_day() })
                } }
            </>
        },
    })
}
