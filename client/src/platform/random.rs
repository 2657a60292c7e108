//! Random bytes, from the browser's cryptographic source; they make ids.

use super::{clock, window};

/// Ten random bytes and the time: what an id is minted from, as `RoutineId::mint(ms, random)`.
pub fn id_parts() -> (u64, [u8; 10]) {
    let mut random = [0; 10];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut random);
    }
    (clock::now_ms() as u64, random)
}
