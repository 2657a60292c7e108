//! What did not arrive in time: why, and what to do now.

use super::{
    Desk,
    groups::{Group, groups, once},
};
use crate::{
    api::reminder,
    planning::{hue, reasons, routine_icon},
    route::{Route, RouteLink},
    ui::{Button, IconButton, Kind, glyphs, icon},
};
use daymark_shared::reminder::{Reminder, ReminderState};
use std::rc::Rc;
use yew::prelude::*;

/// So many minutes later it rings again.
const SNOOZE: u16 = 10;

/// Those that were missed, newest first. `more` where not all of them are in `list`.
pub fn missed(desk: &Desk, list: &[Rc<Reminder>], more: bool) -> Html {
    let words = &desk.words;
    html! {
        <section class="setting" aria-labelledby="missed">
            <div class="section-head">
                <h2 id="missed">{ words.missed() }</h2>
                if !list.is_empty() {
                    { Button {
                        kind: Kind::Quiet,
                        onclick: Some(desk.does(reminder::dismiss_all, words.all_dismissed().to_owned())),
                        ..Button::says(words.dismiss_all())
                    } }
                }
            </div>
            if list.is_empty() {
                <p class="with-icon muted">{ icon(glyphs::CHECK) }{ words.nothing_missed() }</p>
            } else {
                if more {
                    <p class="hint">{ words.more_missed() }</p>
                }
                <ul class="missed">
                    { for groups(list, false).iter().map(|group| row(desk, group)) }
                </ul>
            }
        </section>
    }
}

/// Why it did not arrive, once for each channel and reason.
fn why(desk: &Desk, reminder: &Reminder) -> String {
    let words = &desk.words;
    if reminder.state == ReminderState::Sent {
        let at = desk.civil(reminder.settled_at.unwrap_or(reminder.due_at));
        return words.came_late(&words.time(at.time()));
    }
    let Some(reason) = reminder.reason else { return words.not_arrived().to_owned() };
    let why = reasons::Words(words.0.clone()).reason(reason);
    match &reminder.channel {
        Some(channel) if reasons::is_the_channels(reason) => words.by(channel.name.as_str(), why),
        _ => why.to_owned(),
    }
}

fn row(desk: &Desk, group: &Group) -> Html {
    let words = &desk.words;
    let Some(first) = group.first() else { return Html::default() };
    let (id, title) = (first.id, first.title.as_str());
    let mut lines = once(group.iter().map(|reminder| why(desk, reminder)));
    if group.iter().any(|reminder| reminder.told_elsewhere) {
        lines.push(words.told_elsewhere().to_owned());
    }
    let channels = group.iter().any(|reminder| reminder.reason.is_some_and(reasons::is_the_channels));
    let start = Route::Start { routine: first.routine, occurrence: first.occurrence };
    html! {
        <li key={id.to_string()} class={hue(first.colour)}>
            <span class="routine-glyph">{ routine_icon(&first.icon) }</span>
            <div class="missed-words">
                <b>{ title }</b>
                <p class="hint num">{ words.was_due(&desk.when(first.due_at)) }</p>
                { for lines.iter().map(|line| html! { <p class="hint">{ line }</p> }) }
                if channels {
                    { RouteLink {
                        class: "link",
                        ..RouteLink::to(Route::Settings, html! { words.look_at_channels() })
                    } }
                }
            </div>
            { IconButton::new(
                glyphs::X,
                words.dismiss_named(title),
                desk.dismisses(id),
            ) }
            <div class="missed-acts">
                { RouteLink {
                    class: "button",
                    label: Some(words.start_named(title).into()),
                    ..RouteLink::to(start, html! { <>{ icon(glyphs::PLAY) }{ words.start() }</> })
                } }
                { Button {
                    kind: Kind::Quiet,
                    label: Some(words.snooze_named(title).into()),
                    onclick: Some(desk.does(move || reminder::snooze(id, SNOOZE), words.snoozed(title))),
                    ..Button::says(words.snooze())
                } }
            </div>
        </li>
    }
}
