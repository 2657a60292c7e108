//! Which days of a week, a month or a year a rule allows, as bit masks.

use jiff::civil::DateTime;

use super::calendar::{date_of, days_in_month, first_of_month, weekday_of};
use super::{ByDay, Freq, Repeat};

/// The BY… parts as bits, with what the start says where they are silent.
#[derive(Clone, Debug)]
pub(super) struct Filter<'r> {
    pub months: u16,
    /// BYMONTHDAY: from the first of the month, and from the last.
    pub days: u32,
    pub days_from_end: u32,
    /// BYDAY without a number.
    pub weekdays: u8,
    /// BYDAY with numbers, and what they count in.
    pub numbered: &'r [ByDay],
    pub numbered_in_year: bool,
    positions: &'r [i16],
}

impl<'r> Filter<'r> {
    /// RFC 5545 §3.3.10: "Information, not contained in the rule, necessary to determine the various recurrence
    /// instance start time and dates are derived from the Start Time".
    pub fn new(rule: &'r Repeat, start: DateTime) -> Self {
        let parts = rule.parts();
        let mut months = parts.by_month.iter().fold(0, |mask, month| mask | 1_u16 << (month - 1));
        let mut days = 0;
        let mut days_from_end = 0;
        for day in &parts.by_month_day {
            let bit = 1_u32 << (day.unsigned_abs() - 1);
            if *day > 0 { days |= bit } else { days_from_end |= bit }
        }
        // Sorted, so those without a number come first.
        let plain = parts.by_day.partition_point(|day| day.ordinal.is_none());
        let (plain, numbered) = parts.by_day.split_at(plain);
        let mut weekdays =
            plain.iter().fold(0, |mask, day| mask | 1_u8 << day.weekday.to_monday_zero_offset());

        if parts.by_month_day.is_empty() && parts.by_day.is_empty() {
            match parts.freq {
                Freq::Daily => {}
                Freq::Weekly => weekdays = 1 << start.weekday().to_monday_zero_offset(),
                Freq::Monthly | Freq::Yearly => days = 1 << (start.day() - 1),
            }
            if parts.freq == Freq::Yearly && months == 0 {
                months = 1 << (start.month() - 1);
            }
        }
        Self {
            months: if months == 0 { 0xfff } else { months },
            days: if days | days_from_end == 0 { u32::MAX } else { days },
            days_from_end,
            weekdays: if weekdays == 0 && numbered.is_empty() { 0x7f } else { weekdays },
            numbered,
            numbered_in_year: parts.freq == Freq::Yearly && parts.by_month.is_empty(),
            positions: &parts.by_set_pos,
        }
    }

    /// The days of BYMONTHDAY in a month of that length.
    pub fn month_days(&self, length: u32) -> u32 {
        let from_end = self.days_from_end.reverse_bits() >> (32 - length);
        (self.days | from_end) & ((1 << length) - 1)
    }

    /// BYMONTH and BYDAY in the week that begins on the day `base`.
    pub fn week(&self, base: i32) -> u32 {
        let mask = rotate(self.weekdays, weekday_of(base));
        if self.months == 0xfff {
            return mask;
        }
        (0..7)
            .filter(|bit| {
                let month = date_of(base + bit).map_or(0, |date| date.month() - 1);
                self.months >> month & 1 != 0
            })
            .fold(0, |kept, bit| kept | mask & 1 << bit)
    }

    /// BYMONTH, BYMONTHDAY and BYDAY in a month (0 to 11) whose first day is `first`.
    pub fn month(&self, year: i32, month: i32, first: i32) -> u32 {
        if self.months >> month & 1 == 0 {
            return 0;
        }
        let length = days_in_month(year, month);
        let days = self.month_days(length);
        if self.weekdays == 0x7f {
            return days;
        }
        let weekday = weekday_of(first);
        // The week five times; the fifth overflows, past the month's end.
        let mut weekdays = rotate(self.weekdays, weekday).wrapping_mul(0x1020_4081);
        if !self.numbered_in_year {
            for day in self.numbered {
                if let Some(bit) = nth(day, weekday, length as i32) {
                    weekdays |= 1 << bit;
                }
            }
        }
        days & weekdays
    }

    /// All months of a year, after BYSETPOS.
    pub fn year(&self, year: i32) -> [u32; 12] {
        let mut masks = [0; 12];
        for (month, mask) in masks.iter_mut().enumerate() {
            if self.months >> month & 1 != 0 {
                *mask = self.month(year, month as i32, first_of_month(year, month as i32));
            }
        }
        if self.numbered_in_year && self.weekdays != 0x7f {
            let first = first_of_month(year, 0);
            let length = first_of_month(year + 1, 0) - first;
            for day in self.numbered {
                let Some(date) = nth(day, weekday_of(first), length).and_then(|bit| date_of(first + bit))
                else {
                    continue;
                };
                let bit = 1 << (date.day() - 1);
                masks[date.month() as usize - 1] |= bit & self.month_days(date.days_in_month() as u32);
            }
        }
        if !self.positions.is_empty() {
            let all = masks;
            masks = [0; 12];
            let total = all.iter().map(|mask| mask.count_ones()).sum();
            for position in self.positions {
                let Some(mut index) = index_of(*position, total) else {
                    continue;
                };
                for (from, to) in all.iter().zip(&mut masks) {
                    let here = from.count_ones();
                    if index < here {
                        *to |= nth_bit(*from, index);
                        break;
                    }
                    index -= here;
                }
            }
        }
        masks
    }

    /// BYSETPOS on a set.
    pub fn choose(&self, set: u32) -> u32 {
        if self.positions.is_empty() {
            return set;
        }
        let total = set.count_ones();
        self.positions
            .iter()
            .filter_map(|position| index_of(*position, total))
            .fold(0, |chosen, index| chosen | nth_bit(set, index))
    }
}

/// A week of bits from Monday as a week of bits from `first`.
fn rotate(weekdays: u8, first: i32) -> u32 {
    let week = u32::from(weekdays);
    (week >> first | week << (7 - first)) & 0x7f
}

/// Where the numbered weekday lies in a span of days that begins on the weekday `first`.
fn nth(day: &ByDay, first: i32, length: i32) -> Option<i32> {
    let weekday = i32::from(day.weekday.to_monday_zero_offset());
    let ordinal = i32::from(day.ordinal?);
    let at = if ordinal > 0 {
        (weekday - first).rem_euclid(7) + 7 * (ordinal - 1)
    } else {
        let last = length - 1;
        last - (first + last - weekday).rem_euclid(7) + 7 * (ordinal + 1)
    };
    (0..length).contains(&at).then_some(at)
}

/// The index of a position counted from one, or from the end.
fn index_of(position: i16, total: u32) -> Option<u32> {
    let distance = u32::from(position.unsigned_abs());
    let index = if position > 0 { distance - 1 } else { total.checked_sub(distance)? };
    (index < total).then_some(index)
}

/// The set bit with that index, which there is.
pub(super) fn nth_bit(mut mask: u32, index: u32) -> u32 {
    for _ in 0..index {
        mask &= mask - 1;
    }
    mask & mask.wrapping_neg()
}
