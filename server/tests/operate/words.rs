//! How any command is asked, and answers.

use crate::program::{Output, command, run};
use std::{io::Read, process::Stdio};

#[test]
fn every_command_tells_how_it_is_used() {
    let data = tempfile::tempdir().unwrap();
    let help = |words: &[&str]| -> String {
        let Output { code, out, err } = run(data.path(), &[words, &["--help"]].concat(), &[]);
        assert_eq!((code, err.as_str()), (0, ""), "{words:?}");
        assert!(out.contains("Usage: server") && out.contains("--json"), "{words:?}: {out}");
        out
    };
    let all = help(&[]);
    assert!(all.contains("Exit codes: 0 "), "{all}");
    let named = |text: &str| -> Vec<String> {
        let commands =
            text.split_once("Commands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
        commands.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    let mut seen = 0;
    for name in named(&all).iter().filter(|name| *name != "help") {
        let of_it = help(&[name]);
        seen += 1;
        for more in named(&of_it).iter().filter(|more| *more != "help") {
            help(&[name, more]);
            seen += 1;
        }
    }
    assert!(seen >= 17, "{seen}: {all}");
}

#[test]
fn arguments_that_make_no_sense_are_told_in_words_or_as_json() {
    let data = tempfile::tempdir().unwrap();
    let words = run(data.path(), &["account", "frobnicate"], &[]);
    assert_eq!((words.code, words.out.as_str()), (2, ""));
    assert!(words.err.contains("frobnicate"), "{words:?}");
    let json = run(data.path(), &["--json", "account", "frobnicate"], &[]);
    assert!(json.json(2)["error"].as_str().unwrap().contains("frobnicate"), "{json:?}");
}

/// As by `server doctor | true`.
#[test]
fn whoever_reads_may_stop() {
    let data = tempfile::tempdir().unwrap();
    let mut doctor = command(data.path(), &["doctor", "--offline"], &[]);
    let mut child = doctor.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
    assert_ne!(child.wait().unwrap().code(), None);
}
