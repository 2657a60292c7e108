use super::*;
use proptest::prelude::*;
use rstest::rstest;
use std::io::Read;

/// Made by `age-keygen` for this test.
const IDENTITY: &str = "AGE-SECRET-KEY-1VNEMVLXTCRCMZPK83T44JGTK8JDGS89VAKNXL39WXPTJLJNN0LNSTNTWK9";

const RECIPIENT: &str = "age13we4ee6e7nwz37yn540wu773jnweka6smhh8r6mvu2lfqrdkjpjq5x8hq2";
const CHUNK: usize = 64 * 1024;

fn recipient() -> Lock {
    Lock::Recipient(RECIPIENT.parse().unwrap())
}

fn identity() -> Key {
    Key::Identity(IDENTITY.parse().unwrap())
}

fn passphrase() -> Lock {
    Lock::Passphrase(Secret::from("a long passphrase".to_owned()))
}

fn key() -> Key {
    Key::Passphrase(Secret::from("a long passphrase".to_owned()))
}

fn sealed(lock: &Lock, plain: &[u8]) -> Vec<u8> {
    let mut sealer = seal(lock, Vec::new()).unwrap();
    sealer.write_all(plain).unwrap();
    sealer.finish().unwrap()
}

fn opened(keys: &[Key], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let mut plain = Vec::new();
    open(keys, sealed)?.read_to_end(&mut plain)?;
    Ok(plain)
}

#[rstest]
fn what_was_sealed_opens(
    #[values(0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5)] length: usize,
) {
    let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
    assert!(opened(&[identity()], &sealed(&recipient(), &plain)).unwrap() == plain);
}

#[test]
fn a_passphrase_opens_what_it_sealed_and_nothing_else_does() {
    let file = sealed(&passphrase(), b"plain");
    assert_eq!(opened(&[identity(), key()], &file).unwrap(), b"plain");
    let wrong = Key::Passphrase(Secret::from("another passphrase".to_owned()));
    assert!(matches!(opened(&[wrong], &file), Err(OpenError::WrongKey)));
    assert!(matches!(opened(&[identity()], &file), Err(OpenError::PassphraseNeeded)));
    assert!(matches!(opened(&[], &file), Err(OpenError::PassphraseNeeded)));
}

#[test]
fn what_is_for_one_recipient_no_other_opens() {
    let other = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    let file = sealed(&Lock::Recipient(other.parse().unwrap()), b"plain");
    assert!(matches!(opened(&[identity()], &file), Err(OpenError::WrongKey)));
    assert!(matches!(opened(&[key()], &file), Err(OpenError::IdentityNeeded)));
}

/// Whatever is cut off, at chunks' ends too, the rest is no file.
#[test]
fn one_that_was_cut_off_does_not_open() {
    let file = sealed(&recipient(), &vec![7; 2 * CHUNK]);
    let body = file.len() - 2 * (CHUNK + 16);
    let ends =
        (0..body).chain([body + 1, body + CHUNK, body + CHUNK + 16, body + CHUNK + 17, file.len() - 1]);
    for end in ends {
        assert!(opened(&[identity()], &file[..end]).is_err(), "cut at {end}");
    }
    let longer = [file.as_slice(), b"x"].concat();
    assert!(opened(&[identity()], &longer).is_err());
    // An empty last chunk after a full one.
    let swapped = [&file[..body], &file[body + CHUNK + 16..], &file[body..body + CHUNK + 16]].concat();
    assert!(opened(&[identity()], &swapped).is_err());
}

proptest! {
    #[test]
    fn a_changed_octet_is_noticed(at in 0_usize..360, bit in 0_u32..8) {
        let mut file = sealed(&recipient(), &[9; 160]);
        let at = at % file.len();
        file[at] ^= 1 << bit;
        prop_assert!(opened(&[identity()], &file).is_err());
    }

    #[test]
    fn nothing_that_is_read_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), lines in "[ -~\n]{0,200}") {
        prop_assert!(opened(&[identity()], &bytes).is_err());
        let head = [MAGIC, b"-> ", lines.as_bytes()].concat();
        prop_assert!(opened(&[identity()], &head).is_err());
    }
}

#[rstest]
#[case::nothing("")]
#[case::a_word("age1")]
#[case::a_letter_changed("age13we4ee6e7nwz37yn540wu773jnweka6smhh8r6mvu2lfqrdkjpjq5x8hq3")]
#[case::an_identity(IDENTITY)]
#[case::of_ssh("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJo")]
fn what_is_no_recipient_is_refused(#[case] text: &str) {
    assert!(text.parse::<Recipient>().is_err());
}

#[test]
fn identities_are_read_as_age_keygen_writes_them() {
    let file = format!("# created: 2026-11-22T15:51:48Z\n# public key: {RECIPIENT}\n{IDENTITY}\n");
    assert_eq!(Identity::in_file(&file).unwrap().len(), 1);
    for none in ["", "# nothing", RECIPIENT, "a letter"] {
        assert!(Identity::in_file(none).is_err(), "{none}");
    }
    assert!(!format!("{:?}", IDENTITY.parse::<Identity>().unwrap()).contains("VNEMVLX"));
}
