//! What is around the pages: the navigation, the messages, and what is read aloud.

use crate::{
    kept::{use_node, use_watch},
    platform::focus::focus,
    route::{Area, Route, RouteLink},
    store::{Action, Missed, Toasts, state::Tone, use_dispatch, use_slice},
    ui::{
        Glyph, glyphs, icon, mark, skeleton,
        toast::{ToastCard, live_region},
    },
    words::{Words, use_words},
};
use yew::prelude::*;

impl Area {
    const fn glyph(self) -> Glyph {
        match self {
            Self::Today => glyphs::CALENDAR_DAYS,
            Self::Inbox => glyphs::INBOX,
            Self::Routines => glyphs::REPEAT,
            Self::Reminders => glyphs::BELL,
            Self::Settings => glyphs::SETTINGS,
        }
    }

    fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Today => words.today(),
            Self::Inbox => words.inbox(),
            Self::Routines => words.routines(),
            Self::Reminders => words.reminders(),
            Self::Settings => words.settings(),
        }
    }
}

/// Properties of [`Shell`].
#[derive(Properties, PartialEq)]
pub struct ShellProps {
    /// What is shown.
    pub route: Route,
    /// The page.
    pub children: Html,
}

/// A rail at the side, or tabs below on phones, and the page. Going to another page moves the focus there.
#[component]
pub fn Shell(props: &ShellProps) -> Html {
    let words = use_words();
    let main = use_node();
    let first = use_mut_ref(|| true);
    {
        let main = main.clone();
        // Going from day to day stays on the page.
        use_watch(props.route.area(), move |_| {
            if !first.replace(false) {
                focus(&main);
                crate::platform::window().scroll_to_with_x_and_y(0.0, 0.0);
            }
        });
    }
    let here = props.route.area();
    let missed = use_slice::<Missed>().count;
    let entry = |area: Area, class: &'static str| {
        let missed = if area == Area::Reminders { missed } else { 0 };
        let label = match missed {
            0 => AttrValue::Static(area.name(&words)),
            missed => [area.name(&words), ", ", &words.missed(missed)].concat().into(),
        };
        html! {
            { RouteLink {
                class,
                current: (here == Some(area)).then_some("page"),
                label: Some(label),
                ..RouteLink::to(area.route(), html! {
                    <>
                        { icon(area.glyph()) }
                        <span>{ area.name(&words) }</span>
                        if missed > 0 {
                            <b class="num">{ words.number(i64::from(missed)) }</b>
                        }
                    </>
                })
            } }
        }
    };
    let skip = {
        let main = main.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            focus(&main);
        })
    };
    html! {
        <div class="app">
            <a class="skip" href="#main" onclick={skip}>{ words.skip_to_content() }</a>
            <nav class="nav" aria-label={words.main_navigation()}>
                { mark() }
                { entry(Area::Today, "nav-link") }
                // Beside the day where there is room.
                { entry(Area::Inbox, "nav-link on-phones") }
                { entry(Area::Routines, "nav-link") }
                { entry(Area::Reminders, "nav-link") }
                { entry(Area::Settings, "nav-link at-end") }
            </nav>
            <main id="main" class="main" tabindex="-1" ref={main}>{ props.children.clone() }</main>
        </div>
    }
}

/// While it is not known who is signed in: the same as `index.html` shows before the program has loaded.
pub fn waiting(route: Route, words: &Words) -> Html {
    let skeleton = skeleton(6, words.loading());
    if matches!(route, Route::Run { .. } | Route::Welcome) {
        return html! { <main class="alone">{ skeleton }</main> };
    }
    html! { <Shell {route}>{ skeleton }</Shell> }
}

/// The messages on screen.
#[component]
pub fn Messages() -> Html {
    let (words, toasts, dispatch) = (use_words(), use_slice::<Toasts>(), use_dispatch());
    html! {
        <section class="toasts" aria-label={words.messages()}>
            { for toasts.shown.iter().map(|toast| {
                let (dispatch, id) = (dispatch.clone(), toast.id);
                html! {
                    <ToastCard
                        key={id}
                        text={toast.text.clone()}
                        bad={toast.tone == Tone::Bad}
                        offer={toast.offer.as_ref().map(|offer| (offer.label.clone(), offer.act.clone()))}
                        ongone={Callback::from(move |()| dispatch.dispatch(Action::Dismiss(id)))}
                        dismiss_label={words.dismiss()}
                    />
                }
            }) }
        </section>
    }
}

/// Reads messages and announcements aloud. A modal dialog silences the page behind it: one that announces something
/// renders an `Announcer` of its own.
#[component]
pub fn Announcer() -> Html {
    let toasts = use_slice::<Toasts>();
    live_region(toasts.spoken.0, &toasts.spoken.1)
}
