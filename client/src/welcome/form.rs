//! The form of Welcome: what was typed, what is wrong with it, and sending it.

use super::{Pass, words::use_words};
use crate::{
    api::{ApiError, session},
    kept::{use_kept, use_node},
    platform::{browser, focus::use_focus_first_invalid, history, intl},
    problems,
    store::{Action, Settings, use_dispatch, use_slice},
    ui::{Button, Kind, PasswordField, Typed, glyphs, icon, text_field},
};
use daymark_shared::{
    account::{Account, Locale, NewAccount, PasswordReset, WeekStart},
    problem::Code,
    session::SignIn,
    text::{Email, Name, Password},
    zone::Zone,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Draft {
    name: String,
    email: String,
    password: String,
}

/// What is wrong with what was typed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Wrong {
    name: Option<Code>,
    email: Option<Code>,
    password: Option<Code>,
    /// With all of it.
    whole: Option<ApiError>,
}

impl Wrong {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What the server found.
    fn found(error: ApiError) -> Self {
        let at_fields = Self {
            name: error.at("/name"),
            email: error.at("/email"),
            password: error.at("/password"),
            whole: None,
        };
        match error.code() {
            _ if !at_fields.is_nothing() => at_fields,
            // The server need not point where there is only one place.
            Some(code @ Code::EmailTaken) => Self { email: Some(code), ..Self::default() },
            Some(code @ Code::WeakPassword) => Self { password: Some(code), ..Self::default() },
            _ => Self { whole: Some(error), ..Self::default() },
        }
    }
}

/// What is sent.
#[derive(Debug, PartialEq)]
enum Request {
    SignIn(SignIn),
    Create(Box<NewAccount>),
    Reset(PasswordReset),
}

/// Where the browser is and what it speaks.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    zone: Zone,
    locale: Locale,
    week_start: WeekStart,
}

impl Draft {
    /// What to send, or what is wrong.
    fn check(&self, pass: Option<&Pass>, place: &Place) -> Result<Request, Wrong> {
        if let Some(Pass::Reset(token)) = pass {
            return match Password::new(&self.password) {
                Ok(password) => Ok(Request::Reset(PasswordReset { reset: token.clone(), password })),
                Err(violation) => Err(Wrong { password: Some(violation.code), ..Wrong::default() }),
            };
        }
        let (name, email, password) =
            (Name::new(&self.name), Email::new(&self.email), Password::new(&self.password));
        // An empty field is empty, not an address of the wrong shape.
        let email_code = |code| if self.email.trim().is_empty() { Code::TextEmpty } else { code };
        match (name, email, password) {
            (Ok(name), Ok(email), Ok(password)) => Ok(match pass {
                None => Request::SignIn(SignIn { email, password }),
                Some(pass) => {
                    let (setup, invitation) = match pass.clone() {
                        Pass::Setup(token) => (token, None),
                        Pass::Invitation(token) => (None, Some(token)),
                        Pass::Open | Pass::Reset(_) => (None, None),
                    };
                    let Place { zone, locale, week_start } = place.clone();
                    let new =
                        NewAccount { email, password, name, zone, locale, week_start, setup, invitation };
                    Request::Create(Box::new(new))
                }
            }),
            (name, email, password) => Err(Wrong {
                name: name.err().map(|violation| violation.code),
                email: email.err().map(|violation| email_code(violation.code)),
                password: password.err().map(|violation| violation.code),
                whole: None,
            }),
        }
    }
}

async fn send(request: Request) -> Result<Account, ApiError> {
    match request {
        Request::SignIn(body) => session::sign_in(&body).await,
        Request::Create(body) => session::register(&body).await,
        Request::Reset(body) => session::reset_password(&body).await,
    }
}

/// Properties of [`Form`].
#[derive(Properties, PartialEq)]
pub struct FormProps {
    /// What lets them create an account, or set a password; without it they sign in.
    pub pass: Option<Pass>,
}

/// Signs in, creates an account, or sets a password.
#[component]
pub fn Form(props: &FormProps) -> Html {
    let (words, problems) = (use_words(), problems::use_words());
    let (settings, dispatch) = (use_slice::<Settings>(), use_dispatch());
    let draft = use_kept(Draft::default);
    let wrong = use_kept(Wrong::default);
    let busy = use_kept(|| false);
    let attempts = use_kept(|| 0_u32);
    let form = use_node();
    use_focus_first_invalid(form.clone(), attempts.get());
    let zone =
        use_mut_ref(|| intl::device_zone().and_then(|name| Zone::new(&name).ok()).unwrap_or_else(Zone::utc));

    let onsubmit = {
        let (draft, wrong, busy, attempts) = (draft.clone(), wrong.clone(), busy.clone(), attempts.clone());
        let (pass, language, zone) = (props.pass.clone(), settings.language, zone.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if busy.get() {
                return;
            }
            let place = Place {
                zone: zone.borrow().clone(),
                locale: language,
                week_start: week_start_of(&browser::languages()),
            };
            let request = match draft.get().check(pass.as_ref(), &place) {
                Ok(request) => request,
                Err(found) => {
                    wrong.set(found);
                    attempts.set(attempts.get() + 1);
                    return;
                }
            };
            wrong.set(Wrong::default());
            busy.set(true);
            let (wrong, busy, attempts, dispatch) =
                (wrong.clone(), busy.clone(), attempts.clone(), dispatch.clone());
            spawn_local(async move {
                match send(request).await {
                    Ok(account) => {
                        // What let them in is of no more use to anybody.
                        history::forget_query();
                        dispatch.dispatch(Action::SignedIn(account));
                    }
                    Err(error) => {
                        wrong.set(Wrong::found(error));
                        busy.set(false);
                        attempts.set(attempts.get() + 1);
                    }
                }
            });
        })
    };
    let edit = |put: fn(&mut Draft, String)| {
        let draft = draft.clone();
        Callback::from(move |text| {
            let mut changed = draft.get();
            put(&mut changed, text);
            draft.set(changed);
        })
    };
    let error = |code: Option<Code>| code.map(|code| AttrValue::Static(problems.code(code)));
    let resetting = matches!(props.pass, Some(Pass::Reset(_)));
    let (creating, choosing) = (props.pass.is_some() && !resetting, props.pass.is_some());
    let (typed, found) = (draft.get(), wrong.get());
    html! {
        // Our own messages, in the person's language and at the fields.
        <form ref={form} novalidate=true {onsubmit}>
            if let Some(error) = &found.whole {
                <p class="banner bad" role="alert">
                    { icon(glyphs::CIRCLE_ALERT) }
                    { problems.advice(error) }
                </p>
            }
            if creating {
                { text_field(&Typed {
                    id: "name".into(),
                    label: words.name().into(),
                    value: typed.name.clone().into(),
                    oninput: edit(|draft, text| draft.name = text),
                    autocomplete: Some("name".into()),
                    error: error(found.name),
                    ..Typed::default()
                }) }
            }
            if !resetting {
                { text_field(&Typed {
                    id: "email".into(),
                    kind: Some("email".into()),
                    label: words.email().into(),
                    value: typed.email.clone().into(),
                    oninput: edit(|draft, text| draft.email = text),
                    autocomplete: Some("username".into()),
                    required: true,
                    error: error(found.email),
                    ..Typed::default()
                }) }
            }
            <PasswordField
                id="password"
                label={words.password()}
                value={typed.password.clone()}
                oninput={edit(|draft, text| draft.password = text)}
                autocomplete={if choosing { "new-password" } else { "current-password" }}
                required=true
                // What is wrong says the same.
                hint={(choosing && found.password.is_none()).then(|| AttrValue::Static(words.password_hint()))}
                error={error(found.password)}
                reveal={(words.show_password().into(), words.hide_password().into())}
            />
            { Button {
                kind: Kind::Primary,
                submit: true,
                busy: busy.get(),
                class: "wide",
                ..Button::says(match props.pass {
                    None => words.sign_in(),
                    Some(Pass::Reset(_)) => words.set_password(),
                    Some(_) => words.create_account(),
                })
            } }
            if creating {
                <p class="hint">{ words.your_zone(zone.borrow().as_str()) }</p>
            }
        </form>
    }
}

/// Where the week begins for whoever prefers these languages.
fn week_start_of(languages: &[String]) -> WeekStart {
    match languages.first().and_then(|tag| intl::first_weekday(tag)) {
        Some(7) => WeekStart::Sunday,
        Some(6) => WeekStart::Saturday,
        _ => WeekStart::Monday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::{problem::Problem, session::Token};

    fn place() -> Place {
        Place { zone: Zone::utc(), locale: Locale::En, week_start: WeekStart::Monday }
    }

    fn draft(email: &str, password: &str) -> Draft {
        Draft { name: String::new(), email: email.to_owned(), password: password.to_owned() }
    }

    #[test]
    fn what_is_empty_is_said_to_be_empty() {
        let wrong = draft("", "").check(None, &place()).unwrap_err();
        assert_eq!((wrong.email, wrong.password), (Some(Code::TextEmpty), Some(Code::TextEmpty)));
        let wrong = draft("mira", "x").check(None, &place()).unwrap_err();
        assert_eq!((wrong.email, wrong.password), (Some(Code::BadEmail), None));
    }

    #[test]
    fn the_token_goes_where_it_belongs() {
        let token = Token::new("abc").unwrap();
        let send = |pass: Pass| match draft("mira@example.org", "x").check(Some(&pass), &place()) {
            Ok(Request::Create(new)) => (new.setup.is_some(), new.invitation.is_some()),
            other => panic!("{other:?}"),
        };
        assert_eq!(send(Pass::Setup(Some(token.clone()))), (true, false));
        assert_eq!(send(Pass::Invitation(token)), (false, true));
        assert_eq!(send(Pass::Open), (false, false));
        let reset = Pass::Reset(Token::new("abc").unwrap());
        assert!(matches!(draft("", "x").check(Some(&reset), &place()), Ok(Request::Reset(_))));
        let wrong = draft("", "").check(Some(&reset), &place()).unwrap_err();
        assert_eq!((wrong.email, wrong.password), (None, Some(Code::TextEmpty)));
    }

    #[test]
    fn the_servers_errors_stand_at_their_fields() {
        let field = Problem::field(Code::WeakPassword, "/password", "too easy");
        assert_eq!(Wrong::found(ApiError::Problem(Box::new(field))).password, Some(Code::WeakPassword));
        let taken = ApiError::Problem(Box::new(Problem::new(Code::EmailTaken)));
        assert_eq!(Wrong::found(taken).email, Some(Code::EmailTaken));
        assert_eq!(Wrong::found(ApiError::Offline).whole, Some(ApiError::Offline));
    }
}
