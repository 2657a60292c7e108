//! The room in which a run is walked through: who wishes for what, and what is seen.

use super::{
    controls::Controls,
    head::Head,
    keys::{KeysDialog, Wish, wish},
    moment::{Moment, Pace, clock},
    stage::Stage,
    summary::Summary,
    watch::{is_muted, mute, step_of, use_moment, use_voice},
    words::{Words, use_words},
};
use crate::{
    planning::hue,
    platform::{
        browser::use_title,
        clock as time,
        events::{is_at, use_shortcuts, use_window_event},
        focus::focus,
        intl, sound,
        wake_lock::use_wake_lock,
    },
    route::Route,
    store::{Action, Dispatch, Following, Session, run::RunEvent, use_dispatch, use_slice},
    ui::{Button, Dialog, Kind},
};
use daymark_shared::run::{self, IllegalMove, Run};
use jiff::Timestamp;
use yew::prelude::*;
use yew_router::prelude::*;

/// What is asked before it is done, or shown over the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Keys,
    Finish,
    GiveUp,
}

/// The run that is followed.
#[component]
pub fn Room() -> Html {
    let (words, following, dispatch) = (use_words(), use_slice::<Following>(), use_dispatch());
    let session = use_slice::<Session>();
    let zone = session.account().map_or_else(AttrValue::default, |a| a.zone.as_str().to_owned().into());
    let over = use_state_eq(|| None::<Over>);
    let muted = use_state_eq(is_muted);
    let main = use_node_ref();

    let moment = use_moment(&following);
    use_voice(&following, moment.as_ref(), &words);
    use_title(&title(&words, &following, moment.as_ref()));
    let pace = moment.as_ref().map(|(moment, _)| moment.pace);
    use_wake_lock(matches!(pace, Some(Pace::Running | Pace::Over)));
    // A sound needs a touch first.
    use_effect_with((), |()| sound::unlock_if_touched());
    let touched = use_callback((), |_: Event, ()| sound::unlock());
    use_window_event("pointerdown", touched.clone());
    use_window_event("keydown", touched);
    // Whoever listens begins at what is new.
    let ended = moment.as_ref().is_some_and(|(moment, _)| moment.is_ended());
    use_effect_with((main.clone(), ended), |(main, _)| focus(main));

    let navigator = use_navigator();
    let onwish = {
        let deps = (following.clone(), dispatch.clone(), words.clone(), zone.clone());
        let (over, muted) = (over.setter(), muted.setter());
        use_callback(deps, move |wish: Wish, (following, dispatch, words, zone)| match wish {
            Wish::Keys => over.set(Some(Over::Keys)),
            Wish::Finish => over.set(Some(Over::Finish)),
            Wish::GiveUp => over.set(Some(Over::GiveUp)),
            Wish::Leave => {
                if let (Some(navigator), Some(run)) = (&navigator, &following.run) {
                    navigator.push(&day_of(run, zone));
                }
            }
            Wish::Mute(on) => {
                mute(on);
                muted.set(on);
                let text = if on { words.said_sound_off() } else { words.said_sound_on() };
                dispatch.dispatch(Action::Announce(text.into()));
            }
            Wish::Toggle => act(following, dispatch, words, toggle(following)),
            Wish::Done => act(following, dispatch, words, run::Action::Done),
            Wish::Skip => act(following, dispatch, words, run::Action::Skip),
            Wish::Back => act(following, dispatch, words, run::Action::Back),
            Wish::Adjust(minutes) => act(following, dispatch, words, run::Action::Adjust(minutes)),
            Wish::AutoAdvance(on) => act(following, dispatch, words, run::Action::AutoAdvance(on)),
        })
    };
    let onkey = use_callback(
        (onwish.clone(), over.is_some(), ended),
        |event: KeyboardEvent, (onwish, over, ended)| {
            if *over || event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let Some(wish) = wish(&event.key(), event.shift_key(), event.repeat()) else { return };
            let meant = match wish {
                // On a button, Space presses that button.
                Wish::Toggle => !is_at(&event, "button, a, input, [role^=menuitem]"),
                // In a long note, arrows scroll.
                Wish::Adjust(_) => !is_at(&event, ".run-note"),
                Wish::Leave => true,
                _ => true,
            };
            if meant && (!ended || wish == Wish::Leave) {
                event.prevent_default();
                onwish.emit(wish);
            }
        },
    );
    use_shortcuts(onkey);

    let (Some(run), Some((moment, now))) = (&following.run, &moment) else { return html! {} };
    let steps = run.steps.len();
    let confirm = |action: run::Action| {
        let (following, dispatch, words, over) =
            (following.clone(), dispatch.clone(), words.clone(), over.setter());
        Callback::from(move |_| {
            over.set(None);
            act(&following, &dispatch, &words, action);
        })
    };
    let close = {
        let over = over.setter();
        Callback::from(move |()| over.set(None))
    };
    let class = classes!(
        "run",
        hue(run.colour),
        match moment.pace {
            Pace::Running => "",
            Pace::Over => "over",
            Pace::Paused => "paused",
            Pace::Finished | Pace::Abandoned => "ended",
        }
    );
    let inside = if ended {
        html! { <Summary run={run.clone()} progress={moment.progress.clone()} to={day_of(run, &zone)} /> }
    } else {
        html! {
            <>
                <Head
                    title={run.title.as_str().to_owned()}
                    step={step_of(&words, moment.progress.current, steps)}
                    auto_advance={moment.progress.auto_advance}
                    muted={*muted}
                    onwish={onwish.clone()}
                />
                <Stage
                    run={run.clone()}
                    moment={moment.clone()}
                    now={*now}
                    {zone}
                    lost={following.is_lost()}
                />
                <Controls
                    pace={moment.pace}
                    first={moment.progress.current == 0}
                    last={moment.next().is_none()}
                    {onwish}
                />
                <p class="run-next">
                    { match moment.next().and_then(|next| Some((run.steps.get(next)?, moment.progress.steps.get(next)?))) {
                        Some((step, time)) => html! {
                            <>
                                { words.next() }{ " " }
                                <b>{ step.title.as_str() }</b>{ " " }
                                <span class="num">{ words.duration(super::moment::minutes(time.allowed_ms)) }</span>
                            </>
                        },
                        None => html! { words.last_step() },
                    } }
                </p>
            </>
        }
    };
    html! {
        <>
            <main {class} tabindex="-1" ref={main}>{ inside }</main>
            { match *over {
                None => html! {},
                Some(Over::Keys) => html! { <KeysDialog onclose={close} /> },
                Some(Over::Finish) if !ended => html! {
                    <Confirm
                        id="finish"
                        title={words.finish_title()}
                        text={words.finish_text()}
                        label={words.finish_now()}
                        onconfirm={confirm(run::Action::Finish)}
                        onclose={close}
                    />
                },
                Some(Over::GiveUp) if !ended => html! {
                    <Confirm
                        id="give-up"
                        title={words.give_up_title()}
                        text={words.give_up_text()}
                        label={words.give_up()}
                        onconfirm={confirm(run::Action::Abandon)}
                        onclose={close}
                    />
                },
                Some(_) => html! {},
            } }
        </>
    }
}

/// What Pause and Resume mean now.
fn toggle(following: &Following) -> run::Action {
    match following.progress.as_ref().map(|progress| progress.phase) {
        Some(run::Phase::Paused) => run::Action::Resume,
        _ => run::Action::Pause,
    }
}

/// Does it, or says why it cannot be done.
fn act(following: &Following, dispatch: &Dispatch, words: &Words, action: run::Action) {
    let now = time::now();
    let refused = following.progress.as_ref().and_then(|progress| progress.act(action, None, now).err());
    match refused {
        None => dispatch.dispatch(Action::Run(RunEvent::Do(action, now))),
        Some(IllegalMove::NoStepBefore) => dispatch.dispatch(Action::Announce(words.said_first().into())),
        Some(IllegalMove::TooLong) => dispatch.dispatch(Action::Announce(words.said_too_long().into())),
        // The page shows that already.
        Some(IllegalMove::Ended) => {}
    }
}

/// The day on which the run began, which is where one came from.
fn day_of(run: &Run, zone: &str) -> Route {
    let (began, today) =
        (intl::civil_now(zone, run.started_at).date(), intl::civil_now(zone, time::now()).date());
    if began == today { Route::Today } else { Route::Day { date: began } }
}

/// What the window is called: the step, and what is left of it.
fn title(words: &Words, following: &Following, moment: Option<&(Moment, Timestamp)>) -> String {
    let (Some(run), Some((moment, _))) = (&following.run, moment) else { return String::new() };
    let step = run.steps.get(moment.progress.current).map_or("", |step| step.title.as_str());
    match moment.pace {
        Pace::Running | Pace::Over => [step, " · ", &clock(moment.left_ms)].concat(),
        Pace::Paused => [step, " · ", words.paused()].concat(),
        Pace::Finished | Pace::Abandoned => run.title.as_str().to_owned(),
    }
}

/// Properties of [`Confirm`].
#[derive(Properties, PartialEq)]
struct ConfirmProps {
    id: &'static str,
    title: &'static str,
    text: &'static str,
    label: &'static str,
    onconfirm: Callback<MouseEvent>,
    onclose: Callback<()>,
}

/// Asks before something that cannot be taken back.
#[component]
fn Confirm(props: &ConfirmProps) -> Html {
    let words = use_words();
    html! {
        <Dialog id={props.id} title={props.title} onclose={props.onclose.clone()} close_label={words.go_on()}>
            <p class="muted">{ props.text }</p>
            <div class="actions">
                <Button onclick={props.onclose.reform(|_| ())}>{ words.go_on() }</Button>
                <Button kind={Kind::Primary} onclick={props.onconfirm.clone()}>{ props.label }</Button>
            </div>
        </Dialog>
    }
}
