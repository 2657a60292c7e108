//! Counting on the calendar: days and minutes further, without the zones that civil time knows nothing of.
//!
//! Days are counted from 1970-01-01. `jiff` can do this with spans of any units, which is more than a browser should
//! have to download.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

const DAY_S: i64 = 86_400;

/// The first or the last instant there is: the calendar goes some hours further than it.
fn end(early: bool) -> Timestamp {
    if early { Timestamp::MIN } else { Timestamp::MAX }
}

fn seconds(at: DateTime) -> i64 {
    Offset::UTC.to_timestamp(at).unwrap_or_else(|_| end(at.year() < 0)).as_second()
}

fn at_second(second: i64) -> DateTime {
    Offset::UTC.to_datetime(Timestamp::from_second(second).unwrap_or_else(|_| end(second < 0)))
}

/// Which day it is, from 1970-01-01 on.
pub fn day_number(date: Date) -> i32 {
    seconds(date.to_datetime(Time::midnight())).div_euclid(DAY_S) as i32
}

/// So many days later; earlier if negative.
pub fn days_after(date: Date, days: i32) -> Date {
    at_second((i64::from(day_number(date)) + i64::from(days)) * DAY_S).date()
}

/// How many days lie from one date to another; negative if that is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    day_number(to) - day_number(from)
}

/// So many minutes later, to the second; earlier if negative.
pub fn minutes_after(at: DateTime, minutes: i32) -> DateTime {
    at_second(seconds(at) + i64::from(minutes) * 60)
}

/// How many whole minutes lie from one civil time to another.
pub fn minutes_between(from: DateTime, to: DateTime) -> i32 {
    ((seconds(to) - seconds(from)) / 60) as i32
}

/// The instant that is as far from `instant` as one civil time is from another on a clock that is not changed.
pub fn moved(instant: Timestamp, from: DateTime, to: DateTime) -> Timestamp {
    let by = SignedDuration::from_secs(seconds(to) - seconds(from));
    Timestamp::from_duration(instant.as_duration() + by).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};
    use rstest::rstest;

    #[rstest]
    #[case(date(2026, 2, 28), 1, date(2026, 3, 1))]
    #[case(date(2028, 2, 28), 1, date(2028, 2, 29))]
    #[case(date(2026, 1, 1), -1, date(2025, 12, 31))]
    #[case(date(1970, 1, 1), -1, date(1969, 12, 31))]
    #[case(date(1900, 1, 1), 0, date(1900, 1, 1))]
    fn days_are_counted_on_the_calendar(#[case] from: Date, #[case] days: i32, #[case] to: Date) {
        assert_eq!(days_after(from, days), to);
        assert_eq!(days_between(from, to), days);
    }

    #[test]
    fn the_calendar_ends_without_a_fall() {
        assert!(days_after(Date::MAX, 10) >= date(9999, 12, 30));
        assert!(days_after(Date::MIN, -10) <= date(-9999, 1, 2));
    }

    #[test]
    fn minutes_go_past_midnight_both_ways() {
        let at = datetime(2026, 11, 18, 23, 50, 0, 0);
        assert_eq!(minutes_after(at, 20), datetime(2026, 11, 19, 0, 10, 0, 0));
        assert_eq!(minutes_after(at, -24 * 60), datetime(2026, 11, 17, 23, 50, 0, 0));
        assert_eq!(minutes_between(at, minutes_after(at, -90)), -90);
    }

    #[test]
    fn an_instant_moves_as_far_as_the_civil_time() {
        let at = datetime(2026, 11, 18, 7, 0, 0, 0);
        let instant: Timestamp = "2026-11-18T06:00:00.25Z".parse().unwrap();
        assert_eq!(moved(instant, at, minutes_after(at, 75)).to_string(), "2026-11-18T07:15:00.25Z");
    }
}
