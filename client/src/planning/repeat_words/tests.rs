use super::{Names, Words, full, short};
use crate::i18n::{Hours, I18n};
use daymark_shared::{
    account::Locale,
    schedule::{Schedule, ScheduleZone},
    zone::Zone,
};
use jiff::civil::{Date, Time, Weekday};
use rstest::rstest;

/// What the browser's `Intl` says in the two languages.
struct Plain(Locale);

const DAYS: [[&str; 7]; 2] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
];

impl Plain {
    fn choose<T>(&self, en: T, de: T) -> T {
        if self.0 == Locale::De { de } else { en }
    }

    fn list(parts: &[String], word: &str) -> String {
        match parts {
            [] => String::new(),
            [one] => one.clone(),
            [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
        }
    }
}

impl Names for Plain {
    fn weekday(&self, day: Weekday) -> String {
        self.choose(DAYS[0], DAYS[1])[day.to_monday_zero_offset() as usize].to_owned()
    }
    fn month(&self, month: i8) -> String {
        self.choose(MONTHS[0], MONTHS[1])[month as usize - 1].to_owned()
    }
    fn day_of_month(&self, month: i8, day: i8) -> String {
        format!("{day}{} {}", self.choose("", "."), self.month(month))
    }
    fn date(&self, date: Date) -> String {
        format!("{} {}", self.day_of_month(date.month(), date.day()), date.year())
    }
    fn time(&self, time: Time) -> String {
        time.strftime("%H:%M").to_string()
    }
    fn and(&self, parts: &[String]) -> String {
        Self::list(parts, self.choose("and", "und"))
    }
    fn or(&self, parts: &[String]) -> String {
        Self::list(parts, self.choose("or", "oder"))
    }
}

fn words(language: Locale) -> Words {
    Words(I18n::new(language, &[], Hours::Usual))
}

fn schedule(start: &str, rule: &str) -> Schedule {
    let repeat = (!rule.is_empty()).then(|| rule.parse().unwrap());
    Schedule::new(start.parse().unwrap(), ScheduleZone::Mine, repeat).unwrap()
}

fn both(schedule: &Schedule) -> [String; 2] {
    Locale::ALL.iter().map(|&l| full(&words(l), &Plain(l), schedule)).collect::<Vec<_>>().try_into().unwrap()
}

#[rstest]
#[case(
    "2026-11-18T07:00",
    "",
    "Once, on 18 November 2026 at 07:00.",
    "Einmal, am 18. November 2026 um 07:00."
)]
#[case("2026-11-18", "", "Once, on 18 November 2026.", "Einmal, am 18. November 2026.")]
#[case("2026-11-18", "FREQ=DAILY", "Every day, without an end.", "Jeden Tag, ohne Ende.")]
#[case(
    "2026-11-18T09:00",
    "FREQ=DAILY;INTERVAL=3",
    "Every 3 days at 09:00, without an end.",
    "Alle 3 Tage um 09:00, ohne Ende."
)]
#[case(
    "2026-11-18T09:00",
    "FREQ=DAILY;BYDAY=MO,WE",
    "Every Monday and Wednesday at 09:00, without an end.",
    "Jeden Montag und Mittwoch um 09:00, ohne Ende."
)]
#[case(
    "2026-07-01T09:00",
    "FREQ=DAILY;BYMONTH=7,8",
    "Every day in July and August at 09:00, without an end.",
    "Jeden Tag im Juli und August um 09:00, ohne Ende."
)]
#[case(
    "2026-11-13",
    "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    "On the 13th of each month, if it falls on a Friday, without an end.",
    "Am 13. jedes Monats, wenn es auf einen Freitag fällt, ohne Ende."
)]
#[case(
    "2026-11-18",
    "FREQ=DAILY;INTERVAL=2;BYDAY=WE,FR;BYMONTH=11;BYMONTHDAY=18",
    "Every 2 days, only on Wednesday and Friday, only on the 18th, only in November, without an end.",
    "Alle 2 Tage, nur am Mittwoch und Freitag, nur am 18., nur im November, ohne Ende."
)]
#[case(
    "2026-11-18T07:00",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "Every weekday at 07:00, without an end.",
    "Von Montag bis Freitag um 07:00, ohne Ende."
)]
#[case(
    "2026-11-18T07:00",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
    "Every day at 07:00, without an end.",
    "Jeden Tag um 07:00, ohne Ende."
)]
#[case(
    "2026-11-18T07:00",
    "FREQ=WEEKLY",
    "Every Wednesday at 07:00, without an end.",
    "Jeden Mittwoch um 07:00, ohne Ende."
)]
#[case(
    "2026-11-16T18:30",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=10",
    "Every 2 weeks on Monday and Thursday at 18:30, 10 times.",
    "Alle 2 Wochen am Montag und Donnerstag um 18:30, 10-mal."
)]
#[case(
    "2026-11-16T18:30",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;COUNT=1",
    "Every 3 weeks from Monday to Friday at 18:30, one time.",
    "Alle 3 Wochen von Montag bis Freitag um 18:30, ein Mal."
)]
#[case(
    "2026-11-16",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1,-1",
    "Every week on the first and last of Monday, Wednesday and Friday, without an end.",
    "Jede Woche am ersten und letzten von Montag, Mittwoch und Freitag, ohne Ende."
)]
#[case(
    "2026-11-18",
    "FREQ=WEEKLY;INTERVAL=2;BYMONTH=11",
    "Every 2 weeks on Wednesday, only in November, without an end.",
    "Alle 2 Wochen am Mittwoch, nur im November, ohne Ende."
)]
#[case(
    "2026-11-18",
    "FREQ=MONTHLY",
    "On the 18th of each month, without an end.",
    "Am 18. jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-01",
    "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
    "On the 1st, 15th and last day of each month, without an end.",
    "Am 1., 15. und letzten Tag jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-29",
    "FREQ=MONTHLY;BYMONTHDAY=-2",
    "On the second to last day of each month, without an end.",
    "Am vorletzten Tag jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-27T16:00",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "On the last Friday of each month at 16:00, without an end.",
    "Am letzten Freitag jedes Monats um 16:00, ohne Ende."
)]
#[case(
    "2026-11-02",
    "FREQ=MONTHLY;BYDAY=1MO,3MO,-1FR",
    "On the first and third Monday and last Friday of each month, without an end.",
    "Am ersten und dritten Montag und letzten Freitag jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-02",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
    "On the first weekday of each month, without an end.",
    "Am ersten Werktag (Montag bis Freitag) jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-28",
    "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-2",
    "On the second to last weekend day of each month, without an end.",
    "Am vorletzten Tag am Wochenende jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-05",
    "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3",
    "On the third Tuesday, Wednesday or Thursday of each month, without an end.",
    "Am dritten Dienstag, Mittwoch oder Donnerstag jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-13",
    "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
    "On the 13th of each month, if it falls on a Friday, without an end.",
    "Am 13. jedes Monats, wenn es auf einen Freitag fällt, ohne Ende."
)]
#[case(
    "2026-11-30",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
    "On the last of these: on the 28th, 29th, 30th and 31st of each month, without an end.",
    "Am letzten von diesen: am 28., 29., 30. und 31. jedes Monats, ohne Ende."
)]
#[case(
    "2026-11-27",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR;UNTIL=20271231",
    "Every 2 months on the last Friday, until 31 December 2027.",
    "Alle 2 Monate am letzten Freitag, bis 31. Dezember 2027."
)]
#[case("2026-11-02", "FREQ=MONTHLY;BYDAY=MO", "Every Monday, without an end.", "Jeden Montag, ohne Ende.")]
#[case(
    "2026-11-02",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,-1FR",
    "Every 2 months on each Monday and on the last Friday, without an end.",
    "Alle 2 Monate an jedem Montag und am letzten Freitag, ohne Ende."
)]
#[case(
    "2027-01-17",
    "FREQ=MONTHLY;BYMONTHDAY=17;BYMONTH=1,3",
    "On the 17th of January and March, without an end.",
    "Am 17. im Januar und März, ohne Ende."
)]
#[case(
    "2028-02-29",
    "FREQ=YEARLY",
    "Every year on 29 February, without an end.",
    "Jedes Jahr am 29. Februar, ohne Ende."
)]
#[case(
    "2028-02-29",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "Every year on 29 February, without an end.",
    "Jedes Jahr am 29. Februar, ohne Ende."
)]
#[case(
    "2026-11-17",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=3TU",
    "Every 4 years on the third Tuesday of November, without an end.",
    "Alle 4 Jahre am dritten Dienstag im November, ohne Ende."
)]
#[case(
    "2026-05-18",
    "FREQ=YEARLY;BYDAY=20MO",
    "Every year on the 20th Monday of the year, without an end.",
    "Jedes Jahr am 20. Montag des Jahres, ohne Ende."
)]
#[case(
    "2026-12-31",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "Every year on the last weekday of the year, without an end.",
    "Jedes Jahr am letzten Werktag (Montag bis Freitag) des Jahres, ohne Ende."
)]
#[case(
    "2026-01-06",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=TU",
    "Every Tuesday in January, without an end.",
    "Jeden Dienstag im Januar, ohne Ende."
)]
#[case(
    "2026-11-13",
    "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR",
    "On the 13th of each month, if it falls on a Friday, without an end.",
    "Am 13. jedes Monats, wenn es auf einen Freitag fällt, ohne Ende."
)]
#[case(
    "2026-11-13",
    "FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=13",
    "Every 2 years on the 13th of each month, without an end.",
    "Alle 2 Jahre am 13. jedes Monats, ohne Ende."
)]
#[case(
    "2026-03-31",
    "FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=-1",
    "Every year on the last day of March and September, without an end.",
    "Jedes Jahr am letzten Tag im März und September, ohne Ende."
)]
fn rules_in_words(#[case] start: &str, #[case] rule: &str, #[case] en: &str, #[case] de: &str) {
    assert_eq!(both(&schedule(start, rule)), [en, de]);
}

#[rstest]
#[case(11, "11th")]
#[case(12, "12th")]
#[case(13, "13th")]
#[case(21, "21st")]
#[case(22, "22nd")]
#[case(23, "23rd")]
fn english_endings(#[case] day: i8, #[case] said: &str) {
    let schedule = schedule(&format!("2026-11-{day}"), "FREQ=MONTHLY");
    assert_eq!(both(&schedule)[0], format!("On the {said} of each month, without an end."));
}

#[test]
fn a_list_says_an_end_only_where_there_is_one() {
    let said = |rule| short(&words(Locale::En), &Plain(Locale::En), &schedule("2026-11-18T07:00", rule));
    assert_eq!(said("FREQ=DAILY"), "Every day at 07:00");
    assert_eq!(said("FREQ=DAILY;COUNT=3"), "Every day at 07:00, 3 times");
}

#[test]
fn a_fixed_zone_is_said() {
    let zone = ScheduleZone::Fixed(Zone::new("Asia/Tokyo").unwrap());
    let schedule = Schedule { zone, ..schedule("2026-11-18T07:00", "FREQ=DAILY") };
    assert_eq!(both(&schedule)[0], "Every day at 07:00 (Asia/Tokyo), without an end.");
}
