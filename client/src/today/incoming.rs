//! What is being dragged in from the inbox.

use super::{
    geometry::{DAY, Place, STEP, Slot, at, places, snapped},
    words::use_words,
};
use crate::{
    planning::{RoutineIcon, hue},
    platform::{scroll, style::use_properties},
};
use daymark_shared::routine::Routine;
use jiff::civil::Date;
use std::rc::Rc;
use yew::prelude::*;

/// What is being dragged in, and where it would be dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// What.
    pub routine: Rc<Routine>,
    /// The minute of its start; `None` beside the timeline.
    pub from: Option<i32>,
    /// Where the pointer is in the window.
    pub pointer: (i32, i32),
}

/// The minute on the timeline that a pointer is at, for something that hangs below it.
pub fn minute_at(lane: &NodeRef, head: &NodeRef, x: f64, y: f64) -> Option<i32> {
    // The timeline goes on below the head.
    if scroll::rect(head).is_some_and(|head| head.contains(x, y)) {
        return None;
    }
    let rect = scroll::rect(lane).filter(|rect| rect.contains(x, y))?;
    let minute = (y - rect.y) / rect.height * f64::from(DAY);
    Some(snapped(minute - 10.0).clamp(0, DAY - STEP))
}

/// Properties of [`IncomingBlock`].
#[derive(Properties, PartialEq)]
pub struct IncomingBlockProps {
    /// What.
    pub incoming: Incoming,
    /// On which day.
    pub date: Date,
}

/// Where it would be dropped.
#[component]
pub fn IncomingBlock(props: &IncomingBlockProps) -> Html {
    let words = use_words();
    let node = use_node_ref();
    let routine = &props.incoming.routine;
    let minutes = i32::from(routine.steps.minutes().get());
    let slot = Slot::new(props.incoming.from.unwrap_or_default(), minutes);
    let (top, height) = places(&[slot]).first().map_or((0, 0), |Place { top, height, .. }| (*top, *height));
    use_properties(node.clone(), [("--from", top.to_string().into()), ("--span", height.to_string().into())]);
    if props.incoming.from.is_none() {
        return Html::default();
    }
    let range = words.time_range(at(props.date, slot.from).time(), at(props.date, slot.until).time());
    html! {
        <div
            ref={node}
            class={classes!("block", "lift", hue(routine.colour), (height < 40).then_some("tight"))}
            aria-hidden="true"
        >
            <div class="block-ground">
                <RoutineIcon icon={routine.icon.clone()} />
                <div class="block-body">
                    <span class="block-open">{ routine.title.as_str() }</span>
                    <p class="num">{ range }</p>
                </div>
            </div>
        </div>
    }
}

/// Properties of [`Carried`].
#[derive(Properties, PartialEq)]
pub struct CarriedProps {
    /// What.
    pub incoming: Incoming,
}

/// The card at the pointer, as long as it is not over the timeline.
#[component]
pub fn Carried(props: &CarriedProps) -> Html {
    let node = use_node_ref();
    let (x, y) = props.incoming.pointer;
    let px = |value: i32| AttrValue::from([value.to_string().as_str(), "px"].concat());
    use_properties(node.clone(), [("--x", px(x)), ("--y", px(y))]);
    let routine = &props.incoming.routine;
    let over = props.incoming.from.is_some();
    html! {
        <div
            ref={node}
            class={classes!("inbox-card", "carried", hue(routine.colour), over.then_some("over"))}
            aria-hidden="true"
        >
            <i class="dot"></i>
            <span>{ routine.title.as_str() }</span>
        </div>
    }
}
