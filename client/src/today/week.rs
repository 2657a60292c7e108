//! The week: its days, with dots for what is planned.

use super::{head::route_of, words::Words};
use crate::{
    civil::day_number,
    i18n::Style,
    planning::hue,
    route::RouteLink,
    store::{Days, days::KnownDay},
};
use daymark_shared::{occurrence::OccurrenceState, routine::Colour};
use jiff::civil::Date;
use yew::prelude::*;

/// More dots than this say no more.
const DOTS_MAX: usize = 3;

/// How many are planned, and their colours, each once.
fn planned(day: &KnownDay) -> (usize, Vec<Colour>) {
    let mut colours = Vec::new();
    let mut count = 0;
    for occurrence in &day.occurrences {
        if occurrence.state == OccurrenceState::Skipped {
            continue;
        }
        count += 1;
        if colours.len() < DOTS_MAX && !colours.contains(&occurrence.colour) {
            colours.push(occurrence.colour);
        }
    }
    (count, colours)
}

/// The week of seven `dates`, of which `date` is shown.
pub fn week(words: &Words, days: &Days, dates: [Date; 7], date: Date, today: Date) -> Html {
    let day = |of: Date| {
        let known = days.get(of).map(|day| planned(day));
        let mut name = words.date(of, Style::Day);
        if let Some((count, _)) = &known {
            name.push_str(", ");
            name.push_str(&match count {
                0 => words.nothing_planned().to_owned(),
                count => words.planned(*count as u32),
            });
        }
        let colours = known.map(|(_, colours)| colours).unwrap_or_default();
        let inside = html! {
            <>
                <span aria-hidden="true">{ words.date(of, Style::WeekdayShort) }</span>
                <b class="num" aria-hidden="true">{ words.date(of, Style::DayNumber) }</b>
                <span class="visually-hidden">{ name }</span>
                <span class="dots" aria-hidden="true">
                    { for colours.iter().map(|colour| html! {
                        <i key={colour.as_str()} class={hue(*colour)}></i>
                    }) }
                </span>
            </>
        };
        html! {
            <key={day_number(of)}>
                { RouteLink {
                    class: if of == today { "week-day is-today" } else { "week-day" },
                    current: (of == date).then_some("date"),
                    ..RouteLink::to(route_of(of, today), inside)
                } }
            </>
        }
    };
    html! { <nav class="week" aria-label={words.week()}>{ for dates.into_iter().map(day) }</nav> }
}
