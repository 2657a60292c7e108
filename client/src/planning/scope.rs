//! The question which occurrences are meant.

use super::words::{Words, use_words};
use crate::{
    ui::{Dialog, Glyph, glyphs, icon},
    words,
};
use daymark_shared::routine::Scope;
use yew::prelude::*;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// They change.
    Change,
    /// They go.
    Delete,
}

impl Question {
    fn title(self, words: &Words) -> &'static str {
        match self {
            Self::Change => words.which_change(),
            Self::Delete => words.which_delete(),
        }
    }

    /// An answer: its icon, what it says, and what it means here.
    fn answer(self, scope: Scope, words: &Words) -> (Glyph, &'static str, &'static str) {
        let change = self == Self::Change;
        match scope {
            Scope::This => (
                glyphs::CALENDAR,
                words.only_this(),
                if change { words.only_this_change() } else { words.only_this_delete() },
            ),
            Scope::Later => (
                glyphs::CHEVRON_RIGHT,
                words.later(),
                if change { words.later_change() } else { words.later_delete() },
            ),
            Scope::All => {
                (glyphs::REPEAT, words.all(), if change { words.all_change() } else { words.all_delete() })
            }
        }
    }
}

/// Properties of [`ScopeDialog`].
#[derive(Properties, PartialEq)]
pub struct ScopeProps {
    /// What is about to be done.
    pub question: Question,
    /// What it is about in a few words: “Gym, 17:35 to 18:35”.
    #[prop_or_default]
    pub about: Option<AttrValue>,
    /// Which answers there are, in order.
    #[prop_or_else(|| vec![Scope::This, Scope::Later, Scope::All])]
    pub scopes: Vec<Scope>,
    /// Hears the answer.
    pub onpick: Callback<Scope>,
    /// Adds “with its history” at the end, and hears it.
    #[prop_or_default]
    pub onpurge: Option<Callback<()>>,
    /// Nothing after all.
    pub onclose: Callback<()>,
}

/// Asks which occurrences are meant: only this one, this and later ones, or all. One press answers.
#[component]
pub fn ScopeDialog(props: &ScopeProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let option = |key: &'static str,
                  danger: bool,
                  focus: bool,
                  (glyph, label, hint): (Glyph, &'static str, &'static str),
                  pick: Callback<MouseEvent>| {
        html! {
            <li {key}>
                <button
                    type="button"
                    class={if danger { "choice danger" } else { "choice" }}
                    autofocus={focus}
                    onclick={pick}
                >
                    { icon(glyph) }
                    <span>
                        <b>{ label }</b>
                        <span class="hint">{ hint }</span>
                    </span>
                </button>
            </li>
        }
    };
    html! {
        <Dialog
            id="scope"
            title={props.question.title(&words)}
            onclose={props.onclose.clone()}
            close_label={common.cancel()}
        >
            if let Some(about) = &props.about {
                <p class="muted choices-about">{ about }</p>
            }
            <ul class="choices">
                { for props.scopes.iter().enumerate().map(|(index, &scope)| option(
                    label_of(scope),
                    false,
                    index == 0,
                    props.question.answer(scope, &words),
                    props.onpick.reform(move |_| scope),
                )) }
                if let Some(purge) = &props.onpurge {
                    { option(
                        "purge",
                        true,
                        false,
                        (glyphs::TRASH_2, words.purge(), words.purge_delete()),
                        purge.reform(|_| ()),
                    ) }
                }
            </ul>
        </Dialog>
    }
}

const fn label_of(scope: Scope) -> &'static str {
    match scope {
        Scope::This => "this",
        Scope::Later => "later",
        Scope::All => "all",
    }
}
