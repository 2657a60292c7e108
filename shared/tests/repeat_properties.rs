//! What holds for every repeat rule and every start.

use daymark_shared::repeat::{ByDay, End, Freq, Parts, Repeat, RepeatError, Until};
use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::{Timestamp, ToSpan};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn date_times() -> impl Strategy<Value = DateTime> {
    (0..130_000_i32, 0..24_i8, select(vec![0, 30, 59]))
        .prop_map(|(day, hour, minute)| (date(1900, 1, 1) + day.days()).at(hour, minute, 0, 0))
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Never),
        (1..200_u32).prop_map(End::Count),
        date_times().prop_map(|at| End::Until(Until::Date(at.date()))),
        date_times().prop_map(|at| End::Until(Until::Local(at))),
    ]
}

fn signed<T: std::ops::Neg<Output = T> + std::fmt::Debug + Copy + 'static>(
    numbers: impl Strategy<Value = T>,
) -> impl Strategy<Value = T> {
    (numbers, any::<bool>()).prop_map(|(number, negative)| if negative { -number } else { number })
}

/// Rules of every kind, some of which match nothing.
fn rules() -> impl Strategy<Value = Repeat> {
    let freq = select(vec![Freq::Daily, Freq::Weekly, Freq::Monthly, Freq::Yearly]);
    let by_day = (option::of(signed(1..=6_i8)), select(WEEKDAYS.to_vec()))
        .prop_map(|(ordinal, weekday)| ByDay { ordinal, weekday });
    (
        (freq, prop_oneof![1..5_u16, 1..=1_000_u16], ends(), select(WEEKDAYS.to_vec())),
        (vec(1..=12_i8, 0..3), vec(signed(1..=31_i8), 0..4), vec(by_day, 0..4), vec(signed(1..=8_i16), 0..3)),
        any::<[bool; 3]>(),
    )
        .prop_map(|((freq, interval, end, week_start), (months, days, weekdays, positions), given)| {
            let mut parts = Parts { interval, end, by_month: months, week_start, ..Parts::every(freq) };
            if given[0] && freq != Freq::Weekly {
                parts.by_month_day = days;
            }
            if given[1] {
                parts.by_day = weekdays;
                if matches!(freq, Freq::Daily | Freq::Weekly) {
                    parts.by_day.iter_mut().for_each(|day| day.ordinal = None);
                }
            }
            if given[2]
                && !(parts.by_month.is_empty() && parts.by_month_day.is_empty() && parts.by_day.is_empty())
            {
                parts.by_set_pos = positions;
            }
            Repeat::new(parts).expect("a valid rule")
        })
}

/// A rule and a start that it hits, where it hits any.
fn fitting() -> impl Strategy<Value = (Repeat, DateTime)> {
    (rules(), date_times()).prop_map(|(rule, at)| {
        let endless = rule.clone().with_end(End::Never).expect("a valid rule");
        let start = endless.dates(at).next().map_or(at, |day| day.to_datetime(at.time()));
        (rule, start)
    })
}

proptest! {

    #[test]
    fn dates_ascend_and_are_each_given_once((rule, start) in fitting()) {
        let dates: Vec<Date> = rule.dates(start).take(100).collect();
        prop_assert!(dates.iter().all(|day| *day >= start.date()));
        prop_assert!(dates.windows(2).all(|pair| pair[0] < pair[1]), "{rule} {dates:?}");
    }

    #[test]
    fn dates_from_a_day_are_the_dates_without_those_before((rule, start) in fitting(), nth in 0..80_usize, off in -3..40_i32) {
        let from = rule.dates(start).nth(nth).unwrap_or(start.date()).saturating_add(off.days());
        let jumped: Vec<Date> = rule.dates_from(start, from).take(20).collect();
        let walked: Vec<Date> = rule.dates(start).skip_while(|day| *day < from).take(20).collect();
        prop_assert_eq!(jumped, walked, "{} from {}", rule, from);
    }

    #[test]
    fn a_window_is_a_part_of_the_dates((rule, start) in fitting(), ahead in 0..2_000_i32, width in -1..60_i32) {
        let first = start.date().saturating_add(ahead.days());
        let last = first.saturating_add(width.days());
        let window: Vec<Date> = rule.dates_between(start, first, last).collect();
        let walked: Vec<Date> =
            rule.dates(start).skip_while(|day| *day < first).take_while(|day| *day <= last).collect();
        prop_assert_eq!(window, walked, "{}", rule);
    }

    #[test]
    fn hits_says_whether_a_day_is_among_the_dates((rule, start) in fitting(), ahead in -5..400_i32) {
        let day = start.date().saturating_add(ahead.days());
        prop_assert_eq!(rule.hits(start, day), rule.dates(start).take_while(|found| *found <= day).any(|found| found == day));
    }

    #[test]
    fn count_before_counts_the_dates_before((rule, start) in fitting(), nth in 0..80_usize, off in -3..40_i32) {
        let day = rule.dates(start).nth(nth).unwrap_or(start.date()).saturating_add(off.days());
        let walked = rule.dates(start).take_while(|found| *found < day).count();
        prop_assert_eq!(rule.count_before(start, day) as usize, walked, "{} before {}", rule, day);
    }

    #[test]
    fn a_count_carries_over_to_what_remains((rule, start) in fitting(), count in 2..60_u32, split in 1..60_u32) {
        let whole = rule.with_end(End::Count(count)).expect("a valid rule");
        let dates: Vec<Date> = whole.dates(start).collect();
        let Some(day) = dates.get(split as usize) else { return Ok(()) };
        prop_assert_eq!(whole.count_before(start, *day), split);
        let rest: Vec<Date> = whole.dates_from(start, *day).collect();
        prop_assert_eq!(&rest[..], &dates[split as usize..]);
    }

    #[test]
    fn the_last_date_is_the_last_of_the_dates((rule, start) in fitting()) {
        let walked = if rule.parts().end == End::Never { None } else { rule.dates(start).last() };
        prop_assert_eq!(rule.last(start), walked, "{}", rule);
    }

    #[test]
    fn no_date_lies_outside_the_footprint((rule, start) in fitting()) {
        let footprint = rule.footprint(start);
        for day in rule.dates(start).take(200) {
            prop_assert!(footprint.admits(day), "{rule} {day}");
        }
    }

    #[test]
    fn a_start_fits_exactly_when_it_is_the_first_date(rule in rules(), start in date_times()) {
        let first = rule.dates(start).next();
        match rule.check(start) {
            Ok(()) => prop_assert_eq!(first, Some(start.date())),
            Err(RepeatError::NeverMatches | RepeatError::EndsBeforeStart) => prop_assert_eq!(first, None),
            Err(error) => {
                prop_assert_eq!(error, RepeatError::StartOffRule);
                prop_assert_ne!(first, Some(start.date()));
            }
        }
    }

    #[test]
    fn text_is_read_back_as_the_same_rule(rule in rules()) {
        let text = rule.to_string();
        prop_assert_eq!(text.parse::<Repeat>(), Ok(rule.clone()), "{}", &text);
        prop_assert_eq!(("rrule:".to_owned() + &text.to_lowercase()).parse::<Repeat>(), Ok(rule.clone()));
        let json = serde_json::to_string(&rule).expect("JSON");
        prop_assert_eq!(&json, &serde_json::to_string(&text).expect("JSON"));
        prop_assert_eq!(serde_json::from_str::<Repeat>(&json).expect("a rule"), rule);
    }

    #[test]
    fn the_order_of_values_does_not_matter(rule in rules()) {
        let mut parts = rule.clone().into_parts();
        parts.by_day.reverse();
        parts.by_month.reverse();
        parts.by_month_day.reverse();
        parts.by_set_pos.reverse();
        parts.by_day.extend(parts.by_day.clone());
        prop_assert_eq!(Repeat::new(parts), Ok(rule));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = text.parse::<Repeat>();
    }

    #[test]
    fn any_text_like_a_rule_is_read_or_refused(
        text in "(RRULE:)?(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY|ß))?(;(BYDAY|BYMONTH|UNTIL|COUNT|INTERVAL|BYSETPOS|WKST|BYMONTHDAY|X)=?[-+,0-9A-ZäT]{0,17}){0,3}",
    ) {
        if let Ok(rule) = text.parse::<Repeat>() {
            prop_assert_eq!(rule.to_string().parse::<Repeat>(), Ok(rule));
        } else if let Err(error) = text.parse::<Repeat>() {
            prop_assert!(error.to_string().ends_with('.'));
        }
    }

    #[test]
    fn a_utc_end_allows_exactly_the_instants_up_to_it(
        (rule, start) in fitting(),
        zone in select(vec!["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]),
        nth in 0..30_usize,
        seconds in -90_000..90_000_i64,
    ) {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).expect("a zone");
        let instant = |at: DateTime| -> Timestamp { at.to_zoned(zone.clone()).expect("an instant").timestamp() };
        let endless = rule.with_end(End::Never).expect("a valid rule");
        let Some(near) = endless.dates(start).nth(nth) else { return Ok(()) };
        let until = instant(near.to_datetime(start.time())) + seconds.seconds();
        let ending = endless.clone().with_end(End::Until(Until::Utc(until))).expect("a valid rule");
        prop_assert_eq!(ending.check(start), Err(RepeatError::UtcUntilUnresolved));
        let ending = ending.with_local_until(start.time(), instant);
        let expected: Vec<Date> =
            endless.dates(start).take_while(|day| instant(day.to_datetime(start.time())) <= until).collect();
        prop_assert!(ending.dates(start).eq(expected));
    }
}
