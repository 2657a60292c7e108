//! The room in which a run is walked through: who wishes for what, and what is seen.

use super::{
    controls::Controls,
    head::Head,
    keys::{Wish, keys_dialog, wish},
    moment::{Moment, Pace, clock, minutes},
    stage::{stage, use_arc},
    summary::summary,
    watch::{is_muted, mute, step_of, use_moment, use_voice},
    words::{Words, use_words},
};
use crate::{
    kept::{Kept, use_kept, use_node, use_watch},
    planning::hue,
    platform::{
        browser::use_title,
        clock as time,
        events::{is_at, use_shortcuts},
        focus::focus,
        intl,
        sound::use_sound,
        wake_lock::use_wake_lock,
    },
    route::Route,
    store::{Action, Dispatch, Following, Session, Slice, run::RunEvent, use_dispatch, use_slice},
    ui::{Button, Dialog, Kind, classes, pressed},
};
use daymark_shared::run::{self, IllegalMove, Run};
use yew::prelude::*;

/// What is asked before it is done, or shown over the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Keys,
    Finish,
    GiveUp,
}

/// What wishes need to come true.
#[derive(Clone)]
struct Walk {
    following: Slice<Following>,
    dispatch: Dispatch,
    words: Words,
    /// On whose clock days and times are told.
    zone: AttrValue,
    over: Kept<Option<Over>>,
    muted: Kept<bool>,
}

impl PartialEq for Walk {
    fn eq(&self, other: &Self) -> bool {
        // The rest never changes.
        self.following == other.following && self.words == other.words && self.zone == other.zone
    }
}

impl Walk {
    fn announce(&self, text: &'static str) {
        self.dispatch.dispatch(Action::Announce(text.into()));
    }

    fn wish(&self, wish: Wish) {
        let action = match wish {
            Wish::Keys => return self.over.set(Some(Over::Keys)),
            Wish::Finish => return self.over.set(Some(Over::Finish)),
            Wish::GiveUp => return self.over.set(Some(Over::GiveUp)),
            Wish::Leave => {
                if let Some(run) = &self.following.run {
                    day_of(run, &self.zone).push();
                }
                return;
            }
            Wish::Mute(on) => {
                mute(on);
                self.muted.set(on);
                return self.announce(if on {
                    self.words.said_sound_off()
                } else {
                    self.words.said_sound_on()
                });
            }
            Wish::Toggle => toggle(&self.following),
            Wish::Done => run::Action::Done,
            Wish::Skip => run::Action::Skip,
            Wish::Back => run::Action::Back,
            Wish::Adjust(minutes) => run::Action::Adjust(minutes),
            Wish::AutoAdvance(on) => run::Action::AutoAdvance(on),
        };
        self.act(action);
    }

    /// Does it, or says why it cannot be done.
    fn act(&self, action: run::Action) {
        let now = time::now();
        let progress = self.following.progress.as_ref();
        match progress.and_then(|progress| progress.act(action, None, now).err()) {
            None => self.dispatch.dispatch(Action::Run(RunEvent::Do(action, now))),
            Some(IllegalMove::NoStepBefore) => self.announce(self.words.said_first()),
            Some(IllegalMove::TooLong) => self.announce(self.words.said_too_long()),
            // The page shows that already.
            Some(IllegalMove::Ended) => {}
        }
    }

    /// What lies over the room, unless that makes no sense any more.
    fn over(&self, over: Over, ended: bool) -> Html {
        let words = &self.words;
        let onclose = self.over.becomes(None);
        match over {
            Over::Keys => keys_dialog(words, onclose),
            _ if ended => html! {},
            Over::Finish => self.confirm(
                "finish",
                [words.finish_title(), words.finish_text(), words.finish_now()],
                run::Action::Finish,
                onclose,
            ),
            Over::GiveUp => self.confirm(
                "give-up",
                [words.give_up_title(), words.give_up_text(), words.give_up()],
                run::Action::Abandon,
                onclose,
            ),
        }
    }

    /// Asks before something that cannot be taken back.
    fn confirm(
        &self,
        id: &'static str,
        [title, text, label]: [&'static str; 3],
        action: run::Action,
        onclose: Callback<()>,
    ) -> Html {
        let go_on = self.words.go_on();
        let walk = self.clone();
        let onconfirm = Callback::from(move |_| {
            walk.over.set(None);
            walk.act(action);
        });
        html! {
            <Dialog {id} {title} onclose={onclose.clone()} close_label={go_on}>
                <p class="muted">{ text }</p>
                <div class="actions">
                    { Button { onclick: Some(pressed(&onclose)), ..Button::says(go_on) } }
                    { Button { kind: Kind::Primary, onclick: Some(onconfirm), ..Button::says(label) } }
                </div>
            </Dialog>
        }
    }
}

/// What a key means here; `None` when it means something else there.
fn wish_of(event: &KeyboardEvent) -> Option<Wish> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let wish = wish(&event.key(), event.shift_key(), event.repeat())?;
    let elsewhere = match wish {
        // On a button, Space presses that button.
        Wish::Toggle => "button, a, input, [role^=menuitem]",
        // In a long note, arrows scroll.
        Wish::Adjust(_) => ".run-note",
        _ => return Some(wish),
    };
    (!is_at(event, elsewhere)).then_some(wish)
}

/// The run that is followed.
#[component]
pub fn Room() -> Html {
    let (words, following, dispatch) = (use_words(), use_slice::<Following>(), use_dispatch());
    let session = use_slice::<Session>();
    let zone = session.account().map_or_else(AttrValue::default, |a| a.zone.as_str().to_owned().into());
    let over = use_kept(|| None::<Over>);
    let muted = use_kept(is_muted);
    let main = use_node();

    let moment = use_moment(&following);
    use_voice(&following, moment.as_ref(), &words);
    let moment = moment.map(|(moment, _)| moment);
    use_title(&title(&words, &following, moment.as_ref()));
    let pace = moment.as_ref().map(|moment| moment.pace);
    use_wake_lock(matches!(pace, Some(Pace::Running | Pace::Over)));
    use_sound();
    let arc = use_arc(moment.as_ref());
    // Whoever listens begins at what is new.
    let ended = moment.as_ref().is_some_and(Moment::is_ended);
    {
        let main = main.clone();
        use_watch(ended, move |_| focus(&main));
    }

    let walk = Walk {
        following: following.clone(),
        dispatch,
        words: words.clone(),
        zone,
        over: over.clone(),
        muted: muted.clone(),
    };
    let onwish = use_callback(walk.clone(), |wish: Wish, walk| walk.wish(wish));
    let onkey = use_callback(
        (onwish.clone(), over.get().is_some(), ended),
        |event: KeyboardEvent, (onwish, over, ended)| {
            if let Some(wish) = wish_of(&event).filter(|wish| !over && (!ended || *wish == Wish::Leave)) {
                event.prevent_default();
                onwish.emit(wish);
            }
        },
    );
    use_shortcuts(onkey);

    let (Some(run), Some(moment)) = (&following.run, &moment) else { return html! {} };
    let class = classes(&["run", hue(run.colour), shade(moment.pace)]);
    let inside = if ended {
        summary(&words, run, &moment.progress, &day_of(run, &walk.zone))
    } else {
        html! {
            <>
                <Head
                    title={run.title.as_str().to_owned()}
                    step={step_of(&words, moment.progress.current, run.steps.len())}
                    auto_advance={moment.progress.auto_advance}
                    muted={muted.get()}
                    onwish={onwish.clone()}
                />
                { stage(&words, run, moment, &walk.zone, arc, following.is_lost()) }
                <Controls
                    pace={moment.pace}
                    first={moment.progress.current == 0}
                    last={moment.next().is_none()}
                    {onwish}
                />
                <p class="run-next">{ next(&words, run, moment) }</p>
            </>
        }
    };
    html! {
        <>
            <main {class} tabindex="-1" ref={main}>{ inside }</main>
            { over.get().map_or_else(Html::default, |over| walk.over(over, ended)) }
        </>
    }
}

/// The class for how the clock stands.
const fn shade(pace: Pace) -> &'static str {
    match pace {
        Pace::Running => "",
        Pace::Over => "over",
        Pace::Paused => "paused",
        Pace::Finished | Pace::Abandoned => "ended",
    }
}

/// The step that comes next, and how long it is.
fn next(words: &Words, run: &Run, moment: &Moment) -> Html {
    let next = moment.next().and_then(|next| Some((run.steps.get(next)?, moment.progress.steps.get(next)?)));
    let Some((step, time)) = next else { return words.last_step().into() };
    html! {
        <>
            { words.next() }{ " " }
            <b>{ step.title.as_str() }</b>{ " " }
            <span class="num">{ words.duration(minutes(time.allowed_ms)) }</span>
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

/// The day on which the run began, which is where one came from.
fn day_of(run: &Run, zone: &str) -> Route {
    let (began, today) =
        (intl::civil_now(zone, run.started_at).date(), intl::civil_now(zone, time::now()).date());
    if began == today { Route::Today } else { Route::Day { date: began } }
}

/// What the window is called: the step, and what is left of it.
fn title(words: &Words, following: &Following, moment: Option<&Moment>) -> String {
    let (Some(run), Some(moment)) = (&following.run, moment) else { return String::new() };
    let step = run.steps.get(moment.progress.current).map_or("", |step| step.title.as_str());
    match moment.pace {
        Pace::Running | Pace::Over => [step, " · ", &clock(moment.left_ms)].concat(),
        Pace::Paused => [step, " · ", words.paused()].concat(),
        Pace::Finished | Pace::Abandoned => run.title.as_str().to_owned(),
    }
}
