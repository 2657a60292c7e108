//! The questions that come before something is done.

use super::{
    geometry::{DAY, Slot, at, minute},
    planner::{Ask, Planner},
    timeline::timed,
    words::use_words,
};
use crate::{
    civil::minutes_after,
    planning::{Question, ScopeDialog},
    platform::{browser, focus},
    store::{Days, use_slice},
    ui::{Button, Dialog, Kind, glyphs},
    words,
};
use daymark_shared::{
    routine::{Routine, Scope},
    schedule::{Start, parse_date, parse_time},
};
use jiff::civil::{Date, DateTime};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Asks`].
#[derive(Properties, PartialEq)]
pub struct AsksProps {
    /// What is asked.
    pub ask: Ask,
    /// What can be done.
    pub planner: Planner,
    /// The day that is shown, and what time it is.
    pub date: Date,
    /// What time it is.
    pub now: DateTime,
}

/// A question, and what follows from the answer.
#[component]
pub fn Asks(props: &AsksProps) -> Html {
    let words = use_words();
    let planner = props.planner.clone();
    let close = planner.ask.reform(|()| None);
    match props.ask.clone() {
        Ask::Place { occurrence, start, minutes } => {
            let end = minutes_after(start, minutes.get().into());
            let range = words.range(&words.time(start.time()), &words.time(end.time()));
            let about = [occurrence.title.as_str(), ", ", &range].concat();
            let onclose = {
                let (planner, occurrence) = (planner.clone(), occurrence.clone());
                Callback::from(move |()| {
                    planner.put_back(&occurrence);
                    planner.ask.emit(None);
                })
            };
            let onpick = Callback::from(move |scope| {
                planner.ask.emit(None);
                planner.place_in(&occurrence, start, minutes, scope);
            });
            html! { <ScopeDialog question={Question::Change} {about} {onpick} {onclose} /> }
        }
        Ask::Delete(occurrence) if occurrence.repeats => {
            let about = AttrValue::from(occurrence.title.to_string());
            let open = super::planner::is_open(&occurrence);
            let scopes: Vec<Scope> = [Scope::This, Scope::Later, Scope::All]
                .into_iter()
                .filter(|s| open || *s != Scope::This)
                .collect();
            let onpurge = {
                let (planner, occurrence) = (planner.clone(), occurrence.clone());
                Callback::from(move |()| {
                    planner.ask.emit(None);
                    planner.purge(occurrence.routine, occurrence.title.as_str());
                })
            };
            let onpick = Callback::from(move |scope| {
                planner.ask.emit(None);
                planner.end(&occurrence, scope);
            });
            html! { <ScopeDialog question={Question::Delete} {about} {scopes} {onpick} {onpurge} onclose={close} /> }
        }
        Ask::Delete(occurrence) => {
            let inbox = super::planner::is_open(&occurrence).then(|| {
                let (planner, occurrence) = (planner.clone(), occurrence.clone());
                Callback::from(move |()| {
                    planner.ask.emit(None);
                    planner.to_inbox(&occurrence);
                })
            });
            let title = AttrValue::from(occurrence.title.to_string());
            let onpurge = Callback::from(move |()| {
                planner.ask.emit(None);
                planner.purge(occurrence.routine, occurrence.title.as_str());
            });
            html! { <DeleteOne {title} {inbox} {onpurge} onclose={close} /> }
        }
        Ask::DeleteRoutine(routine) => {
            let title = AttrValue::from(routine.title.to_string());
            let onpurge = Callback::from(move |()| {
                planner.ask.emit(None);
                planner.purge(routine.id, routine.title.as_str());
            });
            html! { <DeleteOne {title} {onpurge} onclose={close} /> }
        }
        Ask::Plan(routine) => html! {
            <Plan {routine} {planner} date={props.date} now={props.now} onclose={close} />
        },
    }
}

/// Properties of [`DeleteOne`].
#[derive(Properties, PartialEq)]
struct DeleteOneProps {
    title: AttrValue,
    #[prop_or_default]
    inbox: Option<Callback<()>>,
    onpurge: Callback<()>,
    onclose: Callback<()>,
}

/// Whether something that happens once is to go.
#[component]
fn DeleteOne(props: &DeleteOneProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let text = if props.inbox.is_some() { words.delete_one_text() } else { words.delete_inbox_text() };
    html! {
        <Dialog
            id="delete"
            title={words.delete_one(&props.title)}
            onclose={props.onclose.clone()}
            close_label={common.cancel()}
        >
            <p class="muted">{ text }</p>
            <div class="actions">
                if let Some(inbox) = &props.inbox {
                    <Button icon={glyphs::INBOX} onclick={inbox.reform(|_| ())}>{ words.to_inbox() }</Button>
                } else {
                    <Button onclick={props.onclose.reform(|_| ())}>{ common.cancel() }</Button>
                }
                <Button kind={Kind::Danger} icon={glyphs::TRASH_2} onclick={props.onpurge.reform(|_| ())}>
                    { words.delete_for_good() }
                </Button>
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
    onclose: Callback<()>,
}

/// The first time from `from` on at which nothing else is planned.
fn first_free(slots: &[Slot], from: i32, minutes: i32) -> i32 {
    let mut sorted = slots.to_vec();
    sorted.sort_by_key(|slot| slot.from);
    let mut start = from;
    for slot in sorted {
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
    let form = use_node_ref();
    let date = props.date.max(props.now.date());
    let minutes = i32::from(props.routine.steps.minutes().get());
    let from = if date == props.now.date() { (minute(props.now, date) + 14) / 15 * 15 } else { 9 * 60 };
    let slots: Vec<Slot> = days
        .get(date)
        .map(|day| timed(day, date).into_iter().map(|(_, slot)| slot).collect())
        .unwrap_or_default();
    let proposed = use_memo((), |()| at(date, first_free(&slots, from, minutes)));
    let onsubmit = {
        let (form, planner, routine) = (form.clone(), props.planner.clone(), props.routine.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let date = browser::input_value(&form, "[type=date]").and_then(|text| parse_date(&text).ok());
            let time = browser::input_value(&form, "[type=time]").and_then(|text| parse_time(&text).ok());
            match (date, time) {
                (Some(date), Some(time)) => {
                    planner.ask.emit(None);
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
            onclose={props.onclose.clone()}
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
                        value={proposed.date().to_string()}
                    />
                </div>
                <div class="field">
                    <label for="plan-time">{ words.time_label() }</label>
                    <input
                        id="plan-time"
                        type="time"
                        required=true
                        value={format!("{:02}:{:02}", proposed.hour(), proposed.minute())}
                    />
                </div>
                <div class="actions">
                    <Button kind={Kind::Quiet} onclick={props.onclose.reform(|_| ())}>{ common.cancel() }</Button>
                    <Button kind={Kind::Primary} submit=true>{ words.plan_button() }</Button>
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
