//! What went wrong, for programs and people: RFC 9457 problem details with a stable code.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// A stable name for each thing that can go wrong. Programs match on it, and the client has words for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, for documents and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A short sentence for people, the same for every occurrence of the problem.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    // The request as such.
    /// The body is no JSON.
    MalformedJson = "malformed_json", 400, "The body is not valid JSON.";
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", 415, "The body must be application/json.";
    /// The body is over 1 MiB.
    BodyTooLarge = "body_too_large", 413, "The body is larger than 1 MiB.";
    /// The body did not arrive in time.
    BodyTooSlow = "body_too_slow", 408, "The body took too long to arrive.";
    /// Nothing at this address, or nothing of this account's.
    NotFound = "not_found", 404, "There is nothing here.";
    /// The address exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "This address does not know that method.";

    // A field.
    /// A field that nobody knows.
    UnknownField = "unknown_field", 422, "A field is not known.";
    /// A field that must be there.
    MissingField = "missing_field", 422, "A field is missing.";
    /// A field of the wrong type.
    WrongType = "wrong_type", 422, "A field has the wrong type.";
    /// A text with control characters.
    ControlCharacter = "control_character", 422, "A text contains control characters.";
    /// A text over its limit.
    TextTooLong = "text_too_long", 422, "A text is too long.";
    /// A text that must not be empty.
    TextEmpty = "text_empty", 422, "A text is empty.";
    /// More than 100 steps.
    TooManySteps = "too_many_steps", 422, "A routine has at most 100 steps.";
    /// A routine without a step.
    NoSteps = "no_steps", 422, "A routine has at least one step.";
    /// Two steps with one id.
    DuplicateStep = "duplicate_step", 422, "Two steps have the same id.";
    /// A step's duration outside 1–1,440 minutes.
    DurationOutOfRange = "duration_out_of_range", 422, "A duration is between 1 and 1,440 minutes.";
    /// The steps together last longer than a day.
    RoutineTooLong = "routine_too_long", 422, "A routine lasts at most 1,440 minutes.";
    /// Fewer minutes than steps.
    TooShortForSteps = "too_short_for_steps", 422, "Each step needs at least one minute.";
    /// Not an id.
    BadId = "bad_id", 422, "An id is not a UUID.";
    /// Not a date, or a date outside 1970–2199.
    BadDate = "bad_date", 422, "A date or time is not valid.";
    /// Not an IANA time zone.
    BadZone = "bad_zone", 422, "The time zone is not known.";
    /// A repeat rule that cannot be read, or uses a part that is not supported.
    BadRepeat = "bad_repeat", 422, "The repeat rule cannot be used.";
    /// The schedule's start is not one of its rule's dates.
    StartOffRule = "start_off_rule", 422, "The start is not a date of the repeat rule.";
    /// A rule without a single date.
    RepeatNeverMatches = "repeat_never_matches", 422, "The repeat rule never matches a date.";
    /// A value outside its range or set.
    BadValue = "bad_value", 422, "A value is not allowed here.";
    /// A range of days over the limit, or backwards.
    BadRange = "bad_range", 422, "The range is not allowed.";
    /// A cursor that was not made here.
    BadCursor = "bad_cursor", 422, "The cursor is not valid.";
    /// Not an e-mail address.
    BadEmail = "bad_email", 422, "The e-mail address is not valid.";
    /// An address of something elsewhere (a webhook, a push endpoint) that the server does not reach out to.
    BadAddress = "bad_address", 422, "The address cannot be used.";
    /// A password that is easily guessed.
    WeakPassword = "weak_password", 422, "The password is too easy to guess.";

    // Accounts and sessions.
    /// No session, or one that has ended.
    Unauthenticated = "unauthenticated", 401, "Sign in first.";
    /// E-mail and password do not match.
    WrongCredentials = "wrong_credentials", 401, "E-mail or password is wrong.";
    /// A refresh token was used again: its family is revoked.
    SessionRevoked = "session_revoked", 401, "This session has been ended. Sign in again.";
    /// Signed in, but not allowed.
    Forbidden = "forbidden", 403, "This is not allowed.";
    /// Accounts are by invitation only here.
    RegistrationClosed = "registration_closed", 403, "Accounts are made by invitation here.";
    /// The set-up link's token is missing or wrong.
    SetupRequired = "setup_required", 403, "The first account needs the link printed when the server started.";
    /// An invitation that is unknown, used or expired.
    InvitationInvalid = "invitation_invalid", 403, "The invitation is not valid any more.";
    /// A link to set a password that was used, is over, or has a newer one after it.
    ResetInvalid = "reset_invalid", 403, "The link to set a password is not valid any more.";
    /// The e-mail address has an account already.
    EmailTaken = "email_taken", 409, "There is an account with this e-mail address.";
    /// Too many tries.
    RateLimited = "rate_limited", 429, "Too many tries. Wait a little.";

    // Two at once.
    /// The same id with another body.
    IdConflict = "id_conflict", 409, "This id is taken by something else.";
    /// `If-Match` is required here.
    PreconditionRequired = "precondition_required", 428, "Say which version you mean (If-Match).";
    /// Somebody changed it in the meantime.
    PreconditionFailed = "precondition_failed", 412, "It was changed in the meantime. Load it again.";
    /// The account's limit of such things is reached.
    LimitReached = "limit_reached", 409, "There are too many of these.";

    // Planning and runs.
    /// The occurrence is past, is being run or was done: changing it would change the past.
    OccurrenceBegun = "occurrence_begun", 409, "This occurrence has already begun.";
    /// The run has ended.
    RunEnded = "run_ended", 409, "This run has ended.";
    /// Pausing what is paused, resuming what runs, going back from the first step.
    IllegalMove = "illegal_move", 409, "The run cannot do that now.";

    // The server.
    /// Something broke; it is logged under the request id.
    Internal = "internal", 500, "Something went wrong on the server.";
    /// Too busy, or going down; try again.
    Unavailable = "unavailable", 503, "The server is busy. Try again in a moment.";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Code {
    /// The code with this name on the wire.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

/// An answer that is an error (RFC 9457 §3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A reference that names the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short sentence, the same for every occurrence of this kind.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// The stable name of the kind.
    pub code: Code,
    /// What is particular about this one, where there is more to say than the title does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Which fields are meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The request's id, to be found in the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// One field that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Where: a JSON pointer into the body (RFC 6901), or `?name` for a query parameter, or `Name:` for a header.
    pub pointer: String,
    /// What is wrong with it.
    pub code: Code,
    /// The same in a sentence.
    pub detail: String,
}

impl Problem {
    /// A problem of this kind, with nothing more to say.
    pub fn new(code: Code) -> Self {
        Self {
            kind: format!("/problems/{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: None,
            errors: Vec::new(),
            request_id: None,
        }
    }

    /// A problem with one field.
    pub fn field(code: Code, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(code);
        problem.errors.push(FieldError { pointer: pointer.into(), code, detail: detail.into() });
        problem
    }

    /// The same with a particular detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// A rule that a value breaks: what validated types answer when they refuse.
///
/// Its text form is `code: sentence`, so that it survives a trip through a deserializer's error message and the
/// edge can tell the code again with [`Violation::parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub code: Code,
    /// The rule in a sentence.
    pub detail: String,
}

impl Violation {
    /// The rule `code`, said in a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// Back from its text form; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let (code, detail) = text.split_once(": ")?;
        Some(Self::new(Code::named(code)?, detail))
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Violation {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_are_those_of_serde() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{}\"", code.as_str()));
            assert_eq!(Code::named(code.as_str()), Some(*code));
        }
    }

    #[test]
    fn a_violation_survives_its_text_form() {
        let violation = Violation::new(Code::TextTooLong, "at most 200 characters: this has 201");
        assert_eq!(Violation::parse(&violation.to_string()), Some(violation));
        assert_eq!(Violation::parse("invalid type: string"), None);
    }
}
