use super::*;
use jiff::civil::date;
use rstest::rstest;

fn read(rule: &str) -> Rhythm {
    Rhythm::of(Some(&rule.parse().unwrap()), date(2026, 11, 18).at(7, 0, 0, 0), Weekday::Monday)
}

#[rstest]
#[case("FREQ=DAILY", Unit::Days)]
#[case("FREQ=DAILY;INTERVAL=3;COUNT=7", Unit::Days)]
#[case("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", Unit::Weeks)]
#[case("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270101", Unit::Weeks)]
#[case("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", Unit::Weeks)]
#[case("FREQ=MONTHLY;BYMONTHDAY=18", Unit::Months)]
#[case("FREQ=MONTHLY;BYMONTHDAY=-1", Unit::Months)]
#[case("FREQ=MONTHLY;BYDAY=3TU", Unit::Months)]
#[case("FREQ=MONTHLY;BYDAY=-1FR", Unit::Months)]
#[case("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", Unit::Months)]
#[case("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1", Unit::Months)]
#[case("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", Unit::Years)]
#[case("FREQ=YEARLY;BYMONTH=11;BYDAY=3TU", Unit::Years)]
fn what_the_form_can_say_comes_back_as_it_was(#[case] rule: &str, #[case] unit: Unit) {
    let form = read(rule);
    assert_eq!(form.unit, unit);
    assert_eq!(form.rule(), Ok(Some(rule.parse().unwrap())));
}

#[rstest]
#[case("FREQ=DAILY;BYMONTH=7")]
#[case("FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1")]
#[case("FREQ=MONTHLY;BYDAY=1MO,3MO")]
#[case("FREQ=MONTHLY;BYMONTHDAY=1,15")]
#[case("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR")]
#[case("FREQ=MONTHLY;BYDAY=5MO")]
#[case("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1")]
#[case("FREQ=YEARLY;BYDAY=20MO")]
#[case("FREQ=YEARLY;BYMONTHDAY=13")]
#[case("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1")]
fn what_the_form_cannot_say_is_kept(#[case] rule: &str) {
    let form = read(rule);
    assert_eq!(form.unit, Unit::Kept);
    assert_eq!(form.rule(), Ok(Some(rule.parse().unwrap())));
}

#[test]
fn what_a_rule_leaves_to_its_start_is_read_from_there() {
    assert_eq!(read("FREQ=WEEKLY").weekdays, Weekdays::only(Weekday::Wednesday));
    assert_eq!(read("FREQ=MONTHLY").month_day, 18);
    assert_eq!((read("FREQ=YEARLY").month, read("FREQ=YEARLY").month_day), (11, 18));
}

#[test]
fn an_end_with_a_time_is_the_last_day_it_allows() {
    assert_eq!(read("FREQ=DAILY;UNTIL=20261201T070000").until, date(2026, 12, 1));
    assert_eq!(read("FREQ=DAILY;UNTIL=20261201T065959").until, date(2026, 11, 30));
}

#[rstest]
#[case(date(2026, 11, 17), 3)]
#[case(date(2026, 11, 1), 1)]
#[case(date(2026, 11, 24), -1)]
#[case(date(2026, 11, 30), -1)]
fn a_date_suggests_its_place_in_the_month(#[case] date: Date, #[case] nth: i8) {
    assert_eq!(Rhythm::once(date, Weekday::Monday).nth, nth);
}

#[test]
fn what_cannot_be_used_is_named() {
    let with = |change: fn(&mut Rhythm)| {
        let mut form = read("FREQ=DAILY");
        change(&mut form);
        form.rule()
    };
    assert_eq!(with(|form| form.interval = "0".into()), Err(Wrong::Interval));
    assert_eq!(with(|form| form.interval = "often".into()), Err(Wrong::Interval));
    assert_eq!(with(|form| (form.ends, form.count) = (Ends::After, "10001".into())), Err(Wrong::Count));
    assert_eq!(
        with(|form| (form.ends, form.count) = (Ends::Never, "x".into())),
        Ok(Some("FREQ=DAILY".parse().unwrap()))
    );
}

#[test]
fn weeks_begin_where_the_person_says() {
    assert_eq!(week(Weekday::Sunday)[..2], [Weekday::Sunday, Weekday::Monday]);
    assert_eq!(week(Weekday::Monday)[6], Weekday::Sunday);
}
