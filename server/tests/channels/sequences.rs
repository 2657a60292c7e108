//! Ten thousand sequences of faults, with renewals between them: a device is removed when its push service has said of its
//! newest subscription that it is gone, and never otherwise.

use crate::{
    desk::{Desk, reminder},
    faults::browser,
    sink::{Say, Sink},
};
use daymark_server::channels::{self, Outcome};
use futures_util::future::join_all;
use jiff::SignedDuration;
use std::cell::Cell;

const SEQUENCES: usize = 10_000;
/// Devices that are sent to at the same time.
const LANES: usize = 16;

/// Numbers that look like chance and are the same on every run (SplitMix64).
struct Chance(Cell<u64>);

impl Chance {
    fn below(&self, limit: usize) -> usize {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut z = self.0.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// Whatever a push service may do; now and then what ends a device.
fn fault(chance: &Chance) -> Say {
    const OTHERS: [u16; 20] =
        [200, 201, 202, 204, 301, 302, 400, 401, 403, 405, 406, 408, 409, 411, 413, 418, 429, 500, 502, 503];
    match chance.below(100) {
        0..8 => Say::status(if chance.below(2) == 0 { 404 } else { 410 }),
        8..16 => Say::Reset,
        16..22 => Say::Rubbish,
        22..36 => {
            Say::after(if chance.below(2) == 0 { 429 } else { 503 }, ["0", "3600", "never"][chance.below(3)])
        }
        _ => Say::status(OTHERS[chance.below(OTHERS.len())]),
    }
}

fn says_gone(say: &Say) -> bool {
    matches!(say, Say::Status(404 | 410, _))
}

#[actix_web::test]
async fn no_device_is_removed_wrongly() {
    let sink = Sink::start().await;
    let desk = Desk::open(&[("PUSH_SERVICES", &sink.origin)]).await;
    let (ended, renewed) = (Cell::new(0), Cell::new(0));
    let lanes = (0..LANES).map(|lane| {
        let (sink, desk, ended, renewed) = (&sink, &desk, &ended, &renewed);
        async move {
            let chance = Chance(Cell::new(lane as u64));
            // A renewed subscription is another address.
            let paths = [format!("/{lane}"), format!("/{lane}/renewed")];
            let targets = paths.clone().map(|path| browser(&format!("{}{path}", sink.origin)));
            let (mut device, mut at_path) = (None, 0);
            for sequence in 0..SEQUENCES / LANES {
                // Where it had ended, the same browser subscribes anew.
                let (id, mut channel) = match device.take() {
                    Some(device) => device,
                    None => {
                        let id = desk.channel(targets[at_path].clone()).await.id;
                        (id, desk.opened(id).await.unwrap())
                    }
                };
                for fault_number in 0..=chance.below(3) {
                    // A stall takes five real seconds: each lane has one, all at the same time.
                    let say = if (sequence, fault_number) == (7, 0) { Say::Stall } else { fault(&chance) };
                    sink.say(&paths[at_path], say.clone());
                    let outcome = channels::deliver(&desk.state, &channel, &reminder()).await;
                    // The browser renews its subscription while the message is on its way.
                    let is_renewed = chance.below(10) == 0;
                    if is_renewed {
                        at_path = 1 - at_path;
                        let subscription = targets[at_path]["push"].clone();
                        let subscription = serde_json::from_value(subscription).unwrap();
                        desk.write(move |tx, caller| channels::renew(tx, caller, id, subscription)).await;
                        renewed.set(renewed.get() + 1);
                    }
                    desk.state.clock.advance(SignedDuration::from_secs(chance.below(120) as i64));
                    let (at, noted) = (desk.state.clock.now(), outcome.clone());
                    desk.write(move |tx, caller| channels::record(tx, caller.account, id, at, &noted)).await;
                    let after = desk.opened(id).await;
                    let is_gone = matches!(outcome, Outcome::Gone { .. });
                    assert!(!is_gone || says_gone(&say), "{say:?} came to {outcome:?}");
                    let has_ended = is_gone && !is_renewed;
                    assert_eq!(
                        after.is_none(),
                        has_ended,
                        "{say:?} came to {outcome:?}, renewed: {is_renewed}"
                    );
                    device = after.map(|after| (id, after));
                    match &device {
                        Some((_, after)) => channel = after.clone(),
                        None => {
                            ended.set(ended.get() + 1);
                            break;
                        }
                    }
                }
                sink.forget();
            }
        }
    });
    join_all(lanes).await;
    // All happened, often: about one sequence in seven ends its device.
    assert!(renewed.get() > SEQUENCES / 20, "{}", renewed.get());
    assert!((SEQUENCES / 20..SEQUENCES / 3).contains(&ended.get()), "{}", ended.get());
}
