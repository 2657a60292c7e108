//! What came back.

use hyper::{
    HeaderMap,
    header::{AsHeaderName, RETRY_AFTER},
};
use jiff::Timestamp;
use std::time::Duration;

/// Octets of a body that are read at most.
pub const BODY: usize = 16 * 1024;

/// The longest [`Answer::retry_after`]: whoever asks for more is asked again after a day.
pub const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer, whatever its status: a redirect is one too, and is not followed.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header fields, as they came.
    pub headers: HeaderMap,
    /// The body's beginning, [`BODY`] octets at most.
    pub body: Vec<u8>,
    /// Whether this is all of the body. Otherwise it was longer, or did not arrive in time.
    pub whole: bool,
}

impl Answer {
    /// Whether the status is 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// A header field that is text; the first where there are several.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long to wait before asking again, where the answer says so (RFC 9110 §10.2.3): seconds, or a date that is
    /// held against `now`. [`LONGEST_WAIT`] at most; nothing where it cannot be read.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.header(RETRY_AFTER)?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than fit are a long time.
            return Some(text.parse().map_or(LONGEST_WAIT, Duration::from_secs).min(LONGEST_WAIT));
        }
        let date = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
        Some(Duration::try_from(date.duration_since(now)).unwrap_or_default().min(LONGEST_WAIT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::seconds("120", Some(120))]
    #[case::now("0", Some(0))]
    #[case::a_week("604800", Some(86_400))]
    #[case::without_an_end("99999999999999999999999999", Some(86_400))]
    #[case::date("Fri, 31 Dec 1999 23:59:59 GMT", Some(59))]
    #[case::date_of_old("Friday, 31-Dec-99 23:59:59 GMT", Some(59))]
    #[case::date_of_c("Fri Dec 31 23:59:59 1999", Some(59))]
    #[case::past("Fri, 31 Dec 1999 23:00:00 GMT", Some(0))]
    #[case::far("Thu, 31 Dec 2099 23:59:59 GMT", Some(86_400))]
    #[case::negative("-1", None)]
    #[case::fraction("1.5", None)]
    #[case::words("soon", None)]
    #[case::nothing("", None)]
    fn seconds_and_dates_are_read(#[case] text: &str, #[case] seconds: Option<u64>) {
        let now = "1999-12-31T23:59:00Z".parse().unwrap();
        let headers = [(RETRY_AFTER, text.parse().unwrap())].into_iter().collect();
        let answer = Answer { status: 429, headers, body: Vec::new(), whole: true };
        assert_eq!(answer.retry_after(now), seconds.map(Duration::from_secs));
    }
}
