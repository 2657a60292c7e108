//! The sheet at its address: what it is opened for, and where it leads back to.

use super::{
    editor::Editor,
    form::{Form, When},
    opened::{Context, opened},
    steps::new_step,
    words::use_words,
};
use crate::{
    api::{ApiError, Remote, occurrence, routine, use_remote},
    kept::use_watch,
    platform::{
        browser::{query_parameter, use_title},
        clock, history, intl,
        visibility::uncovered,
    },
    problems,
    route::Route,
    store::{Session, use_slice},
    ui::{Dialog, Shape, skeleton, trouble},
    words,
};
use daymark_shared::{
    ids::RoutineId,
    occurrence::{Occurrence, OccurrenceKey},
    routine::Routine,
    schedule::{parse_date, parse_time},
};
use jiff::civil::Date;
use std::rc::Rc;
use yew::prelude::*;

/// The page that lies behind a sheet whose address was opened directly: the day it is about, or all routines.
pub fn behind() -> Route {
    if query_parameter("from").as_deref() == Some("inbox") {
        return Route::Inbox;
    }
    let occurrence = || Some(occurrence_asked()?.original.date());
    date_asked().or_else(occurrence).map_or(Route::Routines, |date| Route::Day { date })
}

fn occurrence_asked() -> Option<OccurrenceKey> {
    query_parameter("occurrence")?.parse().ok()
}

fn date_asked() -> Option<Date> {
    parse_date(&query_parameter("date")?).ok()
}

/// Properties of [`RoutinePage`].
#[derive(Properties, PartialEq)]
pub struct RoutineProps {
    /// Which; a new one without.
    pub id: Option<RoutineId>,
}

/// A routine to write: `?date=2026-11-18` is the day it was opened from, `&at=07:00` where a new one was pressed,
/// `&occurrence=1-20261118T0700` the occurrence.
#[component]
pub fn RoutinePage(props: &RoutineProps) -> Html {
    let words = use_words();
    use_title(if props.id.is_some() { words.edit_routine() } else { words.new_routine() });
    let session = use_slice::<Session>();
    // As it was when the sheet was opened.
    let begun = use_mut_ref(|| {
        let context = context(&session);
        let form = props.id.is_none().then(|| Rc::new(fresh(&context)));
        (context, form)
    });
    let (context, form) = begun.borrow().clone();
    // What lies behind may show what has just been changed.
    use_watch((), |()| uncovered);
    let onleave = use_mut_ref(|| {
        Callback::from(|()| {
            if history::came_from_within() {
                history::back();
            } else {
                behind().replace();
            }
        })
    });
    let onleave = onleave.borrow().clone();
    match (props.id, form) {
        (Some(id), _) => html! { <Known {id} occurrence={occurrence_asked()} {context} {onleave} /> },
        (None, Some(form)) => html! { <Editor {form} {context} {onleave} /> },
        (None, None) => html! {},
    }
}

fn context(session: &Session) -> Context {
    let account = session.account();
    let zone = account.map_or_else(|| "UTC".to_owned(), |account| account.zone.as_str().to_owned());
    Context {
        now: intl::civil_now(&zone, clock::now()),
        week_start: account.map_or(jiff::civil::Weekday::Monday, |account| account.week_start.weekday()),
        zone,
    }
}

/// A new one, suggested for the day and the time where it was asked for.
fn fresh(context: &Context) -> Form {
    let next = context.next_hour();
    let time = query_parameter("at").and_then(|at| parse_time(&at).ok()).unwrap_or(next.time());
    let date = date_asked().unwrap_or(next.date());
    let mut when = When::once(date, time, context.week_start);
    when.planned = behind() != Route::Inbox;
    Form::fresh(new_step(), when)
}

/// Properties of [`Known`].
#[derive(Properties, PartialEq)]
struct KnownProps {
    id: RoutineId,
    occurrence: Option<OccurrenceKey>,
    context: Context,
    onleave: Callback<()>,
}

/// What a sheet needs to know.
struct Found {
    /// The current version.
    routine: Routine,
    /// The occurrence that it was opened from.
    occurrence: Option<Occurrence>,
    /// The occurrence's version, where that is another.
    own: Option<Routine>,
}

async fn fetch(id: RoutineId, key: Option<OccurrenceKey>) -> Result<Found, ApiError> {
    let routine = routine::get(id).await?;
    let alone = Found { routine: routine.clone(), occurrence: None, own: None };
    let Some(key) = key else { return Ok(alone) };
    let of_occurrence = async {
        let occurrence = Some(occurrence::get(id, key).await?);
        let own = match key.version == routine.version {
            true => None,
            false => Some(routine::version(id, key.version).await?),
        };
        Ok(Found { routine, occurrence, own })
    };
    // Gone since it was shown: then the routine alone.
    of_occurrence.await.or_else(|error: ApiError| if error.is_gone() { Ok(alone) } else { Err(error) })
}

/// One that is there.
#[component]
fn Known(props: &KnownProps) -> Html {
    let (words, common, problems) = (use_words(), words::use_words(), problems::use_words());
    let (id, key) = (props.id, props.occurrence);
    let which = [id.to_string(), key.map_or_else(String::new, |key| key.to_string())].join("/");
    let asked = use_remote(which, move || fetch(id, key));
    let inside = match &asked.remote {
        Remote::Ready(found) => {
            let Found { routine, occurrence, own } = &**found;
            let (seen, remark) = opened(routine.clone(), occurrence.as_ref(), own.clone(), &props.context);
            return html! {
                <Editor
                    form={Rc::new(seen.form.clone())}
                    seen={Rc::new(seen)}
                    {remark}
                    context={props.context.clone()}
                    onleave={props.onleave.clone()}
                />
            };
        }
        Remote::Pending => skeleton(7, common.loading()),
        Remote::Failed(error) => trouble(&problems.failure(error), &asked.reload, false),
    };
    html! {
        <Dialog
            id="routine-editor"
            title={words.edit_routine()}
            onclose={props.onleave.clone()}
            close_label={common.close()}
            shape={Shape::Sheet}
        >
            { inside }
        </Dialog>
    }
}
