//! What messages say, in the person's language.

use daymark_shared::account::Locale;
use jiff::{SignedDuration, civil::Time};

/// How a reminder stands in time when it is sent.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// From now to the start; negative once it has begun.
    pub to_start: SignedDuration,
    /// When it was due, on the person's clock, where it comes late.
    pub late_since: Option<Time>,
    /// Whether it has been said before.
    pub is_again: bool,
}

/// A title that tells nothing.
pub const fn hidden(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "A routine begins",
        Locale::De => "Eine Routine beginnt",
    }
}

/// How long, in the greatest unit that fits: `10 minutes`, `an hour`, `2 days`.
fn span(locale: Locale, minutes: i64) -> String {
    let (number, unit) = match minutes {
        ..60 => (minutes, 0),
        60..1440 => ((minutes + 30) / 60, 1),
        _ => ((minutes + 720) / 1440, 2),
    };
    let words: [(&str, &str); 3] = match locale {
        Locale::En => [("a minute", "minutes"), ("an hour", "hours"), ("a day", "days")],
        Locale::De => [("einer Minute", "Minuten"), ("einer Stunde", "Stunden"), ("einem Tag", "Tagen")],
    };
    let (one, many) = words[unit];
    if number == 1 { one.to_owned() } else { format!("{number} {many}") }
}

/// What a reminder says below its title.
pub fn body(locale: Locale, moment: Moment) -> String {
    let seconds = moment.to_start.as_secs();
    // To the nearest minute: a second late is still now.
    let minutes = (seconds.abs() + 30) / 60;
    let mut body = match (locale, minutes, seconds < 0) {
        (Locale::En, 0, _) => "Begins now".to_owned(),
        (Locale::De, 0, _) => "Beginnt jetzt".to_owned(),
        (Locale::En, _, false) => format!("Begins in {}", span(locale, minutes)),
        (Locale::De, _, false) => format!("Beginnt in {}", span(locale, minutes)),
        (Locale::En, _, true) => format!("Began {} ago", span(locale, minutes)),
        (Locale::De, _, true) => format!("Begann vor {}", span(locale, minutes)),
    };
    if moment.is_again && moment.late_since.is_none() {
        body.push_str(match locale {
            Locale::En => ". Whenever you are ready.",
            Locale::De => ". Wann immer du so weit bist.",
        });
    }
    if let Some(due) = moment.late_since {
        let time = format!("{:02}:{:02}", due.hour(), due.minute());
        body.push_str(&match locale {
            Locale::En => format!(". This comes late: it was due at {time}."),
            Locale::De => format!(". Das kommt zu spät: Es sollte um {time} da sein."),
        });
    }
    body
}

/// What replaces a reminder on the devices that the person did not use.
pub const fn acted_elsewhere(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "Seen on another device",
        Locale::De => "Auf einem anderen Gerät gesehen",
    }
}

/// Tells that a channel does not work any more: title and text.
pub const fn channel_ended(locale: Locale) -> (&'static str, &'static str) {
    match locale {
        Locale::En => (
            "A device gets no reminders any more",
            "Its push service says that it does not listen any more. The settings tell which one.",
        ),
        Locale::De => (
            "Ein Gerät bekommt keine Erinnerungen mehr",
            "Der Push-Dienst sagt, dass dort niemand mehr zuhört. Welches es ist, steht in den Einstellungen.",
        ),
    }
}

/// A test message: title and text.
pub const fn test(locale: Locale) -> (&'static str, &'static str) {
    match locale {
        Locale::En => ("This is a test", "Reminders reach you here."),
        Locale::De => ("Das ist ein Test", "Erinnerungen erreichen dich hier."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;
    use rstest::rstest;

    #[rstest]
    #[case(0, None, "Begins now")]
    #[case(-29, None, "Begins now")]
    #[case(600, None, "Begins in 10 minutes")]
    #[case(60, None, "Begins in a minute")]
    #[case(3600, None, "Begins in an hour")]
    #[case(86_400, None, "Begins in a day")]
    #[case(7 * 86_400, None, "Begins in 7 days")]
    #[case(-720, None, "Began 12 minutes ago")]
    #[case(-720, Some(7), "Began 12 minutes ago. This comes late: it was due at 07:00.")]
    fn says_when_it_begins(#[case] seconds: i64, #[case] late: Option<i8>, #[case] said: &str) {
        let late_since = late.map(|hour| time(hour, 0, 0, 0));
        let moment = Moment { to_start: SignedDuration::from_secs(seconds), late_since, is_again: false };
        assert_eq!(body(Locale::En, moment), said);
    }

    #[test]
    fn says_it_in_german() {
        let moment = Moment { to_start: SignedDuration::from_mins(-1), late_since: None, is_again: true };
        assert_eq!(body(Locale::De, moment), "Begann vor einer Minute. Wann immer du so weit bist.");
    }
}
