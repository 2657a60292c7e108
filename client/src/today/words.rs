//! Words of the day's page.

crate::words! {
    planned[n]: "{n} planned", "{n} planned"; "{n} geplant", "{n} geplant";
    nothing_planned: "Nothing planned", "Nichts geplant";
    next(time: &str): "next {time}", "nächstes {time}";
    all_done: "all done", "alles erledigt";
    done_count[n]: "{n} done", "{n} done"; "{n} erledigt", "{n} erledigt";

    previous_day: "Previous day", "Voriger Tag";
    next_day: "Next day", "Nächster Tag";
    go_to_date: "Go to date", "Zum Datum";
    show: "Show", "Zeigen";
    date_label: "Date", "Datum";
    week: "Week", "Woche";
    timeline: "Timeline", "Zeitleiste";
    all_day: "All day", "Ganztägig";
    now_is(time: &str): "Now: {time}", "Jetzt: {time}";
    new_routine: "New routine", "Neue Routine";
    plan_here(time: &str): "Plan something at {time}", "Etwas um {time} planen";
    free(duration: &str): "{duration} free", "{duration} frei";
    too_many: "There is more on this day than can be shown.", "An diesem Tag ist mehr, als sich zeigen lässt.";

    empty_title: "Nothing planned yet", "Noch nichts geplant";
    empty_text: "Plan something for this day, or drag it here from the inbox.",
        "Plane etwas für diesen Tag, oder zieh es aus dem Eingang hierher.";
    empty_past_title: "Nothing was planned", "Nichts war geplant";
    empty_past_text: "A free day. That counts, too.", "Ein freier Tag. Auch das zählt.";

    range(from: &str, to: &str): "{from} to {to}", "{from} bis {to}";
    overlaps: "overlaps", "überschneidet sich";
    done: "done", "erledigt";
    done_in(duration: &str): "done in {duration}", "erledigt in {duration}";
    running: "in progress", "läuft";
    snoozed_until(time: &str): "snoozed until {time}", "erinnert wieder um {time}";
    reminder_seen: "reminder seen", "Erinnerung gesehen";
    skipped: "Skipped", "Ausgelassen";
    plan_again(title: &str): "Plan {title} again", "{title} wieder einplanen";
    start_named(title: &str): "Start {title}", "{title} starten";
    continue_named(title: &str): "Continue {title}", "{title} fortsetzen";
    actions_for(title: &str): "What to do with {title}", "Was mit {title} geschehen soll";

    start: "Start", "Starten";
    continue_run: "Continue", "Fortsetzen";
    move_it: "Move", "Verschieben";
    resize: "Change length", "Länge ändern";
    skip: "Skip this time", "Diesmal auslassen";
    mark_done: "Done", "Erledigt";
    mark_not_done: "Not done after all", "Doch nicht erledigt";

    moving(title: &str): "Moving {title}. Arrow up and down: 5 minutes, with Shift an hour. Enter to confirm, Escape to cancel.",
        "{title} wird verschoben. Pfeil hoch und runter: 5 Minuten, mit Umschalttaste eine Stunde. Eingabe bestätigt, Escape bricht ab.";
    resizing(title: &str): "Changing the length of {title}. Arrow up and down: 5 minutes, with Shift an hour. Enter to confirm, Escape to cancel.",
        "Länge von {title} wird geändert. Pfeil hoch und runter: 5 Minuten, mit Umschalttaste eine Stunde. Eingabe bestätigt, Escape bricht ab.";
    put_back(title: &str): "{title} stays where it was.", "{title} bleibt, wo es war.";
    earlier: "5 minutes earlier", "5 Minuten früher";
    later: "5 minutes later", "5 Minuten später";
    shorter: "5 minutes shorter", "5 Minuten kürzer";
    longer: "5 minutes longer", "5 Minuten länger";
    confirm: "Confirm", "Bestätigen";

    was_skipped(title: &str): "{title} is left out this time.", "{title} fällt diesmal aus.";
    is_planned(title: &str): "{title} is planned again.", "{title} ist wieder geplant.";
    is_done(title: &str): "{title} is done.", "{title} ist erledigt.";
    is_not_done(title: &str): "{title} is not done.", "{title} ist nicht erledigt.";
    has_ended(title: &str): "{title} is not planned any more.", "{title} ist nicht mehr geplant.";
    is_deleted(title: &str): "{title} is deleted.", "{title} ist gelöscht.";
    is_inboxed(title: &str): "{title} is in the inbox.", "{title} liegt im Eingang.";
    planned_for(title: &str, when: &str): "{title} is planned for {when}.", "{title} ist für {when} geplant.";
    old_view: "This may be out of date.", "Das ist vielleicht nicht der neueste Stand.";

    delete_one(title: &str): "Delete {title}?", "{title} löschen?";
    to_inbox: "Back to the inbox", "Zurück in den Eingang";
    delete_for_good: "Delete for good", "Endgültig löschen";
    delete_one_text: "It can also go back to the inbox, without a date.",
        "Es kann auch ohne Datum zurück in den Eingang.";
    delete_inbox_text: "It is gone for good.", "Es ist dann endgültig weg.";

    inbox_empty: "Nothing waits here. Note what comes to mind, and plan it later.",
        "Hier wartet nichts. Notiere, was dir einfällt, und plane es später.";
    inbox_drag_hint: "Drag a card onto the timeline to plan it.",
        "Zieh eine Karte auf die Zeitleiste, um sie zu planen.";
    add_to_inbox: "Add to inbox", "In den Eingang legen";
    what: "What", "Was";
    minutes_label: "Minutes", "Minuten";
    in_inbox(title: &str): "{title} is in the inbox.", "{title} liegt im Eingang.";
    plan: "Plan …", "Planen …";
    plan_named(title: &str): "Plan {title}", "{title} planen";
    time_label: "Time", "Uhrzeit";
    plan_button: "Plan", "Planen";
}
