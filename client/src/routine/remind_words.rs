//! When it reminds, in plain words: “Reminds at the start and 10 minutes before.”

use daymark_shared::reminder::ReminderPlan;

crate::words! {
    remind_me: "Remind me", "Erinnern";
    at_start: "At the start", "Zu Beginn";
    start: "at the start", "zu Beginn";
    before(time: &str): "{time} before", "{time} vorher";
    minutes_before[n]: "{n} minute before", "{n} minutes before"; "{n} Minute vorher", "{n} Minuten vorher";
    hours_before[n]: "{n} hour before", "{n} hours before"; "{n} Stunde vorher", "{n} Stunden vorher";
    days_before[n]: "{n} day before", "{n} days before"; "{n} Tag vorher", "{n} Tage vorher";
    days[n]: "{n} day", "{n} days"; "{n} Tag", "{n} Tage";
    reminds(when: &str): "Reminds {when}", "Erinnert {when}";
    never: "Does not remind.", "Erinnert nicht.";
    again[n, every: &str]: ", then once more after {every} unless started", ", then every {every} until started, at most {n} times";
        ", dann noch einmal nach {every}, falls nicht begonnen", ", dann alle {every} bis zum Start, höchstens {n}-mal";
    all_day: "For a whole day that counts from 08:00, or the time in your settings.",
        "Bei ganzen Tagen zählt das ab 08:00 oder der Zeit in deinen Einstellungen.";
    five: "Five at most.", "Höchstens fünf.";
    other: "Other", "Andere";
    how_long_before: "How long before", "Wie lange vorher";
    unit: "Unit", "Einheit";
    minutes_unit: "minutes", "Minuten";
    hours_unit: "hours", "Stunden";
    days_unit: "days", "Tage";
    bad_offset: "From 1 minute to 7 days.", "Von 1 Minute bis 7 Tage.";
    remind_again: "Remind again until I start", "Weiter erinnern, bis ich beginne";
    every: "Every", "Alle";
    at_most: "At most", "Höchstens";
    times[n]: "{n} time", "{n} times"; "{n}-mal", "{n}-mal";
}

const HOUR: u16 = 60;
const DAY: u16 = 24 * HOUR;

impl Words {
    /// So long, short enough for a chip: “10 min”, “1 h”, “1 day”.
    fn span(&self, minutes: u16) -> String {
        match minutes {
            whole if whole.is_multiple_of(DAY) => self.days(u32::from(whole / DAY)),
            minutes => self.duration(u32::from(minutes)),
        }
    }

    /// An offset on a chip.
    pub fn chip(&self, offset: u16) -> String {
        match offset {
            0 => self.at_start().to_owned(),
            offset => self.before(&self.span(offset)),
        }
    }

    /// An offset in a sentence.
    fn offset(&self, offset: u16) -> String {
        match offset {
            0 => self.start().to_owned(),
            days if days.is_multiple_of(DAY) => self.days_before(u32::from(days / DAY)),
            hours if hours.is_multiple_of(HOUR) => self.hours_before(u32::from(hours / HOUR)),
            minutes => self.minutes_before(u32::from(minutes)),
        }
    }

    /// The whole plan in a sentence.
    pub fn sentence(&self, plan: &ReminderPlan) -> String {
        let offsets: Vec<String> =
            plan.offsets.as_slice().iter().map(|offset| self.offset(*offset)).collect();
        if offsets.is_empty() {
            return self.never().to_owned();
        }
        let mut text = self.reminds(&self.list(&offsets, true));
        if let Some(again) = plan.again {
            text.push_str(&self.again(u32::from(again.times), &self.minutes(u32::from(again.every))));
        }
        text.push('.');
        text
    }
}
