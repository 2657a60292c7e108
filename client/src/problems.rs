//! What went wrong, in the person's words: what it is, and what to do.

use crate::{api::ApiError, i18n::I18n, ui::Failure};
use daymark_shared::problem::Code;

crate::words! {
    offline: "No connection", "Keine Verbindung";
    offline_advice: "The server could not be reached. Check the connection, then try again.",
        "Der Server ist nicht erreichbar. Prüfe die Verbindung und versuche es dann erneut.";
    timed_out: "No answer", "Keine Antwort";
    timed_out_advice: "The server took too long to answer. Try again in a moment.",
        "Der Server hat zu lange nicht geantwortet. Versuche es gleich noch einmal.";
    unreadable: "An unexpected answer", "Eine unerwartete Antwort";
    unreadable_advice(status: u16):
        "Something between you and the server answered instead of it ({status}). Try again in a moment.",
        "Etwas zwischen dir und dem Server hat an seiner Stelle geantwortet ({status}). Versuche es gleich noch einmal.";
    not_possible: "That did not work", "Das hat nicht geklappt";
    internal: "Something went wrong on the server.", "Auf dem Server ist etwas schiefgegangen.";
    reference(id: &str): "Its log has more under {id}.", "Mehr steht im Protokoll unter {id}.";
    unavailable: "The server is busy. Try again in a moment.",
        "Der Server ist gerade ausgelastet. Versuche es gleich noch einmal.";
    rate_limited: "Too many tries. Wait a minute, then try again.",
        "Zu viele Versuche. Warte eine Minute und versuche es dann erneut.";
    not_found: "It is not there any more.", "Das gibt es nicht mehr.";
    sign_in_again: "Sign in again to go on.", "Melde dich neu an, um weiterzumachen.";
    wrong_credentials: "E-mail and password do not match.", "E-Mail und Passwort passen nicht zusammen.";
    forbidden: "Your account may not do that.", "Dein Konto darf das nicht.";
    registration_closed: "Accounts are made by invitation here. Ask whoever runs this server.",
        "Konten gibt es hier nur auf Einladung. Frage, wer diesen Server betreibt.";
    setup_required: "The first account needs the link that the server printed when it started.",
        "Für das erste Konto wird der Link gebraucht, den der Server beim Start ausgegeben hat.";
    invitation_invalid: "This invitation has been used or has expired. Ask for a new one.",
        "Diese Einladung ist schon benutzt oder abgelaufen. Bitte um eine neue.";
    reset_invalid: "This link has been used or has expired, or there is a newer one. Ask for a new one.",
        "Dieser Link ist schon benutzt oder abgelaufen, oder es gibt einen neueren. Bitte um einen neuen.";
    email_taken: "There is an account with this address already.", "Zu dieser Adresse gibt es schon ein Konto.";
    bad_email: "Write an address such as mira@example.org.", "Gib eine Adresse wie mira@example.org an.";
    bad_address: "This server does not reach out to that address.", "Diese Adresse ruft der Server nicht auf.";
    bad_value: "This cannot be right. Check it again.", "Das kann nicht stimmen. Sieh es dir noch einmal an.";
    weak_password: "Too easy to guess. A few unrelated words make a good password.",
        "Zu leicht zu erraten. Ein paar Wörter ohne Zusammenhang ergeben ein gutes Passwort.";
    text_empty: "Fill this in.", "Fülle dieses Feld aus.";
    text_too_long: "Too long.", "Zu lang.";
    control_character: "It contains an invisible character. Type it again instead of pasting it.",
        "Darin steckt ein unsichtbares Zeichen. Tippe es ein, statt es einzufügen.";
    bad_zone: "The server does not know this time zone. Choose another.",
        "Der Server kennt diese Zeitzone nicht. Wähle eine andere.";
    changed_elsewhere: "It was changed elsewhere in the meantime. Look at it again.",
        "Es wurde inzwischen anderswo geändert. Sieh es dir noch einmal an.";
    limit_reached: "There are too many of these. Remove some first.",
        "Davon gibt es zu viele. Entferne zuerst einige.";
    occurrence_begun: "It has already begun, and the past stays as it was.",
        "Es hat schon begonnen, und Vergangenes bleibt, wie es war.";
    run_ended: "This run has already ended.", "Dieser Durchlauf ist schon beendet.";
    duration: "Between 1 minute and 24 hours.", "Zwischen 1 Minute und 24 Stunden.";
    routine_too_long: "All steps together last at most 24 hours.",
        "Alle Schritte zusammen dauern höchstens 24 Stunden.";
    no_steps: "Add at least one step.", "Füge mindestens einen Schritt hinzu.";
    too_many_steps: "At most 100 steps.", "Höchstens 100 Schritte.";
    bad_date: "This is not a date that exists.", "Dieses Datum gibt es nicht.";
    bad_repeat: "It cannot repeat like this.", "So kann es sich nicht wiederholen.";
    start_off_rule: "The first date does not fit how it repeats.",
        "Der erste Termin passt nicht zur Wiederholung.";
    never_matches: "Repeated like this it would never happen.", "So wiederholt käme es nie vor.";
}

impl Words {
    /// A code in words, short enough to stand below a field.
    pub fn code(&self, code: Code) -> &'static str {
        match code {
            Code::NotFound => self.not_found(),
            Code::Unauthenticated | Code::SessionRevoked => self.sign_in_again(),
            Code::WrongCredentials => self.wrong_credentials(),
            Code::Forbidden => self.forbidden(),
            Code::RegistrationClosed => self.registration_closed(),
            Code::SetupRequired => self.setup_required(),
            Code::InvitationInvalid => self.invitation_invalid(),
            Code::ResetInvalid => self.reset_invalid(),
            Code::EmailTaken => self.email_taken(),
            Code::BadEmail => self.bad_email(),
            Code::BadAddress => self.bad_address(),
            Code::BadValue => self.bad_value(),
            Code::WeakPassword => self.weak_password(),
            Code::TextEmpty | Code::MissingField => self.text_empty(),
            Code::TextTooLong => self.text_too_long(),
            Code::ControlCharacter => self.control_character(),
            Code::BadZone => self.bad_zone(),
            Code::PreconditionFailed | Code::PreconditionRequired | Code::IdConflict => {
                self.changed_elsewhere()
            }
            Code::LimitReached => self.limit_reached(),
            Code::RateLimited => self.rate_limited(),
            Code::Unavailable => self.unavailable(),
            Code::Internal => self.internal(),
            Code::OccurrenceBegun => self.occurrence_begun(),
            Code::RunEnded => self.run_ended(),
            Code::DurationOutOfRange => self.duration(),
            Code::RoutineTooLong => self.routine_too_long(),
            Code::NoSteps => self.no_steps(),
            Code::TooManySteps => self.too_many_steps(),
            Code::BadDate | Code::BadRange => self.bad_date(),
            Code::BadRepeat => self.bad_repeat(),
            Code::StartOffRule => self.start_off_rule(),
            Code::RepeatNeverMatches => self.never_matches(),
            // The rest is between programs: a person cannot cause it.
            _ => self.internal(),
        }
    }

    /// What to do about an error, in a sentence or two.
    pub fn advice(&self, error: &ApiError) -> String {
        match error {
            ApiError::Offline => self.offline_advice().to_owned(),
            ApiError::TimedOut => self.timed_out_advice().to_owned(),
            ApiError::Unreadable { status } => self.unreadable_advice(*status),
            ApiError::Refused(code) => self.code(*code).to_owned(),
            ApiError::Problem(problem) => {
                let mut text = self.code(problem.code).to_owned();
                if let (500, Some(id)) = (problem.status, &problem.request_id) {
                    text.push(' ');
                    text.push_str(&self.reference(id));
                }
                text
            }
        }
    }

    /// What to show in the place of something that did not come.
    pub fn failure(&self, error: &ApiError) -> Failure {
        let title = match error {
            ApiError::Offline => self.offline(),
            ApiError::TimedOut => self.timed_out(),
            ApiError::Unreadable { .. } => self.unreadable(),
            ApiError::Problem(_) | ApiError::Refused(_) => self.not_possible(),
        };
        Failure {
            title: title.into(),
            advice: self.advice(error).into(),
            retry: error.is_passing().then(|| crate::words::Words(self.0.clone()).try_again().into()),
        }
    }
}

impl I18n {
    /// An error in a sentence, for a message.
    pub fn error(&self, error: &ApiError) -> String {
        Words(self.clone()).advice(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Hours;
    use daymark_shared::{account::Locale, problem::Problem};

    fn words(language: Locale) -> Words {
        Words(I18n::new(language, &[], Hours::Usual))
    }

    #[test]
    fn an_internal_error_names_its_request() {
        let problem = Problem { request_id: Some("req-7".to_owned()), ..Problem::new(Code::Internal) };
        let advice = words(Locale::En).advice(&ApiError::Problem(Box::new(problem)));
        assert!(advice.ends_with("Its log has more under req-7."), "{advice}");
    }

    #[test]
    fn trying_again_is_offered_only_where_it_may_help() {
        let refused = ApiError::Problem(Box::new(Problem::new(Code::NotFound)));
        assert_eq!(words(Locale::De).failure(&refused).retry, None);
        assert_eq!(words(Locale::De).failure(&ApiError::Offline).retry.as_deref(), Some("Erneut versuchen"));
    }
}
