//! Accounts: making one, changing it, its password.

use crate::app::{PASSWORD, TestApp};
use daymark_shared::{account::Account, session::SessionAnswer};
use serde_json::json;

#[test]
fn a_new_account_is_signed_in() {
    let app = TestApp::start();
    let body =
        json!({ "email": "Mira@Example.org", "password": PASSWORD, "zone": "Europe/Berlin", "locale": "de" });
    let answer = app.anonymous().post("/api/v1/accounts", &body);
    let made: SessionAnswer = answer.expect(201);
    assert_eq!(made.account.email.as_str(), "mira@example.org");
    let seen = app.with_token(made.access_token.expose()).get("/api/v1/account");
    assert_eq!(seen.expect::<Account>(200), made.account);
    assert_eq!(seen.header("etag"), Some("\"1\""));
}
