//! What to say when a change was not made.

use super::words::Words;
use crate::{api::ApiError, i18n::I18n, store::Action};

/// The message for a change that was not made. Fetch again what is shown: after a conflict it is not what is there.
pub fn report(i18n: &I18n, error: &ApiError) -> Action {
    let words = Words(i18n.clone());
    if error.is_conflict() {
        Action::bad(words.changed_elsewhere())
    } else if error.is_gone() {
        Action::bad(words.gone())
    } else {
        Action::bad(i18n.error(error))
    }
}
