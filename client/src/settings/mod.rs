//! Settings: the account, how Daymark looks and speaks, and where somebody is signed in.

mod account;
mod appearance;
mod password;
mod reminding;
mod saving;
mod sessions;
mod words;

use crate::{
    api::{session, use_remote},
    kept::{Kept, use_kept},
    platform::{
        browser::{is_secure_context, use_title},
        timer::use_now,
    },
    push,
    route::Route,
    store::{Action, Dispatch, Settings, use_dispatch, use_slice},
    ui::{Button, glyphs, icon},
};
use account::{Mine, time, you};
use appearance::appearance;
use password::PasswordDialog;
use reminding::Reminding;
use saving::use_account;
use sessions::sessions;
use wasm_bindgen_futures::spawn_local;
use words::{Words, use_words};
use yew::prelude::*;

/// A part of the settings, with its own heading.
fn section(id: &'static str, title: &'static str, inside: Html) -> Html {
    html! {
        <section class="setting" aria-labelledby={id}>
            <h2 {id}>{ title }</h2>
            <div class="setting-card">{ inside }</div>
        </section>
    }
}

/// The settings.
#[component]
pub fn SettingsPage() -> Html {
    let (words, dispatch) = (use_words(), use_dispatch());
    let leaving = use_kept(|| false);
    let sign_out = {
        let (leaving, words, dispatch) = (leaving.clone(), words.clone(), dispatch.clone());
        Callback::from(move |_| sign_out(leaving.clone(), words.clone(), dispatch.clone()))
    };
    let asking = use_kept(|| false);
    let settings = use_slice::<Settings>();
    let (account, save) = use_account();
    // The name as it is being typed, and what is wrong with it.
    let (name, wrong) = (use_kept(|| None), use_kept(|| None));
    let signed_in = use_remote(String::new(), session::sessions);
    // What time it is where the person is grows old, as does “5 minutes ago”.
    use_now(60_000);
    use_title(words.settings());
    let security = html! {
        <>
            { Button {
                icon: Some(glyphs::KEY_ROUND),
                onclick: Some(asking.becomes(true)),
                class: "at-start",
                ..Button::says(words.change_password())
            } }
            if asking.get() {
                <PasswordDialog onclose={asking.becomes(false)} />
            }
        </>
    };
    let mine = account.as_deref().map_or_else(Html::default, |account| {
        let mine = Mine { words: &words, account, save: &save, settings: &settings, dispatch: &dispatch };
        html! { <>{ you(&mine, &name, &wrong) }{ time(&mine) }{ appearance(&mine) }</> }
    });
    html! {
        <div class="page settings">
            <header class="page-head"><h1>{ words.settings() }</h1></header>
            if !is_secure_context() {
                <aside class="aside-note">
                    { icon(glyphs::INFO) }
                    <div>
                        <strong>{ words.insecure_title() }</strong>
                        <p>{ words.insecure_text() }</p>
                    </div>
                </aside>
            }
            { mine }
            <Reminding />
            { section("security", words.security(), security) }
            { sessions(&words, &signed_in) }
            { Button {
                icon: Some(glyphs::LOG_OUT),
                busy: leaving.get(),
                onclick: Some(sign_out),
                class: "sign-out",
                ..Button::says(words.sign_out())
            } }
            <p class="version">{ words.version(env!("CARGO_PKG_VERSION")) }</p>
        </div>
    }
}

/// Signs out of this browser.
fn sign_out(leaving: Kept<bool>, words: Words, dispatch: Dispatch) {
    leaving.set(true);
    spawn_local(async move {
        push::leave().await;
        match session::sign_out().await {
            Ok(()) => {
                // Whoever signs in next did not ask for these settings.
                Route::Welcome.replace();
                dispatch.dispatch(Action::SignedOut { ended: false });
            }
            Err(error) => {
                leaving.set(false);
                dispatch.dispatch(Action::bad(words.error(&error)));
            }
        }
    });
}
