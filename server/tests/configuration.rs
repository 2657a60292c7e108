//! `docs/configuration.md` is made of what stands at the fields of `server/src/config.rs`, and at the head of
//! `scripts/nginx-render` for nginx.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use daymark_server::config::Judged;
use std::{cell::RefCell, collections::BTreeSet, fmt::Write as _, fs, path::Path};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap_or_default()
}

/// A variable, or two of which one names a file.
#[derive(Debug)]
struct Entry {
    names: Vec<String>,
    default: String,
    meaning: String,
}

/// Variables that have to do with the same thing.
#[derive(Debug)]
struct Section {
    title: String,
    entries: Vec<Entry>,
}

fn is_name(word: &str) -> bool {
    word.len() > 2
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A paragraph that begins with variables: `` `X` (default `y`): what it is. `` or `` `X` or `X_FILE`: what it is. Default: y. ``
fn entry(paragraph: &str) -> Option<Entry> {
    let (head, meaning) = paragraph.split_once(": ")?;
    let mut names: Vec<String> = Vec::new();
    let mut given = None;
    for (n, word) in head.split('`').enumerate().filter(|(n, _)| n % 2 == 1) {
        match is_name(word) {
            true if given.is_none() => names.push(word.to_owned()),
            _ if n > 1 && head.contains("(default ") => given = Some(format!("`{word}`")),
            _ => return None,
        }
    }
    if names.is_empty() || !head.starts_with('`') {
        return None;
    }
    let (meaning, default) = match (given, meaning.split_once("Default: ")) {
        (Some(given), _) => (meaning.to_owned(), given),
        (None, Some((before, rest))) => {
            let end = rest.find(". ").map_or(rest.len(), |end| end + 2);
            let (default, after) = rest.split_at(end);
            (format!("{before}{after}"), default.trim().trim_end_matches('.').to_owned())
        }
        (None, None) => panic!("what is the default of {names:?}?"),
    };
    Some(Entry { names, default, meaning: meaning.trim().to_owned() })
}

/// What the server reads: a section for each struct that has variables.
fn server(source: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut comment: Vec<String> = vec![String::new()];
    for line in source.lines().take_while(|line| !line.starts_with("#[cfg(test)]")) {
        let line = line.trim();
        if let Some(text) = line.strip_prefix("///") {
            match text.trim() {
                "" => comment.push(String::new()),
                text => {
                    let last = comment.last_mut().unwrap();
                    last.push_str(if last.is_empty() { "" } else { " " });
                    last.push_str(text);
                }
            }
            continue;
        }
        if line.starts_with("pub struct") {
            sections.push(Section { title: comment[0].clone(), entries: Vec::new() });
        } else if line.starts_with("pub ") && !line.contains('(') {
            let entries = comment.iter().filter_map(|paragraph| entry(paragraph));
            if let Some(section) = sections.last_mut() {
                section.entries.extend(entries);
            }
        }
        if !line.starts_with("#[") {
            comment = vec![String::new()];
        }
    }
    sections.retain(|section| !section.entries.is_empty());
    sections
}

/// What nginx reads and the server does not.
fn nginx(script: &str, known: &BTreeSet<String>) -> Section {
    let mut entries: Vec<Entry> = Vec::new();
    for line in script.lines() {
        if let Some(line) = line.strip_prefix("#   `") {
            let words = line.split('`').map(str::trim).filter(|word| !word.is_empty());
            let (names, rest): (Vec<&str>, Vec<&str>) = words.partition(|word| is_name(word));
            let names = names.into_iter().map(str::to_owned).collect();
            entries.push(Entry { names, default: String::new(), meaning: rest.join("`") });
        } else if let Some(more) = line.strip_prefix("#                      ")
            && let Some(last) = entries.last_mut()
        {
            write!(last.meaning, " {more}").unwrap();
        }
    }
    entries.retain(|entry| !entry.names.iter().all(|name| known.contains(name)));
    for entry in &mut entries {
        let lower = entry.meaning.to_lowercase();
        let default = lower.rfind("default: ").map(|at| entry.meaning[at + "default: ".len()..].to_owned());
        match default.filter(|default| !default.contains(')')) {
            Some(default) => {
                let at = lower.rfind("default: ").unwrap();
                entry.default = default.trim_end_matches('.').to_owned();
                entry.meaning = entry.meaning[..at].trim_end_matches([' ', ';', '.']).to_owned();
            }
            None => entry.default = "none".to_owned(),
        }
    }
    Section { title: "What nginx reads besides (the container `web`).".to_owned(), entries }
}

/// The document.
fn document(sections: &[Section]) -> String {
    let mut text = String::from(
        "# Configuration\n\nEnvironment variables only, read once at the start. Each has a default: a first run needs none. An empty one counts as \
         absent.\nOne that cannot be used ends the start with its name; `server doctor` tells all of them at once. Where two names stand, the second\n\
         names a file that holds the value.\n\nThis is made of the comments in `server/src/config.rs` and `scripts/nginx-render`: change them there.\n",
    );
    for Section { title, entries } in sections {
        let title = title.replace("(`docs/", "([").replace(".md`)", ".md])");
        let title = title.split_once("([").map_or(title.clone(), |(before, link)| {
            let (file, after) = link.split_once("])").unwrap();
            format!("{before}([{file}]({file})){after}")
        });
        let (head, more) = title.split_once(": ").unwrap_or((title.trim_end_matches('.'), ""));
        write!(text, "\n## {head}\n\n").unwrap();
        if !more.is_empty() {
            let mut more = more.to_owned();
            more[..1].make_ascii_uppercase();
            write!(text, "{more}\n\n").unwrap();
        }
        text.push_str("| variable | default | what it is |\n| --- | --- | --- |\n");
        for Entry { names, default, meaning } in entries {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let end = if meaning.ends_with('.') { "" } else { "." };
            let meaning = meaning.replace('|', "\\|");
            writeln!(text, "| {} | {default} | {meaning}{end} |", names.join(", ")).unwrap();
        }
    }
    text
}

fn sections() -> Vec<Section> {
    let mut sections = server(&read("server/src/config.rs"));
    let known = names(&sections);
    sections.push(nginx(&read("scripts/nginx-render"), &known));
    sections
}

fn names(sections: &[Section]) -> BTreeSet<String> {
    sections.iter().flat_map(|section| &section.entries).flat_map(|entry| entry.names.clone()).collect()
}

#[test]
fn the_document_is_what_the_sources_say() {
    let expected = document(&sections());
    if read("docs/configuration.md") != expected {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("configuration.md");
        fs::write(&made, expected).unwrap();
        panic!("docs/configuration.md is not up to date:  cp {} docs/configuration.md", made.display());
    }
}

/// The comments tell of all that is read, and of nothing else.
#[test]
fn what_is_read_is_told_and_the_other_way_round() {
    let asked = RefCell::new(BTreeSet::new());
    let judged = Judged::from_source(&|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    assert!(judged.errors.is_empty());
    let told = names(&server(&read("server/src/config.rs")));
    assert!(told.len() > 20, "{told:?}");
    assert_eq!(told, asked.into_inner());
}
