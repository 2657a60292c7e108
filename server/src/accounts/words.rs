//! What guessers try first: common passwords, words and names, each with the binary logarithm of its rank.
//!
//! The list is searched as it lies in the program: nothing is built or copied, and pages of it are in memory only
//! once they are looked at. `scripts/password-words` makes it.

use std::cmp::Ordering;

/// Lines of a word, a space, and its bits; sorted by their bytes.
const WORDS: &str = include_str!("words.txt");
/// Longer than any word.
pub(super) const LONGEST: usize = 32;

/// The bits that a word is worth, in lower case; `None` for one that nobody thinks of first.
pub(super) fn bits(word: &str) -> Option<f64> {
    let bytes = WORDS.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        // The line around the middle of what is left.
        let middle = low + (high - low) / 2;
        let from = bytes[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
        let end = bytes[middle..high].iter().position(|byte| *byte == b'\n').map_or(high, |at| middle + at);
        let (found, worth) = WORDS[from..end].split_once(' ')?;
        match word.cmp(found) {
            Ordering::Equal => return worth.parse().ok(),
            Ordering::Less => high = from,
            Ordering::Greater => low = end + 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_and_nothing_else() {
        for line in WORDS.lines() {
            let (word, worth) = line.split_once(' ').unwrap();
            assert_eq!(bits(word), worth.parse().ok(), "{word}");
            assert!(word.len() <= LONGEST, "{word}");
        }
        for other in ["", "a", "passwore", "zzzzzzzzzz", "~", "\u{10ffff}"] {
            assert_eq!(bits(other), None, "{other}");
        }
    }
}
