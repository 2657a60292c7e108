//! Whether Valkey is there, for whoever looks after the instance.

use crate::{clock::monotonic, config::Secret};
use deadpool_redis::redis::{Client, RedisError, cmd};
use std::time::Duration;

/// What answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// `Valkey 8.1.3`, or what else speaks its protocol.
    pub program: String,
    /// How long an answer takes.
    pub latency: Duration,
}

/// Connects and asks. It waits as long as the other end does: the limit is the caller's.
///
/// # Errors
/// Why there is no answer. The address is not told: there may be a password in it.
pub async fn probe(url: &Secret) -> Result<Probe, String> {
    let asked = async {
        let client = Client::open(url.expose())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let begun = monotonic();
        cmd("PING").query_async::<String>(&mut connection).await?;
        let latency = begun.elapsed();
        let info: String = cmd("INFO").arg("server").query_async(&mut connection).await?;
        Ok::<_, RedisError>(Probe { program: program(&info), latency })
    };
    asked.await.map_err(|error| error.to_string())
}

fn program(info: &str) -> String {
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    match (field("valkey_version"), field("redis_version")) {
        (Some(version), _) => format!("Valkey {version}"),
        (None, Some(version)) => format!("Redis {version}"),
        (None, None) => "a program that does not tell its version".to_owned(),
    }
}
