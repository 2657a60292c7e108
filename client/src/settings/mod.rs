//! Settings: the account, how Daymark looks and speaks, and where somebody is signed in.

mod account;
mod appearance;
mod password;
mod saving;
mod sessions;
mod words;

use crate::{
    api::session,
    kept::{Kept, use_kept},
    platform::browser::{is_secure_context, use_title},
    route::Route,
    store::{Action, Dispatch, use_dispatch},
    ui::{Button, glyphs, icon},
};
use account::{TimeSection, YouSection};
use appearance::AppearanceSection;
use password::PasswordDialog;
use sessions::SessionsSection;
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
        let (leaving, words) = (leaving.clone(), words.clone());
        Callback::from(move |_| sign_out(leaving.clone(), words.clone(), dispatch.clone()))
    };
    let asking = use_kept(|| false);
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
            <YouSection />
            <TimeSection />
            <AppearanceSection />
            { section("security", words.security(), security) }
            <SessionsSection />
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
