//! Who may use whom, read from the sources (`docs/architecture.md`). There are no exceptions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Folders of the server that are no feature.
const INFRASTRUCTURE: [&str; 9] =
    ["db", "vault", "kv", "outbound", "metrics", "traces", "http", "jobs", "cli"];
/// The same where they must know no feature either.
const FOUNDATIONS: [&str; 6] = ["db", "vault", "kv", "outbound", "metrics", "traces"];
/// Folders of the client that are pages.
const PAGES: [&str; 8] = ["welcome", "today", "routine", "run", "reminders", "insights", "settings", "admin"];

#[test]
fn nobody_uses_what_they_should_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = Vec::new();
    for folder in ["shared/src", "server/src", "client/src"] {
        collect(&root.join(folder), &mut sources);
    }
    let sources: Vec<(String, String)> = sources
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    let folders = folders(sources.iter().map(|(name, _)| name.as_str()));
    let breaches: Vec<String> =
        sources.iter().flat_map(|(name, source)| breaches(name, source, &folders)).collect();
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_name().unwrap() != "tests.rs"
        {
            files.push(path);
        }
    }
}

/// `crate/folder` of every file that lies in one.
fn folders<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<(String, String)> {
    names
        .filter_map(|name| place(name).folder.map(|folder| (place(name).krate.to_owned(), folder.to_owned())))
        .collect()
}

/// Where a file lies: `server/src/routines/http.rs` is the server's, in `routines`, and has to do with `http`.
struct Place<'a> {
    krate: &'a str,
    folder: Option<&'a str>,
    role: &'a str,
}

fn place(name: &str) -> Place<'_> {
    let mut parts = name.split('/');
    let krate = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.skip(1).collect();
    match rest.as_slice() {
        [folder, first, ..] => Place { krate, folder: Some(folder), role: first.trim_end_matches(".rs") },
        [file] => Place { krate, folder: None, role: file.trim_end_matches(".rs") },
        [] => Place { krate, folder: None, role: "" },
    }
}

fn breaches(name: &str, source: &str, folders: &BTreeSet<(String, String)>) -> Vec<String> {
    let here = place(name);
    let used = paths(source);
    let of = |krate: &str, not: &[&str]| -> Vec<String> {
        let others = folders.iter().filter(|(theirs, _)| theirs == krate).map(|(_, folder)| folder.clone());
        others
            .filter(|folder| !not.contains(&folder.as_str()) && Some(folder.as_str()) != here.folder)
            .collect()
    };
    let mut banned: Vec<String> = Vec::new();
    let mut ban = |names: &[&str]| banned.extend(names.iter().map(|name| (*name).to_owned()));
    // Commands use all the others; nobody uses them.
    if here.krate == "server" && here.folder.is_some_and(|folder| folder != "cli") {
        ban(&["crate::cli"]);
    }
    match (here.krate, here.folder) {
        ("shared", _) => {
            ban(&["actix_web", "rusqlite", "tokio", "yew", "web_sys", "js_sys", "std::fs", "std::net"])
        }
        ("server", Some(folder)) if FOUNDATIONS.contains(&folder) => {
            ban(&["actix_web", "crate::http", "crate::state"]);
            banned.extend(of("server", &INFRASTRUCTURE).iter().map(|feature| format!("crate::{feature}")));
        }
        // What there is to do, the registry alone knows.
        ("server", Some("jobs")) => {
            ban(&["actix_web", "crate::http", "rusqlite"]);
            if here.role != "registry" {
                banned
                    .extend(of("server", &INFRASTRUCTURE).iter().map(|feature| format!("crate::{feature}")));
            }
        }
        ("server", Some("cli")) => {
            ban(&["rusqlite"]);
            banned.extend(
                of("server", &INFRASTRUCTURE).iter().map(|feature| format!("crate::{feature}::store")),
            );
        }
        ("server", Some(folder)) if !INFRASTRUCTURE.contains(&folder) => {
            match here.role {
                "http" => ban(&["rusqlite", "super::store", "super::super::store"]),
                "store" => ban(&["actix_web", "crate::http"]),
                _ => ban(&["actix_web", "crate::http", "rusqlite"]),
            }
            banned.extend(
                of("server", &INFRASTRUCTURE).iter().map(|feature| format!("crate::{feature}::store")),
            );
        }
        ("client", Some("ui")) => ban(&["crate::store", "crate::api"]),
        ("client", Some("store")) if here.role == "reduce" => {
            ban(&["yew::prelude", "yew::functional", "yew::use_", "web_sys", "js_sys", "wasm_bindgen"])
        }
        ("client", Some(page)) if PAGES.contains(&page) => {
            banned
                .extend(PAGES.iter().filter(|other| **other != page).map(|other| format!("crate::{other}")));
        }
        _ => {}
    }
    // A name is meant with all that is in it, and one that ends in `_` with all that begin so.
    let hit = |path: &&String| {
        banned.iter().any(|banned| match path.strip_prefix(banned.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with("::") || banned.ends_with('_'),
            None => false,
        })
    };
    used.iter().filter(hit).map(|path| format!("{name} uses {path}")).collect()
}

/// Every path that a source names, imports written out: `use a::{b, c::d}` names `a::b` and `a::c::d`.
fn paths(source: &str) -> BTreeSet<String> {
    let code: String = source
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = BTreeSet::new();
    let mut prefixes = vec![String::new()];
    let mut path = String::new();
    for token in tokens(&code) {
        match token {
            "::" => path.push_str("::"),
            "{" => prefixes.push(if path.ends_with("::") {
                let outer = prefixes.last().cloned().unwrap_or_default();
                outer + &std::mem::take(&mut path)
            } else {
                flush(&mut found, &prefixes, &mut path);
                String::new()
            }),
            "}" => {
                flush(&mut found, &prefixes, &mut path);
                if prefixes.len() > 1 {
                    prefixes.pop();
                }
            }
            name if name.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
                if !path.ends_with("::") {
                    flush(&mut found, &prefixes, &mut path);
                }
                path.push_str(name);
            }
            _ => flush(&mut found, &prefixes, &mut path),
        }
    }
    found
}

fn flush(found: &mut BTreeSet<String>, prefixes: &[String], path: &mut String) {
    let whole = prefixes.last().cloned().unwrap_or_default() + &std::mem::take(path);
    if whole.contains("::") {
        found.insert(whole);
    }
}

/// Names, `::`, and single characters of anything else.
fn tokens(code: &str) -> impl Iterator<Item = &str> {
    let mut rest = code;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let length = match first {
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            ':' if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        Some(token)
    })
}

#[test]
fn a_breach_is_seen() {
    let names = [
        "server/src/routines/mod.rs",
        "server/src/days/mod.rs",
        "server/src/db/mod.rs",
        "client/src/run/mod.rs",
    ];
    let folders = folders(names.into_iter().chain(["client/src/today/mod.rs", "client/src/ui/mod.rs"]));
    let breach = |name: &str, source: &str| !breaches(name, source, &folders).is_empty();

    assert!(breach("shared/src/day.rs", "use rusqlite::Row;"));
    assert!(breach("server/src/days/http.rs", "use rusqlite::Row;"));
    assert!(breach("server/src/days/http/more.rs", "use super::{store, Day};"));
    assert!(breach("server/src/days/store.rs", "fn f() -> actix_web::HttpResponse { g() }"));
    assert!(breach(
        "server/src/days/mod.rs",
        "use crate::{error::Error, routines::{Routine, store::insert}};"
    ));
    assert!(breach("server/src/days/expand.rs", "use rusqlite::params;"));
    assert!(breach("server/src/db/writer.rs", "use crate::{\n    error::Error,\n    days,\n};"));
    assert!(breach("server/src/days/mod.rs", "use crate::cli::report::Report;"));
    assert!(breach("server/src/cli/doctor.rs", "use rusqlite::Connection;"));
    assert!(breach("server/src/cli/account.rs", "use crate::days::store;"));
    assert!(breach("client/src/run/ring.rs", "use crate::today::Line;"));
    assert!(breach("client/src/ui/button.rs", "use crate::{i18n::t, store::State};"));
    assert!(breach("client/src/store/reduce.rs", "use yew::use_state;"));

    assert!(!breach(
        "server/src/days/mod.rs",
        "mod store; use crate::routines; use store::insert; // actix_web::web"
    ));
    assert!(!breach("server/src/days/store.rs", "use rusqlite::{Row, params};"));
    assert!(!breach("server/src/days/http.rs", "use actix_web::web; use crate::{days, routines::Routine};"));
    assert!(!breach("server/src/cli/serve.rs", "use crate::{days, http::app, jobs}; use actix_web::web;"));
    assert!(!breach("server/src/http/routes.rs", "use crate::{days, routines};"));
    assert!(!breach("client/src/store/reduce.rs", "use yew::Reducible;"));
    assert!(!breach("client/src/run/mod.rs", "use crate::{store::State, ui::Button}; use super::ring;"));
}
