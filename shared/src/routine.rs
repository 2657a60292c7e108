//! Routines: what there is to do, in steps.

use crate::{
    ids::{RoutineId, StepId},
    occurrence::OccurrenceKey,
    problem::{Code, Violation},
    reminder::ReminderPlan,
    schedule::Schedule,
    text::{Notes, Title, parse_str},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// The most steps a routine has.
pub const STEPS_MAX: usize = 100;
/// The most minutes a step, or all steps of a routine together, may take: a day.
pub const MINUTES_MAX: u16 = 1_440;

/// A duration in whole minutes, 1–1,440.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Minutes(u16);

impl Minutes {
    /// Checks the range.
    ///
    /// # Errors
    /// [`Code::DurationOutOfRange`].
    pub fn new(minutes: i64) -> Result<Self, Violation> {
        match u16::try_from(minutes) {
            Ok(minutes @ 1..=MINUTES_MAX) => Ok(Self(minutes)),
            _ => Err(Violation::new(Code::DurationOutOfRange, "between 1 and 1440 minutes")),
        }
    }

    /// The minutes.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Minutes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Minutes {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MINUTES_MAX))
            .build()
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Minutes {
    fn name() -> std::borrow::Cow<'static, str> {
        "Minutes".into()
    }
}

/// A routine's colour: a hue. How light and how strong it is, the theme decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Yellow.
    Sun,
    /// Green.
    Leaf,
    /// Blue.
    #[default]
    Sea,
    /// Violet blue.
    Slate,
    /// Purple.
    Plum,
    /// Red brown.
    Brick,
}

impl Colour {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::Sun, Self::Leaf, Self::Sea, Self::Slate, Self::Plum, Self::Brick];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sun => "sun",
            Self::Leaf => "leaf",
            Self::Sea => "sea",
            Self::Slate => "slate",
            Self::Plum => "plum",
            Self::Brick => "brick",
        }
    }
}

/// The name of an icon: lower-case letters, digits and hyphens, at most 32. A client shows a plain one for a name that
/// it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Icon(String);

impl Icon {
    /// Checks the name.
    ///
    /// # Errors
    /// [`Code::BadValue`].
    pub fn new(name: &str) -> Result<Self, Violation> {
        let well_formed = (1..=32).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed {
            Ok(Self(name.to_owned()))
        } else {
            Err(Violation::new(Code::BadValue, "an icon's name such as sun or book-open"))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Icon {
    fn default() -> Self {
        Self("circle".to_owned())
    }
}

impl<'de> Deserialize<'de> for Icon {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_str(deserializer, Self::new)
    }
}

#[cfg(feature = "openapi")]
crate::openapi::string_schema!(Icon, max 32);

/// A named part of a routine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Minted by whoever adds the step.
    pub id: StepId,
    /// What to do.
    pub title: Title,
    /// How long it is meant to take.
    pub minutes: Minutes,
    /// A hint, shown during the run.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub note: Notes,
}

fn is_empty(notes: &Notes) -> bool {
    notes.as_str().is_empty()
}

/// A routine's steps: 1–100 with ids of their own, together at most a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Steps(Vec<Step>);

impl Steps {
    /// Checks the list as a whole.
    ///
    /// # Errors
    /// [`Code::NoSteps`], [`Code::TooManySteps`], [`Code::DuplicateStep`] or [`Code::RoutineTooLong`].
    pub fn new(steps: Vec<Step>) -> Result<Self, Violation> {
        if steps.is_empty() {
            return Err(Violation::new(Code::NoSteps, "at least one step"));
        }
        if steps.len() > STEPS_MAX {
            return Err(Violation::new(Code::TooManySteps, "at most 100 steps"));
        }
        for (index, step) in steps.iter().enumerate() {
            if steps[..index].iter().any(|other| other.id == step.id) {
                return Err(Violation::new(Code::DuplicateStep, format!("step {} repeats an id", index + 1)));
            }
        }
        let steps = Self(steps);
        if steps.total() > u32::from(MINUTES_MAX) {
            return Err(Violation::new(Code::RoutineTooLong, "all steps together take at most 1440 minutes"));
        }
        Ok(steps)
    }

    fn total(&self) -> u32 {
        self.0.iter().map(|step| u32::from(step.minutes.get())).sum()
    }

    /// How long all of them take.
    pub fn minutes(&self) -> Minutes {
        Minutes(u16::try_from(self.total()).unwrap_or(MINUTES_MAX))
    }

    /// The steps in order.
    pub fn as_slice(&self) -> &[Step] {
        &self.0
    }

    /// The steps in order, owned.
    pub fn into_vec(self) -> Vec<Step> {
        self.0
    }

    /// The same steps, each stretched or shrunk in proportion, so that together they take `minutes`.
    ///
    /// # Errors
    /// [`Code::TooShortForSteps`] when there is not a minute for each.
    pub fn fitted(&self, minutes: Minutes) -> Result<Self, Violation> {
        let share = fit(&self.0.iter().map(|step| step.minutes.get()).collect::<Vec<_>>(), minutes.get())?;
        let steps = self.0.iter().zip(share);
        Ok(Self(steps.map(|(step, minutes)| Step { minutes: Minutes(minutes), ..step.clone() }).collect()))
    }
}

/// Shares `total` minutes in proportion to `parts`, at least one each; the shares add up to `total` exactly.
///
/// # Errors
/// [`Code::TooShortForSteps`] when `total` is less than the number of parts.
pub fn fit(parts: &[u16], total: u16) -> Result<Vec<u16>, Violation> {
    if usize::from(total) < parts.len() {
        return Err(Violation::new(
            Code::TooShortForSteps,
            format!("{} steps need at least {} minutes", parts.len(), parts.len()),
        ));
    }
    // One minute each is given; the rest goes by largest remainder, earlier parts first.
    let spare = u32::from(total) - parts.len() as u32;
    let weights: Vec<u32> = parts.iter().map(|part| u32::from(part.saturating_sub(1))).collect();
    let sum: u32 = weights.iter().sum::<u32>();
    let (weights, sum) = if sum == 0 { (vec![1; parts.len()], parts.len() as u32) } else { (weights, sum) };
    let mut shares: Vec<u16> = weights.iter().map(|w| 1 + (spare * w / sum) as u16).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(spare * weights[i] % sum));
    let missing = usize::from(total - shares.iter().sum::<u16>());
    for &i in order.iter().take(missing) {
        shares[i] += 1;
    }
    Ok(shares)
}

struct StepsVisitor;

impl<'de> de::Visitor<'de> for StepsVisitor {
    type Value = Vec<Step>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of steps")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Step>, A::Error> {
        let mut steps = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(STEPS_MAX));
        while let Some(step) = seq.next_element()? {
            if steps.len() == STEPS_MAX {
                return Err(de::Error::custom(Violation::new(Code::TooManySteps, "at most 100 steps")));
            }
            steps.push(step);
        }
        Ok(steps)
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(deserializer.deserialize_seq(StepsVisitor)?).map_err(de::Error::custom)
    }
}

/// A routine to be made. Sent again with the same body, it is the same routine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRoutine {
    /// Minted by the client.
    pub id: RoutineId,
    /// What it is called.
    pub title: Title,
    /// Anything worth keeping with it.
    #[serde(default)]
    pub notes: Notes,
    /// Its colour.
    #[serde(default)]
    pub colour: Colour,
    /// Its icon.
    #[serde(default)]
    pub icon: Icon,
    /// What to do, in order.
    pub steps: Steps,
    /// When; without one it lies in the inbox.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// When it reminds.
    #[serde(default)]
    pub reminders: ReminderPlan,
}

/// A routine in one of its versions: the current one, as it is planned from now on, unless another was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Routine {
    /// Its id.
    pub id: RoutineId,
    /// The number of this version, from 1.
    pub version: u32,
    /// What it is called.
    pub title: Title,
    /// Anything worth keeping with it.
    pub notes: Notes,
    /// Its colour.
    pub colour: Colour,
    /// Its icon.
    pub icon: Icon,
    /// What to do, in order.
    pub steps: Steps,
    /// When; without one it lies in the inbox.
    pub schedule: Option<Schedule>,
    /// When it reminds.
    #[serde(default)]
    pub reminders: ReminderPlan,
    /// The date from which this version holds; absent in the inbox.
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = "date"))]
    pub from: Option<Date>,
    /// The last date on which this version happens; absent when it goes on without an end, or lies in the inbox.
    #[serde(default, deserialize_with = "crate::wire::maybe_at")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = "date"))]
    pub last: Option<Date>,
    /// When it was made.
    #[serde(deserialize_with = "crate::wire::at")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub created_at: Timestamp,
    /// Counts the changes: the `ETag` of this routine.
    pub revision: u64,
}

/// Which occurrences an edit is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Only the one named.
    This,
    /// The one named and those after it.
    Later,
    /// All that have not yet begun.
    All,
}

/// An edit of a routine: fields that are absent stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutineEdit {
    /// Which occurrences it is meant for.
    pub scope: Scope,
    /// The occurrence that was looked at; needed for `this` and `later`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<OccurrenceKey>,
    /// A new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// New notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Notes>,
    /// A new colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// A new icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// All steps, anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Steps>,
    /// A new schedule, as it is to be from there on; `null` puts the routine into the inbox. Absent: it carries on, a
    /// COUNT with what remains of it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub schedule: Option<Option<Schedule>>,
    /// When it reminds from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminders: Option<ReminderPlan>,
}

impl RoutineEdit {
    /// An edit of nothing yet.
    pub fn of(scope: Scope, occurrence: Option<OccurrenceKey>) -> Self {
        Self {
            scope,
            occurrence,
            title: None,
            notes: None,
            colour: None,
            icon: None,
            steps: None,
            schedule: None,
            reminders: None,
        }
    }
}

/// Tells a `null` from a field that is absent.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A routine's schedule to be set: how an inbox routine gets its place on the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    /// The schedule from now on.
    pub schedule: Schedule,
}

/// From where on a routine ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutineEnd {
    /// `later` or `all`.
    pub scope: Scope,
    /// The occurrence that was looked at; needed for `later`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<OccurrenceKey>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(n: u8, minutes: i64) -> Step {
        Step {
            id: StepId::from_bytes([n; 16]),
            title: Title::new("Stretch").unwrap(),
            minutes: Minutes::new(minutes).unwrap(),
            note: Notes::default(),
        }
    }

    fn refused<T: fmt::Debug>(result: Result<T, Violation>) -> Code {
        result.unwrap_err().code
    }

    #[test]
    fn steps_are_checked_as_a_whole() {
        assert_eq!(refused(Steps::new(vec![])), Code::NoSteps);
        assert_eq!(refused(Steps::new((0..=100).map(|n| step(n, 1)).collect())), Code::TooManySteps);
        assert_eq!(refused(Steps::new(vec![step(1, 5), step(1, 6)])), Code::DuplicateStep);
        assert_eq!(refused(Steps::new(vec![step(1, 1440), step(2, 1)])), Code::RoutineTooLong);
        assert_eq!(Steps::new(vec![step(1, 1000), step(2, 440)]).unwrap().minutes().get(), 1440);
    }

    #[test]
    fn a_long_list_is_refused_before_it_is_read() {
        let one = serde_json::to_string(&step(1, 1)).unwrap();
        let many = format!("[{}]", vec![one; 101].join(","));
        let error = serde_json::from_str::<Steps>(&many).unwrap_err().to_string();
        assert!(error.starts_with("too_many_steps: "), "{error}");
    }

    #[test]
    fn null_and_absent_are_told_apart() {
        let edit: RoutineEdit = serde_json::from_str(r#"{"scope":"all"}"#).unwrap();
        assert_eq!(edit.schedule, None);
        let edit: RoutineEdit = serde_json::from_str(r#"{"scope":"all","schedule":null}"#).unwrap();
        assert_eq!(edit.schedule, Some(None));
    }

    proptest! {
        #[test]
        fn shares_add_up_and_keep_their_order(parts in prop::collection::vec(1u16..=1440, 1..=100), total in 1u16..=1440) {
            match fit(&parts, total) {
                Err(violation) => {
                    prop_assert!(usize::from(total) < parts.len());
                    prop_assert_eq!(violation.code, Code::TooShortForSteps);
                }
                Ok(shares) => {
                    prop_assert_eq!(shares.iter().sum::<u16>(), total);
                    prop_assert!(shares.iter().all(|share| *share >= 1));
                    for i in 0..parts.len() {
                        for j in 0..parts.len() {
                            prop_assert!(parts[i] <= parts[j] || shares[i] + 1 >= shares[j]);
                        }
                    }
                }
            }
        }

        #[test]
        fn fitting_to_what_it_takes_changes_nothing(parts in prop::collection::vec(1u16..=14, 1..=100)) {
            prop_assert_eq!(fit(&parts, parts.iter().sum()).unwrap(), parts);
        }
    }
}
