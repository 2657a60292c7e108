//! The inbox: what has no date yet. Beside the day, and a page of its own on phones.

use super::{
    planner::{Ask, Planner},
    words::use_words,
};
use crate::{
    planning::hue,
    platform::{
        drag::{Drag, follow},
        focus::focus,
        random,
    },
    store::{Inbox, use_slice},
    ui::{Button, Icon, Kind, Menu, MenuItem, glyphs},
    words,
};
use daymark_shared::{
    ids::{RoutineId, StepId},
    routine::{Colour, Icon as IconName, Minutes, NewRoutine, Routine, Step, Steps},
    text::{Notes, Title},
};
use std::rc::Rc;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// What is noted takes so long, unless it is said otherwise.
const MINUTES: i64 = 15;

/// Properties of [`InboxList`].
#[derive(Properties, PartialEq)]
pub struct InboxProps {
    /// What can be done.
    pub planner: Planner,
    /// Hears of cards that are dragged, where there is a timeline beside it.
    #[prop_or_default]
    pub ondrag: Option<Callback<(Rc<Routine>, Drag)>>,
}

/// The cards, and a line to note something.
#[component]
pub fn InboxList(props: &InboxProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let inbox = use_slice::<Inbox>();
    let Some(routines) = &inbox.routines else {
        return html! { <crate::ui::Skeleton label={common.loading()} lines=3 /> };
    };
    html! {
        <>
            if routines.is_empty() {
                <p class="inbox-empty">{ words.inbox_empty() }</p>
            } else {
                <ul class="cards">
                    { for routines.iter().map(|routine| html! {
                        <Card
                            key={routine.id.to_string()}
                            routine={routine.clone()}
                            planner={props.planner.clone()}
                            ondrag={props.ondrag.clone()}
                        />
                    }) }
                </ul>
            }
            <Add planner={props.planner.clone()} />
            if props.ondrag.is_some() && !routines.is_empty() {
                <p class="inbox-hint">{ words.inbox_drag_hint() }</p>
            }
        </>
    }
}

/// Properties of [`Card`].
#[derive(Properties, PartialEq)]
struct CardProps {
    routine: Rc<Routine>,
    planner: Planner,
    ondrag: Option<Callback<(Rc<Routine>, Drag)>>,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let frame = use_node_ref();
    let routine = &props.routine;
    let title = routine.title.as_str();
    let onpointerdown = props.ondrag.clone().map(|ondrag| {
        let (frame, routine) = (frame.clone(), routine.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(element) = frame.cast::<Element>() {
                let (ondrag, routine) = (ondrag.clone(), routine.clone());
                follow(&event, &element, Callback::from(move |drag| ondrag.emit((routine.clone(), drag))));
            }
        })
    });
    let item = |label, glyph, act: fn(&Planner, &Rc<Routine>)| {
        let (planner, routine) = (props.planner.clone(), routine.clone());
        MenuItem::new(label, glyph, Callback::from(move |()| act(&planner, &routine)))
    };
    let items = vec![
        item(words.plan(), glyphs::CALENDAR, |planner, routine| {
            planner.ask.emit(Some(Ask::Plan(routine.clone())))
        }),
        item(common.edit(), glyphs::PENCIL, |planner, routine| planner.edit_routine(routine.id)),
        MenuItem {
            danger: true,
            ..item(common.delete(), glyphs::TRASH_2, |planner, routine| {
                planner.ask.emit(Some(Ask::DeleteRoutine(routine.clone())));
            })
        },
    ];
    let minutes = u32::from(routine.steps.minutes().get());
    html! {
        <li
            ref={frame}
            class={classes!("inbox-card", hue(routine.colour), onpointerdown.is_some().then_some("draggable"))}
            {onpointerdown}
        >
            <i class="dot" aria-hidden="true"></i>
            <span class="card-title">{ title }</span>
            <span class="card-minutes num">{ words.duration(minutes) }</span>
            <Menu
                id={["inbox-", &routine.id.to_string()].concat()}
                label={words.actions_for(title)}
                glyph={glyphs::ELLIPSIS}
                {items}
            />
        </li>
    }
}

/// Properties of [`Add`].
#[derive(Properties, PartialEq)]
struct AddProps {
    planner: Planner,
}

/// A routine of one step with the same title.
fn noted(title: Title, minutes: Minutes) -> Option<NewRoutine> {
    let (ms, random) = random::id_parts();
    let (step_ms, step_random) = random::id_parts();
    let step = Step {
        id: StepId::mint(step_ms, step_random),
        title: title.clone(),
        minutes,
        note: Notes::default(),
    };
    Some(NewRoutine {
        id: RoutineId::mint(ms, random),
        title,
        notes: Notes::default(),
        colour: Colour::default(),
        icon: IconName::default(),
        steps: Steps::new(vec![step]).ok()?,
        schedule: None,
    })
}

/// A line to note something; it stays open for the next.
#[component]
fn Add(props: &AddProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let open = use_state(|| false);
    let title = use_state(AttrValue::default);
    let minutes = use_state(|| AttrValue::from(MINUTES.to_string()));
    let (field, button) = (use_node_ref(), use_node_ref());
    {
        let field = field.clone();
        use_effect_with(*open, move |&open| {
            if open {
                focus(&field);
            }
        });
    }
    if !*open {
        let open = open.clone();
        return html! {
            <Button node={button} class="add" wide=true icon={glyphs::PLUS} onclick={move |_| open.set(true)}>
                { words.add_to_inbox() }
            </Button>
        };
    }
    let typed = |state: &UseStateHandle<AttrValue>| {
        let set = state.setter();
        Callback::from(move |event: InputEvent| set.set(crate::ui::field::value_of(&event).into()))
    };
    let onsubmit = {
        let (title, minutes, planner, field) =
            (title.clone(), minutes.clone(), props.planner.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let length = Minutes::new(minutes.parse().unwrap_or(MINUTES));
            if let (Ok(what), Ok(length)) = (Title::new(&title), length)
                && let Some(new) = noted(what, length)
            {
                planner.add(new);
                title.set(AttrValue::default());
                focus(&field);
            }
        })
    };
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let onkeydown = {
        let close = close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                close.emit(());
            }
        })
    };
    html! {
        <form class="inbox-card add-form" {onsubmit} {onkeydown}>
            <div class="field">
                <label for="inbox-title">{ words.what() }</label>
                <input
                    ref={field}
                    id="inbox-title"
                    value={(*title).clone()}
                    maxlength="200"
                    required=true
                    autocomplete="off"
                    oninput={typed(&title)}
                />
            </div>
            <div class="field">
                <label for="inbox-minutes">{ words.minutes_label() }</label>
                <input
                    id="inbox-minutes"
                    class="num"
                    type="number"
                    inputmode="numeric"
                    min="1"
                    max="1440"
                    required=true
                    value={(*minutes).clone()}
                    oninput={typed(&minutes)}
                />
            </div>
            <div class="actions">
                <Button kind={Kind::Quiet} onclick={close.reform(|_| ())}>{ common.close() }</Button>
                <Button kind={Kind::Primary} submit=true>{ common.add() }</Button>
            </div>
        </form>
    }
}

/// The head of the inbox: its name and how much lies in it.
#[component]
pub fn InboxHead() -> Html {
    let common = words::use_words();
    let inbox = use_slice::<Inbox>();
    let count = inbox.routines.as_ref().map(|routines| common.number(routines.len() as i64));
    html! {
        <h2 class="side-head"><Icon glyph={glyphs::INBOX} />{ common.inbox() }<em class="num">{ count }</em></h2>
    }
}
