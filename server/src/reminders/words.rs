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

/// How long, as exactly as it is of use: `10 minutes`, `an hour`, `1 h 30 min`, `2 days 3 h`. From a day on to the
/// nearest hour.
fn span(locale: Locale, minutes: i64) -> String {
    let (days, hours, minutes) = if minutes < 1440 {
        (0, minutes / 60, minutes % 60)
    } else {
        let hours = (minutes + 30) / 60;
        (hours / 24, hours % 24, 0)
    };
    let count = |number: i64, one: &str, many: &str| {
        if number == 1 { one.to_owned() } else { format!("{number} {many}") }
    };
    match (locale, days, hours, minutes) {
        (Locale::En, 0, 0, n) => count(n, "a minute", "minutes"),
        (Locale::De, 0, 0, n) => count(n, "einer Minute", "Minuten"),
        (Locale::En, 0, n, 0) => count(n, "an hour", "hours"),
        (Locale::De, 0, n, 0) => count(n, "einer Stunde", "Stunden"),
        (_, 0, hours, minutes) => format!("{hours} h {minutes} min"),
        (Locale::En, n, 0, _) => count(n, "a day", "days"),
        (Locale::De, n, 0, _) => count(n, "einem Tag", "Tagen"),
        (Locale::En, n, hours, _) => format!("{} {hours} h", count(n, "1 day", "days")),
        (Locale::De, n, hours, _) => format!("{} {hours} h", count(n, "1 Tag", "Tagen")),
    }
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
            Locale::De => format!(". Verspätet: fällig war es um {time}."),
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
    #[case(3570, None, "Begins in an hour")]
    #[case(7200, None, "Begins in 2 hours")]
    #[case(5400, None, "Begins in 1 h 30 min")]
    #[case(86_340, None, "Begins in 23 h 59 min")]
    #[case(86_400, None, "Begins in a day")]
    #[case(97_200, None, "Begins in 1 day 3 h")]
    #[case(171_000, None, "Begins in 2 days")]
    #[case(180_000, None, "Begins in 2 days 2 h")]
    #[case(7 * 86_400, None, "Begins in 7 days")]
    #[case(-720, None, "Began 12 minutes ago")]
    #[case(-720, Some(7), "Began 12 minutes ago. This comes late: it was due at 07:00.")]
    fn says_when_it_begins(#[case] seconds: i64, #[case] late: Option<i8>, #[case] said: &str) {
        let late_since = late.map(|hour| time(hour, 0, 0, 0));
        let moment = Moment { to_start: SignedDuration::from_secs(seconds), late_since, is_again: false };
        assert_eq!(body(Locale::En, moment), said);
    }

    #[rstest]
    #[case(-1, None, true, "Begann vor einer Minute. Wann immer du so weit bist.")]
    #[case(90, None, false, "Beginnt in 1 h 30 min")]
    #[case(1500, None, false, "Beginnt in 1 Tag 1 h")]
    #[case(-3000, None, false, "Begann vor 2 Tagen 2 h")]
    #[case(-10, Some(7), true, "Begann vor 10 Minuten. Verspätet: fällig war es um 07:00.")]
    fn says_it_in_german(
        #[case] minutes: i64,
        #[case] late: Option<i8>,
        #[case] is_again: bool,
        #[case] said: &str,
    ) {
        let late_since = late.map(|hour| time(hour, 0, 0, 0));
        let moment = Moment { to_start: SignedDuration::from_mins(minutes), late_since, is_again };
        assert_eq!(body(Locale::De, moment), said);
    }
}
