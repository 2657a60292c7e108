//! A schedule in plain words: “Every weekday at 07:00, without an end.”
//!
//! Every rule that can be stored can be said, in English and in German. What is said is what the engine in
//! `daymark_shared::repeat` does, part by part.

mod days;
mod names;
#[cfg(test)]
mod tests;
mod words;

pub use names::Names;
pub use words::Words;

use crate::i18n::I18n;
use daymark_shared::{
    repeat::{End, Freq, Parts, Repeat, Until},
    schedule::{Schedule, Start},
};
use days::{Say, spans_week};

/// A schedule in a sentence with everything in it, for the editor.
pub fn sentence(i18n: &I18n, schedule: &Schedule) -> String {
    full(&Words(i18n.clone()), i18n, schedule)
}

/// A schedule in a few words, for a list: without a full stop, and an end only where there is one.
pub fn phrase(i18n: &I18n, schedule: &Schedule) -> String {
    short(&Words(i18n.clone()), i18n, schedule)
}

fn full(words: &Words, names: &impl Names, schedule: &Schedule) -> String {
    let mut text = said(words, names, schedule, true);
    text.push('.');
    text
}

fn short(words: &Words, names: &impl Names, schedule: &Schedule) -> String {
    said(words, names, schedule, false)
}

fn said(words: &Words, names: &impl Names, schedule: &Schedule, endless: bool) -> String {
    let Said { core, conditions } = match &schedule.repeat {
        None => Said::of(words.once(&names.date(schedule.start.date()))),
        Some(rule) => rhythm(&Say { words, names, rule, start: schedule.start }),
    };
    let mut text = capitalised(&core);
    if let Start::At(at) = schedule.start {
        let time = names.time(at.time());
        text.push(' ');
        text.push_str(&match schedule.zone.fixed() {
            None => words.at(&time),
            Some(zone) => words.at_in(&time, zone.as_str()),
        });
    }
    let ending = schedule.repeat.as_ref().and_then(|rule| end(words, names, rule, endless));
    for more in conditions.into_iter().chain(ending) {
        text.push_str(", ");
        text.push_str(&more);
    }
    text
}

/// When something repeats: the main clause, and what limits it.
struct Said {
    core: String,
    conditions: Vec<String>,
}

impl Said {
    fn of(core: impl Into<String>) -> Self {
        Self { core: core.into(), conditions: Vec::new() }
    }

    fn if_also(mut self, condition: Option<String>) -> Self {
        self.conditions.extend(condition);
        self
    }
}

fn joined(parts: &[&str]) -> String {
    parts.join(" ")
}

/// With a capital first. All that can come first here is a plain letter.
fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn end(words: &Words, names: &impl Names, rule: &Repeat, endless: bool) -> Option<String> {
    match rule.parts().end {
        End::Never => endless.then(|| words.without_end().to_owned()),
        End::Count(1) => Some(words.one_time().to_owned()),
        End::Count(n) => Some(words.times(&n.to_string())),
        End::Until(Until::Date(date)) => Some(words.until(&names.date(date))),
        End::Until(Until::Local(at)) => Some(words.until(&names.date(at.date()))),
        // Kept only until its zone is known; a day off at most.
        End::Until(Until::Utc(at)) => {
            Some(words.until(&names.date(jiff::tz::Offset::UTC.to_datetime(at).date())))
        }
    }
}

fn rhythm<N: Names>(say: &Say<'_, N>) -> Said {
    match say.rule.parts().freq {
        Freq::Daily => daily(say),
        Freq::Weekly => weekly(say),
        Freq::Monthly => monthly(say),
        Freq::Yearly => yearly(say),
    }
}

/// “Every Monday and Friday in July”
fn every_weekday_of<N: Names>(say: &Say<'_, N>, parts: &Parts) -> Said {
    let days: Vec<_> = parts.by_day.iter().map(|day| day.weekday).collect();
    let every = if spans_week(&days, 0..7) {
        say.words.every_day().to_owned()
    } else if spans_week(&days, 0..5) {
        say.words.every_weekday().to_owned()
    } else {
        say.words.every(&say.weekdays(&days))
    };
    Said::of(match say.months_in() {
        Some(months) => joined(&[&every, &months]),
        None => every,
    })
}

fn daily<N: Names>(say: &Say<'_, N>) -> Said {
    // A day has one date: BYSETPOS chooses nothing.
    let (words, parts) = (say.words, say.rule.parts());
    let only_months = say.months_in().map(|months| words.only(&months));
    if parts.interval > 1 {
        let on = (!parts.by_day.is_empty()).then(|| {
            let days: Vec<_> = parts.by_day.iter().map(|day| day.weekday).collect();
            words.only(&words.on(&say.weekdays(&days)))
        });
        let month_days = (!parts.by_month_day.is_empty())
            .then(|| words.only(&words.on_the(&say.month_days(&parts.by_month_day))));
        let every = words.every_days(&parts.interval.to_string());
        return Said::of(every).if_also(on).if_also(month_days).if_also(only_months);
    }
    match (parts.by_day.is_empty(), parts.by_month_day.is_empty()) {
        (true, true) => Said::of(match say.months_in() {
            Some(months) => joined(&[words.every_day(), &months]),
            None => words.every_day().to_owned(),
        }),
        (false, true) => every_weekday_of(say, parts),
        _ => {
            let period = say.months_of().unwrap_or_else(|| words.of_each_month().to_owned());
            let on = words.on_the(&say.month_days(&parts.by_month_day));
            Said::of(joined(&[&on, &period])).if_also(say.falls_on())
        }
    }
}

fn weekly<N: Names>(say: &Say<'_, N>) -> Said {
    let (words, parts) = (say.words, say.rule.parts());
    let mut parts = parts.clone();
    if parts.by_day.is_empty() {
        parts.by_day.push(say.start.date().weekday().into());
    }
    let chosen = parts.by_day.len() > 1 && !parts.by_set_pos.is_empty();
    if parts.interval == 1 && !chosen {
        return every_weekday_of(say, &parts);
    }
    let days: Vec<_> = parts.by_day.iter().map(|day| day.weekday).collect();
    let on = if chosen {
        words.one_of(&say.ordinals(&parts.by_set_pos), &say.weekdays(&days))
    } else if spans_week(&days, 0..5) {
        words.on_weekdays().to_owned()
    } else {
        words.on(&say.weekdays(&days))
    };
    let every = match parts.interval {
        1 => words.every_week().to_owned(),
        n => words.every_weeks(&n.to_string()),
    };
    Said::of(joined(&[&every, &on])).if_also(say.months_in().map(|months| words.only(&months)))
}

fn monthly<N: Names>(say: &Say<'_, N>) -> Said {
    let (words, parts) = (say.words, say.rule.parts());
    if parts.interval == 1 && say.plain_weekdays_only() {
        return every_weekday_of(say, parts);
    }
    let on = say.on_days();
    let condition = say.condition();
    if parts.interval == 1 {
        let period = match say.plain_weekdays_only() {
            true => say.months_in(),
            false => say.months_of().or_else(|| Some(words.of_each_month().to_owned())),
        };
        return Said::of(joined(&[&on, &period.unwrap_or_default()])).if_also(condition);
    }
    let every = words.every_months(&parts.interval.to_string());
    let only = say.months_in().map(|months| words.only(&months));
    Said::of(joined(&[&every, &on])).if_also(condition).if_also(only)
}

fn yearly<N: Names>(say: &Say<'_, N>) -> Said {
    let (words, parts) = (say.words, say.rule.parts());
    if parts.interval == 1 && say.plain_weekdays_only() {
        return every_weekday_of(say, parts);
    }
    let every = match parts.interval {
        1 => words.every_year().to_owned(),
        n => words.every_years(&n.to_string()),
    };
    // One date of the year is said as such.
    if let Some((month, day)) = say.one_date() {
        let date = say.names.day_of_month(month, day);
        return Said::of(joined(&[&every, &words.on(&date)]));
    }
    let on = say.on_days();
    let period = if say.plain_weekdays_only() {
        say.months_in()
    } else if let Some(months) = say.months_of() {
        Some(months)
    } else if parts.by_month_day.is_empty() {
        Some(words.of_the_year().to_owned())
    } else {
        Some(words.of_each_month().to_owned())
    };
    let core = match (&period, parts.interval) {
        // Each month of each year.
        (Some(period), 1)
            if parts.by_month.is_empty() && !parts.by_month_day.is_empty() && parts.by_set_pos.is_empty() =>
        {
            joined(&[&on, period])
        }
        (Some(period), _) => joined(&[&every, &on, period]),
        (None, _) => joined(&[&every, &on]),
    };
    Said::of(core).if_also(say.condition())
}
