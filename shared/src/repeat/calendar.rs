//! The proleptic Gregorian calendar on plain numbers: days since 1970-01-01, months as bits.

use jiff::civil::Date;

/// The last day of the calendar, 9999-12-31.
pub(super) const LAST_DAY: i32 = 2_932_896;

/// Days from 1970-01-01 to the first day of a month; `month` is 0 to 11.
pub(super) fn first_of_month(year: i32, month: i32) -> i32 {
    // Counted from March, so that a leap day is the last of its year.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 - 719_468
}

/// Days from 1970-01-01 to `date`.
pub(super) fn day_of(date: Date) -> i32 {
    first_of_month(date.year().into(), i32::from(date.month()) - 1) + i32::from(date.day()) - 1
}

/// The date that many days after 1970-01-01; none outside jiff's calendar.
pub(super) fn date_of(day: i32) -> Option<Date> {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month_of_year = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i32::from(month_of_year <= 2);
    Date::new(year as i16, month_of_year as i8, of_month as i8).ok()
}

/// How many days a month has; `month` is 0 to 11.
pub(super) fn days_in_month(year: i32, month: i32) -> u32 {
    match month {
        1 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// The weekday of a day since 1970-01-01, a Thursday: Monday is 0.
pub(super) fn weekday_of(day: i32) -> i32 {
    (day + 3).rem_euclid(7)
}
