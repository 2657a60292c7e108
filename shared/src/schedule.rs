//! When a routine happens: a civil start, a zone, and optionally a repeat rule.
//!
//! Everything here is civil time. Which instant that is depends on a zone database, which the server has (see
//! [`ZoneHistory`] for how the person's own zone is followed).

use crate::{
    problem::{Code, Violation},
    repeat::{End, Footprint, Repeat, RepeatError, Until},
    text::parse_str,
    wire::Wire,
    zone::Zone,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};

/// First and last year that can be planned.
pub const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// A civil date between 1970 and 2199, written `2026-11-18`.
///
/// # Errors
/// [`Code::BadDate`].
pub fn parse_date(text: &str) -> Result<Date, Violation> {
    let bad = || Violation::new(Code::BadDate, "a date such as 2026-11-18, between 1970 and 2199");
    let date = Date::read(text).ok_or_else(bad)?;
    if YEARS.contains(&date.year()) { Ok(date) } else { Err(bad()) }
}

/// A time of day, written `07:00`; seconds are left out or zero.
///
/// # Errors
/// [`Code::BadDate`].
pub fn parse_time(text: &str) -> Result<Time, Violation> {
    Time::read(text).ok_or_else(|| Violation::new(Code::BadDate, "a time of day such as 07:00"))
}

/// When something starts: on a whole day, or at a civil time to the minute.
///
/// Written `2026-11-18` or `2026-11-18T07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Start {
    /// The whole day.
    AllDay(Date),
    /// At this time; seconds are zero.
    At(DateTime),
}

impl Start {
    /// The date.
    pub fn date(self) -> Date {
        match self {
            Self::AllDay(date) => date,
            Self::At(at) => at.date(),
        }
    }

    /// The civil time; a whole day begins at midnight.
    pub fn datetime(self) -> DateTime {
        match self {
            Self::AllDay(date) => date.to_datetime(Time::midnight()),
            Self::At(at) => at,
        }
    }

    /// Whether it takes the whole day.
    pub fn is_all_day(self) -> bool {
        matches!(self, Self::AllDay(_))
    }

    /// The same time, or the whole day, on another date.
    #[must_use]
    pub fn on(self, date: Date) -> Self {
        match self {
            Self::AllDay(_) => Self::AllDay(date),
            Self::At(at) => Self::At(date.to_datetime(at.time())),
        }
    }

    /// The form without separators, for use inside a key: `20261118` or `20261118T0700`.
    pub fn compact(self) -> String {
        let date = self.date();
        let mut text = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
        if let Self::At(at) = self {
            text.push_str(&format!("T{:02}{:02}", at.hour(), at.minute()));
        }
        text
    }

    /// Reads [`Start::compact`].
    pub fn from_compact(text: &str) -> Option<Self> {
        let digits = |range: std::ops::Range<usize>| -> Option<i16> {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let date = Date::new(digits(0..4)?, digits(4..6)? as i8, digits(6..8)? as i8).ok()?;
        if !YEARS.contains(&date.year()) {
            return None;
        }
        match text.len() {
            8 => Some(Self::AllDay(date)),
            13 if text.as_bytes()[8] == b'T' => {
                let time = Time::new(digits(9..11)? as i8, digits(11..13)? as i8, 0, 0).ok()?;
                Some(Self::At(date.to_datetime(time)))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())?;
        match self {
            Self::AllDay(_) => Ok(()),
            Self::At(at) => write!(f, "T{:02}:{:02}", at.hour(), at.minute()),
        }
    }
}

impl FromStr for Start {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let bad =
            || Violation::new(Code::BadDate, "a date such as 2026-11-18, or with a time 2026-11-18T07:00");
        match text.split_once('T') {
            None => parse_date(text).map(Self::AllDay),
            Some((date, time)) => {
                let date = parse_date(date)?;
                let time = Time::read(time).filter(|time| time.subsec_nanosecond() == 0).ok_or_else(bad)?;
                if time.second() != 0 {
                    return Err(Violation::new(Code::BadDate, "a time is given to the minute"));
                }
                Ok(Self::At(date.to_datetime(time)))
            }
        }
    }
}

impl Serialize for Start {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, str::parse)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(Start, "date or local date-time");

/// Whose clock a schedule follows. Written `mine`, or the name of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ScheduleZone {
    /// The account's zone, wherever that is: 07:00 stays 07:00 for the person.
    #[default]
    Mine,
    /// Always this zone, such as a meeting that somebody else set.
    Fixed(Zone),
}

impl ScheduleZone {
    /// The fixed zone, if it is one.
    pub fn fixed(&self) -> Option<&Zone> {
        match self {
            Self::Mine => None,
            Self::Fixed(zone) => Some(zone),
        }
    }
}

impl Serialize for ScheduleZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.fixed().map_or("mine", Zone::as_str))
    }
}

impl<'de> Deserialize<'de> for ScheduleZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, |text| match text {
            "mine" => Ok(Self::Mine),
            name => Zone::new(name).map(Self::Fixed),
        })
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(ScheduleZone, "`mine` or an IANA time zone");

/// When a routine happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, try_from = "Unchecked")]
pub struct Schedule {
    /// The first start; one of the repeat rule's dates, where there is a rule.
    pub start: Start,
    /// Whose clock `start` is on.
    #[serde(default)]
    pub zone: ScheduleZone,
    /// The repeat rule, an RFC 5545 RRULE value; absent: it happens once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub repeat: Option<Repeat>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    start: Start,
    #[serde(default)]
    zone: ScheduleZone,
    #[serde(default, deserialize_with = "repeat")]
    repeat: Option<Repeat>,
}

fn repeat<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Repeat>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(|error: RepeatError| refusal(&error)))
        .transpose()
        .map_err(de::Error::custom)
}

fn refusal(error: &RepeatError) -> Violation {
    let code = match error {
        RepeatError::StartOffRule => Code::StartOffRule,
        RepeatError::NeverMatches => Code::RepeatNeverMatches,
        _ => Code::BadRepeat,
    };
    Violation::new(code, error.to_string())
}

impl TryFrom<Unchecked> for Schedule {
    type Error = Violation;

    fn try_from(raw: Unchecked) -> Result<Self, Violation> {
        let schedule = Self { start: raw.start, zone: raw.zone, repeat: raw.repeat };
        match (schedule.utc_until(), &schedule.zone) {
            (Some(_), ScheduleZone::Mine) => Err(Violation::new(
                Code::BadRepeat,
                "UNTIL is a local time for the zone 'mine': leave out the Z",
            )),
            // Checked by `localised`, which knows what the UTC time is in that zone.
            (Some(_), ScheduleZone::Fixed(_)) => Ok(schedule),
            (None, _) => schedule.checked(),
        }
    }
}

impl Schedule {
    /// Once, or by a rule.
    ///
    /// # Errors
    /// [`Code::StartOffRule`], [`Code::RepeatNeverMatches`] or [`Code::BadRepeat`].
    pub fn new(start: Start, zone: ScheduleZone, repeat: Option<Repeat>) -> Result<Self, Violation> {
        Unchecked { start, zone, repeat }.try_into()
    }

    fn utc_until(&self) -> Option<Timestamp> {
        match self.repeat.as_ref()?.parts().end {
            End::Until(Until::Utc(instant)) => Some(instant),
            _ => None,
        }
    }

    fn checked(self) -> Result<Self, Violation> {
        if let Some(repeat) = &self.repeat {
            repeat.check(self.start.datetime()).map_err(|error| refusal(&error))?;
        }
        Ok(self)
    }

    /// The same with an UNTIL in UTC read in the schedule's own zone, which RFC 5545 §3.3.10 asks for.
    ///
    /// # Errors
    /// As [`Schedule::new`].
    pub fn localised(mut self, zone: &TimeZone) -> Result<Self, Violation> {
        let time = self.start.datetime().time();
        self.repeat = self.repeat.map(|rule| rule.with_local_until(time, |civil| to_instant(civil, zone)));
        self.checked()
    }

    /// Its dates from `from` to `to`, both included.
    pub fn dates(&self, from: Date, to: Date) -> impl Iterator<Item = Date> + '_ {
        let once = self.repeat.is_none().then(|| self.start.date());
        let many = self.repeat.as_ref().map(|rule| rule.dates_between(self.start.datetime(), from, to));
        once.into_iter().filter(move |date| (from..=to).contains(date)).chain(many.into_iter().flatten())
    }

    /// Whether it happens on this date.
    pub fn hits(&self, date: Date) -> bool {
        self.dates(date, date).next().is_some()
    }

    /// Which weekdays, days of the month and months it can happen on; see [`Repeat::footprint`].
    pub fn footprint(&self) -> Footprint {
        match &self.repeat {
            Some(rule) => rule.footprint(self.start.datetime()),
            None => {
                let mut footprint = Footprint::EMPTY;
                footprint.add(self.start.date());
                footprint
            }
        }
    }

    /// The last date, if there is one.
    pub fn last(&self) -> Option<Date> {
        match &self.repeat {
            None => Some(self.start.date()),
            Some(rule) => rule.last(self.start.datetime()),
        }
    }

    /// The schedule that carries on from `date`: same times, same rule, what remains of a COUNT.
    ///
    /// It starts at the first of its dates from `date` on; `None` when there is none left.
    pub fn carried_on(&self, date: Date) -> Option<Self> {
        let first = self.dates(date, Date::MAX).next()?;
        // What a rule takes from its start (a weekday, a day of the month) is the same at each of its dates.
        let repeat = self.repeat.clone().and_then(|rule| match rule.parts().end {
            End::Count(count) => {
                let left = count - rule.count_before(self.start.datetime(), first);
                rule.with_end(End::Count(left)).ok()
            }
            _ => Some(rule),
        });
        Some(Self { start: self.start.on(first), zone: self.zone.clone(), repeat })
    }
}

/// The zones that an account has had, each since an instant. A change of zone touches only what is still to come.
#[derive(Debug, Clone)]
pub struct ZoneHistory {
    /// Ascending; the first holds from the beginning of time.
    entries: Vec<(Timestamp, TimeZone)>,
}

impl ZoneHistory {
    /// The zones in the order in which they were chosen; the first one's instant is not looked at.
    ///
    /// `None` for an empty list: an account always has a zone.
    pub fn new(mut entries: Vec<(Timestamp, TimeZone)>) -> Option<Self> {
        entries.first_mut()?.0 = Timestamp::MIN;
        Some(Self { entries })
    }

    /// An account that never changed its zone.
    pub fn only(zone: TimeZone) -> Self {
        Self { entries: vec![(Timestamp::MIN, zone)] }
    }

    /// The instant of a civil time, and the zone that decided it.
    ///
    /// The newest zone in which the time lies after the zone was chosen. A time in a DST gap is read with the offset
    /// before the gap, one that exists twice is the first of the two (RFC 5545 §3.3.5).
    pub fn instant(&self, civil: DateTime) -> (Timestamp, &TimeZone) {
        for (since, zone) in self.entries.iter().rev() {
            let instant = to_instant(civil, zone);
            if instant >= *since {
                return (instant, zone);
            }
        }
        let zone = &self.entries[0].1;
        (to_instant(civil, zone), zone)
    }

    /// The zone in which a date is looked at: the one that holds at its end.
    pub fn on(&self, date: Date) -> &TimeZone {
        self.instant(date.to_datetime(Time::constant(23, 59, 0, 0))).1
    }

    /// The zone that holds at an instant.
    pub fn at(&self, instant: Timestamp) -> &TimeZone {
        let found = self.entries.iter().rev().find(|(since, _)| instant >= *since);
        &found.unwrap_or(&self.entries[0]).1
    }
}

/// The instant of a civil time in a zone; gap and fold as in [`ZoneHistory::instant`].
pub fn to_instant(civil: DateTime, zone: &TimeZone) -> Timestamp {
    // Out of range only beyond the years that can be planned.
    zone.to_ambiguous_timestamp(civil).compatible().unwrap_or(Timestamp::MAX)
}
