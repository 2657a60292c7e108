//! Whether things may move.

use super::window;

/// Whether the person has asked their system for less motion.
pub fn is_reduced() -> bool {
    window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
