//! A worker that is asked to stop with messages in hand.

use crate::{
    app::TestApp,
    delivery::{LOCAL, add_hook, minutes, until},
    planning::{create, planned},
    sink::{Reply, Sink},
};
use jiff::SignedDuration;
use std::{thread, time::Duration};

/// One is answered only after the worker was asked to stop, another one is not answered at all.
#[test]
fn what_a_worker_has_in_hand_when_it_stops_is_finished_or_given_back() {
    let (app, sink) = (TestApp::with(&LOCAL), Sink::start());
    let me = app.sign_up("mira@example.org");
    add_hook(&me, 1, &sink.url("/held"), "always");
    add_hook(&me, 2, &sink.url("/silent"), "always");
    let (held, answer) = Reply::held(204);
    sink.script("/held", &[held]);
    sink.script("/silent", &[Reply::Stall(Duration::from_secs(30))]);
    create(&me, &planned(1, "2026-03-02T07:01", None));
    let worker = app.worker();
    app.advance(minutes(1));
    sink.wait_for(2);
    assert_eq!(app.count("SELECT count(*) FROM reminders WHERE state = 1"), 2, "both are leased");
    // Returns once the worker has ended.
    let stopping = thread::spawn(move || drop(worker));
    answer.send(()).unwrap();
    until("it has stopped", || stopping.is_finished().then_some(()));
    stopping.join().unwrap();
    assert_eq!(app.count("SELECT count(*) FROM reminders WHERE state = 1"), 0, "no lease is left");
    assert_eq!(app.count("SELECT count(*) FROM reminders WHERE state = 2"), 1);
    // The other one is tried again soon, and not when its lease would have been over.
    let soon = "SELECT count(*) FROM reminders WHERE state = 0 AND attempts = 1 AND next_at <= ?1 + 2000000";
    assert_eq!(app.count(soon), 1);
    let next = app.worker();
    app.advance(SignedDuration::from_secs(2));
    let ledger = sink.wait_for(3);
    until("it is settled", || {
        (app.count("SELECT count(*) FROM reminders WHERE state = 2") == 2).then_some(())
    });
    drop(next);
    let to = |path: &str| ledger.iter().filter(|message| message.path == path).collect::<Vec<_>>();
    assert_eq!((to("/held").len(), to("/silent").len()), (1, 2));
    assert_eq!(to("/silent")[0].id, to("/silent")[1].id, "repeated, it is the same message");
    assert_eq!(sink.ledger().len(), 3);
}
