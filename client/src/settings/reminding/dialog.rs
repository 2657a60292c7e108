//! What is asked about a channel: where a new one leads, another name, whether it is to go; and the secret of a webhook.

use super::{
    desk::{Asking, Desk},
    words::Words,
};
use crate::{
    api::{ApiError, channel},
    kept::{Kept, use_kept, use_node},
    platform::{browser, focus::use_focus_first_invalid, random},
    problems,
    store::Action,
    ui::{Button, Dialog, Kind, Select, Typed, glyphs, icon, pressed, select, text_field},
    words as common,
};
use daymark_shared::{
    channel::{
        Channel, ChannelEdit, ChannelRole, NewChannel, NtfyTarget, Priority, Target, Topic, WebhookTarget,
    },
    ids::ChannelId,
    problem::{Code, Violation},
    text::{Credential, Title, WebAddress},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What may be typed: the name, and where it leads.
const NAME: usize = 0;
const ADDRESS: usize = 1;
const TOPIC: usize = 2;
const TOKEN: usize = 3;

type Texts = [String; 4];

/// What is wrong: with a field, or with the whole.
#[derive(Debug, Clone, PartialEq)]
enum Wrong {
    Field(usize, Code),
    Whole(ApiError),
}

/// Where a new channel leads.
fn target(asking: &Asking, texts: &Texts, priority: Priority) -> Result<Target, Wrong> {
    let at = |place: usize| move |bad: Violation| Wrong::Field(place, bad.code);
    let address = WebAddress::new(&texts[ADDRESS]).map_err(at(ADDRESS))?;
    if *asking == Asking::Webhook {
        return Ok(Target::Webhook(WebhookTarget { url: address }));
    }
    let topic = Topic::new(texts[TOPIC].trim()).map_err(at(TOPIC))?;
    let token = Some(texts[TOKEN].trim()).filter(|token| !token.is_empty());
    let token = token.map(Credential::new).transpose().map_err(at(TOKEN))?;
    Ok(Target::Ntfy(NtfyTarget { server: address, topic, token, priority }))
}

/// What the server refused, at its field.
fn refused(error: ApiError) -> Wrong {
    let pointers = [
        (NAME, "/name"),
        (ADDRESS, "/target/ntfy/server"),
        (ADDRESS, "/target/webhook/url"),
        (TOPIC, "/target/ntfy/topic"),
        (TOKEN, "/target/ntfy/token"),
    ];
    let found = pointers.iter().find_map(|(place, pointer)| Some((*place, error.at(pointer)?)));
    found.map_or_else(|| Wrong::Whole(error), |(place, code)| Wrong::Field(place, code))
}

/// Sends what was typed: the channel as it is then.
async fn send(
    asking: Asking,
    id: ChannelId,
    texts: Texts,
    priority: Priority,
) -> Result<Option<Channel>, Wrong> {
    let named = || Title::new(&texts[NAME]).map_err(|bad| Wrong::Field(NAME, bad.code));
    let sent = match &asking {
        Asking::Ntfy | Asking::Webhook => {
            let new = NewChannel {
                id,
                name: named()?,
                target: target(&asking, &texts, priority)?,
                role: ChannelRole::Always,
            };
            channel::create(&new).await.map(Some)
        }
        Asking::Loudness(seen, ntfy) => {
            // Without a token the one there is stays.
            let target = Target::Ntfy(NtfyTarget { priority, ..(**ntfy).clone() });
            let edit = ChannelEdit { target: Some(target), ..ChannelEdit::default() };
            channel::edit(seen.id, seen.revision, &edit).await.map(Some)
        }
        Asking::Rename(seen) => {
            let edit = ChannelEdit { name: Some(named()?), ..ChannelEdit::default() };
            channel::edit(seen.id, seen.revision, &edit).await.map(Some)
        }
        Asking::Remove(seen) => channel::remove(seen.id).await.map(|()| None),
        Asking::Secret(_) => Ok(None),
    };
    sent.map_err(refused)
}

/// Properties of [`ChannelDialog`].
#[derive(Properties, PartialEq)]
pub struct ChannelDialogProps {
    /// What it belongs to.
    pub desk: Desk,
    /// What is asked.
    pub asking: Asking,
}

/// The question.
#[component]
pub fn ChannelDialog(props: &ChannelDialogProps) -> Html {
    let ChannelDialogProps { desk, asking } = props;
    let words = &desk.words;
    let common = common::Words(words.0.clone());
    let texts = use_kept(|| {
        let name = match asking {
            Asking::Ntfy => "ntfy",
            Asking::Webhook => words.webhook(),
            Asking::Rename(channel) => channel.name.as_str(),
            Asking::Loudness(..) | Asking::Remove(_) | Asking::Secret(_) => "",
        };
        let server = if *asking == Asking::Ntfy { "https://ntfy.sh" } else { "" };
        [name.to_owned(), server.to_owned(), String::new(), String::new()]
    });
    let priority = use_kept(|| match asking {
        Asking::Loudness(_, ntfy) => ntfy.priority,
        _ => Priority::default(),
    });
    let wrong = use_kept(|| None::<Wrong>);
    let busy = use_kept(|| false);
    let attempts = use_kept(|| 0_u32);
    let id = use_mut_ref(|| {
        let (ms, random) = random::id_parts();
        ChannelId::mint(ms, random)
    });
    let form = use_node();
    use_focus_first_invalid(form.clone(), attempts.get());

    let onsubmit = {
        let (desk, asking, id) = (desk.clone(), asking.clone(), *id.borrow());
        let (texts, wrong, busy, attempts) = (texts.clone(), wrong.clone(), busy.clone(), attempts.clone());
        let priority = priority.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if busy.get() {
                return;
            }
            busy.set(true);
            let (desk, asking, texts, priority) = (desk.clone(), asking.clone(), texts.get(), priority.get());
            let (wrong, busy, attempts) = (wrong.clone(), busy.clone(), attempts.clone());
            spawn_local(async move {
                let sent = send(asking.clone(), id, texts, priority).await;
                busy.set(false);
                match sent {
                    Ok(made) => desk.answered(&asking, made),
                    Err(found) => {
                        wrong.set(Some(found));
                        attempts.set(attempts.get() + 1);
                    }
                }
            });
        })
    };
    let fields: &[_] = match asking {
        Asking::Ntfy => &[
            (NAME, "channel-name", words.name(), None),
            (ADDRESS, "channel-address", words.ntfy_server(), None),
            (TOPIC, "channel-topic", words.topic(), Some(words.topic_hint())),
            (TOKEN, "channel-token", words.token(), Some(words.token_hint())),
        ],
        Asking::Webhook => &[
            (NAME, "channel-name", words.name(), None),
            (ADDRESS, "channel-address", words.url(), Some(words.url_hint())),
        ],
        Asking::Rename(_) => &[(NAME, "channel-name", words.name(), None)],
        Asking::Loudness(..) | Asking::Remove(_) | Asking::Secret(_) => &[],
    };
    let (title, says, kind) = match asking {
        Asking::Ntfy => (words.add_ntfy().to_owned(), common.add(), Kind::Primary),
        Asking::Webhook => (words.add_webhook().to_owned(), common.add(), Kind::Primary),
        Asking::Loudness(..) => (words.loudness().to_owned(), common.save(), Kind::Primary),
        Asking::Rename(_) => (words.rename().to_owned(), common.save(), Kind::Primary),
        Asking::Remove(channel) => (words.remove_title(channel.name.as_str()), words.remove(), Kind::Danger),
        Asking::Secret(_) => (words.secret().to_owned(), common.close(), Kind::Primary),
    };
    let onclose = desk.dialog.becomes(None);
    let problems = problems::Words(words.0.clone());
    html! {
        <Dialog id="channel" {title} onclose={onclose.clone()} close_label={common.close()} light=false>
            <form class="stack" ref={form} novalidate=true {onsubmit}>
                if let Some(Wrong::Whole(error)) = wrong.get() {
                    <p class="banner bad" role="alert">
                        { icon(glyphs::TRIANGLE_ALERT) }
                        <span>{ problems.advice(&error) }</span>
                    </p>
                }
                if let Asking::Remove(_) = asking {
                    <p class="muted">{ words.remove_text() }</p>
                }
                if let Asking::Secret(secret) = asking {
                    { shown_once(desk, secret) }
                }
                { for fields.iter().map(|&(place, id, label, hint)| {
                    let error = match wrong.get() {
                        Some(Wrong::Field(at, code)) if at == place => Some(problems.code(code).into()),
                        _ => None,
                    };
                    let kept = texts.clone();
                    text_field(&Typed {
                        id: id.into(),
                        label: label.into(),
                        value: texts.get()[place].clone().into(),
                        oninput: Callback::from(move |text| {
                            let mut texts = kept.get();
                            texts[place] = text;
                            kept.set(texts);
                        }),
                        kind: (place == ADDRESS).then_some("url".into()),
                        autocomplete: Some("off".into()),
                        hint: hint.map(AttrValue::from),
                        error,
                        ..Typed::default()
                    })
                }) }
                if matches!(asking, Asking::Ntfy | Asking::Loudness(..)) {
                    { loudness(words, &priority) }
                }
                <div class="actions">
                    if !matches!(asking, Asking::Secret(_)) {
                        { Button { onclick: Some(pressed(&onclose)), ..Button::says(common.cancel()) } }
                    }
                    { Button { kind, submit: true, busy: busy.get(), ..Button::says(says) } }
                </div>
            </form>
        </Dialog>
    }
}

/// How loud a topic of ntfy is.
fn loudness(words: &Words, priority: &Kept<Priority>) -> Html {
    let says = [words.loud_1(), words.loud_2(), words.loud_3(), words.loud_4(), words.loud_5()];
    let options = (1..).zip(says).map(|(n, says): (u8, _)| (n.to_string().into(), says.into()));
    let kept = priority.clone();
    select(Select {
        id: "channel-loudness",
        label: words.loudness(),
        options: options.collect(),
        value: priority.get().get().to_string().into(),
        onchange: Callback::from(move |chosen: String| {
            let chosen = chosen.parse().ok().and_then(|chosen| Priority::new(chosen).ok());
            kept.set(chosen.unwrap_or_default());
        }),
        hint: None,
    })
}

/// A secret that is shown only now.
fn shown_once(desk: &Desk, secret: &str) -> Html {
    let words = &desk.words;
    let oncopy = {
        let (secret, desk) = (secret.to_owned(), desk.clone());
        Callback::from(move |_| {
            if browser::copy(&secret) {
                desk.dispatch.dispatch(Action::good(desk.words.copied()));
            }
        })
    };
    html! {
        <>
            <p class="muted">{ words.secret_text() }</p>
            <p class="secret"><code>{ secret }</code></p>
            { Button { onclick: Some(oncopy), class: "at-start", ..Button::says(words.copy()) } }
        </>
    }
}

impl Desk {
    /// The question is answered.
    fn answered(&self, asking: &Asking, made: Option<Channel>) {
        let said = match (asking, &made) {
            (Asking::Ntfy | Asking::Webhook, Some(made)) => Some(self.words.added(made.name.as_str())),
            (Asking::Remove(channel), _) => Some(self.words.removed(channel.name.as_str())),
            _ => None,
        };
        let secret = made.and_then(|made| made.secret).filter(|_| *asking == Asking::Webhook);
        self.dialog.set(secret.map(Asking::Secret));
        self.does(Box::pin(async move { Ok(said.map(Action::good)) }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::problem::Problem;

    fn texts(address: &str, topic: &str, token: &str) -> Texts {
        ["ntfy".to_owned(), address.to_owned(), topic.to_owned(), token.to_owned()]
    }

    #[test]
    fn what_was_typed_makes_a_target() {
        let made =
            target(&Asking::Ntfy, &texts("https://ntfy.sh", " day ", ""), Priority::new(2).unwrap()).unwrap();
        let Target::Ntfy(ntfy) = made else { panic!("{made:?}") };
        assert_eq!((ntfy.topic.as_str(), ntfy.token, ntfy.priority.get()), ("day", None, 2));
        let made = target(&Asking::Webhook, &texts("https://example.org/hook", "", ""), Priority::default())
            .unwrap();
        assert!(matches!(made, Target::Webhook(hook) if hook.url.as_str() == "https://example.org/hook"));
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let empty = target(&Asking::Ntfy, &texts("", "day", ""), Priority::default());
        assert_eq!(empty, Err(Wrong::Field(ADDRESS, Code::TextEmpty)));
        let spaced = target(&Asking::Ntfy, &texts("https://ntfy.sh", "my day", ""), Priority::default());
        assert_eq!(spaced, Err(Wrong::Field(TOPIC, Code::BadValue)));
        let problem = Problem::field(Code::BadAddress, "/target/webhook/url", "not global");
        let error = ApiError::Problem(Box::new(problem));
        assert_eq!(refused(error), Wrong::Field(ADDRESS, Code::BadAddress));
        assert_eq!(refused(ApiError::Offline), Wrong::Whole(ApiError::Offline));
    }
}
