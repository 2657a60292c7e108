//! What the list of routines says.

crate::words! {
    filter: "Show", "Anzeigen";
    all: "All", "Alle";
    search: "Search", "Suchen";
    search_loaded: "Search what is shown", "Angezeigte durchsuchen";
    search_hint: "Only among those loaded here: the server cannot read your titles.",
        "Nur unter den hier geladenen: Der Server kann deine Titel nicht lesen.";
    load_more: "Show more", "Mehr anzeigen";
    none_title: "No routines yet", "Noch keine Routinen";
    none_text: "A routine is something you do in steps: a morning, a workout, a visit to the dentist.",
        "Eine Routine ist etwas, das du in Schritten tust: ein Morgen, ein Training, ein Termin beim Zahnarzt.";
    none_inbox_title: "The inbox is empty", "Der Eingang ist leer";
    none_inbox_text: "What has no date yet waits here.", "Hier wartet, was noch kein Datum hat.";
    none_planned_title: "Nothing is planned", "Nichts ist geplant";
    none_planned_text: "Make a routine and give it a time.", "Lege eine Routine an und gib ihr eine Zeit.";
    none_found_title: "Nothing found", "Nichts gefunden";
    none_found_text(text: &str): "None of those loaded has “{text}” in its title.",
        "Keine der geladenen hat „{text}“ im Titel.";
    over: "It is over", "Vorbei";
    steps_count[n]: "{n} step", "{n} steps"; "{n} Schritt", "{n} Schritte";
}
