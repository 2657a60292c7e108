//! The week: its days, with dots for what is planned.

use super::{head::route_of, words::use_words};
use crate::{
    i18n::Style,
    planning::hue,
    route::RouteLink,
    store::{Days, days::KnownDay, use_slice},
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

/// Properties of [`Week`].
#[derive(Properties, PartialEq)]
pub struct WeekProps {
    /// Its days.
    pub dates: [Date; 7],
    /// The one that is shown.
    pub date: Date,
    /// The one that it is.
    pub today: Date,
}

/// The week.
#[component]
pub fn Week(props: &WeekProps) -> Html {
    let words = use_words();
    let days = use_slice::<Days>();
    html! {
        <nav class="week" aria-label={words.week()}>
            { for props.dates.iter().map(|&date| {
                let known = days.get(date).map(|day| planned(day));
                let said = known.as_ref().map(|(count, _)| match count {
                    0 => words.nothing_planned().to_owned(),
                    count => words.planned(*count as u32),
                });
                let colours = known.map(|(_, colours)| colours).unwrap_or_default();
                let name = [Some(words.date(date, Style::Day)), said];
                html! {
                    <RouteLink
                        key={date.to_string()}
                        to={route_of(date, props.today)}
                        class={classes!("week-day", (date == props.today).then_some("is-today"))}
                        current={(date == props.date).then_some(AttrValue::Static("date"))}
                    >
                        <span aria-hidden="true">{ words.date(date, Style::WeekdayShort) }</span>
                        <b class="num" aria-hidden="true">{ words.date(date, Style::DayNumber) }</b>
                        <span class="visually-hidden">{ name.into_iter().flatten().collect::<Vec<_>>().join(", ") }</span>
                        <span class="dots" aria-hidden="true">
                            { for colours.iter().map(|colour| html! {
                                <i key={colour.as_str()} class={hue(*colour)}></i>
                            }) }
                        </span>
                    </RouteLink>
                }
            }) }
        </nav>
    }
}
