//! When it reminds: chips for how long before, a field for others, and whether it reminds again.

use super::{
    form::Act,
    head::PartProps,
    number_field::number_field,
    remind_words::{Words, use_words},
};
use crate::{
    kept::{Kept, use_kept},
    ui::{Button, Select, choice::Options, class_if, classes, glyphs, icon, select, switch},
    words,
};
use daymark_shared::reminder::{Again, OFFSETS_MAX, Offsets, ReminderPlan};
use yew::prelude::*;

/// What most people want, in minutes before the start.
const USUAL: [u16; 7] = [0, 5, 10, 15, 30, 60, 1440];
/// Minutes of the units in which others are typed.
const UNITS: [u16; 3] = [1, 60, 1440];
/// Minutes from one to the next.
const EVERY: [u8; 8] = [1, 2, 3, 5, 10, 15, 30, 60];
/// What is suggested.
const AGAIN: Again = Again { every: 5, times: 3 };

/// The plan with this offset, or without it where it has it; `None` where it cannot be.
fn toggled(plan: &ReminderPlan, offset: u16) -> Option<ReminderPlan> {
    let mut offsets = plan.offsets.as_slice().to_vec();
    match offsets.iter().position(|other| *other == offset) {
        Some(place) => {
            offsets.remove(place);
        }
        None => offsets.push(offset),
    }
    // What does not remind at all does not remind again.
    let again = plan.again.filter(|_| !offsets.is_empty());
    Some(ReminderPlan { offsets: Offsets::new(offsets).ok()?, again })
}

/// The plan with what was typed: so many of a unit. `None` where that is no offset.
fn added(plan: &ReminderPlan, typed: &str, unit: u16) -> Option<ReminderPlan> {
    let offset = typed.trim().parse::<u16>().ok().filter(|n| *n > 0)?.checked_mul(unit)?;
    if plan.offsets.as_slice().contains(&offset) { Some(plan.clone()) } else { toggled(plan, offset) }
}

/// What is typed for another offset.
#[derive(Debug, Clone, Default, PartialEq)]
struct Other {
    text: String,
    unit: usize,
    wrong: bool,
}

/// When it reminds.
#[component]
pub fn RemindPart(props: &PartProps) -> Html {
    let words = use_words();
    let other = use_kept(|| None::<Other>);
    let plan = &props.form.reminders;
    let offsets = plan.offsets.as_slice();
    let full = offsets.len() >= OFFSETS_MAX;
    let chosen = offsets.iter().filter(|offset| !USUAL.contains(offset));
    let onchip = {
        let (act, plan) = (props.act.clone(), plan.clone());
        Callback::from(move |offset| {
            if let Some(plan) = toggled(&plan, offset) {
                act.emit(Act::Remind(plan));
            }
        })
    };
    let onother = {
        let other = other.clone();
        Callback::from(move |_: MouseEvent| {
            let next = other.get().is_none().then(Other::default);
            other.set(next);
        })
    };
    html! {
        <section class="part" aria-labelledby="routine-remind">
            <h3 id="routine-remind">{ words.remind_me() }</h3>
            <div class="pills" role="group" aria-labelledby="routine-remind">
                { for USUAL.iter().chain(chosen).map(|offset| {
                    let (offset, on) = (*offset, offsets.contains(offset));
                    html! {
                        <button
                            key={offset}
                            type="button"
                            class="pill"
                            aria-pressed={if on { "true" } else { "false" }}
                            disabled={full && !on}
                            onclick={onchip.reform(move |_| offset)}
                        >
                            { words.chip(offset) }
                        </button>
                    }
                }) }
                <button
                    type="button"
                    class={classes(&["pill dashed", class_if(full, "visually-hidden")])}
                    aria-expanded={if other.get().is_some() { "true" } else { "false" }}
                    disabled={full}
                    onclick={onother}
                >
                    { icon(glyphs::PLUS) }
                    { words.other() }
                </button>
            </div>
            if let Some(now) = other.get().filter(|_| !full) {
                { another(&words, props, &other, now) }
            }
            <p class="plain">
                { icon(glyphs::BELL) }
                <span>
                    <span role="status">{ words.sentence(plan) }</span>
                    if full {
                        { " " }{ words.five() }
                    }
                    if props.form.when.all_day && !offsets.is_empty() {
                        { " " }{ words.all_day() }
                    }
                </span>
            </p>
            if !offsets.is_empty() {
                { again_part(&words, props) }
            }
        </section>
    }
}

/// Numbers to choose from, each with what it says.
fn options(numbers: &mut dyn Iterator<Item = (usize, String)>) -> Options {
    numbers.map(|(number, says)| (number.to_string().into(), says.into())).collect()
}

/// The field for another offset.
fn another(words: &Words, props: &PartProps, other: &Kept<Option<Other>>, now: Other) -> Html {
    let ontext = {
        let (other, now) = (other.clone(), now.clone());
        Callback::from(move |text| other.set(Some(Other { text, wrong: false, ..now.clone() })))
    };
    let onunit = {
        let (other, now) = (other.clone(), now.clone());
        Callback::from(move |unit: String| {
            let unit = unit.parse().unwrap_or_default();
            other.set(Some(Other { unit, wrong: false, ..now.clone() }));
        })
    };
    let units = [words.minutes_unit(), words.hours_unit(), words.days_unit()].map(str::to_owned);
    let error = now.wrong.then(|| words.bad_offset().into());
    let (text, chosen) = (now.text.clone(), now.unit.to_string().into());
    let onadd = {
        let (other, act, plan) = (other.clone(), props.act.clone(), props.form.reminders.clone());
        Callback::from(move |()| {
            let unit = UNITS.get(now.unit).copied().unwrap_or(1);
            match added(&plan, &now.text, unit) {
                Some(plan) => {
                    act.emit(Act::Remind(plan));
                    other.set(None);
                }
                None => other.set(Some(Other { wrong: true, ..now.clone() })),
            }
        })
    };
    let onkeydown = {
        let onadd = onadd.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && !event.ctrl_key() && !event.meta_key() {
                event.prevent_default();
                onadd.emit(());
            }
        })
    };
    html! {
        <div class="repeat-row remind-other">
            <div class="contents" {onkeydown}>
                { number_field("remind-other", words.how_long_before(), &text, error, &ontext) }
            </div>
            { select(Select {
                id: "remind-unit",
                label: words.unit(),
                options: options(&mut units.into_iter().enumerate()),
                value: chosen,
                onchange: onunit,
                hint: None,
            }) }
            { Button {
                onclick: Some(onadd.reform(|_| ())),
                ..Button::says(words::Words(words.0.clone()).add())
            } }
        </div>
    }
}

/// Whether it reminds again, how soon, and how often.
fn again_part(words: &Words, props: &PartProps) -> Html {
    let plan = &props.form.reminders;
    let set = {
        let (act, plan) = (props.act.clone(), plan.clone());
        Callback::from(move |again| act.emit(Act::Remind(ReminderPlan { again, ..plan.clone() })))
    };
    let on = plan.again;
    let again = on.unwrap_or(AGAIN);
    let every = EVERY.iter().copied().chain((!EVERY.contains(&again.every)).then_some(again.every));
    let parsed = |value: String| value.parse::<u8>().ok();
    html! {
        <>
            { switch(words.remind_again(), on.is_some(), &set.reform(move |()| on.is_none().then_some(AGAIN))) }
            if on.is_some() {
                <div class="repeat-row">
                    { select(Select {
                        id: "remind-every",
                        label: words.every(),
                        options: options(&mut every.map(|n| (usize::from(n), words.minutes(u32::from(n))))),
                        value: again.every.to_string().into(),
                        onchange: set.reform(move |value| {
                            Some(Again { every: parsed(value).unwrap_or(again.every), ..again })
                        }),
                        hint: None,
                    }) }
                    { select(Select {
                        id: "remind-times",
                        label: words.at_most(),
                        options: options(&mut (1..=12).map(|n| (n, words.times(n as u32)))),
                        value: again.times.to_string().into(),
                        onchange: set.reform(move |value| {
                            Some(Again { times: parsed(value).unwrap_or(again.times), ..again })
                        }),
                        hint: None,
                    }) }
                </div>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Hours, I18n};
    use daymark_shared::account::Locale;
    use rstest::rstest;

    fn plan(offsets: &[u16]) -> ReminderPlan {
        ReminderPlan { offsets: Offsets::new(offsets.to_vec()).unwrap(), again: None }
    }

    #[test]
    fn a_chip_puts_an_offset_in_and_takes_it_out() {
        let both = toggled(&plan(&[0]), 10).unwrap();
        assert_eq!(both, plan(&[0, 10]));
        assert_eq!(toggled(&both, 0), Some(plan(&[10])));
        assert_eq!(toggled(&plan(&[0, 5, 10, 15, 30]), 60), None);
    }

    #[test]
    fn what_does_not_remind_does_not_remind_again() {
        let again = ReminderPlan { again: Some(AGAIN), ..plan(&[0]) };
        assert_eq!(toggled(&again, 0), Some(plan(&[])));
    }

    #[rstest]
    #[case("45", 1, Some(&[0, 45][..]))]
    #[case(" 7 ", 1440, Some(&[0, 10_080][..]))]
    #[case("2", 60, Some(&[0, 120][..]))]
    #[case("8", 1440, None)]
    #[case("60000", 1440, None)]
    #[case("0", 1, None)]
    #[case("soon", 1, None)]
    fn others_are_typed_in_a_unit(#[case] text: &str, #[case] unit: u16, #[case] then: Option<&[u16]>) {
        assert_eq!(added(&plan(&[0]), text, unit), then.map(plan));
    }

    #[test]
    fn one_that_is_there_stays_when_it_is_typed() {
        assert_eq!(added(&plan(&[0, 60]), "1", 60), Some(plan(&[0, 60])));
    }

    #[test]
    fn no_reminder_is_said_so() {
        let words = |language| Words(I18n::new(language, &[], Hours::Usual));
        assert_eq!(words(Locale::En).sentence(&plan(&[])), "Does not remind.");
        assert_eq!(words(Locale::De).sentence(&plan(&[])), "Erinnert nicht.");
    }
}
