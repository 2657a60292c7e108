//! Editing one, later or all occurrences: which version has which dates afterwards.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use daymark_shared::{
    occurrence::OccurrenceKey,
    problem::Code,
    repeat::{End, Repeat},
    routine::Scope,
    schedule::{Schedule, ScheduleZone, Start},
    version::{Edit, Request, Version, current, edit, end},
};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn day(d: i8) -> Date {
    date(2026, 11, d)
}

fn at(d: i8, hour: i8) -> Start {
    Start::At(day(d).at(hour, 0, 0, 0))
}

fn schedule(start: Start, rule: Option<&str>) -> Schedule {
    Schedule::new(start, ScheduleZone::Mine, rule.map(|rule| rule.parse::<Repeat>().unwrap())).unwrap()
}

/// Daily at 07:00 from 2 November.
fn daily(rule: &str) -> Vec<Version> {
    vec![Version::first(Some(schedule(at(2, 7), Some(rule))))]
}

fn apply(mut versions: Vec<Version>, edit: &Edit) -> Vec<Version> {
    if let Some((number, date)) = edit.except {
        for version in versions.iter_mut().filter(|version| version.number == number) {
            version.except.insert(date);
        }
    }
    for (number, date) in &edit.closed {
        for version in versions.iter_mut().filter(|version| version.number == *number) {
            version.until = Some(*date);
        }
    }
    versions.retain(|version| !edit.removed.contains(&version.number));
    versions.extend(edit.opened.iter().map(|opened| opened.version.clone()));
    versions
}

fn request(scope: Scope, key: Option<(u32, Start)>, schedule: Option<Option<Schedule>>) -> Request {
    let occurrence = key.map(|(version, original)| OccurrenceKey { version, original });
    Request { scope, occurrence, schedule }
}

/// Version and day of each occurrence in November.
fn november(versions: &[Version]) -> Vec<(u32, i8)> {
    let mut all: Vec<_> = versions
        .iter()
        .flat_map(|version| version.starts(day(1), day(30)).map(|start| (version.number, start.date().day())))
        .collect();
    all.sort_by_key(|(version, day)| (*day, *version));
    all
}

fn none() -> BTreeSet<(u32, Date)> {
    BTreeSet::new()
}

#[test]
fn this_and_later_opens_a_version_on_that_date() {
    let versions = daily("FREQ=DAILY;COUNT=10");
    let edit = edit(&versions, &none(), day(3), request(Scope::Later, Some((1, at(6, 7))), None)).unwrap();
    assert_eq!(edit.closed, [(1, day(6))]);
    let versions = apply(versions, &edit);
    assert_eq!(
        november(&versions),
        [(1, 2), (1, 3), (1, 4), (1, 5), (2, 6), (2, 7), (2, 8), (2, 9), (2, 10), (2, 11)]
    );
    // Four of ten were used up.
    let rule = edit.opened[0].version.schedule.clone().unwrap().repeat.unwrap();
    assert_eq!(rule.parts().end, End::Count(6));
}

#[test]
fn skipped_dates_and_single_edits_count() {
    let versions = daily("FREQ=DAILY;COUNT=5");
    let single = edit(&versions, &none(), day(2), request(Scope::This, Some((1, at(3, 7))), None)).unwrap();
    let versions = apply(versions, &single);
    let later = edit(&versions, &none(), day(2), request(Scope::Later, Some((1, at(5, 7))), None)).unwrap();
    let versions = apply(versions, &later);
    assert_eq!(november(&versions), [(1, 2), (2, 3), (1, 4), (3, 5), (3, 6)]);
    assert_eq!(current(&versions).unwrap().number, 3);
}

#[test]
fn all_leaves_the_past_alone() {
    let versions = daily("FREQ=DAILY;UNTIL=20261108");
    let all = edit(&versions, &none(), day(5), request(Scope::All, None, None)).unwrap();
    let versions = apply(versions, &all);
    assert_eq!(november(&versions), [(1, 2), (1, 3), (1, 4), (2, 5), (2, 6), (2, 7), (2, 8)]);
}

#[test]
fn all_replaces_a_version_of_which_nothing_has_begun() {
    let versions = daily("FREQ=DAILY");
    let all = edit(&versions, &none(), day(1), request(Scope::All, None, None)).unwrap();
    assert_eq!((all.closed.as_slice(), all.removed.as_slice()), (&[][..], &[1][..]));
}

#[test]
fn what_has_begun_stays_and_is_not_repeated_by_the_new_version() {
    let versions = daily("FREQ=DAILY;UNTIL=20261108");
    // Today's was done, and the one of the 7th already too.
    let begun = BTreeSet::from([(1, day(5)), (1, day(7))]);
    let all = edit(&versions, &begun, day(5), request(Scope::All, None, None)).unwrap();
    assert_eq!(november(&apply(versions, &all)), [(1, 2), (1, 3), (1, 4), (2, 6), (2, 8)]);
}

#[test]
fn a_single_routine_done_today_can_be_planned_again_today() {
    let versions = vec![Version::first(Some(schedule(at(5, 7), None)))];
    let begun = BTreeSet::from([(1, day(5))]);
    let again = Some(Some(schedule(at(5, 20), None)));
    let all = edit(&versions, &begun, day(5), request(Scope::All, None, again)).unwrap();
    assert!(all.removed.is_empty());
    assert_eq!(all.opened[0].version.starts(day(5), day(5)).collect::<Vec<_>>(), [at(5, 20)]);
}

#[test]
fn one_alone_takes_its_date_out_of_the_series() {
    let versions = daily("FREQ=DAILY;UNTIL=20261105");
    let moved = Some(Some(schedule(at(9, 18), None)));
    let this = edit(&versions, &none(), day(2), request(Scope::This, Some((1, at(4, 7))), moved)).unwrap();
    let versions = apply(versions, &this);
    assert_eq!(november(&versions), [(1, 2), (1, 3), (1, 5), (2, 9)]);
    assert_eq!(current(&versions).unwrap().number, 1);
}

#[test]
fn later_reaches_versions_and_single_edits_that_follow() {
    let versions = daily("FREQ=DAILY;UNTIL=20261108");
    let e1 = edit(&versions, &none(), day(2), request(Scope::This, Some((1, at(7, 7))), None)).unwrap();
    let versions = apply(versions, &e1);
    let e2 = edit(&versions, &none(), day(2), request(Scope::Later, Some((1, at(6, 7))), None)).unwrap();
    let versions = apply(versions, &e2);
    let e3 = edit(&versions, &none(), day(2), request(Scope::Later, Some((1, at(4, 7))), None)).unwrap();
    let versions = apply(versions, &e3);
    // Each that was still to come carries on with what was its own.
    assert_eq!(november(&versions), [(1, 2), (1, 3), (5, 4), (5, 5), (6, 6), (7, 7), (6, 8)]);
    assert_eq!((e2.removed, e3.removed), (vec![2], vec![3, 4]));
}

#[test]
fn the_past_and_what_is_not_there_are_refused() {
    let versions = daily("FREQ=DAILY");
    let refused = |scope, key, schedule, begun: &BTreeSet<_>| {
        edit(&versions, begun, day(5), request(scope, key, schedule)).unwrap_err().code
    };
    assert_eq!(refused(Scope::Later, Some((1, at(4, 7))), None, &none()), Code::OccurrenceBegun);
    assert_eq!(
        refused(Scope::This, Some((1, at(6, 7))), None, &BTreeSet::from([(1, day(6))])),
        Code::OccurrenceBegun
    );
    assert_eq!(refused(Scope::Later, Some((1, at(6, 8))), None, &none()), Code::NotFound);
    assert_eq!(refused(Scope::Later, Some((2, at(6, 7))), None, &none()), Code::NotFound);
    assert_eq!(refused(Scope::This, None, None, &none()), Code::MissingField);
    let repeating = Some(Some(schedule(at(6, 7), Some("FREQ=DAILY"))));
    assert_eq!(refused(Scope::This, Some((1, at(6, 7))), repeating, &none()), Code::BadValue);
    assert_eq!(refused(Scope::This, Some((1, at(6, 7))), Some(None), &none()), Code::BadValue);
}

#[test]
fn an_ended_routine_stays_ended_when_it_is_edited() {
    let mut versions = daily("FREQ=DAILY");
    let (closed, removed) = end(&versions, &none(), day(8));
    assert_eq!((closed.as_slice(), removed.as_slice()), (&[(1, day(8))][..], &[][..]));
    versions[0].until = Some(day(8));
    let all = edit(&versions, &none(), day(5), request(Scope::All, None, None)).unwrap();
    assert_eq!(all.opened[0].version.until, Some(day(8)));
}

#[test]
fn an_inbox_routine_gets_a_schedule_and_loses_it_again() {
    let versions = vec![Version::first(None)];
    let planned = Some(Some(schedule(at(6, 9), Some("FREQ=WEEKLY;BYDAY=FR"))));
    let edit1 = edit(&versions, &none(), day(5), request(Scope::All, None, planned)).unwrap();
    assert_eq!(edit1.removed, [1]);
    let versions = apply(versions, &edit1);
    assert_eq!(november(&versions), [(2, 6), (2, 13), (2, 20), (2, 27)]);
    let edit2 = edit(&versions, &none(), day(10), request(Scope::All, None, Some(None))).unwrap();
    assert_eq!(november(&apply(versions, &edit2)), [(2, 6)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Edits that leave the schedule alone never add, lose or double a date, however they are mixed.
    #[test]
    fn edits_that_carry_on_keep_every_date(
        edits in prop::collection::vec((0u8..3, 0usize..30, 0usize..30), 1..12),
        rule in prop::sample::select(vec![
            "FREQ=DAILY", "FREQ=DAILY;COUNT=17", "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=9", "FREQ=DAILY;INTERVAL=3;UNTIL=20261125",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,3,5",
        ]),
    ) {
        let mut versions = daily(rule);
        let expected: Vec<i8> = november(&versions).into_iter().map(|(_, day)| day).collect();
        let mut today = day(1);
        let mut begun = BTreeSet::new();
        for (scope, which, then) in edits {
            let open: Vec<(u32, Start)> = versions
                .iter()
                .flat_map(|version| version.starts(today, day(30)).map(|start| (version.number, start)))
                .filter(|(number, start)| !begun.contains(&(*number, start.date())))
                .collect();
            if open.is_empty() { break; }
            let key = open[which % open.len()];
            let scope = [Scope::This, Scope::Later, Scope::All][usize::from(scope)];
            let edit = edit(&versions, &begun, today, request(scope, Some(key), None)).unwrap();
            versions = apply(versions, &edit);
            // Something is done, somewhere ahead; and time goes on.
            let open: Vec<(u32, Date)> = versions
                .iter()
                .flat_map(|version| version.starts(today, day(30)).map(|start| (version.number, start.date())))
                .collect();
            if let Some(done) = open.get(then % open.len().max(1)) { begun.insert(*done); }
            if then % 3 == 0 { today = today.tomorrow().unwrap(); }
        }
        let mut shown: BTreeSet<(u32, Date)> = versions
            .iter()
            .flat_map(|version| version.starts(day(1), day(30)).map(|start| (version.number, start.date())))
            .collect();
        shown.extend(begun);
        let mut days: Vec<i8> = shown.into_iter().map(|(_, date)| date.day()).collect();
        days.sort_unstable();
        prop_assert_eq!(days, expected);
    }
}
