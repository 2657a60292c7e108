//! What the documents list is what the program has.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use daymark_server::http::openapi;
use daymark_shared::problem::Code;
use std::{collections::BTreeSet, fs, path::Path};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap()
}

/// Words in capitals between back quotes, such as `DATA_DIR`.
fn variables(text: &str) -> BTreeSet<&str> {
    let is_variable = |word: &&str| {
        word.len() > 2
            && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
            && word.contains(char::is_alphabetic)
    };
    text.split('`').skip(1).step_by(2).filter(is_variable).collect()
}

#[test]
fn every_variable_is_in_the_example() {
    let config = read("server/src/config.rs");
    let documented: String = config.lines().filter(|line| line.trim_start().starts_with("///")).collect();
    let expected = variables(&documented);
    assert!(expected.contains("DATA_DIR") && expected.len() >= 10, "{expected:?}");
    let example = read(".env.example");
    let listed: BTreeSet<&str> =
        example.lines().filter_map(|line| Some(line.strip_prefix('#')?.split_once('=')?.0)).collect();
    let listed: BTreeSet<&str> = listed.into_iter().filter(|name| !name.contains(' ')).collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_code_is_in_the_api_document() {
    let api = read("docs/api.md");
    for code in Code::ALL {
        let row = format!("| `{}` | {} | {} |", code.as_str(), code.status(), code.title());
        assert!(api.contains(&row), "docs/api.md lacks: {row}");
    }
}

#[test]
fn every_address_is_in_the_api_document() {
    let api = read("docs/api.md");
    for path in openapi::document().paths.paths.keys() {
        // `/routines/{id}/occurrences/{key}/skip` is written `…/{key}/skip`, `/runs/{id}/skip` as `…/skip`.
        let last = path.rsplit_once('/').unwrap().1;
        assert!(api.contains(&format!("/{last}")), "docs/api.md lacks {path}");
    }
}
