//! A block on the timeline: an occurrence, or what is left of it on this day.

use super::{
    actions::actions,
    geometry::{Detail, Place, Slot, at, detail},
    hand::Grip,
    planner::{Planner, is_open},
    words::{Words, use_words},
};
use crate::{
    planning::{RoutineIcon, hue, words as planning},
    platform::{
        drag::{Drag, follow},
        style::use_properties,
    },
    ui::{Icon, MenuList, glyphs},
};
use daymark_shared::occurrence::{Occurrence, OccurrenceState};
use jiff::civil::Date;
use std::rc::Rc;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// Properties of [`Block`].
#[derive(Properties, PartialEq)]
pub struct BlockProps {
    /// What it shows.
    pub occurrence: Rc<Occurrence>,
    /// On which day.
    pub date: Date,
    /// From when until when: where it is, or is being moved to.
    pub slot: Slot,
    /// Where it is drawn.
    pub place: Place,
    /// The id of its button, once on the page.
    pub id: AttrValue,
    /// Whether it is in hand, and how.
    pub held: Option<Grip>,
    /// What can be done.
    pub planner: Planner,
    /// Hears of a drag.
    pub ondrag: Callback<(Rc<Occurrence>, Grip, Drag)>,
    /// Hears that it is to be moved or resized by keys.
    pub ontake: Callback<(Rc<Occurrence>, Grip)>,
    /// Hears keys pressed on it; `true` for one that was used.
    pub onkey: Callback<(Rc<Occurrence>, KeyboardEvent)>,
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
    if occurrence.run.is_some_and(|run| run.active) {
        remarks.push(words.running().to_owned());
    }
    if occurrence.state == OccurrenceState::Done {
        let took = occurrence.run.and_then(|run| run.took_seconds);
        remarks.push(took.map_or_else(
            || words.done().to_owned(),
            |seconds| words.done_in(&words.duration(seconds.div_ceil(60).max(1))),
        ));
    }
    remarks
}

/// A block on the timeline.
#[component]
pub fn Block(props: &BlockProps) -> Html {
    let words = use_words();
    let (frame, button) = (use_node_ref(), use_node_ref());
    let menu = use_state(|| false);
    let BlockProps { occurrence, date, slot, place, .. } = props;
    let (date, slot, place) = (*date, *slot, *place);
    use_properties(
        frame.clone(),
        [
            ("--from", place.top.to_string().into()),
            ("--span", place.height.to_string().into()),
            ("--lane", place.lane.to_string().into()),
            ("--lanes", place.lanes.to_string().into()),
        ],
    );

    let open = is_open(occurrence);
    let pull = |grip: Grip| {
        let (frame, ondrag, occurrence) = (frame.clone(), props.ondrag.clone(), occurrence.clone());
        Callback::from(move |event: PointerEvent| {
            // The edge lies on the block, which would move.
            event.stop_propagation();
            if let Some(element) = frame.cast::<Element>().filter(|_| open) {
                let (ondrag, occurrence) = (ondrag.clone(), occurrence.clone());
                follow(
                    &event,
                    &element,
                    Callback::from(move |drag| {
                        ondrag.emit((occurrence.clone(), grip, drag));
                    }),
                );
            }
        })
    };
    let onkeydown = {
        let (onkey, occurrence) = (props.onkey.clone(), occurrence.clone());
        Callback::from(move |event: KeyboardEvent| onkey.emit((occurrence.clone(), event)))
    };
    let toggle = {
        let (menu, held) = (menu.clone(), props.held.is_some());
        Callback::from(move |_: MouseEvent| {
            if !held {
                menu.set(!*menu);
            }
        })
    };
    let onclose = {
        let (set, button) = (menu.setter(), button.clone());
        Callback::from(move |back| {
            set.set(false);
            if back {
                crate::platform::focus::focus(&button);
            }
        })
    };
    let start = {
        let (planner, occurrence) = (props.planner.clone(), occurrence.clone());
        Callback::from(move |_: MouseEvent| planner.start(&occurrence))
    };
    let take = {
        let (ontake, occurrence) = (props.ontake.clone(), occurrence.clone());
        Callback::from(move |grip| ontake.emit((occurrence.clone(), grip)))
    };

    let title = occurrence.title.as_str();
    let range = words.time_range(at(date, slot.from).time(), at(date, slot.until).time());
    let remarks = remarks(&words, occurrence, place);
    let below = [vec![range.clone()], remarks.clone()].concat().join(" · ");
    let label = [vec![spoken(&words, occurrence, date, slot)], remarks].concat().join(", ");
    let detail = detail(place.height, occurrence.steps.len());
    let done = occurrence.state == OccurrenceState::Done;
    let active = occurrence.run.is_some_and(|run| run.active);
    let class = classes!(
        "block",
        hue(occurrence.colour),
        (detail == Detail::Line).then_some("tight"),
        (place.height < 30).then_some("tiny"),
        done.then_some("done"),
        active.then_some("active"),
        place.ran_in.then_some("ran-in"),
        place.runs_on.then_some("runs-on"),
        props.held.map(|_| "lift"),
        menu.then_some("open"),
        open.then_some("movable"),
    );
    html! {
        <li ref={frame.clone()} {class} onpointerdown={pull(Grip::Move)} ondblclick={|event: MouseEvent| event.stop_propagation()}>
            <div class="block-ground">
                <RoutineIcon icon={occurrence.icon.clone()} />
                <div class="block-body">
                    <button
                        ref={button.clone()}
                        id={props.id.clone()}
                        type="button"
                        class="block-open"
                        aria-haspopup="menu"
                        aria-expanded={if *menu { "true" } else { "false" }}
                        aria-label={label}
                        onclick={toggle}
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
                if done {
                    <span class="go"><Icon glyph={glyphs::CHECK} /></span>
                } else {
                    // By keys it is the first entry of the menu.
                    <button
                        type="button"
                        class="go"
                        tabindex="-1"
                        aria-label={if active { words.continue_named(title) } else { words.start_named(title) }}
                        onclick={start}
                    >
                        <Icon glyph={glyphs::PLAY} />
                    </button>
                }
            </div>
            if open && !place.runs_on {
                <span class="block-edge" onpointerdown={pull(Grip::Resize)}></span>
            }
            if *menu {
                <div class="menu">
                    <MenuList
                        id={[&props.id, "-menu"].concat()}
                        label={occurrence.title.to_string()}
                        items={actions(&words, &props.planner, occurrence, Some(&take))}
                        opener={button}
                        {onclose}
                    />
                </div>
            }
        </li>
    }
}
