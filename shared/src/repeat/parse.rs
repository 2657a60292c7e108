//! Reading a rule from the text of an RRULE (RFC 5545 §3.3.10).

use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::Offset;

use super::RepeatError::{Duplicate, Malformed, MissingFreq, OutOfRange, Unknown, Unsupported};
use super::{ByDay, End, Freq, Parts, Repeat, RepeatError, Until};

/// The parts we know, in the order in which they are written.
pub(super) const NAMES: [&str; 9] =
    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"];
pub(super) const FREQS: [(&str, Freq); 4] =
    [("DAILY", Freq::Daily), ("WEEKLY", Freq::Weekly), ("MONTHLY", Freq::Monthly), ("YEARLY", Freq::Yearly)];
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];
const OTHER_NAMES: [&str; 7] = ["BYHOUR", "BYMINUTE", "BYSECOND", "BYWEEKNO", "BYYEARDAY", "RSCALE", "SKIP"];
const OTHER_FREQS: [&str; 3] = ["FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY"];

impl FromStr for Repeat {
    type Err = RepeatError;

    fn from_str(text: &str) -> Result<Self, RepeatError> {
        let text = match text.split_at_checked(6) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("RRULE:") => rest,
            _ => text,
        };
        let mut seen = [false; NAMES.len()];
        let mut freq = None;
        let mut count = None;
        let mut until = None;
        let mut parts = Parts::every(Freq::Daily);
        if text.is_empty() {
            return Err(MissingFreq);
        }
        for piece in text.split(';') {
            let (given, value) = piece.split_once('=').unwrap_or((piece, ""));
            let Some(at) = position(&NAMES, given) else {
                return Err(match position(&OTHER_NAMES, given) {
                    Some(other) => Unsupported(OTHER_NAMES[other]),
                    None if given.is_empty() => Malformed("RRULE"),
                    None => Unknown(given.chars().take(32).collect()),
                });
            };
            let name = NAMES[at];
            if std::mem::replace(&mut seen[at], true) {
                return Err(Duplicate(name));
            }
            match name {
                "FREQ" => freq = Some(read_freq(piece, value)?),
                "INTERVAL" => {
                    parts.interval = u16::try_from(unsigned(name, value)?).map_err(|_| OutOfRange(name))?;
                }
                "COUNT" => count = Some(unsigned(name, value)?),
                "UNTIL" => until = Some(read_until(value)?),
                "BYMONTH" => {
                    parts.by_month = list(name, value, |item| Some(unsigned(name, item).ok()?.into()))?
                }
                "BYMONTHDAY" => parts.by_month_day = list(name, value, signed)?,
                "BYSETPOS" => parts.by_set_pos = list(name, value, signed)?,
                "BYDAY" => {
                    for item in value.split(',') {
                        parts.by_day.push(read_by_day(item)?);
                    }
                }
                _ => parts.week_start = weekday(value.as_bytes()).ok_or(Malformed(name))?,
            }
        }
        parts.freq = freq.ok_or(MissingFreq)?;
        parts.end = match (count, until) {
            (Some(_), Some(_)) => return Err(RepeatError::CountWithUntil),
            (Some(count), None) => End::Count(count),
            (None, Some(until)) => End::Until(until),
            (None, None) => End::Never,
        };
        Self::new(parts)
    }
}

fn position(names: &[&str], given: &str) -> Option<usize> {
    names.iter().position(|name| name.eq_ignore_ascii_case(given))
}

fn read_freq(piece: &str, value: &str) -> Result<Freq, RepeatError> {
    if let Some((_, freq)) = FREQS.iter().find(|(name, _)| name.eq_ignore_ascii_case(value)) {
        return Ok(*freq);
    }
    Err(match position(&OTHER_FREQS, piece) {
        Some(other) => Unsupported(OTHER_FREQS[other]),
        None => Malformed("FREQ"),
    })
}

/// A number without a sign.
fn unsigned(name: &'static str, text: &str) -> Result<u32, RepeatError> {
    match digits(text.as_bytes()) {
        Some(number) => Ok(number),
        None => Err(Malformed(name)),
    }
}

/// A number with or without a sign.
fn signed(text: &str) -> Option<i64> {
    match text.as_bytes() {
        [b'-', rest @ ..] => Some(-i64::from(digits(rest)?)),
        [b'+', rest @ ..] | rest => Some(digits(rest)?.into()),
    }
}

/// Digits and nothing else; what is too large for any part stays too large.
fn digits(text: &[u8]) -> Option<u32> {
    let mut number = 0_u32;
    for byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
    }
    (!text.is_empty()).then_some(number)
}

fn list<T: TryFrom<i64>>(
    name: &'static str,
    value: &str,
    read: impl Fn(&str) -> Option<i64>,
) -> Result<Vec<T>, RepeatError> {
    let mut items = Vec::new();
    for item in value.split(',') {
        let number = read(item).ok_or(Malformed(name))?;
        items.push(T::try_from(number).map_err(|_| OutOfRange(name))?);
    }
    Ok(items)
}

fn weekday(text: &[u8]) -> Option<Weekday> {
    let (_, weekday) = WEEKDAYS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(text))?;
    Some(*weekday)
}

fn read_by_day(item: &str) -> Result<ByDay, RepeatError> {
    let bytes = item.as_bytes();
    let (number, name) = bytes.split_at(bytes.len().saturating_sub(2));
    let weekday = weekday(name).ok_or(Malformed("BYDAY"))?;
    if number.is_empty() {
        return Ok(weekday.into());
    }
    // The weekday is ASCII, so what stands before it is whole characters.
    let number = signed(&item[..number.len()]).ok_or(Malformed("BYDAY"))?;
    let ordinal = i8::try_from(number).map_err(|_| OutOfRange("BYDAY"))?;
    Ok(ByDay { ordinal: Some(ordinal), weekday })
}

/// `20261231`, `20261231T090000` or `20261231T090000Z`.
fn read_until(value: &str) -> Result<Until, RepeatError> {
    const NAME: &str = "UNTIL";
    let number = |bytes: &[u8]| digits(bytes).ok_or(Malformed(NAME));
    let (date, time) = match value.as_bytes() {
        bytes if bytes.len() == 8 => (bytes, None),
        [date @ .., b'T' | b't', _, _, _, _, _, _] if date.len() == 8 => (date, Some((&value[9..], false))),
        [date @ .., b'T' | b't', _, _, _, _, _, _, b'Z' | b'z'] if date.len() == 8 => {
            // Every byte before the last is checked to be a digit below.
            (date, Some((value.get(9..15).ok_or(Malformed(NAME))?, true)))
        }
        _ => return Err(Malformed(NAME)),
    };
    let ymd = number(date)?;
    let date = Date::new((ymd / 10_000) as i16, (ymd / 100 % 100) as i8, (ymd % 100) as i8)
        .map_err(|_| OutOfRange(NAME))?;
    let Some((time, utc)) = time else {
        return Ok(Until::Date(date));
    };
    let hms = number(time.as_bytes())?;
    // RFC 5545 §3.3.12 allows second 60; civil time has none.
    let second = (hms % 100).min(if hms % 100 == 60 { 59 } else { 99 });
    let time = Time::new((hms / 10_000) as i8, (hms / 100 % 100) as i8, second as i8, 0)
        .map_err(|_| OutOfRange(NAME))?;
    let local = date.to_datetime(time);
    if !utc {
        return Ok(Until::Local(local));
    }
    Offset::UTC.to_timestamp(local).map(Until::Utc).map_err(|_| OutOfRange(NAME))
}
