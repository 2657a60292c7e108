//! Our dates and instants against python-dateutil and zoneinfo, case by case (`docs/repeats.md`).
//!
//! Without more, the sample beside this file is checked. `scripts/repeat-oracle` makes fresh cases and pipes them in:
//! `DAYMARK_REPEAT_CASES` names a file of them, or `-` for standard input.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};

use daymark_shared::repeat::Repeat;
use daymark_shared::schedule::to_instant;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::Value;

/// The bundled database, so that the system's own plays no part.
fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).expect("a zone")
}

fn text<'v>(case: &'v Value, field: &str) -> &'v str {
    case[field].as_str().unwrap_or_else(|| panic!("no {field} in {case}"))
}

fn day(case: &Value, field: &str) -> Date {
    text(case, field).parse().expect("a date")
}

fn days(case: &Value, field: &str) -> Vec<Date> {
    let list = case[field].as_array().expect("a list");
    list.iter().map(|day| day.as_str().expect("a date").parse().expect("a date")).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: ours {ours:?}, theirs {theirs:?}")) }
}

fn check(case: &Value) -> Result<(), String> {
    let zone = zone(text(case, "zone"));
    let instant = |local: DateTime| -> Timestamp { to_instant(local, &zone) };
    let start: DateTime = text(case, "start").parse().expect("a start");
    let rule: Repeat = text(case, "rule").parse().map_err(|error| format!("refused: {error}"))?;
    let rule = rule.with_local_until(start.time(), instant);
    rule.check(start).map_err(|error| format!("does not fit its start: {error}"))?;

    let dates: Vec<Date> = rule.dates_between(start, start.date(), day(case, "through")).take(10).collect();
    same("dates", &dates, &days(case, "dates"))?;
    let instants: Vec<i64> =
        dates.iter().map(|date| instant(date.to_datetime(start.time())).as_second()).collect();
    let theirs: Vec<i64> =
        case["instants"].as_array().expect("a list").iter().filter_map(Value::as_i64).collect();
    same("instants", &instants, &theirs)?;

    let (from, to) = (day(case, "from"), day(case, "to"));
    let far: Vec<Date> = rule.dates_from(start, from).take_while(|date| *date <= to).take(5).collect();
    same("far", &far, &days(case, "far"))?;
    same("before", &u64::from(rule.count_before(start, from)), &case["before"].as_u64().unwrap_or(u64::MAX))?;
    if case["last"].is_string() {
        same("last", &rule.last(start), &Some(day(case, "last")))?;
    }

    let footprint = rule.footprint(start);
    for date in dates.iter().chain(&far) {
        same("footprint", &footprint.admits(*date), &true)?;
    }
    Ok(())
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration; scripts/repeat-oracle says where the cases are"
)]
fn agrees_with_dateutil() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/repeat_oracle.jsonl").to_owned();
    let path = std::env::var("DAYMARK_REPEAT_CASES").unwrap_or(sample);
    let lines: Box<dyn BufRead> = match path.as_str() {
        "-" => Box::new(stdin().lock()),
        path => Box::new(BufReader::new(File::open(path).expect("the cases"))),
    };
    let mut lines = lines.lines().map(|line| line.expect("a line"));
    let header: Value = serde_json::from_str(&lines.next().expect("a header")).expect("a header");
    let (mut passed, mut failed) = (0_u64, 0_u64);
    for line in lines {
        let case: Value = serde_json::from_str(&line).expect("a case");
        match check(&case) {
            Ok(()) => passed += 1,
            Err(difference) => {
                failed += 1;
                if failed <= 10 {
                    println!("{difference}\n  in {line}");
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    assert_eq!(failed, 0, "cases on which dateutil disagrees");
    assert_eq!(Some(passed), header["rules"].as_u64(), "cases are missing");
}
