//! Why a repeat rule is refused.

use std::fmt;

/// Why a repeat rule, or a start together with its rule, is refused.
///
/// [`RepeatError::part`] names the part at fault as it is written in the rule; `Display` is a plain English sentence
/// for logs and API answers. Clients that speak other languages match on the variant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepeatError {
    /// There is no FREQ, which every rule needs (RFC 5545 §3.3.10).
    MissingFreq,
    /// A part of RFC 5545 (or of RFC 7529) that Daymark does not support: BYHOUR, BYMINUTE, BYSECOND, BYWEEKNO,
    /// BYYEARDAY, RSCALE, SKIP, or a FREQ below a day (then `FREQ=HOURLY` and so on).
    Unsupported(&'static str),
    /// A part that no standard knows; its name as written, shortened to 32 characters.
    Unknown(String),
    /// A part is given twice (RFC 5545 §3.3.10: "MUST NOT occur more than once").
    Duplicate(&'static str),
    /// A part's value cannot be read: not a number, an empty list item, an unknown weekday, not a date.
    Malformed(&'static str),
    /// A part's value can be read but lies outside its range.
    OutOfRange(&'static str),
    /// A list has more than [`MAX_VALUES`](super::MAX_VALUES) different values.
    TooMany(&'static str),
    /// COUNT and UNTIL in one rule.
    CountWithUntil,
    /// A numbered weekday (`2MO`) where FREQ is neither MONTHLY nor YEARLY.
    OrdinalNotAllowed,
    /// BYSETPOS without another BY… part to choose from.
    SetPosAlone,
    /// BYMONTHDAY with FREQ=WEEKLY.
    MonthDayWithWeekly,
    /// The rule does match some day, but not the day it starts on.
    StartOffRule,
    /// From this start on, the rule matches no day of the calendar at all, such as 30 February.
    NeverMatches,
    /// UNTIL lies before the start.
    EndsBeforeStart,
    /// UNTIL is still in UTC: its local time must be found first, with
    /// [`Repeat::with_local_until`](super::Repeat::with_local_until).
    UtcUntilUnresolved,
}

impl RepeatError {
    /// The part of the rule that is at fault, as it is written there: `BYHOUR`, `FREQ=HOURLY`, `COUNT`. Empty for
    /// errors of the rule as a whole ([`StartOffRule`](Self::StartOffRule), [`NeverMatches`](Self::NeverMatches)).
    pub fn part(&self) -> &str {
        match self {
            Self::MissingFreq => "FREQ",
            Self::Unsupported(part)
            | Self::Duplicate(part)
            | Self::Malformed(part)
            | Self::OutOfRange(part)
            | Self::TooMany(part) => part,
            Self::Unknown(name) => name,
            Self::CountWithUntil => "COUNT",
            Self::OrdinalNotAllowed => "BYDAY",
            Self::SetPosAlone => "BYSETPOS",
            Self::MonthDayWithWeekly => "BYMONTHDAY",
            Self::EndsBeforeStart | Self::UtcUntilUnresolved => "UNTIL",
            Self::StartOffRule | Self::NeverMatches => "",
        }
    }
}

impl fmt::Display for RepeatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::MissingFreq => "is missing",
            Self::Unsupported(_) => "is not supported",
            Self::Unknown(_) => "is not a part of a repeat rule",
            Self::Duplicate(_) => "is given more than once",
            Self::Malformed(_) => "cannot be read",
            Self::OutOfRange(_) => "has a value out of range",
            Self::TooMany(_) => "has too many values",
            Self::CountWithUntil => "and UNTIL cannot be used together",
            Self::OrdinalNotAllowed => "may number its weekdays only with FREQ=MONTHLY or FREQ=YEARLY",
            Self::SetPosAlone => "needs another BY part to choose from",
            Self::MonthDayWithWeekly => "cannot be used with FREQ=WEEKLY",
            Self::EndsBeforeStart => "lies before the start",
            Self::UtcUntilUnresolved => "is in UTC and has not been turned into local time",
            Self::StartOffRule => return f.write_str("The start is not a day that the repeat rule matches."),
            Self::NeverMatches => return f.write_str("The repeat rule never matches a day."),
        };
        f.write_str(self.part())?;
        f.write_str(" ")?;
        f.write_str(said)?;
        f.write_str(".")
    }
}

impl std::error::Error for RepeatError {}
