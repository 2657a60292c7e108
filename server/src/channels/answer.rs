//! What an answer, or its absence, says of a message.

use super::Outcome;
use crate::outbound::{Answer, Failure, Fault};
use daymark_shared::reminder::Reason;
use jiff::{SignedDuration, Timestamp};

/// What a status says, whoever gave it: a success, patience (429), trouble of their own (5xx, 408), or that there is no use
/// in trying again. Redirects are none of these and are not followed.
pub(super) fn outcome(answer: Result<Answer, Failure>, now: Timestamp) -> Outcome {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => return failed(failure.fault),
    };
    let retry = |reason| Outcome::Retry { reason, after: after(&answer, now) };
    match answer.status {
        200..=299 => Outcome::Delivered,
        408 => retry(Reason::Silent),
        429 => retry(Reason::Busy),
        500..=599 => retry(Reason::Broken),
        _ => Outcome::Refused(Reason::Refused),
    }
}

fn after(answer: &Answer, now: Timestamp) -> Option<SignedDuration> {
    SignedDuration::try_from(answer.retry_after(now)?).ok()
}

const fn failed(fault: Fault) -> Outcome {
    let reason = match fault {
        Fault::Refused(_) => return Outcome::Refused(Reason::Forbidden),
        Fault::Dns | Fault::Connect | Fault::Tls | Fault::Reset => Reason::Unreachable,
        Fault::Timeout => Reason::Silent,
        Fault::BadAnswer => Reason::Broken,
    };
    Outcome::Retry { reason, after: None }
}
