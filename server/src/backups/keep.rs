//! Makes a backup where backups are kept, and removes those that are kept no longer.

use super::{
    Error, Keep, Made, Out, Turn, make,
    make::name,
    place::Shelf,
    status::{Status, Success},
    turn::folder,
};
use crate::{clock::Clock, config::Config, db::backup::Cancel};
use jiff::{Timestamp, civil, tz::TimeZone};
use std::{collections::BTreeMap, sync::Arc};

/// What the names of scheduled ones begin with.
const SCHEDULED: &str = "scheduled";
/// What the names of those begin with that somebody asked for.
const MANUAL: &str = "manual";
/// What the names of copies begin with that are made before an upgrade.
const SCHEMA: &str = "schema-";

/// Makes one where they are kept, under a name that says that somebody asked for it: it is never removed.
///
/// # Errors
/// [`Error`].
pub async fn by_hand(config: &Config, turn: Turn, clock: &Clock, cancel: &Cancel) -> Result<Made, Error> {
    put(config, &Arc::new(turn), MANUAL, clock, cancel).await
}

/// Makes one by the schedule, removes what is kept no longer, and notes what became of it.
///
/// # Errors
/// [`Error`]: there is no backup.
pub async fn scheduled(config: &Config, turn: Turn, clock: &Clock, cancel: &Cancel) -> Result<Made, Error> {
    let (storage, turn) = (&config.storage, Arc::new(turn));
    // One that cannot be read is made anew: it stands in nobody's way.
    let known = Status::read(storage).ok().flatten();
    let mut status = known.unwrap_or_else(|| Status::new(clock.now()));
    match put(config, &turn, SCHEDULED, clock, cancel).await {
        Ok(mut made) => {
            let file = made.file.clone().unwrap_or_default();
            status.succeeded(Success { at: made.made_at, file, bytes: made.bytes });
            status.write(storage)?;
            match prune(config, clock).await {
                Ok(removed) => made.removed = removed,
                Err(error) => made.not_removed = Some(error.to_string()),
            }
            Ok(made)
        }
        Err(error) if cancel.is_asked() => Err(error),
        Err(error) => {
            status.failed(clock.now(), error.to_string());
            status.write(storage)?;
            Err(error)
        }
    }
}

async fn put(
    config: &Config,
    turn: &Arc<Turn>,
    by: &str,
    clock: &Clock,
    cancel: &Cancel,
) -> Result<Made, Error> {
    let at = clock.now();
    let shelf = Shelf::open(&config.backups.to, &config.outbound, clock.clone())?;
    let name = name(by, at, config.backups.lock.as_ref());
    let file = match &shelf {
        Shelf::Folder(folder) => folder.join(&name),
        Shelf::Store(_) => turn.work().join(&name),
    };
    if let Shelf::Folder(_) = &shelf {
        tidy(&shelf).await?;
    }
    let (own, to, asked, held) = (config.clone(), file.clone(), cancel.clone(), Arc::clone(turn));
    let work = move || make(&own, &held, Out::File(&to), at, &asked);
    let made = tokio::task::spawn_blocking(work).await;
    // The panic has said where, and its text may hold anything.
    let mut made = made.map_err(|_| Error::Broke)??;
    if let Shelf::Store(store) = &shelf {
        store.put(&name, &file, cancel).await?;
        made.file = Some(format!("{}{name}", config.backups.to));
    }
    Ok(made)
}

/// Removes parts of backups that a kill has left: nobody else makes one meanwhile.
async fn tidy(shelf: &Shelf) -> Result<(), Error> {
    for by in [SCHEDULED, MANUAL] {
        for name in shelf.names(&format!("{by}-")).await? {
            if name.strip_suffix(".partial").and_then(|name| made_at(by, name)).is_some() {
                shelf.remove(&name).await?;
            }
        }
    }
    Ok(())
}

/// Removes scheduled backups, and copies made before upgrades, that the rule does not keep; answers their names. What has
/// another name than we give is left alone.
async fn prune(config: &Config, clock: &Clock) -> Result<Vec<String>, Error> {
    let keep = &config.backups.keep;
    let shelf = Shelf::open(&config.backups.to, &config.outbound, clock.clone())?;
    let mut removed = remove_surplus(&shelf, keep, &format!("{SCHEDULED}-"), scheduled_at).await?;
    let own = Shelf::Folder(folder(&config.storage));
    removed.extend(remove_surplus(&own, keep, SCHEMA, copied_at).await?);
    Ok(removed)
}

async fn remove_surplus(
    shelf: &Shelf,
    keep: &Keep,
    begin: &str,
    read: fn(&str) -> Option<Timestamp>,
) -> Result<Vec<String>, Error> {
    let mut backups: BTreeMap<Timestamp, Vec<String>> = BTreeMap::new();
    for name in shelf.names(begin).await? {
        if let Some(at) = read(&name) {
            backups.entry(at).or_default().push(name);
        }
    }
    let surplus = keep.surplus(&backups.keys().copied().collect());
    let mut removed = Vec::new();
    for name in surplus.into_iter().filter_map(|at| backups.remove(&at)).flatten() {
        shelf.remove(&name).await?;
        removed.push(name);
    }
    Ok(removed)
}

/// When a scheduled backup of this name was made.
fn scheduled_at(name: &str) -> Option<Timestamp> {
    made_at(SCHEDULED, name)
}

fn made_at(by: &str, name: &str) -> Option<Timestamp> {
    let stamp = name.strip_prefix(by)?.strip_prefix('-')?;
    let stamp = stamp.strip_suffix(".age").unwrap_or(stamp).strip_suffix(".tar.gz")?;
    instant(stamp, "%Y%m%dT%H%M%SZ")
}

/// When a copy of this name was made: `schema-3-20261122T154500123Z.db`.
fn copied_at(name: &str) -> Option<Timestamp> {
    let (version, stamp) = name.strip_prefix(SCHEMA)?.strip_suffix(".db")?.split_once('-')?;
    version.parse::<u32>().ok()?;
    let (seconds, millis) = stamp.strip_suffix('Z')?.split_at_checked(15)?;
    let millis = millis
        .parse::<i64>()
        .ok()
        .filter(|_| millis.len() == 3 && millis.bytes().all(|b| b.is_ascii_digit()))?;
    let at = instant(&format!("{seconds}Z"), "%Y%m%dT%H%M%SZ")?;
    at.checked_add(jiff::SignedDuration::from_millis(millis)).ok()
}

/// Only what would be written so.
fn instant(stamp: &str, format: &str) -> Option<Timestamp> {
    let at = civil::DateTime::strptime(format, stamp).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    (at.strftime(format).to_string() == stamp).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("scheduled-20261122T154500Z.tar.gz", true)]
    #[case("scheduled-20261122T154500Z.tar.gz.age", true)]
    #[case("manual-20261122T154500Z.tar.gz", false)]
    #[case("scheduled-20261122T154500Z.tar.gz.partial", false)]
    #[case("scheduled-20261122T154500Z.tar", false)]
    #[case("scheduled-20261122T154560Z.tar.gz", false)]
    #[case("scheduled-2026112T154500Z.tar.gz", false)]
    #[case("scheduled-20261322T154500Z.tar.gz", false)]
    #[case("scheduled-20261122T154500Z-mine.tar.gz", false)]
    #[case("scheduled-mine.tar.gz", false)]
    #[case("scheduled-.tar.gz", false)]
    fn only_names_that_we_gave_are_ours(#[case] name: &str, #[case] ours: bool) {
        assert_eq!(scheduled_at(name).is_some(), ours);
    }

    #[rstest]
    #[case("schema-3-20261122T154500123Z.db", true)]
    #[case("schema-12-20261122T154500000Z.db", true)]
    #[case("schema-3-20261122T154500123Z.partial", false)]
    #[case("schema-x-20261122T154500123Z.db", false)]
    #[case("schema-3-20261122T1545001234Z.db", false)]
    #[case("schema-3-20261122T154500+12Z.db", false)]
    #[case("schema-3-mine.db", false)]
    fn and_so_are_copies_before_upgrades(#[case] name: &str, #[case] ours: bool) {
        assert_eq!(copied_at(name).is_some(), ours);
    }

    /// What we name ourselves we also know again.
    #[test]
    fn every_name_is_read_as_it_was_given() {
        let at: Timestamp = "2026-11-22T15:45:00Z".parse().unwrap();
        assert_eq!(scheduled_at(&name(SCHEDULED, at, None)), Some(at));
        assert_eq!(
            copied_at("schema-3-20261122T154500250Z.db"),
            Some(at + jiff::SignedDuration::from_millis(250))
        );
    }

    #[actix_web::test]
    async fn what_is_not_ours_is_never_removed() {
        let dir = tempfile::tempdir().unwrap();
        let day = |day: u32| format!("scheduled-202611{day:02}T030000Z.tar.gz");
        // What a kill has left.
        let partial = dir.path().join("scheduled-20261101T030000Z.tar.gz.age.partial");
        std::fs::write(&partial, "x").unwrap();
        let mine = [
            "mine.partial",
            "scheduled-mine.partial",
            "manual-20200101T000000Z.tar.gz",
            "scheduled-mine.tar.gz",
            "scheduled-20200101T000000Z.tar.gz.bak",
        ];
        for name in (1..=20).map(day).chain(mine.map(str::to_owned)) {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(dir.path().join("scheduled-20200101T000000Z.tar.gz")).unwrap();
        std::os::unix::fs::symlink("/dev/null", dir.path().join("scheduled-20200102T000000Z.tar.gz"))
            .unwrap();
        let shelf = Shelf::Folder(dir.path().to_owned());
        tidy(&shelf).await.unwrap();
        assert!(!partial.exists());
        let keep = "3d 2w".parse().unwrap();
        let mut removed = remove_surplus(&shelf, &keep, "scheduled-", scheduled_at).await.unwrap();
        removed.sort();
        // The last three days, and of the week before that its Sunday.
        let kept = [15, 18, 19, 20];
        assert_eq!(removed, (1..=20).filter(|n| !kept.contains(n)).map(day).collect::<Vec<_>>());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), kept.len() + mine.len() + 2);
    }
}
