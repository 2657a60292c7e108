//! The only place that asks what time it is, and how far the device's clock is from the server's.

use super::window;
use jiff::Timestamp;
use std::cell::Cell;

/// The device's clock, in milliseconds since 1970.
#[cfg_attr(
    target_arch = "wasm32",
    expect(clippy::disallowed_methods, reason = "this is where the time comes from")
)]
pub fn device_ms() -> f64 {
    js_sys::Date::now()
}

/// Milliseconds that only ever go forward, for measuring how long something takes.
pub fn monotonic_ms() -> f64 {
    window().performance().map_or_else(device_ms, |performance| performance.now())
}

/// How far the server's clock is ahead of the device's, as an answer showed it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Offset {
    /// Milliseconds to add to the device's clock.
    ahead: f64,
    /// How long the exchange took: the offset is off by half of it at most.
    round_trip: f64,
    /// When it was learnt, by the device's clock.
    at: f64,
    /// The same moment by the clock that only goes forward.
    monotonic: f64,
}

impl Offset {
    fn seen(server: f64, sent: f64, received: f64, monotonic: f64) -> Self {
        let ahead = server - (sent + received) / 2.0;
        Self { ahead, round_trip: (received - sent).max(0.0), at: received, monotonic }
    }

    /// The server's clock when the device's shows `device`, and the one that only goes forward `monotonic`.
    fn now(self, device: f64, monotonic: f64) -> f64 {
        /// So much further the device's clock went because the device slept, or because it was set.
        const SLEPT_MS: f64 = 2_000.0;
        let (by_device, passed) = (device - self.at, monotonic - self.monotonic);
        // A clock that is set must not move what is shown. In some browsers the other one stands while the device sleeps.
        self.at + self.ahead + if by_device - passed > SLEPT_MS { by_device } else { passed }
    }

    /// The better of an older and a newer one: the quicker exchange, unless it is old or they contradict each other,
    /// which means that the device's clock was set.
    fn better(older: Option<Self>, newer: Self) -> Self {
        const STALE_MS: f64 = 600_000.0;
        match older {
            Some(older)
                if older.round_trip < newer.round_trip
                    && newer.at - older.at < STALE_MS
                    && (older.ahead - newer.ahead).abs()
                        <= (older.round_trip + newer.round_trip) / 2.0 + 5.0 =>
            {
                older
            }
            _ => newer,
        }
    }
}

thread_local! {
    static OFFSET: Cell<Option<Offset>> = const { Cell::new(None) };
}

/// Learns the server's clock from an answer that carried it; `sent` and `received` are [`device_ms`].
pub fn learn(server: Timestamp, sent: f64, received: f64) {
    let seen = Offset::seen(server.as_millisecond() as f64, sent, received, monotonic_ms());
    OFFSET.set(Some(Offset::better(OFFSET.get(), seen)));
}

/// The server's clock in milliseconds since 1970, as well as it is known.
pub fn now_ms() -> f64 {
    let device = device_ms();
    OFFSET.get().map_or(device, |offset| offset.now(device, monotonic_ms()))
}

/// The server's clock.
pub fn now() -> Timestamp {
    Timestamp::from_millisecond(now_ms() as i64).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_way_belongs_to_the_answer() {
        let offset = Offset::seen(10_050.0, 4_000.0, 4_100.0, 0.0);
        assert_eq!((offset.ahead, offset.round_trip), (6_000.0, 100.0));
    }

    #[test]
    fn a_quick_exchange_is_believed_more_than_a_slow_one() {
        let quick = Offset::seen(10_010.0, 0.0, 20.0, 0.0);
        let slow = Offset::seen(12_000.0, 1_000.0, 3_400.0, 0.0);
        assert_eq!(Offset::better(Some(quick), slow), quick);
        assert_eq!(Offset::better(Some(slow), quick), quick);
    }

    #[test]
    fn a_contradiction_means_that_the_clock_was_set() {
        let before = Offset::seen(10_010.0, 0.0, 20.0, 0.0);
        let after = Offset::seen(11_000.0, 60_000.0, 60_100.0, 0.0);
        assert_eq!(Offset::better(Some(before), after), after);
    }

    #[test]
    fn an_old_one_gives_way() {
        let old = Offset::seen(10.0, 0.0, 20.0, 0.0);
        let new = Offset::seen(700_050.0, 700_000.0, 700_100.0, 0.0);
        assert_eq!(Offset::better(Some(old), new), new);
    }

    #[test]
    fn time_goes_on_evenly_though_the_devices_clock_is_set_back() {
        let offset = Offset::seen(10_000.0, 4_000.0, 4_000.0, 500.0);
        assert_eq!(offset.now(5_000.0, 1_500.0), 11_000.0);
        assert_eq!(offset.now(0.0, 2_500.0), 12_000.0);
        // A little ahead is no sleep.
        assert_eq!(offset.now(5_900.0, 1_500.0), 11_000.0);
    }

    #[test]
    fn a_device_that_slept_has_slept() {
        let offset = Offset::seen(10_000.0, 4_000.0, 4_000.0, 500.0);
        assert_eq!(offset.now(64_000.0, 1_500.0), 70_000.0);
    }
}
