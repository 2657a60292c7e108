//! Routines: all of them, and the sheet that one is written on.

mod draft;
mod editor;
mod form;
mod grow;
mod head;
mod icon_picker;
mod icon_words;
mod list;
mod list_words;
mod minutes;
mod number_field;
mod opened;
mod questions;
mod remind_part;
mod remind_words;
mod repeat_part;
mod row;
mod save;
mod sheet;
mod step_row;
mod steps;
mod tile;
mod when_part;
mod words;
mod zone_tile;

pub use list::RoutinesPage;
pub use sheet::{RoutinePage, behind};
