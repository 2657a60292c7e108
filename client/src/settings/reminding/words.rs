//! What the settings say of reminders.

crate::words! {
    reminders: "Reminders on this browser", "Erinnerungen in diesem Browser";
    push_on: "On", "An";
    push_on_text: "Reminders pop up here, even while Daymark is closed.",
        "Erinnerungen erscheinen hier, auch wenn Daymark geschlossen ist.";
    push_off_text: "Reminders can pop up here, even while Daymark is closed.",
        "Erinnerungen können hier erscheinen, auch wenn Daymark geschlossen ist.";
    turn_on: "Turn on here", "Hier einschalten";
    turn_off: "Turn off here", "Hier ausschalten";
    turned_on: "Reminders are on in this browser.", "Erinnerungen sind in diesem Browser an.";
    turned_off: "Reminders are off in this browser.", "Erinnerungen sind in diesem Browser aus.";
    push_unsupported: "This browser cannot take reminders while Daymark is closed. Use ntfy, e-mail or another browser.",
        "Dieser Browser kann keine Erinnerungen annehmen, wenn Daymark geschlossen ist. Nimm ntfy, E-Mail oder einen anderen Browser.";
    push_insecure: "Browsers take reminders from https addresses only. Open Daymark over https, then turn them on here.",
        "Browser nehmen Erinnerungen nur von https-Adressen an. Öffne Daymark über https und schalte sie dann hier ein.";
    push_install: "On iPhone and iPad, put Daymark on the home screen first: tap Share, then “Add to Home Screen”. Open it from there, and turn reminders on.",
        "Auf iPhone und iPad muss Daymark zuerst auf den Home-Bildschirm: Tippe auf Teilen, dann „Zum Home-Bildschirm“. Öffne es von dort und schalte Erinnerungen ein.";
    push_denied: "Notifications from this site are blocked. Allow them in the browser’s settings for this site, then come back.",
        "Mitteilungen dieser Seite sind blockiert. Erlaube sie in den Einstellungen des Browsers für diese Seite und komm dann zurück.";
    push_failed: "This browser’s push service could not be reached. Try again later.",
        "Der Push-Dienst dieses Browsers war nicht zu erreichen. Versuche es später noch einmal.";
    this_browser: "This browser", "Dieser Browser";

    channels: "Where reminders go", "Wohin Erinnerungen gehen";
    none: "Nowhere yet. Turn them on in this browser, or add another way.",
        "Noch nirgendwohin. Schalte sie in diesem Browser ein oder füge einen anderen Weg hinzu.";
    browser: "Browser", "Browser";
    email: "E-mail", "E-Mail";
    webhook: "Webhook", "Webhook";
    delivered(ago: &str): "last delivered {ago}", "zuletzt zugestellt {ago}";
    not_yet: "nothing sent yet", "noch nichts gesendet";
    failed(ago: &str, why: &str): "Did not get through {ago}. {why}", "Kam {ago} nicht durch. {why}";
    ended(why: &str): "Not used any more. {why}", "Wird nicht mehr benutzt. {why}";
    stopped: "Stopped", "Beendet";
    fallback: "Only as a fallback", "Nur als Ersatz";
    send_test: "Send test", "Testen";
    test_of(name: &str): "Send a test to {name}", "Test an {name} senden";
    test_sent(name: &str): "The test to {name} was delivered.", "Der Test an {name} wurde zugestellt.";
    test_failed(name: &str, why: &str): "The test to {name} did not get through. {why}",
        "Der Test an {name} kam nicht durch. {why}";
    more_of(name: &str): "{name}: rename, order, remove", "{name}: umbenennen, ordnen, entfernen";
    rename: "Rename", "Umbenennen";
    move_up: "Try earlier", "Früher versuchen";
    new_secret: "New secret", "Neues Geheimnis";
    remove: "Remove", "Entfernen";
    remove_title(name: &str): "Remove {name}?", "{name} entfernen?";
    remove_text: "No more reminders go there.", "Dorthin gehen dann keine Erinnerungen mehr.";
    removed(name: &str): "{name} is removed.", "{name} ist entfernt.";
    add_ntfy: "Add ntfy", "ntfy hinzufügen";
    add_email: "Add e-mail", "E-Mail hinzufügen";
    add_webhook: "Add a webhook", "Webhook hinzufügen";
    added(name: &str): "{name} is added. Send a test to see that it works.",
        "{name} ist hinzugefügt. Sende einen Test, um zu sehen, ob es klappt.";

    name: "Name", "Name";
    ntfy_server: "Server", "Server";
    topic: "Topic", "Thema";
    topic_hint: "Letters, digits, _ and -. Whoever knows it can read along: make it hard to guess.",
        "Buchstaben, Ziffern, _ und -. Wer es kennt, kann mitlesen: Mach es schwer zu erraten.";
    token: "Access token", "Zugangstoken";
    token_hint: "Only where the server asks for one.", "Nur wo der Server eines verlangt.";
    loudness: "How loud", "Wie laut";
    loud_1: "1: no sound, out of the way", "1: lautlos und ganz unten";
    loud_2: "2: no sound", "2: lautlos";
    loud_3: "3: as usual", "3: wie üblich";
    loud_4: "4: loud, pops up", "4: laut, im Vordergrund";
    loud_5: "5: as loud as it goes", "5: so laut es geht";
    url: "Address", "Adresse";
    url_hint: "It gets JSON by POST, signed as Standard Webhooks says.",
        "Sie erhält JSON per POST, signiert nach Standard Webhooks.";
    secret: "Secret", "Geheimnis";
    secret_text: "With this the other end checks that messages are from here. It is shown only now.",
        "Damit prüft die Gegenstelle, dass Nachrichten von hier sind. Es wird nur jetzt gezeigt.";
    copy: "Copy", "Kopieren";
    copied: "Copied.", "Kopiert.";

    quiet: "When it is quiet", "Wann Ruhe ist";
    quiet_hours: "Quiet hours every day", "Jeden Tag Ruhezeiten";
    from: "From", "Von";
    to: "To", "Bis";
    vacations: "Days off", "Freie Tage";
    vacations_hint: "On these days nothing reminds.", "An diesen Tagen erinnert nichts.";
    first_day: "First day", "Erster Tag";
    last_day: "Last day", "Letzter Tag";
    bad_days: "Choose two days, the first one first.", "Wähle zwei Tage, den ersten zuerst.";
    remove_days(days: &str): "Remove {days}", "{days} entfernen";
    all_day_at: "Whole days remind at", "Ganze Tage erinnern um";
    hide_titles: "Keep titles out of messages", "Titel aus Nachrichten heraushalten";
    hide_hint: "They then say “A routine begins”, so that nobody beside you reads along.",
        "Sie sagen dann „Eine Routine beginnt“, damit niemand neben dir mitliest.";
    close_elsewhere: "What I act on here closes on my other devices",
        "Was ich hier erledige, schließt sich auf meinen anderen Geräten";
}
