//! Which backups are kept: a rule alone, with no file in it.

use jiff::{Timestamp, civil::ISOWeekDate, tz::TimeZone};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// How many of a unit may be kept at most.
const MOST: u32 = 1_000;

/// A stretch of time of which the last backup is kept. All are UTC's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    const ALL: [(char, Self); 5] =
        [('h', Self::Hour), ('d', Self::Day), ('w', Self::Week), ('m', Self::Month), ('y', Self::Year)];

    /// The same for all instants of one stretch, and for no other.
    fn stretch(self, at: Timestamp) -> (i16, i16, i8) {
        let at = at.to_zoned(TimeZone::UTC);
        match self {
            Self::Hour => (at.year(), at.day_of_year(), at.hour()),
            Self::Day => (at.year(), at.day_of_year(), 0),
            Self::Week => {
                let week = ISOWeekDate::from(at.date());
                (week.year(), week.week().into(), 0)
            }
            Self::Month => (at.year(), at.month().into(), 0),
            Self::Year => (at.year(), 0, 0),
        }
    }
}

/// For how many hours, days, weeks, months and years that have a backup the last one of each is kept: `7d 4w 6m`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep(Vec<(Unit, u32)>);

/// What is written otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be numbers of hours, days, weeks, months or years, such as 7d 4w 6m, each unit once and 1 to 1000"
)]
pub struct BadKeep;

impl FromStr for Keep {
    type Err = BadKeep;

    fn from_str(text: &str) -> Result<Self, BadKeep> {
        let mut rules: Vec<(Unit, u32)> = Vec::new();
        for part in text.split([' ', ',']).filter(|part| !part.is_empty()) {
            let letter = part.chars().next_back().ok_or(BadKeep)?;
            let (_, unit) = Unit::ALL.into_iter().find(|(known, _)| *known == letter).ok_or(BadKeep)?;
            let count = part.trim_end_matches(letter);
            let digits = count.bytes().all(|byte| byte.is_ascii_digit()) && part.len() == count.len() + 1;
            let count =
                count.parse().ok().filter(|count| digits && (1..=MOST).contains(count)).ok_or(BadKeep)?;
            if rules.iter().any(|(other, _)| *other == unit) {
                return Err(BadKeep);
            }
            rules.push((unit, count));
        }
        rules.sort_unstable();
        if rules.is_empty() { Err(BadKeep) } else { Ok(Self(rules)) }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (unit, count)) in self.0.iter().enumerate() {
            let letter = Unit::ALL.iter().find(|(_, known)| known == unit).map_or('?', |(letter, _)| *letter);
            write!(f, "{}{count}{letter}", if n == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl Keep {
    /// Those of the backups that need not be kept. The newest one always is.
    pub fn surplus(&self, backups: &BTreeSet<Timestamp>) -> BTreeSet<Timestamp> {
        let mut kept: BTreeSet<Timestamp> = backups.last().copied().into_iter().collect();
        for (unit, count) in &self.0 {
            let mut stretches = BTreeSet::new();
            for at in backups.iter().rev() {
                // The newest of a stretch comes first.
                if stretches.insert(unit.stretch(*at)) {
                    if stretches.len() > *count as usize {
                        break;
                    }
                    kept.insert(*at);
                }
            }
        }
        backups.difference(&kept).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn backups() -> impl Strategy<Value = BTreeSet<Timestamp>> {
        // Some years, to the hour, with several in one hour.
        let second =
            (0_i64..30_000, 0_i64..4).prop_map(|(hour, part)| 1_700_000_000 + hour * 3_600 + part * 900);
        prop::collection::btree_set(second.prop_map(|second| Timestamp::from_second(second).unwrap()), 0..120)
    }

    fn keep() -> impl Strategy<Value = Keep> {
        let counts = [0_u32..30, 0..20, 0..10, 0..14, 0..4];
        counts.prop_filter_map("at least one", |counts| {
            let parts = counts.iter().zip(Unit::ALL).filter(|(count, _)| **count > 0);
            let text =
                parts.map(|(count, (letter, _))| format!("{count}{letter}")).collect::<Vec<_>>().join(" ");
            text.parse().ok()
        })
    }

    /// What is promised, said in another way: of each of the newest stretches of a unit, the newest backup.
    fn promised(keep: &Keep, backups: &BTreeSet<Timestamp>) -> BTreeSet<Timestamp> {
        let mut promised = BTreeSet::new();
        for (unit, count) in &keep.0 {
            let mut last = std::collections::BTreeMap::new();
            for at in backups {
                last.insert(unit.stretch(*at), *at);
            }
            let mut last: Vec<_> = last.into_values().collect();
            last.sort_unstable();
            promised.extend(last.iter().rev().take(*count as usize));
        }
        promised
    }

    proptest! {
        #[test]
        fn the_newest_and_the_promised_are_kept_and_nothing_else(backups in backups(), keep in keep()) {
            let surplus = keep.surplus(&backups);
            prop_assert!(surplus.is_subset(&backups));
            let kept: BTreeSet<_> = backups.difference(&surplus).copied().collect();
            prop_assert_eq!(kept.last(), backups.last());
            prop_assert_eq!(&kept, &promised(&keep, &backups));
            // Asked again there is nothing to do.
            prop_assert!(keep.surplus(&kept).is_empty());
        }

        /// What pruning after each backup keeps is what pruning once at the end would keep.
        #[test]
        fn when_it_is_pruned_changes_nothing(backups in backups(), keep in keep()) {
            let mut kept = BTreeSet::new();
            for at in &backups {
                kept.insert(*at);
                for gone in keep.surplus(&kept) {
                    kept.remove(&gone);
                }
            }
            let surplus = keep.surplus(&backups);
            prop_assert_eq!(kept, backups.difference(&surplus).copied().collect::<BTreeSet<_>>());
        }

        #[test]
        fn a_rule_is_read_as_it_is_shown(keep in keep()) {
            prop_assert_eq!(keep.to_string().parse::<Keep>(), Ok(keep));
        }
    }

    #[rstest]
    #[case("")]
    #[case("7")]
    #[case("d")]
    #[case("7dd")]
    #[case("0d")]
    #[case("-1d")]
    #[case("+1d")]
    #[case("1001d")]
    #[case("7d 3d")]
    #[case("7 d")]
    #[case("7x")]
    #[case("７d")]
    fn what_is_no_rule_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Keep>(), Err(BadKeep));
    }
}
