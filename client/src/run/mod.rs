//! Run: one step at a time, and nothing else on the screen.

mod controls;
mod head;
mod keeper;
mod keys;
mod moment;
mod room;
mod said;
mod stage;
mod summary;
mod watch;
mod words;

pub use keeper::Keeper;

use crate::{
    platform::{browser::use_title, events::use_window_event, timer::use_ticks, visibility::use_return},
    problems,
    route::{Route, RouteLink},
    store::{Action, Following, run::RunEvent, use_dispatch, use_slice},
    ui::{Icon, Ring, Skeleton, Trouble, glyphs},
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
        use_effect_with(props.id, move |&id| {
            dispatch.dispatch(Action::Run(RunEvent::Follow(id)));
            move || dispatch.dispatch(Action::Run(RunEvent::Leave))
        });
    }
    let ask = use_callback((), move |(), ()| dispatch.dispatch(Action::Run(RunEvent::Ask)));
    use_ticks(POLL_MS, ask.clone());
    use_return(ask.clone());
    let onfocus = use_callback(ask.clone(), |_: Event, ask| ask.emit(()));
    use_window_event("focus", onfocus);

    let ours = following.id == Some(props.id);
    let gone = following.trouble.as_ref().is_some_and(|error| !error.is_passing());
    match (&following.run, &following.trouble) {
        (Some(_), _) if ours && !gone => html! { <Room /> },
        (_, Some(error)) if ours => html! { <Failed error={error.clone()} onretry={ask} /> },
        _ => html! { <Loading /> },
    }
}

/// The way out, before there is anything else.
fn way_out(words: &words::Words) -> Html {
    html! {
        <header class="run-head">
            <RouteLink to={Route::Today} class="icon-button" label={words.leave()}>
                <Icon glyph={glyphs::X} />
            </RouteLink>
            <h1 class="visually-hidden">{ words.run() }</h1>
        </header>
    }
}

/// The ring and grey lines, where the step will be.
#[component]
fn Loading() -> Html {
    let words = use_words();
    use_title(words.loading());
    html! {
        <main class="run hue-slate waiting" tabindex="-1">
            { way_out(&words) }
            <div class="stage">
                <Ring left=0.0 />
                <Skeleton label={words.loading()} lines=2 />
            </div>
        </main>
    }
}

/// Properties of [`Failed`].
#[derive(Properties, PartialEq)]
struct FailedProps {
    error: crate::api::ApiError,
    onretry: Callback<()>,
}

/// It did not come.
#[component]
fn Failed(props: &FailedProps) -> Html {
    let (words, problems) = (use_words(), problems::use_words());
    let failure = problems.failure(&props.error);
    use_title(&failure.title);
    html! {
        <main class="run hue-slate" tabindex="-1">
            { way_out(&words) }
            <div class="stage">
                <Trouble {failure} onretry={props.onretry.clone()} />
                <RouteLink to={Route::Today} class="button">{ words.back_to_day() }</RouteLink>
            </div>
        </main>
    }
}
