//! What stands on the timeline besides the blocks.

use super::{
    geometry::{Slot, at, places},
    planner::Planner,
    words::Words,
};
use crate::{
    platform::style::properties,
    ui::{Button, Kind, glyphs, icon},
};
use jiff::civil::{Date, Time};
use yew::prelude::*;

/// At which minute something is drawn: the `~style` of its element.
fn start(from: i32) -> String {
    properties(&[("--from", from, "")])
}

/// The same, and over how many minutes.
fn span(from: i32, minutes: i32) -> String {
    properties(&[("--from", from, ""), ("--span", minutes, "")])
}

/// The `~style` of something that is drawn like a block.
pub fn block_span(slot: Slot) -> String {
    places(&[slot]).first().map_or_else(String::new, |place| span(place.top, place.height))
}

/// The hours at the side; blocks say their times themselves. `now` is the minute that it is, today.
pub fn hours(words: &Words, now: Option<i32>) -> Html {
    let time = |minute: i32| words.time(at(jiff::civil::date(2000, 1, 1), minute).time());
    html! {
        <div class="hours num" aria-hidden="true">
            { for (0..24).map(|hour| {
                // The hour that now stands on says nothing.
                let covered = now.is_some_and(|now| (now - hour * 60).abs() < 14);
                html! { <span key={hour} class="hour">{ (!covered).then(|| time(hour * 60)) }</span> }
            }) }
            if let Some(now) = now {
                <span class="now-label" ~style={start(now)}>{ time(now) }</span>
            }
        </div>
    }
}

/// The line at now.
pub fn now_line(words: &Words, now: i32) -> Html {
    let time = at(jiff::civil::date(2000, 1, 1), now).time();
    html! {
        <div class="now" ~style={start(now)}>
            <span class="visually-hidden">{ words.now_is(&words.time(time)) }</span>
        </div>
    }
}

/// Where something was before it was taken up.
pub fn shadow(slot: Slot) -> Html {
    html! { <div class="shadow" ~style={block_span(slot)}></div> }
}

/// Free time, named: a press plans something there.
pub fn free_time(words: &Words, planner: &Planner, date: Date, slot: Slot) -> Html {
    let (start, minutes) = (at(date, slot.from), slot.minutes());
    let planner = planner.clone();
    html! {
        <div key={slot.from} class="free" ~style={span(slot.from, minutes)}>
            <button
                type="button"
                title={words.plan_here(&words.time(start.time()))}
                onclick={move |_| planner.new_routine(date, Some(start))}
            >
                { icon(glyphs::SPARKLES) }
                { words.free(&words.duration(minutes.unsigned_abs())) }
            </button>
        </div>
    }
}

/// Nothing is planned on a day, which may be `past`: what to do next. It is said beside the minute `from`.
pub fn empty_day(words: &Words, planner: &Planner, date: Date, from: i32, past: bool) -> Html {
    let (title, text) = if past {
        (words.empty_past_title(), words.empty_past_text())
    } else {
        (words.empty_title(), words.empty_text())
    };
    let planner = planner.clone();
    // The next full half hour.
    let next = at(date, (from + 29) / 30 * 30);
    html! {
        <div class="empty-day" ~style={start((from + 40).clamp(0, 1_200))}>
            <h2>{ title }</h2>
            <p>{ text }</p>
            if !past {
                { Button {
                    kind: Kind::Primary,
                    icon: Some(glyphs::PLUS),
                    onclick: Some(Callback::from(move |_| planner.new_routine(date, Some(next).filter(|at| at.time() != Time::midnight())))),
                    ..Button::says(words.new_routine())
                } }
            }
        </div>
    }
}
