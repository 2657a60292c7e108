//! How hard a password is to guess: the cheapest way to put it together of what guessers try.
//!
//! In the manner of zxcvbn (Wheeler, USENIX Security 2016), of which this is a part: words by their rank, what is known
//! of the person, repetitions, rows of the alphabet and of keyboards, years. The crate itself keeps 8 MB of tables in
//! memory for as long as the server runs; this keeps nothing.

use super::words;
use crate::error::Error;
use daymark_shared::{problem::Code, text::Password};

/// Fewest characters of a password.
const SHORTEST: usize = 10;
/// Fewest guesses, as a binary logarithm: a thousand million of them, 20 ms of a core each.
const ENOUGH: f64 = 30.0;
/// Characters that are looked at: whatever follows only adds to it.
const LOOKED_AT: usize = 64;

/// A character that belongs to nothing: one of ten, since people do not choose at random.
const CHARACTER: f64 = 3.3;
/// What is known of the person is tried at once.
const KNOWN: f64 = 2.0;
/// Where one part ends and another begins has to be guessed too.
const JOINT: f64 = 1.0;
/// A year since 1900.
const YEAR: f64 = 7.0;

/// Rows that fingers and minds follow, in both directions.
const ROWS: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiopü",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];

/// Judges a new password; `about` is what a guesser knows of the person: address and name.
///
/// # Errors
/// `weak_password` at `pointer`, with what to do about it.
pub(super) fn judge(password: &Password, about: &[&str], pointer: &str) -> Result<(), Error> {
    let text = password.expose();
    let advice = if text.chars().count() < SHORTEST {
        "at least 10 characters"
    } else if bits(text, &known(about)) < ENOUGH {
        "too easy to guess: take several words that have nothing to do with each other or with you"
    } else {
        return Ok(());
    };
    Err(Error::field(Code::WeakPassword, pointer, advice))
}

/// Words of three letters or more in what is known of the person.
fn known(about: &[&str]) -> Vec<String> {
    let words = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| word.chars().count() >= 3).map(str::to_lowercase).collect()
}

/// The binary logarithm of how many guesses it takes.
fn bits(password: &str, known: &[String]) -> f64 {
    let text: Vec<char> = password.chars().take(LOOKED_AT).collect();
    // The least for the first n characters.
    let mut least = vec![0.0_f64; text.len() + 1];
    for end in 1..=text.len() {
        least[end] = least[end - 1] + CHARACTER;
        for start in 0..end.saturating_sub(1) {
            let before = if start == 0 { 0.0 } else { least[start] + JOINT };
            if let Some(part) = part(&text[start..end], known) {
                least[end] = least[end].min(before + part);
            }
            if let Some(times) = repetition(&text[..start], &text[start..end]) {
                least[end] = least[end].min(before + f64::from(times).log2());
            }
        }
    }
    least[text.len()]
}

/// What a part is worth as one of the things that guessers try.
fn part(part: &[char], known: &[String]) -> Option<f64> {
    let lower: String = part.iter().flat_map(|c| c.to_lowercase()).collect();
    [word(part, &lower, known), row(&lower), year(&lower)].into_iter().flatten().reduce(f64::min)
}

/// A word: as it is, backwards, or with signs in place of letters.
fn word(part: &[char], lower: &str, known: &[String]) -> Option<f64> {
    if !(3..=words::LONGEST).contains(&part.len()) {
        return None;
    }
    let look_up = |word: &str| {
        let known = known.iter().any(|it| it == word).then_some(KNOWN);
        known.or_else(|| words::bits(word))
    };
    let plain = |one: char| lower.chars().map(|c| letter(c, one)).collect::<String>();
    let guises =
        [(lower.to_owned(), 0.0), (lower.chars().rev().collect(), 1.0), (plain('i'), 1.0), (plain('l'), 1.0)];
    let bits = guises.iter().filter_map(|(word, more)| Some(look_up(word)? + more)).reduce(f64::min)?;
    // `Word` and `WORD` are tried next; anything else takes longer.
    let case = match part.iter().filter(|c| c.is_uppercase()).count() {
        0 => 0.0,
        1 if part[0].is_uppercase() => 1.0,
        all if all == part.len() => 1.0,
        _ => 3.0,
    };
    Some(bits + case)
}

/// The letter that a sign stands for; `1` and `!` stand for two.
fn letter(sign: char, one: char) -> char {
    match sign {
        '4' | '@' => 'a',
        '3' | '€' => 'e',
        '1' | '!' => one,
        '0' => 'o',
        '5' | '$' => 's',
        '7' | '+' => 't',
        other => other,
    }
}

/// A stretch of a row, of three characters at least.
fn row(lower: &str) -> Option<f64> {
    let length = lower.chars().count();
    if length < 3 {
        return None;
    }
    let backwards: String = lower.chars().rev().collect();
    let found = ROWS.iter().any(|row| row.contains(lower) || row.contains(&backwards));
    // Which row, where, in which direction; and how far.
    found.then(|| 5.0 + (length as f64).log2())
}

fn year(lower: &str) -> Option<f64> {
    let is_year = lower.len() == 4 && (lower.starts_with("19") || lower.starts_with("20"));
    (is_year && lower.bytes().all(|b| b.is_ascii_digit())).then_some(YEAR)
}

/// How often the part says again what stands before it.
fn repetition(before: &[char], part: &[char]) -> Option<u32> {
    // The part is whole copies of the characters before it: of one, of two …
    let of = |length: &usize| {
        let unit = &before[before.len() - length..];
        part.len().is_multiple_of(*length) && part.chunks(*length).all(|copy| copy == unit)
    };
    let length = (1..=before.len().min(part.len())).find(of)?;
    u32::try_from(part.len() / length + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn refused(password: &str) -> bool {
        judge(&Password::new(password).unwrap(), &["mira.lindqvist@example.org", "Mira L."], "/password")
            .is_err()
    }

    #[rstest]
    #[case::short("k7#Qz!x2v")]
    #[case::common("password123")]
    #[case::capital_and_signs("P@ssw0rd!!2024")]
    #[case::doubled("sunshinesunshine")]
    #[case::one_character("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    #[case::one_group("abcabcabcabcabcabcabc")]
    #[case::alphabet("abcdefghijklmnop")]
    #[case::digits("123456789012345")]
    #[case::keyboard("qwertyuiopasdfghjkl")]
    #[case::german_keyboard("qwertzuiopü")]
    #[case::backwards("drowssap654321")]
    #[case::the_address("mira.lindqvist2026")]
    #[case::the_instance("daymark2026!")]
    #[case::years("199020002010")]
    #[case::german("Passwort2026!")]
    #[case::very_long(&"a".repeat(1024))]
    fn easily_guessed(#[case] password: &str) {
        assert!(refused(password), "{} bits", bits(password, &[]));
    }

    #[rstest]
    #[case("correct horse battery staple")]
    #[case("seven quiet herons at noon")]
    #[case("fjaelldryck-1880-nord")]
    #[case("k7#Qz!x2vT")]
    #[case("zwetschgenknödel im regen")]
    #[case("ᚠᛇᚻ᛫ᛒᛦᚦ᛫ᚠᚱᚩᚠᚢᚱ")]
    fn hard_to_guess(#[case] password: &str) {
        assert!(!refused(password), "{} bits", bits(password, &[]));
    }

    #[test]
    fn of_a_long_password_only_the_beginning_is_looked_at() {
        let long: String = (0..1024_u32).map(|n| char::from(b'a' + (n * n * 7 % 26) as u8)).collect();
        let beginning = bits(&long[..LOOKED_AT], &[]);
        assert!(bits(&long[..LOOKED_AT - 1], &[]) < beginning);
        assert_eq!(bits(&long, &[]), beginning);
    }
}
