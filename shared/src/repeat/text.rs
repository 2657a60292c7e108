//! Writing a rule: `Display`, and serde as the same text.

use std::fmt;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parse::{FREQS, WEEKDAYS};
use super::{End, Repeat, Until};

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.0;
        f.write_str("FREQ=")?;
        f.write_str(FREQS[parts.freq as usize].0)?;
        if parts.interval > 1 {
            write!(f, ";INTERVAL={}", parts.interval)?;
        }
        match parts.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Until(until) => {
                f.write_str(";UNTIL=")?;
                match until {
                    Until::Date(day) => date(f, day)?,
                    Until::Local(dt) => date_time(f, dt.date(), dt.time())?,
                    Until::Utc(instant) => {
                        let dt = Offset::UTC.to_datetime(instant);
                        date_time(f, dt.date(), dt.time())?;
                        f.write_str("Z")?;
                    }
                }
            }
        }
        list(f, ";BYMONTH=", parts.by_month.iter().map(|n| i16::from(*n)))?;
        list(f, ";BYMONTHDAY=", parts.by_month_day.iter().map(|n| i16::from(*n)))?;
        let mut before = ";BYDAY=";
        for day in &parts.by_day {
            f.write_str(before)?;
            if let Some(ordinal) = day.ordinal {
                write!(f, "{ordinal}")?;
            }
            f.write_str(WEEKDAYS[day.weekday.to_monday_zero_offset() as usize].0)?;
            before = ",";
        }
        list(f, ";BYSETPOS=", parts.by_set_pos.iter().copied())?;
        let week_start = parts.week_start.to_monday_zero_offset() as usize;
        if week_start > 0 {
            f.write_str(";WKST=")?;
            f.write_str(WEEKDAYS[week_start].0)?;
        }
        Ok(())
    }
}

fn list(f: &mut fmt::Formatter<'_>, name: &str, items: impl Iterator<Item = i16>) -> fmt::Result {
    let mut before = name;
    for item in items {
        f.write_str(before)?;
        write!(f, "{item}")?;
        before = ",";
    }
    Ok(())
}

fn date(f: &mut fmt::Formatter<'_>, date: Date) -> fmt::Result {
    write!(f, "{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn date_time(f: &mut fmt::Formatter<'_>, day: Date, time: Time) -> fmt::Result {
    date(f, day)?;
    write!(f, "T{:02}{:02}{:02}", time.hour(), time.minute(), time.second())
}

impl Serialize for Repeat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Repeat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Repeat;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a repeat rule")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Repeat, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
