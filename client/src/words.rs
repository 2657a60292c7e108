//! Words that several pages use.

crate::words! {
    today: "Today", "Heute";
    inbox: "Inbox", "Eingang";
    routines: "Routines", "Routinen";
    reminders: "Reminders", "Erinnerungen";
    settings: "Settings", "Einstellungen";
    missed[n]: "{n} missed", "{n} missed"; "{n} verpasst", "{n} verpasst";
    main_navigation: "Main", "Hauptnavigation";
    skip_to_content: "Skip to content", "Zum Inhalt springen";
    save: "Save", "Speichern";
    saved: "Saved.", "Gespeichert.";
    cancel: "Cancel", "Abbrechen";
    close: "Close", "Schließen";
    delete: "Delete", "Löschen";
    undo: "Undo", "Rückgängig";
    add: "Add", "Hinzufügen";
    edit: "Edit", "Bearbeiten";
    back: "Back", "Zurück";
    more: "More", "Mehr";
    dismiss: "Dismiss", "Ausblenden";
    messages: "Messages", "Meldungen";
    loading: "Loading", "Wird geladen";
    try_again: "Try again", "Erneut versuchen";
    not_found_title: "Nothing here", "Hier ist nichts";
    not_found_text: "This address leads nowhere. It may have been mistyped, or what it named is gone.",
        "Diese Adresse führt ins Leere. Vielleicht ist sie vertippt, oder was sie meinte, gibt es nicht mehr.";
    go_to_today: "Go to today", "Zum heutigen Tag";
}
