//! What handlers take: checked once here, trusted ever after.

pub use crate::caller::CurrentAccount;

use super::json::{refusal, sentence};
use crate::{error::Error, sessions, state::State};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web};
use daymark_shared::problem::{Code, Problem};
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};

/// A token that is not good, and why.
struct Refused(Error);

/// Judges the access token, where there is one. `edge` does so before anything else of a request is looked at, so that
/// nobody learns what is wrong with a request who may not make it.
pub(super) async fn judge(request: &HttpRequest) {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let state = request.app_data::<web::Data<State>>();
    let Some((state, token)) = state.zip(header.and_then(bearer)) else { return };
    let judged = sessions::authenticate(state, token).await;
    let mut extensions = request.extensions_mut();
    match judged {
        Ok(who) => drop(extensions.insert(who)),
        Err(error) => drop(extensions.insert(Refused(error))),
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequest for CurrentAccount {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut judged = request.extensions_mut();
        let refused = judged.remove::<Refused>().map_or(Code::Unauthenticated.into(), |Refused(error)| error);
        ready(judged.get().copied().ok_or(refused))
    }
}

/// Parts of the path. One that cannot be an id names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = web::Path::<T>::from_request(request, payload).into_inner();
        ready(path.map(|path| Self(path.into_inner())).map_err(|_| Code::NotFound.into()))
    }
}

/// The query. Each parameter that cannot be taken is named as `?name`.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse_query(request.query_string()).map(Self))
    }
}

fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let message = error.inner().to_string();
        let (code, field) = refusal(&message);
        let path = error.path().to_string();
        let name = field.map_or(path, str::to_owned);
        Problem::field(code, format!("?{name}"), sentence(&message)).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::ids::RoutineId;
    use rstest::rstest;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Page {
        limit: Option<u8>,
        after: RoutineId,
    }

    #[rstest]
    #[case("limit=many&after=x", Code::WrongType, "?limit")]
    #[case("after=x", Code::BadId, "?after")]
    #[case("limit=3", Code::MissingField, "?after")]
    #[case("page=3", Code::UnknownField, "?page")]
    fn a_query_is_refused_by_parameter(#[case] query: &str, #[case] code: Code, #[case] pointer: &str) {
        let Error::Refused(problem) = parse_query::<Page>(query).unwrap_err() else { panic!("refused") };
        assert_eq!((problem.code, problem.errors[0].pointer.as_str()), (code, pointer));
    }

    #[rstest]
    #[case("Bearer abc", Some("abc"))]
    #[case("bearer abc", Some("abc"))]
    #[case("Basic abc", None)]
    #[case("abc", None)]
    fn the_token(#[case] header: &str, #[case] token: Option<&str>) {
        assert_eq!(bearer(header), token);
    }
}
