//! From a rule and its start to dates.
//!
//! A rule is worked off unit by unit (day, week, month, year, every INTERVAL of them). A unit's set of dates is a bit
//! mask: seven bits from the start of the week, or 31 bits from the first of the month, twelve of those for a year.
//! Which units to visit is arithmetic, so an expansion can begin anywhere at the same cost.

use jiff::civil::{Date, DateTime};

use super::calendar::{LAST_DAY, date_of, day_of, first_of_month, weekday_of};
use super::filter::{Filter, nth_bit};
use super::{End, Freq, Repeat, RepeatError, Until};

/// The calendar repeats itself after 400 years, which are so many weeks and months. A rule that finds nothing in so
/// many units on end finds nothing ever after.
const CYCLE_WEEKS: u32 = 20_871;
const CYCLE_MONTHS: u32 = 4_800;
const CYCLE_YEARS: u32 = 400;

impl Repeat {
    /// Whether the rule fits its start: it must hit it, as RFC 5545 §3.8.5.3 asks ("synchronized").
    ///
    /// # Errors
    /// [`RepeatError::UtcUntilUnresolved`], [`RepeatError::EndsBeforeStart`], and if the start is not hit
    /// [`RepeatError::StartOffRule`] or, where the rule would hit no later date either,
    /// [`RepeatError::NeverMatches`].
    pub fn check(&self, start: DateTime) -> Result<(), RepeatError> {
        if matches!(self.parts().end, End::Until(Until::Utc(_))) {
            return Err(RepeatError::UtcUntilUnresolved);
        }
        let first = day_of(start.date());
        match Dates::new(self, start, first, LAST_DAY).next() {
            None => Err(RepeatError::NeverMatches),
            Some(date) if date != start.date() => Err(RepeatError::StartOffRule),
            Some(_) if self.last_allowed(start) < first => Err(RepeatError::EndsBeforeStart),
            Some(_) => Ok(()),
        }
    }

    /// The rule's dates from the start on, ascending, each once, up to its COUNT or UNTIL or the end of the calendar
    /// (year 9999).
    ///
    /// A start that the rule does not hit is not among them ([`Repeat::check`] refuses it). An UNTIL with a time is
    /// compared with the date at the start's time of day; one in UTC is read as if it were local, so resolve it
    /// first ([`Repeat::with_local_until`]).
    pub fn dates(&self, start: DateTime) -> Dates<'_> {
        self.dates_between(start, start.date(), Date::MAX)
    }

    /// The rule's dates that are not before `from`. The same as [`Repeat::dates`] without what comes earlier, but the
    /// cost does not grow with the distance, unless the rule has a COUNT.
    pub fn dates_from(&self, start: DateTime, from: Date) -> Dates<'_> {
        self.dates_between(start, from, Date::MAX)
    }

    /// The rule's dates from `first` to `last`, both included. For a window this is better than
    /// [`Repeat::dates_from`], which would search beyond it for the next date.
    pub fn dates_between(&self, start: DateTime, first: Date, last: Date) -> Dates<'_> {
        let limit = self.last_allowed(start);
        let begin = day_of(start.date());
        let from = day_of(first).max(begin);
        let mut dates = Dates::new(self, start, from, limit.min(day_of(last)));
        if let End::Count(count) = self.parts().end {
            let used = if from > begin { self.count_before(start, first) } else { 0 };
            dates.left = dates.left.min(count - used);
        }
        dates
    }

    /// Whether the rule hits `date`.
    pub fn hits(&self, start: DateTime, date: Date) -> bool {
        self.dates_between(start, date, date).next().is_some()
    }

    /// The last date of a rule with COUNT or UNTIL: none without one, and none if there is no date at all. A COUNT
    /// that the calendar is too short for ends with the calendar.
    pub fn last(&self, start: DateTime) -> Option<Date> {
        match self.parts().end {
            End::Never => None,
            End::Count(count) => {
                let mut dates = Dates::new(self, start, day_of(start.date()), LAST_DAY);
                let mut left = count;
                let mut latest = None;
                while dates.refill() {
                    let found = dates.mask.count_ones();
                    if found >= left {
                        let bit = nth_bit(dates.mask, left - 1).trailing_zeros();
                        return date_of(dates.base + bit as i32);
                    }
                    if found > 0 {
                        latest = Some(dates.base + dates.mask.ilog2() as i32);
                        left -= found;
                    }
                }
                latest.and_then(date_of)
            }
            End::Until(_) => {
                let limit = self.last_allowed(start);
                let begin = day_of(start.date());
                // Look back in growing steps, so that a far UNTIL costs no more than a near one.
                let mut span = 64 * i32::from(self.parts().interval);
                loop {
                    let from = limit.saturating_sub(span).max(begin);
                    if let Some(date) = Dates::new(self, start, from, limit).last() {
                        return Some(date);
                    }
                    if from == begin {
                        return None;
                    }
                    span *= 8;
                }
            }
        }
    }

    /// How many of the rule's dates lie before `date`: what an edited series has used up of its COUNT.
    pub fn count_before(&self, start: DateTime, date: Date) -> u32 {
        let limit = self.last_allowed(start).min(day_of(date) - 1);
        let most = match self.parts().end {
            End::Count(count) => count,
            _ => u32::MAX,
        };
        let mut dates = Dates::new(self, start, day_of(start.date()), limit);
        let mut found = 0;
        while found < most && dates.refill() {
            found += dates.mask.count_ones();
        }
        found.min(most)
    }

    /// The last day that UNTIL and the calendar allow.
    fn last_allowed(&self, start: DateTime) -> i32 {
        let until = match self.parts().end {
            End::Until(Until::Date(date)) => return day_of(date),
            End::Until(Until::Local(until)) => until,
            End::Until(Until::Utc(until)) => jiff::tz::Offset::UTC.to_datetime(until),
            _ => return LAST_DAY,
        };
        day_of(until.date()) - i32::from(start.time() > until.time())
    }
}

/// The dates of a rule, ascending and computed as they are asked for: see [`Repeat::dates`].
#[derive(Clone, Debug)]
pub struct Dates<'r> {
    filter: Filter<'r>,
    freq: Freq,
    interval: i32,
    /// Bits of the unit (for a year: of the month) at hand that are still to be given; bit 0 is the day `base`.
    mask: u32,
    base: i32,
    /// What is visited next: a day of the week's start, a month counted from year 0, a year.
    next: i32,
    /// With FREQ=YEARLY the months of the year before `next`, and which of them is next.
    year: [u32; 12],
    month: usize,
    /// The day of the start, from which INTERVAL counts days.
    start: i32,
    /// Nothing before this day, and nothing after that.
    from: i32,
    limit: i32,
    /// How many dates COUNT leaves.
    left: u32,
    /// How many units in a row may yet be empty.
    patience: u32,
}

impl Iterator for Dates<'_> {
    type Item = Date;

    #[inline]
    fn next(&mut self) -> Option<Date> {
        if self.left == 0 {
            return None;
        }
        while self.mask == 0 {
            if !self.refill() {
                self.left = 0;
                return None;
            }
        }
        let day = self.base + self.mask.trailing_zeros() as i32;
        self.mask &= self.mask - 1;
        self.left -= 1;
        date_of(day)
    }
}

impl std::iter::FusedIterator for Dates<'_> {}

impl<'r> Dates<'r> {
    /// Between two days, both included, without regard to COUNT and UNTIL. `from` is not before the start.
    fn new(rule: &'r Repeat, start: DateTime, from: i32, limit: i32) -> Self {
        let parts = rule.parts();
        let date = start.date();
        let interval = i32::from(parts.interval);
        let begin = day_of(date);
        let filter = Filter::new(rule, start);
        let mut dates = Self {
            filter,
            freq: parts.freq,
            interval,
            mask: 0,
            base: 0,
            next: 0,
            year: [0; 12],
            month: 12,
            start: begin,
            from,
            limit: limit.min(LAST_DAY),
            left: u32::MAX,
            patience: 0,
        };
        if from > dates.limit {
            dates.left = 0;
            return dates;
        }
        let (year, month) =
            date_of(from).map_or((0, 0), |from| (i32::from(from.year()), i32::from(from.month()) - 1));
        // The first of first, first + step, … that is not before `target`.
        let not_before = |first: i32, step: i32, target: i32| {
            first + (target - first + step - 1).div_euclid(step).max(0) * step
        };
        match parts.freq {
            Freq::Weekly => {
                let week_start = i32::from(parts.week_start.to_monday_zero_offset());
                let first = begin - (weekday_of(begin) - week_start).rem_euclid(7);
                dates.next = not_before(first, 7 * interval, from - 6);
            }
            Freq::Daily => dates.next = year * 12 + month,
            Freq::Monthly => {
                let first = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
                dates.next = not_before(first, interval, year * 12 + month);
            }
            Freq::Yearly => dates.next = not_before(date.year().into(), interval, year),
        }
        dates.be_patient();
        dates
    }

    fn be_patient(&mut self) {
        self.patience = match self.freq {
            // Months are visited, but INTERVAL counts days.
            Freq::Daily => CYCLE_MONTHS * self.interval as u32,
            Freq::Weekly => CYCLE_WEEKS,
            Freq::Monthly => CYCLE_MONTHS,
            Freq::Yearly => CYCLE_YEARS * 12,
        } + 1;
    }

    /// Goes to the next unit, whose mask may be empty; false at the end.
    fn refill(&mut self) -> bool {
        if self.left == 0 || self.patience == 0 {
            return false;
        }
        self.patience -= 1;
        match self.freq {
            Freq::Weekly => {
                self.base = self.next;
                if self.base > self.limit {
                    return false;
                }
                self.next += 7 * self.interval;
                self.mask = self.filter.choose(self.filter.week(self.base));
            }
            Freq::Daily | Freq::Monthly => {
                let (year, month) = (self.next.div_euclid(12), self.next.rem_euclid(12));
                self.base = first_of_month(year, month);
                if self.base > self.limit {
                    return false;
                }
                let mut mask = self.filter.month(year, month, self.base);
                if self.freq == Freq::Daily {
                    mask &= stride(self.base - self.start, self.interval);
                    // Each day is a set of one.
                    if self.filter.choose(1) == 0 {
                        mask = 0;
                    }
                    self.next += 1;
                } else {
                    mask = self.filter.choose(mask);
                    self.next += self.interval;
                }
                self.mask = mask;
            }
            Freq::Yearly => {
                if self.month == 12 {
                    if first_of_month(self.next, 0) > self.limit {
                        return false;
                    }
                    self.year = self.filter.year(self.next);
                    self.next += self.interval;
                    self.month = 0;
                }
                self.base = first_of_month(self.next - self.interval, self.month as i32);
                self.mask = self.year[self.month];
                self.month += 1;
                while self.month < 12 && self.year[self.month] == 0 {
                    self.month += 1;
                }
            }
        }
        self.clip();
        if self.mask != 0 {
            self.be_patient();
        }
        true
    }

    /// Takes away what lies before `from` or after `limit`.
    fn clip(&mut self) {
        let before = (self.from - self.base).clamp(0, 32) as u32;
        let up_to = (self.limit - self.base + 1).clamp(0, 32) as u32;
        let below = |bits: u32| 1_u32.checked_shl(bits).map_or(u32::MAX, |bit| bit - 1);
        self.mask &= below(up_to) & !below(before);
    }
}

/// The days of a month that are a multiple of `interval` away from the start; its first is `offset` days after it.
fn stride(offset: i32, interval: i32) -> u32 {
    if interval == 1 {
        return u32::MAX;
    }
    let mut mask = 0;
    let mut bit = (-offset).rem_euclid(interval);
    while bit < 31 {
        mask |= 1 << bit;
        bit += interval;
    }
    mask
}
