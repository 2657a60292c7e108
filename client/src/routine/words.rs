//! What the editor and the list of routines say.

use super::form::rhythm::Wrong;

crate::words! {
    new_routine: "New routine", "Neue Routine";
    edit_routine: "Edit routine", "Routine bearbeiten";
    title: "Title", "Titel";
    title_hint: "What is it called?", "Wie heißt es?";
    icon: "Icon", "Symbol";
    icon_is(name: &str): "Icon: {name}", "Symbol: {name}";
    colour: "Colour", "Farbe";
    notes: "Notes", "Notizen";
    add_notes: "Add notes", "Notizen hinzufügen";

    steps: "Steps", "Schritte";
    step: "Step", "Schritt";
    step_n(n: usize): "Step {n}", "Schritt {n}";
    step_hint: "What is to be done?", "Was ist zu tun?";
    add_step: "Add a step", "Schritt hinzufügen";
    split: "Split into steps", "In Schritte aufteilen";
    how_long: "How long", "Dauer";
    minutes_of(step: &str): "Minutes of {step}", "Minuten für {step}";
    less_of(step: &str): "Less time for {step}", "Weniger Zeit für {step}";
    more_of(step: &str): "More time for {step}", "Mehr Zeit für {step}";
    min: "min", "Min.";
    minutes[n]: "{n} minute", "{n} minutes"; "{n} Minute", "{n} Minuten";
    step_menu(step: &str): "{step}: move, note, remove", "{step}: verschieben, Notiz, entfernen";
    move_up: "Move up", "Nach oben";
    move_down: "Move down", "Nach unten";
    add_note: "Add a note", "Notiz hinzufügen";
    note_of(step: &str): "Note for {step}", "Notiz zu {step}";
    note_hint: "Shown while you do it", "Steht da, während du es tust";
    remove: "Remove", "Entfernen";
    removed(step: &str): "“{step}” removed.", "„{step}“ entfernt.";
    now_at(step: &str, place: usize, of: usize): "{step}, now {place} of {of}", "{step}, jetzt {place} von {of}";

    when: "When", "Wann";
    planned: "Planned", "Geplant";
    in_inbox: "In the inbox", "Im Eingang";
    inbox_hint: "It has no date yet. It waits in the inbox until you give it one.",
        "Noch ohne Datum. Es wartet im Eingang, bis du ihm eins gibst.";
    all_day: "All day", "Ganztägig";
    starts: "Starts", "Beginn";
    on: "On", "Am";
    from: "From", "Ab";
    zone: "Time zone", "Zeitzone";
    my_zone: "My time zone", "Meine Zeitzone";
    mine(zone: &str): "Mine ({zone})", "Meine ({zone})";
    repeats_on: "Repeats on", "Wiederholt sich am";
    repeat: "Repeat", "Wiederholen";
    more: "More", "Mehr";
    fewer: "Less", "Weniger";
    does_not_repeat: "does not repeat", "keine Wiederholung";
    every: "Every", "Alle";
    days: "days", "Tage";
    weeks: "weeks", "Wochen";
    months: "months", "Monate";
    years: "years", "Jahre";
    the_date: "on day", "am";
    day_of_month: "Day", "Tag";
    month: "Month", "Monat";
    which: "Which", "Welcher";
    first: "first", "erster";
    second: "second", "zweiter";
    third: "third", "dritter";
    fourth: "fourth", "vierter";
    last: "last", "letzter";
    any_day: "day", "Tag";
    work_day: "weekday", "Werktag (Mo–Fr)";
    weekend_day: "weekend day", "Tag am Wochenende";
    ends: "Ends", "Endet";
    ends_never: "Never", "Nie";
    ends_on: "On a date", "An einem Tag";
    ends_after: "After", "Nach";
    last_date: "Last date", "Letzter Tag";
    how_often: "How many times", "Wie oft";
    next(dates: &str): "Next: {dates}", "Als Nächstes: {dates}";
    moved_to(date: &str): "It begins on {date}, the first day that fits.",
        "Es beginnt am {date}, dem ersten passenden Tag.";
    change_rule: "Change", "Ändern";
    bad_interval: "A number from 1 to 1000.", "Eine Zahl von 1 bis 1000.";
    bad_count: "A number from 1 to 10000.", "Eine Zahl von 1 bis 10000.";
    bad_until: "This lies before the start.", "Das liegt vor dem Beginn.";
    how_often_open: "How often is still open.", "Wie oft, ist noch offen.";
    ends_early: "It would end before it begins.", "Es würde enden, bevor es beginnt.";
    never_happens: "Like this it would never happen.", "So käme es nie vor.";

    occurrence_moved(when: &str): "This one was moved to {when}.", "Dieser Termin wurde auf {when} verschoben.";
    occurrence_begun: "What has begun stays as it was. Changes are for what is still to come.",
        "Was begonnen hat, bleibt, wie es war. Änderungen gelten für alles, was noch kommt.";
    occurrence_own: "This one differs from the others.", "Dieser Termin weicht von den anderen ab.";
    routine_over: "It does not happen any more. Give it a new date to bring it back.",
        "Es findet nicht mehr statt. Gib ihm ein neues Datum, um es zurückzuholen.";

    check_again: "Something needs another look.", "Da stimmt noch etwas nicht.";
    conflict: "It was changed elsewhere in the meantime. What you typed is still here: look it over and save again.",
        "Es wurde inzwischen anderswo geändert. Was du getippt hast, ist noch da: Sieh es durch und speichere noch einmal.";
    conflict_gone: "It was deleted elsewhere in the meantime.", "Es wurde inzwischen anderswo gelöscht.";
    discard_title: "Discard your changes?", "Änderungen verwerfen?";
    discard_text: "What you typed here is not saved yet.", "Was du hier getippt hast, ist noch nicht gespeichert.";
    discard: "Discard", "Verwerfen";
    keep_editing: "Keep editing", "Weiter bearbeiten";
    not_saved: "Your changes were not saved.", "Deine Änderungen wurden nicht gespeichert.";
    go_on: "Go on", "Weitermachen";
    delete_routine: "Delete", "Löschen";
    delete_title(title: &str): "Delete “{title}”?", "„{title}“ löschen?";
    delete_text: "It is gone for good, with its history.", "Sie ist endgültig weg, samt Verlauf.";
    deleted: "Deleted.", "Gelöscht.";
    ended: "Ended. Its past is kept.", "Beendet. Die Vergangenheit bleibt.";

}

impl Words {
    /// What is wrong with how it repeats, in the place of the rule in words.
    pub fn wrong(&self, wrong: Wrong) -> &'static str {
        match wrong {
            Wrong::Interval | Wrong::Count => self.how_often_open(),
            Wrong::Until => self.ends_early(),
            Wrong::Never => self.never_happens(),
        }
    }
}
