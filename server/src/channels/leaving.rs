//! The page behind a mail's unsubscribe address, for whoever opens it as a link: opening it changes nothing, since mail
//! programs and scanners open links by themselves (RFC 8058 §1). It needs no session, so it needs no program either: of the
//! client it takes a sheet of styles and a picture, three folders up.

use daymark_shared::account::Locale;

/// What the page says.
struct Words {
    title: &'static str,
    text: &'static str,
    button: &'static str,
    over: &'static str,
}

const fn words(locale: Locale) -> Words {
    match locale {
        Locale::En => Words {
            title: "Mail from Daymark",
            text: "Reminders come to this mailbox, since somebody chose that. One click, and no more mail is sent to it.",
            button: "Send no more mail",
            over: "No more mail is sent to this mailbox. Whoever wants reminders here again signs in to Daymark and adds \
                   e-mail anew in the settings.",
        },
        Locale::De => Words {
            title: "Mail von Daymark",
            text: "In dieses Postfach kommen Erinnerungen, weil jemand das so gewählt hat. Ein Klick, und es kommt keine \
                   Mail mehr.",
            button: "Keine Mail mehr senden",
            over: "In dieses Postfach kommt keine Mail mehr. Wer hier wieder Erinnerungen möchte, meldet sich bei Daymark an \
                   und fügt E-Mail in den Einstellungen neu hinzu.",
        },
    }
}

/// The page in HTML: with a button, or once it `is_over`, what can be done about it.
pub fn page(locale: Locale, is_over: bool) -> String {
    let Words { title, text, button, over } = words(locale);
    let lang = locale.as_str();
    let inside = if is_over {
        format!("<p>{over}</p>")
    } else {
        // Sent to where it came from.
        format!("<p>{text}</p><form method=\"post\"><button>{button}</button></form>")
    };
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"../../../icons/icon-192.png\">\
         <link rel=\"stylesheet\" href=\"../../../plain.css\"></head>\
         <body><main><img src=\"../../../icons/icon-192.png\" alt=\"\"><h1>{title}</h1>{inside}</main></body></html>"
    )
}
