//! The questions that come before something is done.

use super::{
    geometry::{DAY, Slot, at, by_start, minute},
    planner::{Ask, Planner, clock_time, is_open},
    timeline::timed,
    words::{Words, use_words},
};
use crate::{
    civil::minutes_after,
    kept::use_node,
    planning::{Question, ScopeDialog},
    platform::{browser, focus},
    store::{Days, use_slice},
    ui::{Button, Dialog, Kind, glyphs},
    words,
};
use daymark_shared::{
    ids::RoutineId,
    occurrence::Occurrence,
    routine::{Minutes, Routine, Scope},
    schedule::{Start, parse_date, parse_time},
};
use jiff::civil::{Date, DateTime};
use std::rc::Rc;
use yew::prelude::*;

/// A question, and what follows from the answer. `date` is the day that is shown.
pub fn asked(words: &Words, ask: &Ask, planner: &Planner, date: Date, now: DateTime) -> Html {
    match ask {
        Ask::Place { occurrence, start, minutes } => place(words, planner, occurrence, *start, *minutes),
        Ask::Delete(occurrence) if occurrence.repeats => delete_series(planner, occurrence),
        Ask::Delete(occurrence) => {
            let inbox = is_open(occurrence).then(|| {
                let occurrence = occurrence.clone();
                answer(planner, move |planner, _: MouseEvent| planner.to_inbox(&occurrence))
            });
            delete_one(words, planner, occurrence.routine, occurrence.title.as_str(), inbox)
        }
        Ask::DeleteRoutine(routine) => delete_one(words, planner, routine.id, routine.title.as_str(), None),
        Ask::Plan(routine) => {
            html! { <Plan routine={routine.clone()} planner={planner.clone()} {date} {now} /> }
        }
    }
}

/// The question is answered, and this follows.
fn answer<T>(planner: &Planner, act: impl Fn(&Planner, T) + 'static) -> Callback<T> {
    let planner = planner.clone();
    Callback::from(move |answer| {
        planner.ask.set(None);
        act(&planner, answer);
    })
}

/// The question is closed, and nothing follows.
fn close<T>(planner: &Planner) -> Callback<T> {
    answer(planner, |_, _| ())
}

/// Deletes a routine with its history.
fn purge<T>(planner: &Planner, routine: RoutineId, title: &str) -> Callback<T> {
    let title = title.to_owned();
    answer(planner, move |planner, _| planner.purge(routine, &title))
}

/// Which ones go to the new time.
fn place(
    words: &Words,
    planner: &Planner,
    occurrence: &Rc<Occurrence>,
    start: DateTime,
    minutes: Minutes,
) -> Html {
    let end = minutes_after(start, minutes.get().into());
    let range = words.range(&words.time(start.time()), &words.time(end.time()));
    let about = [occurrence.title.as_str(), ", ", &range].concat();
    let (moved, left) = (occurrence.clone(), occurrence.clone());
    let onpick = answer(planner, move |planner, scope| planner.place_in(&moved, start, minutes, scope));
    let onclose = answer(planner, move |planner, ()| planner.put_back(&left));
    html! { <ScopeDialog question={Question::Change} {about} {onpick} {onclose} /> }
}

/// Which ones go.
fn delete_series(planner: &Planner, occurrence: &Rc<Occurrence>) -> Html {
    let title = occurrence.title.as_str();
    let scopes = if is_open(occurrence) {
        vec![Scope::This, Scope::Later, Scope::All]
    } else {
        vec![Scope::Later, Scope::All]
    };
    let ended = occurrence.clone();
    html! {
        <ScopeDialog
            question={Question::Delete}
            about={title.to_owned()}
            {scopes}
            onpick={answer(planner, move |planner, scope| planner.end(&ended, scope))}
            onpurge={purge(planner, occurrence.routine, title)}
            onclose={close(planner)}
        />
    }
}

/// Whether something that happens once is to go, where that can be said: for good, or back into the `inbox`.
fn delete_one(
    words: &Words,
    planner: &Planner,
    routine: RoutineId,
    title: &str,
    inbox: Option<Callback<MouseEvent>>,
) -> Html {
    let cancel = words::Words(words.0.clone()).cancel();
    let text = if inbox.is_some() { words.delete_one_text() } else { words.delete_inbox_text() };
    html! {
        <Dialog id="delete" title={words.delete_one(title)} onclose={close(planner)} close_label={cancel}>
            <p class="muted">{ text }</p>
            <div class="actions">
                if let Some(onclick) = inbox {
                    { Button {
                        icon: Some(glyphs::INBOX),
                        onclick: Some(onclick),
                        ..Button::says(words.to_inbox())
                    } }
                } else {
                    { Button { onclick: Some(close(planner)), ..Button::says(cancel) } }
                }
                { Button {
                    kind: Kind::Danger,
                    icon: Some(glyphs::TRASH_2),
                    onclick: Some(purge(planner, routine, title)),
                    ..Button::says(words.delete_for_good())
                } }
            </div>
        </Dialog>
    }
}

/// Properties of [`Plan`].
#[derive(Properties, PartialEq)]
struct PlanProps {
    routine: Rc<Routine>,
    planner: Planner,
    date: Date,
    now: DateTime,
}

/// The first time from `from` on at which nothing else is planned.
fn first_free(slots: &[Slot], from: i32, minutes: i32) -> i32 {
    let mut start = from;
    for slot in by_start(slots) {
        if slot.overlaps(Slot::new(start, minutes)) {
            start = slot.until.max(start);
        }
    }
    let start = (start + 4) / 5 * 5;
    if start + minutes <= DAY { start } else { from.min(DAY - 5) }
}

/// When something from the inbox is to happen.
#[component]
fn Plan(props: &PlanProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let days = use_slice::<Days>();
    let form = use_node();
    let date = props.date.max(props.now.date());
    let minutes = i32::from(props.routine.steps.minutes().get());
    let from = if date == props.now.date() { (minute(props.now, date) + 14) / 15 * 15 } else { 9 * 60 };
    let slots: Vec<Slot> = days
        .get(date)
        .map(|day| timed(day, date).into_iter().map(|(_, slot)| slot).collect())
        .unwrap_or_default();
    let proposed = use_ref(|| at(date, first_free(&slots, from, minutes)));
    let onsubmit = {
        let (form, planner, routine) = (form.clone(), props.planner.clone(), props.routine.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let date = browser::input_value(&form, "[type=date]").and_then(|text| parse_date(&text).ok());
            let time = browser::input_value(&form, "[type=time]").and_then(|text| parse_time(&text).ok());
            match (date, time) {
                (Some(date), Some(time)) => {
                    planner.ask.set(None);
                    planner.plan(&routine, Start::At(date.to_datetime(time)));
                }
                _ => {
                    focus::focus_first(&form, "input:invalid");
                }
            }
        })
    };
    html! {
        <Dialog
            id="plan"
            title={words.plan_named(props.routine.title.as_str())}
            onclose={close(&props.planner)}
            close_label={common.cancel()}
        >
            <form class="plan-form" ref={form} {onsubmit}>
                <div class="field">
                    <label for="plan-date">{ words.date_label() }</label>
                    <input
                        id="plan-date"
                        type="date"
                        required=true
                        min="1970-01-01"
                        max="2199-12-31"
                        ~defaultValue={proposed.date().to_string()}
                    />
                </div>
                <div class="field">
                    <label for="plan-time">{ words.time_label() }</label>
                    <input
                        id="plan-time"
                        type="time"
                        required=true
                        ~defaultValue={clock_time(*proposed)}
                    />
                </div>
                <div class="actions">
                    { Button {
                        kind: Kind::Quiet,
                        onclick: Some(close(&props.planner)),
                        ..Button::says(common.cancel())
                    } }
                    { Button { kind: Kind::Primary, submit: true, ..Button::says(words.plan_button()) } }
                </div>
            </form>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_planned_next_does_not_overlap() {
        let slots = [Slot::new(600, 60), Slot::new(660, 30), Slot::new(720, 10)];
        assert_eq!(first_free(&slots, 585, 20), 690);
        assert_eq!(first_free(&slots, 585, 15), 585);
        assert_eq!(first_free(&slots, 585, 60), 730);
        assert_eq!(first_free(&slots, 1_430, 30), 1_430);
    }
}
