//! Welcome: sign in, or create an account where that is allowed.

mod form;
mod words;

use crate::{
    api::{Remote, session, use_remote},
    kept::use_kept,
    platform::browser::{query_parameter, use_title},
    problems,
    store::{Action, Dispatch, Settings, use_dispatch, use_slice},
    ui::{glyphs, icon, mark, skeleton, trouble},
};
use daymark_shared::{
    account::{Instance, Locale, Registration},
    session::Token,
};
use form::Form;
use words::use_words;
use yew::prelude::*;

/// What somebody may do here before they are signed in.
#[derive(Debug, Clone, PartialEq)]
enum Door {
    /// Sign in; create an account as well, or only with an invitation.
    SignIn {
        /// Whether anybody may create an account.
        open: bool,
    },
    /// Create an account, or set a password.
    Create(Pass),
    /// There is no account yet, and the first needs the link that the server printed.
    NeedsLink,
}

/// What lets somebody create an account, or in to theirs without the old password.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pass {
    /// It is the first one here, with what the printed link carried.
    Setup(Option<Token>),
    /// An invitation.
    Invitation(Token),
    /// Anybody may.
    Open,
    /// They have one already, and a link to set its password.
    Reset(Token),
}

impl Door {
    /// Which door is open, for what the address carried.
    fn at(
        instance: &Instance,
        setup: Option<Token>,
        invitation: Option<Token>,
        reset: Option<Token>,
    ) -> Self {
        match (instance.registration, setup, invitation, reset) {
            (Registration::Setup, None, ..) if instance.setup_needs_token => Self::NeedsLink,
            (Registration::Setup, setup, ..) => Self::Create(Pass::Setup(setup)),
            (.., Some(reset)) => Self::Create(Pass::Reset(reset)),
            (_, _, Some(invitation), None) => Self::Create(Pass::Invitation(invitation)),
            (registration, _, None, None) => Self::SignIn { open: registration == Registration::Open },
        }
    }
}

/// Properties of [`WelcomePage`].
#[derive(Properties, PartialEq)]
pub struct WelcomeProps {
    /// Whether a session ended without being asked to.
    pub ended: bool,
}

/// One promise, one form.
#[component]
pub fn WelcomePage(props: &WelcomeProps) -> Html {
    let (words, problems) = (use_words(), problems::use_words());
    let (settings, dispatch) = (use_slice::<Settings>(), use_dispatch());
    let instance = use_remote(String::new(), session::instance);
    let token = |name| query_parameter(name).and_then(|text| Token::new(&text).ok());

    html! {
        <main class="welcome">
            <section class="pitch">
                { mark() }
                <p class="promise">{ lines(words.promise()) }</p>
                <p>{ words.sealed() }</p>
            </section>
            <section class="panel">
                if props.ended {
                    <p class="banner" role="status">
                        { icon(glyphs::INFO) }
                        { words.session_ended() }
                    </p>
                }
                {
                    match instance.remote {
                        Remote::Pending => skeleton(4, crate::words::Words(words.0.clone()).loading()),
                        Remote::Failed(error) => trouble(&problems.failure(&error), &instance.reload, false),
                        Remote::Ready(instance) => html! {
                            <Doorway
                                door={Door::at(&instance, token("setup"), token("invite"), token("reset"))}
                            />
                        },
                    }
                }
                { languages(settings.language, &dispatch) }
            </section>
        </main>
    }
}

/// A text with its line breaks.
fn lines(text: &'static str) -> Html {
    text.split('\n').enumerate().map(|(index, line)| html! { <>if index > 0 { <br /> }{ line }</> }).collect()
}

/// Properties of [`Doorway`].
#[derive(Properties, PartialEq)]
struct DoorwayProps {
    door: Door,
}

/// The form for what may be done, and the way to the other one.
#[component]
fn Doorway(props: &DoorwayProps) -> Html {
    let words = use_words();
    let creating = use_kept(|| matches!(props.door, Door::Create(_)));
    use_title(match props.door {
        Door::Create(Pass::Reset(_)) => words.set_password(),
        _ if creating.get() => words.create_account(),
        _ => words.sign_in(),
    });
    let turn = creating.turns();
    let pass = match &props.door {
        Door::NeedsLink => {
            return html! {
                <>
                    <h1>{ words.setup_title() }</h1>
                    <p class="lead">{ words.setup_text() }</p>
                </>
            };
        }
        Door::SignIn { open: false } => None,
        Door::SignIn { open: true } => Some(Pass::Open),
        Door::Create(pass) => Some(pass.clone()),
    };
    let (title, lead) = match &pass {
        Some(Pass::Setup(_)) => (words.first_account(), Some(words.first_account_lead())),
        Some(Pass::Reset(_)) => (words.set_password(), None),
        Some(Pass::Invitation(_)) if creating.get() => (words.create_account(), Some(words.invited_lead())),
        _ if creating.get() => (words.create_account(), None),
        _ => (words.sign_in(), None),
    };
    let foot = |question, answer| {
        html! {
            <p class="foot">
                { question }{ " " }
                <button type="button" class="link" onclick={turn.clone()}>{ answer }</button>
            </p>
        }
    };
    html! {
        <>
            <h1>{ title }</h1>
            if let Some(lead) = lead {
                <p class="lead">{ lead }</p>
            }
            // A form of its own each: what was wrong with one is not wrong with the other.
            <Form key={u8::from(creating.get())} pass={pass.clone().filter(|_| creating.get())} />
            {
                match pass {
                    // There is nobody who could sign in, or whose password is known.
                    Some(Pass::Setup(_)) | Some(Pass::Reset(_)) => html! {},
                    Some(_) if creating.get() => foot(words.have_account(), words.sign_in()),
                    Some(_) => foot(words.new_here(), words.create_account()),
                    None => html! { <p class="foot">{ words.by_invitation() }</p> },
                }
            }
        </>
    }
}

/// The other languages, each in its own words.
fn languages(spoken: Locale, dispatch: &Dispatch) -> Html {
    html! {
        <p class="foot languages">
            { for Locale::ALL.iter().filter(|locale| **locale != spoken).map(|&locale| {
                let dispatch = dispatch.clone();
                let onclick = move |_| dispatch.dispatch(Action::Language(locale));
                html! {
                    <button key={locale.as_str()} type="button" class="link" lang={locale.as_str()} {onclick}>
                        { crate::i18n::own_name(locale) }
                    </button>
                }
            }) }
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(registration: Registration, setup_needs_token: bool) -> Instance {
        Instance { version: "1.0.0".to_owned(), registration, setup_needs_token }
    }

    fn token() -> Option<Token> {
        Token::new("abc").ok()
    }

    #[test]
    fn the_first_account_needs_the_link_unless_it_is_made_on_the_machine_itself() {
        assert_eq!(Door::at(&instance(Registration::Setup, true), None, None, None), Door::NeedsLink);
        let with_link = Door::at(&instance(Registration::Setup, true), token(), None, None);
        assert_eq!(with_link, Door::Create(Pass::Setup(token())));
        let here = Door::at(&instance(Registration::Setup, false), None, None, None);
        assert_eq!(here, Door::Create(Pass::Setup(None)));
    }

    #[test]
    fn an_invitation_opens_the_door_and_an_old_link_does_not() {
        let closed = instance(Registration::Invite, false);
        assert!(matches!(Door::at(&closed, None, token(), None), Door::Create(Pass::Invitation(_))));
        assert_eq!(Door::at(&closed, token(), None, None), Door::SignIn { open: false });
        assert_eq!(
            Door::at(&instance(Registration::Open, false), None, None, None),
            Door::SignIn { open: true }
        );
        assert!(matches!(Door::at(&closed, None, None, token()), Door::Create(Pass::Reset(_))));
    }
}
