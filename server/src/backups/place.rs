//! Where backups are kept: a folder, or a bucket of an S3-compatible store.

use super::{Error, s3::Store};
use crate::{
    clock::Clock,
    config::{self, Secret},
    db::private_dir,
};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};
use url::Url;

/// As it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On this machine, or mounted.
    Folder(PathBuf),
    /// At a store.
    Bucket(Bucket),
}

/// A bucket, and who asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the names of backups begin with: empty, or with a slash at its end.
    pub prefix: String,
    /// The store's address.
    pub endpoint: Url,
    /// Its region.
    pub region: String,
    /// The name of the access key.
    pub key_id: Secret,
    /// The access key.
    pub key: Secret,
}

impl Place {
    /// Reads `s3://bucket/prefix` as bucket and prefix; `None` where it is no such address.
    pub fn bucket_and_prefix(text: &str) -> Option<(String, String)> {
        let (name, prefix) =
            text.strip_prefix("s3://")?.split_once('/').unwrap_or((text.strip_prefix("s3://")?, ""));
        let name_is_good = (3..=63).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte));
        let prefix = prefix.trim_matches('/');
        let prefix_is_good = prefix.len() <= 200
            && prefix.split('/').all(|part| !matches!(part, "." | ".."))
            && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte))
            && !prefix.contains("//");
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        (name_is_good && prefix_is_good).then(|| (name.to_owned(), prefix))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Bucket(bucket) => write!(f, "s3://{}/{}", bucket.name, bucket.prefix),
        }
    }
}

/// The same, ready to be used.
pub(super) enum Shelf {
    Folder(PathBuf),
    Store(Box<Store>),
}

impl Shelf {
    pub(super) fn open(place: &Place, outbound: &config::Outbound, clock: Clock) -> Result<Self, Error> {
        match place {
            Place::Folder(folder) => {
                private_dir(folder)?;
                Ok(Self::Folder(folder.clone()))
            }
            Place::Bucket(bucket) => Ok(Self::Store(Box::new(Store::new(bucket, outbound, clock)?))),
        }
    }

    /// The names there that begin so; in a folder those of files, not of folders or links.
    pub(super) async fn names(&self, begin: &str) -> Result<Vec<String>, Error> {
        match self {
            Self::Folder(folder) => names_in(folder, begin),
            Self::Store(store) => store.names(begin).await,
        }
    }

    pub(super) async fn remove(&self, name: &str) -> Result<(), Error> {
        match self {
            Self::Folder(folder) => {
                let file = folder.join(name);
                fs::remove_file(&file).map_err(|error| Error::file(&file, error))
            }
            Self::Store(store) => store.remove(name).await,
        }
    }
}

fn names_in(folder: &Path, begin: &str) -> Result<Vec<String>, Error> {
    let failed = |error| Error::file(folder, error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Some(name) = entry.file_name().to_str().filter(|name| name.starts_with(begin))
            && entry.file_type().map_err(failed)?.is_file()
        {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("s3://backups", "backups", "")]
    #[case("s3://backups/", "backups", "")]
    #[case("s3://my.backups/day/mark/", "my.backups", "day/mark/")]
    fn a_bucket_may_have_a_prefix(#[case] text: &str, #[case] name: &str, #[case] prefix: &str) {
        assert_eq!(Place::bucket_and_prefix(text), Some((name.to_owned(), prefix.to_owned())));
    }

    #[rstest]
    #[case("/backups")]
    #[case("s3://")]
    #[case("s3://ab")]
    #[case("s3://Backups")]
    #[case("s3://backups/../other")]
    #[case("s3://backups/a b")]
    #[case("s3://backups/a//b")]
    #[case("s3://backups?x=y")]
    fn what_is_no_bucket_is_refused(#[case] text: &str) {
        assert_eq!(Place::bucket_and_prefix(text), None);
    }
}
