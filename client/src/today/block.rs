//! A block on the timeline: an occurrence, or what is left of it on this day.

use super::{
    actions::actions,
    geometry::{Detail, Place, Slot, at, detail},
    hand::Grip,
    hands::Hands,
    planner::{Planner, is_active, is_done, is_open},
    words::{Words, use_words},
};
use crate::{
    civil::minutes_after,
    kept::use_node,
    planning::{hue, routine_icon, words as planning},
    platform::{drag::follow, style::properties},
    ui::{class_if, classes, glyphs, icon, use_menu},
};
use daymark_shared::occurrence::Occurrence;
use jiff::civil::Date;
use std::rc::Rc;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// Properties of [`Block`].
#[derive(Properties, PartialEq)]
pub struct BlockProps {
    /// What it shows.
    pub occurrence: Rc<Occurrence>,
    /// From when until when: where it is, or is being moved to.
    pub slot: Slot,
    /// Where it is drawn.
    pub place: Place,
    /// The id of its button, once on the page.
    pub id: AttrValue,
    /// Whether it is in hand.
    pub held: bool,
    /// What takes it up, and what else can be done.
    pub hands: Hands,
}

/// What it is in a sentence, for those who do not see where it stands.
pub fn spoken(words: &Words, occurrence: &Occurrence, date: Date, slot: Slot) -> String {
    let (from, to) = (at(date, slot.from), at(date, slot.until));
    let range = words.range(&words.time(from.time()), &words.time(to.time()));
    [occurrence.title.as_str(), ", ", &range].concat()
}

/// What stands below the title, after the time.
fn remarks(words: &Words, occurrence: &Occurrence, place: Place) -> Vec<String> {
    let mut remarks = Vec::new();
    if occurrence.steps.len() > 1 {
        remarks.push(planning::Words(words.0.clone()).steps(occurrence.steps.len() as u32));
    }
    if place.overlaps {
        remarks.push(words.overlaps().to_owned());
    }
    remarks.extend(reminded(words, occurrence));
    if is_active(occurrence) {
        remarks.push(words.running().to_owned());
    }
    if is_done(occurrence) {
        let took = occurrence.run.and_then(|run| run.took_seconds);
        remarks.push(took.map_or_else(
            || words.done().to_owned(),
            |seconds| words.done_in(&words.duration(seconds.div_ceil(60).max(1))),
        ));
    }
    remarks
}

/// What the person did with its reminder, as long as it is still to be begun.
fn reminded(words: &Words, occurrence: &Occurrence) -> Option<String> {
    let reminded = occurrence.reminded.filter(|_| is_open(occurrence))?;
    let Some(until) = reminded.snoozed_until else {
        return reminded.acknowledged.then(|| words.reminder_seen().to_owned());
    };
    // On the clock of the day, as the start is.
    let after = (until.as_second() - occurrence.starts_at.as_second()).div_euclid(60);
    let at = minutes_after(occurrence.start.datetime(), i32::try_from(after).ok()?);
    Some(words.snoozed_until(&words.time(at.time())))
}

/// Its classes.
fn classes_of(occurrence: &Occurrence, place: Place, detail: Detail, held: bool, opened: bool) -> AttrValue {
    classes(&[
        "block",
        hue(occurrence.colour),
        class_if(detail == Detail::Line, "tight"),
        class_if(place.height < 30, "tiny"),
        class_if(is_done(occurrence), "done"),
        class_if(is_active(occurrence), "active"),
        class_if(place.ran_in, "ran-in"),
        class_if(place.runs_on, "runs-on"),
        class_if(held, "lift"),
        class_if(opened, "open"),
        class_if(is_open(occurrence), "movable"),
    ])
}

/// A block on the timeline.
#[component]
pub fn Block(props: &BlockProps) -> Html {
    let words = use_words();
    let frame = use_node();
    let menu = use_menu();
    let BlockProps { occurrence, slot, place, held, hands, .. } = props;
    let (slot, place) = (*slot, *place);
    let open = is_open(occurrence);
    let pull = |grip: Grip| {
        let (frame, hands, occurrence) = (frame.clone(), hands.clone(), occurrence.clone());
        Callback::from(move |event: PointerEvent| {
            // The edge lies on the block, which would move.
            event.stop_propagation();
            if let Some(element) = frame.cast::<Element>().filter(|_| open) {
                let (hands, occurrence) = (hands.clone(), occurrence.clone());
                let on = Callback::from(move |drag| hands.drag(&occurrence, grip, drag));
                follow(&event, &element, on);
            }
        })
    };
    let onkeydown = {
        let (hands, occurrence) = (hands.clone(), occurrence.clone());
        Callback::from(move |event: KeyboardEvent| hands.key(&occurrence, &event))
    };
    let onclick = if *held { Callback::noop() } else { menu.toggle.clone() };

    let title = occurrence.title.as_str();
    let remarks = remarks(&words, occurrence, place);
    let label = joined(spoken(&words, occurrence, hands.date, slot), &remarks, ", ");
    let (from, until) = (at(hands.date, slot.from), at(hands.date, slot.until));
    let below = joined(words.time_range(from.time(), until.time()), &remarks, " · ");
    let detail = detail(place.height, occurrence.steps.len());
    let style = properties(&[
        ("--from", place.top, ""),
        ("--span", place.height, ""),
        ("--lane", place.lane.into(), ""),
        ("--lanes", place.lanes.into(), ""),
    ]);
    html! {
        <li
            ref={frame.clone()}
            class={classes_of(occurrence, place, detail, *held, menu.open)}
            ~style={style}
            onpointerdown={pull(Grip::Move)}
            ondblclick={|event: MouseEvent| event.stop_propagation()}
        >
            <div class="block-ground">
                { routine_icon(&occurrence.icon) }
                <div class="block-body">
                    <button
                        ref={menu.button.clone()}
                        id={props.id.clone()}
                        type="button"
                        class="block-open"
                        aria-haspopup="menu"
                        aria-expanded={menu.expanded()}
                        aria-label={label}
                        {onclick}
                        {onkeydown}
                    >
                        { title }
                    </button>
                    <p class="num" aria-hidden="true">{ below }</p>
                    if detail == Detail::Steps {
                        <ol>
                            { for occurrence.steps.iter().map(|step| html! {
                                <li key={step.id.to_string()}>
                                    <span>{ step.title.as_str() }</span>
                                    <span class="num">{ words.minutes(u32::from(step.minutes.get())) }</span>
                                </li>
                            }) }
                        </ol>
                    }
                </div>
                { go(&words, &hands.planner, occurrence) }
            </div>
            if open && !place.runs_on {
                <span class="block-edge" onpointerdown={pull(Grip::Resize)}></span>
            }
            if menu.open {
                { menu.list(&props.id, title, actions(&words, &hands.planner, occurrence, Some(hands))) }
            }
        </li>
    }
}

/// The first and the others, with something between them.
fn joined(first: String, others: &[String], between: &str) -> String {
    others.iter().fold(first, |text, other| [&text, between, other].concat())
}

/// A button that starts it or goes on with it, or that it is done.
fn go(words: &Words, planner: &Planner, occurrence: &Rc<Occurrence>) -> Html {
    if is_done(occurrence) {
        return html! { <span class="go">{ icon(glyphs::CHECK) }</span> };
    }
    let title = occurrence.title.as_str();
    let label = if is_active(occurrence) { words.continue_named(title) } else { words.start_named(title) };
    let (planner, occurrence) = (planner.clone(), occurrence.clone());
    // By keys it is the first entry of the menu.
    html! {
        <button
            type="button"
            class="go"
            tabindex="-1"
            aria-label={label}
            onclick={move |_| planner.start(&occurrence)}
        >
            { icon(glyphs::PLAY) }
        </button>
    }
}
