//! What time it is for the person, by the server's clock.

use crate::{
    civil::days_after,
    platform::{clock, intl, timer::use_now},
};
use daymark_shared::zone::Zone;
use jiff::civil::{Date, DateTime, Weekday};
use yew::prelude::*;

const MINUTE_MS: u32 = 60_000;

/// The time now, to the minute; renders again every minute.
#[hook]
pub fn use_civil_now(zone: &Zone) -> DateTime {
    use_now(MINUTE_MS);
    intl::civil_now(zone.as_str(), clock::now())
}

/// The seven dates of the week that `date` lies in.
pub fn week(date: Date, start: Weekday) -> [Date; 7] {
    let back = i32::from(date.weekday().since(start));
    std::array::from_fn(|index| days_after(date, index as i32 - back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Weekday::Monday, 16)]
    #[case(Weekday::Sunday, 15)]
    #[case(Weekday::Saturday, 14)]
    #[case(Weekday::Wednesday, 18)]
    fn a_week_begins_where_the_person_says(#[case] start: Weekday, #[case] first: i8) {
        let week = week(jiff::civil::date(2026, 11, 18), start);
        assert_eq!(week[0], jiff::civil::date(2026, 11, first));
        assert_eq!(week[0].weekday(), start);
        assert!(week.contains(&jiff::civil::date(2026, 11, 18)));
    }
}
