//! What the containers are started with, read from `docker/` and the Compose files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const PRODUCTION: &str = "docker-compose.yml";

/// A file, without the digests that Renovate may have put behind tags.
fn read(file: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap();
    let mut parts = text.split("@sha256:");
    let first = parts.next().unwrap_or_default();
    parts.fold(first.to_owned(), |plain, part| plain + part.get(64..).unwrap_or_default())
}

/// What stands indented below the line `key:`.
fn below<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|line| line.trim_start() != key);
    let head = depth(lines.next().unwrap_or_else(|| panic!("there is no {key}")));
    lines.take_while(|line| line.is_empty() || depth(line) > head).collect()
}

/// The services of a Compose file by name, each with its lines.
fn services(file: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut name = String::new();
    for line in below(&read(file), "services:") {
        if let Some(key) = line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '#'])) {
            name = key.split(':').next().unwrap().to_owned();
        }
        *found.entry(name.clone()).or_insert_with(String::new) += &format!("{line}\n");
    }
    found
}

#[test]
fn every_service_is_confined_and_only_nginx_is_reached() {
    let compose = read(PRODUCTION);
    let confinement = below(&compose, "x-service: &service");
    for line in [
        "read_only: true",
        "cap_drop: [ALL]",
        r#"security_opt: ["no-new-privileges:true"]"#,
        "pids_limit: 512",
    ] {
        assert!(confinement.iter().any(|has| has.trim() == line), "x-service lacks {line}");
    }
    let mut services = services(PRODUCTION);
    let builder = services.remove("builder").unwrap();
    assert!(builder.contains("profiles: [builder]\n"), "the builder is started with the others");
    assert_eq!(services.keys().collect::<Vec<_>>(), ["jobs", "server", "valkey", "web"]);
    for (name, lines) in &services {
        for part in ["<<: *service\n", "healthcheck:\n", "mem_limit: "] {
            assert!(lines.contains(part), "{name} lacks {part}");
        }
        assert_eq!(lines.contains("ports:"), name == "web", "{name}");
    }
}

/// What it holds is gone with it: nothing is written, and a full one forgets what ends first.
#[test]
fn valkey_keeps_nothing() {
    let valkey = &services(PRODUCTION)["valkey"];
    for part in [
        r#"--protected-mode, "no", --save, "", --appendonly, "no""#,
        "--maxmemory-policy, volatile-ttl",
        "user: \"10001:10001\"",
        "image: valkey/valkey:8.1\n",
    ] {
        assert!(valkey.contains(part), "valkey lacks {part}");
    }
    assert!(!valkey.contains("volumes:"));
    assert!(read(PRODUCTION).contains("VALKEY_URL: \"${VALKEY_URL-redis://valkey:6379}\"\n"));
}

/// Jobs begin once the database is what they know. And engines before 25 refuse another interval at the start.
#[test]
fn who_waits_for_whom() {
    assert!(services(PRODUCTION)["jobs"].contains("server: { condition: service_healthy }\n"));
    for file in
        [PRODUCTION, "docker-compose.override.yml", "docker/monitoring/compose.yml", "docker/release.yml"]
    {
        assert!(!read(file).contains("start_interval"), "{file}");
    }
}

/// The lines of one stage of the Dockerfile.
fn stage<'a>(dockerfile: &'a str, name: &str) -> &'a str {
    let mut stages = dockerfile.split("\nFROM ").map(|stage| stage.split_once('\n').unwrap());
    stages.find(|(head, _)| head.ends_with(&format!(" AS {name}"))).unwrap().1
}

#[test]
fn images_run_as_nobody_in_particular() {
    let dockerfile = read("docker/Dockerfile");
    for image in ["server", "all-in-one", "web"] {
        assert!(stage(&dockerfile, image).contains("\nUSER 10001:10001\n"), "{image}");
    }
    for (image, made_of) in [
        ("debian:trixie-slim", "base"),
        ("base", "runtime"),
        ("base", "web"),
        ("runtime", "server"),
        ("runtime", "all-in-one"),
    ] {
        assert!(dockerfile.contains(&format!("\nFROM {image} AS {made_of}\n")), "{made_of}");
    }
}

#[test]
fn the_server_knows_the_variables_that_it_is_given() {
    let config = read("server/src/config.rs");
    let dockerfile = read("docker/Dockerfile");
    let in_image = ["runtime", "server", "all-in-one"]
        .into_iter()
        .flat_map(|name| stage(&dockerfile, name).lines())
        .filter_map(|line| line.strip_prefix("ENV "))
        .flat_map(str::split_whitespace)
        .map(|word| word.split_once('=').unwrap().0.to_owned())
        .collect::<Vec<_>>();
    let compose = read(PRODUCTION);
    for name in ["jobs", "server"] {
        assert!(services(PRODUCTION)[name].contains("environment: *settings\n"), "{name}");
    }
    let in_compose = below(&compose, "x-settings: &settings")
        .into_iter()
        .filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
        .map(|line| line.split(':').next().unwrap().trim().to_owned())
        .collect::<Vec<_>>();
    assert!(in_image.len() >= 5 && in_compose.len() >= 5, "{in_image:?} {in_compose:?}");
    for name in in_image.iter().chain(&in_compose) {
        assert!(config.contains(&format!("`{name}`")), "the server knows no {name}");
    }
}

/// All that operators may tell nginx, in Compose's words and in those of the script that reads it.
#[test]
fn nginx_is_given_the_variables_that_it_knows() {
    let script = read("scripts/nginx-render");
    let known: BTreeSet<&str> = script
        .lines()
        .filter(|line| line.starts_with("#   `"))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect();
    assert!(known.contains("TLS_KEY_FILE") && known.len() >= 5, "{known:?}");
    let compose = read(PRODUCTION);
    let web = below(&compose, "web:").join("\n");
    let given: BTreeSet<&str> =
        below(&web, "environment:").iter().map(|line| line.split(':').next().unwrap().trim()).collect();
    assert_eq!(given, known);
}

#[test]
fn production_is_what_the_example_chooses() {
    let chosen = format!("\nCOMPOSE_FILE={PRODUCTION}\n");
    assert!(read(".env.example").contains(&chosen));
    assert!(read("README.md").contains("`docker compose up` in a clone\nwithout `.env` develops"));
    let guide = read("docs/development.md");
    for file in ["docker/Dockerfile", PRODUCTION, "docker-compose.override.yml"] {
        assert!(guide.contains(file), "docs/development.md does not tell of {file}");
        assert!(!read(file).is_empty());
    }
}

/// What the smoke test brings up to date must be of the schema before the newest: else nothing tries the newest migration.
#[test]
fn the_newest_migration_has_a_database_to_try_it_on() {
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let number = |name: &String| name.split('_').next().unwrap().parse::<u32>().unwrap();
    let newest = names("server/migrations").iter().map(number).max().unwrap();
    let earlier: Vec<String> =
        names("e2e/smoke").into_iter().filter(|name| name.ends_with(".tar.gz")).collect();
    assert_eq!(
        earlier,
        [format!("schema-{}.tar.gz", newest - 1)],
        "scripts/earlier-schema makes it, in e2e/smoke"
    );
}
