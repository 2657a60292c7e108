//! What the page of reminders says.

crate::words! {
    missed: "Missed", "Verpasst";
    nothing_missed: "Nothing was missed.", "Nichts wurde verpasst.";
    more_missed: "More than 100 were missed. Here are the newest.",
        "Mehr als 100 wurden verpasst. Hier stehen die neuesten.";
    dismiss_all: "Dismiss all", "Alle ausblenden";
    all_dismissed: "All dismissed.", "Alle ausgeblendet.";
    dismiss_named(title: &str): "Dismiss {title}", "{title} ausblenden";
    was_due(when: &str): "Due {when}", "Fällig {when}";
    came_late(time: &str): "It came late, at {time}.", "Sie kam verspätet, um {time}.";
    by(channel: &str, why: &str): "{channel}: {why}", "{channel}: {why}";
    told_elsewhere: "Another way told you in time.", "Auf einem anderen Weg kam sie rechtzeitig an.";
    not_arrived: "It did not arrive in time.", "Sie kam nicht rechtzeitig an.";
    look_at_channels: "Look at where reminders go", "Ansehen, wohin Erinnerungen gehen";
    start: "Start", "Starten";
    start_named(title: &str): "Start {title}", "{title} starten";
    snooze: "In 10 minutes", "In 10 Minuten";
    snooze_named(title: &str): "Remind me of {title} in 10 minutes", "In 10 Minuten an {title} erinnern";
    snoozed(title: &str): "{title} reminds again in 10 minutes.", "{title} erinnert in 10 Minuten wieder.";

    upcoming: "In the next two days", "In den nächsten zwei Tagen";
    nothing_upcoming: "No reminder is due.", "Es steht keine Erinnerung an.";
    no_way: "Reminders need a way to reach you.", "Erinnerungen brauchen einen Weg zu dir.";
    settings: "Choose where they go", "Wähle, wohin sie gehen";
    tomorrow: "Tomorrow", "Morgen";
    at_start: "at the start", "zu Beginn";
    before(time: &str): "{time} before", "{time} vorher";
    after(time: &str): "{time} after the start", "{time} nach Beginn";
}
