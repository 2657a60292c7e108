//! The JSON body, with a code and a pointer for whatever is wrong with it.

use super::body::is_late;
use crate::error::Error;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::CONTENT_LENGTH, web};
use daymark_shared::problem::{Code, Problem, Violation};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// The largest body: 1 MiB.
const LIMIT: usize = 1 << 20;

/// A body of `application/json` that is a `T`, which denies unknown fields.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = acceptable(request);
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            acceptable?;
            let payload = payload.await.map_err(|error| Error::Internal(error.to_string()))?;
            let body = payload.to_bytes_limited(LIMIT).await.map_err(|_| Code::BodyTooLarge)?;
            let body = body.map_err(|error| match is_late(&error) {
                true => Code::BodyTooSlow,
                false => Code::MalformedJson,
            })?;
            parse(&body).map(Self)
        })
    }
}

fn acceptable(request: &HttpRequest) -> Result<(), Code> {
    if !request.content_type().eq_ignore_ascii_case("application/json") {
        return Err(Code::UnsupportedMediaType);
    }
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > LIMIT) {
        return Err(Code::BodyTooLarge);
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    // Derived deserializers would also take an array, by position.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Error::field(Code::WrongType, "", "expected an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if !error.inner().is_data() {
            return Error::from(Code::MalformedJson);
        }
        let message = error.inner().to_string();
        let (code, field) = refusal(&message);
        Problem::field(code, pointer(error.path(), field), sentence(&message)).into()
    })?;
    json.end().map_err(|_| Code::MalformedJson)?;
    Ok(value)
}

/// The JSON pointer (RFC 6901) of where reading stopped, or of the field that the message names there.
fn pointer(path: &Path, field: Option<&str>) -> String {
    let mut pointer = String::new();
    let mut last = None;
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            // What is one of several kinds has the kind's name around it.
            Segment::Map { key: name } | Segment::Enum { variant: name } => name.clone(),
            Segment::Unknown => continue,
        };
        push(&mut pointer, &name);
        last = Some(name);
    }
    // An unknown field is on the path already, a missing one is not.
    if let Some(field) = field.filter(|field| last.as_deref() != Some(*field)) {
        push(&mut pointer, field);
    }
    pointer
}

fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

/// The code for a deserializer's message, and the field that it names where the path does not.
pub(super) fn refusal(message: &str) -> (Code, Option<&str>) {
    // Does the message name the field, which is then not on the path?
    const KINDS: [(&str, Code, bool); 6] = [
        ("unknown field", Code::UnknownField, true),
        ("missing field", Code::MissingField, true),
        ("duplicate field", Code::BadValue, true),
        ("unknown variant", Code::BadValue, false),
        ("invalid value", Code::BadValue, false),
        ("invalid length", Code::BadValue, false),
    ];
    if let Some(violation) = Violation::parse(message) {
        return (violation.code, None);
    }
    match KINDS.iter().find(|(kind, ..)| message.starts_with(kind)) {
        Some((_, code, names_field)) => (*code, message.split('`').nth(1).filter(|_| *names_field)),
        None => (Code::WrongType, None),
    }
}

/// The message without the position and without what was sent: details are for people, and may end up in a log.
pub(super) fn sentence(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    if let Some(violation) = Violation::parse(message) {
        return violation.detail;
    }
    match message.rsplit_once("expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => refusal(message).0.title().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::text::Title;
    use rstest::rstest;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Routine {
        title: Title,
        #[serde(default)]
        steps: Vec<Step>,
        #[serde(default)]
        colour: Option<Colour>,
        #[serde(default)]
        sound: Option<Sound>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only parsed")]
    enum Sound {
        Silent,
        Song(Step),
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Step {
        minutes: u8,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Blue,
    }

    #[rstest]
    #[case::no_json("{", Code::MalformedJson, "")]
    #[case::more_than_json(r#"{"title":"a"} x"#, Code::MalformedJson, "")]
    #[case::another_type("[]", Code::WrongType, "")]
    #[case::missing(r#"{}"#, Code::MissingField, "/title")]
    #[case::missing_below(
        r#"{"title":"a","steps":[{"minutes":1},{}]}"#,
        Code::MissingField,
        "/steps/1/minutes"
    )]
    #[case::unknown(r#"{"title":"a","x/y":1}"#, Code::UnknownField, "/x~1y")]
    #[case::unknown_below(r#"{"title":"a","steps":[{"minutes":1,"x":2}]}"#, Code::UnknownField, "/steps/0/x")]
    #[case::wrong_type(r#"{"title":7}"#, Code::WrongType, "/title")]
    #[case::wrong_type_below(
        r#"{"title":"a","steps":[{"minutes":"1"}]}"#,
        Code::WrongType,
        "/steps/0/minutes"
    )]
    #[case::out_of_range(r#"{"title":"a","steps":[{"minutes":300}]}"#, Code::BadValue, "/steps/0/minutes")]
    #[case::unknown_variant(r#"{"title":"a","colour":"pink"}"#, Code::BadValue, "/colour")]
    #[case::one_of_several(
        r#"{"title":"a","sound":{"song":{"minutes":"1"}}}"#,
        Code::WrongType,
        "/sound/song/minutes"
    )]
    #[case::none_of_several(r#"{"title":"a","sound":{"noise":{}}}"#, Code::BadValue, "/sound")]
    #[case::twice(r#"{"title":"a","title":"b"}"#, Code::BadValue, "/title")]
    #[case::our_rule(r#"{"title":"a\u0000b"}"#, Code::ControlCharacter, "/title")]
    fn a_body_is_refused_by_field(#[case] body: &str, #[case] code: Code, #[case] at: &str) {
        let Error::Refused(problem) = parse::<Routine>(body.as_bytes()).unwrap_err() else {
            panic!("refused")
        };
        assert_eq!(problem.code, code);
        assert_eq!(problem.errors.first().map_or("", |error| error.pointer.as_str()), at);
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        let Error::Refused(problem) = parse::<Routine>(br#"{"title":"a","steps":"secret"}"#).unwrap_err()
        else {
            panic!("refused")
        };
        assert!(!problem.errors[0].detail.contains("secret"), "{:?}", problem.errors);
    }
}
