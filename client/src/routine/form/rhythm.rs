//! How a routine repeats, as the form asks it, and the rule that is made of it.

use crate::civil::days_after;
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
            until: days_after(date, 90),
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
#[path = "rhythm_tests.rs"]
mod tests;
