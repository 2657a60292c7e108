//! Promise 3: 07:00 stays 07:00, in zones with odd rules too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use daymark_shared::schedule::{ZoneHistory, to_instant};
use jiff::{
    Timestamp,
    civil::{DateTime, Time},
    tz::TimeZone,
};
use rstest::rstest;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn civil(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[rstest]
// An ordinary day on either side of a change.
#[case::berlin_winter("Europe/Berlin", "2026-03-28T07:00", "2026-03-28T06:00:00Z", "07:00")]
#[case::berlin_summer("Europe/Berlin", "2026-03-29T07:00", "2026-03-29T05:00:00Z", "07:00")]
// A time that does not exist is read with the offset before the gap.
#[case::berlin_gap("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z", "03:30")]
// A time that exists twice happens the first time.
#[case::berlin_fold("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z", "02:30")]
#[case::new_york_gap("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00Z", "03:30")]
#[case::new_york_fold("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z", "01:30")]
// Lord Howe changes by half an hour.
#[case::lord_howe_gap("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00Z", "02:45")]
#[case::lord_howe_after("Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-03T15:30:00Z", "02:30")]
#[case::lord_howe_fold("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", "01:45")]
// Kathmandu is at +05:45, and skipped a quarter of an hour on 1 January 1986.
#[case::kathmandu("Asia/Kathmandu", "2026-11-18T07:00", "2026-11-18T01:15:00Z", "07:00")]
#[case::kathmandu_gap("Asia/Kathmandu", "1986-01-01T00:10", "1985-12-31T18:40:00Z", "00:25")]
// Casablanca goes back for Ramadan and forth again after it.
#[case::casablanca_fold("Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30:00Z", "02:30")]
#[case::casablanca_ramadan("Africa/Casablanca", "2026-03-01T07:00", "2026-03-01T07:00:00Z", "07:00")]
#[case::casablanca_gap("Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:30:00Z", "03:30")]
#[case::casablanca_after("Africa/Casablanca", "2026-04-01T07:00", "2026-04-01T06:00:00Z", "07:00")]
// Apia had no 30 December 2011: read with the offset before, it is the same time on the 31st.
#[case::apia_before("Pacific/Apia", "2011-12-29T07:00", "2011-12-29T17:00:00Z", "07:00")]
#[case::apia_missing_day("Pacific/Apia", "2011-12-30T07:00", "2011-12-30T17:00:00Z", "07:00")]
#[case::apia_after("Pacific/Apia", "2011-12-31T07:00", "2011-12-30T17:00:00Z", "07:00")]
fn a_civil_time_is_one_instant(
    #[case] name: &str,
    #[case] planned: &str,
    #[case] instant: &str,
    #[case] shown: &str,
) {
    let zone = zone(name);
    let found = to_instant(civil(planned), &zone);
    assert_eq!(found, at(instant));
    assert_eq!(zone.to_datetime(found).time(), shown.parse::<Time>().unwrap());
}

/// Moved from Berlin to Tokyo on 10 November 2026 at noon UTC.
fn moved() -> ZoneHistory {
    let since = at("2026-11-10T12:00:00Z");
    ZoneHistory::new(vec![(Timestamp::MIN, zone("Europe/Berlin")), (since, zone("Asia/Tokyo"))]).unwrap()
}

#[rstest]
#[case::long_before("2026-11-01T07:00", "2026-11-01T06:00:00Z")]
// 20:59 in Tokyo is before the change, so it was planned and took place in Berlin.
#[case::just_before("2026-11-10T20:59", "2026-11-10T19:59:00Z")]
#[case::just_after("2026-11-10T21:00", "2026-11-10T12:00:00Z")]
#[case::long_after("2026-11-20T07:00", "2026-11-19T22:00:00Z")]
fn a_change_of_zone_touches_only_what_is_to_come(#[case] planned: &str, #[case] instant: &str) {
    assert_eq!(moved().instant(civil(planned)).0, at(instant));
}

#[test]
fn a_day_is_looked_at_in_the_zone_that_holds_at_its_end() {
    let history = moved();
    let name = |date: &str| history.on(date.parse().unwrap()).iana_name().map(str::to_owned);
    assert_eq!(name("2026-11-09").as_deref(), Some("Europe/Berlin"));
    assert_eq!(name("2026-11-10").as_deref(), Some("Asia/Tokyo"));
    assert_eq!(history.at(at("2026-11-10T11:59:59Z")).iana_name(), Some("Europe/Berlin"));
}
