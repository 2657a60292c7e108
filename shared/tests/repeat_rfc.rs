//! The examples of RFC 5545 §3.8.5.3, each with the dates printed there, and the parts we refuse by name.

use daymark_shared::repeat::{Repeat, RepeatError};
use jiff::civil::{Date, DateTime, date};
use rstest::rstest;

/// 2 September 1997, 09:00: the start of most examples.
fn most() -> DateTime {
    on(1997, 9, 2)
}

fn on(year: i16, month: i8, day: i8) -> DateTime {
    date(year, month, day).at(9, 0, 0, 0)
}

/// Reads `1997: 9 2 3 4 | 10 1`: a year, then months with their days.
fn read(text: &str) -> Vec<Date> {
    let mut dates = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (year, months) = line.split_once(':').expect("a year");
        for month in months.split('|') {
            let mut numbers = month.split_whitespace().map(|n| n.parse::<i8>().expect("a number"));
            let month = numbers.next().expect("a month");
            dates.extend(numbers.map(|day| date(year.parse().expect("a year"), month, day)));
        }
    }
    dates
}

#[rstest]
#[case::daily_for_10("FREQ=DAILY;COUNT=10", most(), "1997: 9 2 3 4 5 6 7 8 9 10 11", true)]
#[case::every_other_day(
    "FREQ=DAILY;INTERVAL=2",
    most(),
    "1997: 9 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 | 10 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 | 11 1 3",
    false
)]
#[case::every_10_days("FREQ=DAILY;INTERVAL=10;COUNT=5", most(), "1997: 9 2 12 22 | 10 2 12", true)]
#[case::weekly_for_10("FREQ=WEEKLY;COUNT=10", most(), "1997: 9 2 9 16 23 30 | 10 7 14 21 28 | 11 4", true)]
#[case::weekly_until(
    "FREQ=WEEKLY;UNTIL=19971224T000000",
    most(),
    "1997: 9 2 9 16 23 30 | 10 7 14 21 28 | 11 4 11 18 25 | 12 2 9 16 23",
    true
)]
#[case::every_other_week(
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    most(),
    "1997: 9 2 16 30 | 10 14 28 | 11 11 25 | 12 9 23
     1998: 1 6 20 | 2 3 17",
    false
)]
#[case::tuesday_and_thursday_until(
    "FREQ=WEEKLY;UNTIL=19971007T000000;WKST=SU;BYDAY=TU,TH",
    most(),
    "1997: 9 2 4 9 11 16 18 23 25 30 | 10 2",
    true
)]
#[case::tuesday_and_thursday_for_10(
    "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
    most(),
    "1997: 9 2 4 9 11 16 18 23 25 30 | 10 2",
    true
)]
#[case::every_other_week_on_three_days(
    "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000;WKST=SU;BYDAY=MO,WE,FR",
    on(1997, 9, 1),
    "1997: 9 1 3 5 15 17 19 29 | 10 1 3 13 15 17 27 29 31 | 11 10 12 14 24 26 28 | 12 8 10 12 22",
    true
)]
#[case::every_other_week_on_two_days(
    "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    most(),
    "1997: 9 2 4 16 18 30 | 10 2 14 16",
    true
)]
#[case::first_friday_for_10(
    "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
    on(1997, 9, 5),
    "1997: 9 5 | 10 3 | 11 7 | 12 5
     1998: 1 2 | 2 6 | 3 6 | 4 3 | 5 1 | 6 5",
    true
)]
#[case::first_friday_until(
    "FREQ=MONTHLY;UNTIL=19971224T000000;BYDAY=1FR",
    on(1997, 9, 5),
    "1997: 9 5 | 10 3 | 11 7 | 12 5",
    true
)]
#[case::first_and_last_sunday(
    "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
    on(1997, 9, 7),
    "1997: 9 7 28 | 11 2 30
     1998: 1 4 25 | 3 1 29 | 5 3 31",
    true
)]
#[case::second_to_last_monday(
    "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
    on(1997, 9, 22),
    "1997: 9 22 | 10 20 | 11 17 | 12 22
     1998: 1 19 | 2 16",
    true
)]
#[case::third_to_last_day(
    "FREQ=MONTHLY;BYMONTHDAY=-3",
    on(1997, 9, 28),
    "1997: 9 28 | 10 29 | 11 28 | 12 29
     1998: 1 29 | 2 26",
    false
)]
#[case::second_and_fifteenth(
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
    most(),
    "1997: 9 2 15 | 10 2 15 | 11 2 15 | 12 2 15
     1998: 1 2 15",
    true
)]
#[case::first_and_last_day(
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
    on(1997, 9, 30),
    "1997: 9 30 | 10 1 31 | 11 1 30 | 12 1 31
     1998: 1 1 31 | 2 1",
    true
)]
#[case::every_18_months(
    "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
    on(1997, 9, 10),
    "1997: 9 10 11 12 13 14 15
     1999: 3 10 11 12 13",
    true
)]
#[case::every_tuesday_every_other_month(
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
    most(),
    "1997: 9 2 9 16 23 30 | 11 4 11 18 25
     1998: 1 6 13 20 27 | 3 3 10 17 24 31",
    false
)]
#[case::june_and_july(
    "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
    on(1997, 6, 10),
    "1997: 6 10 | 7 10
     1998: 6 10 | 7 10
     1999: 6 10 | 7 10
     2000: 6 10 | 7 10
     2001: 6 10 | 7 10",
    true
)]
#[case::every_other_year_in_three_months(
    "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
    on(1997, 3, 10),
    "1997: 3 10
     1999: 1 10 | 2 10 | 3 10
     2001: 1 10 | 2 10 | 3 10
     2003: 1 10 | 2 10 | 3 10",
    true
)]
#[case::twentieth_monday_of_the_year(
    "FREQ=YEARLY;BYDAY=20MO",
    on(1997, 5, 19),
    "1997: 5 19
     1998: 5 18
     1999: 5 17",
    false
)]
#[case::every_thursday_in_march(
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
    on(1997, 3, 13),
    "1997: 3 13 20 27
     1998: 3 5 12 19 26
     1999: 3 4 11 18 25",
    false
)]
#[case::every_thursday_in_summer(
    "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
    on(1997, 6, 5),
    "1997: 6 5 12 19 26 | 7 3 10 17 24 31 | 8 7 14 21 28
     1998: 6 4 11 18 25 | 7 2 9 16 23 30 | 8 6 13 20 27",
    false
)]
// The RFC starts this one on 2 September, off its rule, and takes that out again with EXDATE.
#[case::friday_the_13th(
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    on(1998, 2, 13),
    "1998: 2 13 | 3 13 | 11 13
     1999: 8 13
     2000: 10 13",
    false
)]
#[case::saturday_after_the_first_sunday(
    "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    on(1997, 9, 13),
    "1997: 9 13 | 10 11 | 11 8 | 12 13
     1998: 1 10 | 2 7 | 3 7 | 4 11 | 5 9 | 6 13",
    false
)]
#[case::us_election_day(
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    on(1996, 11, 5),
    "1996: 11 5
     2000: 11 7
     2004: 11 2",
    false
)]
#[case::third_of_three_weekdays(
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    on(1997, 9, 4),
    "1997: 9 4 | 10 7 | 11 6",
    true
)]
#[case::second_to_last_weekday(
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    on(1997, 9, 29),
    "1997: 9 29 | 10 30 | 11 27 | 12 30
     1998: 1 29 | 2 26 | 3 30",
    false
)]
#[case::weeks_from_monday(
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    on(1997, 8, 5),
    "1997: 8 5 10 19 24",
    true
)]
#[case::weeks_from_sunday(
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    on(1997, 8, 5),
    "1997: 8 5 17 19 31",
    true
)]
#[case::a_day_that_is_not_there_is_left_out(
    "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
    on(2007, 1, 15),
    "2007: 1 15 30 | 2 15 | 3 15 30",
    true
)]
fn yields_the_dates_of_rfc_5545(
    #[case] rule: &str,
    #[case] start: DateTime,
    #[case] dates: &str,
    #[case] ends: bool,
) {
    let expected = read(dates);
    let rule: Repeat = rule.parse().expect("a rule");
    assert_eq!(rule.check(start), Ok(()));
    let mut found: Vec<Date> = rule.dates(start).take(expected.len() + 1).collect();
    if !ends {
        found.pop();
    }
    assert_eq!(found, expected, "{rule}");
    assert_eq!(rule.last(start), ends.then(|| expected[expected.len() - 1]), "{rule}");
}

#[test]
fn daily_until_christmas_eve_has_113_dates() {
    let rule: Repeat = "FREQ=DAILY;UNTIL=19971224T000000".parse().expect("a rule");
    assert_eq!(rule.dates(most()).count(), 113);
    assert_eq!(rule.last(most()), Some(date(1997, 12, 23)));
}

#[test]
fn every_day_in_january_is_the_same_by_year_and_by_day() {
    let start = on(1998, 1, 1);
    let yearly: Repeat =
        "FREQ=YEARLY;UNTIL=20000131T140000;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA".parse().expect("a rule");
    let daily: Repeat = "FREQ=DAILY;UNTIL=20000131T140000;BYMONTH=1".parse().expect("a rule");
    assert_eq!(yearly.dates(start).count(), 3 * 31);
    assert!(yearly.dates(start).eq(daily.dates(start)));
}

#[rstest]
#[case("FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "BYYEARDAY")]
#[case("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "BYWEEKNO")]
#[case("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", "FREQ=HOURLY")]
#[case("FREQ=MINUTELY;INTERVAL=15;COUNT=6", "FREQ=MINUTELY")]
#[case("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", "BYHOUR")]
#[case("FREQ=DAILY;BYMINUTE=0,20,40", "BYMINUTE")]
#[case("freq=daily;bysecond=0", "BYSECOND")]
#[case("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE")]
#[case("FREQ=MONTHLY;SKIP=FORWARD", "SKIP")]
#[case("FREQ=SECONDLY", "FREQ=SECONDLY")]
fn refuses_by_name_what_is_not_supported(#[case] rule: &str, #[case] part: &'static str) {
    let error = rule.parse::<Repeat>().expect_err("refused");
    assert_eq!(error, RepeatError::Unsupported(part));
    assert_eq!(error.part(), part);
    assert_eq!(error.to_string(), part.to_owned() + " is not supported.");
}
