//! What can be done with an occurrence, as a menu says it.

use super::{
    hand::Grip,
    hands::Hands,
    planner::{Planner, is_active, is_done, is_open},
    words::Words,
};
use crate::{
    kept::{use_kept, use_node},
    platform::focus::focus,
    ui::{Glyph, MenuItem, MenuList, glyphs},
    words,
};
use daymark_shared::occurrence::Occurrence;
use std::rc::Rc;
use yew::prelude::*;

/// A menu that a button opens which says more than a [`crate::ui::Menu`].
pub struct OpenedMenu {
    /// Whether it is open.
    pub open: bool,
    /// The button.
    pub button: NodeRef,
    /// Opens and closes it.
    pub toggle: Callback<MouseEvent>,
    onclose: Callback<bool>,
}

/// A menu, closed at first.
#[hook]
pub fn use_menu() -> OpenedMenu {
    let (open, button) = (use_kept(|| false), use_node());
    let onclose = {
        let (set, button) = (open.clone(), button.clone());
        Callback::from(move |back| {
            set.set(false);
            if back {
                focus(&button);
            }
        })
    };
    OpenedMenu { open: open.get(), button, toggle: open.turns(), onclose }
}

impl OpenedMenu {
    /// The `aria-expanded` of its button.
    pub fn expanded(&self) -> &'static str {
        if self.open { "true" } else { "false" }
    }

    /// Its entries; its button has this id.
    pub fn list(&self, id: &str, label: &str, items: Vec<MenuItem>) -> Html {
        html! {
            <div class="menu">
                <MenuList
                    id={[id, "-menu"].concat()}
                    label={label.to_owned()}
                    {items}
                    opener={self.button.clone()}
                    onclose={self.onclose.clone()}
                />
            </div>
        }
    }
}

/// The entries of an occurrence's menu. `hands` move and resize it, where it has a place on the timeline.
pub fn actions(
    words: &Words,
    planner: &Planner,
    occurrence: &Rc<Occurrence>,
    hands: Option<&Hands>,
) -> Vec<MenuItem> {
    let common = words::Words(words.0.clone());
    let item = |label: &'static str, glyph: Glyph, act: fn(&Planner, &Rc<Occurrence>)| {
        let (planner, occurrence) = (planner.clone(), occurrence.clone());
        MenuItem::new(label, glyph, Callback::from(move |()| act(&planner, &occurrence)))
    };
    let open = is_open(occurrence);
    let mut items = Vec::new();
    if is_active(occurrence) {
        items.push(item(words.continue_run(), glyphs::PLAY, Planner::start));
    } else if !is_done(occurrence) {
        items.push(item(words.start(), glyphs::PLAY, Planner::start));
        items.push(item(words.mark_done(), glyphs::CHECK, |planner, o| planner.done(o, true)));
    } else {
        items.push(item(words.mark_not_done(), glyphs::UNDO_2, |planner, o| planner.done(o, false)));
    }
    items.push(item(common.edit(), glyphs::PENCIL, |planner, o| planner.edit(o)));
    if let Some(hands) = hands.filter(|_| open) {
        let grip = |label: &'static str, glyph, grip: Grip| {
            let (hands, occurrence) = (hands.clone(), occurrence.clone());
            MenuItem::new(label, glyph, Callback::from(move |()| hands.take_by_keys(&occurrence, grip)))
        };
        items.push(grip(words.move_it(), glyphs::MOVE_VERTICAL, Grip::Move));
        items.push(grip(words.resize(), glyphs::UNFOLD_VERTICAL, Grip::Resize));
    }
    if open && occurrence.repeats {
        items.push(item(words.skip(), glyphs::SKIP_FORWARD, |planner, o| planner.skip(o, true)));
    }
    let delete = item(common.delete(), glyphs::TRASH_2, Planner::delete);
    items.push(MenuItem { danger: true, ..delete });
    items
}
