//! What every date of a rule has in common.

use jiff::civil::{Date, DateTime};

use super::filter::Filter;
use super::{Freq, Repeat};

/// Days that a rule may hit, as bits. A date with a bit missing in any mask is surely not hit; one with all bits may
/// be. Cheap to ask of a database, to leave out most rules before expanding the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Weekdays: bit 0 is Monday, bit 6 Sunday.
    pub weekdays: u8,
    /// Days of the month: bit 0 is the first, bit 30 the 31st.
    pub month_days: u32,
    /// Months: bit 0 is January, bit 11 December.
    pub months: u16,
}

impl Footprint {
    /// Of nothing: no date is admitted.
    pub const EMPTY: Self = Self { weekdays: 0, month_days: 0, months: 0 };

    /// Admits `date`, and with it every date that shares weekday, day of month and month with what is admitted.
    pub fn add(&mut self, date: Date) {
        self.weekdays |= 1 << date.weekday().to_monday_zero_offset();
        self.month_days |= 1 << (date.day() - 1);
        self.months |= 1 << (date.month() - 1);
    }

    /// Whether `date` has its bit in every mask.
    pub fn admits(self, date: Date) -> bool {
        let mut both = self;
        both.add(date);
        both == self
    }
}

impl Repeat {
    /// Conditions that each date of the rule meets, whatever its end.
    pub fn footprint(&self, start: DateTime) -> Footprint {
        let parts = self.parts();
        let filter = Filter::new(self, start);

        let mut weekdays = filter
            .numbered
            .iter()
            .fold(filter.weekdays, |mask, day| mask | 1 << day.weekday.to_monday_zero_offset());
        if parts.freq == Freq::Daily && parts.interval.is_multiple_of(7) {
            weekdays &= 1 << start.weekday().to_monday_zero_offset();
        }

        let mut months = filter.months;
        if parts.freq == Freq::Monthly {
            let mut reached = 0;
            let mut month = start.month() as usize - 1;
            for _ in 0..12 {
                reached |= 1 << month;
                month = (month + usize::from(parts.interval)) % 12;
            }
            months &= reached;
        }

        let mut month_days = 0;
        for month in 0..12 {
            if months >> month & 1 != 0 {
                let lengths = match month {
                    1 => 28..=29,
                    3 | 5 | 8 | 10 => 30..=30,
                    _ => 31..=31,
                };
                for length in lengths {
                    month_days |= filter.month_days(length) & filter.numbered_days(length);
                }
            }
        }
        Footprint { weekdays, month_days, months }
    }
}

impl Filter<'_> {
    /// The days of a month of that length on which BYDAY can fall.
    fn numbered_days(&self, length: u32) -> u32 {
        if self.weekdays != 0 || self.numbered_in_year {
            return u32::MAX;
        }
        self.numbered.iter().filter_map(|day| day.ordinal).fold(0, |mask, ordinal| {
            let week = 0x7f_u32.checked_shl(7 * (u32::from(ordinal.unsigned_abs()) - 1)).unwrap_or(0);
            mask | if ordinal > 0 { week } else { week.reverse_bits() >> (32 - length) }
        })
    }
}
