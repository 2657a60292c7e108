//! Reminders: what is owed to a channel, when, and what became of it.

use crate::{
    channel::ChannelKind,
    ids::{ChannelId, ReminderId, RoutineId, SnoozeId},
    occurrence::OccurrenceKey,
    problem::{Code, Violation},
    routine::{Colour, Icon},
    text::Title,
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The most reminders before one occurrence.
pub const OFFSETS_MAX: usize = 5;
/// The earliest that a reminder comes: a week before, in minutes.
pub const OFFSET_MAX: u16 = 7 * 24 * 60;
/// The most vacations in the settings.
pub const VACATIONS_MAX: usize = 20;
/// How long a late reminder is of use at least, in minutes.
pub const GRACE_MINUTES: u16 = 30;

/// How many minutes before the start reminders come: at most five, from 0 to a week, ascending, none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Offsets(Vec<u16>);

impl Offsets {
    /// Checks the list and sorts it.
    ///
    /// # Errors
    /// [`Code::LimitReached`] for more than five, [`Code::BadValue`] for one that is too early or there twice.
    pub fn new(mut minutes: Vec<u16>) -> Result<Self, Violation> {
        if minutes.len() > OFFSETS_MAX {
            return Err(Violation::new(Code::BadValue, "at most 5 reminders"));
        }
        if minutes.iter().any(|minutes| *minutes > OFFSET_MAX) {
            return Err(Violation::new(Code::BadValue, "at most a week (10080 minutes) before"));
        }
        minutes.sort_unstable();
        if minutes.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Violation::new(Code::BadValue, "each one once"));
        }
        Ok(Self(minutes))
    }

    /// The minutes, ascending.
    pub fn as_slice(&self) -> &[u16] {
        &self.0
    }
}

impl Default for Offsets {
    /// One, at the start.
    fn default() -> Self {
        Self(vec![0])
    }
}

impl<'de> Deserialize<'de> for Offsets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Vec<u16>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of minutes")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u16>, A::Error> {
                let mut minutes = Vec::new();
                // One too many is enough to refuse.
                while let Some(next) = seq.next_element::<i64>()? {
                    if minutes.len() <= OFFSETS_MAX {
                        minutes.push(u16::try_from(next).unwrap_or(u16::MAX));
                    }
                }
                Ok(minutes)
            }
        }

        Self::new(deserializer.deserialize_seq(Visitor)?).map_err(de::Error::custom)
    }
}

/// Reminding again until the routine is started, with an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, try_from = "UncheckedAgain")]
pub struct Again {
    /// Minutes from one to the next: 1–60.
    pub every: u8,
    /// How often: 1–12.
    pub times: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedAgain {
    every: i64,
    times: i64,
}

impl TryFrom<UncheckedAgain> for Again {
    type Error = Violation;

    fn try_from(raw: UncheckedAgain) -> Result<Self, Violation> {
        match (raw.every, raw.times) {
            (1..=60, 1..=12) => Ok(Self { every: raw.every as u8, times: raw.times as u8 }),
            _ => Err(Violation::new(Code::BadValue, "every 1 to 60 minutes, 1 to 12 times")),
        }
    }
}

/// When a routine reminds: part of each of its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ReminderPlan {
    /// How long before the start.
    pub offsets: Offsets,
    /// Whether it goes on until the routine is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
}

/// One instant at which an occurrence reminds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ring {
    /// When.
    pub due_at: Timestamp,
    /// Minutes before the start, as planned.
    pub offset: u16,
    /// 0, or how many times it has reminded again.
    pub round: u8,
}

impl ReminderPlan {
    /// When an occurrence that starts at `starts_at` reminds.
    pub fn rings(&self, starts_at: Timestamp) -> Vec<Ring> {
        let ring = |offset: u16, round: u8, after: SignedDuration| {
            let before = SignedDuration::from_mins(i64::from(offset));
            let due_at = starts_at.checked_sub(before).and_then(|at| at.checked_add(after)).ok()?;
            Some(Ring { due_at, offset, round })
        };
        let planned =
            self.offsets.as_slice().iter().filter_map(|offset| ring(*offset, 0, SignedDuration::ZERO));
        let mut rings: Vec<Ring> = planned.collect();
        if let (Some(again), Some(last)) = (self.again, self.offsets.as_slice().first()) {
            let rounds = (1..=again.times).filter_map(|round| {
                ring(*last, round, SignedDuration::from_mins(i64::from(again.every) * i64::from(round)))
            });
            rings.extend(rounds);
        }
        rings
    }

    /// How long before the start the first one comes, in minutes; `None` where it never reminds.
    pub fn earliest(&self) -> Option<u16> {
        self.offsets.as_slice().last().copied()
    }

    /// How long after the start the last one comes, in minutes.
    pub fn latest(&self) -> u16 {
        self.again.map_or(0, |again| u16::from(again.every) * u16::from(again.times))
    }
}

/// Until when a reminder that was due at `due_at` is worth sending: half an hour, or as long as its routine takes.
pub fn useful_until(due_at: Timestamp, minutes: u16) -> Timestamp {
    let grace = SignedDuration::from_mins(i64::from(minutes.max(GRACE_MINUTES)));
    due_at.checked_add(grace).unwrap_or(Timestamp::MAX)
}

/// A time of every day during which nothing rings, on the account's clock. It may pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When it begins.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "time"))]
    pub from: Time,
    /// When it ends; what is due then rings.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "time"))]
    pub to: Time,
}

impl QuietHours {
    /// Whether it is quiet at this time of day. From and to the same: never.
    pub fn holds(&self, time: Time) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

/// Days on which nothing rings, both included, on the account's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, try_from = "UncheckedVacation")]
pub struct Vacation {
    /// The first day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date"))]
    pub from: Date,
    /// The last day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date"))]
    pub to: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedVacation {
    #[serde(deserialize_with = "crate::wire::at")]
    from: Date,
    #[serde(deserialize_with = "crate::wire::at")]
    to: Date,
}

impl TryFrom<UncheckedVacation> for Vacation {
    type Error = Violation;

    fn try_from(UncheckedVacation { from, to }: UncheckedVacation) -> Result<Self, Violation> {
        if from <= to {
            Ok(Self { from, to })
        } else {
            Err(Violation::new(Code::BadRange, "the first day comes before the last"))
        }
    }
}

/// At most so many vacations.
fn vacations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vacation>, D::Error> {
    let list = Vec::<Vacation>::deserialize(deserializer)?;
    if list.len() > VACATIONS_MAX {
        return Err(de::Error::custom(Violation::new(Code::BadValue, "at most 20 vacations")));
    }
    Ok(list)
}

/// When a whole day reminds, unless the person says otherwise.
const ALL_DAY_AT: Time = Time::constant(8, 0, 0, 0);

/// How an account is reminded, whatever the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ReminderSettings {
    /// When nothing rings.
    pub quiet: Option<QuietHours>,
    /// On which days nothing rings.
    #[serde(deserialize_with = "vacations")]
    pub vacations: Vec<Vacation>,
    /// Whether messages keep titles to themselves: "A routine begins".
    pub hide_titles: bool,
    /// At which time whole days remind: their offsets count from it.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "time"))]
    pub all_day_at: Time,
    /// Whether acting on one device closes the reminder on the others.
    pub close_elsewhere: bool,
}

impl Default for ReminderSettings {
    fn default() -> Self {
        Self {
            quiet: None,
            vacations: Vec::new(),
            hide_titles: false,
            all_day_at: ALL_DAY_AT,
            close_elsewhere: true,
        }
    }
}

impl ReminderSettings {
    /// Whether nothing rings at this time, on the account's clock.
    pub fn is_quiet(&self, at: DateTime) -> bool {
        let on_vacation = |vacation: &Vacation| (vacation.from..=vacation.to).contains(&at.date());
        self.quiet.is_some_and(|quiet| quiet.holds(at.time())) || self.vacations.iter().any(on_vacation)
    }
}

/// The settings as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredSettings {
    /// The settings.
    pub settings: ReminderSettings,
    /// Counts the changes: their `ETag`.
    pub revision: u64,
}

/// What became of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReminderState {
    /// Still to come, or to be tried again.
    Pending,
    /// A worker has it in hand.
    Leased,
    /// The other end has taken it.
    Sent,
    /// It could not be delivered.
    Failed,
    /// It came too late to be of use.
    Expired,
    /// The person had acted before it was due.
    Acknowledged,
}

/// Why a message did not get through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody was there to send it in time: Daymark was not running, or too busy.
    TooLate,
    /// It was late, and by then it was to be quiet.
    Quiet,
    /// The push service says that this browser does not listen any more (404 or 410).
    Gone,
    /// The person has unsubscribed this mailbox.
    Unsubscribed,
    /// The other end refuses such messages, or our credentials.
    Refused,
    /// The other end asked for patience for too long (429).
    Busy,
    /// The other end has an error of its own (5xx).
    Broken,
    /// The other end did not answer in time.
    Silent,
    /// No connection: name, network or certificate.
    Unreachable,
    /// The address is one that this server may not go to.
    Forbidden,
    /// The operator has not set this way of sending up.
    NotSetUp,
    /// What was to be said could not be read.
    Unreadable,
}

impl Reason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::TooLate,
        Self::Quiet,
        Self::Gone,
        Self::Unsubscribed,
        Self::Refused,
        Self::Busy,
        Self::Broken,
        Self::Silent,
        Self::Unreachable,
        Self::Forbidden,
        Self::NotSetUp,
        Self::Unreadable,
    ];

    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLate => "too_late",
            Self::Quiet => "quiet",
            Self::Gone => "gone",
            Self::Unsubscribed => "unsubscribed",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::Broken => "broken",
            Self::Silent => "silent",
            Self::Unreachable => "unreachable",
            Self::Forbidden => "forbidden",
            Self::NotSetUp => "not_set_up",
            Self::Unreadable => "unreadable",
        }
    }

    /// Back from storage.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == text)
    }
}

/// The channel that a reminder went to, as far as it is shown with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReminderChannel {
    /// Which one.
    pub id: ChannelId,
    /// What the person calls it.
    pub name: Title,
    /// What kind it is.
    pub kind: ChannelKind,
}

/// A reminder as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reminder {
    /// Its id.
    pub id: ReminderId,
    /// Of which routine.
    pub routine: RoutineId,
    /// Of which occurrence.
    pub occurrence: OccurrenceKey,
    /// The routine's title.
    pub title: Title,
    /// Its colour.
    pub colour: Colour,
    /// Its icon.
    pub icon: Icon,
    /// Where it went, or was to go; absent where that channel is gone.
    #[serde(default)]
    pub channel: Option<ReminderChannel>,
    /// When it was due.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub due_at: Timestamp,
    /// When the occurrence starts.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub starts_at: Timestamp,
    /// What became of it.
    pub state: ReminderState,
    /// Whether it was sent later than a minute after it was due.
    pub late: bool,
    /// Why it did not get through, or what the last try met with.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Whether another channel got the same message through.
    pub told_elsewhere: bool,
    /// When that was.
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = "date-time"))]
    pub settled_at: Option<Timestamp>,
}

/// Which reminders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReminderList {
    /// What was late, failed or expired, and has not been dismissed; newest first.
    Missed,
    /// What is still to come; soonest first.
    Upcoming,
}

/// A reminder that is to ring again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// In so many minutes: 1–1,440.
    pub minutes: u16,
}

/// The same from within a message: it may be sent long after it was pressed, and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PressedSnooze {
    /// In so many minutes from when it was pressed: 1–1,440.
    pub minutes: u16,
    /// Which press it was, by whoever sends it: the same one again changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SnoozeId>,
    /// How many seconds ago it was pressed; not given, it was just now.
    #[serde(default)]
    pub seconds_ago: u32,
}

/// How an occurrence stands with its reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reminded {
    /// Whether the person has acted on one: they know.
    pub acknowledged: bool,
    /// When it rings again, where they wanted that.
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = "date-time"))]
    pub snoozed_until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use rstest::rstest;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_plan_reminds_at_the_start_unless_told_otherwise() {
        let plan: ReminderPlan = serde_json::from_str("{}").unwrap();
        let start = at("2026-11-18T07:00:00Z");
        assert_eq!(plan.rings(start), [Ring { due_at: start, offset: 0, round: 0 }]);
        let none: ReminderPlan = serde_json::from_str(r#"{"offsets":[]}"#).unwrap();
        assert_eq!(none.rings(start), []);
    }

    #[test]
    fn reminding_again_follows_the_last_of_the_offsets() {
        let plan: ReminderPlan =
            serde_json::from_str(r#"{"offsets":[60,10],"again":{"every":5,"times":2}}"#).unwrap();
        let due: Vec<_> = plan.rings(at("2026-11-18T07:00:00Z")).iter().map(|ring| ring.due_at).collect();
        let wanted = ["06:50", "06:00", "06:55", "07:00"].map(|time| at(&format!("2026-11-18T{time}:00Z")));
        assert_eq!(due, wanted);
    }

    #[rstest]
    #[case(r#"{"offsets":[0,1,2,3,4,5]}"#)]
    #[case(r#"{"offsets":[0,0]}"#)]
    #[case(r#"{"offsets":[10081]}"#)]
    #[case(r#"{"offsets":[-1]}"#)]
    #[case(r#"{"again":{"every":0,"times":1}}"#)]
    #[case(r#"{"again":{"every":5,"times":13}}"#)]
    fn what_is_out_of_bounds_is_refused(#[case] json: &str) {
        let error = serde_json::from_str::<ReminderPlan>(json).unwrap_err().to_string();
        assert!(error.starts_with("bad_value: "), "{error}");
    }

    #[rstest]
    #[case(30, "07:30")]
    #[case(5, "07:30")]
    #[case(90, "08:30")]
    fn grace_is_half_an_hour_or_the_routines_length(#[case] minutes: u16, #[case] until: &str) {
        let wanted = at(&format!("2026-11-18T{until}:00Z"));
        assert_eq!(useful_until(at("2026-11-18T07:00:00Z"), minutes), wanted);
    }

    #[rstest]
    #[case((22, 7), 23, true)]
    #[case((22, 7), 3, true)]
    #[case((22, 7), 7, false)]
    #[case((22, 7), 12, false)]
    #[case((13, 15), 13, true)]
    #[case((13, 15), 15, false)]
    #[case((8, 8), 8, false)]
    fn quiet_hours_may_pass_midnight(#[case] (from, to): (i8, i8), #[case] hour: i8, #[case] is_quiet: bool) {
        let quiet = QuietHours { from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) };
        assert_eq!(quiet.holds(time(hour, 0, 0, 0)), is_quiet);
    }

    #[test]
    fn a_vacation_takes_its_last_day_whole() {
        let settings: ReminderSettings =
            serde_json::from_str(r#"{"vacations":[{"from":"2026-12-24","to":"2026-12-26"}]}"#).unwrap();
        assert!(settings.is_quiet(date(2026, 12, 26).at(23, 59, 0, 0)));
        assert!(!settings.is_quiet(date(2026, 12, 27).at(0, 0, 0, 0)));
        let backwards = r#"{"vacations":[{"from":"2026-12-26","to":"2026-12-24"}]}"#;
        assert!(
            serde_json::from_str::<ReminderSettings>(backwards)
                .unwrap_err()
                .to_string()
                .contains("bad_range")
        );
    }

    #[test]
    fn reasons_have_the_names_that_travel() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{}\"", reason.as_str()));
            assert_eq!(Reason::named(reason.as_str()), Some(*reason));
        }
    }
}
