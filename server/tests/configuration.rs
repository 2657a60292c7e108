//! `docs/configuration.md` is made of what stands at the fields of `server/src/config.rs`, and at the heads of the scripts and
//! Compose files that read something besides.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use daymark_server::config::{Config, Judged};
use std::{cell::RefCell, collections::BTreeSet, fmt::Write as _, fs, path::Path, process::Command};

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

/// What reads variables besides the server: a title, the file, and whether those that the server has are left out.
const OTHERS: [(&str, &str, bool); 6] = [
    ("What nginx reads besides (the container `web`).", "scripts/nginx-render", true),
    ("What that container reads where it runs without Compose.", "docker/web.sh", false),
    ("What Docker Compose reads, or has another default for.", "docker-compose.yml", false),
    ("Prometheus and Grafana (`docs/operations.md`): `docker/monitoring/compose.yml`.", MONITORING, false),
    ("Images out of a registry (`docs/operations.md`): `docker/release.yml`.", RELEASE, false),
    ("What images are built with: arguments of `docker build`.", "docker/Dockerfile", false),
];
const MONITORING: &str = "docker/monitoring/compose.yml";
const RELEASE: &str = "docker/release.yml";

/// What the head of a file tells: variables between back quotes, what they are, and last the default.
fn head(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("#   ").filter(|line| line.starts_with('`')) {
            let mut rest = line;
            let mut names = Vec::new();
            while let Some((name, after)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`'))
                && is_name(name)
            {
                names.push(name.to_owned());
                rest = after.trim_start();
            }
            assert!(!names.is_empty(), "no variable: {line}");
            entries.push(Entry { names, default: "none".to_owned(), meaning: rest.to_owned() });
        } else if let Some(more) = line.strip_prefix("#                      ")
            && let Some(last) = entries.last_mut()
        {
            write!(last.meaning, " {more}").unwrap();
        }
    }
    for entry in &mut entries {
        let at = entry.meaning.to_lowercase().rfind("default: ");
        let Some(at) = at.filter(|at| !entry.meaning[*at..].contains(')')) else { continue };
        let (default, after) = entry.meaning[at + "default: ".len()..].split_once(". ").map_or_else(
            || (entry.meaning[at + "default: ".len()..].trim_end_matches('.').to_owned(), String::new()),
            |(default, after)| (default.to_owned(), format!(". {after}")),
        );
        entry.meaning = format!("{}{after}", entry.meaning[..at].trim_end_matches([' ', ';', '.']));
        entry.default = default;
    }
    entries
}

/// The document.
fn document(sections: &[Section]) -> String {
    let mut text = String::from(
        "# Configuration\n\nEnvironment variables only, read once at the start. Each has a default: a first run needs none. An empty one counts as \
         absent.\nOne that cannot be used ends the start with its name; `server doctor` tells all of them at once. Where two names stand, the second\n\
         names a file that holds the value.\n\nThis is made of the comments in `server/src/config.rs`, and of the heads of `scripts/nginx-render`, `docker/web.sh`, the Compose files and\n\
         `docker/Dockerfile`: change them there.\n",
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
    for (title, file, are_known_left_out) in OTHERS {
        let mut entries = head(&read(file));
        entries.retain(|entry| !are_known_left_out || !entry.names.iter().all(|name| known.contains(name)));
        sections.push(Section { title: title.to_owned(), entries });
    }
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

/// The variables that a text asks for: what `asked` finds the beginning of.
fn asked<'a>(text: &'a str, begins: &str, is_asked: impl Fn(&str) -> bool) -> BTreeSet<&'a str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    code.flat_map(|line| line.split(begins).skip(1))
        .map(|rest| {
            rest.split_at(rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len()))
        })
        .filter(|(name, rest)| is_name(name) && is_asked(rest))
        .map(|(name, _)| name)
        .collect()
}

/// What a Compose file takes from the environment, as `scripts/deploy` learns it.
fn taken(compose: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = Command::new(root.join("scripts/settings")).arg(root.join(compose)).output().unwrap();
    assert!(listed.status.success(), "{compose}: {listed:?}");
    String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// What a script takes from its environment: with a default, or without ever giving it a value.
fn from_environment(script: &str) -> BTreeSet<&str> {
    let of_the_shell = ["BASH_REMATCH", "EPOCHREALTIME", "EUID", "PATH", "TZ"];
    let is_given = |name: &&str| !script.contains(&format!("{name}=")) && !of_the_shell.contains(name);
    let mut names = asked(script, "${", |rest| rest.starts_with(":-") || rest.starts_with(":?"));
    names.extend(asked(script, "$", |_| true).into_iter().filter(is_given));
    names
}

fn told(file: &str) -> BTreeSet<String> {
    head(&read(file)).into_iter().flat_map(|entry| entry.names).collect()
}

fn owned(names: BTreeSet<&str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// Of Compose itself, which no file asks for.
const BY_COMPOSE: &str = "COMPOSE_FILE";

#[test]
fn what_compose_reads_is_told_and_nothing_else() {
    let mut known = names(&server(&read("server/src/config.rs")));
    known.extend(told("scripts/nginx-render"));
    for file in ["docker-compose.yml", "docker-compose.override.yml", MONITORING, RELEASE] {
        let read = taken(file);
        let told = told(file);
        let lacking: Vec<_> =
            read.iter().filter(|name| !known.contains(*name) && !told.contains(*name)).collect();
        assert!(lacking.is_empty(), "the head of {file} does not tell of {lacking:?}");
        let unread: Vec<_> =
            told.iter().filter(|name| *name != BY_COMPOSE && !read.contains(*name)).collect();
        assert!(unread.is_empty(), "the head of {file} tells of {unread:?}, which it does not read");
    }
}

#[test]
fn what_scripts_and_images_read_is_told_and_nothing_else() {
    let (render, web, dockerfile) =
        (read("scripts/nginx-render"), read("docker/web.sh"), read("docker/Dockerfile"));
    let mut asked_for = owned(from_environment(&render));
    asked_for.extend(owned(from_environment(&web)));
    let mut told_of = told("scripts/nginx-render");
    told_of.extend(told("docker/web.sh"));
    assert_eq!(asked_for, told_of);
    let arguments =
        dockerfile.lines().filter_map(|line| line.strip_prefix("ARG ")).flat_map(str::split_whitespace);
    let arguments: BTreeSet<&str> = arguments.map(|argument| argument.split('=').next().unwrap()).collect();
    assert_eq!(owned(arguments), told("docker/Dockerfile"));
}

/// The default that a file gives: `${X:-this}` in a script or for Compose, `X=this` in a Dockerfile.
fn given<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let by_shell = text.split_once(&format!("${{{name}:-")).and_then(|(_, rest)| rest.split_once('}'));
    let in_image = text.lines().filter(|line| line.starts_with("ARG ") || line.starts_with("ENV "));
    let mut in_image = in_image.flat_map(str::split_whitespace);
    let default = by_shell.map(|(default, _)| default);
    default.or_else(|| in_image.find_map(|word| word.strip_prefix(name)?.strip_prefix('=')))
}

#[test]
fn defaults_are_those_of_the_files() {
    let mut seen = 0;
    for (_, file, _) in OTHERS {
        let files: &[&str] = match file {
            "docker/web.sh" => &[file, "scripts/nginx-render", "docker/Dockerfile"],
            _ => &[file],
        };
        let texts: Vec<String> = files.iter().map(|file| read(file)).collect();
        for entry in head(&texts[0]) {
            for name in &entry.names {
                let default = texts.iter().find_map(|text| given(text, name));
                if let Some(default) = default.filter(|default| !default.is_empty() && !default.contains('$'))
                {
                    assert_eq!(entry.default.trim_matches('`'), default, "{name} in the head of {file}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 10, "only {seen} defaults were found");
}

/// Set to what the document gives as its default, a variable changes nothing.
#[test]
fn defaults_are_those_of_the_server() {
    let read_with = |set: Option<(&str, &str)>| {
        let config =
            Config::from_source(&|name| set.filter(|(set, _)| *set == name).map(|(_, to)| to.to_owned()));
        // A path is the same with and without its dot.
        format!("{:?}", config.unwrap()).replace("\"./", "\"")
    };
    let nothing_set = read_with(None);
    let mut seen = 0;
    for entry in server(&read("server/src/config.rs")).iter().flat_map(|section| &section.entries) {
        let literal = entry.default.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
        let Some(default) = literal.filter(|literal| !literal.contains('`')) else { continue };
        let name = &entry.names[0];
        assert_eq!(read_with(Some((name, default))), nothing_set, "{name}: {default}");
        seen += 1;
    }
    assert!(seen >= 8, "{seen}");
}
