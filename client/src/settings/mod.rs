//! Settings: the account, how Daymark looks and speaks, and where somebody is signed in.

mod account;
mod appearance;
mod password;
mod saving;
mod sessions;
mod words;

use crate::{
    api::session,
    platform::browser::{is_secure_context, use_title},
    route::Route,
    store::{Action, use_dispatch},
    ui::{Button, Icon, glyphs},
};
use account::{TimeSection, YouSection};
use appearance::AppearanceSection;
use password::SecuritySection;
use sessions::SessionsSection;
use wasm_bindgen_futures::spawn_local;
use words::use_words;
use yew::prelude::*;

/// Properties of [`Section`].
#[derive(Properties, PartialEq)]
struct SectionProps {
    id: AttrValue,
    title: AttrValue,
    children: Html,
}

/// A part of the settings, with its own heading.
#[component]
fn Section(props: &SectionProps) -> Html {
    html! {
        <section class="setting" aria-labelledby={props.id.clone()}>
            <h2 id={props.id.clone()}>{ &props.title }</h2>
            <div class="setting-card">{ props.children.clone() }</div>
        </section>
    }
}

/// The settings.
#[component]
pub fn SettingsPage() -> Html {
    let words = use_words();
    use_title(words.settings());
    html! {
        <div class="page settings">
            <header class="page-head"><h1>{ words.settings() }</h1></header>
            if !is_secure_context() {
                <aside class="aside-note">
                    <Icon glyph={glyphs::INFO} />
                    <div>
                        <strong>{ words.insecure_title() }</strong>
                        <p>{ words.insecure_text() }</p>
                    </div>
                </aside>
            }
            <YouSection />
            <TimeSection />
            <AppearanceSection />
            <SecuritySection />
            <SessionsSection />
            <SignOut />
            <p class="version">{ words.version(env!("CARGO_PKG_VERSION")) }</p>
        </div>
    }
}

/// Signs out of this browser.
#[component]
fn SignOut() -> Html {
    let (words, dispatch) = (use_words(), use_dispatch());
    let busy = use_state(|| false);
    let onclick = {
        let (busy, words) = (busy.setter(), words.clone());
        Callback::from(move |_| {
            let (busy, words) = (busy.clone(), words.clone());
            let dispatch = dispatch.clone();
            busy.set(true);
            spawn_local(async move {
                match session::sign_out().await {
                    Ok(()) => {
                        // Whoever signs in next did not ask for these settings.
                        Route::Welcome.replace();
                        dispatch.dispatch(Action::SignedOut { ended: false });
                    }
                    Err(error) => {
                        busy.set(false);
                        dispatch.dispatch(Action::bad(words.error(&error)));
                    }
                }
            });
        })
    };
    html! {
        <Button class="sign-out" icon={glyphs::LOG_OUT} busy={*busy} {onclick}>{ words.sign_out() }</Button>
    }
}
