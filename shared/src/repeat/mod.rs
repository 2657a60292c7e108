//! Repeat rules: when something that repeats happens.
//!
//! A [`Repeat`] is the subset of an RFC 5545 RRULE (§3.3.10) that a day planner needs: FREQ=DAILY, WEEKLY, MONTHLY or
//! YEARLY with INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST. Anything else is refused by name.
//! There is no BYHOUR: a rule yields *dates*, each at most once, and the time of day is that of the start.
//!
//! Rules are civil: no zone comes in. Turning a date and the start's time into an instant is for whoever knows the
//! zone. The one exception, an UNTIL in UTC, is resolved by [`Repeat::with_local_until`].
//!
//! ```
//! use daymark_shared::repeat::Repeat;
//! use jiff::civil::date;
//!
//! let rule: Repeat = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR".parse()?;
//! let start = date(2026, 3, 6).at(7, 0, 0, 0); // a Friday
//! rule.check(start)?;
//! assert!(rule.dates(start).take(2).eq([date(2026, 3, 6), date(2026, 3, 9)]));
//! # Ok::<(), daymark_shared::repeat::RepeatError>(())
//! ```
//!
//! `docs/repeats.md` says how this is held against another implementation.

mod calendar;
mod error;
mod expand;
mod filter;
mod footprint;
mod parse;
mod text;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;

pub use error::RepeatError;
pub use expand::Dates;
pub use footprint::Footprint;

/// The largest COUNT.
pub const MAX_COUNT: u32 = 10_000;
/// The largest INTERVAL.
pub const MAX_INTERVAL: u16 = 1_000;
/// The most different values that one BY… list may have.
pub const MAX_VALUES: usize = 64;

/// The unit in which a rule repeats (RFC 5545 §3.3.10, FREQ).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freq {
    /// Every INTERVAL days.
    Daily,
    /// Every INTERVAL weeks, which begin on WKST.
    Weekly,
    /// Every INTERVAL months.
    Monthly,
    /// Every INTERVAL years.
    Yearly,
}

/// When a rule ends (RFC 5545 §3.3.10, COUNT and UNTIL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It does not.
    Never,
    /// After so many dates, the start included; 1 to [`MAX_COUNT`].
    Count(u32),
    /// At a date or time, which is included.
    Until(Until),
}

/// The last moment of a rule, itself included (RFC 5545 §3.3.10, UNTIL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A day, whatever the time of the start.
    Date(Date),
    /// A civil time in the zone of the start, to the second.
    Local(DateTime),
    /// An instant, to the second. It has a meaning only together with a zone: see [`Repeat::with_local_until`].
    Utc(Timestamp),
}

/// A weekday in a rule, perhaps numbered (RFC 5545 §3.3.10, `weekdaynum`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByDay {
    /// `2` for the second such day of the month or year, `-1` for the last, none for every; ±1 to ±53.
    pub ordinal: Option<i8>,
    /// The day of the week.
    pub weekday: Weekday,
}

impl From<Weekday> for ByDay {
    fn from(weekday: Weekday) -> Self {
        Self { ordinal: None, weekday }
    }
}

/// What a rule is made of: for reading one, and for building one with [`Repeat::new`].
///
/// An empty list stands for a part that is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// FREQ: the unit.
    pub freq: Freq,
    /// INTERVAL: every so many units, 1 to [`MAX_INTERVAL`].
    pub interval: u16,
    /// COUNT or UNTIL.
    pub end: End,
    /// BYMONTH: months, 1 to 12.
    pub by_month: Vec<i8>,
    /// BYMONTHDAY: days of the month, 1 to 31, or −1 to −31 counted from its end.
    pub by_month_day: Vec<i8>,
    /// BYDAY: days of the week.
    pub by_day: Vec<ByDay>,
    /// BYSETPOS: which dates of each unit's set to keep, 1 to 366, or −1 to −366 counted from its end.
    pub by_set_pos: Vec<i16>,
    /// WKST: the day on which a week begins.
    pub week_start: Weekday,
}

impl Parts {
    /// Every unit of `freq`, without an end and with nothing else said.
    pub fn every(freq: Freq) -> Self {
        Self {
            freq,
            interval: 1,
            end: End::Never,
            by_month: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
        }
    }
}

/// A repeat rule that cannot be wrong in itself; whether it fits a start is told by [`Repeat::check`].
///
/// Its lists are sorted and without repetition, so two rules that say the same in another order are equal. As text
/// (`FromStr`, `Display`, serde) it is the value of an RRULE; reading accepts the prefix `RRULE:` and either case,
/// writing gives one canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "FREQ=WEEKLY;BYDAY=MO,WE"))]
pub struct Repeat(Parts);

impl Repeat {
    /// Builds a rule of its parts, in canonical order.
    ///
    /// # Errors
    /// What RFC 5545 §3.3.10 forbids and what goes beyond Daymark's bounds: see [`RepeatError`].
    pub fn new(mut parts: Parts) -> Result<Self, RepeatError> {
        use RepeatError::{OutOfRange, TooMany};
        if parts.interval == 0 || parts.interval > MAX_INTERVAL {
            return Err(OutOfRange("INTERVAL"));
        }
        match &mut parts.end {
            End::Never => {}
            End::Count(count) if (1..=MAX_COUNT).contains(count) => {}
            End::Count(_) => return Err(OutOfRange("COUNT")),
            End::Until(until) => *until = until.to_the_second().ok_or(OutOfRange("UNTIL"))?,
        }
        if !parts.by_month.iter().all(|m| (1..=12).contains(m)) {
            return Err(OutOfRange("BYMONTH"));
        }
        if !parts.by_month_day.iter().all(|d| (1..=31).contains(&d.unsigned_abs())) {
            return Err(OutOfRange("BYMONTHDAY"));
        }
        if !parts.by_set_pos.iter().all(|p| (1..=366).contains(&p.unsigned_abs())) {
            return Err(OutOfRange("BYSETPOS"));
        }
        let mut ordinals = parts.by_day.iter().filter_map(|d| d.ordinal).peekable();
        if ordinals.peek().is_some() && matches!(parts.freq, Freq::Daily | Freq::Weekly) {
            return Err(RepeatError::OrdinalNotAllowed);
        }
        if !ordinals.all(|n| (1..=53).contains(&n.unsigned_abs())) {
            return Err(OutOfRange("BYDAY"));
        }
        if parts.freq == Freq::Weekly && !parts.by_month_day.is_empty() {
            return Err(RepeatError::MonthDayWithWeekly);
        }
        if !parts.by_set_pos.is_empty()
            && parts.by_month.is_empty()
            && parts.by_month_day.is_empty()
            && parts.by_day.is_empty()
        {
            return Err(RepeatError::SetPosAlone);
        }

        parts.by_month.sort_unstable();
        parts.by_month.dedup();
        parts.by_month_day.sort_unstable();
        parts.by_month_day.dedup();
        parts.by_set_pos.sort_unstable();
        parts.by_set_pos.dedup();
        parts.by_day.sort_unstable_by_key(|d| (d.ordinal, d.weekday.to_monday_zero_offset()));
        parts.by_day.dedup();
        for (name, len) in [
            ("BYMONTHDAY", parts.by_month_day.len()),
            ("BYSETPOS", parts.by_set_pos.len()),
            ("BYDAY", parts.by_day.len()),
        ] {
            if len > MAX_VALUES {
                return Err(TooMany(name));
            }
        }
        Ok(Self(parts))
    }

    /// What the rule is made of, lists in canonical order.
    pub fn parts(&self) -> &Parts {
        &self.0
    }

    /// The parts, to change them and build another rule with [`Repeat::new`].
    pub fn into_parts(self) -> Parts {
        self.0
    }

    /// The same rule with another end, as when an edited series keeps what remains of its COUNT.
    ///
    /// # Errors
    /// [`RepeatError::OutOfRange`] for COUNT or UNTIL.
    pub fn with_end(self, end: End) -> Result<Self, RepeatError> {
        Self::new(Parts { end, ..self.0 })
    }

    /// Replaces an UNTIL in UTC by the civil time of the last date that it allows, which is what it means in one zone.
    ///
    /// `time` is the start's time of day and `to_instant` reads a civil time in the start's zone, in the same way
    /// as occurrences are read there. Comparing instants, not clock readings, keeps this right next to a change of
    /// the clocks. Another kind of end is left as it is.
    pub fn with_local_until(mut self, time: Time, to_instant: impl Fn(DateTime) -> Timestamp) -> Self {
        if let End::Until(Until::Utc(until)) = self.0.end {
            // No zone is further than a day and two hours from UTC.
            let mut last = Offset::UTC.to_datetime(until).date();
            for _ in 0..2 {
                last = last.tomorrow().unwrap_or(last);
            }
            while to_instant(last.to_datetime(time)) > until {
                match last.yesterday() {
                    Ok(day) => last = day,
                    Err(_) => break,
                }
            }
            self.0.end = End::Until(Until::Local(last.to_datetime(time)));
        }
        self
    }
}

impl Until {
    /// Without fractions of a second, which RFC 5545 cannot write; none where the year does not have four digits.
    fn to_the_second(self) -> Option<Self> {
        let cut = |dt: DateTime| dt.date().at(dt.hour(), dt.minute(), dt.second(), 0);
        let (whole, year) = match self {
            Self::Date(date) => (self, date.year()),
            Self::Local(dt) => (Self::Local(cut(dt)), dt.year()),
            Self::Utc(instant) => {
                let dt = Offset::UTC.to_datetime(instant);
                (Self::Utc(Offset::UTC.to_timestamp(cut(dt)).ok()?), dt.year())
            }
        };
        (0..=9999).contains(&year).then_some(whole)
    }
}
