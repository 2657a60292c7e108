//! The keys of a run.

use super::words::Words;
use crate::{
    ui::{Dialog, Shape},
    words as common,
};
use yew::prelude::*;

/// What a person asks for, by a key, a button or the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Stop the clock, or let it run again.
    Toggle,
    /// The step is done.
    Done,
    /// Leave it out.
    Skip,
    /// To the step before.
    Back,
    /// So many minutes more or fewer.
    Adjust(i16),
    /// Away from the page; the run goes on.
    Leave,
    /// Whether steps follow each other by themselves.
    AutoAdvance(bool),
    /// Whether the end of a step is not to be heard.
    Mute(bool),
    /// Show the keys.
    Keys,
    /// All done, whatever is left.
    Finish,
    /// Give it up.
    GiveUp,
}

/// What a key asks for. One that is held down asks again only for minutes.
pub fn wish(key: &str, shift: bool, held: bool) -> Option<Wish> {
    let wish = match key {
        "ArrowUp" => Wish::Adjust(if shift { 1 } else { 5 }),
        "ArrowDown" => Wish::Adjust(if shift { -1 } else { -5 }),
        _ if held => return None,
        " " => Wish::Toggle,
        "ArrowRight" => Wish::Done,
        "ArrowLeft" => Wish::Back,
        "s" | "S" => Wish::Skip,
        "Escape" => Wish::Leave,
        "?" => Wish::Keys,
        _ => return None,
    };
    Some(wish)
}

/// The keys, and what they do.
pub fn keys_dialog(words: &Words, onclose: Callback<()>) -> Html {
    let shift = words.shift();
    let keys: [(&[&str], &str); 8] = [
        (&[words.space()], words.pause_or_resume()),
        (&["→"], words.done_next()),
        (&["←"], words.step_back()),
        (&["↑", "↓"], words.five_minutes()),
        (&[shift, "↑", "↓"], words.one_minute()),
        (&["S"], words.skip_step()),
        (&["Esc"], words.leave()),
        (&["?"], words.keys()),
    ];
    html! {
        <Dialog
            id="keys"
            title={words.keys()}
            shape={Shape::Sheet}
            {onclose}
            close_label={common::Words(words.0.clone()).close()}
        >
            <dl class="run-keys">
                { for keys.iter().map(|(keys, what)| html! {
                    <div key={*what}>
                        <dt>{ for keys.iter().map(|key| html! { <kbd key={*key}>{ *key }</kbd> }) }</dt>
                        <dd>{ *what }</dd>
                    </div>
                }) }
            </dl>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(" ", false, Some(Wish::Toggle))]
    #[case("ArrowRight", false, Some(Wish::Done))]
    #[case("ArrowLeft", false, Some(Wish::Back))]
    #[case("ArrowUp", false, Some(Wish::Adjust(5)))]
    #[case("ArrowDown", true, Some(Wish::Adjust(-1)))]
    #[case("S", true, Some(Wish::Skip))]
    #[case("Escape", false, Some(Wish::Leave))]
    #[case("?", true, Some(Wish::Keys))]
    #[case("x", false, None)]
    fn keys_ask_for_things(#[case] key: &str, #[case] shift: bool, #[case] expected: Option<Wish>) {
        assert_eq!(wish(key, shift, false), expected);
    }

    #[test]
    fn a_key_that_is_held_does_not_run_through_the_steps() {
        assert_eq!(wish("ArrowRight", false, true), None);
        assert_eq!(wish(" ", false, true), None);
        assert_eq!(wish("ArrowUp", false, true), Some(Wish::Adjust(5)));
    }
}
