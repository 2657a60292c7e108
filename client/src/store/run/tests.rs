use super::*;
use daymark_shared::{
    ids::{RoutineId, StepId},
    problem::{Code, Problem},
    routine::{Colour, Icon, Minutes},
    run::{Phase, RunStep},
    text::{Notes, Title},
};

fn t(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn id() -> RunId {
    RunId::mint(1, [1; 10])
}

/// A run of two steps of ten minutes, as it stood at its beginning.
fn run() -> Run {
    let steps = (1..=2).map(|n| RunStep {
        id: StepId::mint(n, [0; 10]),
        title: Title::new("Step").unwrap(),
        note: Notes::default(),
    });
    let ten = Minutes::new(10).unwrap();
    Run {
        id: id(),
        routine: RoutineId::mint(1, [2; 10]),
        occurrence: "1-20270115T0800".parse().unwrap(),
        title: Title::new("Morning").unwrap(),
        colour: Colour::Sea,
        icon: Icon::default(),
        steps: steps.collect(),
        progress: Progress::start([ten, ten], true, t(0)),
        started_at: t(0),
        now: t(0),
        revision: 1,
    }
}

/// The same run after the server did `action` at `at`.
fn after(run: &Run, action: Action, at: Timestamp) -> Run {
    let progress = run.progress.act(action, None, at).unwrap();
    Run { progress, now: at, revision: run.revision + 1, ..run.clone() }
}

fn told(events: impl IntoIterator<Item = RunEvent>) -> Rc<Following> {
    let start = [RunEvent::Follow(id()), RunEvent::Told(run())];
    start.into_iter().chain(events).fold(Rc::default(), |following, event| reduce(&following, event))
}

fn shown(following: &Following) -> &Progress {
    following.progress.as_deref().unwrap()
}

#[test]
fn what_is_done_shows_at_once_and_waits_for_the_server() {
    let following = told([RunEvent::Do(Action::Pause, t(60))]);
    assert_eq!(shown(&following).phase, Phase::Paused);
    assert_eq!(following.front().map(|deed| (deed.action, deed.step)), Some((Action::Pause, 0)));
    // The server did it a little later: its word counts.
    let settled = reduce(&following, RunEvent::Settled(0, after(&run(), Action::Pause, t(61))));
    assert_eq!(settled.front(), None);
    assert_eq!(shown(&settled).left_ms(t(90)), 539_000);
}

#[test]
fn several_deeds_are_sent_in_order_and_none_is_forgotten_on_the_way() {
    let following = told([RunEvent::Do(Action::Done, t(60)), RunEvent::Do(Action::Adjust(5), t(61))]);
    assert_eq!(following.deeds.iter().map(|deed| deed.step).collect::<Vec<_>>(), [0, 1]);
    let first = reduce(&following, RunEvent::Settled(0, after(&run(), Action::Done, t(60))));
    // The second is still in line, and still shows.
    assert_eq!(first.front().map(|deed| deed.number), Some(1));
    assert_eq!(shown(&first).steps[1].allowed_ms, 900_000);
}

#[test]
fn what_changes_nothing_is_not_sent() {
    let following = told([]);
    for action in [Action::Resume, Action::Back, Action::AutoAdvance(true)] {
        assert!(Rc::ptr_eq(&following, &reduce(&following, RunEvent::Do(action, t(5)))), "{action:?}");
    }
}

#[test]
fn an_action_names_the_step_that_time_has_led_to() {
    let following = told([RunEvent::Do(Action::Pause, t(700))]);
    assert_eq!(following.front().map(|deed| deed.step), Some(1));
}

#[test]
fn a_deed_that_came_too_late_has_no_effect() {
    // Another browser was faster: the first step is done already when the answer comes.
    let elsewhere = after(&run(), Action::Done, t(58));
    let following = told([RunEvent::Do(Action::Done, t(60)), RunEvent::Settled(0, elsewhere.clone())]);
    assert_eq!(shown(&following), &elsewhere.progress);
}

#[test]
fn an_older_answer_does_not_undo_a_newer_one() {
    let paused = after(&run(), Action::Pause, t(60));
    let following = told([RunEvent::Told(paused), RunEvent::Told(run())]);
    assert_eq!(shown(&following).phase, Phase::Paused);
}

#[test]
fn offline_it_goes_on_and_keeps_what_is_in_line() {
    let done = told([RunEvent::Do(Action::Done, t(60))]);
    let lost = reduce(&done, RunEvent::Lost(Some(0), ApiError::Offline));
    assert!(lost.is_lost());
    assert_eq!((shown(&lost).current, lost.deeds.len(), lost.failures), (1, 1, 1));
    let again = reduce(&lost, RunEvent::Ask);
    assert_eq!(again.round, lost.round + 1);
    // While it is being asked, nobody asks twice.
    assert!(Rc::ptr_eq(&again, &reduce(&again, RunEvent::Ask)));
    let settled = reduce(&again, RunEvent::Settled(0, after(&run(), Action::Done, t(75))));
    assert_eq!((settled.is_lost(), settled.failures, settled.deeds.len()), (false, 0, 0));
}

#[test]
fn what_is_done_offline_asks_for_another_try() {
    let lost = told([RunEvent::Do(Action::Adjust(5), t(60)), RunEvent::Lost(Some(0), ApiError::Offline)]);
    let more = reduce(&lost, RunEvent::Do(Action::Done, t(61)));
    assert_eq!((more.round, more.deeds.len()), (lost.round + 1, 2));
    // While that is under way, another one only waits in line.
    let most = reduce(&more, RunEvent::Do(Action::Pause, t(62)));
    assert_eq!((most.round, most.deeds.len()), (more.round, 3));
}

#[test]
fn a_deed_in_doubt_remembers_what_the_step_was_allowed() {
    let adjusted = told([RunEvent::Do(Action::Adjust(5), t(60))]);
    let lost = reduce(&adjusted, RunEvent::Lost(Some(0), ApiError::TimedOut));
    assert_eq!(lost.front().and_then(|deed| deed.doubt), Some(600_000));
    assert_eq!(shown(&lost).steps[0].allowed_ms, 900_000);
}

#[test]
fn what_the_server_refuses_is_taken_back_and_asked_about() {
    let done = told([RunEvent::Do(Action::Done, t(60))]);
    let refused = reduce(&done, RunEvent::Refused(0));
    assert_eq!((shown(&refused).current, refused.deeds.len()), (0, 0));
    assert_eq!(refused.round, done.round + 1);
}

#[test]
fn a_question_that_fails_beside_a_deed_under_way_changes_nothing() {
    let done = told([RunEvent::Do(Action::Done, t(60))]);
    assert!(Rc::ptr_eq(&done, &reduce(&done, RunEvent::Lost(None, ApiError::Offline))));
}

#[test]
fn what_is_gone_is_not_offline() {
    let gone = ApiError::Problem(Box::new(Problem::new(Code::NotFound)));
    let following = told([RunEvent::Ask, RunEvent::Lost(None, gone)]);
    assert!(!following.is_lost() && following.trouble.is_some());
}

#[test]
fn another_run_starts_afresh_and_the_same_is_only_asked_about() {
    let following = told([RunEvent::Leave]);
    let same = reduce(&following, RunEvent::Follow(id()));
    assert!(same.run.is_some() && same.watched && same.round == following.round + 1);
    let other = reduce(&following, RunEvent::Follow(RunId::mint(9, [9; 10])));
    assert!(other.run.is_none() && other.round > following.round);
    // An answer about the one before does not count.
    assert!(reduce(&other, RunEvent::Told(run())).run.is_none());
}

#[test]
fn a_change_elsewhere_is_asked_for_once() {
    let ours = Event::Run { id: id() };
    let following = told([]);
    let asked = heard(&following, ours);
    assert_eq!(asked.round, following.round + 1);
    // A question that is under way may be older than the next change: one more, when it is answered.
    let again =
        [ours, ours, Event::Resync].into_iter().fold(asked, |following, event| heard(&following, event));
    assert_eq!(again.round, following.round + 1);
    let answered = reduce(&again, RunEvent::Told(run()));
    assert_eq!(answered.round, following.round + 2);
    assert_eq!(reduce(&answered, RunEvent::Told(run())).round, following.round + 2);
}

#[test]
fn changes_of_others_and_of_what_nobody_looks_at_are_not_asked_for() {
    let following = told([]);
    assert!(Rc::ptr_eq(&following, &heard(&following, Event::Run { id: RunId::mint(2, [2; 10]) })));
    assert!(Rc::ptr_eq(&following, &heard(&following, Event::Account)));
    let left = reduce(&following, RunEvent::Leave);
    assert!(Rc::ptr_eq(&left, &heard(&left, Event::Run { id: id() })));
}
