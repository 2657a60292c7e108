//! Today: the timeline of a day, and the inbox beside it.

mod actions;
mod asks;
mod block;
mod clock;
mod foresee;
mod geometry;
mod hand;
mod hand_bar;
mod hands;
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
    api::{ApiError, remote::use_round},
    civil::days_after,
    i18n::{Style, use_i18n},
    kept::{use_kept, use_node},
    planning::unreached,
    platform::{browser::use_title, drag::Drag, visibility::use_return},
    problems,
    store::{Changes, Days, Inbox, Missed, Session, use_dispatch, use_slice},
    ui::{IconButton, glyphs, icon, skeleton, trouble},
    words as common,
};
use asks::asked;
use daymark_shared::{routine::Routine, schedule::Start, zone::Zone};
use geometry::at;
use head::Top;
use inbox::{InboxList, inbox_head};
use incoming::{Incoming, carried, minute_at};
use jiff::civil::{Date, DateTime, Weekday};
use load::{Stamp, Wanted, use_wanted};
use perform::Performer;
use planner::{Ask, Planner};
use std::rc::Rc;
use timeline::Timeline;
use words::Words;
use yew::prelude::*;

/// Properties of [`TodayPage`].
#[derive(Properties, PartialEq)]
pub struct TodayProps {
    /// Which day; today without one.
    pub date: Option<Date>,
}

/// What both pages have: what time it is, what can be done, and what is being asked.
struct Desk {
    now: DateTime,
    week_start: Weekday,
    planner: Planner,
    ask: Option<Ask>,
    /// Counts how often everything is fetched.
    round: u32,
}

/// What both pages have.
#[hook]
fn use_desk() -> Desk {
    let session = use_slice::<Session>();
    let account = session.account();
    let zone = account.map_or_else(Zone::utc, |account| account.zone.clone());
    let week_start = account.map_or(Weekday::Monday, |account| account.week_start.weekday());
    let now = clock::use_civil_now(&zone);
    let (dispatch, i18n) = (use_dispatch(), use_i18n());
    let stamp = (*use_ref(Stamp::default)).clone();
    let (round, reload) = use_round();
    // They only go up. A day shows what its person did with a reminder, too.
    let changes = use_slice::<Changes>();
    let round = round + changes.plan + changes.reminders;
    use_return(reload.clone());
    let ask = use_kept(|| None::<Ask>);
    let today = now.date();
    let performer = Performer { dispatch, i18n, stamp, reload, today };
    let planner = Planner { performer, ask: ask.clone(), today };
    Desk { now, week_start, planner, ask: ask.get(), round }
}

impl Desk {
    /// The question, if there is one, on the day that is shown.
    fn asked(&self, words: &Words, date: Date) -> Html {
        self.ask.as_ref().map_or_else(Html::default, |ask| asked(words, ask, &self.planner, date, self.now))
    }

    /// In the place of what has not come, or not yet.
    fn missing(&self, error: Option<&ApiError>) -> Html {
        let performer = &self.planner.performer;
        match error {
            Some(error) => {
                let failure = problems::Words(performer.i18n.clone()).failure(error);
                trouble(&failure, &performer.reload, false)
            }
            None => skeleton(8, common::Words(performer.i18n.clone()).loading()),
        }
    }

    /// Above what may be out of date.
    fn stale(&self, words: &Words, common: &common::Words) -> Html {
        html! {
            <p class="stale" role="status">
                { icon(glyphs::WIFI_OFF) }
                { words.old_view() }
                <button type="button" onclick={self.planner.performer.reload.reform(|_| ())}>
                    { common.try_again() }
                </button>
            </p>
        }
    }
}

/// A day, and the inbox beside it.
#[component]
pub fn TodayPage(props: &TodayProps) -> Html {
    let (words, common) = (words::use_words(), common::use_words());
    let desk = use_desk();
    let Desk { now, planner, .. } = &desk;
    let (now, today) = (*now, now.date());
    let date = props.date.unwrap_or(today);
    let dates = clock::week(date, desk.week_start);
    // A day around the week, so that the arrows lead to what is there already.
    let around = Wanted::Days(days_after(dates[0], -1), days_after(dates[6], 1));
    let stamp = &planner.performer.stamp;
    let days_error = use_wanted(around, desk.round, stamp.clone());
    let inbox_error = use_wanted(Wanted::Inbox, desk.round, stamp.clone());
    let (days, inbox, missed) = (use_slice::<Days>(), use_slice::<Inbox>(), use_slice::<Missed>());
    let (lane, top) = (use_node(), use_node());
    let (look, onlook) = use_round();
    let incoming = use_kept(|| None::<Incoming>);
    use_title(&if date == today { common.today().to_owned() } else { common.date(date, Style::DayShort) });

    let ondrag = {
        let (lane, top, incoming) = (lane.clone(), top.clone(), incoming.clone());
        use_callback((date, planner.clone()), move |(routine, drag): (Rc<Routine>, Drag), (date, planner)| {
            match drag {
                Drag::Begin => {}
                Drag::Move { x, y, .. } => {
                    let from = minute_at(&lane, &top, x, y);
                    incoming.set(Some(Incoming { routine, from, pointer: (x as i32, y as i32) }));
                }
                Drag::Drop | Drag::Cancel => {
                    let from = incoming.get().and_then(|incoming| incoming.from);
                    incoming.set(None);
                    if let (Drag::Drop, Some(from)) = (drag, from) {
                        planner.plan(&routine, Start::At(at(*date, from)));
                    }
                }
            }
        })
    };
    let onadd = {
        let planner = planner.clone();
        Callback::from(move |_: MouseEvent| planner.new_routine(date, None))
    };
    let incoming = incoming.get();
    let over = incoming.as_ref().and_then(|incoming| Some((incoming.routine.clone(), incoming.from?)));
    html! {
        <div class="today">
            <div class="page day-page">
                <div class="day-top" ref={top}>
                    <Top {date} {dates} {now} planner={planner.clone()} {onlook} />
                    { unreached(&planner.performer.i18n, *missed) }
                </div>
                if let Some(day) = days.get(date) {
                    if days_error.is_some() {
                        { desk.stale(&words, &common) }
                    }
                    <Timeline
                        {date}
                        day={day.clone()}
                        {now}
                        planner={planner.clone()}
                        incoming={over}
                        {lane}
                        {look}
                    />
                } else {
                    { desk.missing(days_error.as_ref()) }
                }
            </div>
            <aside class="side" aria-label={common.inbox()}>
                { inbox_head(&common, &inbox) }
                if inbox_error.is_some() && inbox.routines.is_none() {
                    { desk.missing(inbox_error.as_ref()) }
                } else {
                    <InboxList planner={planner.clone()} {ondrag} />
                }
            </aside>
            { IconButton { class: "fab", ..IconButton::new(glyphs::PLUS, words.new_routine(), onadd) } }
            if let Some(incoming) = &incoming {
                { carried(incoming) }
            }
            { desk.asked(&words, date) }
        </div>
    }
}

/// The inbox on phones.
#[component]
pub fn InboxPage() -> Html {
    let (words, common) = (words::use_words(), common::use_words());
    let desk = use_desk();
    let Planner { performer, today, .. } = &desk.planner;
    let error = use_wanted(Wanted::Inbox, desk.round, performer.stamp.clone());
    let inbox = use_slice::<Inbox>();
    use_title(common.inbox());
    html! {
        <div class="page inbox-page">
            <header class="page-head"><h1>{ common.inbox() }</h1></header>
            if error.is_some() && inbox.routines.is_none() {
                { desk.missing(error.as_ref()) }
            } else {
                <InboxList planner={desk.planner.clone()} />
            }
            { desk.asked(&words, *today) }
        </div>
    }
}
