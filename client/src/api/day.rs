//! Days: what happens on a date.

use super::{
    ApiError,
    request::{Method, ask},
};
use crate::platform::clock;
use daymark_shared::day::{Day, Days};
use jiff::civil::Date;

/// The days from `from` to `to`, both included: at most 42. The server's clock is learnt on the way.
///
/// # Errors
/// [`ApiError`].
pub async fn range(from: Date, to: Date) -> Result<Vec<Day>, ApiError> {
    let sent = clock::device_ms();
    let path = ["days?from=", &from.to_string(), "&to=", &to.to_string()].concat();
    let Days { days } = ask(Method::Get, &path, None, None).await?;
    if let Some(day) = days.first() {
        clock::learn(day.now, sent, clock::device_ms());
    }
    Ok(days)
}
