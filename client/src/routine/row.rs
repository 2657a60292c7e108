//! One routine in the list.

use super::list_words::Words;
use crate::{
    planning::{hue, repeat_words, routine_icon},
    route::{Route, RouteLink},
    ui::{classes, glyphs, icon},
    words,
};
use daymark_shared::routine::Routine;
use jiff::civil::Date;
use yew::prelude::*;

/// Icon, title, when it happens in plain words, and how long it takes; leads to the sheet. `today` is the date for the
/// person.
pub fn row(words: &Words, common: &words::Words, routine: &Routine, today: Date) -> Html {
    let over = routine.last.is_some_and(|last| last < today);
    let when = match &routine.schedule {
        None => common.inbox().to_owned(),
        Some(schedule) => repeat_words::phrase(&words.0, schedule),
    };
    let steps = routine.steps.as_slice().len() as u32;
    let inside = html! {
        <>
            <span class="routine-glyph">{ routine_icon(&routine.icon) }</span>
            <span class="routine-words">
                <b>{ routine.title.as_str() }</b>
                <span class="hint">
                    { when }
                    if over {
                        { " · " }{ words.over() }
                    }
                </span>
            </span>
            <span class="routine-length num">
                { words.duration(u32::from(routine.steps.minutes().get())) }
                if steps > 1 {
                    <span class="hint">{ words.steps_count(steps) }</span>
                }
            </span>
            { icon(glyphs::CHEVRON_RIGHT) }
        </>
    };
    html! {
        <li
            key={routine.id.to_string()}
            class={classes(&["routine-row", hue(routine.colour), if over { "over" } else { "" }])}
        >
            { RouteLink::to(Route::Routine { id: routine.id }, inside) }
        </li>
    }
}
