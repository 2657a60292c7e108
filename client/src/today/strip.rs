//! What has no place on the timeline: whole days, and what was left out.

use super::{actions::actions, planner::Planner, words::use_words};
use crate::{
    planning::{RoutineIcon, hue},
    platform::focus::focus,
    store::days::KnownDay,
    ui::{Icon, MenuList, glyphs},
};
use daymark_shared::occurrence::{Occurrence, OccurrenceState};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Strip`].
#[derive(Properties, PartialEq)]
pub struct StripProps {
    /// The day.
    pub day: Rc<KnownDay>,
    /// What can be done.
    pub planner: Planner,
}

/// Whole days and what was left out, above the timeline.
#[component]
pub fn Strip(props: &StripProps) -> Html {
    let words = use_words();
    let (skipped, shown): (Vec<&Rc<Occurrence>>, Vec<_>) =
        props.day.occurrences.iter().partition(|o| o.state == OccurrenceState::Skipped);
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
                                planner={props.planner.clone()}
                            />
                        }) }
                    </ul>
                </div>
            }
            if !skipped.is_empty() {
                <div class="skipped" role="group" aria-label={words.skipped()}>
                    <ul>
                        { for skipped.into_iter().map(|occurrence| {
                            let (planner, again) = (props.planner.clone(), occurrence.clone());
                            let label = words.plan_again(occurrence.title.as_str());
                            html! {
                                <li key={id("", occurrence)}>
                                    <button
                                        type="button"
                                        title={label.clone()}
                                        aria-label={label}
                                        onclick={move |_| planner.skip(&again, false)}
                                    >
                                        <s>{ occurrence.title.as_str() }</s>
                                        <Icon glyph={glyphs::UNDO_2} />
                                    </button>
                                </li>
                            }
                        }) }
                    </ul>
                </div>
            }
            if props.day.truncated {
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
    let button = use_node_ref();
    let menu = use_state(|| false);
    let occurrence = &props.occurrence;
    let done = occurrence.state == OccurrenceState::Done;
    let title = occurrence.title.as_str();
    let toggle = {
        let menu = menu.clone();
        Callback::from(move |_| menu.set(!*menu))
    };
    let onclose = {
        let (set, button) = (menu.setter(), button.clone());
        Callback::from(move |back| {
            set.set(false);
            if back {
                focus(&button);
            }
        })
    };
    html! {
        <li class={classes!("chip", hue(occurrence.colour), done.then_some("done"))}>
            <button
                ref={button.clone()}
                id={props.id.clone()}
                type="button"
                aria-haspopup="menu"
                aria-expanded={if *menu { "true" } else { "false" }}
                aria-label={done.then(|| [title, ", ", words.done()].concat())}
                onclick={toggle}
            >
                <RoutineIcon icon={occurrence.icon.clone()} />
                <span>{ title }</span>
                if done {
                    <Icon glyph={glyphs::CHECK} />
                }
            </button>
            if *menu {
                <div class="menu">
                    <MenuList
                        id={[&props.id, "-menu"].concat()}
                        label={occurrence.title.to_string()}
                        items={actions(&words, &props.planner, occurrence, None)}
                        opener={button}
                        {onclose}
                    />
                </div>
            }
        </li>
    }
}
