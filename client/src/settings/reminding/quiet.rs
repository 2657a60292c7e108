//! When it is quiet, and what else holds for all reminders.

use super::{desk::Desk, section};
use crate::{
    i18n::Style,
    kept::Kept,
    ui::{Button, IconButton, Typed, glyphs, switch, text_field},
    words as common,
};
use daymark_shared::{
    reminder::{QuietHours, ReminderSettings, StoredSettings, VACATIONS_MAX, Vacation},
    schedule::{parse_date, parse_time},
};
use jiff::civil::Time;
use yew::prelude::*;

/// What is suggested.
const NIGHT: QuietHours = QuietHours { from: Time::constant(22, 0, 0, 0), to: Time::constant(7, 0, 0, 0) };

/// Days off as they are being typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewDays {
    from: String,
    to: String,
    wrong: bool,
}

impl NewDays {
    fn vacation(&self) -> Option<Vacation> {
        let (from, to) = (parse_date(&self.from).ok()?, parse_date(&self.to).ok()?);
        (from <= to).then_some(Vacation { from, to })
    }
}

/// The settings as they are, and what changes them.
struct Mine<'a> {
    desk: &'a Desk,
    stored: StoredSettings,
}

impl Mine<'_> {
    /// Hears something that makes other settings; nothing where it makes none.
    fn set<T: 'static>(
        &self,
        change: impl Fn(&mut ReminderSettings, T) -> Option<()> + 'static,
    ) -> Callback<T> {
        let (desk, stored) = (self.desk.clone(), self.stored.clone());
        Callback::from(move |value| {
            let mut next = stored.clone();
            if change(&mut next.settings, value).is_some() && next != stored {
                desk.save(next);
            }
        })
    }

    /// A time of day to choose.
    fn time(&self, id: &'static str, label: &'static str, at: Time, onchange: Callback<String>) -> Html {
        text_field(&Typed {
            id: id.into(),
            label: label.into(),
            // Without the seconds.
            value: at.to_string().chars().take(5).collect::<String>().into(),
            onchange,
            kind: Some("time".into()),
            required: true,
            ..Typed::default()
        })
    }
}

/// Quiet hours, days off, and how messages are.
pub fn quiet(desk: &Desk, stored: StoredSettings, days: &Kept<NewDays>) -> Html {
    let words = &desk.words;
    let mine = Mine { desk, stored };
    let settings = &mine.stored.settings;
    let inside = html! {
        <>
            { switch(words.quiet_hours(), settings.quiet.is_some(), &mine.set(|settings, ()| {
                settings.quiet = settings.quiet.is_none().then_some(NIGHT);
                Some(())
            })) }
            if let Some(quiet) = settings.quiet {
                <div class="pair">
                    { mine.time("quiet-from", words.from(), quiet.from, mine.set(|settings, text: String| {
                        settings.quiet.as_mut()?.from = parse_time(&text).ok()?;
                        Some(())
                    })) }
                    { mine.time("quiet-to", words.to(), quiet.to, mine.set(|settings, text: String| {
                        settings.quiet.as_mut()?.to = parse_time(&text).ok()?;
                        Some(())
                    })) }
                </div>
            }
            { vacations(&mine, days) }
            <div class="pair">
                { mine.time("all-day-at", words.all_day_at(), settings.all_day_at, mine.set(|settings, text: String| {
                    settings.all_day_at = parse_time(&text).ok()?;
                    Some(())
                })) }
            </div>
            <div>
                { switch(words.hide_titles(), settings.hide_titles, &mine.set(|settings, ()| {
                    settings.hide_titles = !settings.hide_titles;
                    Some(())
                })) }
                <p class="hint">{ words.hide_hint() }</p>
            </div>
            { switch(words.close_elsewhere(), settings.close_elsewhere, &mine.set(|settings, ()| {
                settings.close_elsewhere = !settings.close_elsewhere;
                Some(())
            })) }
        </>
    };
    section("quiet", words.quiet(), inside)
}

/// Days off: a list, and two dates for more.
fn vacations(mine: &Mine, days: &Kept<NewDays>) -> Html {
    let words = &mine.desk.words;
    let typed = days.get();
    let list = &mine.stored.settings.vacations;
    let date = |id: &'static str, label: &'static str, value: &str, put: fn(&mut NewDays, String)| {
        let days = days.clone();
        text_field(&Typed {
            id: id.into(),
            label: label.into(),
            value: value.to_owned().into(),
            oninput: Callback::from(move |text| {
                let mut next = NewDays { wrong: false, ..days.get() };
                put(&mut next, text);
                days.set(next);
            }),
            kind: Some("date".into()),
            ..Typed::default()
        })
    };
    let add = {
        let add = mine.set(|settings, vacation| {
            settings.vacations.push(vacation);
            settings.vacations.sort_by_key(|vacation: &Vacation| vacation.from);
            Some(())
        });
        let days = days.clone();
        Callback::from(move |_| match days.get().vacation() {
            Some(vacation) => {
                days.set(NewDays::default());
                add.emit(vacation);
            }
            None => days.set(NewDays { wrong: true, ..days.get() }),
        })
    };
    let remove = mine.set(|settings, place: usize| {
        settings.vacations.remove(place);
        Some(())
    });
    let span = |vacation: &Vacation| {
        let [from, to] = [vacation.from, vacation.to].map(|day| words.date(day, Style::DayYear));
        if vacation.from == vacation.to { from } else { [from.as_str(), " – ", &to].concat() }
    };
    html! {
        <div class="days-off" role="group" aria-labelledby="days-off">
            <h3 id="days-off">{ words.vacations() }</h3>
            <p class="hint">{ words.vacations_hint() }</p>
            if !list.is_empty() {
                <ul>
                    { for list.iter().map(span).enumerate().map(|(place, span)| html! {
                        <li key={place}>
                            <span>{ &span }</span>
                            { IconButton::new(glyphs::X, words.remove_days(&span), remove.reform(move |_| place)) }
                        </li>
                    }) }
                </ul>
            }
            if list.len() < VACATIONS_MAX {
                <div class="pair">
                    { date("day-off-from", words.first_day(), &typed.from, |days, text| days.from = text) }
                    { date("day-off-to", words.last_day(), &typed.to, |days, text| days.to = text) }
                    { Button {
                        onclick: Some(add),
                        ..Button::says(common::Words(words.0.clone()).add())
                    } }
                </div>
                if typed.wrong {
                    <p class="error" role="alert">{ words.bad_days() }</p>
                }
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-12-24", "2026-12-26", true)]
    #[case("2026-12-24", "2026-12-24", true)]
    #[case("2026-12-26", "2026-12-24", false)]
    #[case("2026-12-24", "", false)]
    fn days_off_need_both_dates_in_order(#[case] from: &str, #[case] to: &str, #[case] whole: bool) {
        let typed = NewDays { from: from.to_owned(), to: to.to_owned(), wrong: false };
        assert_eq!(typed.vacation().is_some(), whole);
    }
}
