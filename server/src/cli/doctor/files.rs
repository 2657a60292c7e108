//! Files and folders: whose they are, who may read them, and how much room there is.

use super::check::Check;
use crate::{config::Config, db::inspect::beside};
use rustix::{
    fs::{Access, access, statvfs},
    process::geteuid,
};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::MetadataExt,
    path::Path,
};

/// With less free than this nothing is safe.
const LEAST: u64 = 64 << 20;

/// The user that this process runs as.
pub fn me() -> u32 {
    geteuid().as_raw()
}

/// What is wrong with files, in two degrees.
#[derive(Default)]
struct Wrong {
    failed: Vec<String>,
    odd: Vec<String>,
}

/// The database, the keyring and their folders: this user can use them, others cannot.
pub fn rights(config: &Config) -> Check {
    const CHECK: &str = "files";
    let (database, keyring) = (&config.storage.database, &config.keys.keyring_file);
    let mut wrong = Wrong::default();
    // A folder that cannot be entered is looked at below.
    if matches!(database.try_exists(), Ok(false)) {
        return nothing(database, keyring);
    }
    wrong.folder(&config.storage.data_dir);
    wrong.folder(folder(database));
    wrong.file(database, true);
    for file in beside(database) {
        wrong.file(&file, true);
    }
    if keyring.exists() || folder(keyring).exists() {
        wrong.folder(folder(keyring));
        wrong.file(keyring, false);
        wrong.secret(keyring);
    }
    wrong.owners([database.as_path(), keyring]);
    let advice = format!(
        "give the files to the user that the server runs as (chown), for nobody else to read (chmod 600, folders 700); this \
         looked as user {}",
        me()
    );
    match wrong {
        Wrong { failed, odd } if !failed.is_empty() => {
            Check::fail(CHECK, [failed, odd].concat().join("; "), advice)
        }
        Wrong { odd, .. } if !odd.is_empty() => Check::warn(CHECK, odd.join("; "), advice),
        Wrong { .. } => Check::ok(CHECK, "database and keyring can be used, by this user alone"),
    }
}

/// There is no database: that is well where one can be made, unless there was one.
fn nothing(database: &Path, keyring: &Path) -> Check {
    const CHECK: &str = "files";
    if keyring.exists() {
        let found = format!("there is a keyring, but no database at {}", database.display());
        return Check::warn(CHECK, found, "look whether DATA_DIR and DATABASE_URL are those of the server");
    }
    let found = format!("nothing is there yet: the first start makes {}", database.display());
    match nearest(database).filter(|folder| access(*folder, Access::WRITE_OK).is_err()) {
        None => Check::ok(CHECK, found),
        Some(folder) => {
            let advice = format!("let user {} write in {}", me(), folder.display());
            Check::fail(CHECK, found, advice)
        }
    }
}

impl Wrong {
    fn folder(&mut self, path: &Path) {
        let Some(meta) = self.meta(path) else { return };
        let rights = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
        if !meta.is_dir() {
            self.failed.push(format!("{} is no folder", path.display()));
        } else if access(path, rights).is_err() {
            self.failed.push(format!(
                "{} cannot be written to, it belongs to user {}",
                path.display(),
                meta.uid()
            ));
        }
    }

    /// A file that is opened as the server does; one that is not there is made by it.
    fn file(&mut self, path: &Path, to_write: bool) {
        let Some(meta) = self.meta(path) else { return };
        let opened = OpenOptions::new().read(true).write(to_write).open(path);
        if let Err(error) = opened.and_then(is_file) {
            self.failed.push(format!("{}: {error}, it belongs to user {}", path.display(), meta.uid()));
        } else if others_may(&meta) && to_write {
            self.odd.push(format!("{} is open to others (mode {:o})", path.display(), meta.mode() & 0o777));
        }
    }

    fn secret(&mut self, path: &Path) {
        let Some(meta) = self.meta(path) else { return };
        if others_may(&meta) {
            let mode = meta.mode() & 0o777;
            self.failed
                .push(format!("{} is open to others (mode {mode:o}): it opens everything", path.display()));
        }
    }

    fn owners(&mut self, files: [&Path; 2]) {
        if let [Some(one), Some(other)] = files.map(|path| self.meta(path))
            && one.uid() != other.uid()
        {
            self.odd.push(format!(
                "the database belongs to user {}, the keyring to user {}",
                one.uid(),
                other.uid()
            ));
        }
    }

    /// What the system knows of it; nothing where it does not exist.
    fn meta(&mut self, path: &Path) -> Option<fs::Metadata> {
        match fs::metadata(path) {
            Ok(meta) => Some(meta),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                self.failed.push(format!("{}: {error}", path.display()));
                None
            }
        }
    }
}

fn is_file(file: File) -> io::Result<()> {
    if file.metadata()?.is_file() { Ok(()) } else { Err(io::Error::other("it is no file")) }
}

fn others_may(meta: &fs::Metadata) -> bool {
    meta.mode() & 0o077 != 0
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The nearest folder above that exists.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors()
        .skip(1)
        .map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .find(|folder| folder.is_dir())
}

/// How much room there is, beside what the database takes.
pub fn disk(config: &Config) -> Check {
    const CHECK: &str = "disk";
    let database = &config.storage.database;
    let size = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    let used = size(database) + beside(database).iter().map(|path| size(path)).sum::<u64>();
    let Some(folder) = nearest(database) else { return Check::ok(CHECK, "nothing is there yet") };
    match statvfs(folder) {
        Ok(system) => room(system.f_bavail.saturating_mul(system.f_frsize), used),
        Err(error) => {
            let found = format!("the free space at {} is not known: {error}", folder.display());
            Check::warn(CHECK, found, "look for yourself with df")
        }
    }
}

fn room(free: u64, used: u64) -> Check {
    const CHECK: &str = "disk";
    let found = format!("{} free, the database takes {}", mib(free), mib(used));
    let advice = "make room: a migration and a backup each need as much as the database takes";
    if free < LEAST.max(used / 4) {
        Check::fail(CHECK, found, advice)
    } else if free < 4 * LEAST + 2 * used {
        Check::warn(CHECK, found, advice)
    } else {
        Check::ok(CHECK, found)
    }
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// The built client, which `server all` serves.
pub fn client(config: &Config) -> Check {
    const CHECK: &str = "client";
    let folder = &config.site.client_dir;
    if folder.join("index.html").is_file() {
        return Check::ok(CHECK, format!("it is in {}", folder.display()));
    }
    // Elsewhere nginx has it.
    Check::ok(CHECK, format!("none in {}: only `server all` needs one", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::{super::check::State, *};

    #[test]
    fn room_is_judged_by_what_a_backup_needs() {
        let state = |free: u64, used: u64| room(free << 20, used << 20).state;
        assert_eq!(state(10_000, 100), State::Ok);
        assert_eq!(state(450, 100), State::Warn);
        assert_eq!(state(63, 0), State::Fail);
        assert_eq!(state(200, 1_000), State::Fail);
    }
}
