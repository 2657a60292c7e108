//! When a routine happens, as the form asks it, and the schedule that is made of it.

use super::rhythm::{On, Rhythm, Unit, Weekdays, Wrong};
use daymark_shared::{
    repeat::RepeatError,
    routine::Scope,
    schedule::{Schedule, ScheduleZone, Start},
};
use jiff::civil::{Date, Time, Weekday};

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    /// Whether it has a place on the timeline; otherwise it lies in the inbox.
    pub planned: bool,
    /// The first date that was asked for.
    pub date: Date,
    pub all_day: bool,
    pub time: Time,
    pub zone: ScheduleZone,
    pub rhythm: Rhythm,
}

impl When {
    /// Once, on `date` at `time`.
    pub fn once(date: Date, time: Time, week_start: Weekday) -> Self {
        Self {
            planned: true,
            date,
            all_day: false,
            time,
            zone: ScheduleZone::Mine,
            rhythm: Rhythm::once(date, week_start),
        }
    }

    /// What a schedule says, in the form's terms.
    pub fn of(schedule: &Schedule, usual: Time, week_start: Weekday) -> Self {
        let start = schedule.start;
        Self {
            planned: true,
            date: start.date(),
            all_day: start.is_all_day(),
            time: if start.is_all_day() { usual } else { start.datetime().time() },
            zone: schedule.zone.clone(),
            rhythm: Rhythm::of(schedule.repeat.as_ref(), start.datetime(), week_start),
        }
    }

    /// In the inbox; `date` and `time` wait for being planned.
    pub fn inbox(date: Date, time: Time, week_start: Weekday) -> Self {
        Self { planned: false, ..Self::once(date, time, week_start) }
    }

    fn start(&self, date: Date) -> Start {
        if self.all_day { Start::AllDay(date) } else { Start::At(date.to_datetime(self.time)) }
    }

    /// The schedule; `None` for the inbox. It starts on the first date from the one asked for that its rule hits.
    ///
    /// # Errors
    /// What was typed cannot be used.
    pub fn schedule(&self) -> Result<Option<Schedule>, Wrong> {
        if !self.planned {
            return Ok(None);
        }
        let asked = self.start(self.date);
        let rule = self.rhythm.rule()?;
        let start = match &rule {
            None => asked,
            Some(rule) => match rule.check(asked.datetime()) {
                Ok(()) => asked,
                Err(RepeatError::EndsBeforeStart) => return Err(Wrong::Until),
                Err(_) => match rule.dates(asked.datetime()).next() {
                    Some(date) => asked.on(date),
                    None if rule.parts().end == daymark_shared::repeat::End::Never => {
                        return Err(Wrong::Never);
                    }
                    None => return Err(Wrong::Until),
                },
            },
        };
        Schedule::new(start, self.zone.clone(), rule).map(Some).map_err(|_| Wrong::Never)
    }

    /// The date on which it begins, where that can be told.
    pub fn first(&self) -> Date {
        self.schedule().ok().flatten().map_or(self.date, |schedule| schedule.start.date())
    }

    /// Another first date: days of the month that followed the old one follow the new one.
    #[must_use]
    pub fn on(mut self, date: Date) -> Self {
        let rhythm = &mut self.rhythm;
        let followed = rhythm.month_day == self.date.day() && rhythm.on == On::Date;
        match rhythm.unit {
            Unit::Months if followed => rhythm.month_day = date.day(),
            Unit::Years if followed && rhythm.month == self.date.month() => {
                (rhythm.month, rhythm.month_day) = (date.month(), date.day());
            }
            Unit::Once => {
                rhythm.weekdays = Weekdays::only(date.weekday());
                rhythm.suggest(date);
            }
            _ => {}
        }
        self.date = date;
        self
    }

    /// Another unit, with days as the first date suggests.
    #[must_use]
    pub fn every(mut self, unit: Unit) -> Self {
        let first = self.first();
        let rhythm = &mut self.rhythm;
        if unit != rhythm.unit {
            match unit {
                Unit::Weeks => rhythm.weekdays = Weekdays::only(first.weekday()),
                Unit::Months | Unit::Years => rhythm.suggest(first),
                _ => {}
            }
            rhythm.unit = unit;
        }
        self
    }

    /// A day of the week pressed: the first makes it weekly, without any left it happens once.
    #[must_use]
    pub fn toggled(mut self, day: Weekday) -> Self {
        let rhythm = &mut self.rhythm;
        rhythm.weekdays = match rhythm.unit {
            Unit::Weeks => rhythm.weekdays.toggled(day),
            _ => Weekdays::only(day),
        };
        rhythm.unit = if rhythm.weekdays == Weekdays::default() { Unit::Once } else { Unit::Weeks };
        self
    }

    /// The schedule to be sent for a scope, made of what was shown (`before`) and what was made of it (`self`); `None`
    /// if it was left alone.
    ///
    /// What was shown carries on from the occurrence looked at. For one alone it has no rule; for all it goes from the
    /// first that has not begun (`all`, of the routine's own schedule): unless another date was asked for, as it was.
    ///
    /// # Errors
    /// What was typed cannot be used.
    pub fn edited(
        &self,
        before: &Self,
        scope: Scope,
        all: Option<&Schedule>,
    ) -> Result<Option<Option<Schedule>>, Wrong> {
        if self == before {
            return Ok(None);
        }
        let schedule = self.schedule()?;
        Ok(Some(match (scope, schedule) {
            (_, None) => None,
            (Scope::This, Some(schedule)) => Some(Schedule { repeat: None, ..schedule }),
            (Scope::Later, Some(schedule)) => Some(schedule),
            (Scope::All, Some(schedule)) => match all {
                Some(all) if self.date == before.date && before.planned => {
                    let mut from = self.clone();
                    from.date = all.start.date();
                    let own = Rhythm::of(all.repeat.as_ref(), all.start.datetime(), self.rhythm.week_start);
                    if self.rhythm.count == before.rhythm.count && self.rhythm.ends == before.rhythm.ends {
                        from.rhythm.count = own.count;
                    }
                    if self.rhythm == before.rhythm {
                        from.rhythm.kept = own.kept;
                    }
                    from.schedule()?
                }
                _ => Some(schedule),
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use rstest::rstest;

    const SEVEN: Time = time(7, 0, 0, 0);
    const MONDAY: Weekday = Weekday::Monday;

    fn schedule(start: &str, rule: &str) -> Schedule {
        let repeat = (!rule.is_empty()).then(|| rule.parse().unwrap());
        Schedule::new(start.parse().unwrap(), ScheduleZone::Mine, repeat).unwrap()
    }

    fn said(when: &When) -> (String, Option<String>) {
        let schedule = when.schedule().unwrap().unwrap();
        (schedule.start.to_string(), schedule.repeat.map(|rule| rule.to_string()))
    }

    fn rule(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[rstest]
    #[case("2026-11-18T07:00", "")]
    #[case("2026-11-18", "FREQ=WEEKLY;BYDAY=WE")]
    #[case("2026-11-27T16:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=4")]
    #[case("2026-11-13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13")]
    fn a_schedule_comes_back_as_it_was(#[case] start: &str, #[case] rule: &str) {
        let schedule = schedule(start, rule);
        assert_eq!(When::of(&schedule, SEVEN, MONDAY).schedule(), Ok(Some(schedule)));
    }

    #[test]
    fn weekdays_pressed_make_it_weekly_and_move_the_start_to_the_first_of_them() {
        // A Sunday.
        let when =
            When::once(date(2026, 11, 22), SEVEN, MONDAY).toggled(Weekday::Tuesday).toggled(Weekday::Monday);
        assert_eq!(said(&when), ("2026-11-23T07:00".to_owned(), rule("FREQ=WEEKLY;BYDAY=MO,TU")));
        // The date that was asked for is not forgotten.
        assert_eq!(said(&when.clone().toggled(Weekday::Sunday)).0, "2026-11-22T07:00");
        let none = when.toggled(Weekday::Monday).toggled(Weekday::Tuesday);
        assert_eq!(said(&none), ("2026-11-22T07:00".to_owned(), None));
    }

    #[test]
    fn days_of_the_month_follow_the_date_until_they_are_chosen() {
        let monthly = When::once(date(2026, 11, 18), SEVEN, MONDAY).every(Unit::Months);
        let moved = monthly.clone().on(date(2026, 12, 5));
        assert_eq!(said(&moved), ("2026-12-05T07:00".to_owned(), rule("FREQ=MONTHLY;BYMONTHDAY=5")));
        let mut chosen = monthly;
        chosen.rhythm.month_day = 31;
        let moved = chosen.on(date(2026, 12, 5));
        assert_eq!(said(&moved), ("2026-12-31T07:00".to_owned(), rule("FREQ=MONTHLY;BYMONTHDAY=31")));
    }

    #[test]
    fn what_never_happens_and_what_ends_too_early_is_told() {
        let mut when = When::once(date(2026, 11, 18), SEVEN, MONDAY).every(Unit::Years);
        (when.rhythm.month, when.rhythm.month_day) = (2, 30);
        assert_eq!(when.schedule(), Err(Wrong::Never));
        let mut when = When::once(date(2026, 11, 18), SEVEN, MONDAY).every(Unit::Days);
        (when.rhythm.ends, when.rhythm.until) = (super::super::rhythm::Ends::Until, date(2026, 11, 17));
        assert_eq!(when.schedule(), Err(Wrong::Until));
    }

    #[test]
    fn an_unchanged_schedule_is_not_sent() {
        let shown = When::of(&schedule("2026-11-18T07:00", "FREQ=DAILY"), SEVEN, MONDAY);
        assert_eq!(shown.edited(&shown, Scope::Later, None), Ok(None));
    }

    #[test]
    fn each_scope_gets_the_schedule_that_it_means() {
        let own = schedule("2026-11-02T07:00", "FREQ=DAILY;COUNT=30");
        // Looked at on the 20th, when today is the 18th.
        let before = When::of(&own.carried_on(date(2026, 11, 20)).unwrap(), SEVEN, MONDAY);
        let all = own.carried_on(date(2026, 11, 18)).unwrap();
        let after = When { time: time(8, 30, 0, 0), ..before.clone() };
        let sent = |scope| {
            let schedule = after.edited(&before, scope, Some(&all)).unwrap().unwrap().unwrap();
            (schedule.start.to_string(), schedule.repeat.map(|rule| rule.to_string()))
        };
        assert_eq!(sent(Scope::This), ("2026-11-20T08:30".to_owned(), None));
        assert_eq!(sent(Scope::Later), ("2026-11-20T08:30".to_owned(), rule("FREQ=DAILY;COUNT=12")));
        assert_eq!(sent(Scope::All), ("2026-11-18T08:30".to_owned(), rule("FREQ=DAILY;COUNT=14")));
    }

    #[test]
    fn a_date_that_was_asked_for_counts_for_all() {
        let own = schedule("2026-11-02T07:00", "FREQ=DAILY");
        let before = When::of(&own.carried_on(date(2026, 11, 20)).unwrap(), SEVEN, MONDAY);
        let all = own.carried_on(date(2026, 11, 18)).unwrap();
        let after = before.clone().on(date(2026, 12, 1));
        let sent = after.edited(&before, Scope::All, Some(&all)).unwrap().unwrap().unwrap();
        assert_eq!(sent.start.to_string(), "2026-12-01T07:00");
    }

    #[test]
    fn the_inbox_has_no_schedule() {
        let before = When::of(&schedule("2026-11-18T07:00", ""), SEVEN, MONDAY);
        let after = When { planned: false, ..before.clone() };
        assert_eq!(after.edited(&before, Scope::All, None), Ok(Some(None)));
    }
}
