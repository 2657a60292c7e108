//! What can be done with an occurrence, as a menu says it.

use super::{
    hand::Grip,
    hands::Hands,
    planner::{Planner, is_active, is_done, is_open},
    words::Words,
};
use crate::{
    ui::{Glyph, MenuItem, glyphs},
    words,
};
use daymark_shared::occurrence::Occurrence;
use std::rc::Rc;
use yew::prelude::*;

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
