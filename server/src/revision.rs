//! Revisions: each edit of what can be edited from two places counts one up, so that nobody overwrites what they have
//! not seen (`If-Match`, RFC 9110 §13.1.1).

use crate::error::Error;
use daymark_shared::problem::Code;

/// The revisions that the caller has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<u64>>);

impl IfMatch {
    /// Is it still one of those? To be asked inside the transaction that writes.
    ///
    /// # Errors
    /// [`Code::PreconditionFailed`].
    pub fn check(&self, revision: u64) -> Result<(), Error> {
        match &self.0 {
            Some(seen) if !seen.contains(&revision) => Err(Code::PreconditionFailed.into()),
            _ => Ok(()),
        }
    }

    /// Reads the header: `"3"`, a list of such, or `*` for any.
    pub fn parse(text: &str) -> Self {
        if text.trim() == "*" {
            return Self(None);
        }
        // A weak tag, or one that is not ours, matches nothing.
        let revision = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self(Some(text.split(',').filter_map(revision).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("\"3\"", true)]
    #[case("\"2\", \"3\"", true)]
    #[case("*", true)]
    #[case("\"2\"", false)]
    #[case("W/\"3\"", false)]
    #[case("3", false)]
    #[case("\"other\"", false)]
    fn revision_three(#[case] header: &str, #[case] matches: bool) {
        assert_eq!(IfMatch::parse(header).check(3).is_ok(), matches);
    }
}
