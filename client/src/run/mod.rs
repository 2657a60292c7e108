//! Run: one step at a time, and nothing else on the screen.

mod controls;
mod head;
mod keeper;
mod keys;
mod moment;
mod room;
mod said;
mod stage;
mod start;
mod summary;
mod watch;
mod words;

pub use keeper::Keeper;
pub use start::StartPage;

use crate::{
    api::ApiError,
    kept::use_watch,
    platform::{browser::use_title, events::use_window_event, timer::use_ticks, visibility::use_return},
    problems,
    route::{Route, RouteLink},
    store::{Action, Following, run::RunEvent, use_dispatch, use_slice},
    ui::{Failure, glyphs, icon, ring, skeleton, trouble},
};
use daymark_shared::ids::RunId;
use room::Room;
use words::use_words;
use yew::prelude::*;

/// How often it is asked what another browser did.
const POLL_MS: u32 = 15_000;

/// Properties of [`RunPage`].
#[derive(Properties, PartialEq)]
pub struct RunProps {
    /// Which.
    pub id: RunId,
}

/// A run.
#[component]
pub fn RunPage(props: &RunProps) -> Html {
    let (following, dispatch) = (use_slice::<Following>(), use_dispatch());
    {
        let dispatch = dispatch.clone();
        use_watch(props.id, move |id| {
            dispatch.dispatch(Action::Run(RunEvent::Follow(id)));
            move || dispatch.dispatch(Action::Run(RunEvent::Leave))
        });
    }
    let ask = use_callback((), move |(), ()| dispatch.dispatch(Action::Run(RunEvent::Ask)));
    use_ticks(POLL_MS, ask.clone());
    use_return(ask.clone());
    use_window_event("focus", ask.clone());

    let ours = following.id == Some(props.id);
    let gone = following.trouble.as_ref().is_some_and(|error| !error.is_passing());
    match (&following.run, &following.trouble) {
        (Some(_), _) if ours && !gone => html! { <Room /> },
        (_, error) => html! { <Before error={error.clone().filter(|_| ours)} onretry={ask} /> },
    }
}

/// Properties of [`Before`].
#[derive(Properties, PartialEq)]
struct BeforeProps {
    error: Option<ApiError>,
    /// What is said instead of what the error says by itself.
    #[prop_or_default]
    advice: Option<&'static str>,
    /// A question that is asked first.
    #[prop_or_default]
    asked: Option<Html>,
    onretry: Callback<()>,
}

/// Before there is a run, or because there is none: the way out, and in the place of the step the ring and grey lines, a
/// question, or what went wrong.
#[component]
fn Before(props: &BeforeProps) -> Html {
    let (words, problems) = (use_words(), problems::use_words());
    let failure = props.error.as_ref().map(|error| {
        let failure = problems.failure(error);
        Failure { advice: props.advice.map_or(failure.advice, AttrValue::from), ..failure }
    });
    let title = if props.asked.is_some() { words.run() } else { words.loading() };
    use_title(failure.as_ref().map_or(title, |failure| &failure.title));
    html! {
        <main class={if failure.is_none() && props.asked.is_none() { "run hue-slate waiting" } else { "run hue-slate" }} tabindex="-1">
            <header class="run-head">
                { RouteLink {
                    class: "icon-button",
                    label: Some(words.leave().into()),
                    ..RouteLink::to(Route::Today, html! { icon(glyphs::X) })
                } }
                <h1 class="visually-hidden">{ words.run() }</h1>
            </header>
            <div class="stage">
                if let Some(failure) = failure {
                    { trouble(&failure, &props.onretry, false) }
                    { RouteLink {
                        class: "button",
                        ..RouteLink::to(Route::Today, html! { words.back_to_day() })
                    } }
                } else if let Some(asked) = &props.asked {
                    { asked.clone() }
                } else {
                    { ring(0.0, NodeRef::default(), Html::default()) }
                    { skeleton(2, words.loading()) }
                }
            </div>
        </main>
    }
}
