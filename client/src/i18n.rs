//! Words in English and German, and how dates, times and numbers are written.
//!
//! Each feature has a `words.rs` with both languages side by side, made with [`words!`](crate::words): a string without
//! its German does not compile. Dates, times, numbers and plural forms are the browser's `Intl`.

use crate::{civil::day_number, platform::intl, store::use_slice};
use daymark_shared::account::Locale;
use jiff::{Timestamp, civil};
use yew::prelude::*;

/// How hours are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hours {
    /// As the language and region do.
    #[default]
    Usual,
    /// 00:00 to 23:59.
    Day,
    /// 12:00 am to 11:59 pm.
    Half,
}

/// In which language and which way the interface speaks. Cheap to clone and to compare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct I18n {
    /// The language of words.
    pub language: Locale,
    /// The BCP 47 tag that formats: the person's own region of that language, where the browser tells one.
    tag: AttrValue,
    hours: Hours,
}

/// A way to write a date, a time or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Wednesday, 18 November
    Day,
    /// Wed 18 Nov
    DayShort,
    /// Wed 18 Nov 2026
    DayYear,
    /// Wednesday
    Weekday,
    /// Wed
    WeekdayShort,
    /// W
    WeekdayNarrow,
    /// 18
    DayNumber,
    /// November
    MonthName,
    /// 18 November
    DayMonth,
}

impl Style {
    const fn options(self) -> &'static str {
        match self {
            Self::Day => r#"{"timeZone":"UTC","weekday":"long","day":"numeric","month":"long"}"#,
            Self::DayShort => r#"{"timeZone":"UTC","weekday":"short","day":"numeric","month":"short"}"#,
            Self::DayYear => {
                r#"{"timeZone":"UTC","weekday":"short","day":"numeric","month":"short","year":"numeric"}"#
            }
            Self::Weekday => r#"{"timeZone":"UTC","weekday":"long"}"#,
            Self::WeekdayShort => r#"{"timeZone":"UTC","weekday":"short"}"#,
            Self::WeekdayNarrow => r#"{"timeZone":"UTC","weekday":"narrow"}"#,
            Self::DayNumber => r#"{"timeZone":"UTC","day":"numeric"}"#,
            Self::MonthName => r#"{"timeZone":"UTC","month":"long"}"#,
            Self::DayMonth => r#"{"timeZone":"UTC","day":"numeric","month":"long"}"#,
        }
    }
}

/// Civil times are formatted as if they were in UTC, where none is missing.
fn civil_ms(at: civil::DateTime) -> f64 {
    let days = day_number(at.date());
    let time = at.time();
    let seconds =
        f64::from(i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second()));
    (f64::from(days) * 86_400.0 + seconds) * 1000.0
}

impl I18n {
    /// The interface in `language`, for a person whose browser prefers the languages `preferred`.
    pub fn new(language: Locale, preferred: &[String], hours: Hours) -> Self {
        let own = preferred.iter().find(|tag| Locale::of_tag(tag) == Some(language));
        // Whoever reads English without any English of their own does most likely not write dates the American way.
        let usual = match language {
            Locale::En => "en-GB",
            Locale::De => "de",
        };
        let tag = own.map_or(AttrValue::Static(usual), |tag| tag.clone().into());
        Self { language, tag, hours }
    }

    /// A date.
    pub fn date(&self, date: civil::Date, style: Style) -> String {
        intl::date(&self.tag, style.options(), civil_ms(date.at(0, 0, 0, 0)))
    }

    fn time_options(&self) -> &'static str {
        match self.hours {
            Hours::Usual => r#"{"timeZone":"UTC","timeStyle":"short"}"#,
            Hours::Day => r#"{"timeZone":"UTC","hour":"2-digit","minute":"2-digit","hourCycle":"h23"}"#,
            Hours::Half => r#"{"timeZone":"UTC","hour":"numeric","minute":"2-digit","hourCycle":"h12"}"#,
        }
    }

    /// A time of day, counted as the person likes it: 17:30 or 5:30 pm.
    pub fn time(&self, time: civil::Time) -> String {
        intl::date(&self.tag, self.time_options(), civil_ms(time.to_datetime(civil::date(1970, 1, 1))))
    }

    /// From one time to another: 09:00 – 11:00.
    pub fn time_range(&self, from: civil::Time, to: civil::Time) -> String {
        [self.time(from).as_str(), " – ", &self.time(to)].concat()
    }

    /// Whether this person counts hours to twelve.
    pub fn counts_to_twelve(&self) -> bool {
        match self.hours {
            Hours::Usual => intl::counts_to_twelve(&self.tag),
            Hours::Day => false,
            Hours::Half => true,
        }
    }

    /// An instant as date and time in a zone: 18 Nov 2026, 17:30.
    pub fn instant(&self, at: Timestamp, zone: &str) -> String {
        let clock = match self.hours {
            Hours::Usual => r#""timeStyle":"short","dateStyle":"medium"}"#,
            Hours::Day => {
                r#""hourCycle":"h23","day":"numeric","month":"short","year":"numeric","hour":"2-digit","minute":"2-digit"}"#
            }
            Hours::Half => {
                r#""hourCycle":"h12","day":"numeric","month":"short","year":"numeric","hour":"numeric","minute":"2-digit"}"#
            }
        };
        let options = [r#"{"timeZone":""#, zone, r#"","#, clock].concat();
        intl::date(&self.tag, &options, at.as_millisecond() as f64)
    }

    /// The time of day at an instant in a zone: 17:30.
    pub fn time_in(&self, at: Timestamp, zone: &str) -> String {
        let options = self.time_options().replacen("UTC", zone, 1);
        intl::date(&self.tag, &options, at.as_millisecond() as f64)
    }

    /// The same person, in another language.
    pub fn speaking(&self, language: Locale) -> Self {
        if language == self.language {
            return self.clone();
        }
        Self::new(language, &crate::platform::browser::languages(), self.hours)
    }

    /// How long ago, roughly: “5 minutes ago”, “yesterday”.
    pub fn ago(&self, at: Timestamp, now: Timestamp) -> String {
        let seconds = at.as_second() - now.as_second();
        let (value, unit) = coarse(seconds);
        intl::relative(&self.tag, value as f64, unit)
    }

    /// A whole number, with this language's separators.
    pub fn number(&self, value: i64) -> String {
        intl::number(&self.tag, "{}", value as f64)
    }

    /// Minutes as they are: 80 min.
    pub fn minutes(&self, minutes: u32) -> String {
        // `Intl` would write “1 min” and “2 mins”: the symbol is shorter, and the same for all.
        let unit = match self.language {
            Locale::En => "\u{a0}min",
            Locale::De => "\u{a0}Min.",
        };
        [self.number(i64::from(minutes)).as_str(), unit].concat()
    }

    /// Minutes as hours and minutes: 1 h 20 min.
    pub fn duration(&self, minutes: u32) -> String {
        if minutes < 60 {
            return self.minutes(minutes);
        }
        // “hr” is the short form in English; the symbol is shorter and everybody's.
        let hours = [self.number(i64::from(minutes / 60)).as_str(), "\u{a0}h"].concat();
        match minutes % 60 {
            0 => hours,
            rest => [hours.as_str(), " ", &self.minutes(rest)].concat(),
        }
    }

    /// Several things in a row: “Monday, Tuesday and Friday”, or with *or* before the last one.
    pub fn list(&self, things: &[String], all: bool) -> String {
        intl::list(&self.tag, if all { "conjunction" } else { "disjunction" }, things)
    }

    /// Whether `n` takes the singular here.
    pub fn is_one(&self, n: u32) -> bool {
        intl::plural(self.language.as_str(), f64::from(n)) == "one"
    }
}

/// Seconds in the largest unit that fits.
fn coarse(seconds: i64) -> (i64, &'static str) {
    match seconds.abs() {
        0..45 => (0, "second"),
        45..3_600 => ((seconds as f64 / 60.0).round() as i64, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        86_400..2_592_000 => (seconds / 86_400, "day"),
        2_592_000..31_536_000 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    }
}

/// What a language calls itself.
pub const fn own_name(language: Locale) -> &'static str {
    match language {
        Locale::En => "English",
        Locale::De => "Deutsch",
    }
}

/// How the interface speaks now.
#[hook]
pub fn use_i18n() -> I18n {
    (*use_slice::<I18n>()).clone()
}

/// A feature's words: for each one its name, its parameters if it has any, the English and the German. It makes a
/// struct `Words` that derefs to [`I18n`] and the hook `use_words`.
///
/// ```ignore
/// words! {
///     sign_in: "Sign in", "Anmelden";
///     hello(name: &str): "Hello {name}", "Hallo {name}";
///     // With a number that decides the form: one, other; one, other.
///     steps[n]: "{n} step", "{n} steps"; "{n} Schritt", "{n} Schritte";
/// }
/// ```
#[macro_export]
macro_rules! words {
    (@) => {};
    (@ $(#[$meta:meta])* $name:ident : $en:literal, $de:literal; $($rest:tt)*) => {
        $(#[$meta])*
        pub fn $name(&self) -> &'static str {
            match self.0.language {
                daymark_shared::account::Locale::En => $en,
                daymark_shared::account::Locale::De => $de,
            }
        }
        $crate::words!(@ $($rest)*);
    };
    (@ $(#[$meta:meta])* $name:ident ($($arg:ident : $ty:ty),+) : $en:literal, $de:literal; $($rest:tt)*) => {
        $(#[$meta])*
        pub fn $name(&self, $($arg: $ty),+) -> String {
            match self.0.language {
                daymark_shared::account::Locale::En => format!($en),
                daymark_shared::account::Locale::De => format!($de),
            }
        }
        $crate::words!(@ $($rest)*);
    };
    (@ $(#[$meta:meta])* $name:ident [$n:ident $(, $arg:ident : $ty:ty)*] :
        $en_one:literal, $en:literal; $de_one:literal, $de:literal; $($rest:tt)*) => {
        $(#[$meta])*
        pub fn $name(&self, $n: u32 $(, $arg: $ty)*) -> String {
            let one = self.0.is_one($n);
            let $n = self.0.number(i64::from($n));
            match (self.0.language, one) {
                (daymark_shared::account::Locale::En, true) => format!($en_one),
                (daymark_shared::account::Locale::En, false) => format!($en),
                (daymark_shared::account::Locale::De, true) => format!($de_one),
                (daymark_shared::account::Locale::De, false) => format!($de),
            }
        }
        $crate::words!(@ $($rest)*);
    };
    ($($rest:tt)*) => {
        /// This feature's words.
        #[derive(Clone, PartialEq)]
        pub struct Words(pub $crate::i18n::I18n);

        impl std::ops::Deref for Words {
            type Target = $crate::i18n::I18n;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        /// This feature's words in the person's language.
        #[allow(clippy::allow_attributes, dead_code, reason = "a catalogue")]
        #[yew::hook]
        pub fn use_words() -> Words {
            Words($crate::i18n::use_i18n())
        }

        #[allow(clippy::allow_attributes, dead_code, reason = "a catalogue")]
        impl Words {
            $crate::words!(@ $($rest)*);
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    words! {
        plain: "Plan", "Plane";
        hello(name: &str): "Hello {name}", "Hallo {name}";
    }

    fn i18n(language: Locale, preferred: &[&str]) -> I18n {
        let preferred: Vec<String> = preferred.iter().map(|&tag| tag.to_owned()).collect();
        I18n::new(language, &preferred, Hours::Usual)
    }

    #[test]
    fn words_are_in_the_language() {
        assert_eq!(Words(i18n(Locale::En, &[])).plain(), "Plan");
        assert_eq!(Words(i18n(Locale::De, &[])).hello("Mira"), "Hallo Mira");
    }

    #[test]
    fn the_region_is_the_browsers_own_where_it_speaks_the_language() {
        assert_eq!(i18n(Locale::En, &["de-AT", "en-GB"]).tag, "en-GB");
        assert_eq!(i18n(Locale::De, &["de-AT", "en-GB"]).tag, "de-AT");
        assert_eq!(i18n(Locale::De, &["fr"]).tag, "de");
        assert_eq!(i18n(Locale::En, &["fr"]).tag, "en-GB");
    }

    #[test]
    fn civil_times_are_milliseconds_as_if_in_utc() {
        assert_eq!(civil_ms(civil::date(1970, 1, 2).at(1, 30, 0, 0)), 91_800_000.0);
        assert_eq!(civil_ms(civil::date(1969, 12, 31).at(0, 0, 0, 0)), -86_400_000.0);
    }

    #[test]
    fn time_ago_is_rough() {
        assert_eq!(coarse(-20), (0, "second"));
        assert_eq!(coarse(-100), (-2, "minute"));
        assert_eq!(coarse(-7_300), (-2, "hour"));
        assert_eq!(coarse(-200_000), (-2, "day"));
    }
}
