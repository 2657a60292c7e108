//! What has no place on the timeline: whole days, and what was left out.

use super::{
    actions::actions,
    planner::{Planner, is_done},
    words::{Words, use_words},
};
use crate::{
    planning::{hue, routine_icon},
    store::days::KnownDay,
    ui::{class_if, classes, glyphs, icon, use_menu},
};
use daymark_shared::occurrence::{Occurrence, OccurrenceState};
use std::rc::Rc;
use yew::prelude::*;

/// Whole days and what was left out, above the timeline.
pub fn strip(words: &Words, planner: &Planner, day: &KnownDay) -> Html {
    let (skipped, shown): (Vec<&Rc<Occurrence>>, Vec<_>) =
        day.occurrences.iter().partition(|o| o.state == OccurrenceState::Skipped);
    let whole: Vec<_> = shown.into_iter().filter(|o| o.start.is_all_day()).collect();
    let id =
        |prefix: &str, o: &Occurrence| [prefix, &o.routine.to_string(), "-", &o.key.to_string()].concat();
    html! {
        <div class="strip">
            if !whole.is_empty() {
                <div class="all-day" role="group" aria-label={words.all_day()}>
                    <ul>
                        { for whole.into_iter().map(|occurrence| html! {
                            <Chip
                                key={id("", occurrence)}
                                id={id("day-", occurrence)}
                                occurrence={occurrence.clone()}
                                planner={planner.clone()}
                            />
                        }) }
                    </ul>
                </div>
            }
            if !skipped.is_empty() {
                <div class="skipped" role="group" aria-label={words.skipped()}>
                    <ul>
                        { for skipped.into_iter().map(|occurrence| {
                            let (planner, again) = (planner.clone(), occurrence.clone());
                            let label = AttrValue::from(words.plan_again(occurrence.title.as_str()));
                            html! {
                                <li key={id("", occurrence)}>
                                    <button
                                        type="button"
                                        title={label.clone()}
                                        aria-label={label}
                                        onclick={move |_| planner.skip(&again, false)}
                                    >
                                        <s>{ occurrence.title.as_str() }</s>
                                        { icon(glyphs::UNDO_2) }
                                    </button>
                                </li>
                            }
                        }) }
                    </ul>
                </div>
            }
            if day.truncated {
                <p class="too-many">{ words.too_many() }</p>
            }
        </div>
    }
}

/// Properties of [`Chip`].
#[derive(Properties, PartialEq)]
struct ChipProps {
    id: AttrValue,
    occurrence: Rc<Occurrence>,
    planner: Planner,
}

/// Something that takes the whole day.
#[component]
fn Chip(props: &ChipProps) -> Html {
    let words = use_words();
    let menu = use_menu();
    let occurrence = &props.occurrence;
    let done = is_done(occurrence);
    let title = occurrence.title.as_str();
    html! {
        <li class={classes(&["chip", hue(occurrence.colour), class_if(done, "done")])}>
            <button
                ref={menu.button.clone()}
                id={props.id.clone()}
                type="button"
                aria-haspopup="menu"
                aria-expanded={menu.expanded()}
                aria-label={done.then(|| [title, ", ", words.done()].concat())}
                onclick={menu.toggle.clone()}
            >
                { routine_icon(&occurrence.icon) }
                <span>{ title }</span>
                if done {
                    { icon(glyphs::CHECK) }
                }
            </button>
            if menu.open {
                { menu.list(&props.id, title, actions(&words, &props.planner, occurrence, None)) }
            }
        </li>
    }
}
