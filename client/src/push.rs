//! This browser as a channel: turned on and off, and kept true whenever the program starts.

use crate::{
    api::{ApiError, channel},
    platform::{
        push::{self, PushState, Refusal},
        random, storage,
    },
};
use daymark_shared::{
    channel::{Channel, Shown},
    ids::ChannelId,
};

/// Where this browser remembers which channel it is.
const OWN: &str = "push";

/// Why it could not be turned on.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The browser did not subscribe.
    Browser(Refusal),
    /// The server did not take it.
    Server(ApiError),
}

fn own() -> Option<ChannelId> {
    storage::get(OWN)?.parse().ok()
}

fn remember(id: Option<ChannelId>) {
    storage::set(OWN, id.map(|id| id.to_string()).as_deref());
}

/// Whether a channel is this browser, which has the subscription of this fingerprint.
pub fn is_here(channel: &Channel, mine: &str) -> bool {
    matches!(&channel.target, Shown::Push { fingerprint, .. } if fingerprint == mine)
}

/// Turns it on: the person is asked by the browser.
///
/// # Errors
/// [`Trouble`].
pub async fn turn_on(name: &str, key: &str) -> Result<(), Trouble> {
    let subscription = push::subscribe(key, false).await.map_err(Trouble::Browser)?;
    let (ms, random) = random::id_parts();
    let made = channel::create_push(ChannelId::mint(ms, random), name, &subscription).await;
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            // One that nobody sends to is of no use.
            push::unsubscribe().await;
            return Err(Trouble::Server(error));
        }
    };
    remember(Some(made.id));
    if let Some(secret) = &made.secret {
        push::keep(secret, key).await;
    }
    Ok(())
}

/// Turns it off, here and on the server.
///
/// # Errors
/// [`ApiError`]: then it stays on.
pub async fn turn_off(id: Option<ChannelId>) -> Result<(), ApiError> {
    if let Some(id) = id.or_else(own) {
        channel::remove(id).await?;
    }
    remember(None);
    push::unsubscribe().await;
    Ok(())
}

/// Whoever signs out here takes their reminders along.
pub async fn leave() {
    if own().is_some() {
        // Without a connection the browser alone stops; the server notices with the next message.
        let _ = turn_off(None).await;
        remember(None);
        push::unsubscribe().await;
    }
}

/// What is to be done so that server and browser agree.
#[derive(Debug, PartialEq)]
enum Step {
    /// Nothing.
    Nothing,
    /// The browser has lost its subscription, or the push service has, or the person has signed in anew: it is made anew for
    /// this channel.
    Anew(ChannelId, u64),
    /// The channel is not there any more, or not this person's: the browser stops.
    Stop,
}

fn step(own: ChannelId, state: &PushState, channels: &[Channel]) -> Step {
    let Some(channel) = channels.iter().find(|channel| channel.id == own) else { return Step::Stop };
    match state {
        PushState::On(mine) if is_here(channel, mine) && channel.ended.is_none() && channel.current => {
            Step::Nothing
        }
        PushState::On(_) | PushState::Off => Step::Anew(channel.id, channel.revision),
        // Nothing can be done from here.
        _ => Step::Nothing,
    }
}

/// Makes true what this browser and the server think of each other. Nothing is asked where it was never turned on.
///
/// # Errors
/// [`ApiError`]: it is tried again at the next start.
pub async fn keep_true() -> Result<(), ApiError> {
    let Some(own) = own() else { return Ok(()) };
    let state = push::state().await;
    match step(own, &state, &channel::all().await?) {
        Step::Nothing => {}
        Step::Stop => {
            remember(None);
            push::unsubscribe().await;
        }
        Step::Anew(id, revision) => {
            let key = channel::offer().await?.push.key;
            if let Ok(subscription) = push::subscribe(&key, true).await {
                channel::renew_push(id, revision, &subscription).await?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(n: u8, fingerprint: &str, ended: &str) -> Channel {
        let id = ChannelId::mint(1, [n; 10]);
        let text = format!(
            r#"{{"id":"{id}","name":"Here","kind":"push","target":{{"push":{{"host":"push.example","fingerprint":"{fingerprint}"}}}},
            "current":true,"role":"always","position":0,"ended":{ended},"created_at":"2026-11-18T07:00:00Z","revision":4}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    const GONE: &str = r#"{"at":"2026-11-18T07:00:00Z","reason":"gone"}"#;

    #[test]
    fn what_agrees_is_left_alone() {
        let here = channel(1, "00ff", "null");
        assert_eq!(step(here.id, &PushState::On("00ff".to_owned()), &[here]), Step::Nothing);
    }

    #[test]
    fn a_subscription_that_changed_or_went_is_told() {
        let here = channel(1, "00ff", "null");
        let anew = Step::Anew(here.id, 4);
        assert_eq!(step(here.id, &PushState::On("1111".to_owned()), std::slice::from_ref(&here)), anew);
        assert_eq!(step(here.id, &PushState::Off, &[here]), anew);
    }

    #[test]
    fn another_session_tells_that_it_is_this_browser() {
        let here = Channel { current: false, ..channel(1, "00ff", "null") };
        let anew = Step::Anew(here.id, 4);
        assert_eq!(step(here.id, &PushState::On("00ff".to_owned()), &[here]), anew);
    }

    #[test]
    fn one_that_the_push_service_gave_up_is_made_anew() {
        let here = channel(1, "00ff", GONE);
        assert_eq!(
            step(here.id, &PushState::On("00ff".to_owned()), &[here]),
            Step::Anew(ChannelId::mint(1, [1; 10]), 4)
        );
    }

    #[test]
    fn a_browser_that_was_removed_elsewhere_stops() {
        let other = channel(2, "2222", "null");
        assert_eq!(
            step(ChannelId::mint(1, [1; 10]), &PushState::On("00ff".to_owned()), &[other]),
            Step::Stop
        );
    }

    #[test]
    fn what_the_person_refused_stays_as_it_is() {
        let here = channel(1, "00ff", "null");
        assert_eq!(step(here.id, &PushState::Denied, &[here]), Step::Nothing);
    }
}
