//! How a routine repeats, as the form asks it, and the rule that is made of it.

use daymark_shared::repeat::{ByDay, End, Freq, Parts, Repeat, Until};
use jiff::civil::{Date, DateTime, Weekday};

/// In which unit it repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// It does not.
    Once,
    /// Every so many days.
    Days,
    /// Every so many weeks.
    Weeks,
    /// Every so many months.
    Months,
    /// Every so many years.
    Years,
    /// By a rule that this form cannot ask for: it stays as it is.
    Kept,
}

/// Days of the week, Monday being bit 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// Monday to Friday.
    pub const WORK: Self = Self(0b001_1111);
    /// Saturday and Sunday.
    pub const END: Self = Self(0b110_0000);
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);

    /// Just this one.
    pub fn only(day: Weekday) -> Self {
        Self(1 << day.to_monday_zero_offset())
    }

    /// Whether it is among them.
    pub fn has(self, day: Weekday) -> bool {
        self.0 & Self::only(day).0 != 0
    }

    /// The same with this one added, or taken out.
    pub fn toggled(self, day: Weekday) -> Self {
        Self(self.0 ^ Self::only(day).0)
    }

    fn of(days: &[ByDay]) -> Option<Self> {
        days.iter().try_fold(Self(0), |days, day| {
            day.ordinal.is_none().then_some(Self(days.0 | Self::only(day.weekday).0))
        })
    }

    fn by_day(self) -> Vec<ByDay> {
        week(Weekday::Monday).into_iter().filter(|day| self.has(*day)).map(ByDay::from).collect()
    }
}

/// The seven days in order, from the one that a week begins on.
pub fn week(start: Weekday) -> [Weekday; 7] {
    std::array::from_fn(|n| start.wrapping_add(n as i64))
}

/// Which day of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The one of this number.
    Date,
    /// The first, second … or last of a kind.
    Nth,
}

/// A kind of day, of which a month has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A day of the week.
    Day(Weekday),
    /// Any day.
    Any,
    /// Monday to Friday.
    Work,
    /// Saturday or Sunday.
    End,
}

/// When it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// It does not.
    Never,
    /// On a date.
    Until,
    /// After so many times.
    After,
}

/// What is asked. What belongs to another choice than the present one waits for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    pub unit: Unit,
    /// Every so many units, as it was typed.
    pub interval: String,
    pub weekdays: Weekdays,
    pub on: On,
    pub month_day: i8,
    pub nth: i8,
    pub kind: Kind,
    pub month: i8,
    pub ends: Ends,
    pub until: Date,
    /// How many times, as it was typed.
    pub count: String,
    /// The day on which weeks begin, for every second week and so on.
    pub week_start: Weekday,
    /// The rule of [`Unit::Kept`].
    pub kept: Option<Repeat>,
}

/// What cannot be used as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Every so many.
    Interval,
    /// How many times.
    Count,
    /// The end lies before the start.
    Until,
    /// It would never happen.
    Never,
}

/// The largest COUNT that the form asks for, and INTERVAL.
const COUNT_MAX: u32 = daymark_shared::repeat::MAX_COUNT;
const INTERVAL_MAX: u16 = daymark_shared::repeat::MAX_INTERVAL;

impl Rhythm {
    /// Once, on `date`; what else could be chosen is suggested by that date.
    pub fn once(date: Date, week_start: Weekday) -> Self {
        let mut rhythm = Self {
            unit: Unit::Once,
            interval: "1".to_owned(),
            weekdays: Weekdays::only(date.weekday()),
            on: On::Date,
            month_day: date.day(),
            nth: 1,
            kind: Kind::Day(date.weekday()),
            month: date.month(),
            ends: Ends::Never,
            until: date.saturating_add(jiff::Span::new().days(90)),
            count: "10".to_owned(),
            week_start,
            kept: None,
        };
        rhythm.suggest(date);
        rhythm
    }

    /// Suggests the days of months and years by a date.
    pub fn suggest(&mut self, date: Date) {
        self.month_day = date.day();
        self.month = date.month();
        self.kind = Kind::Day(date.weekday());
        let last = date.day() + 7 > date.days_in_month();
        self.nth = if last { -1 } else { (date.day() - 1) / 7 + 1 };
    }

    /// What a rule says, in the form's terms.
    pub fn of(rule: Option<&Repeat>, start: DateTime, week_start: Weekday) -> Self {
        let mut form = Self::once(start.date(), week_start);
        let Some(rule) = rule else { return form };
        if form.read(rule.parts(), start).is_none() {
            form =
                Self { unit: Unit::Kept, kept: Some(rule.clone()), ..Self::once(start.date(), week_start) };
        }
        form
    }

    /// Reads the parts; `None` where the form cannot say them.
    fn read(&mut self, parts: &Parts, start: DateTime) -> Option<()> {
        self.interval = parts.interval.to_string();
        self.week_start = parts.week_start;
        match parts.end {
            End::Never => {}
            End::Count(count) => {
                self.ends = Ends::After;
                self.count = count.to_string();
            }
            End::Until(until) => {
                self.ends = Ends::Until;
                self.until = match until {
                    Until::Date(date) => date,
                    Until::Local(at) if at.time() >= start.time() => at.date(),
                    Until::Local(at) => at.date().yesterday().ok()?,
                    Until::Utc(_) => return None,
                };
            }
        }
        let (days, dates) = (&parts.by_day, &parts.by_month_day);
        match parts.freq {
            Freq::Daily => {
                self.unit = Unit::Days;
                (days.is_empty()
                    && dates.is_empty()
                    && parts.by_month.is_empty()
                    && parts.by_set_pos.is_empty())
                .then_some(())
            }
            Freq::Weekly => {
                self.unit = Unit::Weeks;
                if !days.is_empty() {
                    self.weekdays = Weekdays::of(days)?;
                }
                (parts.by_month.is_empty() && parts.by_set_pos.is_empty()).then_some(())
            }
            Freq::Monthly => {
                self.unit = Unit::Months;
                parts.by_month.is_empty().then_some(())?;
                self.read_day(parts)
            }
            Freq::Yearly => {
                self.unit = Unit::Years;
                match *parts.by_month {
                    [month] => self.month = month,
                    [] if days.is_empty() && dates.is_empty() && parts.by_set_pos.is_empty() => {}
                    _ => return None,
                }
                self.read_day(parts)
            }
        }
    }

    fn read_day(&mut self, parts: &Parts) -> Option<()> {
        match (&*parts.by_day, &*parts.by_month_day, &*parts.by_set_pos) {
            ([], [], []) => self.on = On::Date,
            ([], [day @ 1..=31], []) => {
                self.on = On::Date;
                self.month_day = *day;
            }
            ([], [-1], []) => {
                self.on = On::Nth;
                (self.nth, self.kind) = (-1, Kind::Any);
            }
            ([ByDay { ordinal: Some(nth), weekday }], [], []) => {
                self.on = On::Nth;
                (self.nth, self.kind) = (*nth, Kind::Day(*weekday));
            }
            (days, [], [nth]) => {
                self.on = On::Nth;
                self.nth = i8::try_from(*nth).ok()?;
                self.kind = match Weekdays::of(days)? {
                    Weekdays::WORK => Kind::Work,
                    Weekdays::END => Kind::End,
                    Weekdays::ALL => Kind::Any,
                    _ => return None,
                };
            }
            _ => return None,
        }
        // What can be chosen.
        matches!(self.nth, 1..=4 | -1).then_some(())
    }

    /// The rule; `None` for once.
    ///
    /// # Errors
    /// What was typed cannot be used.
    pub fn rule(&self) -> Result<Option<Repeat>, Wrong> {
        let freq = match self.unit {
            Unit::Once => return Ok(None),
            Unit::Kept => return Ok(self.kept.clone()),
            Unit::Days => Freq::Daily,
            Unit::Weeks => Freq::Weekly,
            Unit::Months => Freq::Monthly,
            Unit::Years => Freq::Yearly,
        };
        let mut parts = Parts::every(freq);
        parts.interval =
            number(&self.interval).filter(|n| (1..=INTERVAL_MAX).contains(n)).ok_or(Wrong::Interval)?;
        parts.end = match self.ends {
            Ends::Never => End::Never,
            Ends::Until => End::Until(Until::Date(self.until)),
            Ends::After => {
                End::Count(number(&self.count).filter(|n| (1..=COUNT_MAX).contains(n)).ok_or(Wrong::Count)?)
            }
        };
        match self.unit {
            Unit::Weeks => {
                parts.by_day = self.weekdays.by_day();
                parts.week_start = self.week_start;
            }
            Unit::Months => self.write_day(&mut parts),
            Unit::Years => {
                parts.by_month = vec![self.month];
                self.write_day(&mut parts);
            }
            _ => {}
        }
        Repeat::new(parts).map(Some).map_err(|_| Wrong::Never)
    }

    fn write_day(&self, parts: &mut Parts) {
        match (self.on, self.kind) {
            (On::Date, _) => parts.by_month_day = vec![self.month_day],
            (On::Nth, Kind::Any) => parts.by_month_day = vec![self.nth],
            (On::Nth, Kind::Day(weekday)) => {
                parts.by_day = vec![ByDay { ordinal: Some(self.nth), weekday }];
            }
            (On::Nth, Kind::Work | Kind::End) => {
                let days = if self.kind == Kind::Work { Weekdays::WORK } else { Weekdays::END };
                parts.by_day = days.by_day();
                parts.by_set_pos = vec![i16::from(self.nth)];
            }
        }
    }
}

/// A number as people type it.
pub fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
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
}
