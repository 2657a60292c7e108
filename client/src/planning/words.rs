//! Words about routines and occurrences that several pages use.

crate::words! {
    unreached: "No device gets your reminders any more.", "Kein Gerät bekommt mehr deine Erinnerungen.";
    turn_on_again: "Turn them on again", "Schalte sie wieder ein";
    which_change: "Which ones should change?", "Welche sollen sich ändern?";
    which_delete: "Which ones should go?", "Welche sollen weg?";
    only_this: "Only this one", "Nur dieser Termin";
    only_this_change: "The others stay as they are.", "Die anderen bleiben, wie sie sind.";
    only_this_delete: "It is skipped; the others stay.", "Er fällt aus; die anderen bleiben.";
    later: "This and later ones", "Dieser und alle späteren";
    later_change: "From here on. What came before stays.", "Von hier an. Was davor liegt, bleibt.";
    later_delete: "It ends here. What came before stays.", "Hier ist Schluss. Was davor liegt, bleibt.";
    all: "All", "Alle";
    all_change: "All that have not begun. The past stays.", "Alle, die noch nicht begonnen haben. Vergangenes bleibt.";
    all_delete: "All that have not begun. The past stays.", "Alle, die noch nicht begonnen haben. Vergangenes bleibt.";
    purge: "Delete with its history", "Samt Verlauf löschen";
    purge_delete: "The routine, its past and its runs are gone for good.",
        "Die Routine, ihre Vergangenheit und ihre Durchläufe sind endgültig weg.";
    changed_elsewhere: "It was changed elsewhere in the meantime. Here is how it is now.",
        "Es wurde inzwischen anderswo geändert. So ist es jetzt.";
    gone: "It is not there any more.", "Das gibt es nicht mehr.";
    steps[n]: "{n} step", "{n} steps"; "{n} Schritt", "{n} Schritte";
}
