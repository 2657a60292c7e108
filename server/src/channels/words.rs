//! What messages say of their own, in the languages of the accounts.

use daymark_shared::account::Locale;

/// What stands on a reminder's buttons.
pub(super) struct Labels {
    pub start: &'static str,
    pub snooze: String,
    pub done: &'static str,
}

/// The buttons; a snooze lasts so many minutes.
pub(super) fn labels(locale: Locale, minutes: u16) -> Labels {
    match (locale, minutes) {
        (Locale::En, 1) => Labels { start: "Start", snooze: "In 1 minute".to_owned(), done: "Done" },
        (Locale::En, n) => Labels { start: "Start", snooze: format!("In {n} minutes"), done: "Done" },
        (Locale::De, 1) => Labels { start: "Starten", snooze: "In 1 Minute".to_owned(), done: "Erledigt" },
        (Locale::De, n) => Labels { start: "Starten", snooze: format!("In {n} Minuten"), done: "Erledigt" },
    }
}

/// Title and body of a test message.
pub(super) const fn test(locale: Locale) -> (&'static str, &'static str) {
    match locale {
        Locale::En => ("A test from Daymark", "It works: your reminders arrive here."),
        Locale::De => ("Ein Test von Daymark", "Es klappt: Deine Erinnerungen kommen hier an."),
    }
}

/// Below a mail: why it came, and what to do about it.
pub(super) const fn why_this_mail(locale: Locale) -> (&'static str, &'static str) {
    match locale {
        Locale::En => ("You get this mail because you chose it for your reminders.", "Change that"),
        Locale::De => ("Diese Mail kommt, weil du sie für deine Erinnerungen gewählt hast.", "Ändern"),
    }
}
