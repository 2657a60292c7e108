//! The routine's icon, and the grid to choose another from.

use super::{icon_words, words::use_words};
use crate::{
    kept::{use_kept, use_node, use_watch},
    platform::{
        document,
        events::listen,
        focus::{focus, focus_first},
    },
    ui::{glyphs, icon},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};
use yew::prelude::*;

/// Properties of [`IconPicker`].
#[derive(Properties, PartialEq)]
pub struct IconPickerProps {
    /// The name of the icon it is now.
    pub icon: AttrValue,
    /// Hears the name of the one that is chosen.
    pub onpick: Callback<&'static str>,
}

/// A button that shows the icon, and below it, once pressed, all there are: radio buttons, so that arrow keys choose.
#[component]
pub fn IconPicker(props: &IconPickerProps) -> Html {
    let (words, names) = (use_words(), icon_words::use_words());
    let open = use_kept(|| false);
    let (frame, grid, button) = (use_node(), use_node(), use_node());
    {
        let (frame, grid, set) = (frame.clone(), grid.clone(), open.clone());
        use_watch(open.get(), move |open| {
            let listener = open.then(|| {
                if !focus_first(&grid, "input:checked") {
                    focus_first(&grid, "input");
                }
                listen(&document(), "pointerdown", move |event| {
                    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                    if !frame.cast::<Element>().is_some_and(|frame| frame.contains(target.as_ref())) {
                        set.set(false);
                    }
                })
            });
            move || drop(listener)
        });
    }
    let close = {
        let (set, button) = (open.clone(), button.clone());
        Callback::from(move |()| {
            set.set(false);
            focus(&button);
        })
    };
    let toggle = open.turns();
    let onkeydown = {
        let (close, set) = (close.clone(), open.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" | "Enter" => {
                event.prevent_default();
                event.stop_propagation();
                close.emit(());
            }
            "Tab" => set.set(false),
            _ => {}
        })
    };
    let now = names.icon_name(&props.icon);
    html! {
        <div class="icon-picker" ref={frame}>
            <button
                ref={button}
                type="button"
                class="routine-glyph"
                aria-label={words.icon_is(now)}
                title={words.icon()}
                aria-expanded={if open.get() { "true" } else { "false" }}
                onclick={toggle}
            >
                { icon(glyphs::chosen(&props.icon)) }
            </button>
            if open.get() {
                <fieldset ref={grid} class="icons" {onkeydown}>
                    <legend class="visually-hidden">{ words.icon() }</legend>
                    { for glyphs::CHOICE.iter().map(|(name, glyph)| {
                        let (close, onpick) = (close.clone(), props.onpick.clone());
                        // A press by pointer is a choice made; arrow keys go on choosing. It is gone before `change` comes.
                        let onclick = Callback::from(move |event: MouseEvent| {
                            if event.detail() > 0 {
                                onpick.emit(name);
                                close.emit(());
                            }
                        });
                        html! {
                            <label key={*name} title={names.icon_name(name)}>
                                <input
                                    type="radio"
                                    name="routine-icon"
                                    aria-label={names.icon_name(name)}
                                    checked={glyphs::chosen(&props.icon) == *glyph}
                                    onchange={props.onpick.reform(move |_| *name)}
                                    {onclick}
                                />
                                <span>{ icon(*glyph) }</span>
                            </label>
                        }
                    }) }
                </fieldset>
            }
        </div>
    }
}
