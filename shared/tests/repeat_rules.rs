//! What a repeat rule is refused for, how it is written, and the edges of the calendar.

use daymark_shared::repeat::{End, Footprint, Freq, Parts, Repeat, RepeatError, Until};
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZoneDatabase;
use rstest::rstest;

fn rule(text: &str) -> Repeat {
    text.parse().expect("a valid rule")
}

#[rstest]
#[case("", RepeatError::MissingFreq, "FREQ")]
#[case("INTERVAL=2", RepeatError::MissingFreq, "FREQ")]
#[case("FREQ=FORTNIGHTLY", RepeatError::Malformed("FREQ"), "FREQ")]
#[case("FREQ", RepeatError::Malformed("FREQ"), "FREQ")]
#[case("FREQ=DAILY;", RepeatError::Malformed("RRULE"), "RRULE")]
#[case("FREQ=DAILY;BYMOON=FULL", RepeatError::Unknown("BYMOON".to_owned()), "BYMOON")]
#[case(" FREQ=DAILY", RepeatError::Unknown(" FREQ".to_owned()), " FREQ")]
#[case("FREQ=DAILY;COUNT=2;COUNT=2", RepeatError::Duplicate("COUNT"), "COUNT")]
#[case("FREQ=DAILY;freq=DAILY", RepeatError::Duplicate("FREQ"), "FREQ")]
#[case("FREQ=DAILY;COUNT=0", RepeatError::OutOfRange("COUNT"), "COUNT")]
#[case("FREQ=DAILY;COUNT=10001", RepeatError::OutOfRange("COUNT"), "COUNT")]
#[case("FREQ=DAILY;COUNT=99999999999999999999", RepeatError::OutOfRange("COUNT"), "COUNT")]
#[case("FREQ=DAILY;COUNT=-1", RepeatError::Malformed("COUNT"), "COUNT")]
#[case("FREQ=DAILY;COUNT=", RepeatError::Malformed("COUNT"), "COUNT")]
#[case("FREQ=DAILY;INTERVAL=0", RepeatError::OutOfRange("INTERVAL"), "INTERVAL")]
#[case("FREQ=DAILY;INTERVAL=1001", RepeatError::OutOfRange("INTERVAL"), "INTERVAL")]
#[case("FREQ=DAILY;INTERVAL=65537", RepeatError::OutOfRange("INTERVAL"), "INTERVAL")]
#[case("FREQ=DAILY;COUNT=1;UNTIL=20260101", RepeatError::CountWithUntil, "COUNT")]
#[case("FREQ=DAILY;UNTIL=2026-01-01", RepeatError::Malformed("UNTIL"), "UNTIL")]
#[case("FREQ=DAILY;UNTIL=20260230", RepeatError::OutOfRange("UNTIL"), "UNTIL")]
#[case("FREQ=DAILY;UNTIL=20260101T240000", RepeatError::OutOfRange("UNTIL"), "UNTIL")]
#[case("FREQ=DAILY;UNTIL=99991231T235959Z", RepeatError::OutOfRange("UNTIL"), "UNTIL")]
#[case("FREQ=DAILY;UNTIL=20260101T0000ä", RepeatError::Malformed("UNTIL"), "UNTIL")]
#[case("FREQ=DAILY;BYDAY=1MO", RepeatError::OrdinalNotAllowed, "BYDAY")]
#[case("FREQ=WEEKLY;BYDAY=TU,-1MO", RepeatError::OrdinalNotAllowed, "BYDAY")]
#[case("FREQ=MONTHLY;BYDAY=0MO", RepeatError::OutOfRange("BYDAY"), "BYDAY")]
#[case("FREQ=MONTHLY;BYDAY=54MO", RepeatError::OutOfRange("BYDAY"), "BYDAY")]
#[case("FREQ=MONTHLY;BYDAY=300MO", RepeatError::OutOfRange("BYDAY"), "BYDAY")]
#[case("FREQ=MONTHLY;BYDAY=MO,,TU", RepeatError::Malformed("BYDAY"), "BYDAY")]
#[case("FREQ=MONTHLY;BYDAY=MX", RepeatError::Malformed("BYDAY"), "BYDAY")]
#[case("FREQ=MONTHLY;BYDAY=ä2MO", RepeatError::Malformed("BYDAY"), "BYDAY")]
#[case("FREQ=MONTHLY;BYMONTHDAY=0", RepeatError::OutOfRange("BYMONTHDAY"), "BYMONTHDAY")]
#[case("FREQ=MONTHLY;BYMONTHDAY=-32", RepeatError::OutOfRange("BYMONTHDAY"), "BYMONTHDAY")]
#[case("FREQ=WEEKLY;BYMONTHDAY=1", RepeatError::MonthDayWithWeekly, "BYMONTHDAY")]
#[case("FREQ=YEARLY;BYMONTH=13", RepeatError::OutOfRange("BYMONTH"), "BYMONTH")]
#[case("FREQ=YEARLY;BYMONTH=-1", RepeatError::Malformed("BYMONTH"), "BYMONTH")]
#[case("FREQ=MONTHLY;BYSETPOS=1", RepeatError::SetPosAlone, "BYSETPOS")]
#[case("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", RepeatError::OutOfRange("BYSETPOS"), "BYSETPOS")]
#[case("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", RepeatError::OutOfRange("BYSETPOS"), "BYSETPOS")]
#[case("FREQ=WEEKLY;WKST=1MO", RepeatError::Malformed("WKST"), "WKST")]
fn refuses_and_names_the_part(#[case] text: &str, #[case] error: RepeatError, #[case] part: &str) {
    assert_eq!(text.parse::<Repeat>(), Err(error.clone()));
    assert_eq!(error.part(), part);
}

#[test]
fn refuses_lists_beyond_all_need() {
    let by_set_pos = (1..=65).collect();
    let parts = Parts { by_set_pos, by_month: vec![1], ..Parts::every(Freq::Yearly) };
    assert_eq!(Repeat::new(parts), Err(RepeatError::TooMany("BYSETPOS")));
}

#[rstest]
#[case("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", date(2026, 1, 30), RepeatError::NeverMatches)]
#[case("FREQ=DAILY;INTERVAL=1000;BYMONTH=4;BYMONTHDAY=31", date(2026, 1, 30), RepeatError::NeverMatches)]
#[case("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", date(2026, 3, 2), RepeatError::NeverMatches)]
#[case("FREQ=MONTHLY;BYDAY=6MO", date(2026, 3, 2), RepeatError::NeverMatches)]
// Every twelve months from March is never in February.
#[case("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", date(2026, 3, 2), RepeatError::NeverMatches)]
#[case("FREQ=WEEKLY;BYDAY=TU", date(2026, 3, 2), RepeatError::StartOffRule)]
#[case("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2026, 2, 28), RepeatError::StartOffRule)]
#[case("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260101", date(2026, 3, 2), RepeatError::StartOffRule)]
#[case("FREQ=WEEKLY;UNTIL=20260301", date(2026, 3, 2), RepeatError::EndsBeforeStart)]
#[case("FREQ=WEEKLY;UNTIL=20260302T085959", date(2026, 3, 2), RepeatError::EndsBeforeStart)]
#[case("FREQ=WEEKLY;UNTIL=20270302T085959Z", date(2026, 3, 2), RepeatError::UtcUntilUnresolved)]
fn refuses_what_does_not_fit_its_start(#[case] text: &str, #[case] start: Date, #[case] error: RepeatError) {
    assert_eq!(rule(text).check(start.at(9, 0, 0, 0)), Err(error));
}

#[rstest]
#[case("freq=weekly;byday=su,mo,mo;interval=1", "FREQ=WEEKLY;BYDAY=MO,SU")]
#[case("RRULE:BYDAY=+2MO,-1FR,WE;FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=WE,-1FR,2MO")]
#[case("FREQ=YEARLY;WKST=MO;COUNT=007", "FREQ=YEARLY;COUNT=7")]
#[case("FREQ=YEARLY;UNTIL=20261231t235960z", "FREQ=YEARLY;UNTIL=20261231T235959Z")]
#[case(
    "WKST=SU;BYSETPOS=-1,1;BYDAY=MO;BYMONTHDAY=31,-1;BYMONTH=12,1;UNTIL=20300101;INTERVAL=2;FREQ=YEARLY",
    "FREQ=YEARLY;INTERVAL=2;UNTIL=20300101;BYMONTH=1,12;BYMONTHDAY=-1,31;BYDAY=MO;BYSETPOS=-1,1;WKST=SU"
)]
fn writes_one_canonical_text(#[case] text: &str, #[case] canonical: &str) {
    assert_eq!(rule(text).to_string(), canonical);
}

#[test]
fn an_end_loses_its_fraction_of_a_second_when_built() {
    let at = date(2026, 3, 2).at(9, 0, 0, 500_000_000);
    let built = rule("FREQ=DAILY").with_end(End::Until(Until::Local(at))).expect("a valid rule");
    assert_eq!(built.to_string(), "FREQ=DAILY;UNTIL=20260302T090000");
}

#[test]
fn ends_with_the_calendar() {
    let start = date(9999, 12, 30).at(9, 0, 0, 0);
    for text in ["FREQ=DAILY", "FREQ=DAILY;COUNT=5", "FREQ=MONTHLY;BYDAY=TH,FR", "FREQ=WEEKLY;BYDAY=TH,FR"] {
        let last = [date(9999, 12, 30), date(9999, 12, 31)];
        assert!(rule(text).dates(start).eq(last), "{text}");
    }
    assert_eq!(rule("FREQ=DAILY;COUNT=5").last(start), Some(date(9999, 12, 31)));
}

#[test]
fn leap_days_come_only_in_leap_years_and_any_hundred_years_apart() {
    let start = date(2000, 2, 29).at(9, 0, 0, 0);
    let every_100: Vec<Date> = rule("FREQ=YEARLY;INTERVAL=100").dates(start).take(3).collect();
    assert_eq!(every_100, [date(2000, 2, 29), date(2400, 2, 29), date(2800, 2, 29)]);
    let yearly: Vec<Date> = rule("FREQ=YEARLY").dates_from(start, date(2096, 3, 1)).take(2).collect();
    assert_eq!(yearly, [date(2104, 2, 29), date(2108, 2, 29)]);
}

#[rstest]
#[case("FREQ=DAILY", 0x7f, 0x7fff_ffff, 0xfff)]
#[case("FREQ=DAILY;INTERVAL=14", 0b000_0001, 0x7fff_ffff, 0xfff)]
#[case("FREQ=WEEKLY", 0b000_0001, 0x7fff_ffff, 0xfff)]
#[case("FREQ=WEEKLY;BYDAY=MO,WE,SU;BYMONTH=2", 0b100_0101, 0x1fff_ffff, 0b10)]
#[case("FREQ=MONTHLY", 0x7f, 0b10, 0xfff)]
#[case("FREQ=MONTHLY;INTERVAL=3", 0x7f, 0b10, 0b1001_0010_0100)]
#[case("FREQ=MONTHLY;BYMONTHDAY=-1", 0x7f, 0x7800_0000, 0xfff)]
#[case("FREQ=MONTHLY;BYDAY=1MO", 0b000_0001, 0x7f, 0xfff)]
#[case("FREQ=YEARLY", 0x7f, 0b10, 0b100)]
#[case("FREQ=YEARLY;BYDAY=10MO", 0b000_0001, 0x7fff_ffff, 0xfff)]
fn leaves_a_footprint(
    #[case] text: &str,
    #[case] weekdays: u8,
    #[case] month_days: u32,
    #[case] months: u16,
) {
    let start = date(2026, 3, 2).at(9, 0, 0, 0);
    assert_eq!(rule(text).footprint(start), Footprint { weekdays, month_days, months });
}

#[test]
fn a_footprint_admits_what_shares_its_bits() {
    let mut footprint = Footprint::EMPTY;
    assert!(!footprint.admits(date(2026, 3, 2)));
    footprint.add(date(2026, 3, 2));
    assert!(footprint.admits(date(2026, 3, 2)));
    assert!(!footprint.admits(date(2026, 3, 9)), "another day of the month");
    assert!(!footprint.admits(date(2027, 3, 2)), "another weekday");
    assert!(!footprint.admits(date(2026, 11, 2)), "another month");
}

/// 02:30 happens twice on 25 October 2026 in Berlin, and is read as the first time.
#[rstest]
#[case("FREQ=DAILY;UNTIL=20261025T002959Z", date(2026, 10, 24))]
#[case("FREQ=DAILY;UNTIL=20261025T003000Z", date(2026, 10, 25))]
// The second time around the clocks show 02:10, which is not before 02:30.
#[case("FREQ=DAILY;UNTIL=20261025T011000Z", date(2026, 10, 25))]
// 02:30 does not happen on 29 March 2026 and is read as 03:30.
#[case("FREQ=DAILY;UNTIL=20260329T011500Z", date(2026, 3, 28))]
#[case("FREQ=DAILY;UNTIL=20260329T013000Z", date(2026, 3, 29))]
fn an_end_in_utc_is_compared_as_an_instant(#[case] text: &str, #[case] last: Date) {
    let berlin = TimeZoneDatabase::bundled().get("Europe/Berlin").expect("a zone");
    let start: DateTime = date(2026, 3, 2).at(2, 30, 0, 0);
    let resolved = rule(text).with_local_until(start.time(), |local| {
        local.to_zoned(berlin.clone()).expect("an instant").timestamp()
    });
    assert_eq!(resolved.last(start), Some(last));
}
