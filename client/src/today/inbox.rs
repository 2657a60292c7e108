//! The inbox: what has no date yet. Beside the day, and a page of its own on phones.

use super::{
    planner::{Ask, Planner},
    words::{Words, use_words},
};
use crate::{
    kept::{Kept, use_kept, use_node, use_watch},
    planning::hue,
    platform::{
        browser::{input_value, set_input_value},
        drag::{Drag, follow},
        focus::focus_first,
        random,
    },
    store::{Inbox, use_slice},
    ui::{Button, Kind, Menu, MenuItem, class_if, classes, glyphs, icon},
    words,
};
use daymark_shared::{
    ids::{RoutineId, StepId},
    routine::{Colour, Icon as IconName, Minutes, NewRoutine, Routine, Step, Steps},
    text::{Notes, Title},
};
use std::{cell::RefCell, rc::Rc};
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// What is noted takes so long, unless it is said otherwise.
const MINUTES: i64 = 15;

/// What hears of a card that is dragged.
type OnDrag = Callback<(Rc<Routine>, Drag)>;

/// Properties of [`InboxList`].
#[derive(Properties, PartialEq)]
pub struct InboxProps {
    /// What can be done.
    pub planner: Planner,
    /// Hears of cards that are dragged, where there is a timeline beside it.
    #[prop_or_default]
    pub ondrag: Option<OnDrag>,
}

/// The cards, and a line to note something.
#[component]
pub fn InboxList(props: &InboxProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let inbox = use_slice::<Inbox>();
    let note = use_note();
    let Some(routines) = &inbox.routines else {
        return crate::ui::skeleton(3, common.loading());
    };
    html! {
        <>
            if routines.is_empty() {
                <p class="inbox-empty">{ words.inbox_empty() }</p>
            } else {
                <ul class="cards">
                    { for routines.iter().map(|routine| card(&words, &common, props, routine)) }
                </ul>
            }
            { note.line(&words, &common, &props.planner) }
            if props.ondrag.is_some() && !routines.is_empty() {
                <p class="inbox-hint">{ words.inbox_drag_hint() }</p>
            }
        </>
    }
}

fn card(words: &Words, common: &words::Words, props: &InboxProps, routine: &Rc<Routine>) -> Html {
    let frame = NodeRef::default();
    let (id, title) = (routine.id.to_string(), routine.title.as_str());
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
            planner.ask.set(Some(Ask::Plan(routine.clone())));
        }),
        item(common.edit(), glyphs::PENCIL, |planner, routine| planner.edit_routine(routine.id)),
        MenuItem {
            danger: true,
            ..item(common.delete(), glyphs::TRASH_2, |planner, routine| {
                planner.ask.set(Some(Ask::DeleteRoutine(routine.clone())));
            })
        },
    ];
    let minutes = u32::from(routine.steps.minutes().get());
    html! {
        <li
            key={id.as_str()}
            ref={frame}
            class={classes(&[
                "inbox-card",
                hue(routine.colour),
                class_if(onpointerdown.is_some(), "draggable"),
            ])}
            {onpointerdown}
        >
            <i class="dot" aria-hidden="true"></i>
            <span class="card-title">{ title }</span>
            <span class="card-minutes num">{ words.duration(minutes) }</span>
            <Menu
                id={["inbox-", &id].concat()}
                label={words.actions_for(title)}
                glyph={glyphs::ELLIPSIS}
                {items}
            />
        </li>
    }
}

/// What was typed: a routine of one step with the same title.
fn noted(form: &NodeRef) -> Option<NewRoutine> {
    let title = Title::new(&input_value(form, TITLE)?).ok()?;
    let minutes = Minutes::new(input_value(form, LENGTH)?.parse().unwrap_or(MINUTES)).ok()?;
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
        reminders: Default::default(),
    })
}

/// A line to note something; it stays open for the next.
struct Note {
    open: Kept<bool>,
    /// What was typed before it was closed: the title and the minutes.
    kept: Rc<RefCell<[String; 2]>>,
    form: NodeRef,
}

const TITLE: &str = "#inbox-title";
const LENGTH: &str = "#inbox-minutes";

/// A line to note something, closed at first.
#[hook]
fn use_note() -> Note {
    let (open, form) = (use_kept(|| false), use_node());
    let kept = use_mut_ref(|| [String::new(), MINUTES.to_string()]);
    {
        let form = form.clone();
        use_watch(open.get(), move |open| {
            if open {
                focus_first(&form, TITLE);
            }
        });
    }
    Note { open, kept, form }
}

impl Note {
    fn line(&self, words: &Words, common: &words::Words, planner: &Planner) -> Html {
        if !self.open.get() {
            return html! {
                { Button {
                    icon: Some(glyphs::PLUS),
                    onclick: Some(self.open.becomes(true)),
                    class: "add wide",
                    ..Button::says(words.add_to_inbox())
                } }
            };
        }
        let close = {
            let (open, kept, form) = (self.open.clone(), self.kept.clone(), self.form.clone());
            Callback::from(move |()| {
                *kept.borrow_mut() =
                    [TITLE, LENGTH].map(|field| input_value(&form, field).unwrap_or_default());
                open.set(false);
            })
        };
        let onkeydown = {
            let close = close.clone();
            Callback::from(move |event: KeyboardEvent| {
                if event.key() == "Escape" {
                    close.emit(());
                }
            })
        };
        let onsubmit = {
            let (form, planner) = (self.form.clone(), planner.clone());
            Callback::from(move |event: SubmitEvent| {
                event.prevent_default();
                if let Some(new) = noted(&form) {
                    planner.add(new);
                    set_input_value(&form, TITLE, "");
                    focus_first(&form, TITLE);
                }
            })
        };
        let [title, minutes] = &*self.kept.borrow();
        html! {
            <form ref={self.form.clone()} class="inbox-card add-form" {onsubmit} {onkeydown}>
                <div class="field">
                    <label for="inbox-title">{ words.what() }</label>
                    <input
                        id="inbox-title"
                        ~defaultValue={title.as_str()}
                        maxlength="200"
                        required=true
                        autocomplete="off"
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
                        ~defaultValue={minutes.as_str()}
                    />
                </div>
                <div class="actions">
                    { Button {
                        kind: Kind::Quiet,
                        onclick: Some(close.reform(|_| ())),
                        ..Button::says(common.close())
                    } }
                    { Button { kind: Kind::Primary, submit: true, ..Button::says(common.add()) } }
                </div>
            </form>
        }
    }
}

/// The head of the inbox: its name and how much lies in it.
pub fn inbox_head(common: &words::Words, inbox: &Inbox) -> Html {
    let count = inbox.routines.as_ref().map(|routines| common.number(routines.len() as i64));
    html! {
        <h2 class="side-head">{ icon(glyphs::INBOX) }{ common.inbox() }<em class="num">{ count }</em></h2>
    }
}
