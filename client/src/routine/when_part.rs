//! When it happens: inbox or planned, date and time, zone, and how it repeats.

use super::{
    form::{
        Place, When,
        rhythm::{Unit, Wrong, week},
    },
    head::{PartProps, fault},
    opened::Context,
    repeat_part::repeat_part,
    tile::{TileProps, tile},
    words::{Words, use_words},
    zone_tile::{MINE, ZoneTile},
};
use crate::{
    i18n::Style,
    kept::use_kept,
    planning::repeat_words,
    problems,
    ui::{Segment, glyphs, icon, segmented, switch},
};
use daymark_shared::{
    schedule::{Schedule, ScheduleZone, parse_date, parse_time},
    zone::Zone,
};
use jiff::civil::{Date, Weekday, date};
use yew::prelude::*;

/// So many of the next dates are shown.
const NEXT: usize = 3;

/// Properties of [`WhenPart`].
#[derive(Properties, PartialEq)]
pub struct WhenProps {
    /// What every part has.
    pub part: PartProps,
    /// The person and the day.
    pub context: Context,
}

/// When it happens.
#[component]
pub fn WhenPart(props: &WhenProps) -> Html {
    let (words, problems) = (use_words(), problems::use_words());
    let more = use_kept(|| false);
    let part = &props.part;
    let when = &part.form.when;
    let onplanned = part.chosen(|when, index| When { planned: index == 0, ..when });
    let segments = [
        Segment::with_icon(words.planned(), glyphs::CALENDAR),
        Segment::with_icon(words.in_inbox(), glyphs::INBOX),
    ];
    let head = segmented("routine-planned", words.when(), &segments, usize::from(!when.planned), &onplanned);
    if !when.planned {
        return html! {
            <section class="part">
                { head }
                <p class="hint when-inbox">{ words.inbox_hint() }</p>
            </section>
        };
    }
    let onzone = part.typed(|when, name| {
        let zone = match name {
            MINE => ScheduleZone::Mine,
            name => ScheduleZone::Fixed(Zone::new(name).ok()?),
        };
        Some(When { zone, ..when })
    });
    let onall = part.chosen(|when, _| When { all_day: !when.all_day, ..when }).reform(|()| 0);
    let schedule = when.schedule();
    let first =
        schedule.as_ref().ok().and_then(Option::as_ref).map_or(when.date, |schedule| schedule.start.date());
    let wrong = |place| part.fault(place, &problems).map(AttrValue::Static);
    let repeats = when.rhythm.unit != Unit::Once;
    html! {
        <section class="part">
            { head }
            <div class={if when.all_day { "tiles whole-day" } else { "tiles" }}>
                if !when.all_day {
                    { tile(TileProps {
                        id: "routine-time",
                        label: words.starts(),
                        kind: "time",
                        // Without the seconds.
                        value: when.time.to_string().chars().take(5).collect::<String>().into(),
                        shown: words.time(when.time).into(),
                        min: None,
                        error: None,
                        onvalue: part.typed(|when, text| Some(When { time: parse_time(text).ok()?, ..when })),
                    }) }
                }
                { tile(TileProps {
                    id: "routine-date",
                    label: if repeats { words.from() } else { words.on() },
                    kind: "date",
                    value: first.to_string().into(),
                    shown: words.date(first, Style::DayYear).into(),
                    min: Some("1970-01-01".into()),
                    error: wrong(Place::Start),
                    onvalue: part.typed(|when, text| Some(when.on(parse_date(text).ok()?))),
                }) }
                <ZoneTile
                    own={props.context.zone.clone()}
                    value={when.zone.fixed().map_or_else(|| AttrValue::Static(MINE), |zone| zone.as_str().to_owned().into())}
                    error={wrong(Place::Zone)}
                    onchange={onzone}
                />
            </div>
            { switch(words.all_day(), when.all_day, &onall) }
            if matches!(when.rhythm.unit, Unit::Once | Unit::Weeks) {
                { weekdays(&words, part, props.context.week_start) }
            }
            <p class="plain">
                { icon(glyphs::REPEAT) }
                <span>
                    <span role="status">{ said(&words, &schedule) }</span>
                    { " " }
                    if when.rhythm.unit == Unit::Kept {
                        <button type="button" class="link" onclick={{
                            let (more, open) = (more.clone(), part.chosen(|when, _| when.every(Unit::Weeks)));
                            Callback::from(move |_: MouseEvent| {
                                more.set(true);
                                open.emit(0);
                            })
                        }}>
                            { words.change_rule() }
                        </button>
                    } else {
                        <button
                            type="button"
                            class="link"
                            aria-expanded={if more.get() { "true" } else { "false" }}
                            onclick={more.turns()}
                        >
                            { if more.get() { words.fewer() } else { words.more() } }
                        </button>
                    }
                </span>
            </p>
            if let Some(text) = wrong(Place::Repeat) {
                { fault("routine-repeat-error".into(), &text) }
            }
            { coming(&words, &schedule, when.date, props.context.now.date()) }
            if more.get() && when.rhythm.unit != Unit::Kept {
                { repeat_part(&words, part) }
            }
        </section>
    }
}

fn said(words: &Words, schedule: &Result<Option<Schedule>, Wrong>) -> String {
    match schedule {
        Ok(Some(schedule)) => repeat_words::sentence(&words.0, schedule),
        Ok(None) => String::new(),
        Err(wrong) => words.wrong(*wrong).to_owned(),
    }
}

/// The next dates, and that the start has moved to the first of them.
fn coming(words: &Words, schedule: &Result<Option<Schedule>, Wrong>, asked: Date, today: Date) -> Html {
    let Ok(Some(schedule)) = schedule else { return html! {} };
    if schedule.repeat.is_none() {
        return html! {};
    }
    let start = schedule.start.date();
    let next: Vec<String> = schedule
        .dates(start.max(today), Date::MAX)
        .take(NEXT)
        .map(|date| {
            words.date(date, if date.year() == today.year() { Style::DayShort } else { Style::DayYear })
        })
        // A date is not broken over two lines.
        .map(|date| date.replace(' ', "\u{a0}"))
        .collect();
    html! {
        <div class="coming" role="status">
            if start != asked {
                <p>{ words.moved_to(&words.date(start, Style::Day)) }</p>
            }
            if !next.is_empty() {
                <p>{ words.next(&next.join(" · ")) }</p>
            }
        </div>
    }
}

/// The days of the week, in the person's order: those pressed are those on which it repeats.
fn weekdays(words: &Words, part: &PartProps, start: Weekday) -> Html {
    let when = &part.form.when;
    let onday = part.chosen(|when, day| match week(Weekday::Monday).get(day) {
        Some(day) => when.toggled(*day),
        None => when,
    });
    let weekly = when.rhythm.unit == Unit::Weeks;
    html! {
        <div class="weekdays" role="group" aria-label={words.repeats_on()}>
            { for week(start).into_iter().map(|day| {
                // 1 January 2024 was a Monday.
                let date = date(2024, 1, 1 + day.to_monday_zero_offset());
                let pressed = weekly && when.rhythm.weekdays.has(day);
                html! {
                    <button
                        key={day.to_monday_zero_offset()}
                        type="button"
                        aria-label={words.date(date, Style::Weekday)}
                        aria-pressed={if pressed { "true" } else { "false" }}
                        onclick={onday.reform(move |_| usize::from(day.to_monday_zero_offset().unsigned_abs()))}
                    >
                        { words.date(date, Style::WeekdayNarrow) }
                    </button>
                }
            }) }
        </div>
    }
}
