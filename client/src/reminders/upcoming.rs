//! What is to come, day by day.

use super::{
    Desk,
    groups::{Group, groups, once},
};
use crate::{
    i18n::Style,
    planning::hue,
    platform::clock,
    route::{Route, RouteLink},
    words as common,
};
use daymark_shared::reminder::Reminder;
use jiff::civil::Date;
use std::rc::Rc;
use yew::prelude::*;

/// Those to come, soonest first.
pub fn upcoming(desk: &Desk, list: &[Rc<Reminder>]) -> Html {
    let words = &desk.words;
    let groups = groups(list, true);
    let date = |group: &Group| group.first().map(|first| desk.civil(first.due_at).date());
    html! {
        <section class="setting" aria-labelledby="upcoming">
            <h2 id="upcoming">{ words.upcoming() }</h2>
            if groups.is_empty() {
                <p class="muted">
                    { words.nothing_upcoming() }{ " " }{ words.no_way() }{ " " }
                    { RouteLink {
                        class: "link",
                        ..RouteLink::to(Route::Settings, html! { words.settings() })
                    } }
                </p>
            } else {
                { for groups.chunk_by(|one, other| date(one) == date(other)).filter_map(|day| {
                    let date = date(day.first()?)?;
                    Some(html! {
                        <div key={date.to_string()}>
                            <h3>{ day_name(desk, date) }</h3>
                            <ol class="upcoming">
                                { for day.iter().map(|group| row(desk, group)) }
                            </ol>
                        </div>
                    })
                }) }
            }
        </section>
    }
}

fn day_name(desk: &Desk, date: Date) -> String {
    let today = desk.civil(clock::now()).date();
    if date == today {
        common::Words(desk.words.0.clone()).today().to_owned()
    } else if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) {
        desk.words.tomorrow().to_owned()
    } else {
        desk.words.date(date, Style::Day)
    }
}

/// How long before the start, or after it.
fn distance(desk: &Desk, reminder: &Reminder) -> String {
    let minutes = (reminder.starts_at.as_second() - reminder.due_at.as_second()).div_euclid(60);
    let span = |minutes: i64| desk.words.duration(u32::try_from(minutes).unwrap_or(u32::MAX));
    match minutes {
        0 => desk.words.at_start().to_owned(),
        1.. => desk.words.before(&span(minutes)),
        _ => desk.words.after(&span(-minutes)),
    }
}

fn row(desk: &Desk, group: &Group) -> Html {
    let Some(first) = group.first() else { return Html::default() };
    let channels = once(group.iter().filter_map(|one| Some(one.channel.as_ref()?.name.as_str().to_owned())));
    let mut about = vec![distance(desk, first)];
    about.extend(channels);
    html! {
        <li key={first.id.to_string()} class={hue(first.colour)}>
            <span class="num">{ desk.words.time(desk.civil(first.due_at).time()) }</span>
            <span class="upcoming-words">
                { RouteLink::to(Route::Routine { id: first.routine }, first.title.as_str().into()) }
                <span class="hint">{ about.join(" · ") }</span>
            </span>
        </li>
    }
}
