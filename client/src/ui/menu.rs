//! A button that opens a short list of things to do.

use super::{
    Glyph, IconButton, glyphs,
    icon::{icon, icon_of_class},
};
use crate::kept::{use_kept, use_node, use_watch};
use crate::platform::{
    document,
    events::listen,
    focus::{focus, focus_first, focus_step},
    scroll,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};
use yew::prelude::*;

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub struct MenuItem {
    /// What it says.
    pub label: AttrValue,
    /// An icon before it.
    pub icon: Option<Glyph>,
    /// Whether it ends or removes something.
    pub danger: bool,
    /// Whether it is on, for one that can be on and off.
    pub on: Option<bool>,
    /// What it does.
    pub act: Callback<()>,
}

impl MenuItem {
    /// An ordinary one.
    pub fn new(label: impl Into<AttrValue>, icon: Glyph, act: Callback<()>) -> Self {
        Self { label: label.into(), icon: Some(icon), danger: false, on: None, act }
    }

    /// One that is on or off.
    pub fn switch(label: impl Into<AttrValue>, icon: Glyph, on: bool, act: Callback<()>) -> Self {
        Self { on: Some(on), ..Self::new(label, icon, act) }
    }
}

/// Properties of [`Menu`].
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// The name of the button.
    pub label: AttrValue,
    /// What the button shows.
    pub glyph: Glyph,
    /// What can be done.
    pub items: Vec<MenuItem>,
}

const ITEM: &str = "[role^=menuitem]";

/// A menu, and the button that opens it: [`Menu`] draws both; others have a button that says more.
pub struct OpenedMenu {
    /// Whether it is open.
    pub open: bool,
    /// The button.
    pub button: NodeRef,
    /// Opens and closes it.
    pub toggle: Callback<MouseEvent>,
    /// Closes it; whether the focus goes back to the button.
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

/// A menu after the ARIA pattern: arrows, Home and End move, Esc and Tab close it, and the focus goes back.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let menu = use_menu();
    html! {
        <div class="menu">
            { IconButton {
                node: menu.button.clone(),
                class: if menu.open { "menu-button open" } else { "menu-button" },
                ..IconButton::new(props.glyph, props.label.clone(), menu.toggle)
            } }
            if menu.open {
                <MenuList
                    id={props.id.clone()}
                    label={props.label.clone()}
                    items={props.items.clone()}
                    opener={menu.button}
                    onclose={menu.onclose}
                />
            }
        </div>
    }
}

/// Properties of [`MenuList`].
#[derive(Properties, PartialEq)]
pub struct MenuListProps {
    /// Its id, once on the page.
    pub id: AttrValue,
    /// What it is about.
    pub label: AttrValue,
    /// What can be done.
    pub items: Vec<MenuItem>,
    /// What opened it: a press there closes it by itself.
    pub opener: NodeRef,
    /// Asked to close; whether the focus goes back to what opened it. Stop rendering it then.
    pub onclose: Callback<bool>,
}

/// The list of a menu, for whatever opens it; open as long as it is rendered. Its parent says where it is.
#[component]
pub fn MenuList(props: &MenuListProps) -> Html {
    let list = use_node();
    // The first item has the focus, and a press elsewhere closes.
    {
        let (list, opener, onclose) = (list.clone(), props.opener.clone(), props.onclose.clone());
        use_watch((), move |()| {
            focus_first(&list, ITEM);
            scroll::reveal(&list);
            let listener = listen(&document(), "pointerdown", move |event| {
                let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                let inside = |node: &NodeRef| {
                    node.cast::<Element>().is_some_and(|element| element.contains(target.as_ref()))
                };
                if !inside(&list) && !inside(&opener) {
                    onclose.emit(false);
                }
            });
            move || drop(listener)
        });
    }
    let onkeydown = {
        let (list, onclose) = (list.clone(), props.onclose.clone());
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowDown" => focus_step(&list, ITEM, 1),
                "ArrowUp" => focus_step(&list, ITEM, -1),
                "Home" => {
                    focus_first(&list, ITEM);
                }
                "End" => {
                    focus_first(&list, "li:last-child > [role^=menuitem]");
                }
                "Escape" => onclose.emit(true),
                "Tab" => {
                    onclose.emit(false);
                    return;
                }
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    html! {
        <ul ref={list} id={props.id.clone()} role="menu" aria-label={props.label.clone()} {onkeydown}>
            { for props.items.iter().enumerate().map(|(index, item)| {
                let onclick = {
                    let (onclose, act) = (props.onclose.clone(), item.act.clone());
                    Callback::from(move |event: MouseEvent| {
                        event.stop_propagation();
                        onclose.emit(true);
                        act.emit(());
                    })
                };
                html! {
                    <li key={index} role="none">
                        <button
                            type="button"
                            role={if item.on.is_some() { "menuitemcheckbox" } else { "menuitem" }}
                            aria-checked={item.on.map(|on| if on { "true" } else { "false" })}
                            tabindex="-1"
                            class={item.danger.then_some("danger")}
                            {onclick}
                        >
                            if let Some(glyph) = item.icon {
                                { icon(glyph) }
                            }
                            <span>{ &item.label }</span>
                            if item.on == Some(true) {
                                { icon_of_class("icon menu-mark", glyphs::CHECK) }
                            }
                        </button>
                    </li>
                }
            }) }
        </ul>
    }
}
