//! The description says what the server does.

use crate::app::TestApp;
use daymark_server::http::openapi::document;
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_description_is_served() {
    let app = TestApp::start();
    let json = app.anonymous().get("/api/v1/openapi.json").json(200);
    assert_eq!(json["info"]["title"], "Daymark");
    assert_eq!(json["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[test]
fn each_described_address_knows_just_the_described_methods() {
    let app = TestApp::start();
    let json = serde_json::to_value(document()).unwrap();
    for (path, operations) in json["paths"].as_object().unwrap() {
        let described: BTreeSet<String> = operations
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .filter(|name| name != "PARAMETERS")
            .collect();
        // Nothing answers TRACE, so this tells what does.
        let address = path.replace(['{', '}'], "");
        let answer = app.anonymous().send("TRACE", &address, &[], None);
        let allowed = answer.header("allow").unwrap_or_default();
        let allowed: BTreeSet<String> = allowed.split(", ").map(str::to_owned).collect();
        assert_eq!(allowed, described, "{path}");
    }
}

#[test]
fn every_registered_address_is_described() {
    let described = serde_json::to_value(document()).unwrap()["paths"].as_object().unwrap().len();
    let features = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let registered: usize = rust_files(&features)
        .into_iter()
        .filter(|path| !path.starts_with(features.join("http")))
        .map(|path| fs::read_to_string(path).unwrap().matches("web::resource(").count())
        .sum();
    assert_eq!(described, registered);
}

fn rust_files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => rust_files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
