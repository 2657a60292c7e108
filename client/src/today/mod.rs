//! Today: the timeline of a day, and the inbox beside it.

mod actions;
mod asks;
mod block;
mod clock;
mod foresee;
mod geometry;
mod hand;
mod hand_bar;
mod head;
mod inbox;
mod incoming;
mod load;
mod marks;
mod perform;
mod planner;
mod series;
mod shift;
mod strip;
mod timeline;
mod week;
mod words;

use crate::{
    api::ApiError,
    civil::days_after,
    i18n::Style,
    platform::{browser::use_title, drag::Drag},
    problems,
    store::{Days, Inbox, Session, use_dispatch, use_slice},
    ui::{IconButton, Skeleton, Trouble, glyphs},
    words as common,
};
use asks::Asks;
use daymark_shared::{routine::Routine, schedule::Start};
use geometry::at;
use head::Head;
use inbox::{InboxHead, InboxList};
use incoming::{Carried, Incoming, minute_at};
use jiff::civil::{Date, DateTime};
use load::{Stamp, use_days, use_inbox, use_stamp};
use perform::Performer;
use planner::{Ask, Planner};
use std::rc::Rc;
use strip::Strip;
use timeline::Timeline;
use week::Week;
use yew::prelude::*;
use yew_router::prelude::*;

/// Properties of [`TodayPage`].
#[derive(Properties, PartialEq)]
pub struct TodayProps {
    /// Which day; today without one.
    pub date: Option<Date>,
}

/// What time it is for the person who is signed in, and the week that a day lies in.
#[hook]
fn use_account_time() -> (DateTime, jiff::civil::Weekday) {
    let session = use_slice::<Session>();
    let account = session.account().cloned();
    let zone = account.as_ref().map_or_else(daymark_shared::zone::Zone::utc, |account| account.zone.clone());
    let start = account.map_or(jiff::civil::Weekday::Monday, |account| account.week_start.weekday());
    (clock::use_civil_now(&zone), start)
}

/// What can be done here, and what is being asked.
#[hook]
fn use_planner(stamp: Stamp, reload: Callback<()>, today: Date) -> (Planner, Option<Ask>) {
    let (dispatch, i18n) = (use_dispatch(), crate::i18n::use_i18n());
    let navigator = use_navigator().expect("inside the router");
    let ask = use_state_eq(|| None::<Ask>);
    let revisions = use_mut_ref(Default::default);
    let set = ask.setter();
    let asks = use_callback((), move |ask, ()| set.set(ask));
    let performer = Performer { dispatch, i18n, stamp, reload, today, revisions };
    (Planner { performer, navigator, ask: asks, today }, (*ask).clone())
}

/// A day, and the inbox beside it.
#[component]
pub fn TodayPage(props: &TodayProps) -> Html {
    let (words, common) = (words::use_words(), common::use_words());
    let (now, week_start) = use_account_time();
    let today = now.date();
    let date = props.date.unwrap_or(today);
    let dates = clock::week(date, week_start);
    let stamp = use_stamp();
    // A day around the week, so that the arrows lead to what is there already.
    let (from, to) = (days_after(dates[0], -1), days_after(dates[6], 1));
    let loading = use_days(from, to, stamp.clone());
    let inbox = use_inbox(stamp.clone());
    let reload = use_callback((loading.reload.clone(), inbox.reload.clone()), |(), (days, inbox)| {
        days.emit(());
        inbox.emit(());
    });
    let (planner, ask) = use_planner(stamp, reload, today);
    let (days, known_inbox) = (use_slice::<Days>(), use_slice::<Inbox>());
    let day = days.get(date).cloned();
    let (lane, top) = (use_node_ref(), use_node_ref());
    let (look, onlook) = crate::api::remote::use_round();
    let incoming = use_state_eq(|| None::<Incoming>);
    use_title(&if date == today { common.today().to_owned() } else { common.date(date, Style::DayShort) });

    let oncard = {
        let (lane, top) = (lane.clone(), top.clone());
        let (set, planner) = (incoming.setter(), planner.clone());
        let last = use_mut_ref(|| None::<i32>);
        Callback::from(move |(routine, drag): (Rc<Routine>, Drag)| match drag {
            Drag::Begin => {}
            Drag::Move { x, y, .. } => {
                let from = minute_at(&lane, &top, x, y);
                *last.borrow_mut() = from;
                set.set(Some(Incoming { routine, from, pointer: (x as i32, y as i32) }));
            }
            Drag::Drop | Drag::Cancel => {
                set.set(None);
                let from = last.borrow_mut().take();
                if let (Drag::Drop, Some(from)) = (drag, from) {
                    planner.plan(&routine, Start::At(at(date, from)));
                }
            }
        })
    };
    let onadd = {
        let planner = planner.clone();
        Callback::from(move |_: MouseEvent| planner.new_routine(date, None))
    };
    html! {
        <div class="today">
            <div class="page day-page">
                <div class="day-top" ref={top}>
                    <Head {date} {now} day={day.clone()} planner={planner.clone()} {onlook} />
                    <Week {dates} {date} {today} />
                    if let Some(day) = &day {
                        <Strip day={day.clone()} planner={planner.clone()} />
                    }
                </div>
                { match &day {
                    Some(day) => html! {
                        <>
                            if let Some(error) = &loading.error {
                                <Stale error={error.clone()} onretry={planner.performer.reload.clone()} />
                            }
                            <Timeline
                                {date}
                                day={day.clone()}
                                {now}
                                planner={planner.clone()}
                                incoming={(*incoming).clone()}
                                {lane}
                                {look}
                            />
                        </>
                    },
                    None => html! {
                        <Missing error={loading.error.clone()} onretry={loading.reload.clone()} />
                    },
                } }
            </div>
            <aside class="side" aria-label={common.inbox()}>
                <InboxHead />
                if let (Some(error), None) = (&inbox.error, &known_inbox.routines) {
                    <Missing error={Some(error.clone())} onretry={inbox.reload.clone()} />
                } else {
                    <InboxList planner={planner.clone()} ondrag={oncard} />
                }
            </aside>
            <IconButton
                class="fab"
                glyph={glyphs::PLUS}
                label={words.new_routine()}
                onclick={onadd}
            />
            if let Some(incoming) = &*incoming {
                <Carried incoming={incoming.clone()} />
            }
            if let Some(ask) = ask {
                <Asks {ask} {planner} {date} {now} />
            }
        </div>
    }
}

/// Properties of [`Missing`] and [`Stale`].
#[derive(Properties, PartialEq)]
struct MissingProps {
    error: Option<ApiError>,
    onretry: Callback<()>,
}

/// In the place of what has not come, or not yet.
#[component]
fn Missing(props: &MissingProps) -> Html {
    let (words, problems) = (common::use_words(), problems::use_words());
    match &props.error {
        Some(error) => {
            html! { <Trouble failure={problems.failure(error)} onretry={props.onretry.clone()} /> }
        }
        None => html! { <Skeleton label={words.loading()} lines=8 /> },
    }
}

/// Above what may be out of date.
#[component]
fn Stale(props: &MissingProps) -> Html {
    let (words, common) = (words::use_words(), common::use_words());
    html! {
        <p class="stale" role="status">
            <crate::ui::Icon glyph={glyphs::WIFI_OFF} />
            { words.old_view() }
            <button type="button" onclick={props.onretry.reform(|_| ())}>{ common.try_again() }</button>
        </p>
    }
}

/// The inbox on phones.
#[component]
pub fn InboxPage() -> Html {
    let common = common::use_words();
    let (now, _) = use_account_time();
    let today = now.date();
    let stamp = use_stamp();
    let inbox = use_inbox(stamp.clone());
    let (planner, ask) = use_planner(stamp, inbox.reload.clone(), today);
    let known = use_slice::<Inbox>();
    use_title(common.inbox());
    html! {
        <div class="page inbox-page">
            <header class="page-head"><h1>{ common.inbox() }</h1></header>
            if inbox.error.is_some() && known.routines.is_none() {
                <Missing error={inbox.error.clone()} onretry={inbox.reload.clone()} />
            } else {
                <InboxList planner={planner.clone()} />
            }
            if let Some(ask) = ask {
                <Asks {ask} {planner} date={today} {now} />
            }
        </div>
    }
}
