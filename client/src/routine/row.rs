//! One routine in the list.

use super::list_words::use_words;
use crate::{
    planning::{hue, repeat_words, routine_icon},
    route::{Route, RouteLink},
    ui::{glyphs, icon},
    words,
};
use daymark_shared::routine::Routine;
use jiff::civil::Date;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Row`].
#[derive(Properties, PartialEq)]
pub struct RowProps {
    /// The routine.
    pub routine: Rc<Routine>,
    /// The date for the person.
    pub today: Date,
}

/// Icon, title, when it happens in plain words, and how long it takes; leads to the sheet.
#[component]
pub fn Row(props: &RowProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let routine = &props.routine;
    let over = routine.last.is_some_and(|last| last < props.today);
    let when = match &routine.schedule {
        None => common.inbox().to_owned(),
        Some(schedule) => repeat_words::phrase(&words.0, schedule),
    };
    let steps = routine.steps.as_slice().len() as u32;
    html! {
        <li class={classes!("routine-row", hue(routine.colour), over.then_some("over"))}>
            <RouteLink to={Route::Routine { id: routine.id }}>
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
            </RouteLink>
        </li>
    }
}
