//! A schedule that follows one of its occurrences to another time. Pure.

use crate::civil::{days_after, days_between};
use daymark_shared::{
    problem::Violation,
    repeat::{Freq, Repeat},
    routine::Scope,
    schedule::{Schedule, Start},
};
use jiff::civil::{Date, DateTime};

/// The schedule for an occurrence and those after it, or for all, once it is moved from `original` to `new`. Both are
/// on the schedule's own clock.
///
/// Every occurrence moves by as many days, and begins at the new time. Weekdays and days of the month of a rule go with
/// it where that can be said.
///
/// # Errors
/// A [`Violation`] when the rule cannot follow: “the last Friday” to a Saturday.
pub fn shifted(
    schedule: &Schedule,
    scope: Scope,
    original: Start,
    new: DateTime,
    today: Date,
) -> Result<Schedule, Violation> {
    let days = days_between(original.date(), new.date());
    // Later ones carry on from this one; all of them from where the rule began, unless another version held before.
    let base = match scope {
        Scope::Later | Scope::This => from(schedule, original),
        Scope::All if schedule.start.date() > original.date().max(today) => from(schedule, original),
        Scope::All => schedule.clone(),
    };
    let first = days_after(base.start.date(), days);
    let start = Start::At(first.to_datetime(new.time()));
    let repeat = base.repeat.clone().map(|rule| turned(rule, days));
    Schedule::new(start, base.zone, repeat)
}

/// The schedule from one of its occurrences on, with what is left of a COUNT.
fn from(schedule: &Schedule, original: Start) -> Schedule {
    schedule
        .carried_on(original.date())
        .filter(|carried| carried.start.date() == original.date())
        .unwrap_or_else(|| Schedule { start: original, ..schedule.clone() })
}

/// A weekly rule on other weekdays: the same ones, so many days later.
fn turned(rule: Repeat, days: i32) -> Repeat {
    if days == 0 || rule.parts().freq != Freq::Weekly {
        return rule;
    }
    let mut parts = rule.parts().clone();
    for day in &mut parts.by_day {
        day.weekday = day.weekday.wrapping_add(days);
    }
    Repeat::new(parts).unwrap_or(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{problem::Code, schedule::ScheduleZone};
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 18);

    fn schedule(start: DateTime, rule: &str) -> Schedule {
        let repeat = (!rule.is_empty()).then(|| rule.parse().unwrap());
        Schedule::new(Start::At(start), ScheduleZone::Mine, repeat).unwrap()
    }

    fn moved(schedule: &Schedule, scope: Scope, original: DateTime, new: DateTime) -> Result<Schedule, Code> {
        shifted(schedule, scope, Start::At(original), new, TODAY).map_err(|violation| violation.code)
    }

    #[test]
    fn later_ones_begin_with_this_one_at_the_new_time() {
        let weekdays = schedule(date(2026, 11, 2).at(7, 0, 0, 0), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR");
        let new = moved(&weekdays, Scope::Later, TODAY.at(7, 0, 0, 0), TODAY.at(7, 35, 0, 0)).unwrap();
        assert_eq!(new, schedule(TODAY.at(7, 35, 0, 0), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"));
    }

    #[test]
    fn all_of_them_keep_where_the_rule_began() {
        let daily = schedule(date(2026, 11, 2).at(7, 0, 0, 0), "FREQ=DAILY;COUNT=30");
        let new = moved(&daily, Scope::All, TODAY.at(7, 0, 0, 0), TODAY.at(6, 0, 0, 0)).unwrap();
        assert_eq!(new, schedule(date(2026, 11, 2).at(6, 0, 0, 0), "FREQ=DAILY;COUNT=30"));
    }

    #[test]
    fn a_count_keeps_what_is_left_of_it() {
        let daily = schedule(date(2026, 11, 2).at(7, 0, 0, 0), "FREQ=DAILY;COUNT=30");
        let new = moved(&daily, Scope::Later, TODAY.at(7, 0, 0, 0), TODAY.at(6, 0, 0, 0)).unwrap();
        assert_eq!(new, schedule(TODAY.at(6, 0, 0, 0), "FREQ=DAILY;COUNT=14"));
    }

    #[test]
    fn weekdays_follow_to_the_next_day() {
        let wednesdays = schedule(date(2026, 11, 4).at(23, 30, 0, 0), "FREQ=WEEKLY;BYDAY=WE,SU");
        let next = date(2026, 11, 19).at(0, 30, 0, 0);
        let new = moved(&wednesdays, Scope::All, TODAY.at(23, 30, 0, 0), next).unwrap();
        assert_eq!(new, schedule(date(2026, 11, 5).at(0, 30, 0, 0), "FREQ=WEEKLY;BYDAY=MO,TH"));
    }

    #[test]
    fn a_rule_that_cannot_follow_is_refused() {
        let fridays = schedule(date(2026, 11, 27).at(23, 30, 0, 0), "FREQ=MONTHLY;BYDAY=-1FR");
        let next = date(2026, 11, 28).at(0, 30, 0, 0);
        let refused = moved(&fridays, Scope::All, date(2026, 11, 27).at(23, 30, 0, 0), next);
        assert_eq!(refused, Err(Code::StartOffRule));
    }

    #[test]
    fn an_occurrence_of_an_earlier_version_takes_the_rule_along() {
        let from_december = schedule(date(2026, 12, 1).at(8, 0, 0, 0), "FREQ=DAILY");
        let new = moved(&from_december, Scope::All, TODAY.at(7, 0, 0, 0), TODAY.at(7, 30, 0, 0)).unwrap();
        assert_eq!(new, schedule(TODAY.at(7, 30, 0, 0), "FREQ=DAILY"));
    }
}
