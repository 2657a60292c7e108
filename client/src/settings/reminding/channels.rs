//! Where reminders go: each way with how it fares, a test, and what else can be done.

use super::{
    All,
    desk::{Asking, Desk},
    section,
};
use crate::{
    api::{ApiError, channel},
    planning::reasons,
    platform::{clock, push::PushState, random},
    push::is_here,
    store::{Action, Session, use_slice},
    ui::{Button, Glyph, Kind, Menu, MenuItem, glyphs, icon},
};
use daymark_shared::{
    channel::{Channel, ChannelEdit, ChannelKind, ChannelRole, EmailTarget, NewChannel, Shown, Target},
    ids::ChannelId,
    reminder::Reason,
    text::{Email, Title},
};
use yew::prelude::*;

const fn glyph(kind: ChannelKind) -> Glyph {
    match kind {
        ChannelKind::Push => glyphs::MONITOR,
        ChannelKind::Ntfy => glyphs::BELL,
        ChannelKind::Email => glyphs::MAIL,
        ChannelKind::Webhook => glyphs::CODE,
    }
}

impl Desk {
    fn why(&self, reason: Reason) -> &'static str {
        reasons::Words(self.words.0.clone()).reason(reason)
    }

    /// What kind it is, and where it leads.
    fn leads(&self, channel: &Channel) -> String {
        match &channel.target {
            Shown::Push { .. } => self.words.browser().to_owned(),
            Shown::Ntfy(ntfy) => {
                let server = ntfy.server.as_str().trim_start_matches("https://").trim_end_matches('/');
                ["ntfy · ", server, "/", ntfy.topic.as_str()].concat()
            }
            Shown::Email(email) => [self.words.email(), " · ", email.address.as_str()].concat(),
            Shown::Webhook(webhook) => [self.words.webhook(), " · ", webhook.url.as_str()].concat(),
        }
    }

    /// Asks something.
    fn asks(&self, asking: Asking) -> Callback<()> {
        let desk = self.clone();
        Callback::from(move |()| desk.dialog.set(Some(asking.clone())))
    }

    /// Changes a channel.
    fn edits(&self, channel: &Channel, edit: ChannelEdit) -> Callback<()> {
        let (desk, id, revision) = (self.clone(), channel.id, channel.revision);
        Callback::from(move |()| {
            let edit = edit.clone();
            desk.does(Box::pin(async move { channel::edit(id, revision, &edit).await.map(|_| None) }));
        })
    }

    /// Has a fallback change places with the one before it.
    fn moves_up(&self, before: &Channel, channel: &Channel) -> Callback<()> {
        let desk = self.clone();
        let place = |channel: &Channel| (channel.id, channel.revision, channel.position);
        let (upper, lower) = (place(before), place(channel));
        Callback::from(move |()| {
            desk.does(Box::pin(async move {
                let to = |position| ChannelEdit { position: Some(position), ..ChannelEdit::default() };
                channel::edit(lower.0, lower.1, &to(upper.2)).await?;
                channel::edit(upper.0, upper.1, &to(lower.2.max(upper.2 + 1))).await.map(|_| None)
            }));
        })
    }

    /// Sends a test.
    fn tests(&self, channel: &Channel) -> Callback<MouseEvent> {
        let (desk, id, name) = (self.clone(), channel.id, channel.name.as_str().to_owned());
        Callback::from(move |_| {
            desk.busy.set(Some(id));
            let (inner, name) = (desk.clone(), name.clone());
            desk.does(Box::pin(async move {
                let result = channel::test(id).await?;
                Ok(Some(match result.reason.filter(|_| !result.delivered) {
                    None => Action::good(inner.words.test_sent(&name)),
                    Some(reason) => Action::bad(inner.words.test_failed(&name, inner.why(reason))),
                }))
            }));
        })
    }

    /// Gives a webhook another secret, and shows it.
    fn rotates(&self, id: ChannelId) -> Callback<()> {
        let desk = self.clone();
        Callback::from(move |()| {
            let dialog = desk.dialog.clone();
            desk.does(Box::pin(async move {
                dialog.set(channel::new_secret(id).await?.secret.map(Asking::Secret));
                Ok(None)
            }));
        })
    }

    fn adds_mail(&self, address: Email) -> Callback<MouseEvent> {
        let (ms, random) = random::id_parts();
        let (desk, id) = (self.clone(), ChannelId::mint(ms, random));
        Callback::from(move |_| {
            let (words, address) = (desk.words.clone(), address.clone());
            desk.does(Box::pin(async move {
                let name = Title::new(words.email()).map_err(|bad| ApiError::Refused(bad.code))?;
                let target = Target::Email(EmailTarget { address });
                let made =
                    channel::create(&NewChannel { id, name, target, role: ChannelRole::Always }).await?;
                Ok(Some(Action::good(words.added(made.name.as_str()))))
            }));
        })
    }
}

/// All channels, and what can be added.
pub fn channels(desk: &Desk, all: &All, mail: Option<Email>) -> Html {
    let words = &desk.words;
    let list = &all.channels;
    let fallbacks: Vec<_> = list.iter().filter(|channel| channel.role == ChannelRole::Fallback).collect();
    let before = |channel: &Channel| {
        let place = fallbacks.iter().position(|other| other.id == channel.id)?;
        fallbacks.get(place.checked_sub(1)?).copied()
    };
    let mail = mail.filter(|_| all.offer.email && !list.iter().any(|c| c.kind == ChannelKind::Email));
    let add = |says: &'static str, onclick: Callback<MouseEvent>| {
        html! { { Button { icon: Some(glyphs::PLUS), onclick: Some(onclick), ..Button::says(says) } } }
    };
    let inside = html! {
        <>
            if list.is_empty() {
                <p class="muted">{ words.none() }</p>
            } else {
                <ul class="sessions channels">
                    { for list.iter().map(|channel| row(desk, channel, before(channel))) }
                </ul>
            }
            <div class="adders">
                { add(words.add_ntfy(), desk.asks(Asking::Ntfy).reform(|_| ())) }
                if let Some(address) = mail {
                    { add(words.add_email(), desk.adds_mail(address)) }
                }
                { add(words.add_webhook(), desk.asks(Asking::Webhook).reform(|_| ())) }
            </div>
        </>
    };
    section("channels", words.channels(), inside)
}

/// The mailbox that reminders could go to.
#[hook]
pub fn use_mailbox() -> Option<Email> {
    use_slice::<Session>().account().map(|account| account.email.clone())
}

fn row(desk: &Desk, channel: &Channel, before: Option<&Channel>) -> Html {
    let words = &desk.words;
    let name = channel.name.as_str();
    let fallback = channel.role == ChannelRole::Fallback;
    let here = matches!(desk.push.get(), Some(PushState::On(mine)) if is_here(channel, &mine));
    let ago = |at| words.ago(at, clock::now());
    let fares = match channel.last_success_at {
        Some(at) => words.delivered(&ago(at)),
        None => words.not_yet().to_owned(),
    };
    // An error counts until something has got through.
    let error =
        channel.last_error.as_ref().filter(|error| channel.last_success_at.is_none_or(|at| at < error.at));
    let trouble = match (&channel.ended, error) {
        (Some(ended), _) => Some(words.ended(desk.why(ended.reason))),
        (None, Some(error)) => Some(words.failed(&ago(error.at), desk.why(error.reason))),
        (None, None) => None,
    };
    let badge = match (&channel.ended, here, fallback) {
        (Some(_), ..) => Some(("badge off", words.stopped())),
        (None, true, _) => Some(("badge", words.this_browser())),
        (None, false, true) => Some(("badge off", words.fallback())),
        (None, false, false) => None,
    };
    let role = if fallback { ChannelRole::Always } else { ChannelRole::Fallback };
    let changed = ChannelEdit { role: Some(role), ..ChannelEdit::default() };
    let boxed = || Box::new(channel.clone());
    let mut items = vec![
        MenuItem::new(words.rename(), glyphs::PENCIL, desk.asks(Asking::Rename(boxed()))),
        MenuItem::switch(words.fallback(), glyphs::UNDO_2, fallback, desk.edits(channel, changed)),
    ];
    if let Some(before) = before {
        items.push(MenuItem::new(words.move_up(), glyphs::CHEVRON_UP, desk.moves_up(before, channel)));
    }
    if let Shown::Ntfy(ntfy) = &channel.target {
        let asking = Asking::Loudness(boxed(), Box::new(ntfy.clone()));
        items.push(MenuItem::new(words.loudness(), glyphs::BELL, desk.asks(asking)));
    }
    if channel.kind == ChannelKind::Webhook {
        items.push(MenuItem::new(words.new_secret(), glyphs::KEY_ROUND, desk.rotates(channel.id)));
    }
    let remove = MenuItem::new(words.remove(), glyphs::TRASH_2, desk.asks(Asking::Remove(boxed())));
    items.push(MenuItem { danger: true, ..remove });
    html! {
        <li key={channel.id.to_string()}>
            { icon(glyph(channel.kind)) }
            <div>
                <strong>{ name }</strong>
                if let Some((class, says)) = badge {
                    { " " }<span {class}>{ says }</span>
                }
                <p class="hint">{ desk.leads(channel) }{ " · " }{ fares }</p>
                if let Some(trouble) = trouble {
                    <p class="hint warn">{ trouble }</p>
                }
            </div>
            if channel.ended.is_none() {
                { Button {
                    kind: Kind::Quiet,
                    busy: desk.busy.get() == Some(channel.id),
                    label: Some(words.test_of(name).into()),
                    onclick: Some(desk.tests(channel)),
                    ..Button::says(words.send_test())
                } }
            }
            <Menu
                id={["channel-", &channel.id.to_string()].concat()}
                label={words.more_of(name)}
                glyph={glyphs::ELLIPSIS}
                {items}
            />
        </li>
    }
}
