//! Which days of a unit: “the first and third Monday”, “the last day”.

use super::{Names, Words};
use daymark_shared::{
    account::Locale,
    repeat::{ByDay, Freq, Repeat},
    schedule::Start,
};
use jiff::civil::Weekday;
use std::ops::Range;

/// What is to be said, and how.
pub(super) struct Say<'a, N> {
    pub words: &'a Words,
    pub names: &'a N,
    pub rule: &'a Repeat,
    pub start: Start,
}

/// Whether these are just the days of the week from one to another, Monday being 0.
pub(super) fn spans_week(days: &[Weekday], range: Range<i8>) -> bool {
    days.len() == range.len() && days.iter().all(|day| range.contains(&day.to_monday_zero_offset()))
}

impl<N: Names> Say<'_, N> {
    /// Monday, Wednesday and Friday
    pub fn weekdays(&self, days: &[Weekday]) -> String {
        self.names.and(&self.each_weekday(days))
    }

    fn each_weekday(&self, days: &[Weekday]) -> Vec<String> {
        days.iter().map(|day| self.names.weekday(*day)).collect()
    }

    /// in July and August
    pub fn months_in(&self) -> Option<String> {
        self.months().map(|months| self.words.in_months(&months))
    }

    /// of July and August
    pub fn months_of(&self) -> Option<String> {
        self.months().map(|months| self.words.of_months(&months))
    }

    fn months(&self) -> Option<String> {
        let months = &self.rule.parts().by_month;
        let names: Vec<_> = months.iter().map(|month| self.names.month(*month)).collect();
        (!names.is_empty()).then(|| self.names.and(&names))
    }

    /// first, last, 20th
    fn ordinal(&self, n: i16) -> String {
        let words = self.words;
        match n {
            1 => words.first().to_owned(),
            2 => words.second().to_owned(),
            3 => words.third().to_owned(),
            4 => words.fourth().to_owned(),
            5 => words.fifth().to_owned(),
            -1 => words.last().to_owned(),
            -2 => words.second_to_last().to_owned(),
            -3 => words.third_to_last().to_owned(),
            n if n > 0 => words.nth(&self.numeral(n)),
            n => words.nth_to_last(&self.numeral(-n)),
        }
    }

    /// 1st, 22nd; in German 1., 22.
    fn numeral(&self, n: i16) -> String {
        let ending = match (self.words.0.language, n % 10, n % 100) {
            (Locale::De, ..) => ".",
            (Locale::En, _, 11..=13) => "th",
            (Locale::En, 1, _) => "st",
            (Locale::En, 2, _) => "nd",
            (Locale::En, 3, _) => "rd",
            (Locale::En, ..) => "th",
        };
        [n.to_string().as_str(), ending].concat()
    }

    /// first and third
    pub fn ordinals(&self, which: &[i16]) -> String {
        let ascending = in_order(which.iter().copied());
        self.names.and(&ascending.into_iter().map(|n| self.ordinal(n)).collect::<Vec<_>>())
    }

    /// 1st, 15th and last day
    pub fn month_days(&self, days: &[i8]) -> String {
        let said = in_order(days.iter().map(|day| i16::from(*day))).into_iter().map(|day| match day {
            -1 => self.words.last_day().to_owned(),
            day if day > 0 => self.numeral(day),
            day => self.words.nth_last_day(&self.ordinal(day)),
        });
        self.names.and(&said.collect::<Vec<_>>())
    }

    /// first and third Monday
    fn numbered(&self, days: &[ByDay]) -> Vec<String> {
        let mut said = Vec::new();
        let mut left: Vec<&ByDay> = days.iter().filter(|day| day.ordinal.is_some()).collect();
        left.sort_by_key(|day| day.ordinal.map(|n| order(i16::from(n))));
        while let Some(first) = left.first().copied() {
            let which: Vec<i16> = left
                .iter()
                .filter(|day| day.weekday == first.weekday)
                .filter_map(|day| day.ordinal.map(i16::from))
                .collect();
            left.retain(|day| day.weekday != first.weekday);
            said.push([self.ordinals(&which).as_str(), " ", &self.names.weekday(first.weekday)].concat());
        }
        said
    }

    /// Weekdays without a number, and nothing that chooses among them.
    pub fn plain_weekdays_only(&self) -> bool {
        let parts = self.rule.parts();
        !parts.by_day.is_empty()
            && parts.by_day.iter().all(|day| day.ordinal.is_none())
            && parts.by_month_day.is_empty()
            && parts.by_set_pos.is_empty()
    }

    /// The one date of each year on which it happens, as month and day.
    pub fn one_date(&self) -> Option<(i8, i8)> {
        let parts = self.rule.parts();
        if parts.freq != Freq::Yearly || !parts.by_day.is_empty() || !parts.by_set_pos.is_empty() {
            return None;
        }
        let date = self.start.date();
        let day = match *parts.by_month_day {
            [] => date.day(),
            [day] if day > 0 => day,
            _ => return None,
        };
        match *parts.by_month {
            [] if parts.by_month_day.is_empty() => Some((date.month(), day)),
            [month] => Some((month, day)),
            _ => None,
        }
    }

    /// on the 1st and 15th; on the last Friday; on each Monday
    pub fn on_days(&self) -> String {
        let (words, parts) = (self.words, self.rule.parts());
        let days: Vec<Weekday> = parts.by_day.iter().map(|day| day.weekday).collect();
        let plain = parts.by_day.iter().all(|day| day.ordinal.is_none());
        if parts.by_set_pos.is_empty() {
            return self.on_all();
        }
        let which = self.ordinals(&parts.by_set_pos);
        match (parts.by_day.is_empty(), parts.by_month_day.is_empty()) {
            (false, true) if plain => {
                let kind = if spans_week(&days, 0..7) {
                    words.day().to_owned()
                } else if spans_week(&days, 0..5) {
                    words.weekday().to_owned()
                } else if spans_week(&days, 5..7) {
                    words.weekend_day().to_owned()
                } else {
                    self.names.or(&self.each_weekday(&days))
                };
                words.on_the(&[which.as_str(), " ", &kind].concat())
            }
            _ => words.one_of_these(&which, &self.on_all()),
        }
    }

    fn on_all(&self) -> String {
        let (words, parts) = (self.words, self.rule.parts());
        if !parts.by_month_day.is_empty() {
            return words.on_the(&self.month_days(&parts.by_month_day));
        }
        if parts.by_day.is_empty() {
            return words.on_the(&self.month_days(&[self.start.date().day()]));
        }
        let plain: Vec<_> =
            parts.by_day.iter().filter(|day| day.ordinal.is_none()).map(|day| day.weekday).collect();
        let numbered = self.numbered(&parts.by_day);
        let mut said = Vec::new();
        if !plain.is_empty() {
            said.push(words.on_each(&self.names.and(&self.each_weekday(&plain))));
        }
        if !numbered.is_empty() {
            said.push(words.on_the(&self.names.and(&numbered)));
        }
        self.names.and(&said)
    }

    /// Weekdays that limit days of the month.
    pub fn condition(&self) -> Option<String> {
        if self.rule.parts().by_month_day.is_empty() { None } else { self.falls_on() }
    }

    /// if it falls on a Friday
    pub fn falls_on(&self) -> Option<String> {
        let (words, by_day) = (self.words, &self.rule.parts().by_day);
        let plain = by_day.iter().filter(|day| day.ordinal.is_none());
        let mut days: Vec<String> = plain.map(|day| words.a(&self.names.weekday(day.weekday))).collect();
        days.extend(self.numbered(by_day).iter().map(|day| words.the(day)));
        (!days.is_empty()).then(|| words.if_it_falls_on(&self.names.or(&days)))
    }
}

/// From the first to the last: those counted from the end come after the others.
fn order(n: i16) -> (bool, i16) {
    (n < 0, n)
}

fn in_order(which: impl Iterator<Item = i16>) -> Vec<i16> {
    let mut which: Vec<i16> = which.collect();
    which.sort_unstable_by_key(|n| order(*n));
    which
}
