//! Puts another database in the place of the present one, so that a kill at any moment leaves either of them whole.
//!
//! What has to be moved is written down first, in one file beside the database: until that file is there nothing has
//! happened, from then on all of it will. Whoever opens the database next finishes what a kill has cut short.

use super::{InUse, OpenError, beside, private_file};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A file that gets another name on the same file system. It is left alone where the new name is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Where it is.
    pub from: PathBuf,
    /// Where it goes. Nothing is there before, or an earlier move takes away what is.
    pub to: PathBuf,
}

/// Makes all moves, in this order, or, where it fails before the first, none. Every `from` is on disk; nobody else has
/// the database open.
///
/// # Errors
/// Where the file system refuses. What was begun then is finished by the next who opens the database.
pub fn exchange(database: &Path, _alone: &InUse, moves: &[Move]) -> Result<(), OpenError> {
    let plan = plan_of(database);
    let write_down = || {
        let partial = plan.with_extension("partial");
        let mut file = private_file(&partial).map_err(io::Error::other)?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(moves)?)?;
        file.sync_all()?;
        fs::rename(&partial, &plan)?;
        sync_folder(&plan)
    };
    write_down().map_err(|error| failed(&plan, error))?;
    carry_out(&plan, moves)
}

/// Where the file lies that will take the database's place. It is removed by whoever opens the database, if nobody moved it.
pub fn staging(database: &Path) -> PathBuf {
    beside(database, ".restoring")
}

/// Takes all of the database, after finishing what a kill has cut short; `None` where another process has it open.
///
/// # Errors
/// Where the file system refuses.
pub fn alone(database: &Path) -> Result<Option<InUse>, OpenError> {
    let Some(alone) = InUse::alone(database)? else { return Ok(None) };
    finish(&plan_of(database))?;
    Ok(Some(alone))
}

/// Takes a share in the database, after finishing what a kill has cut short.
pub(super) fn settle(database: &Path) -> Result<InUse, OpenError> {
    loop {
        let plan = plan_of(database);
        if plan.exists()
            && let Some(_alone) = InUse::alone(database)?
        {
            finish(&plan)?;
        }
        let share = InUse::shared(database)?;
        // Somebody may have begun one, and been killed, in between.
        if !plan.exists() {
            // Mostly there is none. Nobody fills it while there is a share.
            let _ = fs::remove_file(staging(database));
            return Ok(share);
        }
    }
}

fn finish(plan: &Path) -> Result<(), OpenError> {
    if let Some(moves) = read(plan)? {
        carry_out(plan, &moves)?;
        tracing::warn!("a restore that had been cut short was finished");
    }
    Ok(())
}

fn plan_of(database: &Path) -> PathBuf {
    beside(database, ".exchange")
}

fn read(plan: &Path) -> Result<Option<Vec<Move>>, OpenError> {
    match fs::read(plan) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| failed(plan, error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(plan, error)),
    }
}

/// May be cut short anywhere, and begun again: no move is made twice, since its end is then there.
fn carry_out(plan: &Path, moves: &[Move]) -> Result<(), OpenError> {
    for Move { from, to } in moves {
        if from.exists() && !to.exists() {
            fs::rename(from, to).map_err(|error| failed(to, error))?;
        }
    }
    let folders: BTreeSet<_> =
        moves.iter().flat_map(|Move { from, to }| [folder(from), folder(to)]).collect();
    for folder in folders {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(folder, error))?;
    }
    fs::remove_file(plan).and_then(|()| sync_folder(plan)).map_err(|error| failed(plan, error))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn failed(path: &Path, error: io::Error) -> OpenError {
    OpenError::File { path: path.display().to_string(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(dir: &Path) -> Vec<Move> {
        let pair = |from: &str, to: &str| Move { from: dir.join(from), to: dir.join(to) };
        vec![pair("test.db", "old.db"), pair("test.db-wal", "old.db-wal"), pair("new.db", "test.db")]
    }

    fn texts(dir: &Path) -> Vec<(String, String)> {
        let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names = names.filter(|name| !name.ends_with(".use")).collect::<BTreeSet<_>>();
        names.into_iter().map(|name| (name.clone(), fs::read_to_string(dir.join(&name)).unwrap())).collect()
    }

    #[test]
    fn what_was_cut_short_after_any_move_is_finished_by_the_next() {
        for done in 0..=3 {
            let dir = tempfile::tempdir().unwrap();
            let database = dir.path().join("test.db");
            for (name, text) in [("test.db", "old"), ("test.db-wal", "log"), ("new.db", "new")] {
                fs::write(dir.path().join(name), text).unwrap();
            }
            let moves = moves(dir.path());
            fs::write(plan_of(&database), serde_json::to_vec(&moves).unwrap()).unwrap();
            for Move { from, to } in &moves[..done] {
                fs::rename(from, to).unwrap();
            }
            settle(&database).unwrap();
            let expected = [("old.db", "old"), ("old.db-wal", "log"), ("test.db", "new")];
            assert_eq!(texts(dir.path()), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
        }
    }

    #[test]
    fn before_the_plan_is_there_nothing_has_happened() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("test.db");
        fs::write(&database, "old").unwrap();
        fs::write(plan_of(&database).with_extension("partial"), "[{").unwrap();
        settle(&database).unwrap();
        assert_eq!(fs::read_to_string(&database).unwrap(), "old");
    }

    #[test]
    fn a_plan_that_cannot_be_read_stops_everybody() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("test.db");
        fs::write(plan_of(&database), "nonsense").unwrap();
        assert!(settle(&database).unwrap_err().to_string().contains("test.db.exchange"));
    }
}
