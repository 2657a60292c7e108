//! When it happens: inbox or planned, date and time, zone, and how it repeats.

use super::{
    form::{
        Act, Place, When,
        rhythm::{Unit, Wrong, week},
    },
    head::{PartProps, fault},
    opened::Context,
    repeat_part::repeat_part,
    tile::Tile,
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
    let change = part.act.reform(Act::When);
    let with = |edit: fn(&mut When)| {
        let mut when = when.clone();
        edit(&mut when);
        change.reform(move |_| when.clone())
    };
    let onplanned = {
        let when = when.clone();
        change.reform(move |index| When { planned: index == 0, ..when.clone() })
    };
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
    let onzone = {
        let when = when.clone();
        part.plan(move |name: String| {
            let zone = match &*name {
                MINE => ScheduleZone::Mine,
                name => ScheduleZone::Fixed(Zone::new(name).ok()?),
            };
            Some(When { zone, ..when.clone() })
        })
    };
    let ondate = {
        let when = when.clone();
        part.plan(move |text: String| Some(when.clone().on(parse_date(&text).ok()?)))
    };
    let ontime = {
        let when = when.clone();
        part.plan(move |text: String| Some(When { time: parse_time(&text).ok()?, ..when.clone() }))
    };
    let schedule = when.schedule();
    let first = when.first();
    let wrong = |place| part.fault(place, &problems).map(AttrValue::Static);
    let repeats = when.rhythm.unit != Unit::Once;
    html! {
        <section class="part">
            { head }
            <div class={if when.all_day { "tiles whole-day" } else { "tiles" }}>
                if !when.all_day {
                    <Tile
                        id="routine-time"
                        label={words.starts()}
                        kind="time"
                        value={format!("{:02}:{:02}", when.time.hour(), when.time.minute())}
                        shown={words.time(when.time)}
                        onvalue={ontime}
                    />
                }
                <Tile
                    id="routine-date"
                    label={if repeats { words.from() } else { words.on() }}
                    kind="date"
                    value={first.to_string()}
                    shown={words.date(first, Style::DayYear)}
                    min="1970-01-01"
                    max="2199-12-31"
                    error={wrong(Place::Start)}
                    onvalue={ondate}
                />
                <ZoneTile
                    own={props.context.zone.clone()}
                    value={when.zone.fixed().map_or_else(|| AttrValue::Static(MINE), |zone| zone.as_str().to_owned().into())}
                    error={wrong(Place::Zone)}
                    onchange={onzone}
                />
            </div>
            { switch(words.all_day(), when.all_day, &with(|when| when.all_day = !when.all_day)) }
            if matches!(when.rhythm.unit, Unit::Once | Unit::Weeks) {
                { weekdays(&words, when, props.context.week_start, &change) }
            }
            <p class="plain">
                { icon(glyphs::REPEAT) }
                <span>
                    <span role="status">{ said(&words, &schedule) }</span>
                    { " " }
                    if when.rhythm.unit == Unit::Kept {
                        <button type="button" class="link" onclick={{
                            let (more, open) = (more.clone(), with(|when| *when = when.clone().every(Unit::Weeks)));
                            Callback::from(move |_: MouseEvent| {
                                more.set(true);
                                open.emit(());
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
fn weekdays(words: &Words, when: &When, start: Weekday, change: &Callback<When>) -> Html {
    let weekly = when.rhythm.unit == Unit::Weeks;
    html! {
        <div class="weekdays" role="group" aria-label={words.repeats_on()}>
            { for week(start).into_iter().map(|day| {
                let when = when.clone();
                // 1 January 2024 was a Monday.
                let date = date(2024, 1, 1 + day.to_monday_zero_offset());
                let pressed = weekly && when.rhythm.weekdays.has(day);
                html! {
                    <button
                        key={day.to_monday_zero_offset()}
                        type="button"
                        aria-label={words.date(date, Style::Weekday)}
                        aria-pressed={if pressed { "true" } else { "false" }}
                        onclick={change.reform(move |_| when.clone().toggled(day))}
                    >
                        { words.date(date, Style::WeekdayNarrow) }
                    </button>
                }
            }) }
        </div>
    }
}
