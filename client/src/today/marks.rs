//! What stands on the timeline besides the blocks.

use super::{
    geometry::{Slot, at, places},
    planner::Planner,
    words::use_words,
};
use crate::{
    platform::style::use_properties,
    ui::{Button, Icon, Kind, glyphs},
};
use jiff::civil::{Date, Time};
use yew::prelude::*;

/// Properties of [`Hours`].
#[derive(Properties, PartialEq)]
pub struct HoursProps {
    /// The minute that it is, today.
    pub now: Option<i32>,
}

/// The hours at the side. Blocks say their times themselves.
#[component]
pub fn Hours(props: &HoursProps) -> Html {
    let words = use_words();
    let label = use_node_ref();
    use_properties(label.clone(), [("--from", props.now.unwrap_or_default().to_string().into())]);
    let time = |minute: i32| words.time(at(jiff::civil::date(2000, 1, 1), minute).time());
    html! {
        <div class="hours num" aria-hidden="true">
            { for (0..24).map(|hour| {
                // The hour that now stands on says nothing.
                let covered = props.now.is_some_and(|now| (now - hour * 60).abs() < 14);
                html! { <span key={hour} class="hour">{ (!covered).then(|| time(hour * 60)) }</span> }
            }) }
            if let Some(now) = props.now {
                <span class="now-label" ref={label}>{ time(now) }</span>
            }
        </div>
    }
}

/// Properties of [`Now`].
#[derive(Properties, PartialEq)]
pub struct NowProps {
    /// The minute that it is.
    pub now: i32,
}

/// The line at now.
#[component]
pub fn Now(props: &NowProps) -> Html {
    let words = use_words();
    let node = use_node_ref();
    use_properties(node.clone(), [("--from", props.now.to_string().into())]);
    let time = at(jiff::civil::date(2000, 1, 1), props.now).time();
    html! {
        <div class="now" ref={node}>
            <span class="visually-hidden">{ words.now_is(&words.time(time)) }</span>
        </div>
    }
}

/// Properties of [`Shadow`].
#[derive(Properties, PartialEq)]
pub struct ShadowProps {
    /// Where.
    pub slot: Slot,
}

/// Where something was before it was taken up.
#[component]
pub fn Shadow(props: &ShadowProps) -> Html {
    let node = use_node_ref();
    let place = places(&[props.slot]).first().copied();
    let (top, height) = place.map_or((0, 0), |place| (place.top, place.height));
    use_properties(node.clone(), [("--from", top.to_string().into()), ("--span", height.to_string().into())]);
    html! { <div class="shadow" ref={node}></div> }
}

/// Properties of [`Free`].
#[derive(Properties, PartialEq)]
pub struct FreeProps {
    /// From when until when.
    pub slot: Slot,
    /// On which day.
    pub date: Date,
    /// What can be done.
    pub planner: Planner,
}

/// Free time, named: a press plans something there.
#[component]
pub fn Free(props: &FreeProps) -> Html {
    let words = use_words();
    let node = use_node_ref();
    let Slot { from, .. } = props.slot;
    let minutes = props.slot.minutes();
    use_properties(
        node.clone(),
        [("--from", from.to_string().into()), ("--span", minutes.to_string().into())],
    );
    let (date, planner) = (props.date, props.planner.clone());
    let start = at(date, from);
    html! {
        <div class="free" ref={node}>
            <button
                type="button"
                title={words.plan_here(&words.time(start.time()))}
                onclick={move |_| planner.new_routine(date, Some(start))}
            >
                <Icon glyph={glyphs::SPARKLES} />
                { words.free(&words.duration(minutes.unsigned_abs())) }
            </button>
        </div>
    }
}

/// Properties of [`EmptyDay`].
#[derive(Properties, PartialEq)]
pub struct EmptyDayProps {
    /// The minute beside which it is said.
    pub from: i32,
    /// Whether the day is over.
    pub past: bool,
    /// Which day.
    pub date: Date,
    /// What can be done.
    pub planner: Planner,
}

/// Nothing is planned: what to do next.
#[component]
pub fn EmptyDay(props: &EmptyDayProps) -> Html {
    let words = use_words();
    let node = use_node_ref();
    let from = (props.from + 40).clamp(0, 1_200);
    use_properties(node.clone(), [("--from", from.to_string().into())]);
    let (title, text) = if props.past {
        (words.empty_past_title(), words.empty_past_text())
    } else {
        (words.empty_title(), words.empty_text())
    };
    let (date, planner) = (props.date, props.planner.clone());
    // The next full half hour.
    let start = at(date, (props.from + 29) / 30 * 30);
    html! {
        <div class="empty-day" ref={node}>
            <h2>{ title }</h2>
            <p>{ text }</p>
            if !props.past {
                <Button
                    kind={Kind::Primary}
                    icon={glyphs::PLUS}
                    onclick={move |_| planner.new_routine(date, Some(start).filter(|at| at.time() != Time::midnight()))}
                >
                    { words.new_routine() }
                </Button>
            }
        </div>
    }
}
