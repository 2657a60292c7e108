//! Civil dates as SQLite stores them: days since 1970-01-01.

use jiff::civil::{Date, date};

const EPOCH: Date = date(1970, 1, 1);

/// A day beyond every date: what has no end lasts until then.
pub const ENDLESS: i64 = 99_999_999;

/// The day's number.
pub fn day_number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}

/// The date with this number; `None` outside the calendar.
pub fn date_of(day: i64) -> Option<Date> {
    EPOCH.checked_add(jiff::SignedDuration::from_hours(day.checked_mul(24)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_from_1970() {
        for (date, number) in [(date(1970, 1, 1), 0), (date(2026, 11, 18), 20_775), (date(1969, 12, 31), -1)]
        {
            assert_eq!(day_number(date), number);
            assert_eq!(date_of(number), Some(date));
        }
        assert_eq!(date_of(day_number(Date::MIN)), Some(Date::MIN));
        assert_eq!(date_of(ENDLESS), None);
    }
}
