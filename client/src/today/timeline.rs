//! The day from midnight to midnight: hours, blocks, the line at now, and moving things about.

use super::{
    block::Block,
    geometry::{DAY, Slot, at, free, minute, places, snapped},
    hand::{By, Hand},
    hand_bar::hand_bar,
    hands::Hands,
    incoming::incoming_block,
    marks::{empty_day, free_time, hours, now_line, shadow},
    planner::Planner,
    words::use_words,
};
use crate::{
    kept::{use_kept, use_watch},
    platform::scroll,
    store::days::KnownDay,
    ui::{class_if, classes},
};
use daymark_shared::{
    ids::RoutineId,
    occurrence::{Occurrence, OccurrenceState},
    routine::Routine,
};
use jiff::civil::{Date, DateTime};
use std::rc::Rc;
use yew::prelude::*;

/// Where the day begins to be looked at when nothing else says so.
const MORNING: i32 = 8 * 60;

/// Properties of [`Timeline`].
#[derive(Properties, PartialEq)]
pub struct TimelineProps {
    /// Which day.
    pub date: Date,
    /// What happens on it.
    pub day: Rc<KnownDay>,
    /// What time it is.
    pub now: DateTime,
    /// What can be done.
    pub planner: Planner,
    /// What is being dragged in from the inbox, and the minute at which it is.
    pub incoming: Option<(Rc<Routine>, i32)>,
    /// Where the blocks are.
    pub lane: NodeRef,
    /// Changes when it is to be looked at from the beginning, or from now.
    pub look: u32,
}

/// What is on the timeline of a day, in order.
pub fn timed(day: &KnownDay, date: Date) -> Vec<(Rc<Occurrence>, Slot)> {
    day.occurrences
        .iter()
        .filter(|occurrence| occurrence.state != OccurrenceState::Skipped)
        .filter_map(|occurrence| Some((occurrence.clone(), Slot::of(occurrence, date)?)))
        .collect()
}

/// The day from midnight to midnight.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let words = use_words();
    let hand = use_kept(|| None::<Hand>);
    let TimelineProps { date, planner, lane, .. } = props;
    let date = *date;
    let items = timed(&props.day, date);
    let now = (props.now.date() == date).then(|| minute(props.now, date));

    // The first look: at now, or at what comes first.
    let begins = items.iter().map(|(_, slot)| slot.from).find(|from| *from >= 0);
    let first = now.or(begins).unwrap_or(MORNING);
    {
        let lane = lane.clone();
        use_watch((date, props.look), move |_| {
            if let Some(rect) = scroll::rect(&lane) {
                let y = rect.y + scroll::y() + rect.height * f64::from(first) / f64::from(DAY);
                scroll::to(y - scroll::window_height() * 0.36);
            }
        });
    }

    let ondblclick = {
        let (planner, lane) = (planner.clone(), lane.clone());
        Callback::from(move |event: MouseEvent| plan_at(&planner, date, &lane, &event))
    };
    let held = hand.get();
    let hands = Hands { date, planner: planner.clone(), lane: lane.clone(), hand };
    let slots: Vec<Slot> =
        items.iter().map(|(it, slot)| held_here(held, it).map_or(*slot, |hand| hand.is)).collect();
    let by_keys = held.filter(|hand| hand.by == By::Keys);
    let in_hand = items.iter().find_map(|(it, _)| Some((it, held_here(by_keys, it)?)));
    html! {
        <section
            class={classes(&[
                "timeline",
                class_if(words.counts_to_twelve(), "twelve"),
                class_if(held.is_some(), "dragging"),
            ])}
            aria-label={words.timeline()}
        >
            { hours(&words, now) }
            <div class="lane" ref={lane.clone()} {ondblclick}>
                if items.is_empty() {
                    { empty_day(&words, planner, date, first, date < props.now.date()) }
                }
                { for free(&slots).into_iter().map(|slot| free_time(&words, planner, date, slot)) }
                if let Some(hand) = held {
                    { shadow(hand.was) }
                }
                <ol class="blocks">{ blocks(&items, &slots, held, &hands) }</ol>
                if let Some((routine, from)) = &props.incoming {
                    { incoming_block(&words, routine, date, *from) }
                }
                if let Some(now) = now {
                    { now_line(&words, now) }
                }
            </div>
            if let Some((occurrence, hand)) = in_hand {
                { hand_bar(&words, &hands, occurrence, hand) }
            }
        </section>
    }
}

/// What is in hand, if it is this one.
fn held_here(hand: Option<Hand>, occurrence: &Occurrence) -> Option<Hand> {
    hand.filter(|hand| hand.holds(occurrence.routine, occurrence.key))
}

/// The blocks, each where it is or is being moved to.
fn blocks(items: &[(Rc<Occurrence>, Slot)], slots: &[Slot], held: Option<Hand>, hands: &Hands) -> Html {
    let mut seen: Vec<RoutineId> = Vec::new();
    let blocks = items.iter().zip(slots.iter().zip(places(slots))).map(|((occurrence, _), (slot, place))| {
        // The same after an edit, which gives occurrences other keys: the focus stays.
        seen.push(occurrence.routine);
        let nth = seen.iter().filter(|routine| **routine == occurrence.routine).count();
        let id = AttrValue::from(["block-", &occurrence.routine.to_string(), "-", &nth.to_string()].concat());
        html! {
            <Block
                key={id.as_str()}
                id={id.clone()}
                occurrence={occurrence.clone()}
                slot={*slot}
                {place}
                held={held_here(held, occurrence).is_some()}
                hands={hands.clone()}
            />
        }
    });
    blocks.collect()
}

/// Plans something new where the timeline was pressed, at a full quarter of an hour.
fn plan_at(planner: &Planner, date: Date, lane: &NodeRef, event: &MouseEvent) {
    if let Some(rect) = scroll::rect(lane) {
        let minute = (f64::from(event.client_y()) - rect.y) / rect.height * f64::from(DAY);
        let quarter = snapped(minute - 5.0).clamp(0, DAY - 15) / 15 * 15;
        planner.new_routine(date, Some(at(date, quarter)));
    }
}
