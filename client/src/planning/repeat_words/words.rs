//! The pieces that a repeat rule is said with. Some take a number, but never decide by it: which form it is, is known.

crate::words! {
    once(date: &str): "Once, on {date}", "Einmal, am {date}";
    every_day: "Every day", "Jeden Tag";
    every_days(n: &str): "Every {n} days", "Alle {n} Tage";
    every_weekday: "Every weekday", "Von Montag bis Freitag";
    every(days: &str): "Every {days}", "Jeden {days}";
    every_week: "Every week", "Jede Woche";
    every_weeks(n: &str): "Every {n} weeks", "Alle {n} Wochen";
    every_months(n: &str): "Every {n} months", "Alle {n} Monate";
    every_year: "Every year", "Jedes Jahr";
    every_years(n: &str): "Every {n} years", "Alle {n} Jahre";

    on(days: &str): "on {days}", "am {days}";
    on_weekdays: "from Monday to Friday", "von Montag bis Freitag";
    on_the(which: &str): "on the {which}", "am {which}";
    on_each(day: &str): "on each {day}", "an jedem {day}";
    one_of(which: &str, days: &str): "on the {which} of {days}", "am {which} von {days}";
    one_of_these(which: &str, days: &str): "on the {which} of these: {days}", "am {which} von diesen: {days}";
    of_each_month: "of each month", "jedes Monats";
    of_the_year: "of the year", "des Jahres";
    of_months(months: &str): "of {months}", "im {months}";
    in_months(months: &str): "in {months}", "im {months}";
    only(what: &str): "only {what}", "nur {what}";
    if_it_falls_on(days: &str): "if it falls on {days}", "wenn es auf {days} fällt";
    a(day: &str): "a {day}", "einen {day}";
    the(day: &str): "the {day}", "den {day}";

    at(time: &str): "at {time}", "um {time}";
    at_in(time: &str, zone: &str): "at {time} ({zone})", "um {time} ({zone})";
    without_end: "without an end", "ohne Ende";
    one_time: "one time", "ein Mal";
    times(n: &str): "{n} times", "{n}-mal";
    until(date: &str): "until {date}", "bis {date}";

    weekday: "weekday", "Werktag (Montag bis Freitag)";
    weekend_day: "weekend day", "Tag am Wochenende";
    day: "day", "Tag";
    first: "first", "ersten";
    second: "second", "zweiten";
    third: "third", "dritten";
    fourth: "fourth", "vierten";
    fifth: "fifth", "fünften";
    nth(n: &str): "{n}", "{n}";
    last: "last", "letzten";
    second_to_last: "second to last", "vorletzten";
    third_to_last: "third to last", "drittletzten";
    nth_to_last(n: &str): "{n} to last", "{n}-letzten";
    last_day: "last day", "letzten Tag";
    nth_last_day(which: &str): "{which} day", "{which} Tag";
}
