//! Capabilities that travel inside a message: whoever holds one may act on that reminder, and on nothing else.
//!
//! A notification is acted on with no page open, and ntfy's buttons know no session. The message is encrypted on its way
//! to a browser; ntfy and mail get what their person chose to send there.

use crate::vault::Vault;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daymark_shared::ids::{AccountId, ReminderId};
use jiff::Timestamp;
use ring::hmac;

/// What is signed begins so: an access token, signed with the same key, begins otherwise.
const TAG: &[u8] = b"reminder.action.1:";
/// Account, reminder, and the second from which on it is no good.
const SAID: usize = 16 + 16 + 8;

/// Makes one that is good until `until`.
pub fn issue(vault: &Vault, account: AccountId, reminder: ReminderId, until: Timestamp) -> String {
    let mut signed = TAG.to_vec();
    signed.extend_from_slice(account.as_bytes());
    signed.extend_from_slice(reminder.as_bytes());
    signed.extend_from_slice(&until.as_second().to_be_bytes());
    let signature = hmac::sign(vault.token_key(), &signed);
    let mut token = signed.split_off(TAG.len());
    token.extend_from_slice(signature.as_ref());
    BASE64.encode(token)
}

/// Reads one; `None` for what is none of ours, was changed, or is no good any more.
pub fn read(vault: &Vault, token: &str, now: Timestamp) -> Option<(AccountId, ReminderId)> {
    let token = BASE64.decode(token).ok()?;
    let (said, signature) = token.split_at_checked(SAID)?;
    hmac::verify(vault.token_key(), &[TAG, said].concat(), signature).ok()?;
    let until = i64::from_be_bytes(said[32..].try_into().ok()?);
    let account = AccountId::from_bytes(said[..16].try_into().ok()?);
    let reminder = ReminderId::from_bytes(said[16..32].try_into().ok()?);
    (now.as_second() < until).then_some((account, reminder))
}
