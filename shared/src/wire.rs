//! Reading jiff's types without jiff's words for what is wrong: they are long and exact, and every browser would have
//! to download all of them. A date that is none is [`Code::BadDate`], and that is all there is to say.

use crate::{
    problem::{Code, Violation},
    text::parse_str,
};
use serde::{Deserialize, Deserializer};
use std::str::FromStr;

fn read<T: FromStr>(text: &str) -> Result<T, Violation> {
    text.parse().map_err(|_| Violation::new(Code::BadDate, "not a date or time"))
}

/// For `#[serde(deserialize_with = …)]` at an instant, a date or a date with a time.
pub(crate) fn at<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    parse_str(deserializer, read)
}

/// The same where there may be none; the field also needs `#[serde(default)]` to be left out.
pub(crate) fn maybe_at<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    struct At<T>(T);

    impl<'de, T: FromStr> Deserialize<'de> for At<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            at(deserializer).map(Self)
        }
    }

    Ok(Option::<At<T>>::deserialize(deserializer)?.map(|at| at.0))
}

#[cfg(test)]
mod tests {
    use crate::session::Session;
    use jiff::{Timestamp, civil::Date};

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Thing {
        #[serde(deserialize_with = "super::at")]
        now: Timestamp,
        #[serde(default, deserialize_with = "super::maybe_at")]
        last: Option<Date>,
    }

    #[test]
    fn reads_what_it_writes() {
        let thing = Thing { now: Timestamp::UNIX_EPOCH, last: Some(jiff::civil::date(2026, 11, 18)) };
        let json = serde_json::to_string(&thing).unwrap();
        assert_eq!(json, r#"{"now":"1970-01-01T00:00:00Z","last":"2026-11-18"}"#);
        assert_eq!(serde_json::from_str::<Thing>(&json).unwrap(), thing);
    }

    #[test]
    fn none_may_be_null_or_absent() {
        for json in [r#"{"now":"1970-01-01T00:00:00Z","last":null}"#, r#"{"now":"1970-01-01T00:00:00Z"}"#] {
            assert_eq!(serde_json::from_str::<Thing>(json).unwrap().last, None);
        }
    }

    #[test]
    fn what_is_no_date_has_its_code() {
        let error = serde_json::from_str::<Thing>(r#"{"now":"tomorrow"}"#).unwrap_err().to_string();
        assert!(error.starts_with("bad_date: "), "{error}");
        assert!(serde_json::from_str::<Session>(r#"{"created_at":5}"#).is_err());
    }
}
