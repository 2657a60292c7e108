//! What Settings says.

crate::words! {
    settings: "Settings", "Einstellungen";
    you: "You", "Du";
    name: "Name", "Name";
    name_hint: "Only you see it. It may stay empty.", "Nur du siehst ihn. Er darf leer bleiben.";
    email: "E-mail", "E-Mail";
    time: "Time", "Zeit";
    zone: "Time zone", "Zeitzone";
    zone_hint(time: &str): "It is {time} there now. What you planned in your own zone moves along from now on; the past stays.",
        "Dort ist es jetzt {time}. Was du in deiner eigenen Zone geplant hast, zieht ab jetzt mit um; Vergangenes bleibt.";
    device_zone(zone: &str): "Use this device’s zone, {zone}", "Zone dieses Geräts übernehmen, {zone}";
    week_start: "The week begins on", "Die Woche beginnt am";
    monday: "Monday", "Montag";
    sunday: "Sunday", "Sonntag";
    saturday: "Saturday", "Samstag";
    hours: "Hours, on this device", "Stunden, auf diesem Gerät";
    hours_usual: "As usual", "Wie üblich";
    hours_day: "24 hours", "24 Stunden";
    hours_half: "12 hours", "12 Stunden";
    appearance: "Appearance", "Aussehen";
    theme: "Theme, on this device", "Farben, auf diesem Gerät";
    theme_system: "System", "System";
    theme_light: "Light", "Hell";
    theme_dark: "Dark", "Dunkel";
    language: "Language", "Sprache";
    security: "Security", "Sicherheit";
    password: "Password", "Passwort";
    change_password: "Change password", "Passwort ändern";
    current_password: "Current password", "Bisheriges Passwort";
    new_password: "New password", "Neues Passwort";
    new_password_hint: "All other browsers are signed out.", "Alle anderen Browser werden abgemeldet.";
    show_password: "Show password", "Passwort zeigen";
    hide_password: "Hide password", "Passwort verbergen";
    password_changed: "Password changed. Other browsers are signed out.",
        "Passwort geändert. Andere Browser sind abgemeldet.";
    not_your_password: "This is not your current password.", "Das ist nicht dein bisheriges Passwort.";
    sessions: "Where you are signed in", "Wo du angemeldet bist";
    this_browser: "This browser", "Dieser Browser";
    unknown_browser: "Unknown browser", "Unbekannter Browser";
    last_used(ago: &str, since: &str): "Used {ago} · signed in {since}", "Benutzt {ago} · angemeldet {since}";
    end_session: "Sign out", "Abmelden";
    end_session_of(browser: &str): "Sign out {browser}", "{browser} abmelden";
    session_ended: "Signed out there.", "Dort abgemeldet.";
    sign_out: "Sign out of this browser", "Auf diesem Browser abmelden";
    insecure_title: "This page came over plain http", "Diese Seite kam über unverschlüsseltes http";
    insecure_text: "Everything here works. With HTTPS, what you type is also safe on its way to the server, and the screen can stay on during a run.",
        "Alles hier funktioniert. Mit HTTPS ist das, was du tippst, auch unterwegs zum Server geschützt, und der Bildschirm kann während eines Durchlaufs an bleiben.";
    version(version: &str): "Daymark {version}", "Daymark {version}";
}
