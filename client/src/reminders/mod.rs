//! Reminders: those that were missed, with the reason and the next step, and those to come.

mod groups;
mod keeper;
mod missed;
mod upcoming;
mod words;

pub use keeper::MissedKeeper;

use crate::{
    api::{ApiError, Remote, reminder, request::Asked, use_remote},
    i18n::Style,
    planning,
    platform::{browser::use_title, clock, intl, timer::use_now, visibility::use_return},
    problems,
    store::{Action, Changes, Dispatch, Missed, Session, use_dispatch, use_news, use_slice},
    ui::{skeleton, trouble},
    words as common,
};
use daymark_shared::{ids::ReminderId, reminder::Reminder};
use jiff::{Timestamp, civil::DateTime};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use words::{Words, use_words};
use yew::prelude::*;

/// All that is shown.
struct All {
    missed: Vec<Rc<Reminder>>,
    /// Whether there are more of them.
    more: bool,
    upcoming: Vec<Rc<Reminder>>,
}

async fn all() -> Result<All, ApiError> {
    let shared = |list: Vec<Reminder>| list.into_iter().map(Rc::new).collect::<Vec<_>>();
    let page = reminder::list(reminder::Among::Missed).await?;
    let (missed, more) = (shared(page.items), page.next.is_some());
    keeper::tell(&missed);
    let upcoming = shared(reminder::list(reminder::Among::Upcoming).await?.items);
    Ok(All { missed, more, upcoming })
}

/// What both lists need.
struct Desk {
    words: Words,
    dispatch: Dispatch,
    reload: Callback<()>,
    /// On whose clock times are told.
    zone: String,
}

impl Desk {
    /// An instant on the person's clock.
    fn civil(&self, at: Timestamp) -> DateTime {
        intl::civil_now(&self.zone, at)
    }

    /// A time, with its day where that is another than today.
    fn when(&self, at: Timestamp) -> String {
        let (at, today) = (self.civil(at), self.civil(clock::now()).date());
        let time = self.words.time(at.time());
        if at.date() == today {
            return time;
        }
        [self.words.date(at.date(), Style::DayShort).as_str(), ", ", &time].concat()
    }

    /// The person knows.
    fn dismisses(&self, id: ReminderId) -> Callback<MouseEvent> {
        self.does(move || reminder::dismiss(id), String::new())
    }

    /// Does something, says what became of it, and shows how it is then.
    fn does(&self, work: impl Fn() -> Asked<()> + 'static, said: String) -> Callback<MouseEvent> {
        let (words, dispatch, reload) = (self.words.clone(), self.dispatch.clone(), self.reload.clone());
        Callback::from(move |_| {
            let (work, said) = (work(), said.clone());
            let (words, dispatch, reload) = (words.clone(), dispatch.clone(), reload.clone());
            spawn_local(async move {
                dispatch.dispatch(match work.await {
                    // What is gone from the page needs no word.
                    Ok(()) if said.is_empty() => return reload.emit(()),
                    Ok(()) => Action::good(said),
                    Err(error) => planning::report(&words.0, &error),
                });
                reload.emit(());
            });
        })
    }
}

/// What was missed, and what is to come.
#[component]
pub fn RemindersPage() -> Html {
    let (words, common) = (use_words(), common::use_words());
    let session = use_slice::<Session>();
    let remote = use_remote(String::new(), all);
    use_return(remote.reload.clone());
    let (changes, missed) = (use_slice::<Changes>(), use_slice::<Missed>());
    use_news(changes.reminders, remote.reload.clone());
    // What is due moves on.
    use_now(60_000);
    use_title(common.reminders());
    let desk = Desk {
        words: words.clone(),
        dispatch: use_dispatch(),
        reload: remote.reload.clone(),
        zone: session.account().map_or_else(String::new, |account| account.zone.as_str().to_owned()),
    };
    html! {
        <div class="page reminders">
            <header class="page-head"><h1>{ common.reminders() }</h1></header>
            { planning::unreached(&words, *missed) }
            { match &remote.remote {
                Remote::Pending => skeleton(5, common.loading()),
                Remote::Failed(error) => {
                    trouble(&problems::Words(words.0.clone()).failure(error), &remote.reload, false)
                }
                Remote::Ready(all) => html! {
                    <>
                        { missed::missed(&desk, &all.missed, all.more) }
                        { upcoming::upcoming(&desk, &all.upcoming) }
                    </>
                },
            } }
        </div>
    }
}
