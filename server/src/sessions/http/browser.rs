//! What a request tells about the browser behind it: its cookie, whether a page of ours sent it, how safe the way is.

use crate::{error::Error, http::ClientAddr, sessions::Device, state::State};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::header::{HOST, HeaderMap, HeaderName, ORIGIN, USER_AGENT},
    web,
};
use daymark_shared::problem::Code;
use jiff::SignedDuration;
use std::{
    future::{Ready, ready},
    net::IpAddr,
};

/// Bound to this host, and to paths from `/` on.
const HOST_COOKIE: &str = "__Host-daymark";
/// The same below a path of the host.
const SECURE_COOKIE: &str = "__Secure-daymark";
/// On plain HTTP away from this machine: browsers keep neither of the above there.
const PLAIN_COOKIE: &str = "daymark";

/// The browser behind a request.
#[derive(Clone)]
pub struct Browser {
    /// It runs on this machine, opened an address of this machine, and no proxy stands between.
    pub is_local: bool,
    device: Device,
    same_origin: bool,
    name: &'static str,
    path: String,
}

impl Browser {
    /// Refuses what another site's page sends along with our cookie.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn must_be_same_origin(&self) -> Result<(), Error> {
        if self.same_origin { Ok(()) } else { Err(Code::Forbidden.into()) }
    }

    /// What it brings to be signed in.
    pub fn device(&self) -> Device {
        self.device.clone()
    }

    /// Gives it a refresh token.
    pub(super) fn give(&self, response: &mut HttpResponse, token: &str, lasts: SignedDuration) {
        self.set(response, token, lasts.as_secs());
    }

    /// Takes its refresh token away.
    pub(super) fn take_away(&self, response: &mut HttpResponse) {
        if self.device.refresh.is_some() {
            self.set(response, "", 0);
        }
    }

    fn set(&self, response: &mut HttpResponse, value: &str, seconds: i64) {
        let cookie = Cookie::build(self.name, value)
            .path(self.path.as_str())
            .secure(self.name != PLAIN_COOKIE)
            .http_only(true)
            .same_site(SameSite::Strict)
            .max_age(Duration::seconds(seconds))
            .finish();
        // Names and values are of letters, digits and few signs: they always make a header.
        let _ = response.add_cookie(&cookie);
    }

    fn of(request: &HttpRequest, public_url: &str, from: ClientAddr) -> Self {
        let headers = request.headers();
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(HOST).unwrap_or_default();
        let (public_origin, path) = split(public_url);
        // Whoever lies here only harms the cookie they get themselves.
        let told = text(HeaderName::from_static("x-forwarded-proto")).and_then(|told| told.split(',').next());
        let told_https = told.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"));
        let is_public =
            public_origin.strip_prefix("https://").is_some_and(|it| it.eq_ignore_ascii_case(host));
        let secure = told_https || is_public || is_loopback(host);
        let name = match path {
            _ if !secure => PLAIN_COOKIE,
            "/" => HOST_COOKIE,
            _ => SECURE_COOKIE,
        };
        let refresh = request.cookie(name).map(|cookie| cookie.value().to_owned());
        let refresh = refresh.filter(|token| !token.is_empty());
        Self {
            is_local: from.is_direct_loopback && is_loopback(host),
            device: Device { agent: text(USER_AGENT).map(str::to_owned), refresh },
            same_origin: is_same_origin(headers, host, public_origin),
            name,
            path: path.to_owned(),
        }
    }
}

impl FromRequest for Browser {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let from = ClientAddr::from_request(request, payload).into_inner();
        let state = request.app_data::<web::Data<State>>();
        let public_url = state.map_or("", |state| state.config.site.public_url.as_str());
        ready(from.map(|from| Self::of(request, public_url, from)))
    }
}

/// Whether a page of ours sent it, or no page at all: browsers say so themselves (Fetch Metadata), older ones name the
/// origin, and what is no browser has no cookie that it could be tricked with.
fn is_same_origin(headers: &HeaderMap, host: &str, public_origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    authority.is_some_and(|it| it.eq_ignore_ascii_case(host)) || origin.eq_ignore_ascii_case(public_origin)
}

/// Origin and path of an address that has no slash at its end.
fn split(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    match url[authority..].find('/') {
        Some(at) => url.split_at(authority + at),
        None => (url, "/"),
    }
}

/// Whether a `Host` is this machine. Another site's page cannot name one: its own name stands there.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use rstest::rstest;

    const PUBLIC: &str = "https://day.example.org";

    fn browser(public_url: &str, headers: &[(&'static str, &str)], direct: bool) -> Browser {
        let mut request = TestRequest::default();
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        let from = ClientAddr { ip: IpAddr::from([127, 0, 0, 1]), is_direct_loopback: direct };
        Browser::of(&request.to_http_request(), public_url, from)
    }

    #[rstest]
    #[case::this_machine("http://127.0.0.1:4000", &[("host", "localhost:4000")], HOST_COOKIE, "/")]
    #[case::this_machine_by_address("http://127.0.0.1:4000", &[("host", "[::1]:4000")], HOST_COOKIE, "/")]
    #[case::home_network("http://127.0.0.1:4000", &[("host", "192.168.1.5:4000")], PLAIN_COOKIE, "/")]
    #[case::behind_a_proxy("http://127.0.0.1:4000", &[("host", "day.lan"), ("x-forwarded-proto", "https")], HOST_COOKIE, "/")]
    #[case::public(PUBLIC, &[("host", "day.example.org")], HOST_COOKIE, "/")]
    #[case::public_by_its_address(PUBLIC, &[("host", "192.168.1.5")], PLAIN_COOKIE, "/")]
    #[case::below_a_path("https://example.org/day", &[("host", "example.org")], SECURE_COOKIE, "/day")]
    fn the_cookie_suits_the_way(
        #[case] public_url: &str,
        #[case] headers: &[(&'static str, &str)],
        #[case] name: &str,
        #[case] path: &str,
    ) {
        let browser = browser(public_url, headers, true);
        assert_eq!((browser.name, browser.path.as_str()), (name, path));
        let mut response = HttpResponse::Ok().finish();
        browser.give(&mut response, "token", SignedDuration::from_secs(60));
        let cookie = response.headers().get("set-cookie").unwrap().to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        assert_eq!(
            cookie.contains("Secure;") || cookie.contains("; Secure"),
            name != PLAIN_COOKIE,
            "{cookie}"
        );
    }

    #[rstest]
    #[case::not_a_browser(&[], true)]
    #[case::our_page(&[("sec-fetch-site", "same-origin")], true)]
    #[case::typed(&[("sec-fetch-site", "none")], true)]
    #[case::another_site(&[("sec-fetch-site", "cross-site"), ("origin", "https://day.example.org")], false)]
    #[case::a_neighbour(&[("sec-fetch-site", "same-site")], false)]
    #[case::our_origin(&[("origin", "http://192.168.1.5:4000")], true)]
    #[case::the_public_origin(&[("origin", "https://day.example.org")], true)]
    #[case::another_origin(&[("origin", "https://evil.example")], false)]
    #[case::a_sandbox(&[("origin", "null")], false)]
    fn other_sites_are_refused(#[case] headers: &[(&'static str, &str)], #[case] ours: bool) {
        let mut all = vec![("host", "192.168.1.5:4000")];
        all.extend_from_slice(headers);
        assert_eq!(browser(PUBLIC, &all, false).must_be_same_origin().is_ok(), ours);
    }

    #[rstest]
    #[case("localhost:4000", true, true)]
    #[case("127.0.0.1:4000", true, true)]
    #[case("evil.example:4000", true, false)]
    #[case("localhost:4000", false, false)]
    fn local_is_who_opened_an_address_of_this_machine(
        #[case] host: &str,
        #[case] direct: bool,
        #[case] local: bool,
    ) {
        assert_eq!(browser(PUBLIC, &[("host", host)], direct).is_local, local);
    }

    #[test]
    fn on_a_safe_way_the_plain_cookie_is_not_believed() {
        let cookies = [("host", "day.example.org"), ("cookie", "daymark=planted")];
        assert_eq!(browser(PUBLIC, &cookies, false).device().refresh, None);
    }
}
