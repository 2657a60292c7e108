//! Why a reminder did not arrive, in kind words, with what to do about it.

use daymark_shared::reminder::Reason;

crate::words! {
    too_late: "Daymark was not running in time, or had too much to do.",
        "Daymark lief nicht rechtzeitig oder hatte zu viel zu tun.";
    quiet: "It was late, and by then it was to be quiet.", "Sie war verspätet, und da sollte schon Ruhe sein.";
    gone: "That browser takes no reminders any more. Turn them on there again.",
        "Dieser Browser nimmt keine Erinnerungen mehr an. Schalte sie dort wieder ein.";
    unsubscribed: "The mailbox has unsubscribed. Add e-mail again if that was a mistake.",
        "Das Postfach hat sich abgemeldet. Füge E-Mail neu hinzu, falls das ein Versehen war.";
    refused: "The other end refused it. Check the address and the token.",
        "Die Gegenstelle hat sie abgelehnt. Prüfe Adresse und Token.";
    busy: "The other end had too much to do.", "Die Gegenstelle hatte zu viel zu tun.";
    broken: "The other end had a fault of its own.", "Bei der Gegenstelle gab es einen Fehler.";
    silent: "The other end did not answer in time.", "Die Gegenstelle hat nicht rechtzeitig geantwortet.";
    unreachable: "There was no connection to it. Check the address.",
        "Es gab keine Verbindung dorthin. Prüfe die Adresse.";
    forbidden: "This server may not send to that address.", "Dieser Server darf nicht an diese Adresse senden.";
    not_set_up: "This server is not set up for it. Ask whoever runs it.",
        "Dieser Server ist dafür nicht eingerichtet. Frage, wer ihn betreibt.";
    unreadable: "The message could not be put together.", "Die Nachricht ließ sich nicht zusammenstellen.";
}

impl Words {
    /// A reason in a sentence or two.
    pub fn reason(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::TooLate => self.too_late(),
            Reason::Quiet => self.quiet(),
            Reason::Gone => self.gone(),
            Reason::Unsubscribed => self.unsubscribed(),
            Reason::Refused => self.refused(),
            Reason::Busy => self.busy(),
            Reason::Broken => self.broken(),
            Reason::Silent => self.silent(),
            Reason::Unreachable => self.unreachable(),
            Reason::Forbidden => self.forbidden(),
            Reason::NotSetUp => self.not_set_up(),
            Reason::Unreadable => self.unreadable(),
        }
    }
}

/// Whether the channel is the cause, so that a look at it helps.
pub const fn is_the_channels(reason: Reason) -> bool {
    !matches!(reason, Reason::TooLate | Reason::Quiet | Reason::Unreadable)
}
