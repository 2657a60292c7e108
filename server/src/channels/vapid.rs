//! Who we are to push services (VAPID, RFC 8292): a signed token for each of them, made once and used for hours.

use crate::{config::Config, error::Error};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use web_push::{
    PartialVapidSignatureBuilder, SubscriptionInfo, VapidSignature, VapidSignatureBuilder, WebPushError,
};

/// How long a token is good for: RFC 8292 §2 allows a day.
const LASTS: SignedDuration = SignedDuration::from_hours(12);
/// A token with less than this before it is not used any more.
const LEFT: SignedDuration = SignedDuration::from_hours(1);
/// Push services whose tokens are kept: there are half a dozen.
const KEPT: usize = 64;
/// Where the operator has named neither a site with HTTPS nor a mailbox: the claim has to be there.
const NOBODY: &str = "https://daymark.example.org";

/// Signs for push services.
pub(super) struct Vapid {
    key: PartialVapidSignatureBuilder,
    subject: String,
    tokens: Mutex<HashMap<String, (VapidSignature, Timestamp)>>,
}

impl Vapid {
    /// `private` is a scalar of P-256.
    pub(super) fn new(private: &[u8; 32], config: &Config) -> Result<Self, Error> {
        let key = VapidSignatureBuilder::from_base64_no_sub(&BASE64.encode(private));
        let key = key.map_err(|error| Error::Internal(format!("the key for push services: {error}")))?;
        Ok(Self { key, subject: subject(config), tokens: Mutex::default() })
    }

    /// The key that browsers subscribe with: an uncompressed point, in Base64 for addresses.
    pub(super) fn public_key(&self) -> String {
        BASE64.encode(self.key.get_public_key())
    }

    /// A token for the push service at this origin. Where there is none yet it takes processor time.
    pub(super) fn token(&self, origin: &str, now: Timestamp) -> Result<VapidSignature, WebPushError> {
        if let Some((token, ends)) = self.tokens().get(origin)
            && now < *ends
        {
            return Ok(token.clone());
        }
        let ends = now.checked_add(LASTS).unwrap_or(Timestamp::MAX);
        let at = SubscriptionInfo { endpoint: origin.to_owned(), ..SubscriptionInfo::default() };
        let mut builder = self.key.clone().add_sub_info(&at);
        // The crate would leave the port out of the audience.
        builder.add_claim("aud", origin);
        builder.add_claim("exp", ends.as_second());
        builder.add_claim("sub", self.subject.as_str());
        let token = builder.build()?;
        let mut tokens = self.tokens();
        if tokens.len() >= KEPT {
            tokens.clear();
        }
        tokens.insert(origin.to_owned(), (token.clone(), ends.checked_sub(LEFT).unwrap_or(Timestamp::MIN)));
        Ok(token)
    }

    fn tokens(&self) -> std::sync::MutexGuard<'_, HashMap<String, (VapidSignature, Timestamp)>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whom a push service may turn to (RFC 8292 §2.1): the site, or the mailbox that mail comes from.
fn subject(config: &Config) -> String {
    let site = &config.site.public_url;
    match &config.mail.from {
        _ if site.starts_with("https://") => site.clone(),
        Some(from) => format!("mailto:{}", from.email),
        None => NOBODY.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> Config {
        let find =
            |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Config::from_source(&find).unwrap()
    }

    #[test]
    fn somebody_can_always_be_turned_to() {
        let site = ("PUBLIC_URL", "https://day.example.org/plan");
        let mail = ("MAIL_FROM", "Daymark <day@example.org>");
        assert_eq!(subject(&config(&[site, mail])), "https://day.example.org/plan");
        assert_eq!(subject(&config(&[("PUBLIC_URL", "http://day.lan"), mail])), "mailto:day@example.org");
        assert_eq!(subject(&config(&[])), NOBODY);
    }

    #[test]
    fn a_token_is_used_until_an_hour_before_its_end() {
        let vapid = Vapid::new(&[7; 32], &config(&[])).unwrap();
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let first = vapid.token("https://push.example.org", now).unwrap();
        let later = now + SignedDuration::from_hours(11) - SignedDuration::from_secs(1);
        assert_eq!(vapid.token("https://push.example.org", later).unwrap(), first);
        assert_ne!(
            vapid.token("https://push.example.org", now + SignedDuration::from_hours(11)).unwrap(),
            first
        );
        assert_ne!(vapid.token("https://push.example.org:8443", now).unwrap(), first);
    }

    #[test]
    fn few_tokens_are_kept() {
        let vapid = Vapid::new(&[7; 32], &config(&[])).unwrap();
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        for port in 1..=KEPT + 3 {
            vapid.token(&format!("https://push.example.org:{port}"), now).unwrap();
        }
        assert_eq!(vapid.tokens().len(), 3);
    }
}
