//! How it repeats, in full: the unit, every so many, which day, and the end.

use super::{
    form::{
        Place, When,
        rhythm::{Ends, Kind, On, Rhythm, Unit, week},
    },
    head::PartProps,
    number_field::number_field,
    tile::{TileProps, tile},
    words::Words,
};
use crate::{
    i18n::Style,
    ui::{Segment, Select, choice::Options, segmented, select},
};
use daymark_shared::schedule::parse_date;
use jiff::civil::{Weekday, date};
use yew::prelude::*;

const UNITS: [Unit; 5] = [Unit::Once, Unit::Days, Unit::Weeks, Unit::Months, Unit::Years];
const ENDS: [Ends; 3] = [Ends::Never, Ends::Until, Ends::After];
/// The first, second … and last of a kind.
const PLACES: [i8; 5] = [1, 2, 3, 4, -1];

/// What can be chosen: each with a number.
fn options(items: &mut dyn Iterator<Item = (usize, String)>) -> Options {
    items.map(|(value, label)| (value.to_string().into(), label.into())).collect()
}

impl Words {
    fn unit(&self, unit: Unit) -> &'static str {
        match unit {
            Unit::Days => self.days(),
            Unit::Weeks => self.weeks(),
            Unit::Months => self.months(),
            Unit::Years => self.years(),
            Unit::Once | Unit::Kept => self.does_not_repeat(),
        }
    }

    fn place(&self, nth: i8) -> &'static str {
        match nth {
            1 => self.first(),
            2 => self.second(),
            3 => self.third(),
            4 => self.fourth(),
            _ => self.last(),
        }
    }

    fn kind(&self, kind: Kind) -> String {
        match kind {
            // 1 January 2024 was a Monday.
            Kind::Day(day) => self.date(date(2024, 1, 1 + day.to_monday_zero_offset()), Style::Weekday),
            Kind::Any => self.any_day().to_owned(),
            Kind::Work => self.work_day().to_owned(),
            Kind::End => self.weekend_day().to_owned(),
        }
    }
}

/// The kinds of days, in the order of the person's week.
fn kinds_of(start: Weekday) -> Vec<Kind> {
    week(start).into_iter().map(Kind::Day).chain([Kind::Any, Kind::Work, Kind::End]).collect()
}

/// How it repeats, in full.
pub fn repeat_part(words: &Words, part: &PartProps) -> Html {
    let when = &part.form.when;
    let rhythm = &when.rhythm;
    let unit = part.listed(|when, index| match UNITS.get(index) {
        Some(unit) => when.every(*unit),
        None => when,
    });
    let interval = part.typed(|when, text| Some(changed(when, |rhythm| rhythm.interval = text.to_owned())));
    let wrong = |place, text: &'static str| part.faults.at(place).map(|_| AttrValue::Static(text));
    html! {
        <div class="repeat">
            <div class="repeat-row">
                if rhythm.unit != Unit::Once {
                    { number_field(
                        "routine-interval",
                        words.every(),
                        &rhythm.interval,
                        wrong(Place::Interval, words.bad_interval()),
                        &interval,
                    ) }
                }
                { select(Select {
                    id: "routine-unit",
                    label: words.repeat(),
                    options: options(&mut UNITS.iter().map(|unit| words.unit(*unit).to_owned()).enumerate()),
                    value: UNITS.iter().position(|unit| *unit == rhythm.unit).unwrap_or_default().to_string().into(),
                    onchange: unit,
                    hint: None,
                }) }
            </div>
            if matches!(rhythm.unit, Unit::Months | Unit::Years) {
                { which_day(words, part) }
            }
            if rhythm.unit != Unit::Once {
                { ends(words, part) }
            }
        </div>
    }
}

/// A change of the rhythm.
fn changed(mut when: When, change: impl FnOnce(&mut Rhythm)) -> When {
    change(&mut when.rhythm);
    when
}

/// On day 17, or on the third Tuesday; of which month, if it repeats by years.
fn which_day(words: &Words, part: &PartProps) -> Html {
    let rhythm = &part.form.when.rhythm;
    let by_date = rhythm.on == On::Date;
    let places = [words.the_date().to_owned()]
        .into_iter()
        .chain(PLACES.iter().map(|nth| words.place(*nth).to_owned()));
    let place = if by_date {
        0
    } else {
        PLACES.iter().position(|nth| *nth == rhythm.nth).map_or(1, |index| index + 1)
    };
    let onplace = part.listed(|when, index| {
        changed(when, |rhythm| match index.checked_sub(1).and_then(|index| PLACES.get(index)) {
            None => rhythm.on = On::Date,
            Some(nth) => (rhythm.on, rhythm.nth) = (On::Nth, *nth),
        })
    });
    let kinds = kinds_of(rhythm.week_start);
    let day = if by_date {
        html! {
            { select(Select {
                id: "routine-month-day",
                label: words.day_of_month(),
                options: options(&mut (1..=31).map(|day| (day, words.number(day as i64)))),
                value: rhythm.month_day.to_string().into(),
                onchange: part.listed(|when, day| {
                    changed(when, |rhythm| rhythm.month_day = i8::try_from(day).unwrap_or(1))
                }),
                hint: None,
            }) }
        }
    } else {
        html! {
            { select(Select {
                id: "routine-kind",
                label: words.day_of_month(),
                options: options(&mut kinds.iter().map(|kind| words.kind(*kind)).enumerate()),
                value: kinds.iter().position(|kind| *kind == rhythm.kind).unwrap_or_default().to_string().into(),
                onchange: part.listed(|when, index| {
                    changed(when, |rhythm| {
                        if let Some(kind) = kinds_of(rhythm.week_start).get(index) {
                            rhythm.kind = *kind;
                        }
                    })
                }),
                hint: None,
            }) }
        }
    };
    html! {
        <div class="repeat-row">
            { select(Select {
                id: "routine-place",
                label: words.which(),
                options: options(&mut places.enumerate()),
                value: place.to_string().into(),
                onchange: onplace,
                hint: None,
            }) }
            { day }
            if rhythm.unit == Unit::Years {
                { select(Select {
                    id: "routine-month",
                    label: words.month(),
                    options: options(&mut (1..=12).map(|month| (month, words.date(date(2024, month as i8, 1), Style::MonthName)))),
                    value: rhythm.month.to_string().into(),
                    onchange: part.listed(|when, month| {
                        changed(when, |rhythm| rhythm.month = i8::try_from(month).unwrap_or(1))
                    }),
                    hint: None,
                }) }
            }
        </div>
    }
}

/// Never, on a date, or after so many times.
fn ends(words: &Words, part: &PartProps) -> Html {
    let when = &part.form.when;
    let rhythm = &when.rhythm;
    let onselect = part.chosen(|when, index| {
        changed(when, |rhythm| rhythm.ends = ENDS.get(index).copied().unwrap_or(Ends::Never))
    });
    let wrong = |place, text: &'static str| part.faults.at(place).map(|_| AttrValue::Static(text));
    let segments = [words.ends_never(), words.ends_on(), words.ends_after()].map(Segment::new);
    let selected = ENDS.iter().position(|ends| *ends == rhythm.ends).unwrap_or_default();
    html! {
        <>
            { segmented("routine-ends", words.ends(), &segments, selected, &onselect) }
            if rhythm.ends == Ends::Until {
                { tile(TileProps {
                    id: "routine-until",
                    label: words.last_date(),
                    kind: "date",
                    value: rhythm.until.to_string().into(),
                    shown: words.date(rhythm.until, Style::DayYear).into(),
                    min: Some(when.date.to_string().into()),
                    error: wrong(Place::Until, words.bad_until()),
                    onvalue: part.typed(|when, text| {
                        let until = parse_date(text).ok()?;
                        Some(changed(when, |rhythm| rhythm.until = until))
                    }),
                }) }
            }
            if rhythm.ends == Ends::After {
                { number_field(
                    "routine-count",
                    words.how_often(),
                    &rhythm.count,
                    wrong(Place::Count, words.bad_count()),
                    &part.typed(|when, text| Some(changed(when, |rhythm| rhythm.count = text.to_owned()))),
                ) }
            }
        </>
    }
}
