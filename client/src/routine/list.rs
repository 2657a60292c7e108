//! All routines.

use super::{
    list_words::{Words, use_words},
    row::row,
    words as editor,
};
use crate::{
    api::{ApiError, routine, routine::Among},
    kept::{use_kept, use_watch},
    platform::{
        browser::{lower_case, use_title},
        clock, intl,
        visibility::use_return,
    },
    problems,
    route::{Route, RouteLink},
    store::{Changes, Session, use_slice},
    ui::{
        Button, Glyph, Notice, Segment, Typed, glyphs, icon, notice, segmented, skeleton, text_field, trouble,
    },
    words,
};
use daymark_shared::{page::Page, routine::Routine};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const AMONG: [Among; 3] = [Among::All, Among::Planned, Among::Inbox];
/// From so many on, there is something to search.
const SEARCHED: usize = 8;

/// What is loaded so far.
#[derive(Debug, Clone, Default, PartialEq)]
struct Loaded {
    routines: Vec<Rc<Routine>>,
    next: Option<String>,
    /// Whether the first page has come.
    come: bool,
    busy: bool,
    error: Option<ApiError>,
}

impl Loaded {
    /// With what has come of another page, or of the first one anew.
    fn with(mut self, anew: bool, answer: Result<Page<Routine>, ApiError>) -> Self {
        match answer {
            Ok(page) => {
                if anew {
                    self.routines.clear();
                }
                self.routines.extend(page.items.into_iter().map(Rc::new));
                Self { next: page.next, come: true, busy: false, error: None, ..self }
            }
            Err(error) => Self { busy: false, error: Some(error), ..self },
        }
    }
}

/// All routines, in pages.
#[component]
pub fn RoutinesPage() -> Html {
    let (words, editor, common, problems) =
        (use_words(), editor::use_words(), words::use_words(), problems::use_words());
    use_title(common.routines());
    let session = use_slice::<Session>();
    let among = use_kept(|| 0_usize);
    let search = use_kept(String::new);
    let kept = use_kept(Loaded::default);
    let load = {
        let loaded = kept.clone();
        let among = among.clone();
        move |cursor: Option<String>| {
            let loaded = loaded.clone();
            let anew = cursor.is_none();
            loaded.set(Loaded { busy: true, error: None, ..loaded.get() });
            let among = AMONG.get(among.get()).copied().unwrap_or(Among::All);
            spawn_local(async move {
                let answer = routine::page(among, cursor.as_deref()).await;
                loaded.set(loaded.get().with(anew, answer));
            });
        }
    };
    let again = {
        let load = load.clone();
        use_mut_ref(move || Callback::from(move |()| load(None)))
    };
    let again = again.borrow().clone();
    let changes = use_slice::<Changes>();
    let shown = use_mut_ref(|| None::<usize>);
    use_watch((among.get(), changes.plan), {
        let (again, loaded) = (again.clone(), kept.clone());
        move |(among, _)| {
            // What has changed elsewhere takes the place of what is there; others are others.
            if shown.replace(Some(among)) != Some(among) {
                loaded.set(Loaded::default());
            }
            again.emit(());
        }
    });
    let loaded = kept.get();
    let zone = session.account().map_or_else(|| "UTC".to_owned(), |account| account.zone.as_str().to_owned());
    let today = intl::civil_now(&zone, clock::now()).date();
    let onselect = among.hears();
    use_return(again.clone());
    let more = {
        let next = loaded.next.clone();
        Callback::from(move |_| load(next.clone()))
    };
    let sought = lower_case(search.get().trim());
    let found: Vec<_> = loaded
        .routines
        .iter()
        .filter(|routine| lower_case(routine.title.as_str()).contains(&sought))
        .collect();
    let searchable = loaded.routines.len() >= SEARCHED || !sought.is_empty();
    let filters = [words.all(), editor.planned(), common.inbox()].map(Segment::new);
    let oninput = search.hears();
    html! {
        <div class="page routines">
            <header class="page-head">
                <h1>{ common.routines() }</h1>
                { RouteLink {
                    class: "button primary",
                    ..RouteLink::to(Route::NewRoutine, html! {
                        <>{ icon(glyphs::PLUS) }{ editor.new_routine() }</>
                    })
                } }
            </header>
            <div class="routines-filter">
                { segmented("routines-among", words.filter(), &filters, among.get(), &onselect) }
                if searchable {
                    { text_field(&Typed {
                        id: "routines-search".into(),
                        kind: Some("search".into()),
                        label: words.search_loaded().into(),
                        value: search.get().into(),
                        oninput,
                        hint: loaded.next.is_some().then(|| words.search_hint().into()),
                        ..Typed::default()
                    }) }
                }
            </div>
            if let (Some(error), false) = (&loaded.error, loaded.come) {
                { trouble(&problems.failure(error), &again, false) }
            } else if !loaded.come {
                { skeleton(5, common.loading()) }
            } else if loaded.routines.is_empty() {
                { empty(&words, among.get()) }
            } else if found.is_empty() {
                { nothing(glyphs::COMPASS, words.none_found_title(), &words.none_found_text(search.get().trim())) }
            } else {
                <ul class="routine-rows">
                    { for found.into_iter().map(|routine| row(&words, &common, routine, today)) }
                </ul>
            }
            if loaded.come && loaded.next.is_some() {
                <div class="routines-more">
                    if let Some(error) = &loaded.error {
                        <p class="error" role="alert">{ problems.advice(error) }</p>
                    }
                    { Button { busy: loaded.busy, onclick: Some(more), ..Button::says(words.load_more()) } }
                </div>
            }
        </div>
    }
}

/// Nothing there: what it is for, and what to do.
fn empty(words: &Words, among: usize) -> Html {
    let (glyph, title, text) = match AMONG.get(among) {
        Some(Among::Inbox) => (glyphs::INBOX, words.none_inbox_title(), words.none_inbox_text()),
        Some(Among::Planned) => {
            (glyphs::CALENDAR_DAYS, words.none_planned_title(), words.none_planned_text())
        }
        _ => (glyphs::REPEAT, words.none_title(), words.none_text()),
    };
    nothing(glyph, title, text)
}

fn nothing(glyph: Glyph, title: &str, text: &str) -> Html {
    let inside = html! { <p>{ text }</p> };
    notice(Notice { glyph, title, alert: false, whole: false, inside })
}
