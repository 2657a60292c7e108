//! Another password.

use super::words::use_words;
use crate::{
    api::{ApiError, account},
    kept::{use_kept, use_node},
    platform::focus::use_focus_first_invalid,
    problems,
    store::{Action, Session, use_dispatch, use_slice},
    ui::{Button, Dialog, Kind, PasswordField, glyphs, icon, pressed},
    words as common,
};
use daymark_shared::{account::PasswordChange, problem::Code, text::Password};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is wrong with what was typed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Wrong {
    current: Option<Code>,
    new: Option<Code>,
    whole: Option<ApiError>,
}

impl Wrong {
    fn found(error: ApiError) -> Self {
        let (current, new) = (error.at("/current"), error.at("/new"));
        match error.code() {
            _ if current.is_some() || new.is_some() => Self { current, new, whole: None },
            Some(code @ (Code::WrongCredentials | Code::Forbidden)) => {
                Self { current: Some(code), ..Self::default() }
            }
            Some(code @ Code::WeakPassword) => Self { new: Some(code), ..Self::default() },
            _ => Self { whole: Some(error), ..Self::default() },
        }
    }
}

/// Properties of [`PasswordDialog`].
#[derive(Properties, PartialEq)]
pub struct PasswordDialogProps {
    /// Done, or nothing after all.
    pub onclose: Callback<()>,
}

/// Asks for the password there is, and another.
#[component]
pub fn PasswordDialog(props: &PasswordDialogProps) -> Html {
    let (words, common, problems) = (use_words(), common::use_words(), problems::use_words());
    let (session, dispatch) = (use_slice::<Session>(), use_dispatch());
    let (current, new) = (use_kept(String::new), use_kept(String::new));
    let wrong = use_kept(Wrong::default);
    let busy = use_kept(|| false);
    let attempts = use_kept(|| 0_u32);
    let form = use_node();
    use_focus_first_invalid(form.clone(), attempts.get());

    let onsubmit = {
        let (current, new, wrong, busy, attempts) =
            (current.clone(), new.clone(), wrong.clone(), busy.clone(), attempts.clone());
        let (words, onclose) = (words.clone(), props.onclose.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if busy.get() {
                return;
            }
            let change = match (Password::new(&current.get()), Password::new(&new.get())) {
                (Ok(current), Ok(new)) => PasswordChange { current, new },
                (current, new) => {
                    let code = |field: Result<_, _>| {
                        field.err().map(|violation: daymark_shared::problem::Violation| violation.code)
                    };
                    wrong.set(Wrong { current: code(current), new: code(new), whole: None });
                    attempts.set(attempts.get() + 1);
                    return;
                }
            };
            wrong.set(Wrong::default());
            busy.set(true);
            let (wrong, busy, attempts) = (wrong.clone(), busy.clone(), attempts.clone());
            let (words, dispatch, onclose) = (words.clone(), dispatch.clone(), onclose.clone());
            spawn_local(async move {
                match account::change_password(&change).await {
                    Ok(()) => {
                        onclose.emit(());
                        dispatch.dispatch(Action::good(words.password_changed()));
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
    let reveal = (AttrValue::Static(words.show_password()), AttrValue::Static(words.hide_password()));
    let found = wrong.get();
    let current_error = found
        .current
        .map(|code| if code == Code::TextEmpty { problems.code(code) } else { words.not_your_password() });
    html! {
        <Dialog
            id="password-dialog"
            title={words.change_password()}
            close_label={common.close()}
            onclose={props.onclose.clone()}
            light=false
        >
            <form class="stack" ref={form} novalidate=true {onsubmit}>
                if let Some(error) = &found.whole {
                    <p class="banner bad" role="alert">
                        { icon(glyphs::CIRCLE_ALERT) }
                        { problems.advice(error) }
                    </p>
                }
                // For password managers: whose password it is.
                <input
                    class="visually-hidden"
                    type="email"
                    autocomplete="username"
                    readonly=true
                    tabindex="-1"
                    aria-hidden="true"
                    value={session.account().map(|account| account.email.as_str().to_owned())}
                />
                <PasswordField
                    id="current-password"
                    label={words.current_password()}
                    value={current.get()}
                    oninput={current.hears()}
                    autocomplete="current-password"
                    required=true
                    error={current_error.map(AttrValue::Static)}
                    reveal={reveal.clone()}
                />
                <PasswordField
                    id="new-password"
                    label={words.new_password()}
                    value={new.get()}
                    oninput={new.hears()}
                    autocomplete="new-password"
                    required=true
                    hint={words.new_password_hint()}
                    error={found.new.map(|code| AttrValue::Static(problems.code(code)))}
                    {reveal}
                />
                <div class="actions">
                    { Button {
                        kind: Kind::Quiet,
                        onclick: Some(pressed(&props.onclose)),
                        ..Button::says(common.cancel())
                    } }
                    { Button {
                        kind: Kind::Primary,
                        submit: true,
                        busy: busy.get(),
                        ..Button::says(words.change_password())
                    } }
                </div>
            </form>
        </Dialog>
    }
}
