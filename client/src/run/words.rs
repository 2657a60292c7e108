//! The words of a run.

crate::words! {
    run: "Run", "Durchlauf";
    leave: "Leave; it goes on", "Verlassen; es läuft weiter";
    more: "More", "Mehr";
    steps: "Steps", "Schritte";
    step_of(step: &str, all: &str): "Step {step} of {all}", "Schritt {step} von {all}";
    step_was_done: "done", "erledigt";
    step_was_skipped: "skipped", "ausgelassen";
    step_is_current: "now", "jetzt";
    step_is_to_come: "to come", "kommt noch";
    of_minutes(minutes: &str): "of {minutes}", "von {minutes}";
    paused: "Paused", "Pausiert";
    over_the(minutes: &str): "over {minutes}", "über {minutes}";
    ends(time: &str): "Ends {time}", "Bis {time}";
    take_your_time: "Take the time it needs", "Nimm dir die Zeit, die es braucht";
    next: "Next", "Danach";
    last_step: "This is the last step", "Das ist der letzte Schritt";
    back: "Back", "Zurück";
    pause: "Pause", "Pause";
    resume: "Resume", "Weiter";
    done_next: "Done, next step", "Fertig, nächster Schritt";
    done_finish: "Done, finish", "Fertig, abschließen";
    five_less: "5 minutes less", "5 Minuten weniger";
    five_more: "5 minutes more", "5 Minuten mehr";
    skip_step: "Skip this step", "Schritt auslassen";
    one_less: "1 minute less", "1 Minute weniger";
    one_more: "1 minute more", "1 Minute mehr";
    auto_advance: "Steps follow by themselves", "Schritte folgen von selbst";
    sound: "Sound at the end of a step", "Ton am Ende eines Schritts";
    keys: "Keys", "Tasten";
    finish_now: "Finish now", "Jetzt abschließen";
    give_up: "Give up", "Abbrechen";
    finish_title: "Finish now?", "Jetzt abschließen?";
    finish_text: "What is left is skipped, and the routine counts as done.",
        "Was noch übrig ist, wird ausgelassen, und die Routine gilt als erledigt.";
    give_up_title: "Give up for now?", "Fürs Erste abbrechen?";
    give_up_text: "The routine stays on your day, not done. You can start it again whenever you like.",
        "Die Routine bleibt unerledigt auf deinem Tag. Du kannst sie jederzeit neu beginnen.";
    go_on: "Go on", "Weitermachen";
    pause_or_resume: "Pause, or resume", "Pausieren oder weitermachen";
    step_back: "Back to the step before", "Zum Schritt davor";
    five_minutes: "5 minutes more or less", "5 Minuten mehr oder weniger";
    one_minute: "1 minute more or less", "1 Minute mehr oder weniger";
    space: "Space", "Leertaste";
    shift: "Shift", "Umschalt";
    no_connection: "No connection. The timer goes on, and what you do is sent later.",
        "Keine Verbindung. Die Zeit läuft weiter, und was du tust, wird später gesendet.";

    // Read aloud.
    left[n]: "{n} minute left", "{n} minutes left"; "noch {n} Minute", "noch {n} Minuten";
    over_by[n]: "{n} minute over", "{n} minutes over"; "{n} Minute darüber", "{n} Minuten darüber";
    said_paused(left: &str): "Paused, {left}.", "Pausiert, {left}.";
    said_resumed(left: &str): "Going on, {left}.", "Es geht weiter, {left}.";
    said_skipped: "Skipped.", "Ausgelassen.";
    said_step(step: &str, title: &str, left: &str): "{step}: {title}, {left}.", "{step}: {title}, {left}.";
    said_more[n, left: &str]: "{n} minute more, {left}.", "{n} minutes more, {left}."; "{n} Minute mehr, {left}.", "{n} Minuten mehr, {left}.";
    said_less[n, left: &str]: "{n} minute less, {left}.", "{n} minutes less, {left}.";
        "{n} Minute weniger, {left}.", "{n} Minuten weniger, {left}.";
    said_over(title: &str): "The time for {title} is up. Go on when you are ready.",
        "Die Zeit für {title} ist um. Mach weiter, wenn du so weit bist.";
    said_auto_on: "Steps follow by themselves.", "Schritte folgen von selbst.";
    said_auto_off: "Each step waits for you.", "Jeder Schritt wartet auf dich.";
    said_first: "This is the first step.", "Das ist der erste Schritt.";
    said_too_long: "A step lasts at most a day.", "Ein Schritt dauert höchstens einen Tag.";
    said_sound_on: "Sound on.", "Ton an.";
    said_sound_off: "Sound off.", "Ton aus.";

    // Afterwards.
    finished_title: "That is done", "Das ist geschafft";
    abandoned_title: "Set aside for now", "Fürs Erste beiseitegelegt";
    as_planned(took: &str): "It took {took}, just as planned.", "Es hat {took} gedauert, genau wie geplant.";
    quicker(took: &str, less: &str): "It took {took}, {less} less than planned.",
        "Es hat {took} gedauert, {less} weniger als geplant.";
    slower(took: &str, more: &str): "It took {took}, {more} more than planned. Good to know for next time.",
        "Es hat {took} gedauert, {more} mehr als geplant. Gut zu wissen fürs nächste Mal.";
    it_took(took: &str): "It took {took}.", "Es hat {took} gedauert.";
    seconds(n: &str): "{n} s", "{n} s";
    partly(took: &str): "You gave it {took}. It stays on your day for when you are ready.",
        "Du hast dir dafür {took} genommen. Es bleibt auf deinem Tag, bis du so weit bist.";
    not_begun: "It stays on your day for when you are ready.",
        "Es bleibt auf deinem Tag, bis du so weit bist.";
    step: "Step", "Schritt";
    planned: "Planned", "Geplant";
    took: "Took", "Gedauert";
    total: "Total", "Gesamt";
    skipped: "skipped", "ausgelassen";
    back_to_day: "Back to the day", "Zurück zum Tag";

    begins(title: &str, when: &str): "{title} begins {when}. Start it now?", "{title} beginnt {when}. Jetzt schon starten?";
    today: "today", "heute";
    tomorrow: "tomorrow", "morgen";
    on(date: &str): "on {date}", "am {date}";
    at(day: &str, time: &str): "{day} at {time}", "{day} um {time}";
    start_now: "Start now", "Jetzt starten";
    show_day: "Show the day", "Tag ansehen";
    changed_since: "That has been changed since. Here is its day.",
        "Das wurde inzwischen geändert. Hier ist der Tag dazu.";
    done_already: "It is done already.", "Das ist schon erledigt.";
    loading: "The run is loading", "Der Durchlauf wird geladen";
}
