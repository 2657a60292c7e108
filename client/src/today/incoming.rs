//! What is being dragged in from the inbox.

use super::{
    geometry::{DAY, STEP, Slot, at, places, snapped},
    marks::block_span,
    words::Words,
};
use crate::{
    planning::{hue, routine_icon},
    platform::{scroll, style::properties},
    ui::{class_if, classes},
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

/// Where a routine would be dropped: at the minute `from` of a day.
pub fn incoming_block(words: &Words, routine: &Routine, date: Date, from: i32) -> Html {
    let slot = Slot::new(from, i32::from(routine.steps.minutes().get()));
    let tight = places(&[slot]).first().is_some_and(|place| place.height < 40);
    let range = words.time_range(at(date, slot.from).time(), at(date, slot.until).time());
    html! {
        <div
            class={classes(&["block lift", hue(routine.colour), class_if(tight, "tight")])}
            ~style={block_span(slot)}
            aria-hidden="true"
        >
            <div class="block-ground">
                { routine_icon(&routine.icon) }
                <div class="block-body">
                    <span class="block-open">{ routine.title.as_str() }</span>
                    <p class="num">{ range }</p>
                </div>
            </div>
        </div>
    }
}

/// The card at the pointer, as long as it is not over the timeline.
pub fn carried(incoming: &Incoming) -> Html {
    let Incoming { routine, from, pointer: (x, y) } = incoming;
    html! {
        <div
            class={classes(&["inbox-card carried", hue(routine.colour), class_if(from.is_some(), "over")])}
            ~style={properties(&[("--x", *x, "px"), ("--y", *y, "px")])}
            aria-hidden="true"
        >
            <i class="dot"></i>
            <span>{ routine.title.as_str() }</span>
        </div>
    }
}
