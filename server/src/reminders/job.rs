//! The worker: leases what is due, sends it, and records what became of it. Any number of them may run.
//!
//! A lease lasts ten seconds and a send five at most, so what a worker holds is settled before anybody else may take it.
//! Should it die, the lease ends by itself. Each lease has a number (a fencing token): whoever comes back late with an
//! older one has nothing to say any more.

use super::{
    act,
    compose::{self, Ready},
    judge::{self, Verdict},
    planner,
    shares::{Shares, Took},
    store::{self, Leased, Owed, Settled},
};
use crate::{
    caller::Caller,
    channels::{self, Message, Opened, Outcome},
    clock::monotonic,
    db::WriteTx,
    error::Error,
    jobs::Stop,
    kv,
    state::State,
    vault::random,
};
use daymark_shared::{event::Event, ids::AccountId, reminder::Reason};
use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashSet,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};
use tracing::Instrument as _;

/// How many messages are on their way at once.
const SLOTS: usize = 256;
/// How long a lease lasts.
pub const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How long a whole send may take.
const SEND: Duration = Duration::from_secs(5);
/// How late after its lease has begun a send may still begin. With the send itself, and the two seconds that the database
/// may take to record it, the lease is not over.
const HESITATION: Duration = Duration::from_secs(2);
/// How often it is looked for work where nothing can wake this process: other processes write the same file.
const POLL_ALONE: SignedDuration = SignedDuration::from_millis(900);
/// The same where Valkey carries wake-ups.
const POLL: SignedDuration = SignedDuration::from_secs(5);
/// How long after a failure of the database it is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// How many that came too late are settled in one transaction.
const EXPIRE: usize = 500;
/// How many accounts are looked up for planning at a time.
const ACCOUNTS: usize = 50;
/// How often planning is looked at.
const PLANNING: SignedDuration = SignedDuration::from_mins(5);
/// How often old rows are looked for.
const PRUNING: SignedDuration = SignedDuration::from_hours(1);
/// How long settled rows are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many old rows go in one transaction.
const PRUNE: usize = 500;

/// A message that was sent, and what came of it.
struct Done {
    leased: Leased,
    outcome: Result<Outcome, Settled>,
    /// Held until it is recorded, so that no more is leased than can be settled.
    slot: OwnedSemaphorePermit,
}

/// A worker's desk.
struct Desk {
    state: Arc<State>,
    slots: Arc<Semaphore>,
    shares: Arc<Shares>,
    done: mpsc::UnboundedSender<Done>,
    sending: JoinSet<()>,
}

impl Desk {
    /// Leases what is due now and begins to send it. Answers when to come again: at once (`None`), or then.
    async fn begin(&mut self) -> Result<Option<Timestamp>, Error> {
        // Before the lease is written: it counts from here.
        let (now, claimed_at) = (self.state.clock.now(), monotonic());
        let next = self.state.db.read(store::next_due).await?;
        if next.is_none_or(|next| next > now) {
            return Ok(Some(next.unwrap_or(Timestamp::MAX)));
        }
        let free = self.slots.available_permits();
        let lease = move |tx: &WriteTx<'_>| {
            let expired = store::expire(tx, now, EXPIRE)?;
            for (account, id) in &expired {
                tx.emit(*account, Event::Reminder { id: *id });
            }
            // While there are more of them, they are in the way of what is due.
            let free = if expired.len() < EXPIRE { free } else { 0 };
            Ok((expired, store::claim(tx, now, LEASE, free)?))
        };
        let (expired, leased) = self.state.db.write(lease).await?;
        if !expired.is_empty() {
            self.state.metrics.reminders("expired", expired.len());
            tracing::warn!(reminders.expired = expired.len(), "reminders came too late to be of use");
        }
        let vault = self.state.vault.clone();
        let ready = self.state.db.read(move |tx| Ok(compose::all(tx, &vault, now, leased))).await?;
        for (leased, ready) in ready {
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
                return Err(Error::Internal("more was leased than there are slots".to_owned()));
            };
            self.send(leased, ready, slot, now, claimed_at);
        }
        Ok(None)
    }

    fn send(
        &mut self,
        leased: Leased,
        ready: Ready,
        slot: OwnedSemaphorePermit,
        now: Timestamp,
        claimed_at: Instant,
    ) {
        let done = self.done.clone();
        let tell = move |leased, outcome| {
            // The recorder ends after the last sender.
            let _ = done.send(Done { leased, outcome, slot });
        };
        let (channel, message) = match ready {
            Ready::Not(settled) => return tell(leased, Err(settled)),
            Ready::Send(channel, message) => (channel, message),
        };
        let account = leased.owed.account;
        if let Err(least) = self.shares.enter((channel.origin(), account), now) {
            // Up to five times as long, so that many do not come back at once.
            let wait = least + least * i32::from(random::<1>()[0]) / 64;
            let at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
            return tell(leased, Err(Settled::Again { at, reason: None }));
        }
        let (state, shares) = (Arc::clone(&self.state), Arc::clone(&self.shares));
        // By the clock, and not by a request: the message has an id of its own.
        let span = tracing::error_span!("send", request_id = %leased.owed.id);
        let sending = async move {
            let begun = monotonic();
            let outcome = try_to_send(&state, &channel, &message, claimed_at).await;
            let took = Took { failed: matches!(outcome, Ok(Outcome::Retry { .. })), time: begun.elapsed() };
            shares.leave((channel.origin(), account), state.clock.now(), took);
            tell(leased, outcome);
        };
        self.sending.spawn_local(sending.instrument(span));
    }
}

async fn try_to_send(
    state: &Arc<State>,
    channel: &Opened,
    message: &Message,
    claimed_at: Instant,
) -> Result<Outcome, Settled> {
    // A machine that slept, or was very busy: by now the lease may be somebody else's.
    if claimed_at.elapsed() > HESITATION {
        return Err(Settled::Again { at: state.clock.now(), reason: None });
    }
    let sent = tokio::time::timeout(SEND, channels::deliver(state, channel, message)).await;
    Ok(sent.unwrap_or(Outcome::Retry { reason: Reason::Silent, after: None }))
}

/// Records what became of messages, as many at once as have come together.
async fn record_all(state: Arc<State>, mut done: mpsc::UnboundedReceiver<Done>) {
    let mut batch = Vec::new();
    while done.recv_many(&mut batch, SLOTS).await > 0 {
        let now = state.clock.now();
        let (mut results, mut slots) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for Done { leased, outcome, slot } in batch.drain(..) {
            results.push((leased, outcome));
            slots.push(slot);
        }
        let results = Arc::new(results);
        match insist(|| write_down(&state, &results, 0..results.len(), now)).await {
            Ok(fates) => count(&state, &results, &fates, now),
            Err(error @ Error::Unavailable(_)) => {
                tracing::error!(%error, reminders = results.len(), "what became of messages was not recorded");
            }
            // One of them cannot be settled: that one alone is parked.
            Err(_) => {
                for n in 0..results.len() {
                    match insist(|| write_down(&state, &results, n..n + 1, now)).await {
                        Ok(fates) => count(&state, results.get(n..).unwrap_or_default(), &fates, now),
                        Err(error) => park(&state, &results, n, now, &error).await,
                    }
                }
            }
        }
        drop(slots);
    }
}

type Settling = (Leased, Result<Outcome, Settled>);
type Results = Arc<Vec<Settling>>;

/// Counts what became of reminders, now that it is on disk.
fn count(state: &State, results: &[Settling], fates: &[&'static str], now: Timestamp) {
    for ((leased, outcome), fate) in results.iter().zip(fates) {
        state.metrics.reminders(fate, 1);
        if *outcome == Ok(Outcome::Delivered) && leased.owed.kind.counts() {
            state.metrics.delivered(now.duration_since(leased.owed.due_at));
        }
    }
}

/// Tries again while the database is not to be had, until the lease is over: then somebody else sends it again.
async fn insist<T, F: Future<Output = Result<T, Error>>>(write: impl Fn() -> F) -> Result<T, Error> {
    let begun = monotonic();
    loop {
        match write().await {
            Err(Error::Unavailable(_)) if begun.elapsed() < LEASE.unsigned_abs() => {
                tokio::time::sleep(PAUSE).await
            }
            done => return done,
        }
    }
}

/// Answers what became of each, by name.
async fn write_down(
    state: &Arc<State>,
    results: &Results,
    which: Range<usize>,
    now: Timestamp,
) -> Result<Vec<&'static str>, Error> {
    let (shared, results) = (Arc::clone(state), Arc::clone(results));
    let write = move |tx: &WriteTx<'_>| {
        let results = results.get(which).unwrap_or_default().iter();
        let fates = results.map(|(leased, outcome)| {
            let caller = Caller { account: leased.owed.account, vault: &shared.vault, now };
            settle(tx, &caller, leased, outcome)
        });
        fates.collect()
    };
    state.db.write(write).await
}

/// Settles a row with which nothing else can be done.
async fn park(state: &Arc<State>, results: &Results, n: usize, now: Timestamp, why: &Error) {
    let results = Arc::clone(results);
    let Some((leased, _)) = results.get(n) else { return };
    tracing::error!(error = %why, reminder.id = %leased.owed.id, "what became of a message cannot be recorded: it is parked");
    let leased = leased.clone();
    let parked =
        state.db.write(move |tx| store::settle(tx, &leased, now, &Settled::Failed(Reason::Unreadable)));
    if let Err(error) = parked.await {
        tracing::error!(%error, "it could not even be parked");
    }
}

fn settle(
    tx: &WriteTx<'_>,
    caller: &Caller<'_>,
    leased: &Leased,
    outcome: &Result<Outcome, Settled>,
) -> Result<&'static str, Error> {
    let (account, now) = (caller.account, caller.now);
    let owed = &leased.owed;
    let mut has_ended = false;
    let verdict = match outcome {
        // It was not even tried: nobody needs to know.
        Err(settled @ Settled::Again { .. }) => {
            store::settle(tx, leased, now, settled)?;
            return Ok(settled.name());
        }
        // What was on its way when its person took the channel away, and what waited for another try.
        _ if is_unwanted(tx, owed, outcome)? => Verdict { settled: Settled::Dropped, fails_over: false },
        Err(settled) => {
            Verdict { settled: settled.clone(), fails_over: matches!(settled, Settled::Failed(_)) }
        }
        Ok(outcome) => {
            // Whoever holds the row: this is what the channel has said.
            has_ended = channels::record(tx, account, owed.channel, now, outcome)?;
            let has_fallback = outcome.reason().is_some() && judge::next_fallback(tx, owed)?.is_some();
            let is_renewed = matches!(outcome, Outcome::Gone { .. })
                && !has_ended
                && channels::routing(tx, account)?.has(owed.channel);
            if is_renewed {
                // The browser has another subscription by now.
                Verdict { settled: Settled::Again { at: now, reason: Some(Reason::Gone) }, fails_over: false }
            } else {
                judge::judge(outcome, leased, now, has_fallback, random::<1>()[0])
            }
        }
    };
    let is_ours = store::settle(tx, leased, now, &verdict.settled)?;
    tx.emit(account, Event::Reminder { id: owed.id });
    tracing::info!(
        request_id = %leased.owed.id, reminder.id = %leased.owed.id, channel.id = %leased.owed.channel, attempt = leased.attempts,
        outcome = verdict.settled.name(), reason = verdict.settled.reason().map(Reason::as_str),
        lateness_ms = now.duration_since(leased.owed.due_at).as_millis() as i64, is_ours,
        "a message was settled"
    );
    if has_ended {
        judge::tell_of_the_end(tx, caller, owed)?;
        planner::channels_changed(tx, caller)?;
    }
    if is_ours && verdict.settled == Settled::Dropped {
        judge::hand_over(tx, caller, owed)?;
    }
    if is_ours && verdict.fails_over {
        judge::fail_over(tx, caller, owed)?;
    }
    if !is_ours && *outcome == Ok(Outcome::Delivered) {
        // The person acted while it was on its way: it shows what is done with.
        act::close_what_arrived(tx, caller, owed)?;
    }
    Ok(verdict.settled.name())
}

/// Whether a message that did not arrive was for a channel that its person has taken away.
fn is_unwanted(tx: &WriteTx<'_>, owed: &Owed, outcome: &Result<Outcome, Settled>) -> Result<bool, Error> {
    match outcome {
        Err(settled) => Ok(*settled == Settled::Dropped),
        Ok(outcome) => Ok(outcome.reason().is_some() && !channels::is_there(tx, owed.account, owed.channel)?),
    }
}

/// Sends what is due, on and on.
pub fn deliver(state: Arc<State>, mut stop: Stop) -> LocalBoxFuture<'static, ()> {
    Box::pin(async move {
        let (done, recorded) = mpsc::unbounded_channel();
        let mut recorder =
            tokio::task::spawn_local(record_all(Arc::clone(&state), recorded).in_current_span());
        let slots = Arc::new(Semaphore::new(SLOTS));
        let shares = Arc::default();
        let mut desk = Desk { state: Arc::clone(&state), slots, shares, done, sending: JoinSet::new() };
        while !stop.is_asked() {
            state.metrics.pass("reminders.delivery", state.clock.now());
            // Each keeps its memory until it is looked at, and in a rush there is no pause below.
            while desk.sending.try_join_next().is_some() {}
            let slots = Arc::clone(&desk.slots);
            tokio::select! {
                () = stop.asked() => break,
                // It ends after this one, unless it breaks: then nothing would be recorded any more.
                _ = &mut recorder => return,
                free = slots.acquire() => drop(free),
            }
            let wait = match desk.begin().await {
                Ok(None) => continue,
                Ok(Some(at)) => at,
                Err(error) => {
                    tracing::error!(%error, "what is due could not be leased");
                    tokio::select! {
                        () = stop.asked() => break,
                        () = tokio::time::sleep(PAUSE) => continue,
                    }
                }
            };
            let now = state.clock.now();
            let poll = if state.kv.state() == kv::State::Connected { POLL } else { POLL_ALONE };
            let latest = now.checked_add(poll).unwrap_or(Timestamp::MAX);
            tokio::select! {
                () = stop.asked() => break,
                origin = state.kv.woken() => tracing::debug!(request_id = origin.id(), "woken"),
                () = state.clock.sleep_until(wait.min(latest)) => {},
                Some(_) = desk.sending.join_next() => {},
            }
        }
        // Nothing new is leased; what is on its way is finished and recorded, and so no lease is left.
        while desk.sending.join_next().await.is_some() {}
        drop(desk);
        // It ends with the last sender.
        let _ = recorder.await;
    })
}

/// Plans ahead, on and on.
pub fn plan(state: Arc<State>, mut stop: Stop) -> LocalBoxFuture<'static, ()> {
    Box::pin(async move {
        while !stop.is_asked() {
            state.metrics.pass("reminders.planning", state.clock.now());
            if let Err(error) = plan_all(&state, &stop).await {
                tracing::error!(%error, "reminders could not be planned");
            }
            let next = state.clock.now().checked_add(PLANNING).unwrap_or(Timestamp::MAX);
            tokio::select! {
                () = stop.asked() => {},
                () = state.clock.sleep_until(next) => {},
            }
        }
    })
}

async fn plan_all(state: &Arc<State>, stop: &Stop) -> Result<(), Error> {
    let now = state.clock.now();
    if state.db.read(move |tx| store::is_too_early(tx, now)).await? {
        let reopened = state.db.write(move |tx| store::reopen(tx, now)).await?;
        tracing::warn!(
            reminders = reopened,
            "the clock was ahead: what was given up too early is owed again"
        );
    }
    // Accounts that cannot be planned hold up no other; they are tried again the next time.
    let mut broken: HashSet<AccountId> = HashSet::new();
    loop {
        let now = state.clock.now();
        let horizon = now.checked_add(planner::HORIZON).unwrap_or(Timestamp::MAX);
        let most = ACCOUNTS + broken.len();
        let mut behind = state.db.read(move |tx| store::behind(tx, horizon, most)).await?;
        behind.retain(|account| !broken.contains(account));
        if behind.is_empty() {
            return Ok(());
        }
        for account in behind {
            if stop.is_asked() {
                return Ok(());
            }
            let shared = Arc::clone(state);
            let write =
                move |tx: &WriteTx<'_>| planner::ahead(tx, &Caller { account, vault: &shared.vault, now });
            match state.db.write(write).await {
                Ok(()) => {}
                Err(error @ Error::Unavailable(_)) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, account.id = %account, "an account's reminders could not be planned");
                    broken.insert(account);
                }
            }
        }
    }
}

/// Forgets what was settled long ago, on and on.
pub fn prune(state: Arc<State>, mut stop: Stop) -> LocalBoxFuture<'static, ()> {
    Box::pin(async move {
        while !stop.is_asked() {
            state.metrics.pass("reminders.pruning", state.clock.now());
            if let Err(error) = prune_all(&state, &stop).await {
                tracing::error!(%error, "old reminders could not be forgotten");
            }
            let next = state.clock.now().checked_add(PRUNING).unwrap_or(Timestamp::MAX);
            tokio::select! {
                () = stop.asked() => {},
                () = state.clock.sleep_until(next) => {},
            }
        }
    })
}

async fn prune_all(state: &Arc<State>, stop: &Stop) -> Result<(), Error> {
    let before = state.clock.now().checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    while !stop.is_asked() {
        if state.db.write(move |tx| store::prune(tx, before, PRUNE)).await? < PRUNE {
            break;
        }
    }
    Ok(())
}
