//! Numbers events, remembers the last ones, and hands them to the streams.

use super::queue::{Numbered, Queue};
use crate::caller::CurrentAccount;
use daymark_shared::{
    event::Event,
    ids::{AccountId, SessionId},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Events that are remembered for streams that were broken, of all accounts together.
const RECENT: usize = 4_096;
/// Streams of an account; with one more, the oldest ends. A browser has one.
const STREAMS: usize = 20;

/// The streams of a process.
pub(super) struct Hub {
    /// This process among all that ever were: numbers of another say nothing here.
    me: u64,
    /// The number that was given last.
    last: u64,
    /// All that was told after this number is remembered.
    complete_after: u64,
    recent: VecDeque<(u64, AccountId, Event)>,
    streams: HashMap<AccountId, Vec<Opened>>,
    closed: bool,
}

/// A stream, as both ends hold it.
#[derive(Clone)]
pub(super) struct Opened {
    /// Whose it is.
    pub(super) who: CurrentAccount,
    /// What it has to send.
    pub(super) queue: Arc<Queue>,
    /// The process that numbers its events.
    me: u64,
}

impl Opened {
    /// An event's id on the stream.
    pub(super) fn id(&self, number: u64) -> String {
        format!("{:016x}-{number}", self.me)
    }
}

impl Hub {
    pub(super) fn new(me: u64) -> Self {
        Self {
            me,
            last: 0,
            complete_after: 0,
            recent: VecDeque::new(),
            streams: HashMap::new(),
            closed: false,
        }
    }

    /// Opens a stream that begins with what was told since `seen`, or with [`Event::Resync`] where that is not known.
    pub(super) fn open(&mut self, who: CurrentAccount, seen: Option<&str>) -> Opened {
        let missed = match seen.and_then(|seen| self.number(seen)) {
            Some(seen) => self
                .recent
                .iter()
                .filter(|(number, account, _)| *number > seen && *account == who.account)
                .map(|(number, _, event)| (*number, *event))
                .collect(),
            None => vec![(self.last, Event::Resync)],
        };
        let opened = Opened { who, queue: Arc::new(Queue::of(missed)), me: self.me };
        if self.closed {
            opened.queue.end();
            return opened;
        }
        let streams = self.streams.entry(who.account).or_default();
        if streams.len() >= STREAMS {
            streams.remove(0).queue.end();
        }
        streams.push(opened.clone());
        opened
    }

    /// The number in an event's id, if this process gave it and knows all that came after.
    fn number(&self, id: &str) -> Option<u64> {
        let (me, number) = id.split_once('-')?;
        let is_mine = u64::from_str_radix(me, 16) == Ok(self.me);
        let number = number.parse().ok().filter(|number| (self.complete_after..=self.last).contains(number));
        number.filter(|_| is_mine)
    }

    /// Something has changed.
    pub(super) fn deliver(&mut self, account: AccountId, event: Event) {
        self.last += 1;
        if self.recent.len() >= RECENT
            && let Some((number, ..)) = self.recent.pop_front()
        {
            self.complete_after = number;
        }
        self.recent.push_back((self.last, account, event));
        if let Event::SessionEnded { id } = event {
            self.end_session(account, id);
        }
        self.tell(account, (self.last, event));
    }

    fn tell(&self, account: AccountId, event: Numbered) {
        for stream in self.streams.get(&account).into_iter().flatten() {
            stream.queue.push(event);
        }
    }

    fn end_session(&mut self, account: AccountId, session: SessionId) {
        self.drop_streams(account, |stream| stream.who.session == session);
    }

    /// Something may have been missed, by anybody.
    pub(super) fn gap(&mut self) {
        self.last += 1;
        self.complete_after = self.last;
        self.recent.clear();
        for account in self.streams.keys() {
            self.tell(*account, (self.last, Event::Resync));
        }
    }

    /// The stream is read no more.
    pub(super) fn remove(&mut self, opened: &Opened) {
        self.drop_streams(opened.who.account, |stream| Arc::ptr_eq(&stream.queue, &opened.queue));
    }

    fn drop_streams(&mut self, account: AccountId, is_over: impl Fn(&Opened) -> bool) {
        let Some(streams) = self.streams.get_mut(&account) else { return };
        streams.retain(|stream| {
            let is_over = is_over(stream);
            if is_over {
                stream.queue.end();
            }
            !is_over
        });
        if streams.is_empty() {
            self.streams.remove(&account);
        }
    }

    /// How many streams are open.
    pub(super) fn streams(&self) -> usize {
        self.streams.values().map(Vec::len).sum()
    }

    /// Ends all streams, and those that are opened from now on.
    pub(super) fn close(&mut self) {
        self.closed = true;
        for (_, streams) in self.streams.drain() {
            streams.iter().for_each(|stream| stream.queue.end());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::queue::Taken, *};

    fn who(n: u8) -> CurrentAccount {
        CurrentAccount { account: AccountId::mint(1, [n; 10]), session: SessionId::mint(1, [n; 10]) }
    }

    fn resync(number: u64) -> Taken {
        Taken::Events(vec![(number, Event::Resync)])
    }

    #[test]
    fn a_stream_goes_on_from_where_it_was() {
        let mut hub = Hub::new(7);
        let stream = hub.open(who(1), None);
        assert_eq!(stream.queue.take(), resync(0));
        hub.deliver(who(1).account, Event::Account);
        hub.deliver(who(2).account, Event::Account);
        hub.deliver(who(1).account, Event::Account);
        let seen = stream.id(1);
        hub.remove(&stream);
        let again = hub.open(who(1), Some(&seen));
        assert_eq!(again.queue.take(), Taken::Events(vec![(3, Event::Account)]));
        assert_eq!(stream.queue.take(), Taken::End);
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        let mut hub = Hub::new(7);
        let stream = hub.open(who(1), None);
        for id in ["", "7", "7-", "7-1", "8-0", "x-0", "7--1"] {
            assert_eq!(hub.open(who(1), Some(id)).queue.take(), resync(0), "{id}");
        }
        assert_eq!(hub.open(who(1), Some(&stream.id(0))).queue.take(), Taken::Nothing);
        for _ in 0..=RECENT {
            hub.deliver(who(2).account, Event::Account);
        }
        let last = RECENT as u64 + 1;
        assert_eq!(hub.open(who(1), Some(&stream.id(0))).queue.take(), resync(last));
        assert_eq!(hub.open(who(1), Some(&stream.id(1))).queue.take(), Taken::Nothing);
        hub.gap();
        assert_eq!(hub.open(who(1), Some(&stream.id(last))).queue.take(), resync(last + 1));
        assert_eq!(hub.recent.len(), 0);
    }

    #[test]
    fn a_session_ends_its_streams_and_others_hear_of_it() {
        let mut hub = Hub::new(7);
        let other = CurrentAccount { session: SessionId::mint(2, [9; 10]), ..who(1) };
        let (mine, theirs) = (hub.open(who(1), None), hub.open(other, None));
        theirs.queue.take();
        let ended = Event::SessionEnded { id: who(1).session };
        hub.deliver(who(1).account, ended);
        assert_eq!(mine.queue.take(), Taken::End);
        assert_eq!(theirs.queue.take(), Taken::Events(vec![(1, ended)]));
    }

    #[test]
    fn streams_are_bounded_and_end_with_the_process() {
        let mut hub = Hub::new(7);
        let all: Vec<_> = (0..=STREAMS).map(|_| hub.open(who(1), None)).collect();
        assert_eq!(all[0].queue.take(), Taken::End);
        assert_eq!(all[1].queue.take(), resync(0));
        hub.close();
        assert_eq!(all[1].queue.take(), Taken::End);
        assert_eq!(hub.open(who(1), None).queue.take(), Taken::End);
        assert!(hub.streams.is_empty());
    }
}
