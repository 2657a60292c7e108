//! Where scheduled backups are kept.

use std::path::PathBuf;

/// A folder, or a bucket of an S3-compatible store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On this machine, or mounted.
    Folder(PathBuf),
}

/// What is no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a folder, or s3://bucket/prefix")]
pub struct BadPlace;
