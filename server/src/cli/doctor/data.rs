//! What lies in the database, and whether the keyring belongs to it.

use super::{FULL_LIMIT, LIMIT, check::Check};
use crate::{
    clock::Clock,
    config::Config,
    db::inspect::{Inspection, Interrupter, Schema},
    db::migrate::LATEST,
    error::Error,
    sessions,
    vault::{self, inspect::Seen},
};
use jiff::SignedDuration;
use std::{sync::mpsc, time::Duration};
use tokio::time::timeout;

/// A clock may be so far behind what it said before.
const BEHIND: SignedDuration = SignedDuration::from_secs(60);
/// It may differ so much from another.
const SKEW: SignedDuration = SignedDuration::from_secs(30);
/// With more than this, codes and tokens of others are refused.
const LARGE_SKEW: SignedDuration = SignedDuration::from_mins(5);
pub(super) const NOTHING: &str = "nothing is there yet";

/// Why nothing was seen.
enum Unseen {
    /// There is no database.
    Nothing,
    /// The time was over.
    Slow,
    /// What SQLite said.
    Unreadable(String),
}

impl Unseen {
    fn into_check(self, check: &'static str) -> Check {
        match self {
            Self::Nothing => Check::ok(check, NOTHING),
            Self::Slow => {
                let advice = "look whether the disk is slow; --full takes the time that is needed";
                Check::warn(check, "there was no answer in time", advice)
            }
            Self::Unreadable(why) => {
                let advice = "look at the file's rights above; restore the newest backup where it is damaged";
                Check::fail(check, format!("the database cannot be read: {why}"), advice)
            }
        }
    }
}

/// Looks at the database, for so long at most.
async fn look<T: Send + 'static>(
    config: &Config,
    limit: Duration,
    work: impl FnOnce(&Inspection) -> Result<T, Error> + Send + 'static,
) -> Result<T, Unseen> {
    let database = config.storage.database.clone();
    match database.try_exists() {
        Ok(true) => {}
        Ok(false) => return Err(Unseen::Nothing),
        Err(error) => return Err(Unseen::Unreadable(error.to_string())),
    }
    let (tell, told) = mpsc::channel::<Interrupter>();
    let looking = tokio::task::spawn_blocking(move || {
        let inspection = Inspection::open(&database)?;
        // Nobody hears it where the time is over already.
        let _ = tell.send(inspection.interrupter());
        work(&inspection)
    });
    match timeout(limit, looking).await {
        Ok(Ok(seen)) => seen.map_err(|error| Unseen::Unreadable(error.to_string())),
        Ok(Err(panicked)) => Err(Unseen::Unreadable(panicked.to_string())),
        Err(_) => {
            if let Ok(interrupter) = told.try_recv() {
                interrupter.interrupt();
            }
            Err(Unseen::Slow)
        }
    }
}

/// Whether the schema is that of this program.
pub async fn schema(config: &Config) -> Check {
    const CHECK: &str = "schema";
    match look(config, LIMIT, Inspection::schema).await {
        Ok(Schema::Empty) => Check::ok(CHECK, NOTHING),
        Ok(Schema::Current(found)) => Check::ok(CHECK, format!("{found}, that of this version")),
        Ok(Schema::Older(found)) => Check::warn(
            CHECK,
            format!("{found}, this version has {LATEST}"),
            "start the server: it makes a copy, then brings the database to its schema",
        ),
        Ok(Schema::Newer(found)) => Check::fail(
            CHECK,
            format!("{found}, this version knows {LATEST} at most"),
            "run the newer version again, or restore the backup made before the upgrade",
        ),
        Ok(Schema::Foreign) => {
            Check::fail(CHECK, "the database is not Daymark's", "look whether DATABASE_URL is right")
        }
        Err(unseen) => unseen.into_check(CHECK),
    }
}

/// Whether the file is whole.
pub async fn integrity(config: &Config, full: bool) -> Check {
    const CHECK: &str = "integrity";
    let limit = if full { FULL_LIMIT } else { LIMIT };
    let mut found = Ok((Vec::new(), false));
    // Once more where a server has started meanwhile.
    for _ in 0..2 {
        found = look(config, limit, move |inspection| {
            let problems = inspection.problems(full)?;
            Ok((problems, inspection.is_outdated()))
        })
        .await;
        if !matches!(&found, Ok((problems, true)) if !problems.is_empty()) {
            break;
        }
    }
    match found {
        Ok((problems, _)) if problems.is_empty() => {
            Check::ok(CHECK, if full { "the whole file was read: it is sound" } else { "the file is sound" })
        }
        Ok((problems, _)) => Check::fail(
            CHECK,
            format!("the file is damaged: {}", problems.join("; ").replace('\n', " ")),
            "stop the server, keep a copy of the file, and restore the newest backup",
        ),
        Err(unseen) => unseen.into_check(CHECK),
    }
}

/// Whether the keyring opens the keys in the database.
pub async fn keys(config: &Config) -> Check {
    const CHECK: &str = "keys";
    let settings = config.keys.clone();
    let tried = look(config, LIMIT, move |inspection| {
        inspection.read(|tx| {
            let begun = vault::inspect::has_begun(tx)?;
            Ok(begun.then(|| vault::inspect::look(&settings, tx)))
        })
    });
    let back = "put the keyring back that belongs to this database (MASTER_KEYRING_FILE); without it nothing can be read";
    match tried.await {
        Ok(None) => Check::ok(CHECK, NOTHING),
        Ok(Some(Ok(seen))) => judge(&seen, back),
        Ok(Some(Err(error))) => Check::fail(CHECK, error.to_string(), back),
        Err(unseen) => unseen.into_check(CHECK),
    }
}

fn judge(seen: &Seen, back: &str) -> Check {
    const CHECK: &str = "keys";
    let versions = |versions: &mut dyn Iterator<Item = u32>| {
        versions.map(|version| version.to_string()).collect::<Vec<_>>().join(", ")
    };
    let Seen { masters, missing, own_unopened, tried, unopened } = seen;
    if own_unopened + unopened > 0 || !missing.is_empty() {
        let missing = match missing.as_slice() {
            [] => "others than the database was sealed with".to_owned(),
            missing => format!("without master key {}", versions(&mut missing.iter().copied())),
        };
        let found = format!(
            "of {tried} data keys {unopened} do not open, and {own_unopened} of the server's own: the keyring is {missing}"
        );
        return Check::fail(CHECK, found, back);
    }
    let current = versions(&mut masters.iter().filter(|master| master.current).map(|master| master.version));
    let old: Vec<_> = masters.iter().filter(|master| !master.current).collect();
    let behind: u64 = old.iter().map(|master| master.wraps).sum();
    let found = format!(
        "master key {current} is current; data keys of accounts tried: {tried}, all of them and the server's own open"
    );
    if behind > 0 {
        let found = format!("{found}; {behind} are still wrapped by an older one");
        return Check::warn(CHECK, found, "finish the rotation with `server keys rotate`");
    }
    match old.len() {
        0 => Check::ok(CHECK, found),
        old => Check::ok(CHECK, format!("{found}; {old} older ones wrap nothing here any more")),
    }
}

/// Whether the clock can be right: it is not behind what is in the database, nor far from the one at `PUBLIC_URL`.
pub async fn clock(config: &Config, skew: Option<SignedDuration>) -> Check {
    const CHECK: &str = "clock";
    const ADVICE: &str = "set the clock, and let something keep it right (NTP): reminders go by it";
    let newest = look(config, LIMIT, |inspection| match inspection.schema()? {
        Schema::Current(_) => inspection.read(sessions::newest_use),
        _ => Ok(None),
    });
    // Where the database cannot be read the others say so.
    let newest = newest.await.unwrap_or(None);
    let now = Clock::system().now();
    if let Some(newest) = newest.filter(|newest| newest.duration_since(now) > BEHIND) {
        let behind = newest.duration_since(now).as_secs();
        return Check::fail(CHECK, format!("it is {behind} s behind what was written before"), ADVICE);
    }
    match skew.map(SignedDuration::abs) {
        None => Check::ok(CHECK, "it is not behind what was written before"),
        Some(skew) if skew > LARGE_SKEW => Check::fail(
            CHECK,
            format!("it differs by {} s from the one at PUBLIC_URL", skew.as_secs()),
            ADVICE,
        ),
        Some(skew) if skew > SKEW => Check::warn(
            CHECK,
            format!("it differs by {} s from the one at PUBLIC_URL", skew.as_secs()),
            ADVICE,
        ),
        Some(_) => Check::ok(CHECK, "it agrees with what was written before, and with the one at PUBLIC_URL"),
    }
}
