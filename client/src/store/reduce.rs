//! How the state changes: pure, without hooks and without the browser.

use super::{
    action::Action,
    run,
    state::{Missed, Session, State, Toast, spoken},
};
use std::rc::Rc;

/// More messages at once than this would cover the page.
const TOASTS_MAX: usize = 3;

/// The state after something happened; the very same `Rc`, and the very same slices, for what it does not change.
pub fn reduce(state: Rc<State>, action: Action) -> Rc<State> {
    let mut next = (*state).clone();
    if act(&mut next, action) { Rc::new(next) } else { state }
}

/// Changes the state; whether it is another then.
fn act(state: &mut State, action: Action) -> bool {
    let mut settings = (*state.settings).clone();
    let mut toasts = (*state.toasts).clone();
    match action {
        Action::SignedIn(account) => return meet(state, Session::SignedIn(Rc::new(account))),
        Action::SignedOut { ended } => return meet(state, Session::SignedOut { ended }),
        // Whoever is at work goes on: each request says for itself that it did not get through.
        Action::Unreachable if matches!(*state.session, Session::SignedIn(_)) => return false,
        Action::Unreachable => return meet(state, Session::Unreachable),
        Action::Asking => return meet(state, Session::Unknown),
        Action::Theme(theme) => settings.theme = theme,
        Action::Language(language) => settings.language = language,
        Action::Hours(hours) => settings.hours = hours,
        Action::Say { tone, text, offer } => {
            // The same again replaces itself instead of piling up.
            toasts.shown.retain(|toast| toast.text != text);
            if toasts.shown.len() == TOASTS_MAX {
                toasts.shown.remove(0);
            }
            toasts.spoken = (toasts.spoken.0 + 1, text.clone());
            toasts.shown.push(Rc::new(Toast { id: toasts.next, tone, text, offer }));
            toasts.next += 1;
        }
        Action::Announce(text) => toasts.spoken = (toasts.spoken.0 + 1, text),
        Action::Dismiss(id) => toasts.shown.retain(|toast| toast.id != id),
        Action::Days(change) => {
            let days = state.days.changed(change);
            return becomes(&mut state.days, days);
        }
        Action::Inbox(change) => {
            let inbox = state.inbox.changed(change);
            return becomes(&mut state.inbox, inbox);
        }
        Action::Missed(count) => {
            let missed = Missed { count, ..*state.missed };
            return becomes(&mut state.missed, missed);
        }
        Action::Unreached(unreached) => {
            let missed = Missed { unreached, ..*state.missed };
            return becomes(&mut state.missed, missed);
        }
        Action::Heard(event) => {
            let changes = state.changes.after(event);
            let before = state.following.clone();
            state.following = run::heard(&before, event);
            return becomes(&mut state.changes, changes) || !Rc::ptr_eq(&before, &state.following);
        }
        Action::Run(event) => {
            let before = state.following.clone();
            state.following = run::reduce(&before, event);
            return !Rc::ptr_eq(&before, &state.following);
        }
    }
    let other = becomes(&mut state.settings, settings);
    if other {
        speak(state);
    }
    becomes(&mut state.toasts, toasts) || other
}

/// Puts something in the place of a slice, if it is something else.
fn becomes<T: PartialEq>(slice: &mut Rc<T>, value: T) -> bool {
    let other = **slice != value;
    if other {
        *slice = Rc::new(value);
    }
    other
}

/// It is somebody else's turn.
fn meet(state: &mut State, session: Session) -> bool {
    // One person's days are not another's, and another zone has other days.
    let whose = |session: &Session| session.account().map(|account| (account.id, account.zone.clone()));
    let before = whose(&state.session);
    if !becomes(&mut state.session, session) {
        return false;
    }
    if before != whose(&state.session) {
        (state.days, state.inbox, state.missed, state.following) = Default::default();
    }
    speak(state);
    true
}

fn speak(state: &mut State) {
    let spoken = spoken(&state.session, &state.settings);
    becomes(&mut state.i18n, spoken);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        days::{Days, DaysChange},
        state::{Settings, Theme},
    };
    use daymark_shared::{
        account::{Account, Locale, Role, WeekStart},
        ids::AccountId,
        text::{Email, Name},
        zone::Zone,
    };

    fn state() -> Rc<State> {
        Rc::new(State::of(Settings::default()))
    }

    fn mira() -> Account {
        Account {
            id: AccountId::mint(1, [1; 10]),
            email: Email::new("mira@example.org").unwrap(),
            name: Name::default(),
            zone: Zone::utc(),
            locale: Locale::De,
            week_start: WeekStart::Monday,
            role: Role::Admin,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            revision: 1,
        }
    }

    #[test]
    fn signing_in_touches_only_the_session() {
        let before = state();
        let after = reduce(before.clone(), Action::SignedIn(mira()));
        assert_eq!(after.session.account().map(|account| account.email.as_str()), Some("mira@example.org"));
        assert!(Rc::ptr_eq(&before.settings, &after.settings));
        assert!(Rc::ptr_eq(&before.toasts, &after.toasts));
    }

    #[test]
    fn it_speaks_the_accounts_language() {
        let before = state();
        let after = reduce(before.clone(), Action::SignedIn(mira()));
        assert_eq!((before.i18n.language, after.i18n.language), (Locale::En, Locale::De));
        let renamed = Account { name: Name::new("Mira").unwrap(), ..mira() };
        let same = reduce(after.clone(), Action::SignedIn(renamed));
        assert!(Rc::ptr_eq(&after.i18n, &same.i18n));
    }

    #[test]
    fn what_changes_nothing_is_the_very_same_state() {
        let signed_in = reduce(state(), Action::SignedIn(mira()));
        assert!(Rc::ptr_eq(&signed_in, &reduce(signed_in.clone(), Action::SignedIn(mira()))));
        assert!(Rc::ptr_eq(&signed_in, &reduce(signed_in.clone(), Action::Theme(Theme::System))));
        assert!(Rc::ptr_eq(&signed_in, &reduce(signed_in.clone(), Action::Dismiss(7))));
    }

    #[test]
    fn who_is_at_work_is_not_thrown_out_by_a_lost_connection() {
        let signed_in = reduce(state(), Action::SignedIn(mira()));
        let after = reduce(signed_in.clone(), Action::Unreachable);
        assert!(Rc::ptr_eq(&signed_in, &after));
        assert_eq!(*reduce(state(), Action::Unreachable).session, Session::Unreachable);
    }

    #[test]
    fn what_was_planned_goes_with_the_person() {
        let came = DaysChange::Came(vec![daymark_shared::day::Day {
            date: jiff::civil::date(2026, 11, 18),
            zone: Zone::utc(),
            occurrences: vec![],
            truncated: false,
            now: jiff::Timestamp::UNIX_EPOCH,
        }]);
        let planned = reduce(reduce(state(), Action::SignedIn(mira())), Action::Days(came));
        let renamed = Account { name: Name::new("Mira").unwrap(), ..mira() };
        let same = reduce(planned.clone(), Action::SignedIn(renamed));
        assert!(Rc::ptr_eq(&planned.days, &same.days));
        assert_eq!(*reduce(planned.clone(), Action::SignedOut { ended: false }).days, Days::default());
        let elsewhere = Account { zone: Zone::new("Asia/Tokyo").unwrap(), ..mira() };
        assert_eq!(*reduce(planned, Action::SignedIn(elsewhere)).days, Days::default());
    }

    #[test]
    fn messages_are_seen_and_heard_and_go() {
        let said = reduce(state(), Action::good("Saved"));
        assert_eq!(said.toasts.shown.len(), 1);
        assert_eq!(said.toasts.spoken, (1, "Saved".into()));
        let gone = reduce(said.clone(), Action::Dismiss(said.toasts.shown[0].id));
        assert!(gone.toasts.shown.is_empty());
        assert_eq!(gone.toasts.spoken, said.toasts.spoken);
    }

    #[test]
    fn the_same_message_again_is_news_but_not_a_second_message() {
        let twice = reduce(reduce(state(), Action::good("Saved")), Action::good("Saved"));
        assert_eq!(twice.toasts.shown.len(), 1);
        assert_eq!(twice.toasts.spoken.0, 2);
    }

    #[test]
    fn messages_do_not_cover_the_page() {
        let full = (0..5).fold(state(), |state, n| reduce(state, Action::bad(n.to_string())));
        let texts: Vec<_> = full.toasts.shown.iter().map(|toast| toast.text.to_string()).collect();
        assert_eq!(texts, ["2", "3", "4"]);
    }

    #[test]
    fn announcements_are_heard_only() {
        let after = reduce(state(), Action::Announce("Moved to 07:05".into()));
        assert!(after.toasts.shown.is_empty());
        assert_eq!(after.toasts.spoken, (1, "Moved to 07:05".into()));
    }
}
