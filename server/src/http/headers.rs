//! Security headers: the same on every path and status, and the same as nginx sends.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY};

/// Names and values, as in `nginx/security-headers.conf`, which is where to change them first.
pub const SECURITY: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    (
        "permissions-policy",
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Sent where the browser came over HTTPS only: elsewhere it would lock a home network out.
const HSTS: &str = "max-age=31536000";

/// Sets them.
pub(super) fn secure(headers: &mut HeaderMap, is_https: bool) {
    for (name, value) in SECURITY {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_nginx() {
        let nginx = include_str!("../../../nginx/security-headers.conf");
        let theirs: Vec<(String, &str)> = nginx
            .lines()
            .filter_map(|line| {
                line.strip_prefix("add_header ")?.strip_suffix("\" always;")?.split_once(" \"")
            })
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect();
        let ours: Vec<_> = SECURITY.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        assert_eq!(ours, theirs);
        assert!(nginx.contains(&format!("https \"{HSTS}\"")));
    }
}
