//! Reading dates and times in the one form in which they travel: RFC 3339, instants in UTC.
//!
//! `jiff` reads far more forms and says exactly what is wrong with each. Every browser would have to download all of
//! that: some 60 kilobytes. A date that is none is [`Code::BadDate`], and that is all there is to say.

use crate::{
    problem::{Code, Violation},
    text::parse_str,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};
use serde::{Deserialize, Deserializer};

/// What can be read from its one form.
pub(crate) trait Wire: Sized {
    /// Reads all of the text, or nothing.
    fn read(text: &str) -> Option<Self>;
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Two numbers of two digits, such as hours and minutes.
fn pair(text: &str, separator: char) -> Option<(i8, i8)> {
    let (first, second) = text.split_once(separator)?;
    Some((digits(first, 2)? as i8, digits(second, 2)? as i8))
}

/// `2026-11-18`
impl Wire for Date {
    fn read(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = pair(rest, '-')?;
        Self::new(digits(year, 4)? as i16, month, day).ok()
    }
}

/// `07:00`, `07:00:30` or `07:00:30.5`, with up to nine digits of a second.
impl Wire for Time {
    fn read(text: &str) -> Option<Self> {
        let (hour, minute) = pair(text.get(..5)?, ':')?;
        let (second, fraction) = match text.get(5..)?.strip_prefix(':') {
            None if text.len() == 5 => ("00", "0"),
            None => return None,
            Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
        };
        let nanos = digits(fraction, fraction.len().clamp(1, 9))? * 10_i32.pow(9 - fraction.len() as u32);
        Self::new(hour, minute, digits(second, 2)? as i8, nanos).ok()
    }
}

/// `2026-11-18T07:00:00`
impl Wire for DateTime {
    fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        Some(Date::read(date)?.to_datetime(Time::read(time)?))
    }
}

/// `2026-11-18T07:00:00Z`
impl Wire for Timestamp {
    fn read(text: &str) -> Option<Self> {
        Offset::UTC.to_timestamp(DateTime::read(text.strip_suffix('Z')?)?).ok()
    }
}

fn read<T: Wire>(text: &str) -> Result<T, Violation> {
    T::read(text).ok_or_else(|| Violation::new(Code::BadDate, "not a date or time"))
}

/// For `#[serde(deserialize_with = …)]` at an instant, a date or a date with a time.
pub(crate) fn at<'de, D: Deserializer<'de>, T: Wire>(deserializer: D) -> Result<T, D::Error> {
    parse_str(deserializer, read)
}

/// The same where there may be none; the field also needs `#[serde(default)]` to be left out.
pub(crate) fn maybe_at<'de, D: Deserializer<'de>, T: Wire>(deserializer: D) -> Result<Option<T>, D::Error> {
    struct At<T>(T);

    impl<'de, T: Wire> Deserialize<'de> for At<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            at(deserializer).map(Self)
        }
    }

    Ok(Option::<At<T>>::deserialize(deserializer)?.map(|at| at.0))
}

#[cfg(test)]
mod tests {
    use super::Wire;
    use crate::session::Session;
    use jiff::{
        Timestamp,
        civil::{Date, DateTime, Time},
    };
    use proptest::prelude::*;
    use rstest::rstest;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Thing {
        #[serde(deserialize_with = "super::at")]
        now: Timestamp,
        #[serde(default, deserialize_with = "super::maybe_at")]
        last: Option<Date>,
    }

    #[test]
    fn reads_what_it_writes() {
        let thing = Thing { now: Timestamp::UNIX_EPOCH, last: Some(jiff::civil::date(2026, 11, 18)) };
        let json = serde_json::to_string(&thing).unwrap();
        assert_eq!(json, r#"{"now":"1970-01-01T00:00:00Z","last":"2026-11-18"}"#);
        assert_eq!(serde_json::from_str::<Thing>(&json).unwrap(), thing);
    }

    #[test]
    fn none_may_be_null_or_absent() {
        for json in [r#"{"now":"1970-01-01T00:00:00Z","last":null}"#, r#"{"now":"1970-01-01T00:00:00Z"}"#] {
            assert_eq!(serde_json::from_str::<Thing>(json).unwrap().last, None);
        }
    }

    #[test]
    fn what_is_no_date_has_its_code() {
        let error = serde_json::from_str::<Thing>(r#"{"now":"tomorrow"}"#).unwrap_err().to_string();
        assert!(error.starts_with("bad_date: "), "{error}");
        assert!(serde_json::from_str::<Session>(r#"{"created_at":5}"#).is_err());
    }

    #[rstest]
    #[case("2026-02-29")]
    #[case("2026-2-09")]
    #[case("+2026-02-09")]
    #[case("2026-11-18T07:00")]
    #[case("2026-11-18 ")]
    #[case("2026-11-\u{661}8")]
    #[case("")]
    fn not_dates(#[case] text: &str) {
        assert_eq!(Date::read(text), None);
    }

    #[rstest]
    #[case("07:00", Some((7, 0, 0, 0)))]
    #[case("23:59:59.000000001", Some((23, 59, 59, 1)))]
    #[case("07:00:30.5", Some((7, 0, 30, 500_000_000)))]
    #[case("24:00", None)]
    #[case("07:00:60", None)]
    #[case("07:00:30.", None)]
    #[case("07:00:30.1234567890", None)]
    #[case("07:00Z", None)]
    #[case("7:00", None)]
    #[case("07:0\u{e9}", None)]
    fn times(#[case] text: &str, #[case] time: Option<(i8, i8, i8, i32)>) {
        let wanted = time.map(|(hour, minute, second, nanos)| jiff::civil::time(hour, minute, second, nanos));
        assert_eq!(Time::read(text), wanted);
    }

    #[test]
    fn instants_are_in_utc() {
        assert_eq!(Timestamp::read("2026-11-18T07:00:00+01:00"), None);
        assert_eq!(Timestamp::read("2026-11-18T07:00:00"), None);
    }

    proptest! {
        #[test]
        fn reads_whatever_jiff_writes(seconds in -2_000_000_000_i64..7_258_118_400, nanos in 0..1_000_000_000_i32) {
            let at = Timestamp::new(seconds, nanos).unwrap();
            prop_assert_eq!(Timestamp::read(&at.to_string()), Some(at));
            let civil: DateTime = jiff::tz::Offset::UTC.to_datetime(at);
            prop_assert_eq!(DateTime::read(&civil.to_string()), Some(civil));
            prop_assert_eq!(Date::read(&civil.date().to_string()), Some(civil.date()));
        }

        #[test]
        fn no_text_is_too_much(text in "\\PC*") {
            let _ = (Timestamp::read(&text), DateTime::read(&text), Time::read(&text), Date::read(&text));
        }
    }
}
