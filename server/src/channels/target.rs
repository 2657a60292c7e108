//! Where a channel leads: checked when it is entered, and as far as it is shown.

use super::opened::host_and_port;
use crate::{
    accounts,
    caller::Caller,
    db::ReadTx,
    error::Error,
    outbound::{Purpose, Refusal},
    state::State,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::{
    channel::{NtfyTarget, PushKeys, PushSubscription, Shown, Target},
    problem::Code,
};
use lettre::Address;
use ring::{
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    digest::{SHA256, digest},
    rand::SystemRandom,
};

/// Where a target is in a body that creates or edits a channel.
const TARGET: &str = "/target";
/// The same of a push subscription.
pub(super) const PUSH: &str = "/target/push";

/// Octets of the shared secret of a push subscription (RFC 8291 §3.2).
const AUTH: usize = 16;

/// Whether this server would send to such a target.
///
/// # Errors
/// [`Code::BadAddress`] for an address that it does not reach out to, [`Code::BadValue`] for mail where no mail server is
/// set up; each with the field.
pub fn admit(state: &State, target: &Target) -> Result<(), Error> {
    let (field, address, purpose) = match target {
        Target::Push(subscription) => return admit_push(state, subscription, PUSH),
        Target::Ntfy(ntfy) => ("ntfy/server", &ntfy.server, Purpose::Any),
        Target::Webhook(webhook) => ("webhook/url", &webhook.url, Purpose::Any),
        Target::Email(_) if state.senders.mail.is_some() => return Ok(()),
        Target::Email(_) => {
            return Err(Error::field(Code::BadValue, "/target/email", "this server does not send mail"));
        }
    };
    let judged = state.outbound.target(address.as_str(), purpose);
    judged.map(drop).map_err(|refusal| refused(refusal, format!("{TARGET}/{field}")))
}

/// The same for a subscription, which is at `pointer` in the body.
///
/// # Errors
/// [`Code::BadAddress`] with the field.
pub fn admit_push(state: &State, subscription: &PushSubscription, pointer: &str) -> Result<(), Error> {
    let judged = state.outbound.target(subscription.endpoint.as_str(), Purpose::Push);
    judged.map(drop).map_err(|refusal| refused(refusal, format!("{pointer}/endpoint")))
}

fn refused(refusal: Refusal, pointer: String) -> Error {
    Error::field(Code::BadAddress, pointer, refusal.to_string())
}

/// Checks what the text of a target does not show: keys that encrypt, and a mailbox that is the account's own (anybody
/// else's would get mail that they did not ask for).
///
/// # Errors
/// [`Code::BadValue`] with the field; that of a subscription is below `pointer`.
pub(super) fn check(
    tx: &ReadTx<'_>,
    caller: &Caller<'_>,
    target: &Target,
    pointer: &str,
) -> Result<(), Error> {
    let refuse = |why: &str| Err(Error::field(Code::BadValue, "/target/email/address", why));
    match target {
        Target::Push(subscription) => check_keys(&subscription.keys, pointer),
        Target::Email(email) => match accounts::load(tx, caller.vault, caller.account)?.email {
            own if own != email.address => refuse("mail goes to the account's own address only"),
            own if own.as_str().parse::<Address>().is_err() => refuse("mail cannot be sent to this address"),
            _ => Ok(()),
        },
        Target::Ntfy(_) | Target::Webhook(_) => Ok(()),
    }
}

/// Browsers write them without padding, but some libraries add it.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.trim_end_matches('=')).ok()
}

fn check_keys(keys: &PushKeys, pointer: &str) -> Result<(), Error> {
    let refuse = |name: &str, why: &str| {
        Err(Error::field(Code::BadValue, format!("{pointer}/keys/{name}"), why.to_owned()))
    };
    if !decode(keys.p256dh.as_str()).is_some_and(|point| is_on_the_curve(&point)) {
        return refuse("p256dh", "an uncompressed point of P-256 in Base64 for addresses");
    }
    if decode(keys.auth.as_str()).is_none_or(|secret| secret.len() != AUTH) {
        return refuse("auth", "16 octets in Base64 for addresses");
    }
    Ok(())
}

/// Whether a message could be encrypted for it.
fn is_on_the_curve(point: &[u8]) -> bool {
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
    ours.is_ok_and(|ours| agree_ephemeral(ours, &UnparsedPublicKey::new(&ECDH_P256, point), |_| ()).is_ok())
}

/// The target without its keys and tokens.
pub(super) fn shown(target: Target) -> Shown {
    match target {
        Target::Push(subscription) => {
            let endpoint = subscription.endpoint.as_str();
            Shown::Push { host: host_and_port(endpoint), fingerprint: fingerprint(endpoint) }
        }
        Target::Ntfy(ntfy) => Shown::Ntfy(NtfyTarget { token: None, ..ntfy }),
        Target::Email(email) => Shown::Email(email),
        Target::Webhook(webhook) => Shown::Webhook(webhook),
    }
}

/// The first eight bytes of the endpoint's SHA-256, in hexadecimal.
fn fingerprint(endpoint: &str) -> String {
    digest(&SHA256, endpoint.as_bytes()).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What a target becomes by an edit. An answer does not tell the token of an ntfy server, so that an edit which brings
/// none keeps it, unless it leads to another server: that must not learn it.
pub(super) fn edited(before: Target, after: Target) -> Target {
    match (before, after) {
        (Target::Ntfy(before), Target::Ntfy(after)) if before.server == after.server => {
            Target::Ntfy(NtfyTarget { token: after.token.or(before.token), ..after })
        }
        (_, after) => after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ntfy(server: &str, token: Option<&str>) -> Target {
        let target = json!({ "ntfy": { "server": server, "topic": "day", "token": token } });
        serde_json::from_value(target).unwrap()
    }

    #[test]
    fn a_token_stays_at_its_server() {
        let before = ntfy("https://ntfy.example.org", Some("tk_1"));
        assert_eq!(edited(before.clone(), ntfy("https://ntfy.example.org", None)), before);
        let other = ntfy("https://ntfy.example.net", None);
        assert_eq!(edited(before.clone(), other.clone()), other);
        let another = ntfy("https://ntfy.example.org", Some("tk_2"));
        assert_eq!(edited(before, another.clone()), another);
    }

    #[test]
    fn a_point_off_the_curve_is_no_key() {
        let point = "BLMbF9ffKBiWQLCKvTHb6LO8Nb6dcUh6TItC455vu2kElga6PQvUmaFyCdykxY2nOSSL3yKgfbmFLRTUaGv4yV8";
        assert!(decode(point).is_some_and(|point| is_on_the_curve(&point)));
        let off = point.replace("BLMbF", "BLMbG");
        assert!(!decode(&off).is_some_and(|point| is_on_the_curve(&point)));
        assert_eq!(fingerprint("abc"), "ba7816bf8f01cfea");
    }
}
