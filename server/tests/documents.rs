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
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && word.contains(char::is_alphabetic)
    };
    text.split('`').skip(1).step_by(2).filter(is_variable).collect()
}

#[test]
fn every_variable_is_in_the_example() {
    let config = read("server/src/config.rs");
    let documented: String = config.lines().filter(|line| line.trim_start().starts_with("///")).collect();
    let mut expected: BTreeSet<String> = variables(&documented).into_iter().map(str::to_owned).collect();
    for file in
        ["scripts/nginx-render", "docker-compose.yml", "docker/monitoring/compose.yml", "docker/release.yml"]
    {
        let text = read(file);
        let told: String = text.lines().filter(|line| line.starts_with("#   `")).collect();
        expected.extend(variables(&told).into_iter().map(str::to_owned));
    }
    assert!(expected.contains("DATA_DIR") && expected.len() >= 10, "{expected:?}");
    let example = read(".env.example");
    let listed =
        example.lines().filter_map(|line| Some(line.strip_prefix('#').unwrap_or(line).split_once('=')?.0));
    let listed: BTreeSet<String> = listed.filter(|name| !name.contains(' ')).map(str::to_owned).collect();
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

/// Method and path of each row of the tables, such as `GET /runs/{id}`.
///
/// What a row leaves out is filled in: several methods may stand before one path; a cell may have several addresses. `…`
/// alone is the path before it, `…/skip` another end of it; `…/{key}/skip` is an end of the last path with a `{key}`.
fn addresses(table: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut last = String::new();
    let mut keyed = String::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.trim_start_matches("| ").replace("\\|", "/").split(" | ").next().unwrap().to_owned();
        let mut methods: Vec<&str> = Vec::new();
        let mut path_before = false;
        for word in cell.split(['`', ' ', ',']).filter(|word| !word.is_empty()) {
            if word.bytes().all(|byte| byte.is_ascii_uppercase()) {
                if path_before {
                    methods.clear();
                }
                methods.push(word);
                path_before = false;
                continue;
            }
            let path = match word.split('?').next().unwrap() {
                "…" => last.clone(),
                end if end.starts_with("…/{key}") => end.replacen("…/{key}", &keyed, 1),
                end if end.starts_with('…') => {
                    format!("{}{}", last.rsplit_once('/').unwrap().0, &end['…'.len_utf8()..])
                }
                path => path.to_owned(),
            };
            assert!(path.starts_with('/') && !path.contains('…') && !methods.is_empty(), "{row}");
            all.extend(methods.iter().map(|method| format!("{method} {path}")));
            if let Some((start, _)) = path.split_once("{key}") {
                keyed = format!("{start}{{key}}");
            }
            last = path;
            path_before = true;
        }
    }
    all
}

#[test]
fn every_address_is_in_the_api_document() {
    let api = read("docs/api.md");
    let listed = addresses(api.split_once("## Codes").unwrap().0);
    let document = serde_json::to_value(openapi::document()).unwrap();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let path = path.strip_prefix("/api/v1").unwrap();
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let lacking: Vec<_> = described.difference(&listed).collect();
    assert!(lacking.is_empty(), "docs/api.md lacks {lacking:?}");
    let gone: Vec<_> = listed.difference(&described).collect();
    assert!(gone.is_empty(), "docs/api.md lists what is not there: {gone:?}");
}

#[test]
fn rows_are_read_as_they_are_meant() {
    let table = "| | |\n| --- | --- |\n| `GET` `PATCH /account` | `x` |\n| `GET /runs?state=a\\|b`, `DELETE /runs/{id}` | y |\n\
                 | `GET /routines/{id}/occurrences/{key}` | one |\n| `PUT …/{key}/time`, `DELETE …` | z |\n\
                 | `POST /runs/{id}/done`, `…/skip` | z |\n";
    let expected = [
        "GET /account",
        "PATCH /account",
        "GET /runs",
        "DELETE /runs/{id}",
        "GET /routines/{id}/occurrences/{key}",
        "PUT /routines/{id}/occurrences/{key}/time",
        "DELETE /routines/{id}/occurrences/{key}/time",
        "POST /runs/{id}/done",
        "POST /runs/{id}/skip",
    ];
    assert_eq!(addresses(table), expected.map(str::to_owned).into());
    // A row that goes is missed, though another address ends with the same word.
    assert!(!addresses(&table.replace(", `…/skip`", "")).contains("POST /runs/{id}/skip"));
}

/// What is told of limits is what was measured last.
#[test]
fn limits_are_those_that_were_measured() {
    let measured = read("docs/performance.md");
    let text = read("docs/kubernetes.md");
    let limits = text.split_once("## Limits, as measured").unwrap().1.split_once("\n## ").unwrap().0;
    let mut seen = 0;
    for row in limits.lines().filter(|line| line.starts_with("| ")) {
        let told = row.trim_end_matches([' ', '|']).rsplit_once("| ").map_or("", |(_, told)| told);
        let expected = match (told.strip_suffix(" a second"), told.split_once("within ")) {
            (Some(rate), _) => format!("{rate}/s"),
            (None, Some((_, seconds))) => format!("| the last of them | within 5 s | {seconds} ("),
            (None, None) => continue,
        };
        assert!(
            measured.contains(&expected),
            "docs/kubernetes.md: {row}, but docs/performance.md has no “{expected}”"
        );
        seen += 1;
    }
    assert_eq!(seen, 4);
    // The same in round numbers.
    let guide = read("docs/operations.md");
    let told =
        guide.split_once("What that machine does was measured").unwrap().1.split_once("\n\n").unwrap().0;
    let rates: Vec<&str> =
        measured.split(|c: char| c.is_whitespace()).filter(|word| word.contains("/s")).collect();
    for thousands in told
        .split(",000 ")
        .filter_map(|before| before.rsplit(' ').next())
        .filter(|word| word.parse::<u32>().is_ok())
    {
        let is_measured = rates.iter().any(|rate| rate.starts_with(&format!("{thousands},")));
        assert!(is_measured || thousands == "10", "docs/operations.md: {thousands},000");
    }
}
