//! The day from midnight to midnight: hours, blocks, the line at now, and moving things about.

use super::{
    block::{Block, spoken},
    geometry::{DAY, Slot, at, free, minute, places, snapped},
    hand::{By, Grip, Hand},
    hand_bar::HandBar,
    incoming::{Incoming, IncomingBlock},
    marks::{EmptyDay, Free, Hours, Now},
    planner::{Planner, is_open},
    words::use_words,
};
use crate::{
    platform::{drag::Drag, focus, scroll},
    store::{Action, days::KnownDay, use_dispatch},
};
use daymark_shared::{
    occurrence::{Occurrence, OccurrenceState},
    routine::Minutes,
};
use jiff::civil::{Date, DateTime};
use std::rc::Rc;
use yew::prelude::*;

/// Where the day begins to be looked at when nothing else says so.
const MORNING: i32 = 8 * 60;

/// Properties of [`Timeline`].
#[derive(Properties, PartialEq)]
pub struct TimelineProps {
    /// Which day.
    pub date: Date,
    /// What happens on it.
    pub day: Rc<KnownDay>,
    /// What time it is.
    pub now: DateTime,
    /// What can be done.
    pub planner: Planner,
    /// What is being dragged in from the inbox.
    pub incoming: Option<Incoming>,
    /// Where the blocks are.
    pub lane: NodeRef,
    /// Changes when it is to be looked at from the beginning, or from now.
    pub look: u32,
}

/// What is on the timeline of a day, in order.
pub fn timed(day: &KnownDay, date: Date) -> Vec<(Rc<Occurrence>, Slot)> {
    day.occurrences
        .iter()
        .filter(|occurrence| occurrence.state != OccurrenceState::Skipped)
        .filter_map(|occurrence| Some((occurrence.clone(), Slot::of(occurrence, date)?)))
        .collect()
}

/// The day from midnight to midnight.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let (words, dispatch) = (use_words(), use_dispatch());
    let hand = use_state_eq(|| None::<Hand>);
    // What a callback of an earlier render must see, too.
    let live = use_mut_ref(|| None::<Hand>);
    let date = props.date;
    let items = timed(&props.day, date);
    let today = props.now.date() == date;
    let now = today.then(|| minute(props.now, date));

    // The first look: at now, or at what comes first.
    let begins = items.iter().map(|(_, slot)| slot.from).find(|from| *from >= 0);
    let first = now.or(begins).unwrap_or(MORNING);
    {
        let lane = props.lane.clone();
        use_effect_with((date, props.look), move |_| {
            if let Some(rect) = scroll::rect(&lane) {
                let y = rect.y + scroll::y() + rect.height * f64::from(first) / f64::from(DAY);
                scroll::to(y - scroll::window_height() * 0.36);
            }
        });
    }

    let set = {
        let (hand, live) = (hand.setter(), live.clone());
        Rc::new(move |new: Option<Hand>| {
            *live.borrow_mut() = new;
            hand.set(new);
        })
    };
    let announce = {
        let dispatch = dispatch.clone();
        Rc::new(move |text: String| dispatch.dispatch(Action::Announce(text.into())))
    };
    let take = {
        let set = set.clone();
        Rc::new(move |occurrence: &Occurrence, grip: Grip, by: By| {
            let Some(slot) = Slot::of(occurrence, date).filter(|_| is_open(occurrence)) else { return };
            let id = (occurrence.routine, occurrence.key);
            set(Some(Hand::take(id, grip, by, slot, occurrence.steps.len())));
        })
    };
    let put_down = {
        let (set, live, planner, words) = (set.clone(), live.clone(), props.planner.clone(), words.clone());
        let announce = announce.clone();
        Rc::new(move |occurrence: &Rc<Occurrence>| {
            let held = live.borrow_mut().take();
            set(None);
            let Some(hand) = held.filter(Hand::has_changed) else { return };
            announce(spoken(&words, occurrence, date, hand.is));
            if let Ok(minutes) = Minutes::new(i64::from(hand.is.minutes())) {
                planner.place(occurrence, at(date, hand.is.from), minutes);
            }
        })
    };
    let let_go = {
        let (set, words, announce) = (set.clone(), words.clone(), announce.clone());
        Rc::new(move |occurrence: &Occurrence| {
            set(None);
            announce(words.put_back(occurrence.title.as_str()));
        })
    };

    let ondrag = {
        let (lane, live, set, take) = (props.lane.clone(), live.clone(), set.clone(), take.clone());
        let (put_down, let_go) = (put_down.clone(), let_go.clone());
        Callback::from(move |(occurrence, grip, drag): (Rc<Occurrence>, Grip, Drag)| match drag {
            Drag::Begin => take(&occurrence, grip, By::Pointer),
            Drag::Move { dy, .. } => {
                let held = *live.borrow();
                if let (Some(hand), Some(rect)) = (held, scroll::rect(&lane)) {
                    set(Some(hand.dragged(dy / rect.height * f64::from(DAY))));
                }
            }
            Drag::Drop => put_down(&occurrence),
            Drag::Cancel => let_go(&occurrence),
        })
    };
    let ontake = {
        let (take, announce, words) = (take.clone(), announce.clone(), words.clone());
        Callback::from(move |(occurrence, grip): (Rc<Occurrence>, Grip)| {
            take(&occurrence, grip, By::Keys);
            let title = occurrence.title.as_str();
            announce(if grip == Grip::Move { words.moving(title) } else { words.resizing(title) });
        })
    };
    let step = {
        let (set, live, announce, words) = (set.clone(), live.clone(), announce.clone(), words.clone());
        Rc::new(move |occurrence: &Occurrence, minutes: i32| {
            let held = *live.borrow();
            if let Some(hand) = held.map(|hand| hand.stepped(minutes)) {
                set(Some(hand));
                announce(spoken(&words, occurrence, date, hand.is));
            }
        })
    };
    let onkey = {
        let (live, step, ontake) = (live.clone(), step.clone(), ontake.clone());
        let (put_down, let_go, planner) = (put_down.clone(), let_go.clone(), props.planner.clone());
        let lane = props.lane.clone();
        Callback::from(move |(occurrence, event): (Rc<Occurrence>, KeyboardEvent)| {
            let held = live.borrow().is_some_and(|hand| hand.holds(occurrence.routine, occurrence.key));
            let far = if event.shift_key() { 60 } else { 5 };
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            match (event.key().as_str(), held) {
                ("ArrowUp", true) => step(&occurrence, -far),
                ("ArrowDown", true) => step(&occurrence, far),
                ("PageUp", true) => step(&occurrence, -60),
                ("PageDown", true) => step(&occurrence, 60),
                ("Enter" | " ", true) => put_down(&occurrence),
                ("Escape", true) => let_go(&occurrence),
                ("ArrowUp", false) => focus::focus_step(&lane, ".block-open", -1),
                ("ArrowDown", false) => focus::focus_step(&lane, ".block-open", 1),
                ("m" | "M", false) => ontake.emit((occurrence, Grip::Move)),
                ("r" | "R", false) => ontake.emit((occurrence, Grip::Resize)),
                ("Delete", false) => planner.delete(&occurrence),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let ondblclick = {
        let (planner, lane) = (props.planner.clone(), props.lane.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(rect) = scroll::rect(&lane) {
                let minute = (f64::from(event.client_y()) - rect.y) / rect.height * f64::from(DAY);
                let quarter = snapped(minute - 5.0).clamp(0, DAY - 15) / 15 * 15;
                planner.new_routine(date, Some(at(date, quarter)));
            }
        })
    };

    let held = |occurrence: &Occurrence| hand.filter(|hand| hand.holds(occurrence.routine, occurrence.key));
    let slots: Vec<Slot> =
        items.iter().map(|(occurrence, slot)| held(occurrence).map_or(*slot, |hand| hand.is)).collect();
    let places = places(&slots);
    let mut seen = std::collections::BTreeMap::new();
    let blocks = items.iter().zip(slots.iter().zip(places)).map(|((occurrence, _), (slot, place))| {
        // The same after an edit, which gives occurrences other keys: the focus stays.
        let nth: &mut u32 = seen.entry(occurrence.routine).or_default();
        *nth += 1;
        let id = ["block-", &occurrence.routine.to_string(), "-", &nth.to_string()].concat();
        html! {
            <Block
                key={id.clone()}
                id={id.clone()}
                occurrence={occurrence.clone()}
                {date}
                slot={*slot}
                {place}
                held={held(occurrence).map(|hand| hand.grip)}
                planner={props.planner.clone()}
                ondrag={ondrag.clone()}
                ontake={ontake.clone()}
                onkey={onkey.clone()}
            />
        }
    });
    let blocks: Vec<Html> = blocks.collect();
    let in_hand = hand.and_then(|hand| {
        items
            .iter()
            .find(|(o, _)| hand.by == By::Keys && hand.holds(o.routine, o.key))
            .map(|(o, _)| (hand, o.clone()))
    });
    html! {
        <section
            class={classes!("timeline", words.counts_to_twelve().then_some("twelve"), hand.map(|_| "dragging"))}
            aria-label={words.timeline()}
        >
            <Hours {now} />
            <div class="lane" ref={props.lane.clone()} {ondblclick}>
                if items.is_empty() {
                    <EmptyDay from={first} past={date < props.now.date()} {date} planner={props.planner.clone()} />
                }
                { for free(&slots).into_iter().map(|slot| html! {
                    <Free key={slot.from} {slot} {date} planner={props.planner.clone()} />
                }) }
                if let Some(hand) = *hand {
                    <super::marks::Shadow slot={hand.was} />
                }
                <ol class="blocks">{ for blocks }</ol>
                if let Some(incoming) = &props.incoming {
                    <IncomingBlock incoming={incoming.clone()} {date} />
                }
                if let Some(now) = now {
                    <Now {now} />
                }
            </div>
            if let Some((hand, occurrence)) = in_hand {
                <HandBar
                    text={spoken(&words, &occurrence, date, hand.is)}
                    grip={hand.grip}
                    onstep={{
                        let occurrence = occurrence.clone();
                        Callback::from(move |minutes| step(&occurrence, minutes))
                    }}
                    onconfirm={{
                        let occurrence = occurrence.clone();
                        Callback::from(move |()| put_down(&occurrence))
                    }}
                    oncancel={Callback::from(move |()| let_go(&occurrence))}
                />
            }
        </section>
    }
}
