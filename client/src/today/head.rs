//! The head of the day: which one it is, what is ahead, and the ways to other days.

use super::{
    geometry::minute,
    planner::{Planner, is_done},
    strip::strip,
    timeline::timed,
    week::week,
    words::{Words, use_words},
};
use crate::{
    i18n::Style,
    kept::{Kept, use_kept, use_node, use_watch},
    platform::{
        browser, document,
        events::listen,
        focus::{focus, focus_first},
    },
    route::{Route, RouteLink},
    store::{Days, days::KnownDay, use_slice},
    ui::{Button, IconButton, Kind, glyphs, icon},
    words,
};
use daymark_shared::{occurrence::OccurrenceState, schedule::parse_date};
use jiff::civil::{Date, DateTime};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};
use yew::prelude::*;

/// The address of a day.
pub fn route_of(date: Date, today: Date) -> Route {
    if date == today { Route::Today } else { Route::Day { date } }
}

/// “9 planned · next 11:15”.
fn summary(words: &Words, day: &KnownDay, date: Date, now: DateTime) -> String {
    let planned: Vec<_> = day.occurrences.iter().filter(|o| o.state != OccurrenceState::Skipped).collect();
    if planned.is_empty() {
        return words.nothing_planned().to_owned();
    }
    let mut parts = vec![words.planned(planned.len() as u32)];
    let done = planned.iter().filter(|o| is_done(o)).count();
    // On another day, what begins on it.
    let from = minute(now, date).max(0);
    let ahead =
        timed(day, date).into_iter().find(|(o, slot)| !is_done(o) && o.run.is_none() && slot.from >= from);
    if done == planned.len() {
        parts.push(words.all_done().to_owned());
    } else if let Some((next, _)) = ahead {
        parts.push(words.next(&words.time(next.start.datetime().time())));
    } else if done > 0 {
        parts.push(words.done_count(done as u32));
    }
    parts.join(" · ")
}

/// Properties of [`Top`].
#[derive(Properties, PartialEq)]
pub struct TopProps {
    /// Which day.
    pub date: Date,
    /// The week that it lies in.
    pub dates: [Date; 7],
    /// What time it is.
    pub now: DateTime,
    /// What can be done.
    pub planner: Planner,
    /// Asked to look at now.
    pub onlook: Callback<()>,
}

/// All that stands above the timeline: the head of the day, the week, and what has no place on the timeline.
#[component]
pub fn Top(props: &TopProps) -> Html {
    let words = use_words();
    let days = use_slice::<Days>();
    let TopProps { date, dates, now, planner, .. } = props;
    let (date, now) = (*date, *now);
    let jump = use_jump();
    let day = days.get(date);
    html! {
        <>
            { head(&words, props, day.map(|day| summary(&words, day, date, now)), &jump) }
            { week(&words, &days, *dates, date, now.date()) }
            if let Some(day) = day {
                { strip(&words, planner, day) }
            }
        </>
    }
}

/// The head of the day.
fn head(words: &Words, props: &TopProps, summary: Option<String>, jump: &Jump) -> Html {
    let TopProps { date, now, planner, onlook, .. } = props;
    let (date, today) = (*date, now.date());
    let (long, short) = if date.year() == today.year() {
        (Style::Day, Style::DayShort)
    } else {
        (Style::DayYear, Style::DayYear)
    };
    let arrow = |to: Option<Date>, glyph, label: &'static str| {
        to.map(|to| {
            html! {
                { RouteLink {
                    class: "icon-button",
                    label: Some(label.into()),
                    ..RouteLink::to(route_of(to, today), html! { icon(glyph) })
                } }
            }
        })
    };
    let onnew = {
        let planner = planner.clone();
        Callback::from(move |_: MouseEvent| planner.new_routine(date, None))
    };
    html! {
        <header class="day-head">
            <h1>
                <span class="long">{ words.date(date, long) }</span>
                <span class="short">{ words.date(date, short) }</span>
            </h1>
            <p class="day-summary num">{ summary }</p>
            <div class="day-nav">
            { arrow(date.yesterday().ok(), glyphs::CHEVRON_LEFT, words.previous_day()) }
            <span class="contents" onclick={onlook.reform(|_| ())}>
                { RouteLink {
                    class: if date == today { "button go-today here" } else { "button go-today" },
                    current: (date == today).then_some("date"),
                    ..RouteLink::to(Route::Today, html! { words::Words(words.0.clone()).today() })
                } }
            </span>
            { arrow(date.tomorrow().ok(), glyphs::CHEVRON_RIGHT, words.next_day()) }
            { date_jump(words, jump, date, today) }
            { IconButton { class: "add-here", ..IconButton::new(glyphs::PLUS, words.new_routine(), onnew) } }
            </div>
        </header>
    }
}

/// A button that opens a date field.
struct Jump {
    open: Kept<bool>,
    frame: NodeRef,
    button: NodeRef,
}

/// A button that opens a date field, closed at first.
#[hook]
fn use_jump() -> Jump {
    let open = use_kept(|| false);
    let (frame, button) = (use_node(), use_node());
    {
        let (frame, set) = (frame.clone(), open.clone());
        use_watch(open.get(), move |open| {
            let listener = open.then(|| {
                focus_first(&frame, "input");
                listen(&document(), "pointerdown", move |event| {
                    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                    if !frame.cast::<Element>().is_some_and(|frame| frame.contains(target.as_ref())) {
                        set.set(false);
                    }
                })
            });
            move || drop(listener)
        });
    }
    Jump { open, frame, button }
}

fn date_jump(words: &Words, jump: &Jump, date: Date, today: Date) -> Html {
    let Jump { open, frame, button } = jump;
    let onsubmit = {
        let (open, frame, button) = (open.clone(), frame.clone(), button.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let typed = browser::input_value(&frame, "input");
            let date = typed.and_then(|text| parse_date(&text).ok());
            if let Some(date) = date {
                open.set(false);
                focus(&button);
                route_of(date, today).push();
            }
        })
    };
    let onkeydown = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                open.set(false);
                focus(&button);
            }
        })
    };
    html! {
        <div class="date-jump" ref={frame.clone()}>
            { IconButton {
                node: button.clone(),
                ..IconButton::new(glyphs::CALENDAR, words.go_to_date(), open.turns())
            } }
            if open.get() {
                <form class="popover" {onsubmit} {onkeydown}>
                    <div class="field">
                        <label for="jump">{ words.go_to_date() }</label>
                        <input
                            id="jump"
                            type="date"
                            required=true
                            min="1970-01-01"
                            max="2199-12-31"
                            ~defaultValue={date.to_string()}
                        />
                    </div>
                    { Button { submit: true, kind: Kind::Primary, ..Button::says(words.show()) } }
                </form>
            }
        </div>
    }
}
