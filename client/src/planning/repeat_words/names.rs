//! What calendars call things, and how lists are joined: the browser's `Intl`, or what a test says.

use crate::i18n::{I18n, Style};
use jiff::civil::{Date, Time, Weekday, date};

/// Names of days and months, and how dates, times and lists are written.
pub trait Names {
    /// Monday
    fn weekday(&self, day: Weekday) -> String;
    /// November
    fn month(&self, month: i8) -> String;
    /// 29 February
    fn day_of_month(&self, month: i8, day: i8) -> String;
    /// Wed 18 Nov 2026
    fn date(&self, date: Date) -> String;
    /// 07:00
    fn time(&self, time: Time) -> String;
    /// Monday, Tuesday and Friday
    fn and(&self, parts: &[String]) -> String;
    /// Monday, Tuesday or Friday
    fn or(&self, parts: &[String]) -> String;
}

/// A year that has 29 February.
const LEAP: i16 = 2024;

impl Names for I18n {
    fn weekday(&self, day: Weekday) -> String {
        // 1 January 2024 was a Monday.
        I18n::date(self, date(LEAP, 1, 1 + day.to_monday_zero_offset()), Style::Weekday)
    }

    fn month(&self, month: i8) -> String {
        I18n::date(self, date(LEAP, month, 1), Style::MonthName)
    }

    fn day_of_month(&self, month: i8, day: i8) -> String {
        match Date::new(LEAP, month, day) {
            Ok(date) => I18n::date(self, date, Style::DayMonth),
            // A date that no year has, such as 30 February: said in its parts.
            Err(_) => [day.to_string().as_str(), " ", &Names::month(self, month)].concat(),
        }
    }

    fn date(&self, date: Date) -> String {
        I18n::date(self, date, Style::DayYear)
    }

    fn time(&self, time: Time) -> String {
        I18n::time(self, time)
    }

    fn and(&self, parts: &[String]) -> String {
        self.list(parts, true)
    }

    fn or(&self, parts: &[String]) -> String {
        self.list(parts, false)
    }
}
