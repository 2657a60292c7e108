//! The built client, served as nginx does (`nginx/conf.d/client.conf`): precompressed, cached by name, and `index.html`
//! for whoever navigates to an address of the program.

use crate::{error::Error, state::State};
use actix_files::NamedFile;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        self, AcceptEncoding, CACHE_CONTROL, ContentEncoding, Encoding, Header, HeaderValue, VARY,
    },
    web,
};
use daymark_shared::problem::Code;
use std::path::Path;

const INDEX: &str = "index.html";
/// Where the built page says that it lies.
const BUILT_BASE: &str = "<base href=\"/\">";
/// What the build leaves beside each file, best first.
const ENCODINGS: [(ContentEncoding, &str); 3] =
    [(ContentEncoding::Brotli, ".br"), (ContentEncoding::Gzip, ".gz"), (ContentEncoding::Identity, "")];

/// Registers every address that nothing else has.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/{path:.*}").get(serve).head(serve));
}

async fn serve(request: HttpRequest, state: web::Data<State>) -> Result<HttpResponse, Error> {
    let name = file_for(&request).ok_or(Code::NotFound)?;
    let path = state.config.site.client_dir.join(name);
    if name == INDEX && !state.config.site.base_path.is_empty() {
        return page(&path, &state.config.site.base_path);
    }
    let (file, encoding) = variant(&request, &path).ok_or(Code::NotFound)?;
    let mut response = file.disable_content_disposition().into_response(&request);
    let headers = response.headers_mut();
    if encoding != ContentEncoding::Identity {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
    }
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    let cache = if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(response)
}

/// The page of a client that lies below a path: only its base says so. It is short, and sent as it is.
fn page(path: &Path, base: &str) -> Result<HttpResponse, Error> {
    let built = std::fs::read_to_string(path).map_err(|_| Code::NotFound)?;
    let (before, after) = built
        .split_once(BUILT_BASE)
        .ok_or_else(|| Error::Internal(format!("{INDEX} has no {BUILT_BASE}")))?;
    let page = format!("{before}<base href=\"{base}/\">{after}");
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(page))
}

/// The file that answers this request; `None` for 404. Only plain names pass, so there is no way out of the folder.
fn file_for(request: &HttpRequest) -> Option<&str> {
    let path = request.path().strip_prefix('/')?;
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_');
    let segments_are_plain =
        path.split('/').all(|segment| !segment.starts_with('.') && segment.bytes().all(plain));
    let last = path.rsplit('/').next().unwrap_or(path);
    match last.rsplit_once('.') {
        // Compressed variants are not asked for by name.
        Some((_, "br" | "gz")) => None,
        Some(_) => segments_are_plain.then_some(path),
        None if path.is_empty() || navigates(request) => Some(INDEX),
        None => None,
    }
}

/// Who navigates says so, or is too old to say.
fn navigates(request: &HttpRequest) -> bool {
    request.headers().get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// The best variant of the file that exists and is accepted.
fn variant(request: &HttpRequest, path: &Path) -> Option<(NamedFile, ContentEncoding)> {
    let accepted = AcceptEncoding::parse(request).ok();
    let content_type = NamedFile::open(path).ok().filter(is_file).map(|file| file.content_type().clone())?;
    ENCODINGS.into_iter().find_map(|(encoding, suffix)| {
        let known = [Encoding::Known(encoding)];
        let wanted = encoding == ContentEncoding::Identity
            || accepted
                .as_ref()
                .is_some_and(|accepted| accepted.negotiate(known.iter()) == Some(known[0].clone()));
        if !wanted {
            return None;
        }
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let file = NamedFile::open(name).ok().filter(is_file)?;
        Some((file.set_content_type(content_type.clone()), encoding))
    })
}

fn is_file(file: &NamedFile) -> bool {
    file.metadata().is_file()
}

/// A name with a hash of its content, as the build gives them: `…-0123456789abcdef.js`, `…-0123456789abcdef_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let Some((stem, _)) = name.rsplit_once('.') else { return false };
    let Some((_, hash)) = stem.strip_suffix("_bg").unwrap_or(stem).rsplit_once('-') else { return false };
    hash.len() == 16 && hash.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use rstest::rstest;

    #[rstest]
    #[case("/", Some("index.html"))]
    #[case("/day/2026-03-02", Some("index.html"))]
    #[case("/sw.js", Some("sw.js"))]
    #[case("/icons/192.png", Some("icons/192.png"))]
    #[case("/app.js.br", None)]
    #[case("/.env", None)]
    #[case("/../keys/keyring.json", None)]
    #[case("/a/..%2f..%2fkeys/keyring.json", None)]
    #[case("/%2e%2e/keyring.json", None)]
    #[case("//etc/passwd.txt", Some("/etc/passwd.txt"))]
    fn addresses(#[case] path: &str, #[case] file: Option<&str>) {
        assert_eq!(file_for(&TestRequest::with_uri(path).to_http_request()), file);
    }

    #[rstest]
    #[case("app-0123456789abcdef.js", true)]
    #[case("app-0123456789abcdef_bg.wasm", true)]
    #[case("fonts/inter-0123456789abcdef.woff2", true)]
    #[case("index.html", false)]
    #[case("sw.js", false)]
    #[case("icon-192.png", false)]
    fn names_with_a_hash(#[case] name: &str, #[case] hashed: bool) {
        assert_eq!(is_hashed(name), hashed);
    }
}
