//! What several pages show of routines and their occurrences, in Daymark's words.

pub mod reasons;
pub mod repeat_words;
pub mod scope;
pub mod tint;
pub mod trouble;
pub mod unreached;
pub mod words;

pub use scope::{Question, ScopeDialog};
pub use tint::{hue, routine_icon};
pub use trouble::report;
pub use unreached::unreached;
